"""
The normalize files over raw rows written by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest
import sqlglot

from connectors.contract import Context
from connectors.hubspot import CONNECTOR
from connectors.hubspot.settings import HubSpotSettings
from connectors.schema import TABLES
from sync.sql import bind, read, render

TYPES = {"instant": "timestamptz", "date": "date", "number": "double", "integer": "bigint", "boolean": "boolean"}
DEAL = {"pipeline": "default", "archived": False, "createdate": "2025-01-01T00:00:00Z"}
WON = {**DEAL, "dealstage": "closedwon", "closedate": "2025-03-31T22:30:00Z"}
CONTACT = {"archived": False, "createdate": "2025-01-01T00:00:00Z"}
PORTAL = {"portal_id": "77", "currency": "EUR", "ui_domain": "app-eu1.hubspot.com"}
STAGES = [
    {"pipeline": "default", "stage": "open", "is_closed": False, "probability": 0.2, "label": "Open", "position": 0},
    {"pipeline": "default", "stage": "closedwon", "is_closed": True, "probability": 1, "label": "Won", "position": 1},
    {"pipeline": "default", "stage": "closedlost", "is_closed": True, "probability": 0, "label": "Lost", "position": 2},
]


class Raw:
    """
    Raw tables as the warehouse makes them of the streams, and the normalized rows over them.
    """

    def __init__(self, **mapping: Any) -> None:
        self.settings = HubSpotSettings(access_token="env:NOBODY", mapping=mapping)
        self.context = Context("hubspot", timezone="Europe/Madrid", currency="EUR")
        self.db = duckdb.connect()
        self.db.execute("set timezone = 'UTC'; create schema raw")
        self.streams = {stream.name: stream for stream in CONNECTOR.source(self.settings, self.context).streams()}
        for stream in self.streams.values():
            columns = []
            for field in stream.fields:
                columns.append(f'"{field.name}" {TYPES.get(field.type, "varchar")}')
                if field.type == "email":
                    columns += [f'"{field.name}_domain" varchar', f'"{field.name}_is_shared" boolean']
            self.db.execute(f'create table raw."{stream.name}" ({", ".join(columns)})')

    def add(self, name: str, *rows: dict[str, Any]) -> Raw:
        for row in rows:
            names = ", ".join(f'"{column}"' for column in row)
            values = ", ".join("?" * len(row))
            self.db.execute(f'insert into raw."{name}" ({names}) values ({values})', list(row.values()))
        return self

    def statement(self, table: str, dialect: str = "duckdb") -> str:
        given = CONNECTOR.placeholders(self.settings, self.context)
        return render(bind(read(CONNECTOR.normalize / f"{table}.sql"), given, "raw", where=table), dialect)

    def rows(self, table: str) -> dict[str, dict[str, Any]]:
        rows = self.db.sql(self.statement(table)).to_arrow_table().to_pylist()
        assert len({row["id"] for row in rows}) == len(rows), "two rows with one id"
        return {row["id"]: row for row in rows}


@pytest.fixture
def raw() -> Iterator[Raw]:
    made = Raw()
    yield made.add("account", PORTAL).add("deal_stages", *STAGES)
    made.db.close()


@pytest.mark.parametrize("table", sorted(file.stem for file in CONNECTOR.normalize.glob("*.sql")))
def test_every_table_is_read_from_nothing(table):
    """
    Empty raw tables give no rows and no error; the columns are the schema's; the text parses for Spark too.
    """
    raw = Raw()
    assert raw.rows(table) == {}
    described = raw.db.execute(raw.statement(table)).description
    assert {column[0] for column in described} <= {column.name for column in TABLES[table].given}
    assert sqlglot.parse_one(raw.statement(table, "spark"), dialect="spark")


def test_a_company_becomes_an_account(raw):
    """
    Domain in lower case, size in bands, the Salesforce id in 18 characters, the link into the portal.
    """
    raw.add(
        "companies",
        {"id": "1", "name": "Acme", "domain": "ACME.example", "numberofemployees": 51, "industry": "RETAIL",
         "archived": False, "salesforceaccountid": "0015g000001ABcD"},
    )  # fmt: skip
    row = raw.rows("accounts")["1"]

    assert (row["domain"], row["size_band"], row["segment"]) == ("acme.example", "51-200", "RETAIL")
    # Chunks 0015g, 00000, 1ABcD: capitals at none; none; places 1, 2 and 4 = 2 + 4 + 16 = 22 -> W.
    assert (row["linked_source"], row["linked_id"]) == ("salesforce", "0015g000001ABcDAAW")
    assert row["url"] == "https://app-eu1.hubspot.com/contacts/77/record/0-2/1"


def test_an_absorbed_company_points_to_its_survivor(raw):
    """
    The survivor names the ids it took over; a row read before the merge leaves and points to it.
    """
    raw.add("companies", {"id": "1", "archived": False}, {"id": "2", "archived": False, "hs_merged_object_ids": "1;9"})
    rows = raw.rows("accounts")

    assert (rows["1"]["is_deleted"], rows["1"]["merged_into"]) == (True, "2")
    assert (rows["2"]["is_deleted"], rows["2"]["merged_into"]) == (False, None)


def test_a_contact_becomes_a_lead():
    """
    Channel from the source, campaign from the words of the source, qualified on entering the named stage.
    """
    raw = Raw(channels={"PAID_SEARCH": "Paid Social"}, qualified_stage="salesqualifiedlead")
    raw.add(
        "campaigns",
        {"id": "c-1", "hs_utm": "Spring"},
        {"id": "c-2", "hs_name": "both"},
        {"id": "c-3", "hs_utm": "both"},
    )
    raw.add("companies", {"id": "5", "industry": "RETAIL"})
    raw.add(
        "contacts",
        {**CONTACT, "id": "1", "hs_analytics_source": "PAID_SEARCH", "hs_analytics_source_data_1": "spring",
         "hs_v2_date_entered_salesqualifiedlead": "2025-02-01T00:00:00Z", "associatedcompanyid": "5",
         "email": "k3y", "email_domain": "acme.example", "email_is_shared": False, "lifecyclestage": "opportunity"},
        {**CONTACT, "id": "2", "hs_analytics_source": "SOMETHING_NEW", "hs_analytics_source_data_1": "both",
         "hs_lifecyclestage_salesqualifiedlead_date": "2025-02-02T00:00:00Z", "hs_object_source": "IMPORT",
         "salesforceleadid": "00Q5g000001abcdEAA", "salesforcecontactid": "0035g000001abcdEAA"},
        {**CONTACT, "id": "3"},
    )  # fmt: skip
    rows = raw.rows("leads")

    assert (rows["1"]["channel"], rows["1"]["campaign_id"], rows["1"]["segment"]) == ("Paid Social", "c-1", "RETAIL")
    assert rows["1"]["qualified_at"] == datetime(2025, 2, 1, tzinfo=UTC)
    assert (rows["1"]["kind"], rows["1"]["is_lead"], rows["1"]["email_key"]) == ("contact", True, "k3y")
    assert (rows["2"]["channel"], rows["2"]["campaign_id"]) == ("Other", None)
    assert rows["2"]["qualified_at"] == datetime(2025, 2, 2, tzinfo=UTC)
    assert (rows["2"]["linked_id"], rows["2"]["is_bulk_import"]) == ("0035g000001abcdEAA", True)
    assert (rows["3"]["channel"], rows["3"]["qualified_at"], rows["3"]["linked_source"]) == (None, None, None)


def test_a_deal_becomes_an_opportunity(raw):
    """
    Closed on the organisation's calendar day (22:30 UTC on 31 March is 1 April in Madrid), won by the stage, with the
    contact that was there first and the family of its largest line.
    """
    raw.add("contacts", {**CONTACT, "id": "8"}, {**CONTACT, "id": "9", "createdate": "2024-01-01T00:00:00Z"})
    raw.add(
        "deals",
        {**WON, "id": "1", "amount": 1500.1, "dealtype": "existingbusiness", "contact_ids": "8;9", "company_ids": "5",
         "hs_salesforceopportunityid": "0065g000001abcdAAA", "hs_analytics_source": "REFERRALS",
         "stage_history": "2025-04-02T00:00:00Z closedwon;2025-03-20T00:00:00Z open;2025-03-10T00:00:00Z closedwon"},
        {**DEAL, "id": "2", "dealstage": "open", "deal_currency_code": "USD", "hs_is_closed": True},
        {**DEAL, "id": "3", "dealstage": "closedlost", "dealtype": "partnership", "closedate": "2025-02-01T12:00:00Z"},
    )  # fmt: skip
    raw.add("line_items", {"id": "a", "name": "Small", "amount": 1, "deal_ids": "1", "archived": False},
            {"id": "b", "name": "Large", "amount": 2, "deal_ids": "1", "archived": False})  # fmt: skip
    rows = raw.rows("opportunities")

    won, opened, lost = rows["1"], rows["2"], rows["3"]
    assert (won["closed_on"], won["closed_at"]) == (date(2025, 4, 1), datetime(2025, 3, 31, 22, 30, tzinfo=UTC))
    assert (won["is_closed"], won["is_won"], won["kind"]) == (True, True, "upsell")
    assert (won["amount"], won["currency"], won["product_family"]) == (Decimal("1500.1000"), "EUR", "Large")
    assert (won["lead_id"], won["account_id"], won["channel"]) == ("9", "5", "Referral")
    assert (opened["is_closed"], opened["is_won"], opened["amount"], opened["currency"]) == (False, False, None, "USD")
    assert (lost["is_closed"], lost["is_won"], lost["kind"], lost["channel"]) == (True, False, None, None)


def test_a_closed_deal_without_a_close_date(raw):
    """
    It closed when it last entered the stage it stands in: of a reopened deal, its last closing.
    """
    history = "2025-04-02T00:00:00Z closedwon;2025-03-20T00:00:00Z open;2025-03-10T00:00:00Z closedwon"
    raw.add("deals", {**WON, "id": "1", "closedate": None, "stage_history": history})
    row = raw.rows("opportunities")["1"]

    assert (row["closed_on"], row["closed_at"]) == (None, datetime(2025, 4, 2, tzinfo=UTC))


def test_every_stage_a_deal_entered(raw):
    """
    One row per entry, a second visit too; an emptied stage is none.
    """
    history = "2025-03-03T00:00:00Z open;2025-03-02T00:00:00Z ;2025-03-01T00:00:00Z open"
    raw.add("deals", {**DEAL, "id": "1", "dealstage": "open", "stage_history": history}, {**DEAL, "id": "2"})
    rows = raw.rows("stage_changes").values()

    assert sorted((row["opportunity_id"], row["stage"], row["at"].day, row["pipeline"]) for row in rows) == [
        ("1", "open", 1, "default"),
        ("1", "open", 3, "default"),
    ]


def test_recurring_lines_of_won_deals_are_subscriptions(raw):
    """
    A yearly line of 1,200 is 100 a month for its term of 12; a one-time line, and a line of an open deal, are none.
    """
    raw.add("deals", {**WON, "id": "1", "company_ids": "5", "hs_mrr": 999}, {**DEAL, "id": "2", "dealstage": "open"})
    yearly = {"archived": False, "recurringbillingfrequency": "annually", "amount": 1200}
    raw.add(
        "line_items",
        {**yearly, "id": "a", "name": "Pro", "deal_ids": "1", "hs_recurring_billing_start_date": "2025-05-01",
         "hs_term_in_months": 12},
        {**yearly, "id": "b", "deal_ids": "1", "hs_mrr": 50, "hs_recurring_billing_end_date": "2025-09-01"},
        {"id": "c", "archived": False, "deal_ids": "1", "amount": 500},
        {**yearly, "id": "d", "deal_ids": "2"},
    )  # fmt: skip
    rows = raw.rows("subscriptions")

    assert set(rows) == {"a", "b"}
    assert (rows["a"]["mrr"], rows["a"]["starts_on"], rows["a"]["ends_on"]) == (100, date(2025, 5, 1), date(2026, 5, 1))
    assert (rows["b"]["mrr"], rows["b"]["starts_on"], rows["b"]["ends_on"]) == (50, date(2025, 4, 1), date(2025, 9, 1))
    assert (rows["a"]["account_id"], rows["a"]["opportunity_id"], rows["a"]["currency"]) == ("5", "1", "EUR")


def test_deals_with_monthly_revenue_are_subscriptions_until_renewed():
    """
    Two deals of one account, 100 a month and its renewal at 120: the first ends where the second starts, so that the
    account is worth 120 afterwards and not 220.
    """
    raw = Raw(deal_kinds={"renewal": "renewal"}).add("deal_stages", *STAGES).add("account", PORTAL)
    raw.add(
        "deals",
        {**WON, "id": "1", "company_ids": "5", "hs_mrr": 100, "dealtype": "newbusiness"},
        {
            **WON,
            "id": "2",
            "company_ids": "5",
            "hs_mrr": 120,
            "dealtype": "renewal",
            "closedate": "2026-03-31T12:00:00Z",
        },
        {**WON, "id": "3", "company_ids": "6", "hs_mrr": 70},
        {**WON, "id": "4", "company_ids": "6", "hs_mrr": 0},
    )
    rows = raw.rows("subscriptions")

    assert {id: (row["mrr"], row["starts_on"], row["ends_on"]) for id, row in rows.items()} == {
        "deal-1": (100, date(2025, 4, 1), date(2026, 3, 31)),
        "deal-2": (120, date(2026, 3, 31), None),
        "deal-3": (70, date(2025, 4, 1), None),
    }


def test_a_merged_deal_is_sold_once(raw):
    """
    Merging two deals makes a third: the two that went into it count no more, and a line that still names one of them
    belongs to the third.
    """
    history = {"stage_history": "2025-03-31T22:30:00Z closedwon"}
    raw.add("deals", {**WON, **history, "id": "1", "hs_mrr": 10}, {**WON, **history, "id": "2", "hs_mrr": 20})
    raw.add("deals", {**WON, **history, "id": "3", "hs_mrr": 20, "hs_merged_object_ids": "1;2"})
    raw.add(
        "line_items",
        {"id": "a", "archived": False, "deal_ids": "2", "hs_mrr": 20, "recurringbillingfrequency": "monthly"},
    )

    assert {id: row["opportunity_id"] for id, row in raw.rows("subscriptions").items()} == {"a": "3"}
    assert raw.rows("opportunity_lines")["a"]["opportunity_id"] == "3"
    assert {id: row["merged_into"] for id, row in raw.rows("opportunities").items()} == {"1": "3", "2": "3", "3": None}
    changes = raw.rows("stage_changes").values()
    assert {row["opportunity_id"] for row in changes if not row["is_deleted"]} == {"3"}


def test_contract_days_can_be_properties():
    """
    The settings name them; an instant counts by its day.
    """
    raw = Raw(subscription_starts_property="starts", subscription_ends_property="ends").add("deal_stages", *STAGES)
    raw.add("deals", {**WON, "id": "1", "hs_mrr": 10, "starts": "2025-05-01", "ends": "2026-05-01T00:00:00Z"})
    row = raw.rows("subscriptions")["deal-1"]

    assert (row["starts_on"], row["ends_on"]) == (date(2025, 5, 1), date(2026, 5, 1))


def test_campaigns_and_their_costs(raw):
    """
    Spend runs over the campaign's days; the channel is the one that all its contacts came by; a campaign nobody
    entered a cost for has none, which is not a cost of 0.
    """
    raw.add(
        "campaigns",
        {"id": "c-1", "hs_name": "Spring", "hs_utm": "spring",
         "hs_start_date": "2025-03-01", "hs_end_date": "2025-03-31",
         "hs_spend_items_sum_amount": 310, "hs_currency_code": "USD", "hs_budget_items_sum_amount": 400},
        {"id": "c-2", "hs_name": "Mixed", "hs_spend_items_sum_amount": 5, "created_at": "2025-03-31T22:30:00Z"},
        {"id": "c-3", "hs_name": "Free", "hs_spend_items_sum_amount": 0},
    )  # fmt: skip
    came = {**CONTACT, "hs_analytics_source": "PAID_SEARCH"}
    raw.add(
        "contacts",
        {**came, "id": "1", "hs_analytics_source_data_1": "SPRING"},
        {**came, "id": "2", "hs_analytics_source_data_2": "spring"},
        {**came, "id": "3", "hs_analytics_source_data_1": "mixed"},
        {
            **CONTACT,
            "id": "4",
            "hs_analytics_source": "REFERRALS",
            "hs_analytics_first_touch_converting_campaign": "c-2",
        },
    )
    costs, campaigns = raw.rows("costs"), raw.rows("campaigns")

    assert set(costs) == {"c-1/spend", "c-2/spend"}
    spring, mixed = costs["c-1/spend"], costs["c-2/spend"]
    assert (spring["starts_on"], spring["ends_on"]) == (date(2025, 3, 1), date(2025, 3, 31))
    assert (spring["amount"], spring["currency"], spring["channel"]) == (310, "USD", "Paid Search")
    assert (mixed["starts_on"], mixed["ends_on"], mixed["channel"]) == (date(2025, 4, 1), date(2025, 4, 1), None)
    assert (campaigns["c-1"]["channel"], campaigns["c-1"]["budget"], campaigns["c-2"]["channel"]) == (
        "Paid Search", 400, None,
    )  # fmt: skip


def test_the_settings_name_a_campaigns_channel():
    """
    By UTM value or name, whatever the contacts say.
    """
    raw = Raw(campaign_channels={"SPRING": "Events"}).add("campaigns", {"id": "c-1", "hs_utm": "spring"})
    assert raw.rows("campaigns")["c-1"]["channel"] == "Events"


def test_first_and_latest_touch_of_a_contact(raw):
    """
    Where it came from, the form it filled in later, where it came from last; a visit that is both counts once.
    """
    raw.add("campaigns", {"id": "c-1", "hs_utm": "spring"})
    raw.add(
        "contacts",
        {**CONTACT, "id": "1", "hs_analytics_source": "DIRECT_TRAFFIC",
         "hs_analytics_first_timestamp": "2025-01-01T00:00:00Z",
         "first_conversion_date": "2025-01-03T00:00:00Z", "hs_latest_source": "PAID_SEARCH",
         "hs_latest_source_data_1": "Spring", "hs_latest_source_timestamp": "2025-01-05T00:00:00Z"},
        {**CONTACT, "id": "2", "hs_analytics_source": "OFFLINE", "hs_latest_source": "OFFLINE",
         "hs_latest_source_timestamp": "2025-01-01T00:00:00Z"},
        {**CONTACT, "id": "3"},
    )  # fmt: skip
    rows = raw.rows("touches")

    assert {id: (row["at"].day, row["channel"], row["is_direct"], row["is_response"]) for id, row in rows.items()} == {
        "1/original source": (1, "Direct", True, False),
        "1/form": (3, "Direct", True, True),
        "1/latest source": (5, "Paid Search", False, None),
        "2/original source": (1, "Offline", False, None),
    }
    assert rows["1/latest source"]["campaign_id"] == "c-1"
    assert (rows["1/form"]["team"], rows["2/original source"]["team"]) == ("marketing", None)


def test_what_took_place_is_an_activity(raw):
    """
    Kind, direction and the owner's team; a bounced mail and a meeting nobody came to are none.
    """
    raw.add("owners", {"id": "71", "team_names": "EMEA Sales", "archived": False})
    raw.add("contacts", {**CONTACT, "id": "8", "associatedcompanyid": "5"})
    mine = {"archived": False, "hs_timestamp": "2025-03-01T10:00:00Z", "hubspot_owner_id": "71", "contact_ids": "8;9"}
    raw.add("calls", {**mine, "id": "1", "hs_call_direction": "INBOUND", "deal_ids": "3"})
    raw.add("emails", {**mine, "id": "1", "hs_email_direction": "EMAIL", "company_ids": "6", "hs_email_status": "SENT"},
            {**mine, "id": "2", "hs_email_status": "BOUNCED"})  # fmt: skip
    raw.add("meetings", {**mine, "id": "3", "hs_meeting_outcome": "COMPLETED"},
            {**mine, "id": "4", "hs_meeting_outcome": "NO_SHOW"})  # fmt: skip
    rows = raw.rows("activities")

    assert {id: (row["direction"], row["account_id"], row["team"]) for id, row in rows.items()} == {
        "call-1": ("in", "5", "sales"),
        "email-1": ("out", "6", "sales"),
        "meeting-3": (None, "5", "sales"),
    }
    assert (rows["call-1"]["lead_id"], rows["call-1"]["opportunity_id"]) == ("8", "3")


def test_tickets_close_with_their_stage(raw):
    """
    A reopened ticket keeps its closing date in HubSpot; here it is open.
    """
    stages = {"pipeline": "0", "probability": None}
    raw.add("ticket_stages", {**stages, "stage": "1", "is_closed": False}, {**stages, "stage": "4", "is_closed": True})
    closed = {"archived": False, "hs_pipeline": "0", "closed_date": "2025-03-01T00:00:00Z", "company_ids": "5"}
    raw.add("tickets", {**closed, "id": "1", "hs_pipeline_stage": "4"}, {**closed, "id": "2", "hs_pipeline_stage": "1"})
    rows = raw.rows("tickets")

    assert (rows["1"]["closed_at"], rows["2"]["closed_at"]) == (datetime(2025, 3, 1, tzinfo=UTC), None)
    assert rows["1"]["account_id"] == "5"


def test_drafts_are_no_sends(raw):
    """
    Only what was published counts; counters are HubSpot's own.
    """
    sent = {
        "published_at": "2025-03-01T00:00:00Z",
        "state": "PUBLISHED",
        "sent": 10,
        "delivered": 9,
        "open": 4,
        "click": 1,
    }
    raw.add(
        "marketing_emails",
        {**sent, "id": "1"},
        {"id": "2", "state": "DRAFT"},
        {**sent, "id": "3", "state": "AUTOMATED_DRAFT"},
    )
    rows = raw.rows("email_sends")

    assert set(rows) == {"1"}
    assert (rows["1"]["delivered"], rows["1"]["unique_opens"], rows["1"]["unique_clicks"]) == (9, 4, 1)


def test_owners_and_stages(raw):
    """
    The team is found by the words in its name; those who left are not active; won is closed with certainty.
    """
    raw.add("owners", {"id": "1", "name": "Ana", "team_names": "EMEA Sales;All", "archived": False},
            {"id": "2", "name": "Bo", "archived": True})  # fmt: skip
    owners, stages = raw.rows("owners"), raw.rows("stages")

    assert (owners["1"]["team"], owners["1"]["is_active"]) == ("sales", True)
    assert (owners["2"]["team"], owners["2"]["is_active"]) == (None, False)
    assert {row["stage"]: row["is_won"] for row in stages.values()} == {
        "open": False, "closedwon": True, "closedlost": False,
    }  # fmt: skip


def test_what_a_currency_is_worth(raw):
    """
    Rates into the reporting currency, from the local day on which they took effect; others are not ours to turn round.
    """
    day = {"effective_at": "2025-03-31T22:30:00Z"}
    raw.add(
        "exchange_rates",
        {**day, "id": "1", "from_currency": "USD", "to_currency": "EUR", "rate": 0.9},
        {**day, "id": "2", "from_currency": "EUR", "to_currency": "USD", "rate": 1.1},
    )
    rows = raw.rows("exchange_rates")

    assert [(row["currency"], row["on"], row["rate"]) for row in rows.values()] == [("USD", date(2025, 4, 1), 0.9)]
