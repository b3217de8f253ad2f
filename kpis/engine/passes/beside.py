"""
Rows beside the periods that see them: those of the days before a period's end, and those that stand at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlglot import exp

from kpis.engine.calendar import months_back
from kpis.engine.passes.layout import (
    KEYS,
    Asked,
    grouped_by_member,
    grouping,
    labels,
    level_column,
    member_column,
    member_items,
    passed,
)
from kpis.engine.passes.parts import Part, add_up, hoisted, parts, reads_period
from kpis.engine.passes.scan import Scan
from kpis.measure import Standing, Trailing
from kpis.sql import columns, fill, named, select, subquery

DAY = "of_day"


def beside_periods(scan: Scan, asked: Asked, own: tuple[str, ...]) -> exp.Expression:
    """
    Aggregates per period that sees the rows, whole and per member.
    """
    found = parts(scan.columns, fill(scan.at))
    if isinstance(scan.rule, Trailing) and add_up(found) and not reads_period(scan.columns):
        return _from_days(scan, asked, own, found)
    trees, of_period = hoisted(scan.columns)
    aggregates = dict(zip(trees, scan.columns.values(), strict=True))
    return grouped_by_member(scan, own, rows_beside(scan, asked, own, of_period), aggregates)


def _from_days(scan: Scan, asked: Asked, own: tuple[str, ...], found: tuple[Part, ...]) -> exp.Expression:
    """
    The days before a period's end overlap those of the next: each day is added up once, then the days are.
    """
    level, members = level_column(scan), [member_column(name) for name in own]
    rows = select([exp.Star(), named(fill(scan.at), DAY), *member_items(own)], scan.fact)
    rows.where(fill(":at between :first and :limit", bounds(scan, asked) | {"at": fill(scan.at)}), copy=False)
    taken = [named(part.tree.copy(), part.name) for part in found]
    fine = select([*columns(DAY, *level, *members), *taken], subquery(rows, "placed"))
    fine.set("group", grouping([[DAY, *level, *member] for member in [[], *([name] for name in members)]]))
    days = select([*columns(DAY, *level), *labels(own), *passed(scan)], subquery(fine, "fine"))
    keys = [*columns(*KEYS[:2], of="p"), *columns(*level, *KEYS[2:], of="f")]
    query = select([*keys, *(part.together() for part in found)], subquery(days, "f"))
    query.join(exp.to_table("periods", alias="p"), on=seen(scan, asked, exp.column(DAY)), copy=False)
    return query.group_by(*(key.copy() for key in keys), copy=False)


def rows_beside(scan: Scan, asked: Asked, own: tuple[str, ...], of_period: Iterable[exp.Expression] = ()) -> exp.Select:
    """
    Rows beside every period that sees them.

    Args:
        of_period: What else is to be known of the period, under names.
    """
    more = list(of_period)
    items = [fill("f.*"), *columns("grain", "period_start", "period_end", "close_on", of="p"), *member_items(own)]
    items += columns(*(item.alias for item in more), of="p")
    periods = exp.to_table("periods", alias="p")
    query = select(items, exp.to_table(scan.fact, alias="f")).join(
        subquery(select([exp.Star(), *more], "periods"), "p") if more else periods,
        on=seen(scan, asked, fill(scan.at)),
        copy=False,
    )
    return query.where(fill(":at <= :limit", {"at": fill(scan.at), "limit": asked.limit}), copy=False)


def seen(scan: Scan, asked: Asked, on: exp.Expression) -> exp.Expression:
    """
    Whether the period `p` sees a row of the day `on`.
    """
    at: dict[str, object] = {"at": on}
    if isinstance(scan.rule, Standing):
        # two plain inequalities, since a database joins by those without trying every pair
        until = {"until": fill(scan.rule.until), "never": date.max}
        return fill(":at <= p.close_on and coalesce(:until, :never) > p.close_on", {**at, **until})
    if isinstance(scan.rule, Trailing):
        return fill(":at >= :since and :at <= p.close_on", at | {"since": since(scan.rule, asked)})
    return fill(":at between p.period_start and p.close_on", at)


def since(rule: Trailing, asked: Asked) -> exp.Expression:
    """
    The first day that the period `p` sees.
    """
    size: Mapping[str, object] = {"size": rule.length(asked.options)}
    if rule.unit == "day":
        return fill("p.close_on - cast(:size as integer) + 1", size)
    return fill("cast(p.close_on + 1 - :size * interval '1' month as date)", size)


def bounds(scan: Scan, asked: Asked) -> dict[str, object]:
    """
    The days outside of which no period sees anything: from `first`, which may be somewhat early, to `limit`.
    """
    assert isinstance(scan.rule, Trailing)
    first = min([asked.limit, *(span.floor for span in asked.spans if span.grain != "all")])
    size = scan.rule.length(asked.options)
    if scan.rule.unit == "day":
        return {"first": date.fromordinal(max(first.toordinal() - size, 1)), "limit": asked.limit}
    return {"first": months_back(first, size + 1), "limit": asked.limit}
