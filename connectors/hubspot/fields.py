"""
Our fields as HubSpot properties: names, definitions, and values on the way out and in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.contract import FieldKind, FieldSpec, Value
from connectors.errors import BadData

GROUP = "noria"
GROUP_LABEL = "Noria KPIs"
TYPES = {"accounts": "companies"}
_LONGEST_TEXT = 65_000
_LABEL = 100
_PERCENT = "(%)"
_PERCENT_NOTE = "In percent: 25 is a quarter."

# How a kind is stored: HubSpot's type, its form field, and how numbers are shown. What its own percentage hint does to
# 0.25 and 25 is not documented, so percents are plain numbers from 0 to 100 and say so.
_SHAPES: Mapping[FieldKind, tuple[str, str, str | None]] = {
    "money": ("number", "number", "formatted"),
    "number": ("number", "number", "formatted"),
    "percent": ("number", "number", "formatted"),
    "integer": ("number", "number", "formatted"),
    "text": ("string", "text", None),
    "date": ("date", "date", None),
    "datetime": ("datetime", "date", None),
}


def property_name(name: str) -> str:
    """
    The property that keeps a field.
    """
    return f"{GROUP}_{name}".lower()


def hubspot_type(kind: FieldKind) -> str:
    """
    HubSpot's type for a kind.
    """
    return _SHAPES[kind][0]


def definition(spec: FieldSpec, currency: str) -> dict[str, Any]:
    """
    What creates the property of a field.

    Args:
        spec: The field.
        currency: The reporting currency, named in the label of money: it need not be the portal's own.
    """
    type_, form, hint = _SHAPES[spec.kind]
    unit = {"money": f" ({currency})", "percent": f" {_PERCENT}"}.get(spec.kind, "")
    note = f" {_PERCENT_NOTE}" if spec.kind == "percent" else ""
    made = {
        "name": property_name(spec.name),
        "label": spec.label[: _LABEL - len(unit)].removesuffix(unit) + unit,
        "description": spec.help + note,
        "groupName": GROUP,
        "type": type_,
        "fieldType": form,
        "formField": False,
    }
    return made | ({"numberDisplayHint": hint} if hint else {})


def is_percent(shown: Mapping[str, Any]) -> bool:
    """
    Whether a property of ours holds percents from 0 to 100.
    """
    return _PERCENT_NOTE in str(shown.get("description")) or str(shown.get("label")).endswith(_PERCENT)


def outward(value: Value, shown: Mapping[str, Any]) -> str:
    """
    A value as HubSpot takes it; the empty text clears a property, a null would change nothing.

    Raises:
        BadData: HubSpot could not keep it as what it is.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return _utc(value).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | float | int):
        number = Decimal(str(value))
        if not number.is_finite():
            raise BadData(f"{value} is not a number that HubSpot can keep.", where=str(shown.get("name")))
        return format(number * 100 if is_percent(shown) else number, "f")
    return value.strip()[:_LONGEST_TEXT]


def inward(text: object, shown: Mapping[str, Any]) -> Value:
    """
    A stored value as ours: numbers as Decimal, percents as fractions; an emptied property is None.
    """
    if text is None or text == "":
        return None
    given = str(text)
    type_ = shown.get("type")
    try:
        if type_ == "number":
            number = Decimal(given)
            return number / 100 if is_percent(shown) else number
        if type_ == "date":
            return _instant(given).date()
        if type_ == "datetime":
            return _instant(given)
    except (InvalidOperation, ValueError):
        return given  # a person turned the property into something else: shown as it is, and seen as a difference
    if type_ == "bool":
        return given == "true"
    return given


def _instant(text: str) -> datetime:
    # Some of HubSpot's moments come as milliseconds since 1970 instead of ISO 8601.
    if text.lstrip("-").isdigit():
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    return _utc(datetime.fromisoformat(text))


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
