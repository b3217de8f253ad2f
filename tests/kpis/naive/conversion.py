"""
From leads to customers and from deals to closings.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from tests.kpis.naive.common import DAY, Fields, Result, ratio
from tests.kpis.naive.demand import within
from tests.kpis.naive.entities import Naive
from tests.kpis.naive.sums import average, known, money, over, times

CLOSINGS = (
    "win_rate",
    "close_rate_pipeline",
    "close_rate_created",
    "sales_cycle_length",
    "pipeline_velocity",
    "pipeline_coverage",
    "open_pipeline_amount",
    "won_revenue",
)


def answer(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result | None:
    if kpi in ("lead_conversion_rate_cohort", "lead_conversion_rate_period"):
        if not naive.offers("leads"):
            return None, "missing_input"
        return _leads(naive, kpi, start, end, dimension, member)
    if kpi not in CLOSINGS:
        return None
    if not naive.offers("opportunities"):
        return None, "missing_input"
    deals = naive.of(naive.deals, dimension, member)
    if kpi == "sales_cycle_length":
        return average(_cycles(naive, deals, start, end), naive.options["statistic"])
    if kpi == "open_pipeline_amount":
        return money(_open(deals, min(end, naive.as_of)))
    if kpi == "won_revenue":
        return money([d for d in _closed(naive, deals, start, end) if d["is_won"]])
    business = [d for d in deals if not d["is_renewal"]]
    if kpi == "pipeline_velocity":
        return _velocity(naive, business, min(end, naive.as_of))
    if kpi == "pipeline_coverage":
        amount = money(_open(business, min(end, naive.as_of)))
        return over(amount, _quota(naive, start, end, dimension, member))
    return _close_rate(naive, kpi, business, start, end)


def _leads(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result:
    people = [p for p in naive.of(naive.people, dimension, member) if p["is_lead"] and not p["was_customer"]]
    wants_deal = naive.options["conversion_goal"] == "opportunity"
    if kpi == "lead_conversion_rate_cohort":
        return within(naive, people, "opportunity_on" if wants_deal else "customer_on", start, end)
    born = naive.count(people, "created_on", start, end)
    if wants_deal:
        return ratio(naive.count(people, "opportunity_on", start, end), born)
    customers = naive.count(naive.of(naive.new_customers(), dimension, member), "on", start, end)
    alone = [p for p in people if p["account"] is None]
    return ratio(customers + naive.count(alone, "customer_on", start, end), born)


def _open(deals: list[Fields], close: date) -> list[Fields]:
    """
    The deals that stood open at the end of a day.
    """
    there = [d for d in deals if d["created_on"] and d["created_on"] <= close]
    return [d for d in there if d["left_on"] is None or d["left_on"] > close]


def _closed(naive: Naive, deals: list[Fields], start: date, end: date) -> list[Fields]:
    return [d for d in deals if d["is_closed"] and naive.inside(d["closed_on"], start, end)]


def _close_rate(naive: Naive, kpi: str, deals: list[Fields], start: date, end: date) -> Result:
    size = money if naive.options["close_rate_by"] == "amount" else lambda rows: known(len(rows))
    closed = _closed(naive, deals, start, end)
    created = [d for d in deals if naive.inside(d["created_on"], start, end)]
    basis = {"win_rate": closed, "close_rate_created": created}.get(kpi)
    if basis is None:
        basis = _open(deals, start - DAY) + created
    return over(size([d for d in closed if d["is_won"]]), size(basis))


def _cycles(naive: Naive, deals: list[Fields], start: date, end: date) -> list[float]:
    every = naive.options["sales_cycle_scope"] == "all_closed"
    found = []
    for deal in _closed(naive, deals, start, end):
        days = _from_lead(naive, deal) if naive.options["sales_cycle_start"] == "lead" else deal["days"]
        if (deal["is_won"] or every) and days is not None and days >= 0:
            found.append(days)
    return found


def _from_lead(naive: Naive, deal: Fields) -> float | None:
    own = [p["created_at"] for p in naive.people if p["key"] == deal["person"] and p["created_at"]]
    account = [
        p["created_at"] for p in naive.people if p["account"] and p["account"] == deal["account"] and p["created_at"]
    ]
    born = min(own, default=None) or min(account, default=None) or deal["created_at"]
    if born is None:
        return None
    if deal["is_exact"]:
        return float((deal["closing_at"] - born) / DAY)
    return float((deal["closed_on"] - naive.local(born)).days)


def _velocity(naive: Naive, deals: list[Fields], close: date) -> Result:
    first = close - timedelta(days=naive.options["velocity_days"] - 1)
    closed = _closed(naive, deals, first, close)
    won = [d for d in closed if d["is_won"]]
    stated = [d for d in won if d["original"] is not None]
    days = [d["days"] for d in won if d["days"] is not None and d["days"] >= 0]
    ticket = over(money(won), known(len(stated)))
    rate = ratio(len(won), len(closed))
    cycle = average(days, "mean")
    return over(times(times(known(len(_open(deals, close))), ticket), rate), cycle)


def _quota(naive: Naive, start: date, end: date, dimension: str, member: str) -> Result:
    if not naive.offers("targets"):
        return None, "missing_input"
    names = {member}
    for owner in naive.rows("owners"):
        if owner["owner_key"] == member:
            names |= {owner["id"], owner["name"]}
    meant: dict[tuple[str, date, date], Fields] = {}
    # one owner has several names: of equal targets the one changed last holds
    for target in sorted(naive.rows("targets"), key=lambda t: (str(t["changed_at"] or ""), t["source"], t["id"])):
        if target["kpi"] not in ("quota", "won_revenue") or target["value"] is None:
            continue
        if dimension == "owner":
            is_meant = target["dimension"] == "owner" and target["member"] in names
        else:
            is_meant = target["dimension"] in (None, "org")
        if is_meant:
            meant[target["kpi"], target["starts_on"], target["ends_on"]] = target
    total, is_touched = Decimal(0), False
    for target in meant.values():
        size = (target["ends_on"] - target["starts_on"]).days + 1
        shared = (min(end, target["ends_on"]) - max(start, target["starts_on"])).days + 1
        if shared > 0:
            is_touched = True
            total += Decimal(str(target["value"])) * shared / size
    return (float(total), None) if is_touched else (None, "missing_input")
