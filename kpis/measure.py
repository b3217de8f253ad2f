"""
Measures: an aggregate over one fact table, with the rule that says which rows belong to a period.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kpis.facts import FACTS
from kpis.formula import Formula, Previous
from kpis.sql import column_names, placeholder_names

Needs = tuple[tuple[str, ...], ...]


class Figure(Formula):
    """
    A leaf of a formula: it has a name and a column of its own.
    """

    name: str

    def previous(self) -> Previous:
        return Previous(self)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, eq=False)
class Measure(Figure):
    """
    An aggregate of the rows of a fact whose date lies in the period.

    Args:
        name: Its name in formulas; one name, one meaning.
        fact: The fact table.
        aggregate: The SQL aggregate.
        at: The date column that places a row in a period.
        where: Which rows count.
        empty: What a period without rows gives: `zero`, or the reason why there is no value.
        needs: Groups of normalized tables: of each group at least one must be offered. By default those of the fact.
        faults: Reason -> aggregate; above 0 the number cannot be known, for that reason.
        flags: Flag -> condition; rows that fulfil it flag the number and change nothing.
        is_cohort: True where rows have time until the cohort window is over.
    """

    name: str
    fact: str
    aggregate: str
    at: str
    where: str | None = None
    empty: str = "zero"
    needs: Needs = ()
    faults: tuple[tuple[str, str], ...] = ()
    flags: tuple[tuple[str, str], ...] = ()
    is_cohort: bool = False

    def __post_init__(self) -> None:
        if self.fact not in FACTS:
            raise ValueError(f"measure {self.name}: there is no fact {self.fact}")
        known = FACTS[self.fact].columns
        unknown = set().union(*(column_names(text) for text in self.texts())) - known
        if unknown:
            raise ValueError(f"measure {self.name}: {self.fact} has no column {', '.join(sorted(unknown))}")

    def texts(self) -> list[str]:
        """
        Every SQL expression of the measure.
        """
        own = [self.aggregate, self.at, *([self.where] if self.where else [])]
        return own + [text for _, text in self.faults + self.flags]

    def option_names(self) -> frozenset[str]:
        used = frozenset(name for text in self.texts() for name in placeholder_names(text)) - {"as_of"}
        return used | ({"cohort_window_days"} if self.is_cohort else frozenset())

    @property
    def all_needs(self) -> Needs:
        return self.needs or FACTS[self.fact].needs


def flow(
    name: str,
    fact: str,
    aggregate: str = "count(*)",
    *,
    at: str,
    where: str | None = None,
    empty: str = "zero",
    needs: Needs = (),
    faults: dict[str, str] | None = None,
    flags: dict[str, str] | None = None,
) -> Measure:
    """
    What happened in the period.
    """
    return Measure(
        name, fact, aggregate, at, where, empty, needs, tuple((faults or {}).items()), tuple((flags or {}).items())
    )


def cohort(
    name: str,
    fact: str,
    *,
    at: str,
    where: str | None = None,
    needs: Needs = (),
    flags: dict[str, str] | None = None,
) -> Measure:
    """
    Of those who began in the period, how many got somewhere within the window; unknown until all have had it.
    """
    return Measure(name, fact, "count(*)", at, where, "zero", needs, (), tuple((flags or {}).items()), is_cohort=True)


def money(name: str, fact: str, *, at: str, where: str | None = None, empty: str = "zero") -> Measure:
    """
    A sum of amounts in the reporting currency; unknown as soon as one of them has no exchange rate.
    """
    return flow(
        name,
        fact,
        "sum(amount)",
        at=at,
        where=where,
        empty=empty,
        faults={"missing_fx_rate": "count_if(is_unconverted)"},
    )


@dataclass(frozen=True, eq=False)
class Balance(Figure):
    """
    What stands at an edge of the period: everything that entered so far, less everything that left.

    Args:
        name: Its name in formulas.
        enters: What adds to it.
        leaves: What takes from it; None where `enters` already is the net change.
        edge: `open` is the close of the day before the period, `close` that of its last day.
    """

    name: str
    enters: Measure
    leaves: Measure | None
    edge: Literal["open", "close"]

    def parts(self) -> tuple[Formula, ...]:
        return (self.enters, self.leaves) if self.leaves else (self.enters,)


def balance(
    name: str,
    fact: str,
    aggregate: str = "count(*)",
    *,
    opens: str,
    closes: str,
    edge: Literal["open", "close"],
    where: str | None = None,
    faults: dict[str, str] | None = None,
) -> Balance:
    """
    Intervals that are open at an edge of the period, counted or summed by netting their two ends.
    """
    placed = f"{opens} is not null" + (f" and {where}" if where else "")
    return Balance(
        name,
        flow(f"{name}_entered", fact, aggregate, at=opens, where=placed, faults=faults),
        flow(f"{name}_left", fact, aggregate, at=closes, where=placed, faults=faults),
        edge,
    )
