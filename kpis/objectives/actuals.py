"""
What the KPIs of objectives came to: the fewest questions that give every value needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from kpis.engine import Question
from kpis.model import ORG, Kpi
from kpis.objectives.objective import Objective, Span


@dataclass(frozen=True)
class Wanted:
    """
    A value that is needed: that of an objective's KPI over a span, as it stood at a day's close.
    """

    objective: Objective
    span: Span
    close: date


@dataclass(frozen=True)
class Asked:
    """
    A question that gives values needed.

    Args:
        question: The question.
        dimensions: Whose values are needed; the others come along.
        span: The span that its values are of, where that is no period of the calendar; else its periods say so.
    """

    question: Question
    dimensions: tuple[str, ...]
    span: Span | None


def questions(
    wanted: Iterable[Wanted], known: Mapping[str, Kpi], whole: Question, fiscal_year_start: int
) -> list[Asked]:
    """
    The questions that give all values needed: one per dimension and length of the spans that are over or run today,
    one per day for those that were running then.

    Args:
        wanted: The values.
        known: KPIs by id; what is not among them is not asked.
        whole: The question that is being answered: its day, options and own KPIs hold.
        fiscal_year_start: Month in which the year begins [1 to 12].
    """
    groups: dict[tuple[str | None, str | None, Span | None, date | None], list[Wanted]] = {}
    for each in wanted:
        objective = each.objective
        kpi = known.get(objective.kpi)
        if kpi is None or kpi.over_kpis or objective.dimension not in (ORG, *kpi.by):
            continue
        grain = each.span.grain(fiscal_year_start)
        was_running = each.close < min(each.span.ends_on, whole.as_of)
        # what ran on a past day is seen from that day: the one period per length that contains it is quickly cut by all
        key = (
            None if was_running else objective.dimension,
            None if was_running else grain,
            None if grain else each.span,
            each.close if was_running or not grain else None,
        )
        groups.setdefault(key, []).append(each)
    return [_question(group, whole, fiscal_year_start) for group in groups.values()]


def _question(group: list[Wanted], whole: Question, fiscal_year_start: int) -> Asked:
    first = group[0]
    was_running = first.close < min(first.span.ends_on, whole.as_of)
    odd = first.span if first.span.grain(fiscal_year_start) is None else None
    if odd:
        grains: Iterable[str] = (f"{odd.so_far(first.close).days}d",)
    else:
        grains = (str(each.span.grain(fiscal_year_start)) for each in group)
    dimensions = tuple(dict.fromkeys(each.objective.dimension for each in group))
    scopes = ((each.objective.dimension, each.objective.member) for each in group)
    question = replace(
        whole,
        kpis=tuple(sorted({each.objective.kpi for each in group})),
        grains=tuple(dict.fromkeys(grains)),
        first=first.close if was_running or odd else min(each.span.starts_on for each in group),
        last=first.close if was_running or odd else max(each.close for each in group),
        as_of=first.close if was_running else whole.as_of,
        dimensions=tuple(name for name in dimensions if name != ORG),
        members=tuple(dict.fromkeys((name, member) for name, member in scopes if name != ORG and member)),
        same_days=False,
    )
    return Asked(question, dimensions, odd)
