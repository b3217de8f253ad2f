"""
Cron as crontab(5) means it, on APScheduler's trigger, which differs in three ways: its week begins on Monday as day 0,
a day of the month and a day of the week have to meet, and an hour that the clock shows twice counts twice.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


class Cron(BaseTrigger):  # type: ignore[misc] # APScheduler has no types
    """
    A crontab line in a time zone.

    Args:
        expression: Minute, hour, day of month, month, day of week (0 and 7 are Sunday).
        zone: Where its clock hangs.
    Raises:
        ValueError: It is no crontab line.
    """

    def __init__(self, expression: str, zone: tzinfo = UTC) -> None:
        values = expression.split()
        if len(values) != 5:
            raise ValueError(f"it has {len(values)} fields, not 5")
        minute, hour, day, month, weekday = values
        weekdays = _weekdays(weekday)
        self._by_hour = hour.startswith("*")
        self._zone = zone
        either = not day.startswith("*") and not weekday.startswith("*")
        wanted = [(day, "*"), ("*", weekdays)] if either else [(day, weekdays)]
        self._triggers = [
            CronTrigger(minute=minute, hour=hour, day=day, month=month, day_of_week=days, timezone=zone)
            for day, days in wanted
        ]

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """
        The next instant; a job of a set hour runs once in the night that has that hour twice, and an hour later in the
        night that leaves it out.
        """
        # All in UTC: sums and comparisons within one zone forget which of two equal hours is meant.
        at = now.astimezone(UTC)
        if previous_fire_time is not None:
            at = max(at, previous_fire_time.astimezone(UTC) + timedelta.resolution)
        while True:
            found = self._after(at)
            if found is None or self._by_hour or not found.fold:
                return found
            at = found.astimezone(UTC) + timedelta.resolution

    def _after(self, at: datetime) -> datetime | None:
        instants = [trigger.get_next_fire_time(None, at.astimezone(self._zone)) for trigger in self._triggers]
        # By way of UTC: an instant that the clock leaves out gets the time that the clock then shows.
        found = [one.astimezone(UTC) for one in instants if one is not None]
        return min(found).astimezone(self._zone) if found else None


def _weekdays(field: str) -> str:
    """
    Days of the week by name, as APScheduler reads them.
    """
    days: set[int] = set()
    for part in field.lower().split(","):
        spread, _, step = part.partition("/")
        low, _, high = spread.partition("-")
        if spread == "*":
            first, last = 0, 6
        else:
            first, last = _day(low), _day(high) if high else _day(low)
            if step and not high:
                last = 6
        if last == 0 and first > 0:
            last = 7  # fri-sun
        if last < first or (step and (not step.isdigit() or int(step) < 1)):
            raise ValueError(f"{part!r} is no day of the week")
        days |= {day % 7 for day in range(first, last + 1, int(step or 1))}
    return "*" if len(days) == 7 else ",".join(_DAYS[day] for day in sorted(days))


def _day(text: str) -> int:
    if text in _DAYS:
        return _DAYS.index(text)
    if text.isdigit() and int(text) <= 7:
        return int(text)
    raise ValueError(f"{text!r} is no day of the week")
