"""
The records behind a figure: the same measure, compiled without its aggregate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlglot import exp

from kpis.engine import calendar
from kpis.engine.calendar import BEGINNING, Span
from kpis.engine.passes.layout import Asked
from kpis.engine.passes.scan import NONE
from kpis.engine.passes.steps import ledger, movement_span, netted
from kpis.engine.unit_records import by_unit
from kpis.facts import FACTS
from kpis.measure import Balance, Figure, Measure, Standing, Trailing
from kpis.sql import fill, named, select, subquery


@dataclass(frozen=True)
class Window:
    """
    The part of time and of the organisation that a figure is taken of.

    Args:
        grain: Length of the period.
        start: First day of the period.
        end: Last day of the period.
        as_of: Today; later events do not count.
        dimension: What it is cut by, `org` for nothing.
        member_id: The member.
        channels: Further restriction to channels that have a cost, by the measure of that cost.
    """

    grain: str
    start: date
    end: date
    as_of: date
    dimension: str = "org"
    member_id: str = "all"
    channels: Measure | None = None

    @property
    def close(self) -> date:
        return min(self.end, self.as_of)


class Records:
    """
    Lists what measures count.

    Args:
        options: The options in force.
        timezone: IANA name.
        fiscal_year_start: Month in which the year begins [1 to 12].
    """

    def __init__(self, options: Mapping[str, object], timezone: str, fiscal_year_start: int) -> None:
        self._options = dict(options)
        self._timezone = timezone
        self._fiscal_year_start = fiscal_year_start

    def of(self, figure: Figure, window: Window) -> exp.Expression:
        """
        The records behind a figure.

        Returns:
            A select with the columns record_table, record_key, on (null where the record is a unit) and contribution:
            what it adds to a sum, 1 in a count, its value in a median.
        """
        if isinstance(figure, Balance):
            return self._standing_at_edge(figure, window)
        assert isinstance(figure, Measure)
        fact = FACTS[figure.fact]
        if fact.monthly_of:
            return self._movements(figure, window)
        if fact.steps:
            span = Span(window.grain, calendar.step(window.grain, window.start, -1), window.start, window.start)
            rows = netted(figure.fact, (span,), [self._level(figure, window)], self._asked((span,), window), None)
            return self._chosen(figure, window, rows, extra="period_start = :start")
        if figure.per:
            return self._units(figure, window)
        return self._rows(figure, window)

    def _values(self, window: Window) -> dict[str, object]:
        return {**self._options, "as_of": window.as_of, "timezone": self._timezone, "start": window.start}

    def _asked(self, spans: tuple[Span, ...], window: Window) -> Asked:
        own = () if window.dimension == "org" else (window.dimension,)
        return Asked(spans, own, window.close, self._fiscal_year_start, self._options)

    def _level(self, measure: Measure, window: Window) -> str:
        levels = FACTS[measure.fact].levels
        return levels.get(window.dimension, levels["org"])

    def _member(self, measure: Measure, window: Window, values: dict[str, object]) -> list[exp.Expression]:
        found = []
        fact = FACTS[measure.fact]
        if fact.levels and not fact.steps and not fact.monthly_of:
            found.append(fill("level in ('all', :level)", {"level": self._level(measure, window)}))
        if window.dimension != "org":
            of = {"column": exp.column(window.dimension), "none": NONE, "member": window.member_id}
            found.append(fill("coalesce(:column, :none) = :member", of))
        if window.channels is not None:
            cost = window.channels
            where = fill(
                f"{cost.where or 'true'} and {cost.at} between :first and :last",
                {"first": window.start, "last": window.close},
            )
            paid = select([exp.column("channel")], cost.fact).where(where, copy=False)
            found.append(fill("channel in (:paid)", {"paid": paid}))
        return found

    def _in_window(self, measure: Measure, window: Window) -> exp.Expression:
        at: dict[str, object] = {"at": fill(measure.at), "close": window.close, "start": window.start}
        if isinstance(measure.rule, Standing):
            return fill(
                ":at <= :close and (:until is null or :until > :close)", at | {"until": fill(measure.rule.until)}
            )
        if isinstance(measure.rule, Trailing):
            return fill(":at between :since and :close", at | {"since": self._since(measure.rule, window.close)})
        if window.grain == "all":
            return fill(":at <= :close", at)
        return fill(":at between :start and :close", at)

    def _since(self, rule: Trailing, close: date) -> date:
        size = rule.length(self._options)
        if rule.unit == "day":
            return close - timedelta(days=size - 1)
        return calendar.months_back(close + timedelta(days=1), size)

    def _contribution(self, measure: Measure, values: dict[str, object]) -> exp.Expression:
        tree = fill(measure.aggregate, values)
        if isinstance(tree, exp.Count):
            return exp.Literal.number(1)
        inner: exp.Expression = tree.this.copy()  # sum and median hold what they are taken of
        return inner

    def _listed(
        self, measure: Measure, values: dict[str, object], source: exp.Expression, record: tuple[str, str], on: str
    ) -> exp.Select:
        items = [
            named(fill(record[0]), "record_table"),
            named(fill(record[1]), "record_key"),
            named(fill(on), "on"),
            named(fill("cast(:what as double)", {"what": self._contribution(measure, values)}), "contribution"),
        ]
        query = select(items, source)
        if measure.where:
            query.where(fill(measure.where, values), copy=False)
        return query

    def _rows(self, measure: Measure, window: Window) -> exp.Expression:
        values = self._values(window)
        rows = select([exp.Star(), *_dates(window)], measure.fact).where(self._in_window(measure, window), copy=False)
        for condition in self._member(measure, window, values):
            rows.where(condition, copy=False)
        listed = self._listed(measure, values, subquery(rows, "rows_of_period"), FACTS[measure.fact].record, measure.at)
        return _of_value(listed)

    def _units(self, measure: Measure, window: Window) -> exp.Expression:
        values = self._values(window)
        rows = select([exp.Star(), *_dates(window)], measure.fact).where(self._in_window(measure, window), copy=False)
        for condition in self._member(measure, window, values):
            rows.where(condition, copy=False)
        days = {"start": window.start, "end": window.end, "close": window.close}
        return by_unit(measure, rows, values, days)

    def _chosen(self, measure: Measure, window: Window, units: exp.Expression, extra: str) -> exp.Expression:
        """
        Of netted units, those that the measure takes.
        """
        values = self._values(window)
        rows = select([exp.Star()], subquery(units, "units")).where(fill(extra, values), copy=False)
        for condition in self._member(measure, window, values):
            rows.where(condition, copy=False)
        listed = self._listed(
            measure, values, subquery(rows, "chosen"), ("'accounts'", "account"), "cast(null as date)"
        )
        return _of_value(listed)

    def _movements(self, measure: Measure, window: Window) -> exp.Expression:
        values = self._values(window)
        span = movement_span(window.start, window.close)
        fact = FACTS[measure.fact].monthly_of or ""
        rows = ledger(netted(fact, (span,), [self._level(measure, window)], self._asked((span,), window), None))
        chosen = select([exp.Star()], subquery(rows, "ledger")).where(self._in_window(measure, window), copy=False)
        for condition in self._member(measure, window, values):
            chosen.where(condition, copy=False)
        listed = self._listed(measure, values, subquery(chosen, "chosen"), ("'accounts'", "account"), measure.at)
        return _of_value(listed)

    def _standing_at_edge(self, figure: Balance, window: Window) -> exp.Expression:
        edge = window.close if figure.edge == "close" else window.start - timedelta(days=1)
        measure = figure.enters
        if figure.leaves is None:
            # everything since the beginning, netted per unit, is what stands
            span = Span("all", BEGINNING, BEGINNING, BEGINNING)
            until = replace(window, grain="all", start=BEGINNING, end=edge, as_of=min(edge, window.as_of))
            rows = netted(measure.fact, (span,), [self._level(measure, window)], self._asked((span,), until), None)
            return self._chosen(measure, until, rows, extra="true")
        values = self._values(window)
        at = {"enters": fill(measure.at), "leaves": fill(figure.leaves.at), "edge": edge}
        standing = fill(":enters <= :edge and (:leaves is null or :leaves > :edge)", at)
        rows = select([exp.Star()], measure.fact).where(standing, copy=False)
        for condition in self._member(measure, window, values):
            rows.where(condition, copy=False)
        listed = self._listed(measure, values, subquery(rows, "standing"), FACTS[measure.fact].record, measure.at)
        return _of_value(listed)


def _dates(window: Window) -> list[exp.Expression]:
    days = {"start": window.start, "end": window.end, "close": window.close}
    dates = "cast(:start as date) as period_start, cast(:end as date) as period_end, cast(:close as date) as close_on"
    return list(fill(f"select {dates}", days).expressions)


def _of_value(listed: exp.Select) -> exp.Expression:
    """
    An unknown amount adds to no sum and stands in no median.
    """
    return select([exp.Star()], subquery(listed, "listed")).where(fill("contribution is not null"), copy=False)
