"""
Values that are written: brought into the form of their field, or refused in Salesforce's words.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from sandbox.salesforce.answers import RowRefusal
from sandbox.salesforce.clock import instant, read_instant
from sandbox.salesforce.ids import normal_id
from sandbox.salesforce.model import SCALARS, Field
from sandbox.salesforce.store import Store

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
_TEXTS = frozenset({"string", "textarea", "picklist", "phone", "url", "combobox", "email", "multipicklist"})


def converted(store: Store, about: Field, value: Any, *, text: bool) -> Any:
    """
    A value as it is stored.

    Args:
        text: It comes from a CSV cell, where everything is text.

    Raises:
        RowRefusal: It does not fit the field.
    """
    if value is None or value == "":
        if about.type == "boolean":
            raise _mistyped(about, value)
        return None
    if about.type in SCALARS or about.type == "int":
        return _number(about, value)
    if about.type == "boolean":
        if text and str(value).lower() in ("true", "1", "false", "0"):
            return str(value).lower() in ("true", "1")
        if not isinstance(value, bool):
            raise _mistyped(about, value)
        return value
    if about.type == "date":
        return _date(about, value)
    if about.type == "datetime":
        try:
            return instant(read_instant(_text(about, value)))
        except ValueError:
            raise _mistyped(about, value) from None
    if about.type == "reference":
        return _reference(store, about, value)
    if about.type in _TEXTS:
        return _words(about, value)
    return value


def _mistyped(about: Field, value: Any) -> RowRefusal:
    message = f"{about.label}: value not of required type: {'null' if value is None else value}"
    return RowRefusal("INVALID_TYPE_ON_FIELD_IN_RECORD", message, [about.name])


def _text(about: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _mistyped(about, value)
    return value


def _number(about: Field, value: Any) -> float | int:
    if isinstance(value, bool | dict | list):
        raise _mistyped(about, value)
    try:
        exact = Decimal(str(value).strip())
    except InvalidOperation:
        raise _mistyped(about, value) from None
    if not exact.is_finite():
        raise _mistyped(about, value)
    places = about.scale if about.type in SCALARS else 0
    rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) if abs(exact) < Decimal(10) ** 24 else exact
    digits = about.precision - about.scale if about.type in SCALARS else 10
    too_long = abs(rounded) >= Decimal(10) ** digits
    if too_long or (about.type == "int" and not -(2**31) <= rounded < 2**31):
        message = f"{about.label}: value outside of valid range on numeric field: {java_number(float(exact))}"
        raise RowRefusal("NUMBER_OUTSIDE_VALID_RANGE", message, [about.name])
    return int(rounded) if about.type == "int" else float(rounded)


def java_number(value: float) -> str:
    """
    A number the way Salesforce's Java writes it: with an exponent from ten millions on and below a thousandth.
    """
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    shown = "".join(map(str, digits))
    power = len(shown) - 1 + int(exponent)
    shown = shown.rstrip("0")
    return f"{'-' if sign else ''}{shown[0]}.{shown[1:] or '0'}E{power}"


def _date(about: Field, value: Any) -> str:
    written = _text(about, value)
    try:
        # An instant is cut to its day, as Salesforce does.
        return date.fromisoformat(written[:10]).isoformat()
    except ValueError:
        raise _mistyped(about, value) from None


def _reference(store: Store, about: Field, value: Any) -> str:
    found = normal_id(value)
    known = store.prefixes.get(found[:3]) if found else None
    if found is None or known not in about.refers_to:
        message = f"{about.label}: id value of incorrect type: {value}"
        raise RowRefusal("MALFORMED_ID", message, [about.name])
    target = store.find(found)
    if target is None:
        raise RowRefusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    if target[1]["IsDeleted"]:
        raise RowRefusal("ENTITY_IS_DELETED", "entity is deleted")
    return found


def _words(about: Field, value: Any) -> str:
    if isinstance(value, dict | list | bool):
        raise _mistyped(about, value)
    # A number sent for a text is taken as its digits; blanks at the ends are cut off.
    written = str(value).strip()
    if about.length and len(written) > about.length:
        message = f"{about.label}: data value too large: {written} (max length={about.length})"
        raise RowRefusal("STRING_TOO_LONG", message, [about.name])
    if about.type == "email" and written and not _EMAIL.match(written):
        message = f"{about.label}: invalid email address: {written}"
        raise RowRefusal("INVALID_EMAIL_ADDRESS", message, [about.name])
    return written
