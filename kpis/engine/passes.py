"""
The SQL of a scan: the pass over its fact, and how parts are added up.
"""

from __future__ import annotations

from sqlglot import exp

from kpis.engine.calendar import Span, bucket, shared
from kpis.engine.layout import (
    Asked,
    Stages,
    days_so_far,
    grouped_by_member,
    grouping,
    labels,
    level_column,
    level_fits,
    member_column,
    member_items,
    of_grains,
    of_level,
    outputs,
    passed,
    placed_in_periods,
    reach,
    start_column,
)
from kpis.engine.scan import Scan, together
from kpis.engine.steps import netted_by_month, netted_by_period
from kpis.engine.units import beside_periods, counted_by_unit
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
        aggregate; one row per group that has any row.
    """
    own = scan.dimensions(asked.dimensions)
    if FACTS[scan.fact].steps:
        return [(scan.name, netted_by_period(scan, asked, own))]
    if FACTS[scan.fact].monthly_of:
        return netted_by_month(scan, asked, own)
    if scan.per:
        return counted_by_unit(scan, asked, own)
    if not isinstance(scan.rule, Within):
        return [(scan.name, of_level(scan, own, grouped_by_member(scan, own, beside_periods(scan, asked, own))))]
    if not scan.adds_up:
        return [(scan.name, _exact(scan, asked, own))]
    return _added_up(scan, asked, own)


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


def _added_up(scan: Scan, asked: Asked, own: tuple[str, ...]) -> Stages:
    """
    The rows are read once into small parts; longer periods and the organisation add those up.
    """
    level = level_column(scan)
    least = None if level else next((name for name in _FEWEST if name in own), None)
    made: Stages = []
    for number, (base, spans) in enumerate(shared(asked.spans)):
        start = start_column(base)
        members = [member_column(name) for name in own]
        keeps_floor = scan.has_history or any(span.grain == "all" for span in spans)
        at = bucket(base, fill(scan.at), asked.fiscal_year_start, has_history=keeps_floor)
        rows = select([exp.Star(), named(at, start), *member_items(own)], scan.fact)
        rows.set("where", exp.Where(this=reach(scan, spans, asked.limit)))
        if (so_far := days_so_far(scan, asked, base, at)) is not None:
            rows.where(so_far, copy=False)
        fine = select([*columns(start, *level, *members), *outputs(scan)], subquery(rows, "placed"))
        sets = [[start, *level, *member] for member in [*([] if least else [[]]), *([name] for name in members)]]
        fine.set("group", grouping(sets))
        name = f"{scan.name}_parts_{number}"
        parts = select([*columns(start, *level), *labels(own), *passed(scan)], subquery(fine, "fine"))
        if level:
            parts = select([*columns(start, "dimension", "member_id"), *passed(scan)], subquery(parts, "labelled"))
            parts.where(level_fits(FACTS[scan.fact].levels, own), copy=False)
        made.append((name, parts))
        made.append((f"{name}_up", _of_parts(scan, asked, name, base, spans, least)))
    ups = [select([exp.Star()], name) for name, _ in made if name.endswith("_up")]
    return [*made, (scan.name, union(ups))]


def _of_parts(
    scan: Scan, asked: Asked, parts: str, base: Span, spans: tuple[Span, ...], least: str | None
) -> exp.Expression:
    start = exp.column(start_column(base))
    sums = [named(together(tree, name), name) for tree, name in scan.columns.items()]
    wholes = [named(exp.Literal.string("org"), "dimension"), named(exp.Literal.string("all"), "member_id")]
    selects: list[exp.Expression] = []
    for span in spans:
        keys = [named(exp.Literal.string(span.grain), "grain")]
        if len(spans) == 1 and not level_column(scan):
            keys.append(named(start.copy(), "period_start"))
            selects.append(select([*keys, *columns("dimension", "member_id"), *passed(scan)], parts))
        else:
            # of a fact with levels, a part has a row for each: those of `all` and those of the level asked
            own = len(spans) == 1
            at = start if own else bucket(span, start, asked.fiscal_year_start, has_history=span.grain != "all")
            keys.append(named(at, "period_start"))
            grouped = select([*keys, *columns("dimension", "member_id"), *[s.copy() for s in sums]], parts)
            selects.append(grouped.group_by(at.copy(), *columns("dimension", "member_id"), copy=False))
        if least:
            at = keys[-1].this
            org = select([*(key.copy() for key in keys), *(w.copy() for w in wholes), *[s.copy() for s in sums]], parts)
            org = org.where(fill("dimension = :least", {"least": least}), copy=False)
            selects.append(org.group_by(at.copy(), copy=False))
    return union(selects)
