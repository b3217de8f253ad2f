"""
Our fields in Salesforce: their names, their definitions, and values on the way there and back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from math import isfinite
from typing import Any

from connectors.contract import FieldKind, FieldSpec, Value
from connectors.errors import UserError
from connectors.salesforce.describe import Seen

SOBJECTS = {"accounts": "Account", "campaigns": "Campaign"}
KEY = "Key__c"

_ABBREVIATIONS = frozenset("arpa arr cac cltv cpl kpi ltv mrr nrr roas roi romi".split())
_LONGEST_NAME = 40

DEFINITIONS: Mapping[FieldKind, Mapping[str, Any]] = {
    "money": {"type": "Currency", "precision": 18, "scale": 2},
    "number": {"type": "Number", "precision": 18, "scale": 6},
    "percent": {"type": "Percent", "precision": 18, "scale": 4},
    "integer": {"type": "Number", "precision": 18, "scale": 0},
    "text": {"type": "Text", "length": 255},
    "date": {"type": "Date"},
    "datetime": {"type": "DateTime"},
}


def _organisation(name: str, label: str, help: str, kind: FieldKind) -> FieldSpec:
    return FieldSpec("organisation", name, label, help, kind)


# What a record of the KPI object holds, beside its key.
ORGANISATION = (
    _organisation("kpi", "KPI", "Id of the KPI.", "text"),
    _organisation("period", "Period", "Grain and period, such as month or 2026-10.", "text"),
    _organisation("period_start", "Period start", "First day of the period.", "date"),
    _organisation("dimension", "Dimension", "What it is cut by; org is the whole organisation.", "text"),
    _organisation("member", "Member", "Which member of the dimension.", "text"),
    _organisation("value", "Value", "The KPI's value; empty when there is none.", "number"),
    _organisation("numerator", "Numerator", "What was divided.", "number"),
    _organisation("denominator", "Denominator", "What it was divided by.", "number"),
    _organisation("unit", "Unit", "Percent, a currency, days or a count.", "text"),
    _organisation("reason", "Reason", "Why there is no value.", "text"),
    _organisation("computed_at", "Computed at", "When it was computed.", "datetime"),
)


def api_name(object: str, name: str, prefix: str) -> str:
    """
    A field's API name: `mrr` is `Noria_MRR__c`, on the KPI object `Computed_At__c`.

    Raises:
        UserError: It would be longer than Salesforce allows.
    """
    words = [word for word in re.split(r"[^A-Za-z0-9]+", name) if word]
    parts = "_".join(
        word.upper() if word in _ABBREVIATIONS and object != "organisation" else word.capitalize() for word in words
    )
    made = parts if object == "organisation" else prefix + parts
    if len(made) > _LONGEST_NAME or not parts or not made[0].isalpha():
        raise UserError(
            f"{made}__c is no name that Salesforce allows for a field ({_LONGEST_NAME} characters before __c).",
            where=f"push.{object}.{name}",
            fix="Shorten field_prefix, or leave this field out.",
        )
    return f"{made}__c"


def definition(spec: FieldSpec) -> dict[str, Any]:
    """
    A field's metadata; never required, as a required field can be hidden from nobody and breaks other people's forms.
    """
    return {
        **DEFINITIONS[spec.kind],
        "label": spec.label[:_LONGEST_NAME],
        "inlineHelpText": spec.help[:510],
        "description": f"{spec.help} Kept by Noria."[:1000],
        "required": False,
    }


def in_words(spec: FieldSpec) -> str:
    """
    A field's type as the plan shows it: `Currency 18,2`.
    """
    given = DEFINITIONS[spec.kind]
    if "precision" in given:
        return f"{given['type']} {given['precision']},{given['scale']}"
    return f"{given['type']} {given['length']}" if "length" in given else str(given["type"])


def unlike(spec: FieldSpec, seen: Seen) -> bool:
    """
    Whether a field that stands there is of another type than ours.
    """
    types = {
        "money": {"currency", "double"},
        "number": {"double", "currency"},
        "percent": {"percent"},
        "integer": {"double", "int"},
        "text": {"string", "textarea"},
        "date": {"date"},
        "datetime": {"datetime"},
    }
    return seen.type not in types[spec.kind]


def outward(value: Value, seen: Seen) -> str | bool | None:
    """
    A value as Salesforce takes it; numbers as exact decimal text, cut to the decimals that the field keeps.

    Args:
        value: Ours; percent as a fraction.
        seen: The field it goes into.
    Raises:
        ValueError: It is no value for this field: not a number, infinite, of another kind, without an offset.
    """
    if value is None or value == "":
        return None
    if seen.type in ("currency", "double", "percent", "int"):
        return _decimal(value, seen)
    if seen.type == "datetime":
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise ValueError(f"{value!r} is no instant")
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    if seen.type == "date":
        if isinstance(value, datetime) or not isinstance(value, date):
            raise ValueError(f"{value!r} is no date")
        return value.isoformat()
    if seen.type == "boolean":
        return bool(value)
    text = str(value).replace("\0", "").strip()
    return (text[: seen.length] if seen.length else text) or None


def _decimal(value: Value, seen: Seen) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not isfinite(value):
        raise ValueError(f"{value!r} is no number")
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if seen.type == "percent":
        number *= 100
    try:
        number = number.quantize(Decimal(1).scaleb(-seen.scale), rounding=ROUND_HALF_UP)
    except InvalidOperation as error:
        raise ValueError(f"{value!r} has too many digits") from error
    return format(number + 0, "f")  # + 0: no negative zero


def inward(value: Any, seen: Seen) -> Value:
    """
    A value that Salesforce gave, as ours: money as Decimal, percent as a fraction, instants with their offset.
    """
    if value is None or isinstance(value, bool):
        return value
    if seen.type == "currency":
        return Decimal(repr(value)).quantize(Decimal(1).scaleb(-seen.scale))
    if seen.type == "percent":
        return float(Decimal(repr(value)) / 100)
    if seen.type in ("double", "int"):
        return int(value) if seen.scale == 0 and value == int(value) else float(value)
    if seen.type == "datetime":
        return datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    if seen.type == "date":
        return date.fromisoformat(str(value))
    return str(value)


def long_id(given: str) -> str:
    """
    The 18-character form of a record id; anything that is no 15-character id stays as it is.
    """
    if len(given) != 15 or not given.isalnum():
        return given
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    blocks = (given[start : start + 5] for start in (0, 5, 10))
    return given + "".join(letters[sum(c.isupper() << i for i, c in enumerate(block))] for block in blocks)


def quoted(values: Iterable[str]) -> str:
    """
    Texts as a list of SOQL literals.
    """
    from simple_salesforce.format import quote_soql_value

    return ", ".join(quote_soql_value(value) for value in values)
