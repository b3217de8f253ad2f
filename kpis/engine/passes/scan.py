"""
Scans: the measures of one fact and one date, computed together in one pass for all grains and dimensions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp

from kpis.facts import FACTS
from kpis.measure import ACTIVE_COLUMNS, Measure, Rule, Within
from kpis.sql import column_names, fill

NONE = "(none)"
# aggregates of parts that add up to those of the whole, and how
_ADDS_UP: dict[type[exp.Expression], Literal["sum", "max", "min"]] = {
    exp.Count: "sum",
    exp.CountIf: "sum",
    exp.Sum: "sum",
    exp.Max: "max",
    exp.Min: "min",
}


@dataclass(eq=False)
class Scan:
    """
    One pass over a fact.

    Args:
        name: Name of its table expression.
        fact: The fact table.
        at: The date column.
        rule: Which rows belong to a period.
        per: The column whose values are taken together before they are counted.
        adds_up: True where quarters come from months and the organisation from its members.
        has_history: True where balances need everything that ever happened.
        columns: Aggregate -> column name.
        units: Aggregate of the rows of one unit -> column name.
        reads_active: True where an aggregate asks whether a unit's account pays.
    """

    name: str
    fact: str
    at: str
    rule: Rule
    per: str | None
    adds_up: bool
    has_history: bool = False
    columns: dict[exp.Expression, str] = field(default_factory=dict)
    units: dict[exp.Expression, str] = field(default_factory=dict)
    reads_active: bool = False

    def dimensions(self, asked: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in asked if name in FACTS[self.fact].columns)


@dataclass(frozen=True)
class Columns:
    """
    Where the figures of a measure are found in its scan.
    """

    scan: Scan
    value: str
    faults: tuple[tuple[str, str], ...]
    flags: tuple[tuple[str, str], ...]


class Scans:
    """
    Collects measures and shares passes and aggregates among them.
    """

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values
        self._scans: dict[tuple[object, ...], Scan] = {}
        self._columns: dict[Measure, Columns] = {}

    def all(self) -> tuple[Scan, ...]:
        return tuple(self._scans.values())

    def add(self, measure: Measure, *, has_history: bool = False) -> Columns:
        scan = self._scan(measure)
        scan.has_history = scan.has_history or has_history
        if measure not in self._columns:
            scan.reads_active |= any(column_names(text) & ACTIVE_COLUMNS for text in measure.texts())
            names = self._units(scan, measure)
            self._columns[measure] = Columns(
                scan,
                self._column(scan, measure.name, measure.aggregate, measure.where, names),
                tuple(
                    (reason, self._column(scan, reason, text, measure.where, names)) for reason, text in measure.faults
                ),
                tuple(
                    (flag, self._column(scan, flag, f"count_if({text})", None, names)) for flag, text in measure.flags
                ),
            )
        return self._columns[measure]

    def _scan(self, measure: Measure) -> Scan:
        adds_up = (
            isinstance(measure.rule, Within)
            and measure.per is None
            and not FACTS[measure.fact].steps
            # movements are told by each length of period, not by months alone
            and not FACTS[measure.fact].monthly_of
            and all(
                isinstance(fill(text, self._values), tuple(_ADDS_UP)) and not _is_distinct(fill(text, self._values))
                for text in (measure.aggregate, *(text for _, text in measure.faults))
            )
        )
        key = (measure.fact, measure.at, measure.rule, measure.per, adds_up)
        return self._scans.setdefault(
            key, Scan(f"scan_{len(self._scans) + 1}", measure.fact, measure.at, measure.rule, measure.per, adds_up)
        )

    def _units(self, scan: Scan, measure: Measure) -> dict[str, str]:
        found = {}
        for name, text in measure.units:
            tree = fill(text, self._values)
            found[name] = scan.units.setdefault(tree, f"unit_{len(scan.units) + 1}")
        return found

    def _column(self, scan: Scan, of: str, aggregate: str, where: str | None, names: Mapping[str, str]) -> str:
        tree = _renamed(fill(aggregate, self._values), names)
        if where:
            tree = _where(tree, _renamed(fill(where, self._values), names))
        # named for people who read the statement; the number keeps it apart from the columns of the fact
        return scan.columns.setdefault(tree, f"{of}_{len(scan.columns) + 1}")


def _where(tree: exp.Expression, condition: exp.Expression) -> exp.Expression:
    """
    An aggregate of those rows only that fulfil a condition. Counting conditions is quicker than filtering rows.
    """
    if isinstance(tree, exp.Count) and isinstance(tree.this, exp.Star):
        return exp.CountIf(this=condition)
    if isinstance(tree, exp.CountIf):
        return exp.CountIf(this=exp.and_(tree.this, condition))
    for function in list(tree.find_all(exp.AggFunc)):
        filtered = exp.Filter(this=function.copy(), expression=exp.Where(this=condition.copy()))
        if function.parent is None:
            tree = filtered
        else:
            function.replace(filtered)
    return tree


def together(tree: exp.Expression) -> Literal["sum", "max", "min"]:
    """
    How the whole is made out of the parts of an aggregate.
    """
    return _ADDS_UP[type(tree.this if isinstance(tree, exp.Filter) else tree)]


def _is_distinct(tree: exp.Expression) -> bool:
    return tree.find(exp.Distinct) is not None


def _renamed(tree: exp.Expression, names: Mapping[str, str]) -> exp.Expression:
    for column in tree.find_all(exp.Column):
        if column.name in names:
            column.set("this", exp.to_identifier(names[column.name]))
    return tree
