"""
Objectives that run today: what was aimed at, how far it got, who answers for it; and objectives worth setting.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from kpis.catalogue.objectives import RELATIONSHIP_OBJECTIVE_PROGRESS
from kpis.objectives.templates import Suggestion, history, suggestions
from sync.compute import Asked, answer
from sync.explain.asked import Number, Period
from sync.explain.objectives import Objective, objectives
from sync.kpis_known import known
from sync.settings import Settings
from sync.warehouse import Session


def running(session: Session, settings: Settings, as_of: date) -> list[Objective]:
    """
    The objectives whose span holds a day, each with its progress by then.

    Raises:
        UserError: Nothing was modelled yet.
    """
    number = Number(RELATIONSHIP_OBJECTIVE_PROGRESS, Period("day", as_of, as_of))
    return list(objectives(session, settings, number, known(settings), as_of))


def elapsed(objective: Objective, as_of: date) -> float:
    """
    Share of an objective's span that has passed by a day, that day included.
    """
    days = (objective.ends_on - objective.starts_on).days + 1
    return min(((as_of - objective.starts_on).days + 1) / days, 1.0)


def rows(found: Sequence[Objective], as_of: date) -> list[dict[str, Any]]:
    """
    Objectives for programs; percentages as fractions, the versions from the newest to the oldest.
    """
    return [
        {
            "kpi": each.kpi,
            "dimension": each.dimension,
            "member": each.member,
            "starts_on": each.starts_on,
            "ends_on": each.ends_on,
            "baseline": each.baseline,
            "actual": each.actual,
            "target": each.target,
            "progress": each.value,
            "reason": each.reason,
            "elapsed": elapsed(each, as_of),
            "is_on_track": None if each.status is None else each.status in ("met", "on_track"),
            "status": each.status,
            "owner": each.owner,
            "next_step": each.next_step,
            "versions": [asdict(version) for version in each.versions],
        }
        for each in found
    ]


def suggested(session: Session, settings: Settings, grain: str, as_of: date) -> Iterator[Suggestion]:
    """
    Objectives worth setting for the running period, with their baseline; what to aim at is for a person to say.

    Args:
        grain: month, quarter or year.

    Raises:
        UserError: Nothing was modelled yet.
    """
    fiscal = settings.organisation.fiscal_year_start
    question = history(grain, as_of, fiscal)
    asked = Asked(question.kpis, grain, question.first, question.last)
    yield from suggestions(answer(session, settings, asked, as_of).to_pylist(), grain, as_of, fiscal)
