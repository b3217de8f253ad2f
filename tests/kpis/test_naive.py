"""
The reference for demand, conversion and cost gives what can be worked out by hand.
"""

from __future__ import annotations

import pytest

from connectors.schema import TABLES
from tests.kpis.naive.models import weights
from tests.kpis.naive.rows import Row, World, instant, paid, row, won

PIPELINE = [
    row("stages", stage=stage, position=position, is_closed=position > 3, is_won=stage == "won")
    for position, stage in enumerate(("demo", "offer", "contract", "won", "lost"), start=1)
]


def deal(key: str, **fields: object) -> Row:
    stated = {"opportunity_key": key, "created_at": "2026-03-01", "kind": "new", "is_closed": False, "is_won": False}
    return row("opportunities", **stated | fields)


def change(key: str, stage: str, at: str) -> Row:
    return row("stage_changes", opportunity_key=key, stage=stage, at=at)


@pytest.mark.parametrize(
    ("model", "days", "expected"),
    [
        ("position_based", (9, 6, 3, 0), (0.4, 0.1, 0.1, 0.4)),
        ("linear", (9, 6, 3, 0), (0.25, 0.25, 0.25, 0.25)),
        ("w_shaped", (9, 8, 6, 4, 3), (0.3, 0.05, 0.3, 0.05, 0.3)),
        ("full_path", (9, 8, 6, 4, 3, 0), (0.225, 0.05, 0.225, 0.05, 0.225, 0.225)),
        ("u_shaped_lead", (9, 6, 0), (0.4, 0.4, 0.2)),
        ("time_decay", (30, 24, 18, 12, 6, 0), (0.0236, 0.0428, 0.0776, 0.1405, 0.2545, 0.461)),
    ],
)
def test_models_split_as_published(model: str, days: tuple[int, ...], expected: tuple[float, ...]) -> None:
    """
    The lead was created six days before the end, its deal three days before it; the half-life is seven days.
    """
    path = [{"at": instant(f"2026-03-{31 - day:02d}"), "channel": "Email", "is_direct": None} for day in days]
    lead_at, deal_at = instant("2026-03-25"), instant("2026-03-28")

    assert weights(model, path, lead_at, deal_at, 7) == pytest.approx(expected, abs=6e-5)


def test_the_last_direct_touch_gives_way() -> None:
    """
    Direct by its channel or by its flag; where all are direct the last one takes it.
    """
    path = [
        {"at": instant(f"2026-03-0{day}"), "channel": channel, "is_direct": flag}
        for day, channel, flag in ((1, "Email", None), (2, "Email", True), (3, "Direct", None))
    ]

    assert weights("last_non_direct", path, None, None, 7) == [1, 0, 0]
    assert weights("last_non_direct", path[1:], None, None, 7) == [0, 1]


def test_funnel_with_skipped_stages_and_steps_back() -> None:
    """
    Four deals: won from demo; lost after a contract that skipped the offer and a step back; lost at demo; at offer.
    Reached: demo 4, offer 3, contract 2, won 1; dropped at demo 1 of 4, at contract 1 of 2. In order: offer 1 of 4.
    """
    world = World(
        *PIPELINE,
        deal("a", is_closed=True, is_won=True, closed_on="2026-03-09", stage="won"),
        deal("b", is_closed=True, closed_on="2026-03-09", stage="lost"),
        change("b", "contract", "2026-03-03"),
        change("b", "demo", "2026-03-05"),
        deal("c", is_closed=True, closed_on="2026-03-09", stage="lost"),
        deal("d", stage="offer"),
    )

    def by_stage(kpi: str, **options: str) -> list[float]:
        return [world.ask(kpi, dimension="stage", member=stage, **options) for stage in ("demo", "offer", "contract")]

    assert by_stage("funnel_stage_conversion_rate") == [3 / 4, 2 / 3, 1 / 2]
    assert by_stage("funnel_drop_off_rate") == [1 / 4, 0, 1 / 2]
    assert world.ask("funnel_stage_conversion_rate") == 6 / 9
    assert world.ask("funnel_stage_conversion_rate", dimension="stage", member="demo", funnel="strict") == 1 / 4


def test_the_funnel_of_leads() -> None:
    """
    Two leads: one qualified and dropped with its only deal, one that stayed a lead: 1 of 2, 1 of 1, then lost.
    """
    world = World(
        row("leads", id="p", created_at="2026-03-01", qualified_at="2026-03-02"),
        row("leads", id="q", created_at="2026-03-01"),
        deal("a", person_key="salesforce:p", is_closed=True, closed_on="2026-03-20"),
    )
    ask = {"dimension": "stage", "member": "leads/lead"}

    assert world.ask("funnel_stage_conversion_rate", **ask) == 1 / 2
    assert world.ask("funnel_stage_conversion_rate", dimension="stage", member="leads/qualified") == 1
    assert world.ask("funnel_drop_off_rate", dimension="stage", member="leads/opportunity") == 1


def test_age_of_open_stages_across_the_change_of_clocks() -> None:
    """
    Entered at noon UTC of 28 March, still there at the midnight after 31 March: 22:00 UTC, 3 days and 10 hours.
    """
    world = World(
        *PIPELINE,
        deal("a"),
        change("a", "demo", "2026-03-28"),
        deal("b", is_closed=True, closed_on="2026-03-30"),
        change("b", "demo", "2026-03-01"),
    )

    assert world.ask("stage_age_open") == pytest.approx(3 + 10 / 24)
    assert world.ask("stage_age_open", "2026-02-01", "2026-02-28") == "zero_denominator"


def test_velocity_and_coverage() -> None:
    """
    Two open at the close, worth 100 and 60. Of the last ninety days two won for 100 in 10 days each, two lost:
    2 x 100 x 1/2 / 10. A yearly quota of 365 leaves 31 for March.
    """
    closed = {"is_closed": True, "created_at": "2026-03-01", "closed_on": "2026-03-11"}
    world = World(
        deal("a", amount=100),
        deal("b", amount=60, closed_on="2026-04-02", is_closed=True),
        *(deal(key, **closed, is_won=True, amount=100) for key in ("c", "d")),
        *(deal(key, **closed) for key in ("e", "f")),
        deal("old", is_closed=True, closed_on="2025-12-31", created_at="2025-12-01"),
        row("targets", kpi="quota", starts_on="2026-01-01", ends_on="2026-12-31", value=365.0),
    )

    assert world.ask("pipeline_velocity") == 2 * 100 / 2 / 10
    assert world.ask("pipeline_coverage") == pytest.approx(160 / 31)
    assert world.ask("pipeline_coverage", dimension="owner", member="u1") == "missing_input"


def test_visitors_of_months_and_of_other_periods() -> None:
    """
    One web lead in March: of 40 visitors that the month row counts once, in the quarter of 30 + 25 counted by day.
    """
    world = World(
        row("leads", created_at="2026-03-03", channel="Email"),
        row("leads", created_at="2026-03-03", channel="Partner"),
        row("web_traffic", grain="month", on="2026-03-01", total_users=40),
        row("web_traffic", grain="day", on="2026-03-03", total_users=30),
        row("web_traffic", grain="day", on="2026-02-03", total_users=25),
    )

    assert world.ask("visitor_to_lead_rate") == 1 / 40
    assert world.ask("visitor_to_lead_rate", "2026-01-01", "2026-03-31") == 1 / 55


def test_break_even_of_a_campaign() -> None:
    """
    30 spent in three days from 1 March; margins of 60 % earn 12 on the 5th and 18 more on the 11th: ten days.
    """
    orders = [won(f"2026-03-{day:02d}", "acme", amount=amount, campaign_key="c") for day, amount in ((5, 20), (11, 30))]
    world = World(
        row("costs", kind="media", amount=30, starts_on="2026-03-01", ends_on="2026-03-03", campaign_key="c"), *orders
    )

    assert world.ask("campaign_breakeven_days", gross_margin=0.6) == 10
    assert world.ask("campaign_breakeven_days", gross_margin=0.5) == "not_applicable"
    assert world.ask("campaign_breakeven_days") == "missing_input"


def test_sourced_and_influenced_are_different_claims() -> None:
    """
    Of 300 won, 100 began with an e-mail a year ago and 200 by a partner's touch, followed by an e-mail in the window.
    """
    world = World(
        *(won("2026-03-20", account, amount=amount) for account, amount in (("a", 100), ("b", 200))),
        row("touches", account_key="a", channel="Email", at="2025-03-01"),
        row("touches", account_key="b", channel="Partner", at="2026-01-01"),
        row("touches", account_key="b", channel="Email", at="2026-03-01"),
    )

    assert world.ask("marketing_sourced_revenue_share") == 1 / 3
    assert world.ask("marketing_influenced_revenue_share") == 2 / 3
    assert world.ask("marketing_sourced_customer_share") == 1 / 2


def test_payback_and_what_a_lost_customer_never_paid_back() -> None:
    """
    200 for one customer who pays 50 at a margin of 75 %: 5.33 months. Lost after 31 days: 200 less 50 x 31 / 30.4375 x
    0.75 were never earned back.
    """
    world = World(
        row("costs", kind="media", amount=200, starts_on="2026-03-02", ends_on="2026-03-02"),
        paid("acme", "2026-03-01", "2026-04-01", 50),
    )

    assert world.ask("cac_payback_months", gross_margin=0.75) == pytest.approx(200 / (50 * 0.75))
    assert world.ask("cac_payback_months", gross_margin=-0.1) == "non_positive_margin"
    assert world.ask("cac_payback_months") == "missing_input"
    april = ("unrecovered_cac", "2026-04-01", "2026-04-30")
    assert world.ask(*april, gross_margin=0.75) == pytest.approx(200 - 50 * 31 * 12 / 365.25 * 0.75)


def test_margin_of_invoices_and_refunds() -> None:
    """
    100 and 60 billed, 40 given back, their goods 50, 30 and 20: (120 - 60) / 120.
    """
    lines = (("invoice", 100, 50), ("invoice", 60, 30), ("refund", 40, 20))
    rows = [row("revenue", kind=kind, amount=amount, cogs=cogs, on="2026-03-05") for kind, amount, cogs in lines]
    world = World(*rows, offered=set(TABLES))

    assert world.ask("gross_margin") == 0.5
    assert world.ask("average_ticket") == 60
