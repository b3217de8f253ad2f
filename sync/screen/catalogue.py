"""
The KPIs by board, and one of them in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from kpis.model import Kpi
from kpis.words import BOARDS
from sync import vocabulary, words
from sync.plain import safe
from sync.screen.style import table

Card = Mapping[str, Any]


def catalogue(cards: Sequence[Card], language: str, board: str | None = None) -> Iterator[Table]:
    """
    The list of KPIs, a table per board, then those that stand on none.

    Args:
        board: The only one to list; None lists each.
    """
    boards = [board] if board in BOARDS else list(BOARDS)
    for name in boards:
        yield from _listed(
            getattr(BOARDS[name], language), [each for each in cards if name in each["boards"]], language
        )
    if board not in BOARDS:
        title = vocabulary.OTHERS[language]
        yield from _listed(title, [each for each in cards if not each["boards"]], language)


def _listed(title: str, cards: Sequence[Card], language: str) -> Iterator[Table]:
    heads = {"en": ("Id", "KPI", "Unit", "Better"), "es": ("Id", "KPI", "Unidad", "Mejor")}[language]
    shown = table(safe(title), *heads, whole=(3,))
    for each in cards:
        shown.add_row(
            safe(each["kpi"]),
            f"[bold]{safe(each['name'][language])}[/]: {safe(each['meaning'][language])}",
            safe(words.unit(each["unit"], language)),
            words.better(each["better"], language),
        )
    if cards:
        yield shown


def card(each: Card, language: str) -> Table:
    """
    One KPI in full.
    """
    shown = table(safe(each["name"][language]), "", "", whole=(0,))
    shown.show_header = False
    for title, text in _lines(each, language):
        shown.add_row(f"[bold]{safe(title)}[/]", safe(text))
    return shown


def _lines(each: Card, language: str) -> Iterator[tuple[str, str]]:
    titles = vocabulary.CARD[language]
    yield "Id", each["kpi"]
    yield titles["meaning"], each["meaning"][language]
    if each["caution"]:
        yield titles["caution"], each["caution"][language]
    yield titles["formula"], each["formula"]
    for dimension, formula in each["formulas"].items():
        yield f"{titles['formula']} ({words.dimension(dimension, language)})", formula
    yield titles["unit"], words.unit(each["unit"], language)
    yield titles["better"], words.better(each["better"], language)
    yield titles["by"], ", ".join(name for name in each["by"] if name != "org") or "–"
    yield titles["grains"], ", ".join(words.grain(grain, language) for grain in each["grains"])
    yield titles["needs"], ", ".join(each["needs"])
    if each["article"]:
        yield titles["article"], each["article"]
    if each["boards"]:
        yield titles["boards"], "; ".join(getattr(BOARDS[board], language) for board in each["boards"])
    for status in each["statuses"]:
        yield titles["status"], words.band(status, each["unit"], language)
    for option in each["options"]:
        yield titles["option"], words.option(option, language)


def cautions(kpis: Sequence[Kpi], language: str) -> list[str]:
    """
    How the KPIs shown mislead, each caution once.
    """
    found: dict[str, list[str]] = {}
    for kpi in kpis:
        if kpi.caution is not None:
            found.setdefault(getattr(kpi.caution, language), []).append(getattr(kpi.name, language))
    return [f"{', '.join(names)}: {text}" for text, names in found.items()]
