"""
The spreadsheet's tables: Summary, By channel, History, Definitions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from connectors.contract import FieldKind, Tab, Value
from kpis.catalogue import CATALOGUE
from kpis.model import Kpi
from sync import words
from sync.push.wanted import key
from sync.settings import Settings
from sync.warehouse import Session

_KIND: dict[str, FieldKind] = {"percent": "percent", "count": "integer", "money": "money"}


def tabs(session: Session, settings: Settings) -> list[Tab]:
    """
    All tabs of one publication, from the kept values.
    """
    language = settings.organisation.language
    rows = session.rows("select * from kpi_values order by kpi, dimension, member, grain, period_start")
    return [
        _summary(rows, language),
        _by_channel(rows, language),
        _history(rows, language),
        _definitions(settings),
    ]


def last_closed(rows: Sequence[dict[str, Any]]) -> date | None:
    """
    The first day of the latest month that is over.
    """
    closed = [
        row["period_start"]
        for row in rows
        if row["grain"] == "month" and row["dimension"] == "org" and "is_partial" not in (row["flags"] or "").split(",")
    ]
    return max(closed, default=None)


def _summary(rows: Sequence[dict[str, Any]], language: str) -> Tab:
    month = last_closed(rows)
    at = {
        row["kpi"]: row
        for row in rows
        if row["grain"] == "month" and row["dimension"] == "org" and row["period_start"] == month
    }
    shown = [(kpi, at[kpi.id]) for kpi in CATALOGUE.values() if kpi.id in at]
    cells: list[list[Value]] = []
    for kpi, row in shown:
        cells.append(
            [
                getattr(kpi.name, language),
                month,
                row["value"],
                row["previous"],
                row["year_before"],
                words.change(row["value"], row["previous"]),
                words.status(kpi.better, row["value"], row["previous"], language),
                words.unit(str(kpi.unit), language),
                words.reason(row["reason"], language),
                words.flags(row["flags"], language),
            ]
        )
    titles = {
        "en": (
            "KPI",
            "Month",
            "Value",
            "Month before",
            "Year before",
            "Change",
            "Status",
            "Unit",
            "No value because",
            "Note",
        ),
        "es": (
            "KPI",
            "Mes",
            "Valor",
            "Mes anterior",
            "Año anterior",
            "Cambio",
            "Estado",
            "Unidad",
            "Sin valor porque",
            "Nota",
        ),
    }
    kinds: tuple[FieldKind, ...] = (
        "text", "date", "number", "number", "number", "percent", "text", "text", "text", "text",
    )  # fmt: skip
    title = {"en": "Summary", "es": "Resumen"}[language]
    return Tab("summary", title, titles[language], kinds, cells, row_kinds=_row_kinds(row[0] for row in shown))


def _by_channel(rows: Sequence[dict[str, Any]], language: str) -> Tab:
    month = last_closed(rows)
    cut = [
        row
        for row in rows
        if row["grain"] == "month" and row["dimension"] == "channel" and row["period_start"] == month
    ]
    ids = [id for id in CATALOGUE if any(row["kpi"] == id for row in cut)]
    members = sorted({row["member"] for row in cut})
    at = {(row["member"], row["kpi"]): row["value"] for row in cut}
    cells: list[list[Value]] = [[member, month, *(at.get((member, id)) for id in ids)] for member in members]
    first = {"en": ("Channel", "Month"), "es": ("Canal", "Mes")}[language]
    titles = (*first, *(getattr(CATALOGUE[id].name, language) for id in ids))
    kinds: tuple[FieldKind, ...] = ("text", "date", *(_KIND.get(str(CATALOGUE[id].unit), "number") for id in ids))
    return Tab("channel", {"en": "By channel", "es": "Por canal"}[language], titles, kinds, cells)


def _history(rows: Sequence[dict[str, Any]], language: str) -> Tab:
    kept = [row for row in rows if _belongs_to_history(row)]
    cells: list[list[Value]] = []
    for row in kept:
        cells.append(
            [
                key(row),
                row["kpi"],
                getattr(CATALOGUE[row["kpi"]].name, language),
                row["grain"],
                row["period_start"],
                row["dimension"],
                row["member"],
                row["value"],
                row["numerator"],
                row["denominator"],
                words.reason(row["reason"], language),
                words.flags(row["flags"], language),
            ]
        )
    titles = {
        "en": (
            "Key", "KPI", "Name", "Grain", "Period start", "Dimension", "Member", "Value", "Numerator", "Denominator",
            "No value because", "Note",
        ),
        "es": (
            "Clave", "KPI", "Nombre", "Periodo", "Inicio", "Dimensión", "Miembro", "Valor", "Numerador", "Denominador",
            "Sin valor porque", "Nota",
        ),
    }  # fmt: skip
    kinds: tuple[FieldKind, ...] = (
        "text", "text", "text", "text", "date", "text", "text", "number", "number", "number", "text", "text",
    )  # fmt: skip
    title = {"en": "History", "es": "Historial"}[language]
    row_kinds = _row_kinds(CATALOGUE[row["kpi"]] for row in kept)
    return Tab("history", title, titles[language], kinds, cells, keyed=True, row_kinds=row_kinds)


def _belongs_to_history(row: dict[str, Any]) -> bool:
    """
    The organisation's values of every period; a channel's by month, where there is anything to tell.
    """
    if row["dimension"] == "org":
        return True
    told = row["value"] is not None or row["numerator"] is not None
    return bool(row["dimension"] == "channel" and row["grain"] == "month" and told)


def _row_kinds(kpis: Iterable[Kpi]) -> tuple[FieldKind, ...]:
    return tuple(_KIND.get(str(kpi.unit), "number") for kpi in kpis)


def _definitions(settings: Settings) -> Tab:
    cells: list[list[Value]] = []
    for kpi in CATALOGUE.values():
        if kpi.supporting:
            continue
        card = kpi.card()
        cells.append(
            [
                kpi.id,
                kpi.name.en,
                kpi.name.es,
                kpi.meaning.en,
                kpi.meaning.es,
                str(card["formula"]),
                str(kpi.unit),
                str(card["better"]),
                str(card["article"] or ""),
            ]
        )
    language = settings.organisation.language
    titles = {
        "en": ("KPI", "Name", "Name (Spanish)", "Meaning", "Meaning (Spanish)", "Formula", "Unit", "Better", "Article"),
        "es": (
            "KPI",
            "Nombre (inglés)",
            "Nombre",
            "Significado (inglés)",
            "Significado",
            "Fórmula",
            "Unidad",
            "Mejor",
            "Artículo",
        ),
    }
    title = {"en": "Definitions", "es": "Definiciones"}[language]
    return Tab("definitions", title, titles[language], ("text",) * 9, cells)
