"""
Arithmetic that keeps the reason: a figure without value passes its reason on, from left to right.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from tests.kpis.naive.common import DAY, Fields, Result, months_before, ratio

if TYPE_CHECKING:
    from tests.kpis.naive.entities import Naive


def known(value: float) -> Result:
    return float(value), None


def over(top: Result, bottom: Result) -> Result:
    """
    A quotient; over zero there is none.
    """
    if top[0] is None or bottom[0] is None:
        return None, top[1] or bottom[1]
    return ratio(top[0], bottom[0])


def times(one: Result, other: Result) -> Result:
    if one[0] is None or other[0] is None:
        return None, one[1] or other[1]
    return one[0] * other[0], None


def less(one: Result, other: Result) -> Result:
    if one[0] is None or other[0] is None:
        return None, one[1] or other[1]
    return one[0] - other[0], None


def money(rows: Iterable[Fields]) -> Result:
    """
    The sum of amounts: what nobody stated is left out, what no rate converts leaves the sum unknown.
    """
    stated = [r for r in rows if r["original"] is not None]
    if any(r["amount"] is None for r in stated):
        return None, "missing_fx_rate"
    return float(sum(r["amount"] for r in stated)), None


def average(values: list[float], how: str | None) -> Result:
    if not values:
        return None, "zero_denominator"
    return (statistics.median(values) if how == "median" else sum(values) / len(values)), None


def is_running(naive: Naive, start: date, end: date) -> bool:
    return start <= naive.as_of <= end


def before(start: date, end: date) -> tuple[date, date]:
    """
    The period before this one, of the same grain.
    """
    if start.day == 1 and (end + DAY).day == 1:
        months = (end.year - start.year) * 12 + end.month - start.month + 1
        return months_before(start, months), start - DAY
    return start - (end - start) - DAY, start - DAY
