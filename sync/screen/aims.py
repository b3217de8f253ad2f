"""
The targets behind a KPI that is made from the values of others.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType

from sync import words
from sync.explain import Objective, Story
from sync.plain import safe
from sync.screen.numbers import Reader
from sync.screen.style import table


def aims(story: Story, reader: Reader) -> Iterator[RenderableType]:
    """
    Each target with what came of it, every value it was set to, and where its own explanation is.
    """
    if not story.objectives:
        return
    heads = {
        "en": ("Target", "Baseline", "Actual", "Aim", "Reached"),
        "es": ("Objetivo", "Inicio", "Real", "Meta", "Logrado"),
    }[reader.language]
    is_running = "is_partial" in (story.explained.row["flags"] or "").split(",")
    shown = table("", *heads, numbers=(1, 2, 3, 4))
    for each in story.objectives:
        shown.add_row(
            "\n".join(_lines(each, reader, is_running=is_running)),
            *(reader.number_of(value, each.kpi) for value in (each.baseline, each.actual, each.target)),
            words.number(each.value, "percent", "", reader.language),
        )
    yield shown
    for each in story.objectives:
        yield f"[dim]noria explain {safe(each.explained_by)}[/]"


def _lines(each: Objective, reader: Reader, *, is_running: bool) -> Iterator[str]:
    member = "" if each.dimension == "org" else f" · {each.dimension} {each.member}"
    yield f"[bold]{safe(each.kpi + member)}[/]"
    yield f"[dim]{each.starts_on} – {each.ends_on}[/]"
    # of a part of its span a target has not been missed
    if each.status and not (is_running and each.status == "missed"):
        yield safe(words.judged(each.status, reader.language))
    if each.reason:
        yield safe(words.reason(each.reason, reader.language) or "")
    if each.owner:
        yield safe(f"{reader.say('responsible', 'responsable')}: {each.owner}")
    if each.next_step:
        yield safe(f"{reader.say('next', 'siguiente')}: {each.next_step}")
    for version in each.versions[1:]:
        changed = "" if version.changed_at is None else f" ({version.changed_at:%Y-%m-%d})"
        was = reader.number_of(version.value, each.kpi)
        yield f"[dim]{safe(reader.say(f'was {was}{changed}', f'era {was}{changed}'))}[/]"
