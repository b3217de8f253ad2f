"""
What an objective is to the engine: a KPI of a member, over a span of days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from kpis.engine import calendar
from kpis.model import GRAINS

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """
    The days that an objective is set for, the last one included.
    """

    starts_on: date
    ends_on: date

    @staticmethod
    def running(grain: str, day: date, fiscal_year_start: int) -> Span:
        """
        The calendar period that a day lies in.
        """
        start = calendar.start_of(grain, day, fiscal_year_start)
        return Span(start, calendar.step(grain, start, 1) - _DAY)

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1

    def grain(self, fiscal_year_start: int) -> str | None:
        """
        The length of calendar period that the span is; None where it is none.
        """
        for grain in GRAINS[:-1]:
            if Span.running(grain, self.starts_on, fiscal_year_start) == self:
                return grain
        return None

    def so_far(self, close: date) -> Span:
        """
        The part of it up to a day.
        """
        return Span(self.starts_on, min(self.ends_on, close))

    def before(self, fiscal_year_start: int) -> Span:
        """
        The period just before: of the calendar where the span is one, else as many days.
        """
        grain = self.grain(fiscal_year_start)
        start = calendar.step(grain, self.starts_on, -1) if grain else self.starts_on - self.days * _DAY
        return Span(start, self.starts_on - _DAY)


@dataclass(frozen=True)
class Objective:
    """
    One target that holds, as far as it decides what has to be computed.

    Args:
        kpi: Whatever id it names.
        dimension: What the KPI is cut by; `org` for the whole.
        member: Id of the member.
        span: Its days.
        has_baseline: False where the baseline has to be taken from history.
    """

    kpi: str
    dimension: str
    member: str | None
    span: Span
    has_baseline: bool
