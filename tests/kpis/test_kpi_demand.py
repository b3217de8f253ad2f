"""
Leads, their cost, visits and e-mails, worked out by hand.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.kpis.build import Warehouse, cost, deal, lead, rate, row, touch


def test_a_person_in_two_systems_counts_once_at_the_earliest_creation() -> None:
    """
    Created in HubSpot in February and in Salesforce in March: one lead, of February, of the channel known first.
    """
    warehouse = Warehouse(
        lead("2026-03-10", id="s1", person_key="salesforce:s1", channel="Email"),
        lead("2026-02-10", id="h1", source="hubspot", person_key="salesforce:s1", channel="Paid Search"),
    )

    answers = warehouse.ask("new_leads", first="2026-02-01", last="2026-03-31", by=["channel"])

    assert [(a.period_start.month, a.member, a.value) for a in answers] == [
        (2, "Paid Search", 1),
        (2, "all", 1),
        (3, "Paid Search", 0),
        (3, "all", 0),
    ]


def test_a_month_ends_at_local_midnight() -> None:
    """
    23:30 UTC on 31 March is 1 April in Madrid, where summer time has begun.
    """
    warehouse = Warehouse(lead("2026-03-31T21:59:00+00:00"), lead("2026-03-31T22:00:00+00:00"))

    assert warehouse.value("new_leads") == 1
    assert warehouse.value("new_leads", first="2026-04-01") == 1


def test_deleted_leads_leave_and_bulk_imports_are_flagged() -> None:
    """
    Of three records one is deleted; the imported one counts and raises the flag.
    """
    warehouse = Warehouse(lead(), lead(is_deleted=True), lead(is_bulk_import=True))
    answer = warehouse.one("new_leads")

    assert (answer.value, answer.flags) == (2, "bulk_import")


def test_a_contact_that_is_no_lead_counts_only_beside_a_lead() -> None:
    """
    A contact alone is nobody's lead. Beside a lead of the same person it gives the channel, not the date.
    """
    warehouse = Warehouse(
        lead("2026-03-01", kind="contact", is_lead=False),
        lead("2026-02-01", id="c", person_key="p", kind="contact", is_lead=False, channel="Email"),
        lead("2026-03-02", id="l", person_key="p", is_lead=True),
    )

    assert warehouse.value("new_leads", first="2026-02-01") == 0
    assert warehouse.value("new_leads") == 1
    assert warehouse.value("new_leads", by="channel", member="Email") == 1


def test_qualified_by_response() -> None:
    """
    One lead is marked as qualified in March, two answered a campaign, one of them twice: its first answer counts.
    """
    warehouse = Warehouse(
        lead("2026-01-05", id="a", person_key="a", qualified_at=deal(closed=None)[1]["created_at"]),
        lead("2026-01-05", id="b", person_key="b"),
        touch("2026-03-04", person_key="a", is_response=True),
        touch("2026-02-04", person_key="b", is_response=True),
        touch("2026-03-04", person_key="b", is_response=True),
    )

    assert warehouse.value("new_qualified_leads") == 1
    responded = warehouse.one("new_qualified_leads", options={"qualified_rule": "responded"})
    assert (responded.value, responded.previous, responded.definition) == (1, 1, "qualified_rule=responded")


def test_the_cohort_window_counts_local_days_the_last_included() -> None:
    """
    Qualified on day 90 counts, on day 91 not: one of two. On 29 June the March cohort still has time, on 30 June not.
    """
    warehouse = Warehouse(
        lead("2026-03-01", qualified_at=touch("2026-05-30")[1]["at"]),
        lead("2026-03-01", qualified_at=touch("2026-05-31")[1]["at"]),
    )

    mature = warehouse.one("qualified_lead_rate", as_of=date(2026, 6, 30))
    open_still = warehouse.one("qualified_lead_rate", as_of=date(2026, 6, 29))

    assert (mature.value, mature.reason, mature.definition) == (0.5, None, "cohort_window_days=90, qualified_rule=flag")
    assert (open_still.value, open_still.reason) == (None, "immature_cohort")
    assert (open_still.numerator, open_still.denominator) == (1, 2)
    assert warehouse.value("qualified_lead_rate", options={"cohort_window_days": 91}) == 1


def test_cost_per_lead_takes_the_leads_of_paid_channels() -> None:
    """
    100 for Paid Search and 2 leads there: 50. Three leads of free channels count only under `all`: 100 / 5.
    """
    warehouse = Warehouse(
        cost(100, channel="Paid Search"),
        *(lead(channel="Paid Search") for _ in range(2)),
        *(lead(channel="Organic Search") for _ in range(2)),
        lead(),
    )

    assert warehouse.value("cost_per_lead") == 50
    assert warehouse.value("cost_per_lead", options={"cpl_leads": "all"}) == 20
    assert warehouse.value("cost_per_lead", by="channel", member="Paid Search") == 50
    free = warehouse.one("cost_per_lead", by="channel", member="Organic Search")
    assert (free.value, free.reason, free.denominator) == (None, "missing_input", 2)


def test_a_loaded_cost_of_zero_is_a_cost() -> None:
    """
    A row with 0 gives a true 0 per lead; no row gives no value.
    """
    warehouse = Warehouse(cost(0, channel="Email"), lead(channel="Email"))

    assert warehouse.value("cost_per_lead") == 0
    assert warehouse.one("cost_per_lead", first="2026-04-01").reason == "missing_input"


def test_costs_are_spread_by_day_over_campaigns_and_time() -> None:
    """
    310 over January to March (90 days) leaves 31 x 310 / 90 in March; until 9 March, 9 x 310 / 90.
    """
    warehouse = Warehouse(
        cost(310, "2026-01-01", "2026-03-31", campaign_key="c1"),
        row("campaigns", id="c1", campaign_key="c1", name="Spring", channel="Paid Search"),
    )

    assert warehouse.value("media_cost") == pytest.approx(31 * 310 / 90, abs=1e-6)
    assert warehouse.value("media_cost", as_of=date(2026, 3, 9)) == pytest.approx(9 * 310 / 90, abs=1e-6)
    assert warehouse.value("media_cost", grain="quarter") == 310
    campaign = warehouse.one("media_cost", by="campaign", member="c1")
    assert (campaign.member, campaign.value) == ("Spring", pytest.approx(31 * 310 / 90, abs=1e-6))
    assert warehouse.value("media_cost", by="channel", member="Paid Search", grain="quarter") == 310


def test_money_is_converted_at_the_day_it_was_spent() -> None:
    """
    10 USD at 0.9 on 2 March, the last rate before it, and 10 USD at 0.8 from 10 March on: 17. Pounds have no rate.
    """
    warehouse = Warehouse(
        rate("USD", "2026-03-01", 0.9),
        rate("USD", "2026-03-10", 0.8),
        cost(10, "2026-03-02", currency="USD"),
        cost(10, "2026-03-20", currency="USD"),
        cost(10, "2026-04-20", currency="GBP"),
    )
    pounds = warehouse.one("media_cost", first="2026-04-01")

    assert warehouse.value("media_cost") == 17
    assert (pounds.value, pounds.numerator, pounds.reason, pounds.flags) == (
        None,
        None,
        "missing_fx_rate",
        "missing_fx_rate",
    )


def test_lead_velocity() -> None:
    """
    Two in February, three in March: +50 %. A drop to nothing is told too; the running month has no growth yet.
    """
    rows = [
        lead("2026-01-01", channel="Email", qualified_at=touch(f"2026-{day}")[1]["at"]) for day in ("02-03", "02-04")
    ]
    rows += [lead("2026-01-01", qualified_at=touch("2026-03-05")[1]["at"]) for _ in range(3)]
    warehouse = Warehouse(*rows)

    assert warehouse.value("lead_velocity_rate") == 0.5
    assert warehouse.value("lead_velocity_rate", by="channel", member="Email") == -1
    assert warehouse.one("lead_velocity_rate", first="2026-02-01").reason == "no_prior_period"
    assert warehouse.one("lead_velocity_rate", as_of=date(2026, 3, 31)).reason == "partial_period"
    assert warehouse.one("lead_velocity_rate", grain="all").reason == "not_applicable"


def test_visits_come_from_day_rows() -> None:
    """
    Day rows add up to 30, ten of them organic; the row of the month would count them twice.
    """
    warehouse = Warehouse(
        row("web_traffic", grain="day", on=date(2026, 3, 31), channel="Direct", sessions=20),
        row("web_traffic", grain="day", on=date(2026, 3, 1), channel="Organic Search", sessions=10),
        row("web_traffic", grain="month", on=date(2026, 3, 1), channel="Direct", sessions=30),
    )

    assert warehouse.value("website_visits") == 30
    assert warehouse.value("organic_visits") == 10
    assert warehouse.value("website_visits", by="channel", member="Direct") == 20


def test_email_rates_are_sums_over_sums() -> None:
    """
    90 of 900 and 10 of 100 delivered were opened: 10 %; a send with unknown opens is in neither.
    """
    sends = [(900, 90, 9), (100, 10, 11), (500, None, 0)]
    warehouse = Warehouse(
        *(
            row("email_sends", sent_at=touch("2026-03-09")[1]["at"], delivered=d, unique_opens=o, unique_clicks=c)
            for d, o, c in sends
        )
    )

    assert warehouse.value("email_open_rate") == 0.1
    assert warehouse.value("email_click_through_rate") == pytest.approx(20 / 1500)


def test_channel_and_campaign_come_from_the_first_source() -> None:
    """
    HubSpot met Ada first, by its fair; Salesforce, whose record is believed, has its own campaign: she is the fair's.
    """
    own = lead("2026-03-10", id="ada", channel="Email", campaign_key="mailing")
    first = lead("2026-03-02", source="hubspot", id="h1", channel="Events", campaign_key="fair")
    first[1]["person_key"] = own[1]["person_key"]
    warehouse = Warehouse(own, first)

    assert warehouse.value("new_leads", by="campaign", member="fair") == 1
    assert warehouse.value("new_leads", by="channel", member="Events") == 1
