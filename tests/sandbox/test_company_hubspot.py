from __future__ import annotations

from decimal import Decimal

from sandbox.company import Company
from tests.sandbox.company_story import by_id, live


def test_every_hubspot_id_points_to_a_record(company: Company) -> None:
    """
    Ids are digits and unique; associations, owners, stages and campaigns all exist.
    """
    hubspot = company.hubspot
    ids = {name: {row["id"] for row in rows} for name, rows in hubspot.items() if rows and "id" in rows[0]}
    stages = {
        (pipeline["id"], stage["id"])
        for name in ("deal_pipelines", "ticket_pipelines")
        for pipeline in hubspot[name]
        for stage in pipeline["stages"]
    }
    numbers = {row["hs_object_id"] for row in hubspot["campaigns"]}

    for name in ("contacts", "companies", "deals", "tickets", "line_items", "calls", "emails", "meetings"):
        assert len(ids.get(name, ())) == len(hubspot[name])
        for row in hubspot[name]:
            assert row["id"].isdigit()
            assert row.get("hubspot_owner_id") is None or row["hubspot_owner_id"] in ids["owners"]
            for to, others in row["_associations"].items():
                assert set(others) <= ids[to]
    assert all((row["pipeline"], row["dealstage"]) in stages for row in hubspot["deals"])
    assert all((row["hs_pipeline"], row["hs_pipeline_stage"]) in stages for row in hubspot["tickets"])
    assert {row["hs_manual_campaign_ids"] for row in hubspot["deals"]} - {None} <= numbers
    assert {row["campaign"] for row in hubspot["marketing_emails"]} - {None} <= ids["campaigns"]
    touched = {row["hs_analytics_first_touch_converting_campaign"] for row in hubspot["contacts"]} - {None}
    assert touched
    assert touched <= ids["campaigns"]


def test_hubspot_values_are_text(company: Company) -> None:
    """
    Every property is text or null, and a contact has more than 40 of them.
    """
    for name in ("contacts", "companies", "deals", "tickets", "line_items", "calls", "emails", "meetings"):
        for row in company.hubspot[name]:
            assert all(value is None or isinstance(value, str) for key, value in row.items() if key[0] != "_")
    assert len([key for key in company.hubspot["contacts"][0] if key[0] != "_"]) > 40


def test_hubspot_histories_end_in_the_current_value(company: Company) -> None:
    """
    Newest first: the first entry of the deal stage and of the life cycle is what the record shows.
    """
    for name, field in (("deals", "dealstage"), ("contacts", "lifecyclestage"), ("companies", "lifecyclestage")):
        for row in company.hubspot[name]:
            entries = row["_history"][field]
            assert row[field] == entries[0]["value"]
            assert row[f"hs_v2_date_entered_{row[field]}"] == entries[0]["timestamp"]
            assert [e["timestamp"] for e in entries] == sorted((e["timestamp"] for e in entries), reverse=True)


def test_deals_that_only_hubspot_knows_have_recurring_lines(company: Company) -> None:
    """
    Without a Salesforce id a deal has line items whose MRR adds up to its own; linked ones have none.
    """
    lines = by_id(company.hubspot["line_items"])
    alone = [row for row in live(company.hubspot["deals"]) if row["hs_salesforceopportunityid"] is None]
    linked = [row for row in live(company.hubspot["deals"]) if row["hs_salesforceopportunityid"]]

    assert len(alone) > 10
    for row in alone:
        own = [lines[number] for number in row["_associations"].get("line_items", ())]
        assert (row["amount"] is None) == (own == [])
        if own:
            assert Decimal(row["hs_mrr"]) == sum(Decimal(line["hs_mrr"]) for line in own if line.get("hs_mrr"))
        if row["hs_is_closed_won"] == "true":
            assert own[0]["hs_recurring_billing_start_date"]
    assert all(row["hs_mrr"] is None and "line_items" not in row["_associations"] for row in linked)


def test_some_records_were_merged_and_some_archived(company: Company) -> None:
    """
    A merged record keeps the old id in a property, and the old one is gone; archived ones have no links left.
    """
    for name in ("contacts", "companies"):
        ids = {row["id"] for row in company.hubspot[name]}
        old = {row["hs_merged_object_ids"] for row in live(company.hubspot[name])} - {None}
        assert old
        assert not old & ids
    for name in ("contacts", "companies", "deals"):
        archived = [row for row in company.hubspot[name] if row["_archived"]]
        assert archived
        assert all(row["_associations"] == {} for row in archived)
