"""
The SQL of a scan: the pass over its fact, and how parts are added up.
"""

from __future__ import annotations

from sqlglot import exp

from kpis.engine.beside import beside_periods
from kpis.engine.calendar import bucket, grouping_key, shared
from kpis.engine.counting import counted_by_unit
from kpis.engine.layout import (
    Asked,
    Stages,
    days_so_far,
    grouped_labels,
    grouping,
    labels,
    level_column,
    levels_of,
    member_column,
    of_grains,
    of_level,
    outputs,
    passed,
    placed_in_periods,
    reach,
    start_column,
)
from kpis.engine.scan import Scan
from kpis.engine.steps import netted_by_month, netted_by_period
from kpis.facts import FACTS
from kpis.measure import Within
from kpis.sql import columns, fill, named, select, subquery, union

# of members that add up to the organisation, those of the dimension with the fewest are added
_FEWEST = ("channel", "team", "movement", "kind", "segment", "owner", "pipeline", "stage", "product", "campaign")


def stages(scan: Scan, asked: Asked) -> Stages:
    """
    The passes over the fact, each a named select over those before it.

    Returns:
        The last one is named like the scan, with columns grain, period_start, dimension, member_id and one per
        aggregate; one row per group that has any row. Of a scan that adds up there are only the parts that the rest is
        added up from.
    """
    own = scan.dimensions(asked.dimensions)
    if FACTS[scan.fact].steps:
        return [(scan.name, netted_by_period(scan, asked, own))]
    if FACTS[scan.fact].monthly_of:
        return netted_by_month(scan, asked, own)
    if scan.per:
        return counted_by_unit(scan, asked, own)
    if not isinstance(scan.rule, Within):
        return [(scan.name, of_level(scan, own, beside_periods(scan, asked, own)))]
    if not scan.adds_up:
        return [(scan.name, _exact(scan, asked, own))]
    return [(scan.name, _parts(scan, asked, own))]


def _exact(scan: Scan, asked: Asked, own: tuple[str, ...]) -> exp.Expression:
    """
    Each grain and dimension from the rows themselves: a median of medians would be no median.
    """
    starts = [start_column(span) for span in asked.spans]
    level = level_column(scan)
    members = [member_column(name) for name in own]
    placed = subquery(placed_in_periods(scan, asked, asked.spans, own), "placed")
    grouped = select([*columns(*starts, *level, *members), *outputs(scan)], placed)
    sets = [[start, *level, *member] for start in starts for member in [[], *([name] for name in members)]]
    grouped.set("group", grouping(sets))
    labelled = select(
        [*of_grains(asked.spans), *columns(*level), *labels(own), *passed(scan)], subquery(grouped, "grouped")
    )
    return of_level(scan, own, labelled)


def least(scan: Scan, dimensions: tuple[str, ...]) -> str | None:
    """
    The dimension whose members are added up to the organisation; None where the scan tells of the organisation itself.
    """
    if not scan.adds_up or FACTS[scan.fact].levels:
        return None
    own = scan.dimensions(dimensions)
    return next((name for name in _FEWEST if name in own), None)


def _parts(scan: Scan, asked: Asked, own: tuple[str, ...]) -> exp.Expression:
    """
    The rows, read once into small parts: `kpis.engine.placed` adds longer periods and the organisation up from those.
    """
    level = level_column(scan)
    sets_of = [*([] if least(scan, asked.dimensions) else [[]]), *([name] for name in own)]
    made: list[exp.Expression] = []
    for base, spans in shared(asked.spans):
        keeps_floor = scan.has_history or any(span.grain == "all" for span in spans)
        begins, at = asked.fiscal_year_start, fill(scan.at)
        key, start = grouping_key(base, at, begins, has_history=keeps_floor)
        rows = select([exp.Star(), named(key, "started")], scan.fact)
        rows.set("where", exp.Where(this=reach(scan, spans, asked.limit)))
        began = bucket(base, at, begins, has_history=keeps_floor)
        if (so_far := days_so_far(scan, asked, base, began)) is not None:
            rows.where(so_far, copy=False)
        if level:
            rows.where(fill("level in (:levels)", {"levels": ["all", *levels_of(scan, own)]}), copy=False)
        keys = [named(exp.Literal.string(base.grain), "grain"), named(start, "period_start")]
        # members are named once per group, too
        parts = select([*keys, *columns(*level), *grouped_labels(own), *outputs(scan)], subquery(rows, "placed"))
        parts.set("group", grouping([["started", *level, *member] for member in sets_of]))
        made.append(of_level(scan, own, parts))
    return union(made)
