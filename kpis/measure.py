"""
Measures: an aggregate over one fact table, with the rule that says which rows belong to a period.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kpis.facts import FACTS
from kpis.formula import Formula, Options, Previous, Whole, YearBefore
from kpis.sql import column_names, placeholder_names

Needs = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Within:
    """
    Rows whose date lies in the period.
    """


@dataclass(frozen=True)
class Trailing:
    """
    Rows whose date lies in the days or months that end with the period.

    Args:
        size: How many, or the option that says it.
        unit: What it counts.
    """

    size: str | int
    unit: Literal["day", "month"]

    def length(self, options: Options) -> int:
        """
        How many days or months.
        """
        size = options[self.size] if isinstance(self.size, str) else self.size
        assert isinstance(size, int)
        return size


@dataclass(frozen=True)
class Standing:
    """
    Rows that are open at the close of the period: their date has come and that of `until` has not.
    """

    until: str


Rule = Within | Trailing | Standing
WITHIN = Within()
# what a measure may read besides the columns of its fact: the period itself, and whether the unit's account pays
PERIOD_COLUMNS = frozenset({"period_start", "period_end", "close_on"})
ACTIVE_COLUMNS = frozenset({"was_active", "is_active"})
# placeholders that are no options
_GIVEN = frozenset({"as_of", "timezone"})


class Figure(Formula):
    """
    A leaf of a formula: it has a name of its own, and says what a period without rows gives.
    """

    name: str
    empty: str = "zero"

    def previous(self) -> Previous:
        return Previous(self)

    def year_before(self) -> YearBefore:
        return YearBefore(self)

    def whole(self) -> Whole:
        return Whole(self)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, eq=False)
class Measure(Figure):
    """
    An aggregate of the rows of a fact that belong to the period.

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
        rule: Which rows belong to a period.
        per: A column; rows are first taken together per value of it, and `aggregate` and `where` read the result:
            the columns of `units`, `was_active` (its account paid at the opening) and `is_active` (at the close).
        units: Name -> aggregate of the rows of one unit.
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
    rule: Rule = WITHIN
    per: str | None = None
    units: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.fact not in FACTS:
            raise ValueError(f"measure {self.name}: there is no fact {self.fact}")
        unknown = set().union(*(column_names(text) for text in self.texts())) - self._columns()
        placed = frozenset() if isinstance(self.rule, Within) else PERIOD_COLUMNS
        unknown |= set().union(*(column_names(text) for text in self.row_texts())) - FACTS[self.fact].columns - placed
        if unknown:
            raise ValueError(f"measure {self.name}: {self.fact} has no column {', '.join(sorted(unknown))}")

    def _columns(self) -> frozenset[str]:
        if self.per:
            return frozenset(name for name, _ in self.units) | ACTIVE_COLUMNS | PERIOD_COLUMNS
        placed = frozenset() if isinstance(self.rule, Within) else PERIOD_COLUMNS
        return FACTS[self.fact].columns | placed

    def texts(self) -> list[str]:
        """
        The SQL expressions that are aggregated or filter what is.
        """
        own = [self.aggregate, *([self.where] if self.where else [])]
        return own + [text for _, text in self.faults + self.flags]

    def row_texts(self) -> list[str]:
        """
        The SQL expressions over rows of the fact, whatever is made of them.
        """
        until = [self.rule.until] if isinstance(self.rule, Standing) else []
        return [self.at, *until, *([self.per] if self.per else []), *(text for _, text in self.units)]

    def option_names(self) -> frozenset[str]:
        texts = [*self.texts(), *self.row_texts()]
        used = frozenset(name for text in texts for name in placeholder_names(text)) - _GIVEN
        if isinstance(self.rule, Trailing) and isinstance(self.rule.size, str):
            used |= {self.rule.size}
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
    faults: Mapping[str, str] | None = None,
    flags: Mapping[str, str] | None = None,
    rule: Rule = WITHIN,
    per: str | None = None,
    units: Mapping[str, str] | None = None,
) -> Measure:
    """
    What happened in the period; with `rule` in the days before its end, or what stands at its end; with `per` counted
    over units such as accounts.
    """
    return Measure(
        name,
        fact,
        aggregate,
        at,
        where,
        empty,
        needs,
        tuple((faults or {}).items()),
        tuple((flags or {}).items()),
        rule=rule,
        per=per,
        units=tuple((units or {}).items()),
    )


def cohort(
    name: str,
    fact: str,
    *,
    at: str,
    where: str | None = None,
    needs: Needs = (),
    flags: Mapping[str, str] | None = None,
) -> Measure:
    """
    Of those who began in the period, how many got somewhere within the window; unknown until all have had it.
    """
    return Measure(name, fact, "count(*)", at, where, "zero", needs, (), tuple((flags or {}).items()), is_cohort=True)


def money(
    name: str,
    fact: str,
    amount: str = "amount",
    *,
    at: str,
    where: str | None = None,
    empty: str = "zero",
    needs: Needs = (),
    rule: Rule = WITHIN,
) -> Measure:
    """
    A sum of amounts in the reporting currency; unknown as soon as one of them has no exchange rate.
    """
    return flow(
        name,
        fact,
        f"sum({amount})",
        at=at,
        where=where,
        empty=empty,
        needs=needs,
        faults={"missing_fx_rate": "count_if(is_unconverted)"},
        rule=rule,
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
    needs: Needs = (),
    faults: Mapping[str, str] | None = None,
) -> Balance:
    """
    Intervals that are open at an edge of the period, counted or summed by netting their two ends.
    """
    placed = f"{opens} is not null" + (f" and {where}" if where else "")
    return Balance(
        name,
        flow(f"{name}_entered", fact, aggregate, at=opens, where=placed, faults=faults, needs=needs),
        flow(f"{name}_left", fact, aggregate, at=closes, where=placed, faults=faults, needs=needs),
        edge,
    )
