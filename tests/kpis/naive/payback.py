"""
Margins, and what they make of the cost of a customer.
"""

from __future__ import annotations

from datetime import date

from tests.kpis.naive.attribution import revenue
from tests.kpis.naive.common import DAY, Result, months_before
from tests.kpis.naive.cost import acquisition_cost, goods
from tests.kpis.naive.entities import Naive
from tests.kpis.naive.sums import less, money, over, times

AVERAGE_MONTH = 365.25 / 12


def answer(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result | None:
    if kpi == "gross_margin":
        return gross_margin(naive, start, end, dimension, member)
    if kpi in ("cac_payback_months", "ltv_to_cac_ratio") and not _knows_margin(naive):
        return None, "missing_input"
    if kpi == "cac_payback_months":
        cac = acquisition_cost(naive, "customer_acquisition_cost", start, end, dimension, member)
        which = "arpa_new" if naive.options["payback_arpa"] == "new" else "arpa"
        arpa = naive.answer(which, start, end, dimension, member)
        margin = margin_in_force(naive, start, end, dimension, member)
        if margin[0] is not None and margin[0] <= 0:
            margin = (None, "non_positive_margin")
        return over(cac, times(arpa, margin))
    if kpi == "ltv_to_cac_ratio":
        value = naive.chosen(cltv_basis="gross_profit").answer("customer_lifetime_value", start, end, dimension, member)
        return over(value, acquisition_cost(naive, "customer_acquisition_cost", start, end, dimension, member))
    if kpi == "unrecovered_cac":
        return _unrecovered(naive, start, end, dimension, member)
    return None


def gross_margin(naive: Naive, start: date, end: date, dimension: str, member: str) -> Result:
    if not naive.offers("revenue"):
        return None, "missing_input"
    rows = [r for r in naive.of(revenue(naive), dimension, member) if naive.inside(r["on"], start, end)]
    income = money(rows)
    if income[0] is None:
        return income
    margin = over(less(income, goods(naive, rows)), income)
    return margin if income[0] > 0 or margin[0] is None else (None, "zero_denominator")


def _knows_margin(naive: Naive) -> bool:
    return naive.options["gross_margin"] is not None or naive.offers("revenue")


def margin_in_force(naive: Naive, start: date, end: date, dimension: str, member: str) -> Result:
    """
    The margin that was set, else that of the period.
    """
    if naive.options["gross_margin"] is not None:
        return float(naive.options["gross_margin"]), None
    return gross_margin(naive, start, end, dimension, member)


def _unrecovered(naive: Naive, start: date, end: date, dimension: str, member: str) -> Result:
    if not naive.offers("costs", "subscriptions"):
        return None, "missing_input"
    total = 0.0
    for account in naive.payers(dimension, member):
        for lost_on in _losses(naive, account):
            if not naive.inside(lost_on, start, end):
                continue
            if naive.options["gross_margin"] is None:
                return None, "missing_input"
            became_on = naive.local(naive.customer_at[account])
            assert became_on is not None
            month = became_on.replace(day=1)
            cac = acquisition_cost(
                naive, "customer_acquisition_cost", month, months_before(month, -1) - DAY, "org", "all"
            )
            if cac[1] == "missing_input":
                continue  # nobody knows what it had cost; the number says so by a flag
            left = less(cac, _profit(naive, account, lost_on))
            if left[0] is None:
                return left
            total += max(0.0, left[0])
    return total, None


def _losses(naive: Naive, account: str) -> list[date]:
    """
    The days on which paid service ended of months that the account began paying and ended not paying.
    """
    spans = [(s["starts_on"], s["ends_on"]) for s in naive.subscriptions if s["account_key"] == account]
    found = []
    for month in {end.replace(day=1) for _, end in spans if end}:
        close = min(months_before(month, -1) - DAY, naive.as_of)
        if close < month:
            continue
        if naive.mrr_at(account, month - DAY, None) and not naive.mrr_at(account, close, None):
            found.append(max(end for _, end in spans if end and month <= end <= close))
    return found


def _profit(naive: Naive, account: str, until: date) -> Result:
    margin = float(naive.options["gross_margin"])
    total = 0.0
    for row in naive.subscriptions:
        if row["account_key"] != account or row["starts_on"] >= until:
            continue
        value = naive.convert(row["mrr"], row["currency"], row["starts_on"])
        if value is None:
            return None, "missing_fx_rate"
        days = (min(row["ends_on"] or until, until) - row["starts_on"]).days
        total += float(value) * days / AVERAGE_MONTH
    return total * margin, None
