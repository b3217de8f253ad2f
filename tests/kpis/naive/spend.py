"""
What was spent, day by day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from tests.kpis.naive.common import DAY, Fields, Result
from tests.kpis.naive.entities import Naive

Kinds = Callable[[str | None], bool]


def every_kind(kind: str | None) -> bool:
    return True


def is_media(kind: str | None) -> bool:
    return kind == "media"


def is_not_sales(kind: str | None) -> bool:
    return kind != "sales"


def is_marketing_alone(kind: str | None) -> bool:
    return kind not in ("sales", "automation")


def days_of(naive: Naive, kinds: Kinds) -> list[Fields]:
    """
    Every day of every cost of these kinds, with its even share of the amount.
    """
    return naive.once(f"days of {kinds.__name__}", lambda naive: list(_days(naive, kinds)))  # type: ignore[no-any-return]


def _days(naive: Naive, kinds: Kinds) -> Iterator[Fields]:
    for row in naive.rows("costs"):
        first, last = row["starts_on"] or row["ends_on"], row["ends_on"] or row["starts_on"]
        if row["amount"] is None or first is None or not kinds(row["kind"]):
            continue
        size = (max(first, last) - first).days + 1
        for number in range(size):
            day = first + number * DAY
            rate = naive.rate(row["currency"], day)
            yield {
                "on": day,
                "channel": naive.channel_of(row),
                "campaign": row["campaign_key"],
                "amount": None if rate is None else row["amount"] / size * rate,
            }


def spent(naive: Naive, start: date, end: date, kinds: Kinds, dimension: str = "org", member: str = "all") -> Result:
    """
    The spend of a period; unknown where no cost of these kinds touches it.
    """
    days = [d for d in naive.of(days_of(naive, kinds), dimension, member) if naive.inside(d["on"], start, end)]
    if not days:
        return None, "missing_input"
    if any(d["amount"] is None for d in days):
        return None, "missing_fx_rate"
    return float(sum((d["amount"] for d in days), Decimal(0))), None


def touched(naive: Naive, start: date, end: date, kinds: Kinds) -> set[str]:
    """
    The channels on which something of these kinds was spent.
    """
    days = [d for d in days_of(naive, kinds) if naive.inside(d["on"], start, end)]
    return {d["channel"] for d in days if d["channel"] is not None}
