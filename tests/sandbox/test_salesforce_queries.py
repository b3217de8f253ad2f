"""
SOQL over REST, with the vendor's own client.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simple_salesforce import format_soql
from simple_salesforce.exceptions import SalesforceMalformedRequest

from sandbox.salesforce.answers import Refusal
from sandbox.salesforce.periods import span
from sandbox.salesforce.query import run
from tests.sandbox.salesforce_org import (
    ACME,
    ANA,
    BOLT,
    GONE,
    LOST_DEAL,
    NEW_DEAL,
    OPEN_LEAD,
    WON_DEAL,
    Org,
    records,
    running,
)


@pytest.fixture(scope="module")
def org() -> Iterator[Org]:
    with running() as made:
        yield made


def names(org: Org, soql: str) -> list[str]:
    return [record["Name"] for record in org.client.query_all(soql)["records"]]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Amount > 1000", ["Won"]),
        ("Amount >= 1000 AND IsWon = false", ["New"]),
        ("Amount = null", ["Lost"]),
        ("Amount != 1000", ["Won", "Lost"]),
        ("StageName != 'closed won'", ["New", "Lost"]),
        ("StageName LIKE 'Closed%'", ["Won", "Lost"]),
        ("(NOT StageName LIKE 'Closed%')", ["New"]),
        ("StageName IN ('Proposal', 'Closed Lost')", ["New", "Lost"]),
        ("StageName NOT IN ('Proposal')", ["Won", "Lost"]),
        ("IsWon = true OR (IsClosed = false AND Amount < 5000)", ["New", "Won"]),
        ("CloseDate >= 2025-05-20", ["New", "Lost"]),
        ("CALENDAR_MONTH(CloseDate) = 5", ["Won", "Lost"]),
        ("DAY_ONLY(CreatedDate) = 2025-03-01", ["New"]),
        ("SystemModstamp >= 2025-05-15T12:00:00+02:00", ["Won", "Lost"]),
        ("SystemModstamp > 2025-05-15T10:00:00.999Z", ["Lost"]),
        ("Account.Industry = 'Banking'", ["New", "Won"]),
        ("AccountId = '001000000000001'", ["New", "Won"]),
        ("AccountId IN (SELECT Id FROM Account WHERE Industry = 'Banking')", ["New", "Won"]),
    ],
)
def test_conditions_choose_records(org: Org, where: str, found: list[str]) -> None:
    """
    Comparisons, nulls, texts in any case, dates, parents, ids of 15 characters and semi-joins, in the order of ids.
    """
    assert found == names(org, f"SELECT Name FROM Opportunity WHERE {where}")


def test_escaped_texts_are_found(org: Org) -> None:
    """
    What the client's own escaping writes is read back.
    """
    lead = org.client.query(format_soql("SELECT Id FROM Lead WHERE LastName = {}", "O'Hara"))["records"]
    account = org.client.query(format_soql("SELECT Id FROM Account WHERE Name = {}", 'bolt & "Co"\nBerlin'))["records"]

    assert [lead[0]["Id"], account[0]["Id"]] == [OPEN_LEAD, BOLT]


def test_order_limit_and_offset(org: Org) -> None:
    """
    Nulls come first unless said otherwise; the second of three by amount is the deal of 1,000.
    """
    base = "SELECT Name FROM Opportunity ORDER BY"

    assert names(org, f"{base} Amount") == ["Lost", "New", "Won"]
    assert names(org, f"{base} Amount DESC NULLS LAST, Name") == ["Won", "New", "Lost"]
    assert names(org, f"{base} Amount DESC NULLS LAST LIMIT 1 OFFSET 1") == ["New"]


def test_a_record_has_its_address_and_types(org: Org) -> None:
    """
    Money is a float, instants are UTC with thousandths, a field nobody set is null, names are as defined, not as asked.
    """
    soql = f"SELECT id, amount, IsWon, systemmodstamp, NextStep FROM opportunity WHERE Id = '{NEW_DEAL}'"

    record = dict(org.client.query(soql)["records"][0])
    attributes = dict(record.pop("attributes"))

    url = f"/services/data/v59.0/sobjects/Opportunity/{NEW_DEAL}"
    assert {"type": "Opportunity", "url": url} == attributes
    stamp = "2025-03-01T10:00:00.000+0000"
    assert {"Id": NEW_DEAL, "Amount": 1000.0, "IsWon": False, "SystemModstamp": stamp, "NextStep": None} == record
    assert isinstance(record["Amount"], float)


def test_parents_are_nested_or_null(org: Org) -> None:
    """
    A parent is an object of its own with attributes, two steps up as well; without a parent it is null.
    """
    soql = "SELECT Account.Name, Account.Owner.Name FROM Opportunity ORDER BY Name"

    lost, new, _ = org.client.query(soql)["records"]

    assert lost["Account"] is None
    assert (new["Account"]["Name"], new["Account"]["Owner"]["Name"]) == ("Acme", "Ana Sol")
    assert new["Account"]["Owner"]["attributes"]["type"] == "User"


def test_an_owner_of_several_kinds_shows_as_a_name(org: Org) -> None:
    """
    A lead's owner may be a user or a group: the parent's type is Name, and Owner.Type tells which it is.
    """
    lead = org.client.query(f"SELECT Owner.Name, Owner.Type FROM Lead WHERE Id = '{OPEN_LEAD}'")["records"][0]

    assert (
        lead["Owner"]["attributes"]["type"],
        lead["Owner"]["Name"],
        lead["Owner"]["Type"],
    ) == ("Name", "Ben Mar", "User")


def test_counts_and_aggregates(org: Org) -> None:
    """
    COUNT() has a total and no records; aggregates have records, named by alias or expr0, expr1 …
    """
    counted = org.client.query("SELECT COUNT() FROM Opportunity WHERE IsClosed = true")
    whole = org.client.query("SELECT COUNT(Id) n, MAX(SystemModstamp), SUM(Amount), MIN(CloseDate) FROM Opportunity")
    by_account = org.client.query("SELECT AccountId, COUNT(Id) deals FROM Opportunity GROUP BY AccountId")["records"]

    assert (counted["totalSize"], counted["records"]) == (2, [])
    row = dict(whole["records"][0])
    assert dict(row.pop("attributes")) == {"type": "AggregateResult"}
    assert row == {"n": 3, "expr0": "2025-05-20T10:00:00.000+0000", "expr1": 3500.5, "expr2": "2025-05-15"}
    assert [(row["AccountId"], row["deals"]) for row in by_account] == [(None, 1), (ACME, 2)]


def test_an_aggregate_of_nothing(org: Org) -> None:
    """
    Over no records a count is 0 and a maximum is null.
    """
    row = org.client.query("SELECT COUNT(Id) n, MAX(Amount) m FROM Opportunity WHERE Name = 'none'")["records"][0]

    assert (row["n"], row["m"]) == (0, None)


def test_deleted_records_only_with_query_all(org: Org) -> None:
    """
    The recycle bin is left out of query and part of queryAll; a merged account names its winner.
    """
    soql = "SELECT Id, IsDeleted, MasterRecordId FROM Account"

    assert [record["Id"] for record in org.client.query_all(soql)["records"]] == [ACME, BOLT]
    everything = org.client.query_all(soql, include_deleted=True)["records"]
    assert [
        (record["Id"], record["IsDeleted"], record["MasterRecordId"]) for record in everything if record["IsDeleted"]
    ] == [(GONE, True, ACME)]


@pytest.mark.parametrize(
    ("literal", "first", "after"),
    [
        ("TODAY", date(2026, 1, 15), date(2026, 1, 16)),
        ("LAST_MONTH", date(2025, 12, 1), date(2026, 1, 1)),
        ("THIS_QUARTER", date(2026, 1, 1), date(2026, 4, 1)),
        ("LAST_YEAR", date(2025, 1, 1), date(2026, 1, 1)),
        ("THIS_WEEK", date(2026, 1, 11), date(2026, 1, 18)),
        ("LAST_N_DAYS:90", date(2025, 10, 17), date(2026, 1, 16)),
        ("NEXT_N_DAYS:2", date(2026, 1, 16), date(2026, 1, 18)),
        ("LAST_N_MONTHS:2", date(2025, 11, 1), date(2026, 1, 1)),
    ],
)
def test_date_literals(literal: str, first: date, after: date) -> None:
    """
    On Thursday, 15 January 2026; weeks begin on Sunday, and the last 90 days are 91 with today.
    """
    assert span(literal, datetime(2026, 1, 15, 23, 30)) == (first, after)


def test_date_literals_follow_the_clock() -> None:
    """
    A record made now was made TODAY and in LAST_N_DAYS:1, not YESTERDAY.
    """
    with running() as org:
        org.client.Account.create({"Name": "Fresh"})

        assert names(org, "SELECT Name FROM Account WHERE CreatedDate = TODAY") == ["Fresh"]
        assert names(org, "SELECT Name FROM Account WHERE CreatedDate = LAST_N_DAYS:1") == ["Fresh"]
        assert names(org, "SELECT Name FROM Account WHERE CreatedDate = YESTERDAY") == []


def test_pages_follow_each_other_and_keep_what_was_found() -> None:
    """
    With two records a page, three deals take two; what changes in between does not show, and follow-ups say /query/.
    """
    with running(max_batch=2) as org:
        first = org.client.query("SELECT Id, Name FROM Opportunity", include_deleted=True)
        org.client.Opportunity.update(LOST_DEAL, {"Name": "Changed"})
        second = org.client.query_more(first["nextRecordsUrl"], identifier_is_url=True)

        assert (first["totalSize"], first["done"], len(first["records"])) == (3, False, 2)
        assert first["nextRecordsUrl"].startswith("/services/data/v59.0/query/01g")
        assert first["nextRecordsUrl"].endswith("-2")
        assert (second["done"], [record["Name"] for record in second["records"]]) == (True, ["Lost"])
        assert len(org.client.query_all("SELECT Id FROM Opportunity")["records"]) == 3


def test_the_asked_batch_size_is_held_within_bounds() -> None:
    """
    A page of 200 is the smallest that a client can ask for.
    """
    content = {"Account": [{"Name": f"Account {number}"} for number in range(450)]}
    with running(content) as org:
        first = org.client.query("SELECT Id FROM Account", headers={"Sforce-Query-Options": "batchSize=50"})

        assert (first["totalSize"], len(first["records"])) == (450, 200)


def test_an_unknown_locator_is_refused(org: Org) -> None:
    """
    A cursor that never was, or is gone, is a 400.
    """
    answer = org.rest("GET", "query/01gNr0000009999AAA-2000")

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


@pytest.mark.parametrize(
    ("soql", "code", "words"),
    [
        ("SELECT Nope__c FROM Case", "INVALID_FIELD", "No such column 'Nope__c' on entity 'Case'"),
        ("SELECT Boss.Name FROM Account", "INVALID_FIELD", "Didn't understand relationship 'Boss' in field path"),
        ("SELECT count() FROM Nope__c", "INVALID_TYPE", "Row:1:Column:21\nsObject type 'Nope__c' is not supported."),
        ("SELECT Id FROM Account WHERE", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("SELECT Id, Id FROM Account", "MALFORMED_QUERY", "duplicate field selected: Id"),
        ("SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", "MALFORMED_QUERY", "unexpected"),
        ("SELECT Id FROM Account WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: x"),
        ("SELECT Id FROM Opportunity WHERE Amount > '5'", "INVALID_FIELD", "should not be enclosed in quotes"),
        ("SELECT Id FROM Opportunity WHERE CloseDate > 2025-01-01T00:00:00Z", "INVALID_FIELD", "must be of type date"),
        ("SELECT Id FROM LeadHistory WHERE NewValue = 'a'", "INVALID_FIELD", "can not be filtered in a query call"),
        (
            "SELECT StageName, Name FROM Opportunity GROUP BY StageName",
            "MALFORMED_QUERY",
            "grouped or aggregated: Name",
        ),
        ("SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"),
        ("SELECT Id FROM Opportunity WHERE Amount LIKE '5'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on"),
        ("SELECT Id FROM Opportunity WHERE HOUR_IN_DAY(CreatedDate) = 5", "MALFORMED_QUERY", "unknown function"),
        ("SELECT DefaultCurrencyIsoCode FROM Organization", "INVALID_FIELD", "DefaultCurrencyIsoCode"),
        ("SELECT IsoCode FROM CurrencyType", "INVALID_TYPE", "CurrencyType"),
    ],
)
def test_a_wrong_query_is_refused_in_salesforces_words(org: Org, soql: str, code: str, words: str) -> None:
    """
    A refusal is a 400 whose body is a list of one error; currencies exist only where there are several.
    """
    with pytest.raises(SalesforceMalformedRequest) as refused:
        org.client.query(soql)

    error: dict[str, Any] = refused.value.content[0]
    assert code == error["errorCode"]
    assert words in error["message"]


_WORDS = (
    "SELECT FROM WHERE AND OR NOT IN LIKE ORDER BY GROUP LIMIT OFFSET NULLS LAST DESC Id Name Account Opportunity "
    "Account.Name Owner.Type Amount CloseDate IsWon ( ) , = != < 'a' ' 5 null true 2025-01-01 TODAY COUNT() "
    "SUM(Amount) MIN(IsWon) FIELDS(ALL) CALENDAR_MONTH(CloseDate) BillingAddress HAVING TYPEOF x ; %"
).split()


@given(st.lists(st.sampled_from(_WORDS), max_size=8), st.integers(0, 14), st.integers(0, 4))
@settings(max_examples=300, deadline=None)
def test_any_words_are_a_query_or_refused(org: Org, words: list[str], place: int, gone: int) -> None:
    """
    Whatever is written into a query, it is answered or refused in Salesforce's words, never broken by.
    """
    query = "SELECT Id , Name FROM Opportunity WHERE Amount > 5 AND CloseDate < TODAY ORDER BY Name".split()
    query[place : place + gone] = words

    try:
        found = run(org.vendor.store, " ".join(query))
    except Refusal as refusal:
        assert refusal.status == 400
    else:
        assert found.total <= 10


def test_paths_with_and_without_a_slash_at_their_end(org: Org) -> None:
    """
    One client ends its paths with a slash, another does not; any version of the API answers.
    """
    params = {"q": "SELECT Id FROM Account LIMIT 1"}

    assert [org.rest("GET", path, params=params).status_code for path in ("query", "query/")] == [200, 200]
    older = org.rest("GET", "../v61.0/query", params=params).json()
    assert older["records"][0]["attributes"]["url"].startswith("/services/data/v61.0/")


def test_an_unknown_path_is_a_list_too(org: Org) -> None:
    """
    What does not exist is 404 with a list body.
    """
    answer = org.rest("GET", "nowhere")

    assert answer.status_code == 404
    assert answer.json() == [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}]


def test_several_currencies_when_the_records_have_them() -> None:
    """
    With CurrencyType among the records it can be asked for, and every deal has a currency: by default the own one.
    """
    content = {**records(), "CurrencyType": [{"Id": "01L000000000001EAA", "IsoCode": "USD", "ConversionRate": 1.1}]}
    with running(content) as org:
        row = org.client.query("SELECT IsoCode, ConversionRate FROM CurrencyType")["records"][0]

        deal = org.client.query("SELECT CurrencyIsoCode FROM Opportunity LIMIT 1")["records"][0]
        assert (row["IsoCode"], row["ConversionRate"], deal["CurrencyIsoCode"]) == ("USD", 1.1, "EUR")


def test_the_given_records_are_left_alone() -> None:
    """
    What the sandbox changes stays in the sandbox.
    """
    content = records()
    with running(content) as org:
        org.client.Opportunity.update(WON_DEAL, {"Name": "Changed", "OwnerId": ANA})

        assert org.record("Opportunity", WON_DEAL)["Name"] == "Changed"
        assert records() == content


def test_a_query_too_long_for_a_request_line(org: Org) -> None:
    """
    Path, query and headers together hold at most 16,384 bytes; beyond, there is a page and no list.
    """
    soql = "SELECT Id FROM Account WHERE Name IN ('" + "x" * 16_400 + "')"

    answer = org.rest("GET", "query", params={"q": soql})

    assert answer.status_code == 414
    assert "<html>" in answer.text
