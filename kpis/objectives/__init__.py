"""
Objectives: KPIs made from the values of other KPIs and the targets set for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlglot import exp

from kpis import engine
from kpis.catalogue import CATALOGUE
from kpis.engine import Question, calendar
from kpis.facts import Environment
from kpis.model import ORG, Kpi
from kpis.objectives.actuals import Asked, Wanted, questions
from kpis.objectives.objective import Objective, Span
from kpis.options import in_force
from kpis.sql import DIALECT, fill, literal

__all__ = ["ACTUALS", "OBJECTIVES", "Compiled", "Objective", "Span", "compile", "objective"]

_FOLDER = Path(__file__).parent

OBJECTIVES = (_FOLDER / "objectives.sql").read_text(encoding="utf-8")
"""
The select of what `compile` has to know of the targets beforehand; `objective` reads its rows.
"""

ACTUALS = "objective_actuals"
"""
The name under which the final statement finds the rows of those before it.
"""

QUOTA = "quota"
"""
Names a sales quota, which no KPI is measured against but `pipeline_coverage`.
"""

_STANDING = (_FOLDER / "standing.sql").read_text(encoding="utf-8")
_TOLD = (_FOLDER / "told.sql").read_text(encoding="utf-8")
_ANSWERS = (_FOLDER / "answers.sql").read_text(encoding="utf-8")
_NO_ACTUALS = """
select
    cast(null as varchar) as kpi, cast(null as varchar) as dimension, cast(null as varchar) as member_id,
    cast(null as date) as starts_on, cast(null as date) as ends_on, cast(null as date) as close_on,
    cast(null as double) as value, cast(null as varchar) as reason,
    cast(null as varchar) as flags, cast(null as varchar) as definition
where false
"""


@dataclass(frozen=True)
class Compiled:
    """
    The statements that answer a question.

    Args:
        actuals: Selects of the same columns, small and independent; their rows together stand under the name `ACTUALS`
            while the answer is asked. As parts of one statement they would take several times as long to plan.
        answer: The select that answers.
    """

    actuals: tuple[str, ...]
    answer: str


def objective(row: Mapping[str, Any]) -> Objective:
    """
    A row of `OBJECTIVES`.
    """
    span = Span(row["starts_on"], row["ends_on"])
    return Objective(row["kpi"], row["dimension"], row["member_id"], span, bool(row["has_baseline"]))


def compile(question: Question, environment: Environment, objectives: Sequence[Objective] = ()) -> Compiled:
    """
    The statements that answer a question, also about KPIs that are made from the values of others.

    Args:
        question: What to compute. Of objectives there is no value for the same days of the period before.
        environment: What the organisation is and what its sources offer.
        objectives: The rows of `OBJECTIVES`; needed only where such KPIs are asked.

    Returns:
        Selects in DuckDB's dialect; the answer has the columns of `kpis.engine.compile`. The member of the dimension
        `target` is the id of its KPI, followed by the dimension and member that it is set for, and by its span where
        several stand side by side. The year before is told of attainment alone.

    Raises:
        WrongUse: A KPI, grain, dimension or option is unknown, or no KPI asked can be cut by a dimension.
    """
    kpis = engine.known_kpis(question.kpis, question.custom)
    own = tuple(kpi for kpi in kpis if kpi.over_kpis)
    if not own:
        return Compiled((), engine.compile(question, environment))
    engine.check(question)
    rest = tuple(kpi for kpi in kpis if not kpi.over_kpis)
    compiled = _own(own, question, environment, objectives)
    parts = [compiled.answer]
    if rest:
        cut = tuple(name for name in question.dimensions if any(name in kpi.by for kpi in rest))
        asked = replace(question, kpis=tuple(kpi.id for kpi in rest), dimensions=cut)
        parts.append(engine.compile(asked, environment))
    place = exp.Case()
    for number, kpi in enumerate(kpis):
        place = place.when(fill("kpi = :id", {"id": kpi.id}), literal(number))
    order = place.sql(DIALECT)
    whole = " union all ".join(f"({part})" for part in parts)
    text = f"select * from ({whole}) as answered"  # noqa: S608 - statements of ours, compiled already
    return replace(compiled, answer=f"{text} order by {order}, grain, period_start, dimension, member_id")


def _own(
    own: tuple[Kpi, ...], question: Question, environment: Environment, objectives: Sequence[Objective]
) -> Compiled:
    first = question.as_of if question.same_days else question.first
    fiscal_year_start = environment.fiscal_year_start
    known = {**CATALOGUE, **question.custom}
    last = min(question.as_of if question.same_days else question.last, question.as_of)
    spans = calendar.spans(tuple(dict.fromkeys(question.grains)), first, last, fiscal_year_start, 0)
    held = [each for each in objectives if each.kpi != QUOTA and not (each.kpi in known and known[each.kpi].over_kpis)]
    wanted = dict.fromkeys(_wanted(own, spans, question.as_of, held, fiscal_year_start))
    asked = questions(wanted, known, question, fiscal_year_start)
    values: dict[str, object] = {
        "left_out": [QUOTA, *(kpi.id for kpi in CATALOGUE.values() if kpi.over_kpis)],
        "spans": _spans(held, fiscal_year_start),
        "betters": exp.values(
            [(kpi.id, kpi.better, kpi.needs_whole_periods()) for kpi in known.values()],
            "k",
            ["id", "better", "needs_whole_periods"],
        ),
        "ids": [kpi.id for kpi in own],
        "kpis": exp.values([(kpi.id,) for kpi in own], "k", ["kpi"]),
        "dimensions": list(dict.fromkeys((ORG, *question.dimensions))),
        "is_offered": exp.true() if "targets" in environment.offered else exp.false(),
        "is_alone": exp.true() if question.same_days else exp.false(),
        "low_sample_below": in_force(question.options, environment)["low_sample_below"],
        "is_future": exp.true() if question.first > question.as_of else exp.false(),
    }
    stages = {
        "periods": calendar.periods(spans, question.as_of, 0).sql(DIALECT),
        "standing": fill(_STANDING, values).sql(DIALECT),
        "told": fill(_TOLD, values).sql(DIALECT),
        "answers": fill(_ANSWERS, values).sql(DIALECT),
    }
    tables = ", ".join(f"{name} as ({text})" for name, text in stages.items())
    text = f"with {tables} select * from answers"  # noqa: S608 - stages of ours, compiled already
    return Compiled((_NO_ACTUALS, *(_actuals(each, environment) for each in asked)), text)


def _wanted(
    own: tuple[Kpi, ...],
    spans: tuple[calendar.Span, ...],
    as_of: date,
    objectives: Sequence[Objective],
    fiscal_year_start: int,
) -> Iterator[Wanted]:
    """
    The values that the periods asked, and those they are compared with, take.
    """
    ids = {kpi.id for kpi in own}
    attained, followed = "target_attainment" in ids, bool(ids - {"target_attainment"})
    for period, is_compared in _periods(spans, as_of):
        close = min(period.ends_on, as_of)
        for each in objectives:
            if attained and each.span == period:
                yield Wanted(each, each.span, close)
            if followed and not is_compared and each.span.starts_on <= close <= each.span.ends_on:
                yield Wanted(each, each.span, close)
                if not each.has_baseline:
                    before = each.span.before(fiscal_year_start)
                    yield Wanted(each, before, before.ends_on)


def _periods(spans: tuple[calendar.Span, ...], as_of: date) -> Iterator[tuple[Span, bool]]:
    """
    The periods asked and the ones before; and, marked, those of a year before.
    """
    for span in spans:
        if span.grain == "all":
            yield Span(calendar.BEGINNING, as_of), False
            continue
        start = calendar.step(span.grain, span.asked_from, -1)
        while start <= span.asked_to:
            following = calendar.step(span.grain, start, 1)
            yield _until(start, following), False
            year = calendar.year_before(span.grain, start)
            yield _until(year, calendar.step(span.grain, year, 1)), True
            start = following


def _until(start: date, following: date) -> Span:
    return Span(start, date.fromordinal(following.toordinal() - 1))


def _spans(objectives: Sequence[Objective], fiscal_year_start: int) -> exp.Expression:
    """
    Of every span that objectives have: which length of period it is, and when the one before it began.
    """
    rows = []
    for span in dict.fromkeys(each.span for each in objectives):
        odd = f"{span.starts_on}/{span.ends_on}"
        length = span.grain(fiscal_year_start) or odd
        before = literal(span.before(fiscal_year_start).starts_on)
        rows.append((literal(span.starts_on), literal(span.ends_on), length, length == odd, before))
    nothing = literal(calendar.BEGINNING)
    rows = rows or [(nothing, nothing, "day", False, nothing)]
    return exp.values(rows, "s", ["starts_on", "ends_on", "length", "is_odd", "before_from"])


def _actuals(asked: Asked, environment: Environment) -> str:
    starts_on, ends_on = exp.column("period_start"), exp.column("period_end")
    values = {
        "starts_on": literal(asked.span.starts_on) if asked.span else starts_on,
        "ends_on": literal(asked.span.ends_on) if asked.span else ends_on,
        "as_of": asked.question.as_of,
    }
    columns = fill(
        "select kpi, dimension, member_id, :starts_on as starts_on, :ends_on as ends_on,"
        " least(period_end, :as_of) as close_on, value, reason, flags, definition",
        values,
    ).sql(DIALECT)
    cut = fill("dimension in (:dimensions)", {"dimensions": list(asked.dimensions)}).sql(DIALECT)
    return f"{columns} from ({engine.compile(asked.question, environment)}) as asked where {cut}"
