"""
Objectives: what was aimed at and how far it got, and those worth setting.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from rich.table import Table

from kpis.model import ORG
from kpis.objectives.templates import Suggestion
from sync import words
from sync.explain.objectives import Objective
from sync.objectives import elapsed
from sync.plain import safe
from sync.screen.style import table
from sync.screen.values import Look

_WIDE, _NAME_WIDTH = 90, 26  # a span fits on one line
_COLOURS = {"met": "green", "on_track": "green", "missed": "red", "behind": "red"}


def objectives(found: Sequence[Objective], as_of: date, look: Look) -> Iterator[Table | str]:
    """
    A line per objective; below its name who answers for it and what comes next, below its target what it was before.
    """
    language = look.language
    if not found:
        yield {
            "en": "No objective runs on this day: a targets.csv, or an input tab `targets`, sets them; see --suggest.",
            "es": "Ningún objetivo corre este día: se fijan en targets.csv o en una hoja `targets`; vea --suggest.",
        }[language]
        return
    yield _whole(found, as_of, look) if look.width >= _WIDE else _narrow(found, as_of, look)


def _whole(found: Sequence[Objective], as_of: date, look: Look) -> Table:
    language = look.language
    heads = {
        "en": ("Objective", "Baseline", "Actual", "Target", "Progress", "Time", "Status"),
        "es": ("Objetivo", "Inicio", "Real", "Meta", "Avance", "Tiempo", "Estado"),
    }[language]
    shown = table("", *heads, numbers=range(1, 6))
    shown.columns[0].min_width = _NAME_WIDTH
    for each in found:
        progress, time = _shares(each, as_of, language)
        baseline, actual, target = _figures(each, look)
        shown.add_row(_name(each, look), baseline, actual, target, progress, time, _status(each, language))
    return shown


def _narrow(found: Sequence[Objective], as_of: date, look: Look) -> Table:
    """
    What stands side by side on a wide screen stands in two columns, each with the words it needs.
    """
    language = look.language
    head, start, end, aim, passed = {
        "en": ("Objective", "baseline", "actual", "target", "of the time"),
        "es": ("Objetivo", "inicio", "real", "meta", "del tiempo"),
    }[language]
    shown = table("", head, "", "")
    for each in found:
        baseline, actual, target = _figures(each, look)
        progress, time = _shares(each, as_of, language)
        figures = f"{start} {baseline}\n{end} {actual}\n{aim} {target}"
        shown.add_row(_name(each, look), figures, f"{progress}\n[dim]{time} {passed}[/]\n{_status(each, language)}")
    return shown


def _figures(each: Objective, look: Look) -> tuple[str, str, str]:
    unit = look.kpis[each.kpi].unit if each.kpi in look.kpis else "count"
    baseline, actual, target = (
        words.figure(value, unit, look.language) for value in (each.baseline, each.actual, each.target)
    )
    return baseline, actual, "\n".join([target, *_before(each, unit, look.language)])


def _shares(each: Objective, as_of: date, language: str) -> tuple[str, str]:
    return words.number(each.value, "percent", "", language), words.number(
        elapsed(each, as_of), "percent", "", language
    )


def _name(each: Objective, look: Look) -> str:
    name = look.title(each.kpi) if each.kpi in look.kpis else each.kpi
    whose = f" ({each.member})" if each.dimension != ORG else ""
    told = [f"[bold]{safe(name + whose)}[/]", f"[dim]{each.starts_on} – {each.ends_on}[/]"]
    if each.owner:
        told.append(f"[dim]{safe(each.owner)}[/]")
    if each.next_step:
        told.append(f"[dim]→ {safe(each.next_step)}[/]")
    return "\n".join(told)


def _before(each: Objective, unit: str, language: str) -> Iterator[str]:
    for version in each.versions[1:]:
        since = f" {version.changed_at:%Y-%m-%d}" if version.changed_at else ""
        was = {"en": "was", "es": "era"}[language]
        yield f"[dim]{was} {words.figure(version.value, unit, language)}{since}[/]"


def _status(each: Objective, language: str) -> str:
    if each.status is None:
        return f"[dim]{safe(words.brief(each.reason or '–', language))}[/]"
    return f"[{_COLOURS.get(each.status, 'dim')}]{words.standing(each.status, language)}[/]"


def suggested(found: Iterable[Suggestion], look: Look) -> Iterator[Table | str]:
    """
    Objectives worth setting, each with its baseline.
    """
    language = look.language
    heads = {"en": ("KPI", "Baseline", "Why"), "es": ("KPI", "Inicio", "Por qué")}[language]
    shown = table("", *heads, numbers=(1,))
    for each in found:
        value = words.number(each.baseline, each.kpi.unit, look.currency, language)
        shown.add_row(safe(each.kpi.id), value, safe(getattr(each.text, language)))
    yield shown
    yield {
        "en": "Set one with a row in targets.csv: kpi, starts_on, ends_on, baseline, value, owner_id, next_step.",
        "es": "Fije uno con una fila en targets.csv: kpi, starts_on, ends_on, baseline, value, owner_id, next_step.",
    }[language]
