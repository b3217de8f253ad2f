"""
The engine: any set of KPIs for any periods and dimensions as one SQL statement over the fact tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from sqlglot import exp

from connectors.errors import WrongUse, close_matches
from kpis import calendar
from kpis.answers import JUDGED, RESULT, answers_stage
from kpis.catalogue import CATALOGUE
from kpis.facts import FACTS, Environment
from kpis.model import DIMENSIONS, GRAINS, ORG, Kpi, measures
from kpis.options import in_force
from kpis.plan import Plan
from kpis.scan import scan_query
from kpis.sql import DIALECT, fill
from kpis.stages import figures_stage, gathered_stage, keys_stage, paid_stage, ready_stage, wide_stage


@dataclass(frozen=True)
class Question:
    """
    What somebody wants to know.

    Args:
        kpis: Ids of KPIs.
        grains: Lengths of period: day, week, month, quarter, year, all.
        first: Any day of the first period.
        last: Any day of the last period.
        as_of: Today, in the organisation's time zone; later events do not count.
        dimensions: What to cut by; the organisation as a whole is always there.
        options: Option -> value, for other than the defaults.
    """

    kpis: tuple[str, ...]
    grains: tuple[str, ...]
    first: date
    last: date
    as_of: date
    dimensions: tuple[str, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)


def compile(question: Question, environment: Environment) -> str:
    """
    The statement that answers a question.

    Args:
        question: What to compute.
        environment: What the organisation is and what its sources offer.

    Returns:
        One select in DuckDB's dialect with the columns kpi, grain, period_start, period_end, dimension, member,
        member_id, value, numerator, denominator, reason, flags, definition, previous, year_before.

    Raises:
        WrongUse: A KPI, grain, dimension or option is unknown, or no KPI asked can be cut by a dimension.
    """
    options = in_force(question.options, environment)
    kpis = tuple(dict.fromkeys(_kpi(name) for name in question.kpis))
    grains = tuple(dict.fromkeys(_known("grain", name, GRAINS) for name in question.grains))
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
    return _compile(
        kpis,
        grains,
        dimensions,
        question.first,
        question.last,
        question.as_of,
        tuple(sorted(options.items())),
        environment,
    )


@lru_cache(maxsize=64)
def _compile(
    kpis: tuple[Kpi, ...],
    grains: tuple[str, ...],
    dimensions: tuple[str, ...],
    first: date,
    last: date,
    as_of: date,
    options: tuple[tuple[str, object], ...],
    environment: Environment,
) -> str:
    plan = Plan(kpis, grains, dimensions, first, last, as_of, dict(options), environment)
    return _statement(plan).sql(DIALECT, copy=False)


def _statement(plan: Plan) -> exp.Expression:
    """
    The stages of a plan, each a named select over those before it.
    """
    window = plan.options["cohort_window_days"]
    assert isinstance(window, int)
    fiscal_year_start = plan.environment.fiscal_year_start
    stages: list[tuple[str, exp.Expression]] = [
        ("periods", calendar.periods(plan.spans, plan.as_of, window)),
        *(
            (scan.name, scan_query(scan, plan.spans, plan.scanned, plan.as_of, fiscal_year_start))
            for scan in plan.scans.all()
        ),
        ("gathered", gathered_stage(plan)),
        ("keys", keys_stage(plan)),
        ("wide", wide_stage(plan)),
        ("figures", figures_stage(plan)),
        *([("paid", paid_stage(plan))] if plan.paid else []),
        ("ready", ready_stage(plan)),
        ("answers", answers_stage(plan)),
        ("judged", fill(JUDGED)),
    ]
    whole = fill(RESULT, {"is_future": plan.is_future})
    tables = [exp.CTE(this=query, alias=exp.TableAlias(this=exp.to_identifier(name))) for name, query in stages]
    whole.set("with_", exp.With(expressions=tables))
    return whole


def _kpi(name: str) -> Kpi:
    if name not in CATALOGUE:
        raise WrongUse(f"There is no KPI {name}.", where="question.kpis", fix=close_matches(name, CATALOGUE))
    return CATALOGUE[name]


def _known(kind: str, name: str, known: tuple[str, ...]) -> str:
    if name not in known:
        raise WrongUse(f"There is no {kind} {name}.", where=f"question.{kind}s", fix=close_matches(name, known))
    return name


def _check_cut(kpis: tuple[Kpi, ...], dimension: str) -> None:
    if any(dimension in kpi.by for kpi in kpis):
        return
    kpi = kpis[0]
    lacking = sorted({m.fact for m in measures(kpi.formula) if dimension not in FACTS[m.fact].columns})
    tables = sorted({table for name in lacking for group in FACTS[name].needs for table in group})
    why = f"{', '.join(tables)} carry no {dimension}" if tables else "the figure would mislead"
    raise WrongUse(
        f"{', '.join(each.id for each in kpis)} could not be cut by {dimension}: {why}.",
        where=f"kpi {kpi.id}",
        fix="cut by " + " or ".join((ORG, *sorted({name for each in kpis for name in each.by}))),
    )
