"""
Periods as people write them: `2026-10`, `2026-Q3`, `2026`, `2026-W07`, `2026-10-31`; their lengths: `month`, `90d`.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from connectors.errors import WrongUse, close_matches
from kpis.engine.calendar import trailing_days
from kpis.model import GRAINS

LONGEST_DAYS = 3660


def grain(text: str, *, where: str) -> str:
    """
    A length of period, checked.

    Raises:
        WrongUse: There is none of that name.
    """
    if text in GRAINS:
        return text
    if text and text.isascii() and (days := trailing_days(text)) and days <= LONGEST_DAYS:
        return f"{days}d"
    every = f"{', '.join(GRAINS)}, or up to {LONGEST_DAYS} trailing days such as 90d"
    raise WrongUse(f"There is no period {text!r}.", where=where, fix=_fix(text, every))


def _fix(text: str, every: str) -> str:
    near = close_matches(text, GRAINS)
    return f"{near} Take {every}." if near.startswith("did you mean") else f"Take {every}."


def span(text: str, *, where: str, fiscal_year_start: int = 1) -> tuple[date, date]:
    """
    First and last day of the period that a text names.

    Args:
        fiscal_year_start: Month in which quarters and years begin; a year is called after the one it begins in.
    Raises:
        WrongUse: It names no period.
    """
    try:
        if match := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text):
            day = date(*(int(part) for part in match.groups()))
            return day, day
        if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
            return _months(int(match[1]), int(match[2]), 1)
        if match := re.fullmatch(r"(\d{4})-?[QT]([1-4])", text, re.IGNORECASE):
            month = fiscal_year_start - 1 + 3 * (int(match[2]) - 1)
            return _months(int(match[1]) + month // 12, month % 12 + 1, 3)
        if match := re.fullmatch(r"(\d{4})-?W(\d{1,2})", text, re.IGNORECASE):
            monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
            return monday, monday + timedelta(days=6)
        if re.fullmatch(r"\d{4}", text):
            return _months(int(text), fiscal_year_start, 12)
    except ValueError:
        pass
    raise WrongUse(f"{text!r} is no period.", where=where, fix="Write 2026-10, 2026-Q3, 2026, 2026-W07 or 2026-10-31.")


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    first = date(year, month, 1)
    following = month - 1 + count
    return first, date(year + following // 12, following % 12 + 1, 1) - timedelta(days=1)


def label(grain: str, start: date, language: str = "en", fiscal_year_start: int = 1, *, end: date | None = None) -> str:
    """
    How a period is written; `span` reads it, unless it is one of trailing days: those are told by both ends.
    """
    if trailing_days(grain) and end is not None:
        return f"{start}/{end}"
    since = (start.month - fiscal_year_start) % 12
    year = start.year if start.month >= fiscal_year_start else start.year - 1
    if grain == "month":
        return f"{start:%Y-%m}"
    if grain == "quarter":
        return f"{year}-{'T' if language == 'es' else 'Q'}{since // 3 + 1}"
    if grain == "year":
        return str(year)
    if grain == "week":
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    if grain == "all":
        return "hasta hoy" if language == "es" else "to date"
    return start.isoformat()
