"""
The KPIs as a list, and one of them in full.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from sync import words
from sync.plain import safe
from sync.screen.style import table

Card = Mapping[str, Any]


def catalogue(cards: Sequence[Card], language: str) -> Table:
    """
    The list of KPIs.
    """
    titles = {"en": ("Id", "KPI", "Unit", "Better"), "es": ("Id", "KPI", "Unidad", "Mejor")}[language]
    shown = table("", *titles, whole=(0, 3))
    for each in cards:
        shown.add_row(
            safe(each["kpi"]),
            f"[bold]{safe(each['name'][language])}[/]: {safe(each['meaning'][language])}",
            safe(words.unit(each["unit"], language)),
            words.better(each["better"], language),
        )
    return shown


def card(each: Card, language: str) -> Table:
    """
    One KPI in full.
    """
    titles = {
        "en": ("Id", "Meaning", "Formula", "Unit", "Better", "Can be cut by", "Needs", "Article", "Option"),
        "es": ("Id", "Qué dice", "Fórmula", "Unidad", "Mejor", "Se desglosa por", "Necesita", "Artículo", "Opción"),
    }[language]
    shown = table(safe(each["name"][language]), "", "", whole=(0,))
    shown.show_header = False
    cuts = [name for name in each["by"] if name != "org"]
    rows = [
        (titles[0], each["kpi"]),
        (titles[1], each["meaning"][language]),
        (titles[2], each["formula"]),
        *((f"{titles[2]} ({words.dimension(name, language)})", formula) for name, formula in each["formulas"].items()),
        (titles[3], words.unit(each["unit"], language)),
        (titles[4], words.better(each["better"], language)),
        (titles[5], ", ".join(cuts) or "–"),
        (titles[6], ", ".join(each["needs"])),
        *([(titles[7], each["article"])] if each["article"] else []),
        *((titles[8], _option(option, language)) for option in each["options"]),
    ]
    for title, text in rows:
        shown.add_row(f"[bold]{safe(title)}[/]", safe(text))
    return shown


def _option(option: Mapping[str, Any], language: str) -> str:
    meaning = option.get("meaning")
    told = meaning.get(language, "") if isinstance(meaning, Mapping) else str(meaning or "")
    choices = ", ".join(str(value) for value in option.get("values") or ())
    return f"{option['name']} = {option.get('default')}" + (f" ({choices})" if choices else "") + f": {told}"
