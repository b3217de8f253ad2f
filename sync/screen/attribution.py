"""
Attribution models beside each other.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.table import Table

from kpis.attribution import MODELS
from sync import words
from sync.attribution import Comparison
from sync.plain import safe
from sync.screen.fitted import Side, fitted, told_apart

_OF = {
    "customer": {"en": "New customers", "es": "Clientes nuevos"},
    "won": {"en": "Won amount", "es": "Importe ganado"},
    "invoices": {"en": "Invoiced amount", "es": "Importe facturado"},
}


def attribution(found: Comparison, currency: str, language: str, width: int) -> list[Table | str]:
    """
    A line per member with the range of all models, then what is attributed to nothing, and the whole.
    """
    if not found.rows:
        return [{"en": "No conversion in these days.", "es": "Ninguna conversión en estos días."}[language]]
    unit = "ratio" if found.of == "customer" else "money"
    models = [name for name in MODELS if name in found.rows[0]]
    between, rest, total = {
        "en": ("Lowest–highest", "Unattributed", "Total"),
        "es": ("Menor–mayor", "Sin atribuir", "Total"),
    }[language]
    lines: dict[Side, Mapping[str, str]] = {}
    names = told_apart({row["member"]: row["label"] for row in found.rows if row["is_attributed"]})
    without = [row for row in found.rows if row["is_attributed"] and not any(row[model] for model in models)]
    for row in found.rows:
        if row in without:
            continue
        name = names[row["member"]] if row["is_attributed"] else rest
        side = (name, words.span(row["lowest"], row["highest"], unit, language) if row["is_attributed"] else "")
        lines[side] = {model: words.figure(row[model], unit, language) for model in models}
    lines[total, ""] = {model: words.figure(sum(row[model] for row in found.rows), unit, language) for model in models}
    sides = (words.dimension(found.by, language), between)
    heads = {model: safe(model).replace("_", "\n") for model in models}
    sign = f" ({words.unit_sign(unit, currency, language)})" if unit == "money" else ""
    days = {"en": "look-back {} days", "es": "ventana de {} días"}[language].format(found.lookback_days)
    title = f"{_OF[found.of][language]}{sign}, {found.first} – {found.last}, {days}"
    told = [words.flags(flag, language) or "" for flag in found.flags]
    if without:
        nothing = {"en": "No credit in any model", "es": "Sin crédito en ningún modelo"}[language]
        told.append(f"{nothing}: {', '.join(names[row['member']] for row in without)}.")
    return [*fitted(title, sides, lines, heads, width), *(f"[dim]{safe(text)}[/]" for text in told)]
