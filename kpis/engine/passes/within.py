"""
Rows in the period that their date lies in.
"""

from __future__ import annotations

from sqlglot import exp

from kpis.engine.calendar import bucket, grouping_key
from kpis.engine.passes.layout import (
    Asked,
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
from kpis.engine.passes.scan import Scan
from kpis.facts import FACTS
from kpis.sql import columns, fill, named, select, subquery, union

# of members that add up to the organisation, those of the dimension with the fewest are added
_FEWEST = ("channel", "team", "movement", "kind", "segment", "owner", "pipeline", "stage", "product", "campaign")


def exactly(scan: Scan, asked: Asked, own: tuple[str, ...]) -> exp.Expression:
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


def in_parts(scan: Scan, asked: Asked, own: tuple[str, ...]) -> exp.Expression:
    """
    The rows, read once into small parts, from which `kpis.engine.answers.placed` adds up longer periods and the whole.
    """
    level = level_column(scan)
    sets_of = [*([] if least(scan, asked.dimensions) else [[]]), *([name] for name in own)]
    made: list[exp.Expression] = []
    for base, spans in asked.bases:
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
