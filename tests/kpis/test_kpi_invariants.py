"""
What must hold between the figures of any company, whatever they are.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from kpis.catalogue import CATALOGUE
from tests.kpis.build import ALL_TABLES, Answer, Warehouse, environment
from tests.kpis.worlds import World

SEEDS = (3, 8, 21)
MONTHS: dict[str, Any] = {"first": "2026-01-01", "last": "2026-04-01"}

# Counts and amounts that add up over the members of these cuts
ADDITIVE = {
    "new_leads": ("channel", "campaign", "owner", "segment"),
    "new_opportunities": ("channel", "campaign", "owner", "segment", "product", "pipeline"),
    "new_customers": ("channel", "campaign", "owner", "segment"),
    "won_revenue": ("owner", "segment", "product", "channel"),
    "open_pipeline_amount": ("owner", "segment"),
    "net_new_revenue": ("owner", "segment", "product", "channel"),
    "media_cost": ("channel", "campaign"),
    "attributed_revenue": ("channel", "campaign"),
    "attributed_conversions": ("channel", "campaign", "team", "kind"),
    "website_visits": ("channel",),
    "mrr": ("account", "segment", "owner", "channel", "product"),
    "mrr_movements": ("account", "segment", "owner", "channel"),
    "net_new_mrr": ("movement", "account", "segment", "owner", "channel"),
    "paying_accounts": ("segment", "owner", "channel"),
    "unrecovered_cac": ("segment", "owner", "channel"),
    "support_tickets": ("account", "segment", "product", "kind"),
    "onboardings_started": ("owner", "segment", "product"),
    "onboardings_completed": ("owner", "segment", "product"),
}
# Ratios both of whose parts add up over members, and over months
RATIOS = {
    "win_rate": ("channel", "owner", "segment", "product", "pipeline"),
    "close_rate_created": ("channel", "owner", "segment", "product", "pipeline"),
    "email_open_rate": ("campaign",),
    "email_click_through_rate": ("campaign",),
    "website_engagement_rate": ("channel",),
    "funnel_stage_conversion_rate": ("channel", "owner", "segment", "pipeline", "stage"),
    "funnel_drop_off_rate": ("channel", "owner", "segment", "pipeline", "stage"),
    "marketing_sourced_revenue_share": ("segment", "channel"),
    "sales_cycle_length": ("channel", "owner", "segment", "product"),
}


@pytest.fixture(scope="module", params=SEEDS)
def warehouse(request: pytest.FixtureRequest) -> Warehouse:
    """
    A random company with rates for all its money, seen from long after.
    """
    made = Warehouse()
    made.connection.execute("pragma disable_optimizer")  # of so few rows, planning takes longer than reading
    made.environment = environment(offered=ALL_TABLES)
    world = World(request.param)
    made.add(*((table, row) for table, rows in world.tables.items() if table != "exchange_rates" for row in rows))
    made.add(
        *(
            (
                "exchange_rates",
                {"source": "files", "id": on, "currency": "USD", "on": date.fromisoformat(on), "rate": rate},
            )
            for on, rate in (("2025-01-01", 0.9), ("2026-02-10", 0.8), ("2026-03-10", 1.1))
        )
    )
    return made


def by_period(answers: Iterable[Answer]) -> Mapping[tuple[str, date, str], list[Answer]]:
    found: dict[tuple[str, date, str], list[Answer]] = defaultdict(list)
    for answer in answers:
        found[answer.kpi, answer.period_start, answer.dimension].append(answer)
    return found


def test_opening_and_movements_make_the_closing(warehouse: Warehouse) -> None:
    """
    MRR at the end of a month is that of the month before with all movements and the exchange effect: of the whole, of
    every account, segment and product.
    """
    cuts = ("account", "segment", "product")
    answers = warehouse.ask("mrr", "mrr_movements", by=cuts, options={"gross_margin": 0.6}, **MONTHS)
    values = {(a.kpi, a.dimension, a.member_id, a.period_start): a.value for a in answers}
    months = [date(2026, number, 1) for number in range(1, 5)]
    moved = 0
    for dimension, member in {(a.dimension, a.member_id) for a in answers}:
        for before, month in pairwise(months):
            opening, closing = (values.get(("mrr", dimension, member, day), 0.0) for day in (before, month))
            movement = values.get(("mrr_movements", dimension, member, month), 0.0)
            assert opening is not None and closing is not None and movement is not None
            assert opening + movement == pytest.approx(closing, abs=1e-3), (dimension, member, month)
            moved += movement != 0
    assert moved > 5


def test_net_new_mrr_and_exchange_are_all_movements(warehouse: Warehouse) -> None:
    """
    The movements of each kind, without those that came and went, add up to all of them.
    """
    answers = warehouse.ask("mrr_movements", "net_new_mrr", by=["movement"], **MONTHS)
    kinds = {(a.kpi, a.period_start, a.member_id): a.value or 0.0 for a in answers}
    for month in {a.period_start for a in answers}:
        listed = {member: value for (kpi, on, member), value in kinds.items() if (kpi, on) == ("mrr_movements", month)}
        whole = listed.pop("all")
        listed.pop("intra_month", None)
        assert sum(listed.values()) == pytest.approx(whole, abs=1e-3)
        net = kinds["net_new_mrr", month, "all"]
        assert net + listed.get("exchange", 0.0) == pytest.approx(whole, abs=1e-3)


def test_the_whole_is_the_sum_of_its_members(warehouse: Warehouse) -> None:
    """
    Of what adds up, nothing is lost in a cut and nothing counted twice.
    """
    cuts = sorted({cut for each in ADDITIVE.values() for cut in each})
    options = {"gross_margin": 0.6}
    answers = by_period(warehouse.ask(*ADDITIVE, by=cuts, options=options, **MONTHS))
    wholes = {(kpi, on): found[0].value for (kpi, on, cut), found in answers.items() if cut == "org"}
    compared = 0
    for (kpi, on), whole in wholes.items():
        for cut in ADDITIVE[kpi]:
            parts = [a.value for a in answers.get((kpi, on, cut), []) if a.member_id != "intra_month"]
            if whole is not None:
                assert math.fsum(value or 0.0 for value in parts) == pytest.approx(whole, abs=1e-2), (kpi, on, cut)
                compared += whole != 0
    assert compared > 50


def test_a_ratio_is_made_of_its_parts_and_never_averaged(warehouse: Warehouse) -> None:
    """
    Members and months add up in numerator and denominator; the value of the whole is sum over sum.
    """
    cuts = sorted({cut for each in RATIOS.values() for cut in each})
    months = by_period(warehouse.ask(*RATIOS, by=cuts, first="2026-01-01", last="2026-03-01"))
    quarter = by_period(warehouse.ask(*RATIOS, grain="quarter", first="2026-01-01"))
    compared = 0
    for kpi, dimensions in RATIOS.items():
        wholes = [months[kpi, date(2026, number, 1), "org"][0] for number in (1, 2, 3)]
        groups = [(whole, months.get((kpi, whole.period_start, cut), [])) for whole in wholes for cut in dimensions]
        groups.append((quarter[kpi, date(2026, 1, 1), "org"][0], wholes))
        for whole, parts in groups:
            top, bottom = (math.fsum(getattr(a, part) or 0.0 for a in parts) for part in ("numerator", "denominator"))
            assert (whole.numerator or 0.0, whole.denominator or 0.0) == pytest.approx((top, bottom), abs=1e-3), kpi
            assert whole.value == (pytest.approx(top / bottom, abs=1e-6) if bottom else None), kpi
            compared += bottom > 0
    assert compared > 20


def test_advanced_dropped_and_still_there_are_everybody(warehouse: Warehouse) -> None:
    """
    Whoever reached a stage went on, was lost in it, or is there still.
    """
    answers = warehouse.ask("funnel_stage_conversion_rate", "funnel_drop_off_rate", by=["stage"], **MONTHS)
    found = {(a.kpi, a.period_start, a.member_id): a for a in answers if a.dimension == "stage"}
    still = """
        select count(*) from fact_funnel
        where stage = ? and not is_last and next_on is null
            and (lost_on is null or (kind = 'person' and stage <> 'leads/opportunity'))
            and date_trunc('month', created_on) = ?
    """
    compared = 0
    for (kpi, month, stage), dropped in found.items():
        if kpi != "funnel_drop_off_rate":
            continue
        advanced = found["funnel_stage_conversion_rate", month, stage]
        [(there,)] = warehouse.connection.execute(still, [stage, month]).fetchall() or [(0,)]
        assert (advanced.numerator or 0) + (dropped.numerator or 0) + there == (dropped.denominator or 0)
        compared += bool(dropped.denominator)
    assert compared > 0


@pytest.mark.parametrize(
    "model", ["auto", "linear", "time_decay", "full_path", "markov", "shapley", "primary_campaign"]
)
def test_credits_are_the_conversions_split_up(warehouse: Warehouse, model: str) -> None:
    """
    Under any model, what is credited and what is not make the revenue of all orders; new customers are worth one each.
    """
    kpis = ("attributed_revenue", "unattributed_revenue", "average_ticket", "attributed_conversions")
    warehouse.environment = environment(offered=ALL_TABLES, attribution_model=model)
    warehouse.standing.clear()
    answers = warehouse.ask(*kpis, **MONTHS)
    values = {(a.kpi, a.period_start): a for a in answers}
    for month in {a.period_start for a in answers}:
        parts = [values[kpi, month].value for kpi in ("attributed_revenue", "unattributed_revenue")]
        assert None not in parts
        orders = values["average_ticket", month].numerator
        assert sum(part or 0.0 for part in parts) == pytest.approx(orders or 0.0, abs=1e-2)
    counted = """
        select (select sum(share) from fact_credits where revenue_source = 'customer' and level in ('all', 'channel')),
            (select count(*) from fact_conversions where revenue_source = 'customer')
    """
    [(shares, customers)] = warehouse.connection.execute(counted).fetchall()
    assert customers > 0 and shares == pytest.approx(customers)


def test_every_kpi_that_is_held_here_is_in_the_catalogue_with_these_cuts() -> None:
    """
    A cut that the catalogue does not have would compare nothing.
    """
    for kpi, cuts in (ADDITIVE | RATIOS).items():
        assert set(cuts) <= set(CATALOGUE[kpi].by)
