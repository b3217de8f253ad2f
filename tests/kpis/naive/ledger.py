"""
The movements of MRR: what happened to one account in one month.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.kpis.naive.bases import stands
from tests.kpis.naive.common import DAY, Fields, Result
from tests.kpis.naive.entities import Naive

# Per currency: the amount as billed and as converted, None where a rate is missing.
Balance = dict[str, tuple[Decimal, Decimal | None]]
Movement = tuple[str, float | None]

NOT_NET = ("exchange", "intra_month")
# An account that pays before and after and moved by an unknown amount may have moved in any of these ways.
STAYED = ("expansion", "contraction", "exchange")


def worth(balance: Balance) -> float | None:
    found = [converted for _, converted in balance.values()]
    return None if any(value is None for value in found) else float(sum(v for v in found if v is not None))


def real_change(opening: Balance, closing: Balance) -> float:
    """
    The change that the customer decided, at the opening rate: what moved only because a rate moved is left out.
    """
    change = 0.0
    for currency in set(opening) | set(closing):
        billed, value = opening.get(currency, (Decimal(0), Decimal(0)))
        billed_then, value_then = closing.get(currency, (Decimal(0), Decimal(0)))
        before = float(value or 0)
        now = before / float(billed) * float(billed_then) if billed else float(value_then or 0)
        change += now - before
    return change


def unrated_moves(naive: Naive, rows: list[Fields], start: date, close: date) -> bool:
    """
    A subscription in money without a rate stands at only one of opening and close.
    """
    unrated = [row for row in rows if naive.rate(row["currency"], row["starts_on"]) is None]
    return any(stands(row, start - DAY) != stands(row, close) for row in unrated)


def balance(naive: Naive, rows: list[Fields], day: date) -> Balance:
    found: Balance = {}
    for row in rows:
        if stands(row, day):
            currency = (row["currency"] or naive.currency).upper()
            billed, value = found.get(currency, (Decimal(0), Decimal(0)))
            more = naive.convert(row["mrr"], currency, row["starts_on"])
            found[currency] = (billed + row["mrr"], None if more is None or value is None else value + more)
    return found


def month_of(naive: Naive, rows: list[Fields], first: date, close: date) -> list[Movement]:
    """
    Args:
        naive: The organisation.
        rows: Paid subscriptions of one account, or of one product of it.
        first: The month's first day.
        close: Its last day, or today.
    """
    was_paying = any(stands(row, first - DAY) for row in rows)
    is_paying = any(stands(row, close) for row in rows)
    if not was_paying and not is_paying:
        days = [first + number * DAY for number in range((close - first).days + 1)]
        levels = [worth(balance(naive, rows, day)) for day in days if any(stands(row, day) for row in rows)]
        if not levels:
            return []
        return [("intra_month", None if None in levels else max(level for level in levels if level is not None))]
    is_unknown = unrated_moves(naive, rows, first, close)
    # unrated rows that neither came nor went took no part in what moved
    rated = [row for row in rows if naive.rate(row["currency"], row["starts_on"]) is not None]
    opening, closing = balance(naive, rated, first - DAY), balance(naive, rated, close)
    if not was_paying:
        kind = "reactivation" if any(row["starts_on"] < first for row in rows) else "new"
        return [(kind, None if is_unknown else worth(closing))]
    if not is_paying:
        return [("churn", None if is_unknown else -(worth(opening) or 0.0))]
    if is_unknown:
        return [(kind, None) for kind in STAYED]
    change = real_change(opening, closing)
    exchange = (worth(closing) or 0.0) - (worth(opening) or 0.0) - change
    return [("expansion" if change > 0 else "contraction", change), ("exchange", exchange)]


def movement_total(listed: list[Movement], kpi: str, kind: str | None) -> Result:
    """
    The sum over movements: of one kind, or of all that belong to the KPI.
    """
    left_out = NOT_NET if kpi == "net_new_mrr" else ("intra_month",)
    if kind is not None and (kpi == "mrr_movements" or kind not in NOT_NET):
        amounts = [amount for each, amount in listed if each == kind]
    else:
        amounts = [amount for each, amount in listed if each not in left_out and kind is None]
    if any(amount is None for amount in amounts):
        return None, "missing_fx_rate"
    return float(sum(amount for amount in amounts if amount is not None)), None
