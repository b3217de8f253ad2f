"""
What a customer costs and what comes back.
"""

from __future__ import annotations

from datetime import date

from tests.kpis.naive.attribution import credits_of, customer_credits, orders_of, takes_invoices, touches
from tests.kpis.naive.common import Fields, Result, ratio
from tests.kpis.naive.entities import Naive
from tests.kpis.naive.spend import every_kind, is_marketing_alone, is_media, is_not_sales, spent
from tests.kpis.naive.sums import known, less, money, over

RETURNS = ("roi", "romi", "activity_roi")
CONVERSIONS = ("attributed_conversions", "attributed_conversion_rate")


def answer(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result | None:
    if kpi in ("customer_acquisition_cost", "marketing_cac"):
        return acquisition_cost(naive, kpi, start, end, dimension, member)
    if kpi == "average_ticket":
        return ticket(naive, start, end, dimension, member)
    if kpi == "cac_to_ticket_ratio":
        cac = acquisition_cost(naive, "marketing_cac", start, end, dimension, member)
        return over(cac, ticket(naive, start, end, dimension, member))
    if kpi == "new_customers":
        return known(naive.count(naive.of(naive.new_customers(), dimension, member), "on", start, end))
    if kpi == "media_cost":
        return spent(naive, start, end, is_media, dimension, member)
    if kpi in ("attributed_revenue", "unattributed_revenue"):
        credits = [c for c in naive.of(credits_of(naive), dimension, member) if naive.inside(c["on"], start, end)]
        return money([c for c in credits if c["known"] == (kpi == "attributed_revenue")])
    if kpi in RETURNS:
        return _returns(naive, kpi, start, end, dimension, member)
    if kpi in CONVERSIONS:
        return _conversions(naive, kpi, start, end, dimension, member)
    return None


def acquisition_cost(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result:
    """
    Cost over new accounts; of a channel only its media cost is known to be its own.
    """
    if not naive.offers("costs") or not (naive.offers("opportunities") or naive.offers("subscriptions")):
        return None, "missing_input"
    customers = known(naive.count(naive.of(naive.new_customers(), dimension, member), "on", start, end))
    if dimension in ("channel", "campaign"):
        return over(spent(naive, start, end, is_media, dimension, member), customers)
    kinds = every_kind if kpi == "customer_acquisition_cost" else is_not_sales
    return over(spent(naive, start, end, kinds), customers)


def sells(naive: Naive) -> bool:
    """
    Whether a source offers the orders that the options ask for.
    """
    return naive.offers("revenue" if takes_invoices(naive) else "opportunities")


def ticket(naive: Naive, start: date, end: date, dimension: str, member: str) -> Result:
    if not sells(naive):
        return None, "missing_input"
    orders = [o for o in naive.of(orders_of(naive), dimension, member) if naive.inside(o["on"], start, end)]
    value = over(money(orders), known(sum(1 for o in orders if not o["is_refund"])))
    return (None, "zero_denominator") if value[0] is not None and value[0] <= 0 else value


def goods(naive: Naive, rows: list[Fields]) -> Result:
    """
    What was sold cost to make: as stated, else by the margin that was set.
    """
    margin = naive.options["gross_margin"]
    costs = []
    for row in rows:
        if row["cogs"] is None and margin is None:
            return None, "missing_input"
        costs.append(float(row["amount"]) * (1 - float(margin)) if row["cogs"] is None else float(row["cogs"]))
    return known(sum(costs))


def _returns(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result:
    if not naive.offers("costs") or not sells(naive):
        return None, "missing_input"
    credits = [c for c in naive.of(credits_of(naive), dimension, member) if c["known"]]
    credits = [c for c in credits if naive.inside(c["on"], start, end)]
    spend = spent(naive, start, end, is_marketing_alone if kpi == "romi" else is_not_sales, dimension, member)
    income = money(credits)
    if kpi == "romi" and income[0] is not None:
        income = less(income, goods(naive, credits))
    return over(less(income, spend), spend)


def _conversions(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result:
    if not naive.offers("touches"):
        return None, "missing_input"
    credits = [c for c in naive.of(customer_credits(naive), dimension, member) if c["known"]]
    count = sum(c["share"] for c in credits if naive.inside(c["on"], start, end))
    if kpi == "attributed_conversions":
        return known(count)
    met = [t for t in naive.of(touches(naive), dimension, member) if naive.inside(t["on"], start, end)]
    return ratio(count, len({t["person_key"] for t in met if t["person_key"]}))
