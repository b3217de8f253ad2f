"""
Scans: the measures of one fact and one date, computed together in one pass for all grains and dimensions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp

from kpis.calendar import Span, bucket
from kpis.facts import FACTS, STEPS_BY_PERIOD
from kpis.measure import Measure
from kpis.sql import columns, fill, named, select, subquery

NONE = "(none)"


@dataclass
class Scan:
    """
    One pass over a fact.

    Args:
        name: Name of its table expression.
        fact: The fact table.
        at: The date column.
        has_history: True where balances need everything that ever happened.
        columns: Aggregate -> column name.
    """

    name: str
    fact: str
    at: str
    has_history: bool = False
    columns: dict[exp.Expression, str] = field(default_factory=dict)

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
        self._scans: dict[tuple[str, str], Scan] = {}
        self._columns: dict[Measure, Columns] = {}

    def all(self) -> tuple[Scan, ...]:
        return tuple(self._scans.values())

    def add(self, measure: Measure, *, has_history: bool = False) -> Columns:
        scan = self._scans.setdefault(
            (measure.fact, measure.at), Scan(f"scan_{len(self._scans) + 1}", measure.fact, measure.at)
        )
        scan.has_history = scan.has_history or has_history
        if measure not in self._columns:
            self._columns[measure] = Columns(
                scan,
                self._column(scan, measure.aggregate, measure.where),
                tuple((reason, self._column(scan, text, measure.where)) for reason, text in measure.faults),
                tuple((flag, self._column(scan, f"count_if({text})", None)) for flag, text in measure.flags),
            )
        return self._columns[measure]

    def _column(self, scan: Scan, aggregate: str, where: str | None) -> str:
        tree = fill(aggregate, self._values)
        if where:
            condition = exp.Where(this=fill(where, self._values))
            found = list(tree.find_all(exp.AggFunc))
            for function in found:
                filtered = exp.Filter(this=function.copy(), expression=condition.copy())
                if function.parent is None:
                    tree = filtered
                else:
                    function.replace(filtered)
        return scan.columns.setdefault(tree, f"{scan.name}_{len(scan.columns) + 1}")


def scan_query(
    scan: Scan, spans: tuple[Span, ...], dimensions: tuple[str, ...], limit: date, fiscal_year_start: int
) -> exp.Expression:
    """
    The pass over the fact.

    Args:
        scan: What to compute.
        spans: Grains and their periods.
        dimensions: Dimensions to cut by besides the organisation.
        limit: The last day that counts.
        fiscal_year_start: Month in which the year begins [1 to 12].

    Returns:
        Columns grain, period_start, dimension, member_id, and one per aggregate; one row per group that has any row.
    """
    own = scan.dimensions(dimensions)
    rows = _steps if FACTS[scan.fact].steps else _rows
    return rows(scan, spans, own, limit, fiscal_year_start)


def _aggregates(scan: Scan) -> list[exp.Expression]:
    return [named(tree.copy(), name) for tree, name in scan.columns.items()]


def _passed(scan: Scan) -> list[exp.Expression]:
    return columns(*scan.columns.values())


def _known(column: str) -> exp.Expression:
    return exp.Not(this=exp.Is(this=exp.column(column), expression=exp.null()))


def _period_column(span: Span) -> str:
    return f"starts_{span.grain}"


def _member_column(dimension: str) -> str:
    return f"of_{dimension}"


def _member_columns(own: tuple[str, ...]) -> list[exp.Expression]:
    return [
        named(fill("coalesce(:column, :none)", {"column": exp.column(name), "none": NONE}), _member_column(name))
        for name in own
    ]


def _labels(own: tuple[str, ...]) -> list[exp.Expression]:
    """
    Which dimension and member a grouped row is of: the one member column that is not grouped away.
    """
    member = columns(*(_member_column(name) for name in own))
    kinds = [exp.If(this=_known(_member_column(name)), true=exp.Literal.string(name)) for name in own]
    org = exp.Literal.string("org")
    dimension = exp.Case(ifs=kinds, default=org) if own else org
    everything = [*member, exp.Literal.string("all")]
    return [
        named(dimension, "dimension"),
        named(exp.Coalesce(this=everything[0], expressions=everything[1:]), "member_id"),
    ]


def _grouping(sets: list[list[str]]) -> exp.Group:
    return exp.Group(
        grouping_sets=[
            exp.GroupingSets(expressions=[exp.Tuple(expressions=[exp.column(n) for n in names]) for names in sets])
        ]
    )


def _bounds(scan: Scan, spans: tuple[Span, ...], limit: date) -> exp.Expression:
    at = fill(scan.at)
    upper: exp.Expression = fill(":at <= :limit", {"at": at, "limit": limit})
    if scan.has_history or any(span.grain == "all" for span in spans):
        return upper
    return fill(":at between :first and :limit", {"at": at, "first": min(span.first for span in spans), "limit": limit})


def _rows(
    scan: Scan, spans: tuple[Span, ...], own: tuple[str, ...], limit: date, fiscal_year_start: int
) -> exp.Expression:
    at = fill(scan.at)
    starts_in = [
        named(bucket(span, at, fiscal_year_start, has_history=scan.has_history), _period_column(span)) for span in spans
    ]
    inner = select([exp.Star(), *starts_in, *_member_columns(own)], scan.fact)
    inner.set("where", exp.Where(this=_bounds(scan, spans, limit)))
    starts = [_period_column(span) for span in spans]
    members = [_member_column(name) for name in own]
    grouped = select([*columns(*starts, *members), *_aggregates(scan)], subquery(inner, "placed"))
    grouped.set("group", _grouping([[start, *member] for start in starts for member in [[], *([m] for m in members)]]))
    grain = exp.Case(
        ifs=[
            exp.If(this=_known(start), true=exp.Literal.string(span.grain))
            for span, start in zip(spans, starts, strict=True)
        ]
    )
    items = [
        named(grain, "grain"),
        named(exp.Coalesce(this=exp.column(starts[0]), expressions=columns(*starts[1:])), "period_start"),
        *_labels(own),
        *_passed(scan),
    ]
    return select(items, subquery(grouped, "grouped"))


def _steps(
    scan: Scan, spans: tuple[Span, ...], own: tuple[str, ...], limit: date, fiscal_year_start: int
) -> exp.Expression:
    at = fill(scan.at)
    levels = ["account", "product"] if "product" in own else ["account"]
    starts = exp.Case()
    for span in spans:
        starts = starts.when(
            fill("grain = :grain", {"grain": span.grain}), bucket(span, at, fiscal_year_start, has_history=True)
        )
    changes = (
        exp.select("*")
        .from_(scan.fact)
        .where(_bounds(scan, spans, limit), fill("level in (:levels)", {"levels": levels}))
    )
    grains = fill("select unnest([:grains]) as grain", {"grains": [span.grain for span in spans]})
    bucketed = exp.select(named(starts, "period_start"), "*").from_(changes.subquery("changes"))
    bucketed = bucketed.join(subquery(grains, "grains"), join_type="cross")
    by_period = fill(STEPS_BY_PERIOD)
    by_period.args["with_"].expressions.insert(
        0, exp.CTE(this=bucketed, alias=exp.TableAlias(this=exp.to_identifier("bucketed")))
    )
    placed = select([exp.Star(), *_member_columns(own)], subquery(by_period, "by_period"))
    members = [_member_column(name) for name in own]
    keys = ["grain", "period_start", "level"]
    grouped = select([*columns(*keys, *members), *_aggregates(scan)], subquery(placed, "placed"))
    grouped.set("group", _grouping([[*keys, *member] for member in [[], *([name] for name in members)]]))
    labelled = select([*columns(*keys), *_labels(own), *_passed(scan)], subquery(grouped, "grouped"))
    found = select(
        [*columns("grain", "period_start", "dimension", "member_id"), *_passed(scan)], subquery(labelled, "labelled")
    )
    # products are units of their own: an account with two of them is two units there, and one everywhere else
    return found.where(fill("(level = 'product') = (dimension = 'product')"), copy=False)
