"""
Step functions: what each unit had before and after a period, and the movements between.
"""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from kpis.engine.calendar import Span, bucket, start_of, step
from kpis.engine.passes.layout import (
    Asked,
    Stages,
    grouped_by_member,
    grouping,
    labels,
    level_column,
    levels_of,
    member_column,
    member_items,
    of_grains,
    of_level,
    outputs,
    passed,
    reach,
    start_column,
)
from kpis.engine.passes.scan import Scan
from kpis.facts import FACTS, MOVEMENTS_BY_MONTH, STEPS_BY_PERIOD
from kpis.sql import columns, fill, named, select, subquery


def netted(
    fact: str, spans: tuple[Span, ...], levels: list[str], asked: Asked, bounds: exp.Expression | None
) -> exp.Expression:
    """
    What each unit had before and after every period in which it changed.
    """
    at = exp.column("on", quoted=True)
    bounds = bounds if bounds is not None else fill(":at <= :limit", {"at": at, "limit": asked.limit})
    starts = exp.Case()
    for span in spans:
        starts = starts.when(
            fill("grain = :grain", {"grain": span.grain}), bucket(span, at, asked.fiscal_year_start, has_history=True)
        )
    changes = exp.select("*").from_(fact).where(bounds, fill("level in (:levels)", {"levels": levels}))
    grains = fill("select unnest([:grains]) as grain", {"grains": [span.grain for span in spans]})
    bucketed = exp.select(named(starts, "period_start"), "*").from_(changes.subquery("changes"))
    bucketed = bucketed.join(subquery(grains, "grains"), join_type="cross")
    by_period = fill(STEPS_BY_PERIOD)
    by_period.args["with_"].expressions.insert(
        0, exp.CTE(this=bucketed, alias=exp.TableAlias(this=exp.to_identifier("bucketed")))
    )
    return by_period


def netted_by_period(scan: Scan, asked: Asked, own: tuple[str, ...]) -> exp.Expression:
    bounds = reach(scan, asked.spans, asked.limit)
    by_period = netted(scan.fact, asked.spans, levels_of(scan, own), asked, bounds)
    placed = select([exp.Star(), *member_items(own)], subquery(by_period, "by_period"))
    # products are units of their own: an account with two of them is two units there, and one everywhere else
    return of_level(scan, own, grouped_by_member(scan, own, placed))


def movement_span(first: date, last: date) -> Span:
    """
    The months whose movements are told; everything earlier is what stood before them.
    """
    return Span("month", step("month", start_of("month", first), -1), first, last)


def ledger(by_month: exp.Expression) -> exp.Expression:
    """
    The movements of units that were netted month by month.
    """
    told = fill(MOVEMENTS_BY_MONTH)
    told.args["with_"].expressions.insert(
        0, exp.CTE(this=by_month, alias=exp.TableAlias(this=exp.to_identifier("by_month")))
    )
    return told


def netted_by_month(scan: Scan, asked: Asked, own: tuple[str, ...]) -> Stages:
    """
    The ledger: movements netted month by month, whatever the length of the periods.
    """
    first = min((span.first for span in asked.spans if span.grain != "all"), default=asked.limit)
    months = movement_span(first, asked.limit)
    by_month = netted(FACTS[scan.fact].monthly_of or "", (months,), levels_of(scan, own), asked, None)
    name = f"{scan.name}_ledger"
    at = fill(scan.at)
    starts = [
        named(bucket(span, at, asked.fiscal_year_start, has_history=False), start_column(span)) for span in asked.spans
    ]
    placed = select([exp.Star(), *starts, *member_items(own)], name)
    level, members = level_column(scan), [member_column(dimension) for dimension in own]
    columns_of_starts = [start_column(span) for span in asked.spans]
    grouped = select([*columns(*columns_of_starts, *level, *members), *outputs(scan)], subquery(placed, "placed"))
    sets = [[start, *level, *member] for start in columns_of_starts for member in [[], *([each] for each in members)]]
    grouped.set("group", grouping(sets))
    labelled = select(
        [*of_grains(asked.spans), *columns(*level), *labels(own), *passed(scan)], subquery(grouped, "grouped")
    )
    return [(name, ledger(by_month)), (scan.name, of_level(scan, own, labelled))]
