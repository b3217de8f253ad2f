"""
Formulas that know when they mean something: bases, limits, settings, what is offered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpis.formula.arithmetic import Formula, Options

if TYPE_CHECKING:
    from kpis.measure import Figure


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
