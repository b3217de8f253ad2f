"""
Aggregates in parts: those of days or members, added up to those of longer times or of more members.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from sqlglot import exp
from sqlglot.optimizer.simplify import simplify

from kpis.measure import PERIOD_COLUMNS
from kpis.sql import fill, named

_MERGED: dict[type[exp.Expression], str] = {
    exp.Count: "cast(sum(:part) as bigint)",
    exp.CountIf: "sum(:part)",
    exp.Sum: "sum(:part)",
    exp.Max: "max(:part)",
    exp.Min: "min(:part)",
}


@dataclass(frozen=True)
class Part:
    """
    An aggregate, and how it can be taken in parts.

    Args:
        name: Its column.
        tree: The part, an aggregate of rows.
        merged: How parts become one, as text with `:part`; none where all rows are needed at once.
        of_day: True where a part must hold the rows of one day.
        counting: Which rows it counts; None where every row may matter.
    """

    name: str
    tree: exp.Expression
    merged: str = ""
    of_day: bool = False
    counting: exp.Expression | None = None

    def taken(self) -> exp.Expression:
        tree = self.tree.copy()
        if isinstance(tree, exp.CountIf):
            # the same in 64 bits: there may be millions of units
            tree = fill("count(*) filter (where :condition)", {"condition": tree.this})
        return named(tree, self.name)

    def together(self) -> exp.Expression:
        return named(fill(self.merged, {"part": exp.column(self.name)}), self.name)

    def nothing(self) -> exp.Expression:
        return named(fill("cast(0 as bigint)"), self.name)


def parts(aggregates: Mapping[exp.Expression, str], at: exp.Expression) -> tuple[Part, ...]:
    """
    The parts of aggregates of rows dated by `at`.
    """
    return tuple(_part(tree, name, at) for tree, name in aggregates.items())


def add_up(found: tuple[Part, ...]) -> bool:
    return all(part.merged for part in found)


def _part(tree: exp.Expression, name: str, at: exp.Expression) -> Part:
    inner = tree.this if isinstance(tree, exp.Filter) else tree
    if isinstance(tree, exp.Count) and isinstance(tree.this, exp.Distinct):
        return _days(tree, tree.this, name, at)
    merged = _MERGED.get(type(inner), "")
    if not merged or inner.find(exp.Distinct):
        return Part(name, tree.copy())
    return Part(name, tree.copy(), merged, counting=tree.this if isinstance(tree, exp.CountIf) else None)


def _days(tree: exp.Expression, distinct: exp.Distinct, name: str, at: exp.Expression) -> Part:
    """
    On how many days there was a row, or one that fulfils a condition.
    """
    merged = "cast(sum(:part) as bigint)"
    counted = distinct.expressions[0] if len(distinct.expressions) == 1 else None
    if counted == at:
        return Part(name, fill("max(1)"), merged, of_day=True)
    if isinstance(counted, exp.Case) and not counted.this and not counted.args.get("default"):
        branches = counted.args["ifs"]
        if len(branches) == 1 and branches[0].args["true"] == at:
            condition = branches[0].this
            met = fill("max(case when :condition then 1 else 0 end)", {"condition": condition})
            return Part(name, met, merged, of_day=True, counting=condition)
    return Part(name, tree.copy())


def reads_period(trees: Iterable[exp.Expression]) -> bool:
    """
    True where an aggregate cannot be taken before its period is known.
    """
    return any(column.name in PERIOD_COLUMNS for tree in trees for column in tree.find_all(exp.Column))


def relevant(found: tuple[Part, ...], outputs: Iterable[exp.Expression]) -> exp.Expression | None:
    """
    Which rows matter to what is counted of units; None where a unit may matter by being there.
    """
    conditions = [part.counting for part in found]
    names = {part.name for part in found}
    if not conditions or not all(_is_idle(tree, names) for tree in outputs):
        return None
    known = [condition for condition in conditions if condition is not None]
    if len(known) < len(conditions):
        return None
    return cast("exp.Expression", exp.or_(*known, copy=True))


def may_count(outputs: Iterable[exp.Expression], flags: set[str]) -> exp.Expression | None:
    """
    What a unit must fulfil besides its flags, so that they matter to any aggregate; None where that is nothing.
    """
    found: list[exp.Expr] = []
    for tree in outputs:
        if not any(column.name in flags for column in tree.find_all(exp.Column)):
            continue
        condition = _condition(tree)
        plain = [
            each.copy()
            for each in (condition.flatten() if isinstance(condition, exp.And) else ())
            if not any(column.name in flags | PERIOD_COLUMNS for column in each.find_all(exp.Column))
        ]
        if not plain:
            return None
        found.append(exp.and_(*plain))
    return cast("exp.Expression", exp.or_(*found)) if found else None


def _condition(tree: exp.Expression) -> exp.Expression | None:
    """
    Which units an aggregate takes; None where it takes all or is made of several.
    """
    if isinstance(tree, exp.CountIf):
        return cast("exp.Expression", tree.this)
    return cast("exp.Expression", tree.expression.this) if isinstance(tree, exp.Filter) else None


def _is_idle(tree: exp.Expression, names: set[str]) -> bool:
    """
    True where an aggregate never counts a unit whose own figures are all 0.
    """
    condition = _condition(tree)
    if condition is None:
        return False
    emptied = exp.Paren(this=condition.copy())
    for column in list(emptied.find_all(exp.Column)):
        if column.name in names:
            column.replace(exp.Literal.number(0))
    return bool(simplify(emptied) == exp.false())


def hoisted(trees: Iterable[exp.Expression]) -> tuple[list[exp.Expression], list[exp.Expression]]:
    """
    Aggregates with all that depends on nothing but the period taken out, to be computed once per period.

    Returns:
        The aggregates, and what they now read, under names.
    """
    found: dict[exp.Expression, str] = {}
    made = [_without_periods(tree.copy(), found) for tree in trees]
    return made, [named(tree, name) for tree, name in found.items()]


def _without_periods(tree: exp.Expression, found: dict[exp.Expression, str]) -> exp.Expression:
    for node in list(tree.walk(prune=_is_of_period)):
        if isinstance(node, exp.Condition) and _is_of_period(node) and not isinstance(node, exp.Column):
            name = found.setdefault(cast("exp.Expression", node.copy()), f"of_period_{len(found) + 1}")
            node.replace(exp.column(name))
    return tree


def _is_of_period(node: exp.Expr) -> bool:
    read = {column.name for column in node.find_all(exp.Column)}
    return isinstance(node, exp.Condition) and bool(read) and read <= PERIOD_COLUMNS and not node.find(exp.AggFunc)
