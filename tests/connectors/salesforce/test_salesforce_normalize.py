"""
From raw records to the normalized tables, on rows written by hand.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlglot

from connectors.salesforce import CONNECTOR
from connectors.schema import TABLES
from sync.sql import bind, render
from tests.connectors.salesforce.organisation import Raw, context

FILES = sorted(path.stem for path in (CONNECTOR.normalize or context().folder).glob("*.sql"))
MAPPED = {
    "mrr_field": "MRR__c",
    "subscription_starts_field": "Starts__c",
    "subscription_ends_field": "Ends__c",
    "segment_field": "Segment__c",
    "qualified_field": "Qualified_On__c",
    "channels": {"Web": "Organic Search", "O'Reilly": "Events"},
    "campaign_channels": {"Webinar": "Events"},
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def picked(row: dict[str, Any], names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names.split())


@pytest.mark.parametrize("mapping", [{}, MAPPED], ids=["plain", "mapped"])
def test_every_file_gives_columns_of_its_table(mapping: dict[str, Any]) -> None:
    """
    With and without a mapping, over empty raw tables: known columns, an id, and SQL that Spark reads too.
    """
    raw = Raw(**mapping)
    for table in FILES:
        assert raw.normalized(table) == []
        assert CONNECTOR.normalize is not None and CONNECTOR.placeholders is not None
        text = (CONNECTOR.normalize / f"{table}.sql").read_text()
        tree = bind(text, CONNECTOR.placeholders(raw.settings, context()), "raw", where=table)

        assert set(tree.named_selects) <= {column.name for column in TABLES[table].given} - {"source"}
        assert "id" in tree.named_selects
        assert sqlglot.parse_one(render(tree, "spark"), dialect="spark")


def test_every_fed_table_has_a_file() -> None:
    """
    What the streams feed and what is normalized are the same tables.
    """
    from connectors.salesforce.streams import streams

    fed = {table for stream in streams(Raw(mrr_field="MRR__c").settings) for table in stream.feeds}

    assert fed == set(FILES)


def test_an_organisation_without_recurring_revenue_offers_no_subscriptions() -> None:
    """
    Without mrr_field no stream feeds subscriptions: recurring KPIs are unknown, not zero.
    """
    from connectors.salesforce.streams import streams

    assert not any("subscriptions" in stream.feeds for stream in streams(Raw().settings))


def test_account() -> None:
    """
    The domain comes out of an address, sizes fall into bands, the segment is the mapped field.
    """
    raw = Raw(**MAPPED)
    raw.add("Account", Id="001A", Website=" https://www.Acme.example/es?x=1", NumberOfEmployees=51, Segment__c="SMB",
            Industry="Retail", MasterRecordId="001B", IsDeleted=True)  # fmt: skip
    row = raw.one("accounts")

    assert picked(row, "id domain size_band segment industry merged_into is_deleted url") == (
        "001A", "acme.example", "51-200", "SMB", "Retail", "001B", True, "https://acme.my.salesforce.com/001A",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("acme.example", "acme.example"),
        ("http://shop.acme.example:8080", "shop.acme.example"),
        ("", None),
        (None, None),
    ],
)
def test_domain(website: str | None, domain: str | None) -> None:
    """
    With or without scheme, port and path; nothing stays nothing.
    """
    raw = Raw()
    raw.add("Account", Id="001A", Website=website)

    assert raw.one("accounts")["domain"] == domain


def lead(raw: Raw, id: str = "00Q1", **values: Any) -> None:
    raw.add("Lead", **{"Id": id, "Status": "New", "CreatedDate": at("2026-03-10 09:00"), **values})


def move(raw: Raw, when: str, old: str, new: str, lead: str = "00Q1") -> None:
    raw.add("LeadHistory", Id=f"017{lead}{when}", LeadId=lead, Field="Status", OldValue=old, NewValue=new,
            CreatedDate=at(when))  # fmt: skip


def test_a_lead_is_qualified_when_it_first_moved_there() -> None:
    """
    Of two moves to Qualified the first counts; a change of another field to the same word does not.
    """
    raw = Raw()
    lead(raw, Status="Qualified")
    move(raw, "2026-03-12 10:00", "New", "Qualified")
    move(raw, "2026-03-15 10:00", "Qualified", "New")
    move(raw, "2026-03-20 10:00", "New", "Qualified")
    raw.add("LeadHistory", Id="017x", LeadId="00Q1", Field="Rating", NewValue="Qualified", CreatedDate=at("2026-03-11"))

    assert raw.one("leads")["qualified_at"] == at("2026-03-12 10:00")


def test_a_lead_created_as_qualified_was_so_from_the_start_if_history_was_kept() -> None:
    """
    Without a move, a qualified lead was created so, provided that tracking had begun before; else no one can say.
    """
    raw = Raw()
    lead(raw, "00Q1", Status="Qualified", CreatedDate=at("2026-03-01"))
    lead(raw, "00Q2", Status="Qualified", CreatedDate=at("2026-04-01"))
    lead(raw, "00Q3", Status="Nurturing", CreatedDate=at("2026-04-02"))
    move(raw, "2026-03-15 10:00", "New", "Nurturing", lead="00Q9")
    move(raw, "2026-04-05 10:00", "Qualified", "Nurturing", lead="00Q3")

    assert {row["id"]: row["qualified_at"] for row in raw.normalized("leads")} == {
        "00Q1": None,
        "00Q2": at("2026-04-01"),
        "00Q3": at("2026-04-02"),
    }


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2026-07-01", at("2026-06-30 22:00")),  # midnight in Madrid
        ("2026-07-01T10:00:00.000+0000", at("2026-07-01 10:00")),
        (None, None),
    ],
)
def test_an_own_field_decides_when_a_lead_was_qualified(value: str | None, instant: datetime | None) -> None:
    """
    A date is a day of the reporting time zone, a date/time an instant; the history is then not asked.
    """
    raw = Raw(**MAPPED)
    lead(raw, Qualified_On__c=value)
    move(raw, "2026-03-12 10:00", "New", "Qualified")

    assert raw.one("leads")["qualified_at"] == instant


def test_a_converted_lead_points_to_its_contact() -> None:
    """
    Account, deal and conversion day come along; the contact is the same person of the same connector, and no lead.
    """
    raw = Raw(channels={"Web": "Organic Search"})
    lead(raw, LeadSource="web", ConvertedDate=date(2026, 3, 20), ConvertedAccountId="001A", ConvertedContactId="003A",
         ConvertedOpportunityId="006A", Email="key", Email_domain="acme.example", Email_is_shared=False)  # fmt: skip
    raw.add("Account", Id="001A", Industry="Retail")
    raw.add("Contact", Id="003A", AccountId="001A", CreatedDate=at("2026-03-20"), LeadSource="Fax")
    contact, converted = raw.normalized("leads")

    assert picked(converted, "kind is_lead account_id opportunity_id converted_on linked_source linked_id segment") == (
        "lead", True, "001A", "006A", date(2026, 3, 20), "salesforce", "003A", "Retail",
    )  # fmt: skip
    assert picked(converted, "email_key email_domain channel") == ("key", "acme.example", "Organic Search")
    assert picked(contact, "kind is_lead account_id linked_id channel") == ("contact", False, "001A", None, "Other")


def test_contacts_can_count_as_leads() -> None:
    """
    Where an organisation works without leads, its contacts are leads.
    """
    raw = Raw(contacts_are_leads=True)
    raw.add("Contact", Id="003A", CreatedDate=at("2026-03-20"))

    assert raw.one("leads")["is_lead"] is True


def test_a_lead_belongs_to_the_campaign_it_came_with() -> None:
    """
    The first membership from before or on the day of its creation counts; a later invitation does not.
    """
    raw = Raw()
    lead(raw, "00Q1")
    lead(raw, "00Q2")
    raw.add("CampaignMember", Id="00v1", CampaignId="701A", LeadId="00Q1", CreatedDate=at("2026-03-10 09:05"))
    raw.add("CampaignMember", Id="00v2", CampaignId="701B", LeadId="00Q1", CreatedDate=at("2026-03-10 09:30"))
    raw.add("CampaignMember", Id="00v3", CampaignId="701C", LeadId="00Q2", CreatedDate=at("2026-05-01 09:00"))

    assert [row["campaign_id"] for row in raw.normalized("leads")] == ["701A", None]


def test_opportunity() -> None:
    """
    Type, channel, money, probability as a fraction, the lead it came from, the family that weighs most.
    """
    raw = Raw(**MAPPED)
    raw.add("Opportunity", Id="006A", Type="Renewal", LeadSource="O'Reilly", Amount=1000.25, Probability=40.0,
            MRR__c=83.3354, CloseDate=date(2026, 5, 1), IsClosed=True, IsWon=True)  # fmt: skip
    lead(raw, "00Q2", ConvertedOpportunityId="006A", CreatedDate=at("2026-01-02"))
    lead(raw, "00Q1", ConvertedOpportunityId="006A", CreatedDate=at("2026-01-03"))
    for number, (product, total, is_deleted) in enumerate([("a", 10.0, False), ("b", 9.0, False), ("b", 9.0, False),
                                                           ("a", 99.0, True)]):  # fmt: skip
        raw.add("OpportunityLineItem", Id=f"00k{number}", OpportunityId="006A", Product2Id=product, TotalPrice=total,
                IsDeleted=is_deleted)  # fmt: skip
    raw.add("Product2", Id="a", Name="Alpha", Family="Hardware")
    raw.add("Product2", Id="b", Name="Beta", Family="Services")

    assert picked(raw.one("opportunities"), "kind channel amount mrr probability lead_id product_family currency") == (
        "renewal", "Events", Decimal("1000.2500"), Decimal("83.3354"), 0.4, "00Q2", "Services", "EUR",
    )  # fmt: skip
    first = raw.normalized("opportunity_lines")[0]
    assert picked(first, "product product_family amount") == ("Alpha", "Hardware", Decimal("10.0000"))


@pytest.mark.parametrize(("type", "kind"), [(None, "new"), ("Something", "new"), ("upsell", "upsell")])
def test_unmapped_types_are_new_business(type: str | None, kind: str) -> None:
    """
    No Type, or one that nobody mapped, is new business; words are compared without regard to case.
    """
    raw = Raw()
    raw.add("Opportunity", Id="006A", Type=type)

    assert raw.one("opportunities")["kind"] == kind


def test_empty_money_stays_empty() -> None:
    """
    An amount that nobody entered is unknown, not 0, and its channel too.
    """
    raw = Raw()
    raw.add("Opportunity", Id="006A")

    assert picked(raw.one("opportunities"), "amount mrr channel probability") == (None, None, None, None)


def test_subscriptions_are_won_deals_with_recurring_revenue() -> None:
    """
    The end is exclusive and taken as it is; without a start the close date stands in; lost and MRR-less deals are none.
    """
    raw = Raw(**MAPPED)
    raw.add("Opportunity", Id="006A", AccountId="001A", IsWon=True, MRR__c=100.0, Starts__c=date(2026, 2, 1),
            Ends__c=date(2027, 2, 1), CloseDate=date(2026, 1, 20))  # fmt: skip
    raw.add("Opportunity", Id="006B", IsWon=True, MRR__c=50.0, CloseDate=date(2026, 1, 21))
    raw.add("Opportunity", Id="006C", IsWon=True, CloseDate=date(2026, 1, 21))
    raw.add("Opportunity", Id="006D", IsWon=False, MRR__c=50.0)

    assert [picked(row, "id opportunity_id mrr starts_on ends_on") for row in raw.normalized("subscriptions")] == [
        ("006A", "006A", Decimal("100.0000"), date(2026, 2, 1), date(2027, 2, 1)),
        ("006B", "006B", Decimal("50.0000"), date(2026, 1, 21), None),
    ]


def test_stages_and_their_changes() -> None:
    """
    Stages are found by API name; the changes of a deleted deal are deleted.
    """
    raw = Raw()
    raw.add("OpportunityStage", Id="01J1", ApiName="Won", MasterLabel="Ganada", SortOrder=9, IsClosed=True, IsWon=True,
            DefaultProbability=100.0)  # fmt: skip
    raw.add("Opportunity", Id="006A", IsDeleted=True)
    raw.add("OpportunityHistory", Id="008A", OpportunityId="006A", StageName="Won", CreatedDate=at("2026-05-01"))

    assert picked(raw.one("stages"), "stage label position probability") == ("Won", "Ganada", 9, 1.0)
    assert picked(raw.one("stage_changes"), "opportunity_id stage at is_deleted") == (
        "006A", "Won", at("2026-05-01"), True,
    )  # fmt: skip


def test_campaign_costs() -> None:
    """
    A cost spreads over its campaign's days; without days it is dated at creation, in local time; no cost is no row.
    """
    raw = Raw(**MAPPED)
    raw.add("Campaign", Id="701A", Type="Webinar", ActualCost=300.0, StartDate=date(2026, 4, 1),
            EndDate=date(2026, 4, 30))  # fmt: skip
    raw.add("Campaign", Id="701B", ActualCost=10.0, CreatedDate=at("2026-04-30 23:30"))
    raw.add("Campaign", Id="701C", ActualCost=20.0, StartDate=date(2026, 4, 9), EndDate=date(2026, 4, 1))
    raw.add("Campaign", Id="701D", StartDate=date(2026, 4, 1))

    assert [picked(row, "id starts_on ends_on kind channel amount") for row in raw.normalized("costs")] == [
        ("701A", date(2026, 4, 1), date(2026, 4, 30), "media", "Events", Decimal("300.0000")),
        ("701B", date(2026, 5, 1), date(2026, 5, 1), "media", None, Decimal("10.0000")),
        ("701C", date(2026, 4, 9), date(2026, 4, 9), "media", None, Decimal("20.0000")),
    ]
    assert len(raw.normalized("campaigns")) == 4


def test_campaign_types_fall_back_to_lead_sources() -> None:
    """
    One vocabulary serves both; a campaign's own word comes first.
    """
    raw = Raw(channels={"Ads": "Paid Search", "Webinar": "Referral"}, campaign_channels={"webinar": "Events"})
    for number, type in enumerate(("Ads", "Webinar", "Fax")):
        raw.add("Campaign", Id=f"701{number}", Type=type)

    assert [row["channel"] for row in raw.normalized("campaigns")] == ["Paid Search", "Events", "Other"]


def test_touches() -> None:
    """
    A response is dated by its local day, an invitation by its creation; a contact's account comes along.
    """
    raw = Raw(**MAPPED)
    raw.add("Campaign", Id="701A", Type="Fax")
    raw.add("Contact", Id="003A", AccountId="001A")
    raw.add("CampaignMember", Id="00v1", CampaignId="701A", ContactId="003A", HasResponded=True,
            FirstRespondedDate=date(2026, 1, 15), CreatedDate=at("2026-01-02"))  # fmt: skip
    raw.add("CampaignMember", Id="00v2", CampaignId="701A", LeadId="00Q1", CreatedDate=at("2026-01-02"))

    assert [picked(row, "lead_id account_id at is_response channel team") for row in raw.normalized("touches")] == [
        ("003A", "001A", at("2026-01-14 23:00"), True, "Other", "marketing"),
        ("00Q1", None, at("2026-01-02"), False, "Other", "marketing"),
    ]


def test_activities() -> None:
    """
    Only what is done counts: a closed task, a meeting that is no invitee's copy; mass mail and the owner's team show.
    """
    raw = Raw()
    raw.add("User", Id="005A", Name="Ana", Department="Customer Success")
    raw.add("Contact", Id="003A", AccountId="001A")
    raw.add("Task", Id="00T1", IsClosed=True, OwnerId="005A", WhoId="003A", WhatId="006A", TaskSubtype="ListEmail",
            ActivityDate=date(2026, 1, 15))  # fmt: skip
    raw.add("Task", Id="00T2", IsClosed=False, OwnerId="005A", ActivityDate=date(2026, 1, 15))
    raw.add("Task", Id="00T3", IsClosed=True, WhatId="001B", CallType="Inbound", CreatedDate=at("2026-01-16"))
    raw.add("Event", Id="00U1", StartDateTime=at("2026-01-17 09:00"))
    raw.add("Event", Id="00U2", StartDateTime=at("2026-01-17 09:00"), IsChild=True)

    assert [
        picked(row, "id kind direction is_mass team account_id lead_id opportunity_id at")
        for row in raw.normalized("activities")
    ] == [
        ("00T1", "email", "out", True, "service", "001A", "003A", "006A", at("2026-01-14 23:00")),
        ("00T3", "call", "in", False, None, "001B", None, None, at("2026-01-16")),
        ("00U1", "meeting", None, False, None, None, None, None, at("2026-01-17 09:00")),
    ]


def test_tickets() -> None:
    """
    A case without account has that of its contact; one merged into another is gone.
    """
    raw = Raw()
    raw.add("Contact", Id="003A", AccountId="001A")
    raw.add("Case", Id="5001", ContactId="003A", Type="Problem", ClosedDate=at("2026-01-17"))
    raw.add("Case", Id="5002", AccountId="001B", MasterRecordId="5001")

    assert [picked(row, "account_id kind closed_at is_deleted") for row in raw.normalized("tickets")] == [
        ("001A", "Problem", at("2026-01-17"), False),
        ("001B", None, None, True),
    ]


def test_exchange_rates_turn_round() -> None:
    """
    Corporate currency USD: 0.8 EUR and 0.5 GBP for one. A dollar is worth 1.25 ... 0.8 EUR, a pound 1.6 EUR.
    """
    raw = Raw()
    for code, rate in (("USD", 1.0), ("EUR", 0.8), ("GBP", 0.5)):
        raw.add("CurrencyType", Id=code, IsoCode=code, ConversionRate=rate)

    assert [picked(row, "currency on rate") for row in raw.normalized("exchange_rates")] == [
        ("GBP", date(1970, 1, 1), 1.6),
        ("USD", date(1970, 1, 1), 0.8),
    ]


def test_dated_exchange_rates_change_with_either_currency() -> None:
    """
    EUR changes in March, GBP in February: three pound rates, each from the later of the two beginnings.
    """
    raw = Raw()
    for code, rate, begins, ends in (
        ("EUR", 0.8, date(2026, 1, 1), date(2026, 3, 1)),
        ("EUR", 1.0, date(2026, 3, 1), None),
        ("GBP", 0.5, date(2026, 1, 1), date(2026, 2, 1)),
        ("GBP", 0.4, date(2026, 2, 1), None),
    ):
        raw.add("DatedConversionRate", Id=f"{code}{begins}", IsoCode=code, ConversionRate=rate, StartDate=begins,
                NextStartDate=ends)  # fmt: skip
        raw.add("CurrencyType", Id=f"{code}{begins}", IsoCode=code, ConversionRate=7.0)

    assert [picked(row, "currency on rate") for row in raw.normalized("exchange_rates")] == [
        ("GBP", date(2026, 1, 1), 1.6),
        ("GBP", date(2026, 2, 1), 2.0),
        ("GBP", date(2026, 3, 1), 2.5),
    ]
