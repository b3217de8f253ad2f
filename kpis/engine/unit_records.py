"""
Units such as accounts, one by one: those that a measure counts in a period.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from kpis.engine.passes.counting import EDGES
from kpis.measure import Measure
from kpis.sql import fill, named, select, subquery


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
    items += [fill(f"{flag}_run.account is not null as {flag}") for flag in EDGES]
    dated = select(items, subquery(units, "u"))
    for flag, edge in EDGES.items():
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
