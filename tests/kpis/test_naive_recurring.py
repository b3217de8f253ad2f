"""
The reference for recurring revenue gives what was published or can be worked out by hand.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from tests.kpis.naive.rows import World, paid, row, won

YEARS = ("2018", "2019", "2020")
MOVEMENTS = ("new", "reactivation", "expansion", "contraction", "churn", "exchange", "intra_month")


@pytest.fixture
def playbook(published_data: Path) -> World:
    periods = pd.read_csv(published_data / "mrr_playbook" / "subscription_periods.csv", dtype=str)
    rows = (paid(r.customer_id, r.start_date, r.end_date, r.monthly_amount) for r in periods.itertuples())
    return World(*rows, as_of=date(2021, 1, 1))


def by_kind(world: World, start: str, end: str) -> dict[str, float]:
    found = {kind: world.ask("mrr_movements", start, end, "movement", kind) for kind in MOVEMENTS}
    return {kind: amount for kind, amount in found.items() if amount}


def test_movements_of_the_playbook(playbook: World) -> None:
    """
    In all: new 2,195, churn -2,450, expansion 660, contraction -555, reactivation 150; December 2019 as published.
    """
    total = dict.fromkeys(("new", "churn", "expansion", "contraction", "reactivation"), 0.0)
    for year in YEARS:
        for kind, amount in by_kind(playbook, f"{year}-01-01", f"{year}-12-31").items():
            total[kind] += amount
    december = {"new": 100, "expansion": 50, "contraction": -30, "churn": -705}

    assert total == {"new": 2195, "churn": -2450, "expansion": 660, "contraction": -555, "reactivation": 150}
    assert by_kind(playbook, "2019-12-01", "2019-12-31") == december
    assert playbook.ask("net_new_mrr", "2019-12-01", "2019-12-31") == 1255 - 1840
    assert playbook.ask("net_new_mrr", "2019-06-01", "2019-06-30") == 170


@pytest.mark.parametrize(
    ("month", "kpi", "expected"),
    [
        ("06", "net_mrr_retention_rate", 1.124352),
        ("06", "gross_mrr_retention_rate", 0.968912),
        ("06", "customer_churn_rate", 0),
        ("07", "arpa_new", 68.333333),
        ("07", "arpa_existing", 49.782609),
        ("07", "portfolio_growth_rate", 0.189427),
        ("10", "net_mrr_retention_rate", 1.003436),
        ("10", "gross_mrr_retention_rate", 0.948454),
        ("12", "net_mrr_retention_rate", 0.627717),
        ("12", "gross_mrr_churn_rate", 1 - 0.600543),
        ("12", "customer_churn_rate", 17 / 42),
    ],
)
def test_rates_of_the_playbook(playbook: World, month: str, kpi: str, expected: float) -> None:
    """
    Months of 2019 have the published rates.
    """
    last = {"06": "30", "07": "31", "10": "31", "12": "31"}[month]

    assert playbook.ask(kpi, f"2019-{month}-01", f"2019-{month}-{last}") == pytest.approx(expected, abs=1e-6)


def test_a_longer_period_follows_its_opening_accounts(playbook: World) -> None:
    """
    From 1 May to 1 August 2019: net 93.2642 %, gross churn 17.0984 %, 85.7143 % of the accounts kept.
    """
    span = ("2019-05-02", "2019-08-01")

    assert playbook.ask("net_mrr_retention_rate", *span) == pytest.approx(0.932642, abs=1e-6)
    assert playbook.ask("gross_mrr_churn_rate", *span) == pytest.approx(0.170984, abs=1e-6)
    assert playbook.ask("account_retention_rate", *span) == pytest.approx(0.857143, abs=1e-6)


def test_an_account_that_came_and_went_inside_a_month() -> None:
    """
    Listed apart with its highest MRR, counted in no sum; its later return is a reactivation.
    """
    world = World(
        paid("a", "2026-03-02", "2026-03-10", 70),
        paid("a", "2026-03-05", "2026-03-08", 20),
        paid("a", "2026-05-04", None, 50),
    )

    assert by_kind(world, "2026-03-01", "2026-03-31") == {"intra_month": 90}
    assert world.ask("mrr_movements") == 0
    assert by_kind(world, "2026-05-01", "2026-05-31") == {"reactivation": 50}
    assert world.ask("arpa_new", "2026-05-01", "2026-05-31") == "zero_denominator"
    assert world.ask("arpa_existing", "2026-05-01", "2026-05-31") == 50


def test_a_moved_rate_is_an_exchange_effect() -> None:
    """
    100 dollars at 1.0 become 120 dollars at 0.5: 20 more at the opening rate, 120 x (0.5 - 1.0) of exchange. From 100
    to 60 in all: the portfolio lost 40 %, yet it kept 120 %. A rate before March is all that churn needs.
    """
    dollars = {"currency": "USD"}
    rates = [
        row("exchange_rates", currency="USD", on=on, rate=rate)
        for on, rate in (("2026-01-01", 1.0), ("2026-03-01", 0.5))
    ]
    world = World(
        *rates, paid("a", "2026-02-01", "2026-03-10", 100, **dollars), paid("a", "2026-03-10", None, 120, **dollars)
    )

    assert by_kind(world, "2026-03-01", "2026-03-31") == {"expansion": 20, "exchange": -60}
    assert world.ask("mrr_movements") == -40
    assert world.ask("net_new_mrr") == 20
    assert world.ask("net_mrr_retention_rate") == 1.2
    assert world.ask("expansion_revenue_share") == 0.2
    assert world.ask("gross_mrr_churn_rate") == 0
    assert world.ask("portfolio_growth_rate") == -0.4


def test_money_without_a_rate_is_unknown_where_it_moved() -> None:
    """
    Pounds without a rate come in February: what was new is unknown then; in March they stand still while euros grow.
    """
    world = World(
        paid("a", "2026-02-01", None, 100, currency="GBP"),
        paid("a", "2026-01-01", "2026-03-10", 10),
        paid("a", "2026-03-10", None, 15),
        paid("b", "2026-02-01", None, 7),
    )

    assert world.ask("mrr_movements", "2026-02-01", "2026-02-28") == "missing_fx_rate"
    assert world.ask("mrr_movements", "2026-02-01", "2026-02-28", "movement", "new") == 7
    assert by_kind(world, "2026-03-01", "2026-03-31") == {"expansion": 5}
    assert world.ask("net_mrr_retention_rate") == "missing_fx_rate"
    assert world.ask("account_retention_rate") == 1


def test_by_product_each_product_moves_on_its_own() -> None:
    """
    From core to extra at the same price: nothing moved for the account; core lost 50, extra won 50.
    """
    world = World(
        paid("a", "2026-01-01", "2026-03-10", 50, product_family="core"),
        paid("a", "2026-03-10", None, 50, product_family="extra"),
    )
    spring = ("2026-01-01", "2026-03-31")

    assert by_kind(world, "2026-03-01", "2026-03-31") == {}
    assert world.ask("net_new_mrr", *spring, "product", "core") == 0
    assert world.ask("mrr_movements", dimension="product", member="core") == -50
    assert world.ask("net_new_mrr", dimension="product", member="extra") == 50
    assert world.ask("account_retention_rate") == 1
    assert world.ask("account_retention_rate", dimension="product", member="core") == 0


def test_returners_count_where_the_option_says_so() -> None:
    """
    Of 100 at opening 80 stay; an account that had left before returns with 30: 80 %, or 110 %.
    """
    world = World(
        paid("a", "2025-01-01", "2026-03-10", 20),
        paid("b", "2025-01-01", None, 80),
        paid("c", "2025-01-01", "2025-06-01", 10),
        paid("c", "2026-03-10", None, 30),
        paid("d", "2026-03-10", None, 500),
    )

    assert world.ask("net_mrr_retention_rate") == 0.8
    assert world.ask("net_mrr_retention_rate", retention_include_reactivation=True) == pytest.approx(1.1)
    assert world.ask("net_mrr_churn_rate") == pytest.approx(0.2)


def test_a_deal_in_two_crms_gives_its_subscription_once() -> None:
    """
    Salesforce's lines of a linked deal count, all of them; HubSpot's do where it alone tells the deal.
    """
    twin = {"opportunity_key": "salesforce:006"}
    world = World(
        paid("a", "2026-01-01", None, 90, source="hubspot", **twin),
        paid("a", "2026-01-01", None, 100, **twin),
        paid("a", "2026-01-01", None, 20, **twin),
        paid("b", "2026-01-01", None, 7, source="hubspot", opportunity_key="hubspot:9"),
    )

    assert world.ask("mrr") == 127


def test_arpa_against_last_year() -> None:
    """
    One account of 100 a year before, two of 100 and 140 now: 120 / 100 - 1. Nobody paid two years before.
    """
    world = World(paid("a", "2025-01-01", None, 100), paid("b", "2026-01-01", None, 140))

    assert world.ask("arpa_yoy_change") == pytest.approx(0.2)
    assert world.ask("arpa_yoy_change", "2025-03-01", "2025-03-31") == "no_prior_period"
    assert world.ask("arpa_yoy_change", "2024-03-01", "2024-03-31") == "zero_denominator"


def test_why_there_is_no_number() -> None:
    """
    The running month has no rates but has movements; weeks have none; without subscriptions nothing is known.
    """
    world = World(paid("a", "2026-01-01", "2026-03-10", 50), paid("b", "2026-03-10", None, 80), as_of=date(2026, 3, 20))
    without = World(offered={"opportunities"})

    for kpi in ("net_mrr_retention_rate", "net_mrr_churn_rate", "account_retention_rate", "portfolio_growth_rate"):
        assert world.ask(kpi) == "partial_period"
        assert without.ask(kpi) == "missing_input"
    assert world.ask("net_new_mrr") == 30
    assert world.ask("net_new_mrr", "2026-03-02", "2026-03-08") == "not_applicable"
    assert world.ask("portfolio_growth_rate", "2026-01-01", "2026-01-31") == "no_prior_period"
    assert world.ask("gross_mrr_retention_rate", "2026-01-01", "2026-01-31") == "zero_denominator"


def test_net_new_revenue_takes_refunds_off() -> None:
    """
    300 and 50 won, a renewal of 900 left out, 120 given back in March to the deal of Ann: 230, of her 180.
    """
    rows = [
        won("2026-03-05", "a", amount=300, owner_key="ann", opportunity_key="d1"),
        won("2026-03-06", "a", amount=50, owner_key="bob", kind="upsell"),
        won("2026-03-07", "a", amount=900, owner_key="ann", kind="renewal"),
        row("revenue", kind="refund", amount=120, on="2026-03-20", account_key="a", opportunity_key="d1"),
        row("revenue", kind="invoice", amount=999, on="2026-03-20", account_key="a"),
        row("revenue", kind="refund", amount=7, on="2026-04-01", account_key="a"),
    ]
    offered = {"opportunities", "revenue", "accounts"}

    assert World(*rows, offered=offered).ask("net_new_revenue") == 230
    assert World(*rows, offered=offered).ask("net_new_revenue", dimension="owner", member="ann") == 180
    assert World(*rows, offered=offered - {"revenue"}).ask("net_new_revenue") == 350


def test_lifetime_value_as_gross_profit_over_chosen_months() -> None:
    """
    ARPA 100; two of 40 left in February, two of 38 in March: over both 4 of 78, so 1,950; with 0.75 of it 1,462.50.
    """
    ends = ["2026-02-10"] * 2 + ["2026-03-10"] * 2 + [None] * 36
    world = World(*(paid(f"a{number}", "2025-01-01", end, 100) for number, end in enumerate(ends)))
    profit = {"cltv_churn_months": 2, "cltv_basis": "gross_profit"}

    assert world.ask("customer_lifetime_value", cltv_churn_months=2) == pytest.approx(1950)
    assert world.ask("customer_lifetime_value") == pytest.approx(1900)
    assert world.ask("customer_lifetime_value", **profit, gross_margin=0.75) == pytest.approx(1462.5)
    assert world.ask("customer_lifetime_value", **profit, gross_margin=0) == "non_positive_margin"
    assert (
        world.ask("customer_lifetime_value", "2025-01-01", "2025-01-31", cltv_churn_months=2) == "insufficient_history"
    )
