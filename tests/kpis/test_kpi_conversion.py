"""
Conversion and pipeline, worked out by hand.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.kpis.build import Warehouse, deal, instant, lead, rate, row, subscription


def test_both_conversions_leave_leads_of_customers_out() -> None:
    """
    Acme came in March and won in April: 1 of 2 by cohort. Beta was a customer before its lead, which is upsell.
    Gamma won in April without any lead: April has two new customers and one lead.
    """
    warehouse = Warehouse(
        lead("2026-03-05", account_key="acme"),
        lead("2026-03-06", account_key="nobody"),
        lead("2026-03-07", account_key="beta"),
        lead("2026-04-07", account_key="nobody"),
        deal(closed="2026-04-10", account_key="acme"),
        deal(closed="2026-01-10", account_key="beta"),
        deal(closed="2026-04-10", account_key="gamma"),
    )

    cohort = warehouse.one("lead_conversion_rate_cohort")
    period = warehouse.one("lead_conversion_rate_period", first="2026-04-01")

    assert (cohort.numerator, cohort.denominator, cohort.value) == (1, 2, 0.5)
    assert (period.numerator, period.denominator, period.value) == (2, 1, 2.0)
    assert warehouse.one("lead_conversion_rate_period").denominator == 2


def test_two_leads_of_one_account() -> None:
    """
    Both convert in the cohort view; in the period view they make one customer.
    """
    warehouse = Warehouse(
        lead(account_key="acme"), lead(account_key="acme"), deal(closed="2026-03-20", account_key="acme")
    )

    assert warehouse.one("lead_conversion_rate_cohort").numerator == 2
    assert warehouse.one("lead_conversion_rate_period").numerator == 1


def test_a_lead_without_account_converts_by_its_own_date() -> None:
    """
    Its own date counts only where there is no account to ask.
    """
    became = instant("2026-03-25")
    warehouse = Warehouse(lead(became_customer_at=became), lead(became_customer_at=became, account_key="acme"))

    assert warehouse.value("lead_conversion_rate_cohort") == 0.5
    assert warehouse.value("lead_conversion_rate_period") == 0.5


def test_a_deal_won_on_the_lead_s_own_day_converts_it() -> None:
    """
    A closing known by its date happens at the end of that day; one known by the hour can come before the lead.
    """
    by_day = Warehouse(lead("2026-03-10", account_key="a"), deal(closed="2026-03-10", account_key="a"))
    by_hour = Warehouse(
        lead("2026-03-10T12:00:00+00:00", account_key="a"),
        deal(closed="2026-03-10", closed_at=instant("2026-03-10T09:00:00+00:00"), account_key="a"),
    )

    assert by_day.value("lead_conversion_rate_cohort") == 1
    assert by_hour.one("lead_conversion_rate_cohort").reason == "zero_denominator"


def test_win_rate_leaves_open_deals_and_renewals_out() -> None:
    """
    Two won, one lost, one open whose date is a forecast, one renewal won: 2 of 3, a small sample.
    """
    warehouse = Warehouse(deal(), deal(), deal("lost"), deal("open"), deal(kind="renewal"))
    answer = warehouse.one("win_rate")

    assert (answer.value, answer.numerator, answer.denominator) == (pytest.approx(2 / 3), 2, 3)
    assert answer.flags == "low_sample"
    assert warehouse.one("win_rate", options={"low_sample_below": 3}).flags == ""


def test_the_same_deal_in_two_systems_counts_once_with_the_representative_s_state() -> None:
    """
    Salesforce says lost, HubSpot won: lost. HubSpot fills the product that Salesforce leaves empty.
    """
    warehouse = Warehouse(
        deal("lost", id="s", opportunity_key="salesforce:s"),
        deal("won", id="h", source="hubspot", opportunity_key="salesforce:s", product_family="core"),
    )

    assert warehouse.one("win_rate", by="product", member="core").value == 0
    assert warehouse.one("win_rate").denominator == 1


def test_close_rate_over_the_pipeline() -> None:
    """
    At the start of March two are open (one is won in March, one closes in May); one more comes in March: 1 of 3.
    """
    warehouse = Warehouse(
        deal("won", "2026-03-20", "2026-01-10"),
        deal("lost", "2026-05-20", "2026-01-10"),
        deal("lost", "2026-02-28", "2026-01-10"),
        deal("open", None, "2026-03-10"),
        deal("won", "2026-03-20", "2026-01-10", kind="renewal"),
    )
    answer = warehouse.one("close_rate_pipeline")

    assert (answer.numerator, answer.denominator) == (1, 3)
    assert warehouse.one("close_rate_pipeline", first="2026-06-01").denominator == 1


def test_a_won_deal_without_creation_is_flagged() -> None:
    """
    It is won, but in no opening pipeline and in no created count.
    """
    answer = Warehouse(deal(created=None), deal()).one("close_rate_pipeline")

    assert (answer.numerator, answer.denominator, answer.flags) == (2, 1, "low_sample,missing_created_at")


def test_sales_cycle_with_instants_dates_and_back_dated_deals() -> None:
    """
    By instants 1.5 days, by local dates 14 days; closed before created is left out and flagged. Mean 7.75, median too;
    with the deal lost after one day, mean 5.5 and median 1.5.
    """
    warehouse = Warehouse(
        deal(
            "won",
            "2026-03-02",
            None,
            created_at=instant("2026-03-01T00:00:00+00:00"),
            closed_at=instant("2026-03-02T12:00:00+00:00"),
        ),
        deal("won", "2026-03-15", "2026-03-01"),
        deal("won", "2026-03-01", "2026-03-09"),
        deal("lost", "2026-03-02", "2026-03-01"),
    )
    answer = warehouse.one("sales_cycle_length")

    assert (answer.value, answer.numerator, answer.denominator) == (7.75, 15.5, 2)
    assert answer.flags == "low_sample,negative_duration"
    everything = {"sales_cycle_scope": "all_closed"}
    assert warehouse.value("sales_cycle_length", options=everything) == 5.5
    assert warehouse.value("sales_cycle_length", options={**everything, "statistic": "median"}) == 1.5


def _change(deal_key: str, stage: str, at: str, source: str = "salesforce") -> tuple[str, dict[str, object]]:
    return row("stage_changes", opportunity_key=deal_key, stage=stage, at=instant(at), source=source)


def test_stage_length_adds_visits_and_ignores_repeated_rows() -> None:
    """
    Demo 1 to 5 March, offer to 6 March, demo again to 9 March, then won: demo 4 + 3 days, the last visit 3, offer 1.
    The row of 3 March repeats the stage; the closed stage has no length; HubSpot's history of the deal is not mixed in.
    """
    warehouse = Warehouse(
        deal(id="d", opportunity_key="salesforce:d"),
        _change("salesforce:d", "demo", "2026-03-01"),
        _change("salesforce:d", "demo", "2026-03-03"),
        _change("salesforce:d", "offer", "2026-03-05"),
        _change("salesforce:d", "demo", "2026-03-06"),
        _change("salesforce:d", "won", "2026-03-09"),
        _change("salesforce:d", "won", "2026-03-10"),
        _change("salesforce:d", "presentation", "2026-03-04", "hubspot"),
        row("stages", stage="won", is_closed=True),
        row("stages", stage="demo", label="Demonstration"),
    )
    demo = warehouse.one("stage_duration", by="stage", member="demo")

    assert (demo.member, demo.value) == ("Demonstration", 7)
    assert warehouse.value("stage_duration", by="stage", member="demo", options={"stage_length": "latest"}) == 3
    assert warehouse.value("stage_duration") == 4
    assert warehouse.value("stage_duration", options={"statistic": "median"}) == 4


def test_a_stage_still_held_has_no_length() -> None:
    """
    The deal came back to demo and is still there: only the offer has been left for good.
    """
    warehouse = Warehouse(
        deal("open", id="d", opportunity_key="salesforce:d"),
        _change("salesforce:d", "demo", "2026-03-01"),
        _change("salesforce:d", "offer", "2026-03-05"),
        _change("salesforce:d", "demo", "2026-03-06"),
    )

    assert [a.member for a in warehouse.ask("stage_duration", by=["stage"])] == ["all", "offer"]


def test_open_pipeline_and_won_revenue_by_account() -> None:
    """
    Acme has 100 open and won 50 dollars at 0.8; what closed in May was still open in March.
    """
    warehouse = Warehouse(
        rate("USD", "2026-01-01", 0.8),
        row("accounts", id="acme", account_key="acme", name="Acme"),
        deal("open", None, account_key="acme", amount=100),
        deal("won", "2026-05-02", account_key="acme", amount=50, currency="USD"),
    )
    to_date = {"grain": "all", "first": "2026-03-01", "by": "account", "member": "acme"}

    assert warehouse.one("open_pipeline_amount", **to_date).member == "Acme"
    assert warehouse.value("open_pipeline_amount", **to_date) == 100
    assert warehouse.value("won_revenue", **to_date) == 40
    assert warehouse.value("open_pipeline_amount") == 140
    assert warehouse.value("average_ticket", **to_date) == 40


def test_later_events_do_not_count() -> None:
    """
    Seen from 15 March, a closing of 20 March has not happened: the deal is open.
    """
    warehouse = Warehouse(deal(amount=10), subscription("acme", "2026-03-20", None, 5), lead("2026-03-20"))
    early = {"as_of": date(2026, 3, 15)}

    assert warehouse.one("win_rate", **early).reason == "zero_denominator"
    assert warehouse.value("open_pipeline_amount", **early) == 10
    assert warehouse.value("mrr", **early) == 0
    assert warehouse.value("new_leads", **early) == 0
    assert warehouse.ask("new_leads", first="2026-04-01", **early) == []


def test_a_reopened_deal_spends_no_time_in_its_closed_stage() -> None:
    """
    Lost on 5 March, reopened on 20 March: the 15 days as lost are no length, though HubSpot's record of the same deal
    names a pipeline that Salesforce does not have.
    """
    both = {"opportunity_key": "salesforce:006"}
    warehouse = Warehouse(
        row("opportunities", **both, id="006", created_at=instant("2026-03-01"), is_closed=False),
        row("opportunities", **both, id="9", source="hubspot", pipeline="default", created_at=instant("2026-03-01")),
        row("stages", stage="Demo", is_closed=False),
        row("stages", stage="Lost", is_closed=True),
        *(
            row("stage_changes", **both, opportunity_id="006", stage=stage, at=instant(at))
            for stage, at in (
                ("Demo", "2026-03-01"),
                ("Lost", "2026-03-05"),
                ("Demo", "2026-03-20"),
                ("Offer", "2026-03-22"),
            )
        ),
    )
    answer = warehouse.one("stage_duration")

    assert (answer.value, answer.denominator) == (4 + 2, 1)


def test_records_made_at_one_moment_take_the_believed_systems_channel() -> None:
    """
    The HubSpot contact was made by the sync at the very moment of the Salesforce lead; the lead knows the channel.
    """
    same = {"person_key": "salesforce:003"}
    warehouse = Warehouse(
        lead("2026-03-10", id="00Q", channel="Events", **same),
        lead("2026-03-10", id="7", source="hubspot", channel="Offline", **same),
        lead("2026-03-12", id="003", kind="contact", is_lead=False, **same),
    )

    assert warehouse.value("new_leads", by="channel", member="Events") == 1
