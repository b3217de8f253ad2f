"""
Objectives: KPIs made from the values of other KPIs and the targets set for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from kpis import engine
from kpis.catalogue import CATALOGUE
from kpis.engine import Question, calendar
from kpis.engine.answers import SCHEMA
from kpis.facts import Environment
from kpis.model import ORG, Kpi
from kpis.objectives.actuals import Asked, Wanted, questions
from kpis.objectives.objective import Objective, Span
from kpis.options import in_force
from kpis.sql import DIALECT, fill, literal

__all__ = ["Compiled", "Objective", "Reader", "Span", "answer", "compile", "objective"]

_FOLDER = Path(__file__).parent

OBJECTIVES = (_FOLDER / "objectives.sql").read_text(encoding="utf-8")
"""
What has to be known of the targets before anything is asked; `objective` reads its rows.
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
_NO_ACTUALS = pa.schema(
    [
        ("kpi", pa.string()),
        ("dimension", pa.string()),
        ("member_id", pa.string()),
        ("starts_on", pa.date32()),
        ("ends_on", pa.date32()),
        ("close_on", pa.date32()),
        ("value", pa.float64()),
        ("reason", pa.string()),
        ("flags", pa.string()),
        ("definition", pa.string()),
    ]
).empty_table()


class Reader(Protocol):
    """
    Runs selects of ours over the facts.
    """

    def query(self, sql: str) -> pa.Table: ...

    def given(self, view: str, rows: pa.Table) -> AbstractContextManager[None]:
        """
        Rows under a name, for the selects inside.
        """


def answer(question: Question, environment: Environment, reader: Reader) -> pa.Table:
    """
    The answer to a question, also about KPIs that are made from the values of others.

    Args:
        question: What to compute. Of objectives there is no value for the same days of the period before.
        environment: What the organisation is and what its sources offer.
        reader: Reads the facts.

    Returns:
        The columns of `kpis.engine.answer`. The member of the dimension `target` is the id of its KPI, followed by the
        dimension and member that it is set for, and by its span where several stand side by side. The year before is
        told of attainment alone.

    Raises:
        WrongUse: A KPI, grain, dimension or option is unknown, or no KPI asked can be cut by a dimension.
    """
    kpis, _, dimensions = engine.check(question)
    parts = []
    if plain := [kpi for kpi in kpis if not kpi.over_kpis]:
        parts.append(engine.answer(_about(question, plain, dimensions), environment, reader.query))
    if own := [kpi for kpi in kpis if kpi.over_kpis]:
        held = [objective(row) for row in reader.query(OBJECTIVES).to_pylist()]
        compiled = compile(_about(question, own, dimensions), environment, held)
        actuals = (_actuals(each, engine.answer(each.question, environment, reader.query)) for each in compiled.asked)
        with reader.given(ACTUALS, pa.concat_tables([_NO_ACTUALS, *actuals])):
            parts.append(reader.query(compiled.answer).cast(SCHEMA))
    whole = pa.concat_tables(parts)
    if own:
        places = pc.index_in(whole["kpi"], pa.array([kpi.id for kpi in kpis]))
        whole = whole.take(pc.sort_indices(places))  # stable: the rows of a KPI keep their order
    return whole


def _about(question: Question, kpis: Sequence[Kpi], dimensions: Sequence[str]) -> Question:
    """
    A question about some of its KPIs, cut by what these can be cut by.
    """
    own = tuple(name for name in dimensions if any(name in kpi.by for kpi in kpis))
    return replace(question, kpis=tuple(kpi.id for kpi in kpis), dimensions=own)


def objective(row: Mapping[str, Any]) -> Objective:
    """
    A row of `OBJECTIVES`.
    """
    span = Span(row["starts_on"], row["ends_on"])
    return Objective(row["kpi"], row["dimension"], row["member_id"], span, bool(row["has_baseline"]))


@dataclass(frozen=True)
class Compiled:
    """
    What a question about objectives takes.

    Args:
        asked: The questions whose values are needed.
        answer: The select that answers, over those values under the name `ACTUALS`.
    """

    asked: tuple[Asked, ...]
    answer: str


def compile(question: Question, environment: Environment, objectives: Sequence[Objective]) -> Compiled:
    """
    What a question takes whose KPIs are all made from the values of others.

    Args:
        objectives: The rows of `OBJECTIVES`.
    """
    own = engine.known_kpis(question.kpis, question.custom)
    first = question.as_of if question.same_days else question.first
    fiscal_year_start = environment.fiscal_year_start
    known = {**CATALOGUE, **question.custom}
    last = min(question.as_of if question.same_days else question.last, question.as_of)
    spans = calendar.spans(tuple(dict.fromkeys(question.grains)), first, last, fiscal_year_start, 0)
    held = [each for each in objectives if each.kpi != QUOTA and not (each.kpi in known and known[each.kpi].over_kpis)]
    wanted = dict.fromkeys(_wanted(own, spans, question.as_of, held, fiscal_year_start))
    asked = tuple(questions(wanted, known, question, fiscal_year_start))
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
    in_order = "order by grain, period_start, dimension, member_id"
    text = f"with {tables} select * from answers {in_order}"  # noqa: S608 - stages of ours, compiled already
    return Compiled(asked, text)


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


def _actuals(asked: Asked, answers: pa.Table) -> pa.Table:
    """
    The values needed, with the span that they are of and the day that they stand for.
    """
    answers = answers.filter(pc.is_in(answers["dimension"], pa.array(asked.dimensions)))
    starts_on, ends_on = answers["period_start"], answers["period_end"]
    if asked.span:
        starts_on = pa.repeat(pa.scalar(asked.span.starts_on, pa.date32()), len(answers))
        ends_on = pa.repeat(pa.scalar(asked.span.ends_on, pa.date32()), len(answers))
    close_on = pc.min_element_wise(answers["period_end"], pa.scalar(asked.question.as_of, pa.date32()))
    dates = {"starts_on": starts_on, "ends_on": ends_on, "close_on": close_on}
    names = _NO_ACTUALS.schema.names
    return pa.table([dates.get(name, answers[name] if name in answers.schema.names else None) for name in names], names)
