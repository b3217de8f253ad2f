"""
Rows that a period sees without owning them, and rows taken together per account before they are counted.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from kpis.engine.layout import (
    KEYS,
    Asked,
    Stages,
    grouping,
    labels,
    member_column,
    member_items,
    of_grains,
    outputs,
    placed_in_periods,
    start_column,
)
from kpis.engine.scan import Scan
from kpis.measure import Measure, Standing, Trailing, Within
from kpis.sql import columns, fill, named, select, subquery


def beside_periods(scan: Scan, asked: Asked, own: tuple[str, ...]) -> exp.Expression:
    """
    Rows beside every period that sees them.
    """
    at: dict[str, object] = {"at": fill(scan.at)}
    if isinstance(scan.rule, Standing):
        on = fill(
            ":at <= p.close_on and (:until is null or :until > p.close_on)", {**at, "until": fill(scan.rule.until)}
        )
    elif isinstance(scan.rule, Trailing):
        size = {"size": scan.rule.length(asked.options)}
        if scan.rule.unit == "day":
            on = fill(":at > p.close_on - cast(:size as integer) and :at <= p.close_on", at | size)
        else:
            since = fill("cast(p.close_on + 1 - :size * interval '1' month as date)", size)
            on = fill(":at >= :since and :at <= p.close_on", at | {"since": since})
    else:
        on = fill(":at between p.period_start and p.close_on", at)
    items = [fill("f.*"), *columns("grain", "period_start", "period_end", "close_on", of="p"), *member_items(own)]
    query = select(items, exp.to_table(scan.fact, alias="f"))
    query = query.join(exp.to_table("periods", alias="p"), on=on, copy=False)
    return query.where(fill(":at <= :limit", {**at, "limit": asked.limit}), copy=False)


def counted_by_unit(scan: Scan, asked: Asked, own: tuple[str, ...]) -> Stages:
    """
    The rows of one account, say, taken together first, then counted: accounts, not rows.
    """
    if isinstance(scan.rule, Within):
        starts = [start_column(span) for span in asked.spans]
        rows: exp.Expression = placed_in_periods(scan, asked, asked.spans, own)
        keys, sets = of_grains(asked.spans), [[start] for start in starts]
    else:
        starts = ["grain", "period_start"]
        rows, keys, sets = beside_periods(scan, asked, own), columns("grain", "period_start"), [starts]
    members = [member_column(name) for name in own]
    placed = select([exp.Star(), named(fill(scan.per or ""), "unit_key")], subquery(rows, "sorted"))
    aggregates = [named(tree.copy(), name) for tree, name in scan.units.items()]
    grouped = select([*columns(*starts, "unit_key", *members), *aggregates], subquery(placed, "placed"))
    grouped.where(fill("unit_key is not null"), copy=False)
    grouped.set(
        "group", grouping([*start, "unit_key", *member] for start in sets for member in [[], *([m] for m in members)])
    )
    units = select([*keys, *labels(own), *columns("unit_key", *scan.units.values())], subquery(grouped, "grouped"))
    whole = select([*columns(*KEYS), *outputs(scan)], subquery(_dated(scan, units), "dated"))
    return [(scan.name, whole.group_by(*columns(*KEYS), copy=False))]


def by_unit(
    measure: Measure, rows: exp.Expression, values: Mapping[str, object], days: Mapping[str, object]
) -> exp.Expression:
    """
    The units that a measure counts in one period, one row each.

    Args:
        measure: Counts units.
        rows: The rows of the period.
        values: What its placeholders stand for.
        days: `start`, `end` and `close` of the period.

    Returns:
        Columns record_table, record_key, on, contribution.
    """
    unit = fill(measure.per or "")
    aggregates = [named(fill(text, values), name) for name, text in measure.units]
    units = select([named(unit, "unit_key"), *aggregates], subquery(rows, "rows_of_period"))
    units.where(fill(":unit is not null", {"unit": unit.copy()}), copy=False)
    units.group_by(unit.copy(), copy=False)
    dates = "cast(:start as date) as period_start, cast(:end as date) as period_end, cast(:close as date) as close_on"
    items = [fill("u.*"), *fill(f"select {dates}", days).expressions]
    items += [fill(f"{flag}_run.account is not null as {flag}") for flag in _EDGES]
    dated = select(items, subquery(units, "u"))
    for flag, edge in _EDGES.items():
        run = f"{flag}_run"
        at = {"start": fill("cast(:start as date)", days), "close": fill("cast(:close as date)", days)}
        text = edge.format(run).replace("p.period_start", ":start").replace("p.close_on", ":close")
        on = fill(f"{run}.account = u.unit_key and {text}", at)
        dated = dated.join(exp.to_table("fact_active_accounts", alias=run), on=on, join_type="left", copy=False)
    table = "'leads'" if measure.per == "person_key" else "'accounts'"
    found = select(
        [
            fill(f"{table} as record_table"),
            fill("unit_key as record_key"),
            fill('cast(null as date) as "on"'),
            fill("cast(1 as double) as contribution"),
        ],
        subquery(dated, "dated"),
    )
    return found.where(fill(measure.where, values), copy=False) if measure.where else found


_EDGES = {
    "was_active": "{0}.starts_on < p.period_start and ({0}.ends_on is null or {0}.ends_on >= p.period_start)",
    "is_active": "{0}.starts_on <= p.close_on and ({0}.ends_on is null or {0}.ends_on > p.close_on)",
}


def _dated(scan: Scan, units: exp.Expression) -> exp.Expression:
    """
    Units beside their period, and whether their account paid at its edges.
    """
    items = [
        *columns(*KEYS, *scan.units.values(), of="u"),
        *columns("period_end", "close_on", of="p"),
        *([fill(f"{flag}_run.account is not null as {flag}") for flag in _EDGES] if scan.reads_active else []),
    ]
    dated = select(items, subquery(units, "u"))
    on = fill("p.grain = u.grain and p.period_start = u.period_start")
    dated = dated.join(exp.to_table("periods", alias="p"), on=on, copy=False)
    for flag, edge in _EDGES.items() if scan.reads_active else ():
        run = f"{flag}_run"
        on = fill(f"{run}.account = u.unit_key and {edge.format(run)}")
        dated = dated.join(exp.to_table("fact_active_accounts", alias=run), on=on, join_type="left", copy=False)
    return dated
