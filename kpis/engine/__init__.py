"""
The engine: any set of KPIs for any periods and dimensions, from one pass per fact and date.

A question becomes a plan (`plan`), the plan statements (`statements`): one pass per fact and date (`passes`). The
warehouse only groups. What it gives is put in its place, a row per period and member, read as figures, worked out
formula by formula and told with reasons, flags and neighbours (`answers`). `explain` opens a number to its records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import pyarrow as pa

from connectors.errors import WrongUse, close_matches
from kpis.catalogue import CATALOGUE
from kpis.engine import calendar
from kpis.engine.answers import Names, answered
from kpis.engine.answers.figures import Figures
from kpis.engine.answers.same_days import beside
from kpis.engine.plan import LONGEST_LAG, Plan
from kpis.engine.statements import statements
from kpis.facts import FACTS, Environment
from kpis.model import DIMENSIONS, GRAINS, ORG, Kpi, cut
from kpis.options import in_force
from kpis.sql import DIALECT


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


@dataclass(frozen=True)
class Compiled:
    """
    What has to be asked of the warehouse, and how an answer is made of it.

    Args:
        plan: What is computed.
        statements: Name -> select in DuckDB's dialect, each independent of the others: one pass per fact and date, and
            some small ones.
    """

    plan: Plan
    statements: Mapping[str, str]

    def figures(self, tables: Mapping[str, pa.Table]) -> Figures:
        """
        What the statements gave, under their names, as figures.
        """
        lag = tables["lag"]["months"].to_pylist() if self.plan.reads_lag else []
        scans = {scan: tables[scan.name] for scan in self.plan.scans.all()}
        return Figures(self.plan, tables["periods"], scans, min(lag[0], LONGEST_LAG) if lag else None)

    def answer(self, tables: Mapping[str, pa.Table]) -> pa.Table:
        """
        The answer, from what the statements gave under their names.
        """
        return answered(self.figures(tables), Names(tables["members"], tables["targets"]))


Ask = Callable[[str], pa.Table]
"""
Runs a select of ours over the facts.
"""


def answer(question: Question, environment: Environment, ask: Ask) -> pa.Table:
    """
    The answer to a question.

    Args:
        question: What to compute.
        environment: What the organisation is and what its sources offer.
        ask: Runs a select.

    Returns:
        The columns of `kpis.engine.answers.SCHEMA`: kpi, grain, period_start, period_end, dimension, member, member_id,
        value, numerator, denominator, reason, flags, definition, previous, year_before, interval_low, interval_high
        (Wilson's 95 % interval where the sample is small), target, status.

    Raises:
        WrongUse: A KPI, grain, dimension or option is unknown, or no KPI asked can be cut by a dimension.
        ValueError: A KPI is made from the values of others; `kpis.objectives.answer` answers those, too.
    """
    if question.same_days:
        return _same_days(question, environment, ask)
    return _asked(compile(question, environment), ask)


def compile(question: Question, environment: Environment) -> Compiled:
    """
    The statements that a question takes.

    Raises:
        WrongUse, ValueError: As for `answer`.
    """
    kpis, grains, dimensions = check(question)
    return _compile(
        kpis,
        grains,
        dimensions,
        question.first,
        question.last,
        question.as_of,
        _options(question, environment, kpis),
        environment,
        (),
        question.members,
    )


def _same_days(question: Question, environment: Environment, ask: Ask) -> pa.Table:
    """
    The running period so far, beside the periods before as they stood after as many days.
    """
    kpis, grains, dimensions = check(question)
    options, today = _options(question, environment, kpis), question.as_of
    parts = []
    for grain in grains:
        days, ends = calendar.as_far(grain, today, environment.fiscal_year_start)
        elapsed, members, told = ((grain, days),), question.members, []
        for day in ends:
            told.append(
                _asked(_compile(kpis, (grain,), dimensions, day, day, day, options, environment, elapsed, members), ask)
            )
            # whoever has something to tell now is told of then, too
            ids = zip(told[0]["dimension"].to_pylist(), told[0]["member_id"].to_pylist(), strict=True)
            members = tuple(dict.fromkeys(ids))
        parts.append(beside(*told))
    return pa.concat_tables(parts)


def _asked(compiled: Compiled, ask: Ask) -> pa.Table:
    return compiled.answer({name: ask(select) for name, select in compiled.statements.items()})


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
    elapsed: tuple[tuple[str, int], ...],
    members: tuple[tuple[str, str], ...],
) -> Compiled:
    plan = Plan(kpis, grains, dimensions, first, last, as_of, dict(options), environment, elapsed, members)
    return Compiled(plan, {name: query.sql(DIALECT, copy=False) for name, query in statements(plan)})


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
