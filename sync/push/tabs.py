"""
The spreadsheet's tables: Summary, By channel, History, Definitions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from connectors.contract import FieldKind, Tab, Value
from kpis.model import Kpi
from sync import words
from sync.kpis_known import known
from sync.push.wanted import key
from sync.settings import Settings
from sync.warehouse import Session

_RECENT_DAYS = 366
_KIND: dict[str, FieldKind] = {"percent": "percent", "count": "integer", "money": "money"}


def tabs(session: Session, settings: Settings) -> list[Tab]:
    """
    All tabs of one publication, from the kept values.
    """
    language = settings.organisation.language
    kpis = known(settings)
    kept = session.rows("select * from kpi_values order by kpi, dimension, member, grain, period_start")
    # one that the settings declare no more is no KPI any more
    rows = [row for row in kept if row["kpi"] in kpis]
    return [
        _summary(rows, kpis, language),
        _by_channel(rows, kpis, language),
        _history(rows, kpis, language),
        _definitions(kpis, language),
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


def _summary(rows: Sequence[dict[str, Any]], kpis: Mapping[str, Kpi], language: str) -> Tab:
    month = last_closed(rows)
    at = {
        row["kpi"]: row
        for row in rows
        if row["grain"] == "month" and row["dimension"] == "org" and row["period_start"] == month
    }
    shown = [(kpi, at[kpi.id]) for kpi in kpis.values() if kpi.id in at]
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


def _by_channel(rows: Sequence[dict[str, Any]], kpis: Mapping[str, Kpi], language: str) -> Tab:
    month = last_closed(rows)
    cut = [
        row
        for row in rows
        if row["grain"] == "month" and row["dimension"] == "channel" and row["period_start"] == month
    ]
    ids = [id for id in kpis if any(row["kpi"] == id for row in cut)]
    members = sorted({row["member"] for row in cut})
    at = {(row["member"], row["kpi"]): row["value"] for row in cut}
    cells: list[list[Value]] = [[member, month, *(at.get((member, id)) for id in ids)] for member in members]
    first = {"en": ("Channel", "Month"), "es": ("Canal", "Mes")}[language]
    titles = (*first, *(getattr(kpis[id].name, language) for id in ids))
    kinds: tuple[FieldKind, ...] = ("text", "date", *(_KIND.get(str(kpis[id].unit), "number") for id in ids))
    return Tab("channel", {"en": "By channel", "es": "Por canal"}[language], titles, kinds, cells)


def _history(rows: Sequence[dict[str, Any]], kpis: Mapping[str, Kpi], language: str) -> Tab:
    newest = max((row["period_start"] for row in rows if row["grain"] == "month"), default=date.min)
    kept = [row for row in rows if _belongs_to_history(row, newest)]
    cells: list[list[Value]] = []
    for row in kept:
        cells.append(
            [
                key(row),
                row["kpi"],
                getattr(kpis[row["kpi"]].name, language),
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
    row_kinds = _row_kinds(kpis[row["kpi"]] for row in kept)
    return Tab("history", title, titles[language], kinds, cells, keyed=True, row_kinds=row_kinds)


def _belongs_to_history(row: dict[str, Any], newest: date) -> bool:
    """
    The organisation's values of every period that the KPI has a meaning for; a channel's of the last year's months,
    where there is anything to tell. Earlier ones that were written stay: a first publication should be no huge request.
    """
    if row["dimension"] == "org":
        return bool(row["reason"] != "not_applicable")
    told = row["value"] is not None or row["numerator"] is not None
    is_recent = (newest - row["period_start"]).days <= _RECENT_DAYS
    return bool(row["dimension"] == "channel" and row["grain"] == "month" and is_recent and told)


def _row_kinds(kpis: Iterable[Kpi]) -> tuple[FieldKind, ...]:
    return tuple(_KIND.get(str(kpi.unit), "number") for kpi in kpis)


def _definitions(kpis: Mapping[str, Kpi], language: str) -> Tab:
    cells: list[list[Value]] = []
    for kpi in kpis.values():
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
