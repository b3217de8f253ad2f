"""
The SQL of a scan: rows placed in periods and members, aggregated, added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from kpis.engine.calendar import Span, bucket, shared, start_of, step
from kpis.engine.scan import NONE, Scan, together
from kpis.facts import FACTS, MOVEMENTS_BY_MONTH, STEPS_BY_PERIOD
from kpis.measure import Measure, Standing, Trailing, Within
from kpis.sql import columns, fill, named, select, subquery, union

KEYS = ("grain", "period_start", "dimension", "member_id")
# of members that add up to the organisation, those of the dimension with the fewest are added
_FEWEST = ("channel", "team", "movement", "kind", "segment", "owner", "pipeline", "stage", "product", "campaign")
Stages = list[tuple[str, exp.Expression]]


@dataclass(frozen=True)
class Asked:
    """
    What every scan of a question has in common.

    Args:
        spans: Grains and their periods.
        dimensions: Dimensions to cut by besides the organisation.
        limit: The last day that counts.
        fiscal_year_start: Month in which the year begins [1 to 12].
        options: The options in force.
        elapsed: Grain -> how many days of each period count; empty for whole periods [days].
    """

    spans: tuple[Span, ...]
    dimensions: tuple[str, ...]
    limit: date
    fiscal_year_start: int
    options: dict[str, object]
    elapsed: tuple[tuple[str, int], ...] = ()


def stages(scan: Scan, asked: Asked) -> Stages:
    """
    The passes over the fact, each a named select over those before it.

    Returns:
        The last one is named like the scan, with columns grain, period_start, dimension, member_id and one per
        aggregate; one row per group that has any row.
    """
    own = scan.dimensions(asked.dimensions)
    if FACTS[scan.fact].steps:
        return [(scan.name, _steps(scan, asked, own))]
    if FACTS[scan.fact].monthly_of:
        return _movements(scan, asked, own)
    if scan.per:
        return _by_unit(scan, asked, own)
    if not isinstance(scan.rule, Within):
        return [(scan.name, _of_level(scan, own, _grouped(scan, own, _joined(scan, asked, own))))]
    if not scan.adds_up:
        return [(scan.name, _exact(scan, asked, own))]
    return _added_up(scan, asked, own)


def _known(column: str) -> exp.Expression:
    return exp.Not(this=exp.Is(this=exp.column(column), expression=exp.null()))


def _start_column(span: Span) -> str:
    return f"starts_{span.grain}"


def _member_column(dimension: str) -> str:
    return f"of_{dimension}"


def _member_items(own: tuple[str, ...]) -> list[exp.Expression]:
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


def _grouping(sets: Iterable[Iterable[str]]) -> exp.Group:
    return exp.Group(
        grouping_sets=[
            exp.GroupingSets(expressions=[exp.Tuple(expressions=[exp.column(n) for n in names]) for names in sets])
        ]
    )


def _aggregates(scan: Scan) -> list[exp.Expression]:
    return [named(tree.copy(), name) for tree, name in scan.columns.items()]


def _passed(scan: Scan) -> list[exp.Expression]:
    return columns(*scan.columns.values())


def _bounds(scan: Scan, spans: Iterable[Span], limit: date) -> exp.Expression:
    at = fill(scan.at)
    upper: exp.Expression = fill(":at <= :limit", {"at": at, "limit": limit})
    if scan.has_history or any(span.grain == "all" for span in spans):
        return upper
    return fill(":at between :first and :limit", {"at": at, "first": min(span.first for span in spans), "limit": limit})


def _level_column(scan: Scan) -> list[str]:
    return ["level"] if FACTS[scan.fact].levels else []


def _grouped(scan: Scan, own: tuple[str, ...], placed: exp.Expression) -> exp.Expression:
    """
    Aggregates per period, whole and per member.
    """
    keys = ["grain", "period_start", *_level_column(scan)]
    members = [_member_column(name) for name in own]
    query = select([*columns(*keys, *members), *_aggregates(scan)], subquery(placed, "placed"))
    query.set("group", _grouping([[*keys, *member] for member in [[], *([name] for name in members)]]))
    return select([*columns(*keys), *_labels(own), *_passed(scan)], subquery(query, "grouped"))


def _of_level(scan: Scan, own: tuple[str, ...], labelled: exp.Expression) -> exp.Expression:
    """
    Of a fact that tells the same thing at several levels, those rows that the cut asks for.
    """
    levels = FACTS[scan.fact].levels
    if not levels:
        return labelled
    found = select([*columns(*KEYS), *_passed(scan)], subquery(labelled, "labelled"))
    return found.where(_level_fits(levels, own), copy=False)


def _level_fits(levels: Mapping[str, str], own: tuple[str, ...]) -> exp.Expression:
    wanted = exp.Case(default=exp.Literal.string(levels["org"]))
    apart = [name for name in own if name in levels]
    for name in apart:
        wanted = wanted.when(fill("dimension = :name", {"name": name}), exp.Literal.string(levels[name]))
    return fill("level in ('all', :wanted)", {"wanted": wanted if apart else exp.Literal.string(levels["org"])})


# -- rows within a period ----------------------------------------------------------------------------------------------


def _so_far(scan: Scan, asked: Asked, span: Span, start: exp.Expression) -> exp.Expression | None:
    """
    Of every period only as many days as are asked; what balances run over is never cut.
    """
    days = dict(asked.elapsed).get(span.grain)
    if days is None or scan.has_history:
        return None
    return fill("date_diff('day', :start, :at) < :days", {"start": start, "at": fill(scan.at), "days": days})


def _placed(scan: Scan, asked: Asked, spans: tuple[Span, ...], own: tuple[str, ...]) -> exp.Select:
    at = fill(scan.at)
    starts = [
        named(bucket(span, at, asked.fiscal_year_start, has_history=scan.has_history), _start_column(span))
        for span in spans
    ]
    rows = select([exp.Star(), *starts, *_member_items(own)], scan.fact)
    rows.set("where", exp.Where(this=_bounds(scan, spans, asked.limit)))
    for span, start in zip(spans, starts, strict=True):
        if (so_far := _so_far(scan, asked, span, start.this)) is not None:
            rows.where(so_far, copy=False)
    return rows


def _of_grains(spans: tuple[Span, ...]) -> list[exp.Expression]:
    starts = [_start_column(span) for span in spans]
    grain = exp.Case(
        ifs=[
            exp.If(this=_known(start), true=exp.Literal.string(span.grain))
            for span, start in zip(spans, starts, strict=True)
        ]
    )
    return [
        named(grain, "grain"),
        named(exp.Coalesce(this=exp.column(starts[0]), expressions=columns(*starts[1:])), "period_start"),
    ]


def _exact(scan: Scan, asked: Asked, own: tuple[str, ...]) -> exp.Expression:
    """
    Each grain and dimension from the rows themselves: a median of medians would be no median.
    """
    starts = [_start_column(span) for span in asked.spans]
    level = _level_column(scan)
    members = [_member_column(name) for name in own]
    placed = subquery(_placed(scan, asked, asked.spans, own), "placed")
    grouped = select([*columns(*starts, *level, *members), *_aggregates(scan)], placed)
    sets = [[start, *level, *member] for start in starts for member in [[], *([name] for name in members)]]
    grouped.set("group", _grouping(sets))
    labelled = select(
        [*_of_grains(asked.spans), *columns(*level), *_labels(own), *_passed(scan)], subquery(grouped, "grouped")
    )
    return _of_level(scan, own, labelled)


def _added_up(scan: Scan, asked: Asked, own: tuple[str, ...]) -> Stages:
    """
    The rows are read once into small parts; longer periods and the organisation add those up.
    """
    level = _level_column(scan)
    least = None if level else next((name for name in _FEWEST if name in own), None)
    made: Stages = []
    for number, (base, spans) in enumerate(shared(asked.spans)):
        start = _start_column(base)
        members = [_member_column(name) for name in own]
        keeps_floor = scan.has_history or any(span.grain == "all" for span in spans)
        at = bucket(base, fill(scan.at), asked.fiscal_year_start, has_history=keeps_floor)
        rows = select([exp.Star(), named(at, start), *_member_items(own)], scan.fact)
        rows.set("where", exp.Where(this=_bounds(scan, spans, asked.limit)))
        if (so_far := _so_far(scan, asked, base, at)) is not None:
            rows.where(so_far, copy=False)
        fine = select([*columns(start, *level, *members), *_aggregates(scan)], subquery(rows, "placed"))
        sets = [[start, *level, *member] for member in [*([] if least else [[]]), *([name] for name in members)]]
        fine.set("group", _grouping(sets))
        name = f"{scan.name}_parts_{number}"
        parts = select([*columns(start, *level), *_labels(own), *_passed(scan)], subquery(fine, "fine"))
        if level:
            parts = select([*columns(start, "dimension", "member_id"), *_passed(scan)], subquery(parts, "labelled"))
            parts.where(_level_fits(FACTS[scan.fact].levels, own), copy=False)
        made.append((name, parts))
        made.append((f"{name}_up", _of_parts(scan, asked, name, base, spans, least)))
    ups = [select([exp.Star()], name) for name, _ in made if name.endswith("_up")]
    return [*made, (scan.name, union(ups))]


def _of_parts(
    scan: Scan, asked: Asked, parts: str, base: Span, spans: tuple[Span, ...], least: str | None
) -> exp.Expression:
    start = exp.column(_start_column(base))
    sums = [named(together(tree, name), name) for tree, name in scan.columns.items()]
    wholes = [named(exp.Literal.string("org"), "dimension"), named(exp.Literal.string("all"), "member_id")]
    selects: list[exp.Expression] = []
    for span in spans:
        keys = [named(exp.Literal.string(span.grain), "grain")]
        if len(spans) == 1 and not _level_column(scan):
            keys.append(named(start.copy(), "period_start"))
            selects.append(select([*keys, *columns("dimension", "member_id"), *_passed(scan)], parts))
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


# -- rows that a period sees without owning them -----------------------------------------------------------------------


def _joined(scan: Scan, asked: Asked, own: tuple[str, ...]) -> exp.Expression:
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
    items = [fill("f.*"), *columns("grain", "period_start", "period_end", "close_on", of="p"), *_member_items(own)]
    query = select(items, exp.to_table(scan.fact, alias="f"))
    query = query.join(exp.to_table("periods", alias="p"), on=on, copy=False)
    return query.where(fill(":at <= :limit", {**at, "limit": asked.limit}), copy=False)


def _by_unit(scan: Scan, asked: Asked, own: tuple[str, ...]) -> Stages:
    """
    The rows of one account, say, taken together first, then counted: accounts, not rows.
    """
    if isinstance(scan.rule, Within):
        starts = [_start_column(span) for span in asked.spans]
        rows: exp.Expression = _placed(scan, asked, asked.spans, own)
        keys, sets = _of_grains(asked.spans), [[start] for start in starts]
    else:
        starts = ["grain", "period_start"]
        rows, keys, sets = _joined(scan, asked, own), columns("grain", "period_start"), [starts]
    members = [_member_column(name) for name in own]
    placed = select([exp.Star(), named(fill(scan.per or ""), "unit_key")], subquery(rows, "sorted"))
    aggregates = [named(tree.copy(), name) for tree, name in scan.units.items()]
    grouped = select([*columns(*starts, "unit_key", *members), *aggregates], subquery(placed, "placed"))
    grouped.where(fill("unit_key is not null"), copy=False)
    grouped.set(
        "group", _grouping([*start, "unit_key", *member] for start in sets for member in [[], *([m] for m in members)])
    )
    units = select([*keys, *_labels(own), *columns("unit_key", *scan.units.values())], subquery(grouped, "grouped"))
    whole = select([*columns(*KEYS), *_aggregates(scan)], subquery(_dated(scan, units), "dated"))
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


# -- step functions ----------------------------------------------------------------------------------------------------


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


def _levels(scan: Scan, own: tuple[str, ...]) -> list[str]:
    levels = FACTS[scan.fact].levels
    return sorted({levels["org"], *(levels[name] for name in own if name in levels)})


def _steps(scan: Scan, asked: Asked, own: tuple[str, ...]) -> exp.Expression:
    bounds = _bounds(scan, asked.spans, asked.limit)
    by_period = netted(scan.fact, asked.spans, _levels(scan, own), asked, bounds)
    placed = select([exp.Star(), *_member_items(own)], subquery(by_period, "by_period"))
    # products are units of their own: an account with two of them is two units there, and one everywhere else
    return _of_level(scan, own, _grouped(scan, own, placed))


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


def _movements(scan: Scan, asked: Asked, own: tuple[str, ...]) -> Stages:
    """
    The ledger: movements netted month by month, whatever the length of the periods.
    """
    first = min((span.first for span in asked.spans if span.grain != "all"), default=asked.limit)
    months = movement_span(first, asked.limit)
    by_month = netted(FACTS[scan.fact].monthly_of or "", (months,), _levels(scan, own), asked, None)
    name = f"{scan.name}_ledger"
    at = fill(scan.at)
    starts = [
        named(bucket(span, at, asked.fiscal_year_start, has_history=False), _start_column(span)) for span in asked.spans
    ]
    placed = select([exp.Star(), *starts, *_member_items(own)], name)
    level, members = _level_column(scan), [_member_column(dimension) for dimension in own]
    columns_of_starts = [_start_column(span) for span in asked.spans]
    grouped = select([*columns(*columns_of_starts, *level, *members), *_aggregates(scan)], subquery(placed, "placed"))
    sets = [[start, *level, *member] for start in columns_of_starts for member in [[], *([each] for each in members)]]
    grouped.set("group", _grouping(sets))
    labelled = select(
        [*_of_grains(asked.spans), *columns(*level), *_labels(own), *_passed(scan)], subquery(grouped, "grouped")
    )
    return [(name, ledger(by_month)), (scan.name, _of_level(scan, own, labelled))]
