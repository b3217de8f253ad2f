"""
The engine: any set of KPIs for any periods and dimensions as one SQL statement over the fact tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache, partial

from sqlglot import exp

from connectors.errors import WrongUse, close_matches
from kpis.catalogue import CATALOGUE
from kpis.engine import calendar
from kpis.engine.answers import JUDGED, RESULT, answers_stage, beside_stage, valued_stage
from kpis.engine.passes import stages as passes
from kpis.engine.plan import APART, TOGETHER, Batch, Plan
from kpis.engine.stages import (
    figures_stage,
    keys_stage,
    occurring_stage,
    paid_stage,
    ready_stage,
    wide_stage,
)
from kpis.facts import FACTS, Environment, shadows
from kpis.model import DIMENSIONS, GRAINS, ORG, Kpi, cut
from kpis.options import in_force
from kpis.sql import DIALECT, fill, select, union


@dataclass(frozen=True)
class Question:
    """
    What somebody wants to know.

    Args:
        kpis: Ids of KPIs.
        grains: Lengths of period: day, week, month, quarter, year, all, or so many trailing days such as `90d`.
        first: Any day of the first period.
        last: Any day of the last period.
        as_of: Today, in the organisation's time zone; later events do not count.
        dimensions: What to cut by; the organisation as a whole is always there.
        options: Option -> value, for other than the defaults.
        custom: KPIs of the settings, besides those of the catalogue.
        same_days: Of every period only as many days as have passed of the running one, so that a running period
            can be compared; growth and retention then have a value in it, too.
        members: Dimension and member id of those that are told of even where nothing happened.
    """

    kpis: tuple[str, ...]
    grains: tuple[str, ...]
    first: date
    last: date
    as_of: date
    dimensions: tuple[str, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    custom: Mapping[str, Kpi] = field(default_factory=dict)
    same_days: bool = False
    members: tuple[tuple[str, str], ...] = ()


def compile(question: Question, environment: Environment) -> str:
    """
    The statement that answers a question.

    Args:
        question: What to compute.
        environment: What the organisation is and what its sources offer.

    Returns:
        One select in DuckDB's dialect with the columns kpi, grain, period_start, period_end, dimension, member,
        member_id, value, numerator, denominator, reason, flags, definition, previous, year_before, interval_low,
        interval_high (Wilson's 95 % interval where the sample is small), target, status.

    Raises:
        WrongUse: A KPI, grain, dimension or option is unknown, or no KPI asked can be cut by a dimension.
        ValueError: A KPI is made from the values of others; `kpis.objectives.compile` answers those, too.
    """
    kpis, grains, dimensions = check(question)
    compiled = partial(
        _compile,
        kpis,
        dimensions=dimensions,
        options=_options(question, environment, kpis),
        environment=environment,
        members=question.members,
    )
    if question.same_days:
        return _same_days(question, grains, environment.fiscal_year_start, compiled)
    return compiled(grains, first=question.first, last=question.last, as_of=question.as_of)


@dataclass(frozen=True)
class Script:
    """
    A question as several statements.

    Args:
        tables: Name and select of temporary tables, in the order they need each other.
        answer: The select that answers, over them.
    """

    tables: tuple[tuple[str, str], ...]
    answer: str


def script(question: Question, environment: Environment) -> Script:
    """
    The statements that answer a question about many KPIs: each part in a table of its own, so that no more than one is
    in memory at a time. A single statement over the whole catalogue keeps hundreds of hash tables until its end.

    Returns:
        Statements whose answer is that of `compile`.

    Raises:
        WrongUse, ValueError: As for `compile`.
    """
    kpis, grains, dimensions = check(question)
    if question.same_days or len(kpis) <= TOGETHER:
        return Script((), compile(question, environment))
    options = dict(_options(question, environment, kpis))
    plan = Plan(
        kpis,
        grains,
        dimensions,
        question.first,
        question.last,
        question.as_of,
        options,
        environment,
        members=question.members,
        together=APART,
    )
    tables = [*_shared_stages(plan), *_parts(plan)]
    return Script(
        tuple((name, query.sql(DIALECT, copy=False)) for name, query in tables),
        _result(plan, []).sql(DIALECT, copy=False),
    )


def _options(question: Question, environment: Environment, kpis: tuple[Kpi, ...]) -> tuple[tuple[str, object], ...]:
    if over := [kpi.id for kpi in kpis if kpi.over_kpis]:
        raise ValueError(f"{', '.join(over)}: made from the values of other KPIs")
    options = in_force(question.options, environment)
    if options["attribution_model"] == "markov" and options["lookback_days"] != environment.lookback_days:
        raise WrongUse(
            "The Markov model was fitted with another look-back.",
            where="kpis.options.lookback_days",
            fix="set lookback_days in the settings and compute anew",
        )
    return tuple(sorted(options.items()))


def check(question: Question) -> tuple[tuple[Kpi, ...], tuple[str, ...], tuple[str, ...]]:
    """
    The KPIs, grains and dimensions that a question names, each once; the organisation is no dimension.

    Raises:
        WrongUse: One is unknown, or no KPI asked can be cut by a dimension.
    """
    kpis = known_kpis(question.kpis, question.custom)
    grains = tuple(dict.fromkeys(_grain(name) for name in question.grains))
    dimensions = tuple(dict.fromkeys(_known("dimension", name, DIMENSIONS) for name in question.dimensions))
    dimensions = tuple(name for name in dimensions if name != ORG)
    if not kpis or not grains:
        raise WrongUse("The question named no KPI or no period.", where="question", fix="name at least one of each")
    if question.last < question.first:
        raise WrongUse(
            f"The last day {question.last} lay before the first {question.first}.",
            where="question",
            fix="swap the two days",
        )
    for dimension in dimensions:
        _check_cut(kpis, dimension)
    return kpis, grains, dimensions


@lru_cache(maxsize=64)
def _compile(
    kpis: tuple[Kpi, ...],
    grains: tuple[str, ...],
    *,
    dimensions: tuple[str, ...],
    first: date,
    last: date,
    as_of: date,
    options: tuple[tuple[str, object], ...],
    environment: Environment,
    elapsed: tuple[tuple[str, int], ...] = (),
    members: tuple[tuple[str, str], ...] = (),
) -> str:
    plan = Plan(kpis, grains, dimensions, first, last, as_of, dict(options), environment, elapsed, members)
    return _statement(plan).sql(DIALECT, copy=False)


_AS_FAR = """
select
    n.* replace (b.value as previous, y.value as year_before)
from now_so_far as n
left join before_so_far as b
    on b.kpi = n.kpi and b.grain = n.grain and b.dimension = n.dimension and b.member_id = n.member_id
left join year_so_far as y
    on y.kpi = n.kpi and y.grain = n.grain and y.dimension = n.dimension and y.member_id = n.member_id
"""


def _same_days(
    question: Question, grains: tuple[str, ...], fiscal_year_start: int, compiled: Callable[..., str]
) -> str:
    """
    The running period so far, beside the periods before as they stood after as many days.
    """
    today, parts = question.as_of, []
    for grain in grains:
        if grain == "all" or calendar.trailing_days(grain):
            raise WrongUse(
                f"Periods of the length {grain} are never half over.",
                where="question.grains",
                fix="ask by day, week, month, quarter or year",
            )
        start = calendar.start_of(grain, today, fiscal_year_start)
        days = (today - start).days + 1
        before = calendar.step(grain, start, -1)
        year = calendar.year_before(grain, start)
        ends = {"now": today}
        for name, began in (("before", before), ("year", year)):
            ends[name] = min(began + timedelta(days=days - 1), calendar.step(grain, began, 1) - timedelta(days=1))
        texts = {
            name: compiled((grain,), first=day, last=day, as_of=day, elapsed=((grain, days),))
            for name, day in ends.items()
        }
        tables = ", ".join(f"{name}_so_far as ({text})" for name, text in texts.items())
        parts.append(f"(with {tables} {_AS_FAR})")
    return " union all ".join(parts)


Stages = list[tuple[str, exp.Expression]]


def _shared_stages(plan: Plan) -> Stages:
    """
    The periods, the scans, and which periods and members there are.
    """
    window = plan.options["cohort_window_days"]
    assert isinstance(window, int)
    return [
        *shadows(plan.environment, plan.options, {scan.fact for scan in plan.scans.all()}),
        ("periods", calendar.periods(plan.spans, plan.as_of, window)),
        *(stage for scan in plan.scans.all() for stage in passes(scan, plan.common)),
        ("occurring", occurring_stage(plan)),
        ("keys", keys_stage(plan)),
    ]


def _figure_stages(batch: Batch) -> Stages:
    return [
        ("wide", wide_stage(batch)),
        ("figures", figures_stage(batch)),
        *([("paid", paid_stage(batch))] if batch.paid else []),
        ("ready", ready_stage(batch)),
    ]


def _statement(plan: Plan) -> exp.Expression:
    """
    The stages of a plan, each a named select over those before it.
    """
    return _result(plan, [*_shared_stages(plan), *_parts(plan)])


def _parts(plan: Plan) -> Stages:
    """
    The answers about each batch of KPIs.
    """
    return [
        (f"answers_{number}", _with([*_figure_stages(batch), *_answer_stages(batch)], answers_stage(batch)))
        for number, batch in enumerate(plan.batches, 1)
    ]


def _result(plan: Plan, before: Stages) -> exp.Expression:
    answers = union([select([exp.Star()], f"answers_{number}") for number, _ in enumerate(plan.batches, 1)])
    stages = [*before, ("answers", answers), ("judged", fill(JUDGED))]
    return _with(stages, fill(RESULT, {"is_future": plan.is_future}))


def _answer_stages(batch: Batch) -> Stages:
    return [("valued", valued_stage(batch)), ("beside", beside_stage(batch))]


def named_stages(plan: Plan, query: exp.Expression) -> exp.Expression:
    """
    A query over the stages of a plan of one batch, up to the figures that formulas are made of.
    """
    return _with([*_shared_stages(plan), *_figure_stages(plan.batches[0])], query)


def _with(stages: Stages, whole: exp.Expression) -> exp.Expression:
    tables = [exp.CTE(this=query, alias=exp.TableAlias(this=exp.to_identifier(name))) for name, query in stages]
    whole.set("with_", exp.With(expressions=tables))
    return whole


def known_kpis(names: Iterable[str], custom: Mapping[str, Kpi]) -> tuple[Kpi, ...]:
    """
    KPIs by id, of the catalogue and of the settings.

    Raises:
        WrongUse: There is none of that name.
    """
    known = {**CATALOGUE, **custom}
    return tuple(dict.fromkeys(_kpi(name, known) for name in names))


def _kpi(name: str, known: Mapping[str, Kpi]) -> Kpi:
    if name not in known:
        raise WrongUse(f"There is no KPI {name}.", where="question.kpis", fix=close_matches(name, known))
    return known[name]


def _grain(name: str) -> str:
    if calendar.trailing_days(name):
        return name
    return _known("grain", name, GRAINS)


def _known(kind: str, name: str, known: tuple[str, ...]) -> str:
    if name not in known:
        raise WrongUse(f"There is no {kind} {name}.", where=f"question.{kind}s", fix=close_matches(name, known))
    return name


def _check_cut(kpis: tuple[Kpi, ...], dimension: str) -> None:
    if any(dimension in kpi.by for kpi in kpis):
        return
    kpi = kpis[0]
    raise WrongUse(
        f"{', '.join(each.id for each in kpis)} could not be cut by {dimension}: {why_uncut(kpi, dimension)}.",
        where=f"kpi {kpi.id}",
        fix="cut by " + " or ".join((ORG, *sorted({name for each in kpis for name in each.by}))),
    )


def why_uncut(kpi: Kpi, dimension: str) -> str:
    """
    Why a KPI cannot be cut by a dimension, as half a sentence.
    """
    lacking = sorted({m.fact for m in cut(kpi.formula) if dimension not in FACTS[m.fact].columns})
    tables = sorted({table for name in lacking for group in FACTS[name].needs for table in group})
    return f"{', '.join(tables)} carry no {dimension}" if tables else "the figure would mislead"
