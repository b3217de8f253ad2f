"""
Figures of other periods: before, a year before, of several months, of the whole organisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpis.formula.arithmetic import Formula, Options

if TYPE_CHECKING:
    from kpis.measure import Figure


@dataclass(frozen=True)
class Previous(Formula):
    """
    A figure in the period before.
    """

    of: Figure

    def parts(self) -> tuple[Formula, ...]:
        return (self.of,)

    def __str__(self) -> str:
        return f"previous({self.of})"


@dataclass(frozen=True)
class YearBefore(Formula):
    """
    A figure in the same period a year before.
    """

    of: Figure

    def parts(self) -> tuple[Formula, ...]:
        return (self.of,)

    def __str__(self) -> str:
        return f"year_before({self.of})"


@dataclass(frozen=True)
class Whole(Formula):
    """
    A figure of the whole organisation, also where the formula is cut by a dimension.
    """

    of: Figure

    def parts(self) -> tuple[Formula, ...]:
        return (self.of,)

    def __str__(self) -> str:
        return f"whole({self.of})"


@dataclass(frozen=True)
class Lagged(Formula):
    """
    A figure of so many months earlier as a median sales cycle takes.
    """

    of: Figure

    def parts(self) -> tuple[Formula, ...]:
        return (self.of,)

    def __str__(self) -> str:
        return f"{self.of} one sales cycle earlier"


@dataclass(frozen=True)
class LastMonths(Formula):
    """
    A figure added up over the months that end with the period's last one.
    """

    of: Figure
    months: int

    def parts(self) -> tuple[Formula, ...]:
        return (self.of,)

    def __str__(self) -> str:
        return f"{self.of} of {self.months} months" if self.months > 1 else f"{self.of} of the last month"


@dataclass(frozen=True)
class MonthlyRate(Formula):
    """
    A monthly rate: of the last month, or of more months, summed before dividing, when the last one is a small sample.

    Args:
        top: What is divided.
        bottom: What it is divided by, also the size of the sample.
        option: The option that fixes the number of months; unset, the sample decides.
        smoothed_over: Months taken under a small sample.
    """

    top: Figure
    bottom: Figure
    option: str
    smoothed_over: int = 6

    def parts(self) -> tuple[Formula, ...]:
        return (self._over(1), self._over(self.smoothed_over))

    def option_names(self) -> frozenset[str]:
        return frozenset({self.option, "low_sample_below"})

    def _over(self, months: int) -> Formula:
        return LastMonths(self.top, months) / LastMonths(self.bottom, months)

    def resolve(self, options: Options) -> Formula:
        months = options.get(self.option)
        if isinstance(months, int):
            return self._over(months)
        return SmallSample(LastMonths(self.bottom, 1), self._over(self.smoothed_over), self._over(1))

    def shown(self) -> Formula:
        return self.top / self.bottom

    def __str__(self) -> str:
        return str(self.shown())


@dataclass(frozen=True)
class SmallSample(Formula):
    """
    One formula for a small sample, another for one that is large enough.
    """

    sample: Formula
    small: Formula
    large: Formula

    def parts(self) -> tuple[Formula, ...]:
        return (self.sample, self.small, self.large)

    def __str__(self) -> str:
        return str(self.large)


@dataclass(frozen=True)
class InMonths(Formula):
    """
    A figure that whole months have of their own; other periods, and months that nobody told of, take sums of days.
    """

    name: str
    monthly: Figure
    daily: Figure

    def parts(self) -> tuple[Formula, ...]:
        return (self.monthly, self.daily)

    def __str__(self) -> str:
        return self.name
