"""
Recurring revenue, recounted account by account.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tests.kpis.naive.attribution import revenue
from tests.kpis.naive.bases import among, close_of, is_running, months_of
from tests.kpis.naive.common import DAY, NONE, Fields, Result, months_before, ratio
from tests.kpis.naive.entities import Naive
from tests.kpis.naive.ledger import Balance, month_of, movement_total, real_change, unrated_moves, worth
from tests.kpis.naive.payback import margin_in_force

LEVELS = ("mrr", "paying_accounts", "arpa", "arpa_new", "arpa_existing", "arpa_yoy_change")
FOLLOWED = (
    "gross_mrr_churn_rate",
    "gross_mrr_retention_rate",
    "net_mrr_retention_rate",
    "net_mrr_churn_rate",
    "customer_churn_rate",
    "account_retention_rate",
    "portfolio_growth_rate",
    "expansion_revenue_share",
)
# What grew, was lost or was kept is not told of a period that still runs.
WHOLE = (*FOLLOWED, "arpa_yoy_change", "customer_lifetime_value")
KNOWN = (*LEVELS, *FOLLOWED, "mrr_movements", "net_new_mrr", "customer_lifetime_value")


def answer(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result | None:
    if kpi in ("net_new_revenue", "won_revenue"):
        return won_amount(naive, kpi, start, end, dimension, member)
    if kpi not in KNOWN:
        return None
    if not naive.offers("subscriptions"):
        return None, "missing_input"
    if kpi in WHOLE and is_running(naive, start, end):
        return None, "partial_period"
    if kpi in LEVELS:
        return level(naive, kpi, start, end, dimension, member)
    if kpi in ("mrr_movements", "net_new_mrr"):
        return movements(naive, kpi, start, end, dimension, member)
    if kpi == "customer_lifetime_value":
        return lifetime(naive, start, end, dimension, member)
    return followed(naive, kpi, start, end, dimension, member)


# what stands at the close


def level(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result:
    product = member if dimension == "product" else None
    closing = balances(naive, close_of(naive, end), dimension, member)
    if kpi == "paying_accounts":
        return float(len(closing)), None
    if kpi == "mrr":
        total = total_of(closing.values())
        return (None, "missing_fx_rate") if total is None else (total, None)
    if kpi == "arpa":
        return mean_of(closing)
    if not months_of(start, end):
        return None, "not_applicable"
    if kpi == "arpa_yoy_change":
        now, why = mean_of(closing)
        if why or now is None:
            return None, why
        year_before = months_before(end + DAY, 12) - DAY
        then, why = mean_of(balances(naive, year_before, dimension, member))
        if why or then is None:
            return None, "no_prior_period" if why == "zero_denominator" else why
        return now / then - 1, None
    joined = {key for key in closing if start <= first_paid(naive, key, product) <= end}
    return mean_of({key: value for key, value in closing.items() if (key in joined) == (kpi == "arpa_new")})


def balances(naive: Naive, day: date, dimension: str, member: str) -> dict[str, Balance]:
    """
    Per paying account what it pays on a day: of the product alone where the cut is by product.
    """
    product = member if dimension == "product" else None
    accounts = among(naive, {row["account_key"] for row in naive.subscriptions}, dimension, member)
    found = {key: naive.mrr_at(key, day, product) for key in accounts}
    return {key: balance for key, balance in found.items() if balance}


def rows_of(naive: Naive, account: str, product: str | None) -> list[Fields]:
    own = [row for row in naive.subscriptions if row["account_key"] == account]
    return [row for row in own if product is None or (row["product_family"] or NONE) == product]


def first_paid(naive: Naive, account: str, product: str | None) -> date:
    starts: list[date] = [row["starts_on"] for row in rows_of(naive, account, product)]
    return min(starts)


def total_of(listed: Iterable[Balance]) -> float | None:
    found = [worth(balance) for balance in listed]
    return None if any(value is None for value in found) else float(sum(value for value in found if value is not None))


def mean_of(closing: dict[str, Balance]) -> Result:
    total = total_of(closing.values())
    return (None, "missing_fx_rate") if total is None else ratio(total, len(closing))


# the accounts of the opening, followed to the close


def followed(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result:
    product = member if dimension == "product" else None
    close = close_of(naive, end)
    opening = balances(naive, start - DAY, dimension, member)
    closing = balances(naive, close, dimension, member)
    if kpi == "customer_churn_rate":
        return ratio(len(opening.keys() - closing.keys()), len(opening))
    if kpi == "account_retention_rate":
        return ratio(len(opening.keys() & closing.keys()), len(opening))
    base = total_of(opening.values())
    if kpi == "portfolio_growth_rate":
        now = total_of(closing.values())
        if base is None or now is None:
            return None, "missing_fx_rate"
        return ((now - base) / base, None) if base else (None, "no_prior_period")
    if base is None or any(unrated_moves(naive, rows_of(naive, key, product), start, close) for key in opening):
        return None, "missing_fx_rate"
    if not base:
        return None, "zero_denominator"
    changes = [real_change(opening[key], closing.get(key, {})) for key in opening]
    losses, gains = sum(max(-change, 0.0) for change in changes), sum(max(change, 0.0) for change in changes)
    if kpi == "gross_mrr_churn_rate":
        return losses / base, None
    if kpi == "gross_mrr_retention_rate":
        return 1 - losses / base, None
    if kpi == "expansion_revenue_share":
        return gains / base, None
    back: float | None = 0.0
    if naive.options["retention_include_reactivation"] in (True, "true"):
        returned = [key for key in closing if key not in opening and first_paid(naive, key, product) < start]
        back = total_of(closing[key] for key in returned)
    if back is None:
        return None, "missing_fx_rate"
    kept = (base + gains - losses + back) / base
    return (kept if kpi == "net_mrr_retention_rate" else 1 - kept), None


# what moved


def movements(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result:
    months = [month for month in months_of(start, end) if month <= naive.as_of]
    if not months:
        return None, "not_applicable"
    product = member if dimension == "product" else None
    listed = []
    for account in among(naive, {row["account_key"] for row in naive.subscriptions}, dimension, member):
        rows = rows_of(naive, account, product)
        for month in months:
            listed += month_of(naive, rows, month, close_of(naive, months_before(month, -1) - DAY))
    return movement_total(listed, kpi, member if dimension == "movement" else None)


def won_amount(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result:
    """
    Everything won; without renewals and what was given back where it is to be net and new.
    """
    if not naive.offers("opportunities"):
        return None, "missing_input"
    is_net = kpi == "net_new_revenue"
    won = [d for d in naive.of(naive.deals, dimension, member) if d["is_won"] and not (is_net and d["is_renewal"])]
    won = [d for d in won if naive.inside(d["closed_on"], start, end) and d["original"] is not None]
    amounts = [deal["amount"] for deal in won]
    if is_net:
        given_back = [row for row in naive.of(revenue(naive), dimension, member) if row["is_refund"]]
        amounts += [row["amount"] for row in given_back if naive.inside(row["on"], start, end)]
    if any(amount is None for amount in amounts):
        return None, "missing_fx_rate"
    return float(sum(amount for amount in amounts if amount is not None)), None


# what a customer is worth


def lifetime(naive: Naive, start: date, end: date, dimension: str, member: str) -> Result:
    if not months_of(start, end):
        return None, "not_applicable"
    arpa, why = mean_of(balances(naive, end, dimension, member))
    if why or arpa is None:
        return None, why
    if naive.options["cltv_basis"] == "gross_profit":
        margin, why = margin_in_force(naive, start, end, dimension, member)
        if why or margin is None:
            return None, why
        if margin <= 0:
            return None, "non_positive_margin"
        arpa *= margin
    chosen = naive.options["cltv_churn_months"]
    last = end.replace(day=1)
    is_small = len(balances(naive, last - DAY, dimension, member)) < naive.options["low_sample_below"]
    size = chosen or (6 if is_small else 1)
    months = [months_before(last, number) for number in range(size)]
    accounts = among(naive, {row["account_key"] for row in naive.subscriptions}, dimension, member)
    first = min((first_paid(naive, key, None) for key in accounts), default=None)
    if size > 1 and (first is None or first >= months_before(months[-1], -1)):
        return None, "insufficient_history"
    base = lost = 0
    for month in months:
        opening = balances(naive, month - DAY, dimension, member)
        closing = balances(naive, months_before(month, -1) - DAY, dimension, member)
        base, lost = base + len(opening), lost + len(opening.keys() - closing.keys())
    return (arpa / (lost / base), None) if base and lost else (None, "zero_denominator")
