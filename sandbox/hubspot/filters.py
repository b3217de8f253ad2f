"""
The filters of a search, compiled to one test per record.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from sandbox.hubspot.clock import to_ms
from sandbox.hubspot.object_types import ObjectType, object_type
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.store import Item

Properties = dict[str, str]
Test = Callable[[Item, Properties], bool]
Filter = dict[str, Any]

_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "LT": lambda a, b: a < b,
    "LTE": lambda a, b: a <= b,
    "GT": lambda a, b: a > b,
    "GTE": lambda a, b: a >= b,
}
_VALUED = {"EQ", "NEQ", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN", *_ORDERED, "BETWEEN"}
OPERATORS = _VALUED | {"IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY"}
_NOT_FILTERABLE = {"hs_body_preview", "hs_body_preview_html", "hs_email_html"}
_WORD = re.compile(r"[^\s,;:!?@()\"'<>/]+")


def problem_with(portal: Portal, kind: ObjectType, one: Filter) -> str:
    """
    Why HubSpot would refuse a filter; empty when it would not.
    """
    name, operator = str(one.get("propertyName", "")), str(one.get("operator", ""))
    if operator not in OPERATORS:
        return f"operator {operator!r} is not one of {', '.join(sorted(OPERATORS))}"
    if operator in _VALUED and one.get("value") is None:
        return f"operator {operator} needs a value"
    if operator == "BETWEEN" and one.get("highValue") is None:
        return "operator BETWEEN needs a highValue"
    if operator in ("IN", "NOT_IN") and not isinstance(one.get("values"), list):
        return f"operator {operator} needs values"
    if name.startswith("associations."):
        return "" if object_type(name.partition(".")[2]) else f"there is no object type {name.partition('.')[2]}"
    definition = portal.catalogue.find(kind, name)
    if definition is None or name in _NOT_FILTERABLE:
        return f"Property '{name}' does not exist or cannot be searched"
    values = [one.get("value"), one.get("highValue"), *(one.get("values") or [])]
    return _unreadable(definition["type"], name, [str(value) for value in values if value is not None])


def _unreadable(type_: str, name: str, values: list[str]) -> str:
    read = _reader(type_)
    for value in values:
        try:
            read(value)
        except (ValueError, OverflowError):
            return f"{value!r} is no {type_}, as property '{name}' is"
    return ""


def _reader(type_: str) -> Callable[[str], Any]:
    if type_ == "number":
        return float
    return to_ms if type_ in ("date", "datetime") else str.lower


def compile_filters(portal: Portal, kind: ObjectType, groups: list[list[Filter]]) -> Test:
    """
    The test of a whole search: any group, and in it all filters.
    """
    compiled = [[_compile(portal, kind, one) for one in group] for group in groups if group]
    if not compiled:
        return lambda item, properties: True
    if len(compiled) == 1:
        tests = compiled[0]
        if len(tests) == 1:
            return tests[0]
        return lambda item, properties: all(test(item, properties) for test in tests)
    return lambda item, properties: any(all(test(item, properties) for test in tests) for tests in compiled)


def _compile(portal: Portal, kind: ObjectType, one: Filter) -> Test:
    name, operator = one["propertyName"], one["operator"]
    if name.startswith("associations."):
        return _association(portal, kind, name.partition(".")[2], operator, one)
    if operator == "HAS_PROPERTY":
        return lambda item, properties: bool(properties.get(name))
    if operator == "NOT_HAS_PROPERTY":
        return lambda item, properties: not properties.get(name)
    type_ = portal.catalogue.type_of(kind, name)
    if operator in ("IN", "NOT_IN"):
        return _among(name, type_, [str(value) for value in one["values"]], wanted=operator == "IN")
    if operator.endswith("CONTAINS_TOKEN"):
        return _token(name, str(one["value"]).lower(), wanted=operator == "CONTAINS_TOKEN")
    return _compared(name, type_, operator, one)


def _present(name: str, holds: Callable[[str], bool]) -> Test:
    """
    A test of a property's value; a record without one never passes, not even for "is not".
    """

    def test(item: Item, properties: Properties) -> bool:
        value = properties.get(name)
        return value is not None and value != "" and holds(value)

    return test


def _compared(name: str, type_: str, operator: str, one: Filter) -> Test:
    read = _reader(type_)
    wanted = read(str(one["value"]))
    if operator == "BETWEEN":
        high = read(str(one["highValue"]))
        return _present(name, lambda value: bool(wanted <= read(value) <= high))
    if operator in _ORDERED:
        holds = _ORDERED[operator]
        return _present(name, lambda value: holds(read(value), wanted))
    same = operator == "EQ"
    if type_ in ("string", "enumeration"):
        return _present(name, lambda value: (wanted in _choices(value, type_)) is same)
    return _present(name, lambda value: bool(read(value) == wanted) is same)


def _choices(value: str, type_: str) -> list[str]:
    return value.lower().split(";") if type_ == "enumeration" else [value.lower()]


def _among(name: str, type_: str, values: list[str], *, wanted: bool) -> Test:
    if type_ in ("string", "enumeration"):
        # The index holds lower-case text and the values are compared as they come: capitals never match on a text.
        listed = set(values) if type_ == "string" else {value.lower() for value in values}
        return _present(name, lambda value: (not listed.isdisjoint(_choices(value, type_))) is wanted)
    read = _reader(type_)
    known = {read(value) for value in values}
    return _present(name, lambda value: (read(value) in known) is wanted)


def _token(name: str, value: str, *, wanted: bool) -> Test:
    patterns = value.split()

    def contains(text: str) -> bool:
        words = [*_WORD.findall(text), text]
        return all(any(fnmatchcase(word, pattern) for word in words) for pattern in patterns)

    return _present(name, lambda value: contains(value.lower()) is wanted)


def _association(portal: Portal, kind: ObjectType, to: str, operator: str, one: Filter) -> Test:
    to_kind = portal.kind(to)
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        has = operator == "HAS_PROPERTY"
        return lambda item, properties: bool(portal.store.linked(kind, item.id, to_kind)) is has
    listed = one["values"] if operator in ("IN", "NOT_IN") else [one["value"]]
    wanted = {int(value) for value in listed if str(value).isdigit()}
    within = operator in ("IN", "EQ")
    return lambda item, properties: (not wanted.isdisjoint(portal.store.linked(kind, item.id, to_kind))) is within
