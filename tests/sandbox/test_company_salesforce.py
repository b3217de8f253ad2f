from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

import pytest

from connectors.schema import CHANNELS
from sandbox.company import CAMPAIGN_WORDS, CHANNEL_WORDS, Company
from tests.sandbox.company_story import Row, by_id, eighteen, live

REFERENCES = re.compile(r"(Id|ById)$")


def references(row: Row) -> Iterator[tuple[str, str]]:
    for name, value in row.items():
        if name not in ("Id", "ProfileId") and REFERENCES.search(name) and isinstance(value, str):
            yield name, value


def test_every_salesforce_id_points_to_a_record(company: Company) -> None:
    """
    All ids are unique, whole, and every reference names a record that is there.
    """
    known = [row["Id"] for rows in company.salesforce.values() for row in rows]
    assert len(known) == len(set(known))
    assert all(one == eighteen(one) for one in known)

    there = set(known)
    lost = [
        (name, field, value)
        for name, rows in company.salesforce.items()
        for row in rows
        for field, value in references(row)
        if value not in there
    ]
    assert lost == []


def test_opportunity_history_ends_where_the_opportunity_stands(company: Company) -> None:
    """
    The last row of each history has stage, amount and close date of the opportunity; some rows only change the amount.
    """
    history: defaultdict[str, list[Row]] = defaultdict(list)
    for row in company.salesforce["OpportunityHistory"]:
        history[row["OpportunityId"]].append(row)
    opportunities = live(company.salesforce["Opportunity"])

    for row in opportunities:
        last = history[row["Id"]][-1]
        assert row["CreatedDate"] == history[row["Id"]][0]["CreatedDate"]
        assert (row["StageName"], row["Amount"], row["CloseDate"]) == (
            last["StageName"],
            last["Amount"],
            last["CloseDate"],
        )
        assert [h["CreatedDate"] for h in history[row["Id"]]] == sorted(h["CreatedDate"] for h in history[row["Id"]])
    repeated = [1 for rows in history.values() for a, b in pairwise(rows) if a["StageName"] == b["StageName"]]
    assert len(repeated) > 20


def test_closed_opportunities_have_their_date_and_won_ones_their_contract(company: Company) -> None:
    """
    CloseDate of a closed one is the day of its last stage change; only won ones have contracts, ends after starts.
    """
    for row in live(company.salesforce["Opportunity"]):
        assert row["IsClosed"] == row["StageName"].startswith("Closed")
        assert row["IsWon"] == (row["StageName"] == "Closed Won") == (row["Contract_Start__c"] is not None)
        if row["IsClosed"]:
            assert row["CloseDate"] == row["LastStageChangeDate"][:10]
        if row["Contract_End__c"]:
            assert row["Contract_Start__c"] < row["Contract_End__c"]


def test_amount_is_the_sum_of_the_lines_and_mrr_of_the_recurring_ones(company: Company) -> None:
    """
    TotalPrice adds up to Amount; a twelfth of what recurs (all but Services) is MRR__c.
    """
    families = {row["Id"]: row["Family"] for row in company.salesforce["Product2"]}
    amount: Counter[str] = Counter()
    yearly: Counter[str] = Counter()
    for line in company.salesforce["OpportunityLineItem"]:
        assert line["TotalPrice"] == pytest.approx(line["Quantity"] * line["UnitPrice"])
        amount[line["OpportunityId"]] += line["TotalPrice"]
        if families[line["Product2Id"]] != "Services":
            yearly[line["OpportunityId"]] += line["TotalPrice"]

    for row in live(company.salesforce["Opportunity"]):
        if row["Amount"] is not None:
            assert (row["Amount"], row["MRR__c"]) == (amount[row["Id"]], yearly[row["Id"]] / 12)


def test_lead_history_leads_to_the_status(company: Company) -> None:
    """
    Each change starts from the status before it; the last is the lead's status; who is converted was qualified first.
    """
    history: defaultdict[str, list[Row]] = defaultdict(list)
    for row in company.salesforce["LeadHistory"]:
        if row["Field"] == "Status":
            history[row["LeadId"]].append(row)

    for lead in live(company.salesforce["Lead"]):
        changes = history[lead["Id"]]
        statuses = ["Open - Not Contacted", *(row["NewValue"] for row in changes)]
        assert statuses[:-1] == [row["OldValue"] for row in changes]
        if lead["LastName"] != "Test":
            assert statuses[-1] == lead["Status"]
        if lead["IsConverted"]:
            assert "Qualified" in statuses
            assert lead["ConvertedDate"] == changes[-1]["CreatedDate"][:10]


def test_merged_and_deleted_records_are_there(company: Company) -> None:
    """
    Losers of a merge are deleted and name a living winner; others are deleted without one.
    """
    for sobject in ("Account", "Contact", "Lead"):
        rows = by_id(company.salesforce[sobject], "Id")
        deleted = [row for row in rows.values() if row["IsDeleted"]]
        merged = [row for row in deleted if row["MasterRecordId"]]
        assert merged
        assert len(merged) < len(deleted)
        assert not any(rows[row["MasterRecordId"]]["IsDeleted"] for row in merged)


def test_lead_sources_and_campaign_types_have_a_channel(company: Company) -> None:
    """
    Every word that the organisation uses means a channel of the one vocabulary.
    """
    words = {row["LeadSource"] for name in ("Lead", "Contact", "Opportunity") for row in company.salesforce[name]}
    types = {row["Type"] for row in company.salesforce["Campaign"]}

    assert words <= set(CHANNEL_WORDS)
    assert types <= set(CAMPAIGN_WORDS)
    assert {*CHANNEL_WORDS.values(), *CAMPAIGN_WORDS.values()} <= set(CHANNELS)
