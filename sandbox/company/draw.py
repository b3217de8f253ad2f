"""
Chance and calendar of the story: seeded streams, lags, and months that grow with the seasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TypeVar

T = TypeVar("T")

MONTHS = 24
GROWTH = 0.018
# A year of business software: January starts slowly, August sleeps, autumn is the season, December stops early.
SEASON = (0.92, 1.0, 1.08, 1.0, 1.04, 1.0, 0.86, 0.6, 1.12, 1.18, 1.14, 0.78)


def stream(seed: int, part: str) -> Random:
    """
    A source of chance of its own for each part of the story, so that a change in one part leaves the others alone.
    """
    return Random(f"{seed}/{part}")  # noqa: S311 - a story, not a secret


def pick(rng: Random, weights: dict[T, float]) -> T:
    return rng.choices(list(weights), list(weights.values()))[0]


class Quota:
    """
    Yes or no, as often as the chances say: what comes out in the end is near their sum also for few.
    """

    def __init__(self, rng: Random) -> None:
        self._sum = rng.random()

    def hits(self, chance: float) -> bool:
        self._sum += chance
        if self._sum >= 1:
            self._sum -= 1
            return True
        return False


def lag(rng: Random, median_days: float, spread: float = 0.6) -> timedelta:
    """
    A waiting time: mostly near the median, now and then very long.
    """
    return timedelta(days=median_days * rng.lognormvariate(0, spread))


def add_months(day: date, months: int) -> date:
    """
    The same day some months on, or the last day of that month.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    for day_of_month in range(day.day, 27, -1):
        try:
            return date(year, month + 1, day_of_month)
        except ValueError:
            continue
    return date(year, month + 1, day.day)


def month_end(day: date) -> date:
    return add_months(day.replace(day=1), 1) - timedelta(days=1)


def at_office(rng: Random, day: date) -> datetime:
    """
    A moment of a working day: 7 to 16 o'clock UTC is the same calendar day in Madrid.
    """
    return datetime.combine(day, time(rng.randrange(7, 16), rng.randrange(60), rng.randrange(60)), UTC)


def to_office(rng: Random, at: datetime) -> datetime:
    """
    The first working hour at or after a moment, weekends left out.
    """
    day = at.date() if at.hour < 16 else at.date() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    moment = at_office(rng, day)
    return moment if moment > at else to_office(rng, datetime.combine(day + timedelta(days=1), time(), UTC))


@dataclass
class Calendar:
    """
    The months of the story.

    Args:
        until: The last day; its month is the last and mostly a partial one.
    """

    until: date
    months: list[date] = field(init=False)
    weights: list[float] = field(init=False)
    _sums: list[float] = field(init=False)

    def __post_init__(self) -> None:
        last = self.until.replace(day=1)
        self.months = [add_months(last, i - MONTHS + 1) for i in range(MONTHS)]
        self.weights = [self.level(month) for month in self.months]
        self.weights[-1] *= self.until.day / month_end(last).day
        self._sums = []
        total = 0.0
        for weight in self.weights:
            total += weight
            self._sums.append(total)

    @property
    def start(self) -> date:
        return self.months[0]

    @property
    def end(self) -> datetime:
        """
        Nothing happens after this moment.
        """
        return datetime.combine(self.until, time(18), UTC)

    def level(self, day: date) -> float:
        """
        How busy business is around a day, 1 being the first month without its season.
        """
        age = (day.year - self.start.year) * 12 + day.month - self.start.month
        return float((1 + GROWTH) ** age) * SEASON[day.month - 1]

    def any_day(self, rng: Random) -> date:
        """
        A day of the story: more of them in later and busier months, weekdays before weekends.
        """
        month = rng.choices(self.months, cum_weights=self._sums)[0]
        last = min(self.until, month_end(month)).day
        day = month.replace(day=rng.randint(1, last))
        if day.weekday() > 4 and rng.random() < 0.7:
            day = month.replace(day=rng.randint(1, last))
        return day

    def any_moment(self, rng: Random) -> datetime:
        """
        A moment of such a day, at any hour: what happens near midnight has another date in another time zone.
        """
        day = self.any_day(rng)
        hour = rng.choices(range(24), _HOURS)[0] if day < self.until else rng.randrange(7, 18)
        return datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), UTC)

    def happened(self, at: datetime) -> bool:
        return at <= self.end


_HOURS: Sequence[int] = (1, 1, 1, 1, 1, 2, 4, 8, 10, 10, 10, 9, 8, 7, 8, 9, 8, 6, 5, 4, 4, 3, 3, 2)
