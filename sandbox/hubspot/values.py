"""
Which property values may be written, and in what form they are then stored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.hubspot.clock import iso, to_ms
from sandbox.hubspot.definitions import Definition

Problem = dict[str, str]
"""
`message`, `code` and `name` of a value that is refused.
"""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DAY_MS = 86_400_000
_LONGEST = 65_536


class Invalid(ValueError):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def as_text(value: Any) -> str:
    """
    A JSON value as HubSpot keeps it: text, plain digits, `true` or `false`.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return str(value)


def _number(text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Invalid("INVALID_LONG", f"{text} was not a valid long.") from None
    if not number.is_finite() or text != text.strip() or "_" in text:
        raise Invalid("INVALID_LONG", f"{text} was not a valid long.")
    return text


def _date(text: str) -> str:
    try:
        ms = to_ms(text)
    except (ValueError, OverflowError):
        raise Invalid("INVALID_DATE", f"{text} was not a valid date.") from None
    if ms % _DAY_MS:
        raise Invalid("INVALID_DATE", f"{text} is at {iso(ms)}, not at midnight UTC.")
    return iso(ms)[:10]


def _datetime(text: str) -> str:
    try:
        return iso(to_ms(text))
    except (ValueError, OverflowError):
        raise Invalid("INVALID_DATE", f"{text} was not a valid date.") from None


def _options(definition: Definition, text: str, allowed: list[tuple[str, str]]) -> str:
    values = {value for value, _ in allowed}
    chosen = text.split(";") if definition["fieldType"] == "checkbox" else [text]
    for value in chosen:
        if value not in values:
            listed = ", ".join(f'label: "{label}"\nvalue: "{value}"\n' for value, label in allowed)
            raise Invalid("INVALID_OPTION", f"{text} was not one of the allowed options: [{listed}]")
    return text


def parse(definition: Definition, value: Any, external: list[tuple[str, str]]) -> str:
    """
    The text to store for a value.

    Args:
        definition: The property.
        value: What the request carries; not null.
        external: The options of a property that has them elsewhere (pipelines, owners).

    Raises:
        Invalid: With HubSpot's code and words.
    """
    name, type_ = definition["name"], definition["type"]
    if definition["modificationMetadata"]["readOnlyValue"]:
        raise Invalid("READ_ONLY_VALUE", f'"{name}" is a calculated property; its value cannot be set.')
    if isinstance(value, list | dict):
        raise Invalid("INVALID_TYPE", f"{name} was not a text, a number or a boolean.")
    text = as_text(value)
    if not text:
        return ""
    if type_ == "number":
        return _number(text)
    if type_ == "date":
        return _date(text)
    if type_ == "datetime":
        return _datetime(text)
    if type_ == "bool":
        return _options(definition, text, [("true", "True"), ("false", "False")])
    if type_ == "enumeration":
        options = [(option["value"], option["label"]) for option in definition["options"]]
        return _options(definition, text, external if definition["externalOptions"] else options)
    if name == "email":
        if not _EMAIL.fullmatch(text.strip()):
            raise Invalid("INVALID_EMAIL", f"Email address {text} is invalid")
        return text.strip().lower()
    if len(text) > _LONGEST:
        raise Invalid("PROPERTY_VALUE_TOO_LONG", f"{name} was longer than the {_LONGEST} characters allowed.")
    return text


def clean(
    definitions: Mapping[str, Definition], external: Mapping[str, list[tuple[str, str]]], properties: Mapping[str, Any]
) -> tuple[dict[str, str], list[Problem]]:
    """
    The values to store, and what is wrong with the others. Null is no value at all: it changes nothing.

    Args:
        definitions: Property -> its definition, of the type written to.
        external: Property -> the options that it has elsewhere.
        properties: What the request carries.
    """
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for name, value in properties.items():
        definition = definitions.get(name)
        if definition is None or definition["archived"]:
            message = f'Property "{name}" does not exist'
            problems.append({"message": message, "code": "PROPERTY_DOESNT_EXIST", "name": name})
        elif value is not None:
            try:
                values[name] = parse(definition, value, external.get(name, []))
            except Invalid as error:
                problems.append({"message": str(error), "code": error.code, "name": name})
    return values, problems
