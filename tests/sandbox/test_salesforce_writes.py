"""
Writing to the played Salesforce: single records, collections, what is refused and what comes of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from simple_salesforce.exceptions import (
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceResourceNotFound,
)

from tests.sandbox.salesforce_org import (
    ACME,
    ANA,
    BEN,
    BOLT,
    CONVERTED_LEAD,
    GONE,
    LOST_DEAL,
    NEW_DEAL,
    OPEN_LEAD,
    WON_DEAL,
    Org,
    running,
)


@pytest.fixture(scope="module")
def started() -> Iterator[Org]:
    with running() as made:
        yield made


@pytest.fixture
def org(started: Org) -> Org:
    return started.fresh()


def update(org: Org, *rows: tuple[str, str, dict[str, Any]], all_or_none: bool = False, **headers: str) -> list[Any]:
    """
    Update some records in one call, by the client's own means.
    """
    body = {
        "allOrNone": all_or_none,
        "records": [{"attributes": {"type": kind}, "Id": row_id, **values} for kind, row_id, values in rows],
    }
    answer = org.client.restful("composite/sobjects", method="PATCH", json=body, headers=headers)
    return list(answer)


def code(result: dict[str, Any]) -> str:
    return str(result["errors"][0]["statusCode"])


def test_one_call_updates_in_order_and_tells_each_row(org: Org) -> None:
    """
    The answer is 200 with one result per row, in the order sent, though two rows were refused.
    """
    results = update(
        org,
        ("Account", BOLT, {"Industry": "Energy"}),
        ("Account", GONE, {"Industry": "Energy"}),
        ("Opportunity", NEW_DEAL, {"Amount": 1}),
        ("Lead", CONVERTED_LEAD, {"Rating": "Hot"}),
    )

    assert [result["success"] for result in results] == [True, False, True, False]
    assert dict(results[0]) == {"id": BOLT, "success": True, "errors": []}
    assert "id" not in results[1]
    assert [code(results[1]), code(results[3])] == ["ENTITY_IS_DELETED", "CANNOT_UPDATE_CONVERTED_LEAD"]
    assert org.record("Account", BOLT)["Industry"] == "Energy"


def test_a_write_moves_the_stamps(org: Org) -> None:
    """
    A written record carries now and the integration user; one that was refused keeps its stamp.
    """
    update(org, ("Account", ACME, {"Industry": "Energy"}), ("Account", GONE, {"Industry": "Energy"}))

    acme, gone = org.record("Account", ACME), org.record("Account", GONE)
    user = next(row for row in org.vendor.state()["records"]["User"] if row["Username"] == org.vendor.username)
    assert acme["SystemModstamp"] == acme["LastModifiedDate"] > "2026"
    assert user["Id"] == acme["LastModifiedById"]
    assert gone["SystemModstamp"] == "2025-02-01T10:00:00.000+0000"


def test_all_or_none_writes_nothing_when_one_row_fails(org: Org) -> None:
    """
    The good row is rolled back, its history too, and says why.
    """
    before = org.record("Opportunity", NEW_DEAL)
    results = update(
        org,
        ("Opportunity", NEW_DEAL, {"Amount": 7, "StageName": "Closed Won"}),
        ("Account", GONE, {"Industry": "x"}),
        all_or_none=True,
    )

    assert [code(result) for result in results] == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "ENTITY_IS_DELETED"]
    assert before == org.record("Opportunity", NEW_DEAL)
    assert "OpportunityHistory" not in org.vendor.state()["records"]


@pytest.mark.parametrize(
    ("kind", "row_id", "values", "expected"),
    [
        ("Opportunity", NEW_DEAL, {"Amount": 1e17}, "NUMBER_OUTSIDE_VALID_RANGE"),
        ("Opportunity", NEW_DEAL, {"Probability": 1000}, "NUMBER_OUTSIDE_VALID_RANGE"),
        ("Opportunity", NEW_DEAL, {"Amount": "much"}, "INVALID_TYPE_ON_FIELD_IN_RECORD"),
        ("Opportunity", NEW_DEAL, {"CloseDate": "soon"}, "INVALID_TYPE_ON_FIELD_IN_RECORD"),
        ("Opportunity", NEW_DEAL, {"Name": "x" * 121}, "STRING_TOO_LONG"),
        ("Opportunity", NEW_DEAL, {"Name": None}, "REQUIRED_FIELD_MISSING"),
        ("Opportunity", NEW_DEAL, {"IsWon": True}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("Opportunity", NEW_DEAL, {"SystemModstamp": "2020-01-01T00:00:00Z"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("Opportunity", NEW_DEAL, {"Nope__c": 1}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("Opportunity", NEW_DEAL, {"AccountId": OPEN_LEAD}, "MALFORMED_ID"),
        ("Opportunity", NEW_DEAL, {"AccountId": "001000000000999AAA"}, "INVALID_CROSS_REFERENCE_KEY"),
        ("Opportunity", "006000000000999AAA", {"Amount": 1}, "INVALID_CROSS_REFERENCE_KEY"),
        ("Opportunity", ACME, {"Amount": 1}, "MALFORMED_ID"),
        ("Opportunity", "nonsense", {"Amount": 1}, "MALFORMED_ID"),
        ("Lead", OPEN_LEAD, {"Email": "nobody"}, "INVALID_EMAIL_ADDRESS"),
        ("OpportunityStage", "01J000000000001EAA", {"MasterLabel": "x"}, "INSUFFICIENT_ACCESS_OR_READONLY"),
    ],
)
def test_a_wrong_row_is_refused_and_nothing_written(
    org: Org, kind: str, row_id: str, values: dict[str, Any], expected: str
) -> None:
    """
    Every kind of wrong value has its own code.
    """
    before = org.vendor.state()["records"]

    results = update(org, (kind, row_id, values))

    assert [expected] == [code(result) for result in results]
    assert before == org.vendor.state()["records"]


def test_numbers_are_rounded_to_their_scale(org: Org) -> None:
    """
    With two decimals 4.985 is stored as 4.99, half a cent up; a null clears.
    """
    update(org, ("Opportunity", NEW_DEAL, {"Amount": 4.985}), ("Opportunity", WON_DEAL, {"Amount": None}))

    assert org.record("Opportunity", NEW_DEAL)["Amount"] == 4.99
    assert org.record("Opportunity", WON_DEAL)["Amount"] is None


def test_nan_is_no_json(org: Org) -> None:
    """
    The client writes NaN bare; the whole request is refused.
    """
    with pytest.raises(SalesforceMalformedRequest, match="JSON_PARSER_ERROR"):
        org.client.Opportunity.update(NEW_DEAL, {"Amount": float("nan")})


def test_more_than_200_rows_and_malformed_bodies_are_refused_as_a_whole(org: Org) -> None:
    """
    A request that breaks a rule of the call is 400 with a list body, and nothing of it is written.
    """
    row = {"attributes": {"type": "Account"}, "Id": ACME, "Industry": "x"}
    typeless = {"Id": ACME, "Industry": "x"}
    mixed = [row, {**row, "attributes": {"type": "Lead"}}] * 6

    answers = [
        org.rest("PATCH", "composite/sobjects", json=body)
        for body in ({"records": [row] * 201}, {"records": [typeless]}, {"records": mixed}, {"rows": []})
    ]

    assert [answer.status_code for answer in answers] == [400] * 4
    codes = [answer.json()[0]["errorCode"] for answer in answers]
    assert codes == ["EXCEEDED_ID_LIMIT", "INVALID_INPUT", "LIMIT_EXCEEDED", "INVALID_INPUT"]
    assert org.record("Account", ACME)["Industry"] == "Banking"


def test_many_are_created_read_and_deleted(org: Org) -> None:
    """
    Collections create, read back in the order asked (null for what is not there) and delete.
    """
    made = org.rest(
        "POST", "composite/sobjects", json={"records": [{"attributes": {"type": "Account"}, "Name": n} for n in "ab"]}
    ).json()
    ids = [result["id"] for result in made]
    body = {"ids": [ids[1], "001000000000999AAA", ids[0]], "fields": ["Name"]}
    read = org.rest("POST", "composite/sobjects/Account", json=body).json()
    gone = org.rest("DELETE", "composite/sobjects", params={"ids": ",".join(ids), "allOrNone": "false"}).json()

    assert [record and record["Name"] for record in read] == ["b", None, "a"]
    assert [result["success"] for result in gone] == [True, True]
    assert org.record("Account", ids[0])["IsDeleted"] is True


def test_a_field_that_may_only_be_read_is_refused(org: Org) -> None:
    """
    A field hidden by field-level security cannot be written either.
    """
    org.vendor.hide_field("Account", "Industry")

    (result,) = update(org, ("Account", ACME, {"Industry": "x"}))

    assert code(result) == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert result["errors"][0]["fields"] == ["Industry"]
    assert "Please check the security settings" in result["errors"][0]["message"]


def test_single_records(org: Org) -> None:
    """
    Create is 201, update and delete are 204, a deleted record is 404.
    """
    client = org.client
    made = client.Account.create({"Name": "Fresh", "Website": "https://example.com"})
    assert (made["success"], made["errors"]) == (True, [])
    assert client.Account.update(made["id"], {"Name": "Fresher"}) == 204
    assert client.Account.get(made["id"][:15])["Name"] == "Fresher"
    assert client.Account.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound, match="ENTITY_IS_DELETED"):
        client.Account.update(made["id"], {"Name": "x"})
    with pytest.raises(SalesforceMalformedRequest, match="REQUIRED_FIELD_MISSING"):
        client.Account.create({})
    with pytest.raises(SalesforceMalformedRequest, match="The Id field should not be specified"):
        client.Account.update(ACME, {"Id": ACME})


def test_refusals_can_be_injected_and_counted(org: Org) -> None:
    """
    A refusal for one write hits once; the next write of that record goes through.
    """
    org.vendor.refuse("Account", ACME, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access", times=1)

    codes = [update(org, ("Account", ACME, {"Industry": "Energy"}))[0] for _ in range(2)]

    assert (code(codes[0]), codes[1]["success"]) == ("UNABLE_TO_LOCK_ROW", True)


def test_assignment_rules_act_unless_forbidden(org: Org) -> None:
    """
    With an active rule a written lead changes its owner, except under Sforce-Auto-Assign: FALSE; accounts never do.
    """
    org.vendor.assign_to(ANA)

    update(org, ("Lead", OPEN_LEAD, {"Rating": "Hot"}), **{"Sforce-Auto-Assign": "FALSE"})
    kept = org.record("Lead", OPEN_LEAD)["OwnerId"]
    update(org, ("Lead", OPEN_LEAD, {"Rating": "Hot"}), ("Account", BOLT, {"Industry": "x"}))

    assert (kept, org.record("Lead", OPEN_LEAD)["OwnerId"]) == (BEN, ANA)
    assert org.record("Account", BOLT)["OwnerId"] == BEN


def test_a_new_stage_closes_the_deal_and_leaves_history(org: Org) -> None:
    """
    Marks and probability follow the stage; the history row holds the new values.
    """
    update(org, ("Opportunity", NEW_DEAL, {"StageName": "Closed Won"}))

    deal = org.record("Opportunity", NEW_DEAL)
    assert (deal["IsClosed"], deal["IsWon"], deal["Probability"]) == (True, True, 100.0)
    history = org.client.query("SELECT OpportunityId, StageName, Amount FROM OpportunityHistory")["records"][0]
    assert (history["OpportunityId"], history["StageName"], history["Amount"]) == (NEW_DEAL, "Closed Won", 1000.0)


def test_upsert_by_an_external_id(org: Org) -> None:
    """
    The first time a key is created (201), then updated (200); a key that is no external id is 404.
    """
    org.client.toolingexecute(
        "sobjects/CustomField",
        method="POST",
        data={
            "FullName": "Account.Key__c",
            "Metadata": {"type": "Text", "label": "Key", "length": 40, "externalId": True, "unique": True},
        },
    )
    org.vendor.hide_field("Account", "Key__c", shown=True)

    codes = [org.client.Account.upsert("Key__c/a%2Fb", {"Name": name}) for name in ("One", "Two")]
    both = org.rest(
        "PATCH",
        "composite/sobjects/Account/Key__c",
        json={
            "records": [
                {"attributes": {"type": "Account"}, "Key__c": "A/B", "Name": "Three"},
                {"attributes": {"type": "Account"}, "Key__c": "c", "Name": "Four"},
                {"attributes": {"type": "Account"}, "Name": "Five"},
                {"attributes": {"type": "Account"}, "Key__c": "c", "Name": "Six"},
            ]
        },
    ).json()

    assert codes == [201, 200]
    assert [result["created"] for result in both[:2]] == [False, True]
    assert [code(result) for result in both[2:]] == ["MISSING_ARGUMENT", "DUPLICATE_VALUE"]
    assert {"Three", "Four"} == {
        row["Name"] for row in org.vendor.state()["records"]["Account"] if row.get("Key__c") in ("a/b", "c")
    }
    assert code(update(org, ("Account", ACME, {"Key__c": "c"}))[0]) == "DUPLICATE_VALUE"
    with pytest.raises(SalesforceResourceNotFound, match="Provided external ID field does not exist"):
        org.client.Account.upsert("Industry/x", {"Name": "x"})


def test_two_records_with_one_key_are_300(org: Org) -> None:
    """
    A key that is not unique may name two records: their addresses come back, nothing is written.
    """
    for name in ("Kim", "Kay"):
        org.client.Contact.create({"LastName": name, "Email": "shared@example.com"})

    answer = org.rest("PATCH", "sobjects/Contact/Email/shared@example.com", json={"Title": "CEO"})

    assert answer.status_code == 300
    assert len(answer.json()) == 2
    assert all(url.startswith("/services/data/v59.0/sobjects/Contact/003") for url in answer.json())
    with pytest.raises(SalesforceMoreThanOneRecord):
        org.client.Contact.get_by_custom_id("Email", "shared@example.com")


def test_deleted_and_updated_records_can_be_listed(org: Org) -> None:
    """
    Within a span of time the ids of changed records and of deleted ones are told apart.
    """
    span = {"start": "2025-01-01T00:00:00+00:00", "end": "2025-12-31T00:00:00+00:00"}

    deleted = org.rest("GET", "sobjects/Account/deleted", params=span).json()
    updated = org.rest("GET", "sobjects/Account/updated", params=span).json()

    assert deleted["deletedRecords"] == [{"id": GONE, "deletedDate": "2025-02-01T10:00:00.000+0000"}]
    assert updated["ids"] == [ACME, BOLT]
    assert LOST_DEAL not in updated["ids"]
