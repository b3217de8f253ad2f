"""
Everything there is to say of one number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connectors.errors import WrongUse
from kpis.model import ORG, Kpi
from kpis.words import Text
from sync import compute, question
from sync.environment import environment
from sync.explain import asked
from sync.explain.asked import Number
from sync.explain.beside import Waiting, fitted, needed, open_campaigns
from sync.explain.change import Change, change
from sync.explain.credits import Credit, credits
from sync.explain.number import Explained, answered, taken_apart
from sync.explain.objectives import Objective, objectives
from sync.explain.records import Key
from sync.kpis_known import known
from sync.settings import Settings
from sync.warehouse import Session

VERSUS = ("previous", "year")


@dataclass(frozen=True)
class Wanted:
    """
    What somebody wants explained, in words.

    Args:
        kpi: Its id.
        period: `2026-10`, `2026-Q3`, `2026`, `2026-W07`, a day, `all`, or trailing days such as `90d`.
        by: A dimension and a member as `dimension=member`; None for the whole organisation.
        options: Other policies than the settings have.
        records: True to list the records behind it.
        limit: How many records to list of each part; None for all.
        versus: `previous` or `year`: the period to hold it against; None for none.
    """

    kpi: str
    period: str
    by: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    records: bool = False
    limit: int | None = 20
    versus: str | None = None


@dataclass(frozen=True)
class Story:
    """
    Everything there is to say of a number.

    Args:
        explained: The number and its parts.
        needs: What it lacks, where a source is missing.
        credits: Converted record -> how it was split over its touches.
        model: What the fitted model behind it says of itself.
        waiting: Campaigns that have not paid for themselves yet.
        objectives: The targets behind a KPI made from the values of others.
        change: The number held against another period.
    """

    explained: Explained
    needs: tuple[Text, ...] = ()
    credits: Mapping[Key, tuple[Credit, ...]] = field(default_factory=dict)
    model: Mapping[str, Any] | None = None
    waiting: tuple[Waiting, ...] = ()
    objectives: tuple[Objective, ...] = ()
    change: Change | None = None

    @property
    def agrees(self) -> bool:
        """
        False where counting the records again gives another number.
        """
        return self.explained.agrees and (self.change is None or self.change.then.agrees)


def explain(session: Session, settings: Settings, wanted: Wanted, as_of: date) -> Story:
    """
    A number and how it came about; reads, changes nothing.

    Args:
        as_of: The organisation's day; later events do not count.

    Raises:
        WrongUse: A KPI, period, dimension, member or option is unknown, or the KPI cannot be cut like that.
        UserError: Nothing was modelled yet.
    """
    every = known(settings)
    kpi = question.kpi(wanted.kpi, every, where="noria explain")
    period = asked.period_of(wanted.period, as_of, settings.organisation.fiscal_year_start)
    if wanted.versus and period.grain == "all":
        raise WrongUse("What is told to date has no period before it.", where="--versus", fix="Name a period.")
    number = Number(kpi, period, options=wanted.options)
    if wanted.by is not None:
        number = _of_member(session, settings, number, wanted.by, as_of)
    if kpi.over_kpis:
        return _of_objectives(session, settings, number, every, as_of, wanted)
    limit = wanted.limit if wanted.records else 0
    now = taken_apart(session, settings, number, as_of, limit=limit)
    then = None
    if wanted.versus:
        other = Number(
            kpi, period.before(wanted.versus), number.dimension, number.member_id, number.member, number.options
        )
        then = taken_apart(session, settings, other, as_of)
    split = [(record.table, record.key) for term in now.terms if term.is_split for record in term.records]
    options = {**settings.kpis.options, **wanted.options}
    return Story(
        explained=now,
        needs=needed(session, settings, kpi) if now.row["reason"] == "missing_input" else (),
        credits=credits(session, split, environment(session, settings), options, number.dimension),
        model=fitted(session, kpi),
        waiting=open_campaigns(session, now.row, {term.name: term.select for term in now.terms}, as_of, wanted.limit),
        change=change(session, now, then, wanted.versus or "", wanted.limit) if then else None,
    )


def _of_member(session: Session, settings: Settings, number: Number, by: str, as_of: date) -> Number:
    dimension, word = asked.dimension_of(number.kpi, by)
    if dimension == ORG:
        return number
    if number.kpi.over_kpis:
        question_ = compute.Asked(
            (number.kpi.id,), number.period.grain, number.period.start, number.period.end, (dimension,), number.options
        )
        rows = compute.answer(session, settings, question_, as_of).to_pylist()
        members = {row["member_id"]: row["member"] for row in rows if row["dimension"] == dimension}
    else:
        members = asked.members(session, number.kpi, dimension)
    id, label = asked.member_of(members, dimension, word)
    return Number(number.kpi, number.period, dimension, id, label, number.options)


def _of_objectives(
    session: Session, settings: Settings, number: Number, every: Mapping[str, Kpi], as_of: date, wanted: Wanted
) -> Story:
    if wanted.versus:
        raise WrongUse(
            f"{number.kpi.id} is made from the values of other KPIs and was not held against another period.",
            where="--versus",
            fix="Explain it without, then the KPIs that its targets are set for.",
        )
    row = answered(session, settings, number, as_of)
    return Story(
        Explained(number, row, str(number.kpi.formula), ""),
        needs=needed(session, settings, number.kpi) if row["reason"] == "missing_input" else (),
        objectives=tuple(objectives(session, settings, number, every, as_of)),
    )
