"""
SOQL's date literals: spans of days in the user's time zone.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

_DAYS = {"TODAY": (0, 1), "YESTERDAY": (-1, 0), "TOMORROW": (1, 2)}
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
_STEPS = {"LAST": -1, "THIS": 0, "NEXT": 1}


def _month(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def span(literal: str, now: datetime) -> tuple[date, date] | None:
    """
    First day and the day after the last of a date literal; None where it is none.

    Args:
        literal: In capitals, e.g. `LAST_MONTH`, `LAST_N_DAYS:30`.
        now: The moment, in the user's time zone.
    """
    today = now.date()
    if literal in _DAYS:
        first, last = _DAYS[literal]
        return today + timedelta(first), today + timedelta(last)
    name, _, number = literal.partition(":")
    words = name.split("_")
    if number:
        count = int(number)
        if name == "LAST_N_DAYS":
            # Today counts too: LAST_N_DAYS:90 spans 91 days.
            return today - timedelta(count), today + timedelta(1)
        if name == "NEXT_N_DAYS":
            return today + timedelta(1), today + timedelta(count + 1)
        if len(words) == 3 and words[1] == "N" and words[2] in ("MONTHS", "QUARTERS", "YEARS"):
            months = _MONTHS[words[2][:-1]]
            start = _month(today, -((today.month - 1) % months))
            if words[0] == "LAST":
                return _month(start, -months * count), start
            if words[0] == "NEXT":
                return _month(start, months), _month(start, months * (count + 1))
        return None
    if len(words) != 2 or words[0] not in _STEPS:
        return None
    step, unit = _STEPS[words[0]], words[1]
    if unit == "WEEK":
        # Weeks begin on Sunday in the locale en_US.
        sunday = today - timedelta((today.weekday() + 1) % 7) + timedelta(7 * step)
        return sunday, sunday + timedelta(7)
    if unit in _MONTHS:
        months = _MONTHS[unit]
        start = _month(today, -((today.month - 1) % months) + months * step)
        return start, _month(start, months)
    return None
