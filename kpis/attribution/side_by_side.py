"""
Every model beside the others: how sure can one be of what a channel or campaign brought.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from kpis.sql import DIALECT, fill


@cache
def _text() -> str:
    return Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")


def side_by_side(
    first_day: date,
    last_day: date,
    *,
    by: Literal["channel", "campaign"] = "channel",
    revenue_source: Literal["won", "invoices", "customer"] = "customer",
) -> str:
    """
    The statement that compares all models over the conversions of some days.

    Args:
        first_day: The first local day of the conversions.
        last_day: The last one, included.
        by: What credit is given to.
        revenue_source: What a conversion is: money of won deals or of invoices, or a new customer, worth one.

    Returns:
        SQL over the fact tables: is_attributed, member, one column per model [money, or customers], lowest, highest.
    """
    values = {"by": by, "revenue_source": revenue_source, "first_day": first_day, "last_day": last_day}
    return fill(_text(), values).sql(DIALECT, copy=False)
