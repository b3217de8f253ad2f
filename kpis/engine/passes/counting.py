"""
Rows taken together per account, say, before they are counted: accounts, not rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlglot import exp

from kpis.engine.calendar import Span, bucket, start_of
from kpis.engine.passes.beside import DAY, bounds, rows_beside, seen, since
from kpis.engine.passes.layout import (
    MONTHLY,
    Asked,
    Stages,
    closing,
    grouping,
    labels,
    member_column,
    member_items,
    nested,
    outputs,
    passed,
    placed_in_periods,
    year_after,
)
from kpis.engine.passes.parts import add_up, hoisted, may_count, parts, reads_period, relevant
from kpis.engine.passes.scan import Scan
from kpis.facts import FACTS
from kpis.measure import Trailing, Within
from kpis.sql import columns, fill, named, select, subquery, union

EDGES = {
    "was_active": "{0}.starts_on < p.period_start and ({0}.ends_on is null or {0}.ends_on >= p.period_start)",
    "is_active": "{0}.starts_on <= p.close_on and ({0}.ends_on is null or {0}.ends_on > p.close_on)",
}
"""
Whether a run of an account as a paying one covers the edges of the period `p`.
"""
_DAYS = "days_of_unit"
_PLACE = ("grain", "period_start")
_CLOSING = frozenset({"period_end", "close_on"})
_START, _UNIT, _TOGETHER = "base_start", "unit_key", "together"


def counted_by_unit(scan: Scan, asked: Asked, own: tuple[str, ...]) -> Stages:
    """
    The rows of one account, say, taken together first, then counted.
    """
    counting = _Counting(scan, asked, own)
    if isinstance(scan.rule, Within):
        counting.within()
    elif isinstance(scan.rule, Trailing) and add_up(counting.found) and not reads_period(scan.units):
        counting.trailing(scan.rule)
    else:
        counting.beside()
    return counting.stages()


class _Counting:
    """
    A scan that counts units: the rows of each are taken together, then the units are counted.

    Args:
        scan: Has a `per`.
        asked: The question.
        own: The dimensions that the fact has.
    """

    def __init__(self, scan: Scan, asked: Asked, own: tuple[str, ...]) -> None:
        self.found = parts(scan.units, fill(scan.at))
        self._scan, self._asked, self._own = scan, asked, own
        # a unit is one in all members of a dimension together, and in the only one that it has of others, as an account
        # has one segment
        of_unit = FACTS[scan.fact].of_unit.get(scan.per or "", ())
        fixed = tuple(name for name in own if name in of_unit)
        self._cuts: tuple[_Cut, ...] = (_Cut("org", (), fixed), *(_Cut(n, (n,), ()) for n in own if n not in fixed))
        read = {column.name for tree in scan.columns for column in tree.find_all(exp.Column)}
        self._days = sorted(read & _CLOSING)
        self._flags = [flag for flag in EDGES if flag in read]
        if self._flags:
            self._days = sorted(_CLOSING)
        self._made: Stages = []

    def stages(self) -> Stages:
        """
        One for each cut and stretch of time, none of which holds the units of another, and the whole.
        """
        counted: list[exp.Expression] = [select([exp.Star()], name) for name, _ in self._made]
        return [*self._made, (self._scan.name, union(counted))]

    def within(self) -> None:
        """
        Of rows that lie in their period: quarters and years from the units of months.
        """
        scan, asked, adds_up = self._scan, self._asked, add_up(self.found)
        bases = asked.bases if adds_up and not scan.has_history else [(span, (span,)) for span in asked.spans]
        days = self._day_columns()
        for number, (base, spans) in enumerate(bases):
            at = bucket(base, fill(scan.at), asked.fiscal_year_start, has_history=scan.has_history)
            rows = placed_in_periods(scan, asked, asked.spans, self._own)
            rows.expressions.append(named(at, _START))
            for part, stretch in enumerate(self._stretches(base, spans)):
                placed = self._keyed(rows.copy().where(*stretch, copy=False))
                for cut in self._cuts:
                    together = self._taken(columns(_START, *days), placed, cut)
                    units = [self._in_periods(cut, base, span) for span in spans]
                    self._count(units, cut, [together], f"_{number}_{part}")

    def trailing(self, rule: Trailing) -> None:
        """
        Of rows in the days before a period's end: a day's rows of a unit are taken together once, then the days are.
        """
        scan = self._scan
        rows = select([exp.Star(), *member_items(self._own)], scan.fact)
        rows.where(fill(":at between :first and :limit", bounds(scan, self._asked) | {"at": fill(scan.at)}), copy=False)
        every = self._keyed(rows)
        matter = relevant(self.found, scan.columns)
        placed = every.copy().where(matter, copy=False) if matter else every
        for cut in self._cuts:
            alone = self._alone(cut)
            together = self._taken(columns(DAY), placed, cut, [named(alone, _DAYS)])
            on = seen(scan, self._asked, exp.column(DAY, table="f"))
            days = [named(fill("any_value(:day)", {"day": exp.column(day, table="p")}), day) for day in self._days]
            sums = [*days, *(part.together() for part in self.found)]
            source, periods = exp.to_table(_TOGETHER, alias="f"), exp.to_table("periods", alias="p")
            units = self._together(columns(*_PLACE, of="p"), source, cut, sums).where(f"{_DAYS} > 1", copy=False)
            items = [*columns(*_PLACE, of="p"), *columns(_UNIT, *cut.columns), *columns(*self._days, of="p")]
            once = select([*items, *columns(*scan.units.values())], source.copy()).where(f"{_DAYS} = 1", copy=False)
            several = [query.join(periods.copy(), on=on.copy(), copy=False) for query in (units, once)]
            idle = [self._idle(rule, every, cut)] if matter else []
            self._count([union([*several, *idle])], cut, [together])

    def beside(self) -> None:
        """
        Of rows that cannot be read before their period is known.
        """
        trees, of_period = hoisted(part.tree for part in self.found)
        self.found = tuple(replace(part, tree=tree) for part, tree in zip(self.found, trees, strict=True))
        rows = rows_beside(self._scan, self._asked, self._own, of_period)
        days = self._day_columns()
        ends = [named(fill("any_value(:day)", {"day": exp.column(day)}), day) for day in self._days]
        for cut in self._cuts:
            together = self._taken(columns(*_PLACE, *days), self._keyed(rows), cut, ends)
            units = select([exp.Star()], _TOGETHER)
            if days:
                sums = [*ends, *(part.together() for part in self.found)]
                units = self._together(columns(*_PLACE), _TOGETHER, cut, sums)
            self._count([units], cut, [together])

    # -- rows to units

    def _day_columns(self) -> list[str]:
        """
        Days are kept apart where days are counted.
        """
        return [DAY] if add_up(self.found) and any(part.of_day for part in self.found) else []

    def _keyed(self, rows: exp.Expression) -> exp.Select:
        unit = fill(self._scan.per or "")
        keys = [named(unit.copy(), _UNIT), named(fill(self._scan.at), DAY)]
        return select([exp.Star(), *keys], subquery(rows, "sorted")).where(
            fill(":unit is not null", {"unit": unit}), copy=False
        )

    @staticmethod
    def _alone(cut: _Cut) -> exp.Expression:
        """
        On how many days a unit has rows: most have but one, which needs no adding up for every period that sees it.
        """
        keys = columns(_UNIT, *map(member_column, cut.members))
        return exp.Window(this=fill("count(*)"), partition_by=keys)

    def _taken(
        self, keys: list[exp.Expression], placed: exp.Expression, cut: _Cut, more: Sequence[exp.Expression] = ()
    ) -> tuple[str, exp.Expression]:
        """
        A stage with the rows of each unit taken together.
        """
        taken = [*more, *(part.taken() for part in self.found)]
        return _TOGETHER, self._together(keys, subquery(placed.copy(), "placed"), cut, taken)

    def _stretches(self, base: Span, spans: tuple[Span, ...]) -> list[list[exp.Expression]]:
        """
        Conditions that cut a large fact into years, so that a year's units at most are in memory.
        """
        if not FACTS[self._scan.fact].is_large or self._scan.has_history or any(span.grain == "all" for span in spans):
            return [[]]
        edges, asked = [], self._asked
        edge = start_of("year", base.first, asked.fiscal_year_start) if base.grain in MONTHLY else base.floor
        while (edge := year_after(base.grain, edge)) <= asked.limit:
            edges.append(edge)
        at = fill(self._scan.at)
        since = [[], *([fill(":at >= :edge", {"at": at.copy(), "edge": edge})] for edge in edges)]
        until = [*([fill(":at < :edge", {"at": at.copy(), "edge": edge})] for edge in edges), []]
        return [[*first, *last] for first, last in zip(since, until, strict=True)]

    def _together(
        self, keys: list[exp.Expression], source: exp.Expression | str, cut: _Cut, aggregates: list[exp.Expression]
    ) -> exp.Select:
        by = [*keys, *columns(_UNIT, *map(member_column, cut.members))]
        one = [
            named(fill("any_value(:column)", {"column": exp.column(name)}), name)
            for name in map(member_column, cut.fixed)
        ]
        query = select([*(key.copy() for key in by), *one, *(tree.copy() for tree in aggregates)], source)
        return query.group_by(*(key.copy() for key in by), copy=False)

    def _in_periods(self, cut: _Cut, base: Span, span: Span) -> exp.Expression:
        """
        The units of the periods of one grain out of those of a shorter one.
        """
        start: exp.Expression = exp.column(_START)
        units: exp.Expression = exp.to_table(_TOGETHER)
        if span.grain != base.grain or self._day_columns():
            at = start if span.grain == base.grain else self._bucket(span, start)
            kept = columns(_UNIT, *cut.columns, *(part.name for part in self.found))
            moved = select([named(at, "moved"), *kept], _TOGETHER)
            sums = [part.together() for part in self.found]
            units = subquery(self._together(columns("moved"), subquery(moved, "moved"), cut, sums), "units")
            start = exp.column("moved")
        days = closing(span, start, self._asked.limit)
        items = [
            named(exp.Literal.string(span.grain), "grain"),
            named(start.copy(), "period_start"),
            *(named(days[day], day) for day in self._days),
            *columns(_UNIT, *cut.columns, *(part.name for part in self.found)),
        ]
        ends = {"start": start.copy(), "floor": span.floor, "last": span.last}
        return select(items, units).where(fill(":start between :floor and :last", ends), copy=False)

    def _bucket(self, span: Span, start: exp.Expression) -> exp.Expression:
        return bucket(span, start, self._asked.fiscal_year_start, has_history=False)

    def _idle(self, rule: Trailing, every: exp.Expression, cut: _Cut) -> exp.Expression:
        """
        Groups that have rows at all, as a unit of which nothing is counted: a row for the last day that a period sees.
        """
        days = select(columns(*cut.columns, DAY), subquery(every.copy(), "every")).distinct(copy=False)
        over = exp.Window(
            this=fill(f"lead({DAY})"),
            partition_by=columns(*cut.columns),
            order=exp.Order(expressions=[exp.Ordered(this=exp.column(DAY), nulls_first=False)]),
        )
        followed = select([exp.Star(), named(over, "next_day")], subquery(days, "days"))
        items = [*columns(*_PLACE, of="p"), named(exp.null(), _UNIT), *columns(*cut.columns, of="d")]
        items += columns(*self._days, of="p")
        query = select([*items, *(part.nothing() for part in self.found)], subquery(followed, "d"))
        on = fill(
            f"d.{DAY} <= p.close_on and coalesce(d.next_day, :never) > p.close_on and d.{DAY} >= :since",
            {"never": date.max, "since": since(rule, self._asked)},
        )
        return query.join(exp.to_table("periods", alias="p"), on=on, copy=False)

    # -- units to figures

    def _count(self, several: Sequence[exp.Expression], cut: _Cut, before: Stages, suffix: str = "") -> None:
        """
        A stage that counts units; nothing of `before` outlives it.
        """
        sets = [[*_PLACE, *one] for one in [[], *([name] for name in cut.columns)]]
        told = [*columns(*_PLACE), *labels(cut.members or cut.fixed), *passed(self._scan)]
        counted: list[exp.Expression] = []
        for units in several:
            flagged = subquery(self._flagged(units), "u")
            grouped = select([*columns(*_PLACE, *cut.columns), *outputs(self._scan)], flagged)
            if cut.members or len(sets) == 1:
                grouped.group_by(*columns(*sets[-1]), copy=False)
            else:
                grouped.set("group", grouping(sets))
            counted.append(select([item.copy() for item in told], subquery(grouped, "grouped")))
        self._made.append((f"{self._scan.name}_by_{cut.name}{suffix}", nested(before, union(counted))))

    def _flagged(self, units: exp.Expression) -> exp.Expression:
        """
        Units, and whether their account paid at the edges of the period where that is read.
        """
        if not self._flags:
            return units
        flags = [fill(f"{flag}_run.account is not null as {flag}") for flag in self._flags]
        query = select([fill("u.*"), *flags], subquery(units, "u"))
        key: dict[str, object] = {"key": exp.column(_UNIT, table="u")}
        if (may := may_count(self._scan.columns, set(self._flags))) is not None:
            # only those are looked up that count at all if their account paid
            key = {"key": fill("case when :may then :key end", {**key, "may": may})}
        for flag in self._flags:
            run = f"{flag}_run"
            on = fill(f"{run}.account = :key and {EDGES[flag].format(run).replace('p.', 'u.')}", key)
            query = query.join(exp.to_table("fact_active_accounts", alias=run), on=on, join_type="left", copy=False)
        return query


@dataclass(frozen=True)
class _Cut:
    """
    Dimensions that are counted together.

    Args:
        name: What the stage is named by.
        members: The dimension per whose members units are taken together; none for whole units.
        fixed: Those in which a whole unit has one member.
    """

    name: str
    members: tuple[str, ...]
    fixed: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        return [member_column(name) for name in self.members + self.fixed]
