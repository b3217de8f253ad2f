"""
Exchange rates of the story, month by month.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import sin

from sandbox.company.draw import Calendar, add_months
from sandbox.vendor import Record

_BASE = {"USD": (0.91, 0.03, 2.1), "GBP": (1.17, 0.02, 3.7)}
CURRENCIES = tuple(_BASE)


def rate(seed: int, currency: str, day: date) -> Decimal:
    """
    EUR for one unit, as it was fixed on the first of the day's month.
    """
    if currency == "EUR":
        return Decimal(1)
    base, swing, length = _BASE[currency]
    month = day.year * 12 + day.month
    return Decimal(str(round(base + swing * sin(month / length + seed % 7), 4)))


def table(seed: int, calendar: Calendar) -> list[Record]:
    """
    All rates, from a year before the story on.
    """
    first = add_months(calendar.start, -13)
    months = [add_months(first, n) for n in range(len(calendar.months) + 13)]
    return [
        {"currency": currency, "on": month.isoformat(), "rate": str(rate(seed, currency, month))}
        for currency in CURRENCIES
        for month in months
    ]
