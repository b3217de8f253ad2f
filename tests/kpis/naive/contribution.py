"""
What marketing brought and touched, and when a campaign has paid for itself.
"""

from __future__ import annotations

from datetime import date

from tests.kpis.naive.attribution import NOT_MARKETING, credits_of, path_of, won_orders
from tests.kpis.naive.common import Fields, Result, pick, ratio
from tests.kpis.naive.cost import goods, sells
from tests.kpis.naive.entities import Naive
from tests.kpis.naive.spend import days_of, is_marketing_alone
from tests.kpis.naive.sums import average, money, over

REVENUE = ("marketing_sourced_revenue_share", "marketing_influenced_revenue_share")


def answer(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result | None:
    if kpi == "campaign_breakeven_days":
        return _breakeven(naive, start, end, dimension, member)
    if kpi not in (*REVENUE, "marketing_sourced_customer_share"):
        return None
    if not naive.offers("touches") or not (naive.offers("opportunities") or kpi not in REVENUE):
        return None, "missing_input"
    if kpi == "marketing_sourced_customer_share":
        customers = [c for c in naive.of(naive.new_customers(), dimension, member) if naive.inside(c["on"], start, end)]
        return ratio(sum(is_sourced(naive, c | {"person": None}) for c in customers), len(customers))
    orders = [o for o in naive.of(won_orders(naive), dimension, member) if naive.inside(o["on"], start, end)]
    counts = is_sourced if kpi == "marketing_sourced_revenue_share" else is_influenced
    return over(money([o for o in orders if counts(naive, o)]), money(orders))


def is_sourced(naive: Naive, conversion: Fields) -> bool:
    """
    The first touch ever, or the source of the first lead, is marketing's.
    """
    path = path_of(naive, conversion, None)
    if path and path[0]["is_marketing"]:
        return True
    person = next((p for p in naive.people if p["key"] == conversion["person"]), {})
    account = conversion["account"] or person.get("account")
    return (naive.account_channel(account) if account else person.get("channel")) not in NOT_MARKETING


def is_influenced(naive: Naive, conversion: Fields) -> bool:
    return any(t["is_marketing"] for t in path_of(naive, conversion, naive.options["lookback_days"]))


def _breakeven(naive: Naive, start: date, end: date, dimension: str, member: str) -> Result:
    if not naive.offers("costs") or not sells(naive):
        return None, "missing_input"
    campaigns = {d["campaign"] for d in days_of(naive, is_marketing_alone) if d["campaign"]}
    reached: list[float] = []
    unknown: set[str] = set()
    for campaign in sorted(campaigns):
        first = _start(naive, campaign)
        own = {"campaign": campaign, "channel": pick(naive.campaigns.get(campaign, []), "channel")}
        if not naive.inside(first, start, end) or not naive.of([own], dimension, member):
            continue
        day, why = _first_day(naive, campaign)
        if why:
            unknown.add(why)
        if day is not None:
            reached.append((day - first).days)
    if unknown:
        return None, min(unknown)  # no rate, before no cost of goods
    return average(reached, "mean") if reached else (None, "not_applicable")


def _start(naive: Naive, campaign: str) -> date:
    told = pick(naive.campaigns.get(campaign, []), "starts_on")
    return told or min(d["on"] for d in days_of(naive, is_marketing_alone) if d["campaign"] == campaign)


def _first_day(naive: Naive, campaign: str) -> tuple[date | None, str | None]:
    """
    The first day on which the campaign's profit so far covers its spend so far; what nobody knew only later cannot
    move it.
    """
    spend = [d for d in days_of(naive, is_marketing_alone) if d["campaign"] == campaign and d["on"] <= naive.as_of]
    income = [c for c in credits_of(naive) if c["campaign"] == campaign and c["on"] <= naive.as_of]
    if not any(d["amount"] is None or d["amount"] > 0 for d in spend):
        return None, None
    even = next(
        (day for day in sorted({row["on"] for row in (*spend, *income)}) if _is_even(naive, spend, income, day)), None
    )
    until = even or naive.as_of
    if any(row["amount"] is None for row in (*spend, *income) if row["on"] <= until):
        return None, "missing_fx_rate"
    _, why = goods(naive, [c for c in income if c["on"] <= until])
    return (None, why) if why else (even, None)


def _is_even(naive: Naive, spend: list[Fields], income: list[Fields], day: date) -> bool:
    paid = float(sum(d["amount"] for d in spend if d["on"] <= day and d["amount"] is not None))
    known = [c for c in income if c["on"] <= day and c["amount"] is not None]
    profit = sum(c["amount"] - (goods(naive, [c])[0] or 0.0) for c in known if not goods(naive, [c])[1])
    return paid > 0 and profit >= paid - 1e-9
