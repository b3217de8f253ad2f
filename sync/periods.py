"""
Periods as people write them: `2026-10`, `2026-Q3`, `2026`, `2026-W07`, `2026-10-31`.
"""

from __future__ import annotations

import re
from datetime import date

from connectors.errors import UserError

GRAINS = ("day", "week", "month", "quarter", "year", "all")


def day_in(text: str, *, where: str) -> date:
    """
    A day of the period that a text names: its first.

    Raises:
        UserError: It names no period.
    """
    try:
        if match := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text):
            return date(*(int(part) for part in match.groups()))
        if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
            return date(int(match[1]), int(match[2]), 1)
        if match := re.fullmatch(r"(\d{4})-?[QT]([1-4])", text, re.IGNORECASE):
            return date(int(match[1]), 3 * int(match[2]) - 2, 1)
        if match := re.fullmatch(r"(\d{4})-?W(\d{1,2})", text, re.IGNORECASE):
            return date.fromisocalendar(int(match[1]), int(match[2]), 1)
        if re.fullmatch(r"\d{4}", text):
            return date(int(text), 1, 1)
    except ValueError:
        pass
    raise UserError(f"{text!r} is no period.", where=where, fix="Write 2026-10, 2026-Q3, 2026, 2026-W07 or 2026-10-31.")


def label(grain: str, start: date) -> str:
    """
    How a period is written.
    """
    if grain == "month":
        return f"{start:%Y-%m}"
    if grain == "quarter":
        return f"{start.year}-Q{(start.month + 2) // 3}"
    if grain == "year":
        return str(start.year)
    if grain == "week":
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    return "to date" if grain == "all" else start.isoformat()
