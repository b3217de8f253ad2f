"""
KPIs made from the values of others: the targets behind them, what was aimed at and what came of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kpis.model import ORG, Kpi
from kpis.objectives import QUOTA, Span
from sync import compute, periods
from sync.explain.asked import Number
from sync.settings import Settings
from sync.warehouse import Session

_ATTAINMENT = "target_attainment"
_PROGRESS = "relationship_objective_progress"


@dataclass(frozen=True)
class Version:
    """
    What a target was set to, and when.
    """

    value: float
    baseline: float | None
    changed_at: datetime | None


@dataclass(frozen=True)
class Objective:
    """
    A target and what came of it.

    Args:
        kpi: The KPI it is set for.
        dimension: What that is cut by; `org` for the whole.
        member: The label of the member.
        starts_on: First day of its span.
        ends_on: Last day of its span.
        target: What is aimed at.
        baseline: Where it started.
        actual: What came of it by the close.
        value: Attainment, or progress [fraction].
        reason: Why there is none.
        status: met, missed, on_track or behind.
        owner: The responsible person.
        next_step: What is to be done next.
        versions: Every value it was set to, the one that holds first.
        period: The period of the KPI's own explanation; None where the span is none of the calendar.
    """

    kpi: str
    dimension: str
    member: str
    starts_on: date
    ends_on: date
    target: float
    baseline: float | None
    actual: float | None
    value: float | None
    reason: str | None
    status: str | None
    owner: str | None
    next_step: str | None
    versions: tuple[Version, ...]
    period: str | None

    @property
    def explained_by(self) -> str:
        """
        What `noria explain` has to be asked for the actual value.
        """
        by = "" if self.dimension == ORG else f' --by "{self.dimension}={self.member}"'
        return f"{self.kpi} {self.period or ''}".strip() + by


_TARGETS = """
select t.*, coalesce(m.member, t.member, t.member_id) as label, o.member as person
from fact_targets as t
left join fact_members as m on m.dimension = t.dimension and m.member_id = t.member_id
left join fact_members as o on o.dimension = 'owner' and o.member_id = t.owner_key
where t.ends_on >= t.starts_on and t.kpi <> ?
order by t.kpi, t.dimension, t.member_id, t.starts_on, t.is_latest desc, t.changed_at desc nulls last
"""


def objectives(
    session: Session, settings: Settings, number: Number, known: Mapping[str, Kpi], as_of: date
) -> Iterator[Objective]:
    """
    The objectives behind a number.

    Args:
        known: KPIs by id.
    """
    fiscal = settings.organisation.fiscal_year_start
    asked = _ATTAINMENT if number.kpi.id == _ATTAINMENT else _PROGRESS
    question = compute.Asked(
        (asked,), number.period.grain, number.period.start, number.period.end, ("target",), number.options
    )
    answers = {
        row["member_id"]: row
        for row in compute.answer(session, settings, question, as_of).to_pylist()
        if row["dimension"] == "target"
    }
    targets: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in session.rows(_TARGETS, [QUOTA]):
        key = (row["kpi"], row["dimension"], row["member_id"], row["starts_on"], row["ends_on"])
        targets.setdefault(key, []).append(row)
    for versions in targets.values():
        held = versions[0]
        if not _is_of(held, number, min(number.period.end, as_of)):
            continue
        answer = _answer(answers, held, fiscal)
        if answer is not None:
            yield _objective(versions, answer, asked, known, fiscal)


def _is_of(held: Mapping[str, Any], number: Number, close: date) -> bool:
    if number.kpi.id == _ATTAINMENT:
        fits = (held["starts_on"], held["ends_on"]) == (number.period.start, number.period.end)
    else:
        fits = held["starts_on"] <= close <= held["ends_on"]
    if number.dimension in (ORG, "target"):
        return fits and (number.dimension == ORG or number.member_id.startswith(_id(held)))
    if held["dimension"] == number.dimension:
        return fits and held["member_id"] == number.member_id
    return fits and number.dimension == "owner" and held["owner_key"] == number.member_id


def _id(held: Mapping[str, Any]) -> str:
    return str(held["kpi"]) if held["dimension"] == ORG else f"{held['kpi']}/{held['dimension']}/{held['member_id']}"


def _answer(
    answers: Mapping[str, dict[str, Any]], held: Mapping[str, Any], fiscal_year_start: int
) -> dict[str, Any] | None:
    """
    The answer of one target; where several stand side by side, they are told apart by their length.
    """
    length = Span(held["starts_on"], held["ends_on"]).grain(fiscal_year_start)
    odd = f"{held['starts_on']}/{held['ends_on']}"
    return answers.get(f"{_id(held)}/{length or odd}") or answers.get(_id(held))


def _objective(
    versions: list[dict[str, Any]],
    answer: Mapping[str, Any],
    asked: str,
    known: Mapping[str, Kpi],
    fiscal_year_start: int,
) -> Objective:
    held = versions[0]
    target, baseline = float(held["value"]), held["baseline"]
    top, bottom = answer["numerator"], answer["denominator"]
    if asked == _ATTAINMENT:
        is_lower = held["kpi"] in known and known[held["kpi"]].better == "lower"
        actual = bottom if is_lower else top
    else:
        baseline = target - bottom if baseline is None and bottom is not None else baseline
        actual = None if top is None or baseline is None else baseline + top
    grain = Span(held["starts_on"], held["ends_on"]).grain(fiscal_year_start)
    return Objective(
        kpi=held["kpi"],
        dimension=held["dimension"],
        member=held["label"] or "",
        starts_on=held["starts_on"],
        ends_on=held["ends_on"],
        target=target,
        baseline=None if baseline is None else float(baseline),
        actual=actual,
        value=answer["value"],
        reason=answer["reason"],
        status=answer["status"],
        owner=held["person"] or held["owner_key"],
        next_step=held["next_step"],
        versions=tuple(
            Version(float(row["value"]), None if row["baseline"] is None else float(row["baseline"]), row["changed_at"])
            for row in versions
        ),
        period=periods.label(grain, held["starts_on"], "en", fiscal_year_start) if grain else None,
    )
