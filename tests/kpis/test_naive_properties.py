"""
What must hold in the reference for whatever company: parts that add up, shares that stay shares.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.schema import TABLES
from tests.kpis.naive import Naive
from tests.kpis.worlds import ACCOUNTS, OWNERS, PRODUCTS, SEGMENTS, World

MONTH = (date(2026, 3, 1), date(2026, 3, 31))
QUARTER = (date(2026, 1, 1), date(2026, 3, 31))
NET = ("new", "reactivation", "expansion", "contraction", "churn")
MEMBERS = {
    "org": ("all",),
    "segment": ("(none)", *SEGMENTS),
    "owner": ("(none)", *OWNERS),
    "account": ("(none)", *ACCOUNTS),
    "product": ("(none)", *PRODUCTS),
}
ADDITIVE = {
    "mrr": ("segment", "owner", "account", "product"),
    "mrr_movements": ("segment", "owner", "account", "product"),
    "net_new_mrr": ("segment", "owner", "account"),
    "net_new_revenue": ("segment", "owner", "product"),
    "support_tickets": ("segment", "account", "product"),
    "onboardings_started": ("segment", "owner", "product"),
    "onboardings_completed": ("segment", "owner", "product"),
}
SHARES = """
    gross_mrr_churn_rate gross_mrr_retention_rate customer_churn_rate account_retention_rate upsell_rate
    cross_sell_rate upsell_offer_acceptance_rate cross_sell_offer_acceptance_rate repeat_purchase_rate
    engaged_account_rate product_adoption_rate onboarding_completion_rate objectives_on_track_share
""".split()

worlds = st.integers(0, 10**9).map(World)


def company(world: World) -> Naive:
    return Naive(world.tables, world.as_of, "Europe/Madrid", "EUR", offered=frozenset(TABLES))


@settings(max_examples=40, deadline=None)
@given(world=worlds)
def test_movements_lead_from_opening_to_close(world: World) -> None:
    """
    Opening + movements = close, in a month and in a quarter, for all and for each member; the kinds add up to the net.
    """
    naive = company(world)
    for start, end in (MONTH, QUARTER):
        for dimension, members in MEMBERS.items():
            for member in members:
                before = naive.answer("mrr", start, start - timedelta(days=1), dimension, member)
                moved = naive.answer("mrr_movements", start, end, dimension, member)
                after = naive.answer("mrr", start, end, dimension, member)
                # what came and went between, without a rate, leaves a quarter's sum unknown
                if None not in (before[0], after[0]) and ((start, end) == MONTH or moved[0] is not None):
                    assert moved == (pytest.approx(after[0] - before[0], abs=1e-6), None)
        kinds = [naive.answer("mrr_movements", start, end, "movement", kind) for kind in NET]
        if all(reason is None for _, reason in kinds):
            net = naive.answer("net_new_mrr", start, end, "org", "all")
            assert net == (pytest.approx(sum(amount for amount, _ in kinds), abs=1e-6), None)


@settings(max_examples=40, deadline=None)
@given(world=worlds)
def test_parts_add_up_to_the_whole(world: World) -> None:
    """
    Members of a dimension, with the records that have none, give what the organisation has.
    """
    naive = company(world)
    for kpi, dimensions in ADDITIVE.items():
        whole, reason = naive.answer(kpi, *MONTH, "org", "all")
        for dimension in dimensions if reason is None else ():
            parts = [naive.answer(kpi, *MONTH, dimension, member)[0] for member in MEMBERS[dimension]]
            assert whole == pytest.approx(sum(parts), abs=1e-6), (kpi, dimension)


@settings(max_examples=40, deadline=None)
@given(world=worlds)
def test_shares_are_shares(world: World) -> None:
    """
    A share lies between nothing and all; kept and lost make one; net retention is gross retention and expansion.
    """
    naive = company(world)
    value = {kpi: naive.answer(kpi, *QUARTER, "org", "all")[0] for kpi in (*SHARES, "net_mrr_retention_rate")}
    share, _ = naive.answer("expansion_revenue_share", *QUARTER, "org", "all")

    assert all(-1e-9 <= value[kpi] <= 1 + 1e-9 for kpi in SHARES if value[kpi] is not None), value
    if value["gross_mrr_churn_rate"] is not None:
        assert value["gross_mrr_retention_rate"] == pytest.approx(1 - value["gross_mrr_churn_rate"])
        assert value["net_mrr_retention_rate"] == pytest.approx(value["gross_mrr_retention_rate"] + share)
    if value["customer_churn_rate"] is not None:
        assert value["account_retention_rate"] == pytest.approx(1 - value["customer_churn_rate"])
