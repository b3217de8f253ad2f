"""
What the passes over facts have in common: how rows find their period and member, and what comes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from kpis.engine.calendar import Span, bucket, month_number, shared, step
from kpis.engine.passes.scan import NONE, Scan
from kpis.facts import FACTS
from kpis.sql import columns, fill, named, select, subquery

MONTHLY = ("month", "quarter", "year")
KEYS = ("grain", "period_start", "dimension", "member_id")


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

    @property
    def bases(self) -> tuple[tuple[Span, tuple[Span, ...]], ...]:
        """
        The periods that rows are grouped by -> those that are added up from them. What is cut after some days is not:
        the first days of a quarter are not those of its months.
        """
        return tuple((span, (span,)) for span in self.spans) if self.elapsed else shared(self.spans)


def nested(stages: Stages, whole: exp.Expression) -> exp.Expression:
    """
    A query with stages of its own, which are over when it is.
    """
    if not stages:
        return whole
    tables = [exp.CTE(this=query, alias=exp.TableAlias(this=exp.to_identifier(name))) for name, query in stages]
    whole.set("with_", exp.With(expressions=tables))
    return whole


def _known(column: str) -> exp.Expression:
    return exp.Not(this=exp.Is(this=exp.column(column), expression=exp.null()))


def start_column(span: Span) -> str:
    return f"starts_{span.grain}"


def year_after(grain: str, start: date) -> date:
    """
    The start of a period about a year later.
    """
    if grain in MONTHLY:
        return step("year", start, 1)
    days = (step(grain, start, 1) - start).days
    return step(grain, start, max(365 // days, 1))


def closing(span: Span, start: exp.Expression, limit: date) -> dict[str, exp.Expression]:
    """
    The columns `period_end` and `close_on` of the period that begins at `start`.
    """
    last = fill(":limit", {"limit": limit})
    if span.grain in MONTHLY:
        months = month_number(span.first) - month_number(span.floor)
        at = {"start": start, "months": months}
        end = fill("cast(:start + :months * interval '1' month - interval '1' day as date)", at)
    elif span.grain == "all":
        end = last
    else:
        end = fill(":start + cast(:days as integer)", {"start": start, "days": (span.first - span.floor).days - 1})
    return {"period_end": end, "close_on": fill("least(:end, :limit)", {"end": end.copy(), "limit": limit})}


def member_column(dimension: str) -> str:
    return f"of_{dimension}"


def member_items(own: tuple[str, ...]) -> list[exp.Expression]:
    return [
        named(fill("coalesce(:column, :none)", {"column": exp.column(name), "none": NONE}), member_column(name))
        for name in own
    ]


def labels(own: tuple[str, ...]) -> list[exp.Expression]:
    """
    Which dimension and member a grouped row is of: the one member column that is not grouped away.
    """
    member = columns(*(member_column(name) for name in own))
    kinds = [exp.If(this=_known(member_column(name)), true=exp.Literal.string(name)) for name in own]
    org = exp.Literal.string("org")
    dimension = exp.Case(ifs=kinds, default=org) if own else org
    everything = [*member, exp.Literal.string("all")]
    return [
        named(dimension, "dimension"),
        named(exp.Coalesce(this=everything[0], expressions=everything[1:]), "member_id"),
    ]


def grouped_labels(own: tuple[str, ...]) -> list[exp.Expression]:
    """
    The same for rows grouped by the columns of the fact themselves, in which no member is no value.
    """
    dimension, member = exp.Case(default=exp.Literal.string("org")), exp.Case(default=exp.Literal.string("all"))
    for name in own:
        column = {"column": exp.column(name), "none": NONE}
        dimension = dimension.when(fill("grouping(:column) = 0", column), exp.Literal.string(name))
        member = member.when(fill("grouping(:column) = 0", column), fill("coalesce(:column, :none)", column))
    if not own:
        return [named(exp.Literal.string("org"), "dimension"), named(exp.Literal.string("all"), "member_id")]
    return [named(dimension, "dimension"), named(member, "member_id")]


def grouping(sets: Iterable[Iterable[str]]) -> exp.Group:
    return exp.Group(
        grouping_sets=[
            exp.GroupingSets(expressions=[exp.Tuple(expressions=[exp.column(n) for n in names]) for names in sets])
        ]
    )


def outputs(scan: Scan, aggregates: Mapping[exp.Expression, str] | None = None) -> list[exp.Expression]:
    return [named(tree.copy(), name) for tree, name in (aggregates or scan.columns).items()]


def passed(scan: Scan) -> list[exp.Expression]:
    return columns(*scan.columns.values())


def reach(scan: Scan, spans: Iterable[Span], limit: date) -> exp.Expression:
    at = fill(scan.at)
    upper: exp.Expression = fill(":at <= :limit", {"at": at, "limit": limit})
    if scan.has_history or any(span.grain == "all" for span in spans):
        return upper
    return fill(":at between :first and :limit", {"at": at, "first": min(span.first for span in spans), "limit": limit})


def level_column(scan: Scan) -> list[str]:
    return ["level"] if FACTS[scan.fact].levels else []


def grouped_by_member(
    scan: Scan, own: tuple[str, ...], placed: exp.Expression, aggregates: Mapping[exp.Expression, str] | None = None
) -> exp.Expression:
    """
    Aggregates per period, whole and per member.

    Args:
        aggregates: Those of the scan, where they are not read as they stand there.
    """
    keys = ["grain", "period_start", *level_column(scan)]
    members = [member_column(name) for name in own]
    query = select([*columns(*keys, *members), *outputs(scan, aggregates)], subquery(placed, "placed"))
    query.set("group", grouping([[*keys, *member] for member in [[], *([name] for name in members)]]))
    return select([*columns(*keys), *labels(own), *passed(scan)], subquery(query, "grouped"))


def of_level(scan: Scan, own: tuple[str, ...], labelled: exp.Expression) -> exp.Expression:
    """
    Of a fact that tells the same thing at several levels, those rows that the cut asks for.
    """
    levels = FACTS[scan.fact].levels
    if not levels:
        return labelled
    found = select([*columns(*KEYS), *passed(scan)], subquery(labelled, "labelled"))
    return found.where(level_fits(levels, own), copy=False)


def levels_of(scan: Scan, own: tuple[str, ...]) -> list[str]:
    """
    The levels that the organisation and these dimensions are told at.
    """
    levels = FACTS[scan.fact].levels
    return sorted({levels["org"], *(levels[name] for name in own if name in levels)})


def level_fits(levels: Mapping[str, str], own: tuple[str, ...]) -> exp.Expression:
    wanted = exp.Case(default=exp.Literal.string(levels["org"]))
    apart = [name for name in own if name in levels]
    for name in apart:
        wanted = wanted.when(fill("dimension = :name", {"name": name}), exp.Literal.string(levels[name]))
    return fill("level in ('all', :wanted)", {"wanted": wanted if apart else exp.Literal.string(levels["org"])})


def days_so_far(scan: Scan, asked: Asked, span: Span, start: exp.Expression) -> exp.Expression | None:
    """
    Of every period only as many days as are asked; what balances run over is never cut.
    """
    days = dict(asked.elapsed).get(span.grain)
    if days is None or scan.has_history:
        return None
    return fill("date_diff('day', :start, :at) < :days", {"start": start, "at": fill(scan.at), "days": days})


def placed_in_periods(scan: Scan, asked: Asked, spans: tuple[Span, ...], own: tuple[str, ...]) -> exp.Select:
    at = fill(scan.at)
    starts = [
        named(bucket(span, at, asked.fiscal_year_start, has_history=scan.has_history), start_column(span))
        for span in spans
    ]
    rows = select([exp.Star(), *starts, *member_items(own)], scan.fact)
    rows.set("where", exp.Where(this=reach(scan, spans, asked.limit)))
    for span, start in zip(spans, starts, strict=True):
        if (so_far := days_so_far(scan, asked, span, start.this)) is not None:
            rows.where(so_far, copy=False)
    return rows


def of_grains(spans: tuple[Span, ...]) -> list[exp.Expression]:
    starts = [start_column(span) for span in spans]
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
