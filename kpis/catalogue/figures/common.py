"""
What figures of several families have in common.
"""

from __future__ import annotations

from collections.abc import Callable

from kpis.formula import Formula, choose
from kpis.measure import Needs, flow

PEOPLE, ACCOUNTS, DEALS, COSTS = "fact_people", "fact_accounts", "fact_deals", "fact_costs"
MRR, ORDERS, CREDITS = "fact_mrr_changes", "fact_orders", "fact_credits"

BULK = {"bulk_import": "is_bulk_import"}
BULK_PROSPECTS = {"bulk_import": "is_bulk_import and not was_customer_before"}
CUSTOMERS = (("leads",), ("opportunities", "subscriptions"))
NO_RATE = {"missing_fx_rate": "count_if(is_unconverted)"}


def duration(name: str, fact: str, days: str, *, at: str, where: str) -> Formula:
    sound = f"({where}) and {days} >= 0"
    back_dated = {"negative_duration": f"({where}) and {days} < 0"}
    total = flow(f"{name}_days", fact, f"sum({days})", at=at, where=sound, flags=back_dated)
    number = flow(f"{name}s", fact, at=at, where=sound)
    median = flow(
        f"median_{name}_days", fact, f"median({days})", at=at, where=sound, empty="zero_denominator", flags=back_dated
    )
    return choose("statistic", mean=total / number, median=median)


def by_source(make: Callable[[str, str, Needs], Formula]) -> Formula:
    """
    The same figure over invoices and over won deals; a question takes either, never both.
    """
    return choose(
        "revenue_source",
        won=make("won", "revenue_source = 'won'", (("opportunities",),)),
        invoices=make("invoiced", "revenue_source = 'invoices'", (("revenue",),)),
    )
