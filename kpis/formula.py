"""
Formulas: Python arithmetic over measures that prints as an analyst would write it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpis.measure import Figure

Options = Mapping[str, object]


class Formula:
    """
    Something with a value per period and member. `/` knows the null rule: no value, and the reason, over nothing.
    """

    def __add__(self, other: Formula | int) -> Formula:
        return Operation("+", self, _formula(other))

    def __sub__(self, other: Formula | int) -> Formula:
        return Operation("-", self, _formula(other))

    def __rsub__(self, other: Formula | int) -> Formula:
        return Operation("-", _formula(other), self)

    def __mul__(self, other: Formula | int) -> Formula:
        return Operation("*", self, _formula(other))

    def __truediv__(self, other: Formula | int) -> Formula:
        return Operation("/", self, _formula(other))

    def parts(self) -> tuple[Formula, ...]:
        return ()

    def resolve(self, options: Options) -> Formula:
        """
        The same formula with every choice made.
        """
        return self

    def option_names(self) -> frozenset[str]:
        return frozenset(name for part in self.parts() for name in part.option_names())

    def shown(self) -> Formula:
        """
        What is printed: the default of a choice, the plain form of a rule.
        """
        return self

    def walk(self) -> Iterator[Formula]:
        yield self
        for part in self.parts():
            yield from part.walk()


@dataclass(frozen=True)
class Number(Formula):
    """
    A number as it stands.
    """

    value: int

    def __str__(self) -> str:
        return str(self.value)


def _formula(part: Formula | int) -> Formula:
    return Number(part) if isinstance(part, int) else part


_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}


@dataclass(frozen=True)
class Operation(Formula):
    """
    Two formulas and the sign between them.
    """

    sign: str
    left: Formula
    right: Formula

    def parts(self) -> tuple[Formula, ...]:
        return (self.left, self.right)

    def resolve(self, options: Options) -> Formula:
        return Operation(self.sign, self.left.resolve(options), self.right.resolve(options))

    def __str__(self) -> str:
        return f"{self._inside(self.left, 0)} {self.sign} {self._inside(self.right, 1)}"

    def _inside(self, part: Formula, right: int) -> str:
        shown = part.shown()
        weaker = isinstance(shown, Operation) and _STRENGTH[shown.sign] < _STRENGTH[self.sign] + right
        return f"({shown})" if weaker else str(shown)


@dataclass(frozen=True)
class Choice(Formula):
    """
    What an option decides; the first branch is what is printed.

    Args:
        option: Name of the option.
        branches: Value of the option -> formula.
    """

    option: str
    branches: tuple[tuple[object, Formula], ...]

    @property
    def default(self) -> Formula:
        return self.branches[0][1]

    def parts(self) -> tuple[Formula, ...]:
        return tuple(formula for _, formula in self.branches)

    def resolve(self, options: Options) -> Formula:
        return dict(self.branches)[options[self.option]].resolve(options)

    def option_names(self) -> frozenset[str]:
        return super().option_names() | {self.option}

    def shown(self) -> Formula:
        return self.default.shown()

    def __str__(self) -> str:
        return str(self.shown())


def choose(option: str, /, **branches: Formula) -> Choice:
    """
    A formula per value of an option, the default first.
    """
    return Choice(option, tuple(branches.items()))


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
class Base(Formula):
    """
    What others are measured against; at zero there is nothing to compare with.
    """

    of: Formula
    nothing: str = "no_prior_period"

    def parts(self) -> tuple[Formula, ...]:
        return (self.of,)

    def resolve(self, options: Options) -> Formula:
        return Base(self.of.resolve(options), self.nothing)

    def shown(self) -> Formula:
        return self.of.shown()

    def __str__(self) -> str:
        return str(self.shown())


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
class Positive(Formula):
    """
    A formula that means nothing at zero or below.
    """

    of: Formula
    otherwise: str = "zero_denominator"

    def parts(self) -> tuple[Formula, ...]:
        return (self.of,)

    def resolve(self, options: Options) -> Formula:
        return Positive(self.of.resolve(options), self.otherwise)

    def shown(self) -> Formula:
        return self.of.shown()

    def __str__(self) -> str:
        return str(self.shown())


@dataclass(frozen=True)
class WherePaid(Formula):
    """
    A figure, for the whole organisation only of the channels that have a cost in the period.
    """

    of: Figure
    cost: Figure

    def parts(self) -> tuple[Formula, ...]:
        return (self.of, self.cost)

    def __str__(self) -> str:
        return f"{self.of}(with {self.cost})"


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


@dataclass(frozen=True)
class Setting(Formula):
    """
    The number that an option holds; nobody's number when it is not set.
    """

    option: str

    def option_names(self) -> frozenset[str]:
        return frozenset({self.option})

    def __str__(self) -> str:
        return self.option


@dataclass(frozen=True)
class SettingOr(Formula):
    """
    The number that an option holds, or a formula where it is not set.
    """

    option: str
    otherwise: Formula

    def parts(self) -> tuple[Formula, ...]:
        return (self.otherwise,)

    def resolve(self, options: Options) -> Formula:
        return Setting(self.option) if options.get(self.option) is not None else self.otherwise.resolve(options)

    def option_names(self) -> frozenset[str]:
        return super().option_names() | {self.option}

    def __str__(self) -> str:
        return self.option


@dataclass(frozen=True)
class Below:
    """
    A comparison that raises a flag: one formula lies below a share of another.

    Args:
        left: What is watched.
        right: What it is held against.
        share_off: The option that says how far below is too far [fraction].
    """

    left: Formula
    right: Formula
    share_off: str


@dataclass(frozen=True)
class WhereOffered(Formula):
    """
    A formula that needs a table, and another for organisations in which no source offers it.
    """

    table: str
    offered: Formula
    otherwise: Formula

    def parts(self) -> tuple[Formula, ...]:
        return (self.offered, self.otherwise)

    def resolve(self, options: Options) -> Formula:
        tables = options.get("offered")
        chosen = self.offered if isinstance(tables, frozenset) and self.table in tables else self.otherwise
        return chosen.resolve(options)

    def shown(self) -> Formula:
        return self.offered.shown()

    def __str__(self) -> str:
        return str(self.shown())


@dataclass(frozen=True)
class Known(Formula):
    """
    A formula that is only known where another one is.
    """

    of: Formula
    where: Formula

    def parts(self) -> tuple[Formula, ...]:
        return (self.of, self.where)

    def resolve(self, options: Options) -> Formula:
        return Known(self.of.resolve(options), self.where.resolve(options))

    def shown(self) -> Formula:
        return self.of.shown()

    def __str__(self) -> str:
        return str(self.shown())


@dataclass(frozen=True)
class OverKpis(Formula):
    """
    What is made from the values of other KPIs, in words: `kpis.objectives` works it out.

    Args:
        words: How it reads.
        needs: Groups of normalized tables; of each group at least one must be offered.
    """

    words: str
    needs: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        return self.words
