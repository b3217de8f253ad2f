"""
WHERE, compiled once into a function of a record.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from typing import Any, NoReturn, Protocol
from zoneinfo import ZoneInfo

from sandbox.salesforce.clock import instant
from sandbox.salesforce.ids import normal_id
from sandbox.salesforce.model import SCALARS, Field, Row
from sandbox.salesforce.periods import span
from sandbox.salesforce.tree import Comparison, Group, Item, Literal, Query, refuse

Test = Callable[[Row], bool]
Getter = Callable[[Row], Any]
_NUMBERS = {"int", "long", *SCALARS}
_PARTS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "CALENDAR_YEAR": ("int", lambda v: int(v[:4])),
    "CALENDAR_QUARTER": ("int", lambda v: (int(v[5:7]) + 2) // 3),
    "CALENDAR_MONTH": ("int", lambda v: int(v[5:7])),
    "DAY_ONLY": ("date", lambda v: v[:10]),
    "DAY_IN_MONTH": ("int", lambda v: int(v[8:10])),
}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Scope(Protocol):
    """
    What a condition needs to know about the query that it stands in.
    """

    timezone: str

    def resolve(self, query: Query, item: Item) -> tuple[Field, Getter]:
        """
        The field that a path leads to, and how to read it from a record.
        """
        ...

    def now(self) -> datetime: ...

    def subquery(self, query: Query) -> Iterable[Any]:
        """
        The values of a semi-join's single column.
        """
        ...


def compiled(scope: Scope, query: Query, node: Comparison | Group) -> Test:
    """
    A condition as a function.

    Raises:
        Refusal: An unknown field, or a value that does not fit its field.
    """
    if isinstance(node, Group):
        tests = [compiled(scope, query, part) for part in node.parts]
        if node.kind == "not":
            inner = tests[0]
            return lambda row: not inner(row)
        if node.kind == "or":
            return lambda row: any(test(row) for test in tests)
        if len(tests) == 2:
            first, second = tests
            return lambda row: first(row) and second(row)
        return lambda row: all(test(row) for test in tests)
    about, read = field_or_part(scope, query, node.item)
    if not about.filterable:
        message = f"field '{about.name}' can not be filtered in a query call"
        refuse(query.text, node.item.at, "INVALID_FIELD", message)
    if node.subquery is not None:
        found = set(scope.subquery(node.subquery))
        return _member(read, found, node.operator == "in")
    if node.operator == "like" and about.type in ("date", "datetime", "boolean", *_NUMBERS):
        refuse(query.text, node.item.at, "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {about.type} field")
    values = [_value(scope, query, node, about, literal) for literal in node.values]
    if node.operator in ("in", "not in"):
        return _member(_folded(about, read), {_fold(about, value) for value in values}, node.operator == "in")
    if node.operator in ("includes", "excludes"):
        wanted = [set(str(value).split(";")) for value in values]
        includes = node.operator == "includes"
        return lambda row: any(want <= set((read(row) or "").split(";")) for want in wanted) == includes
    if node.operator == "like":
        return _like(read, str(values[0] or ""))
    return _compare(about, read, node.operator, values[0])


def field_or_part(scope: Scope, query: Query, item: Item) -> tuple[Field, Getter]:
    """
    The field that an item names, or the part of a date that its function takes from it.

    Raises:
        Refusal: An unknown field or function, or no date.
    """
    if item.function and (item.function not in _PARTS or not item.path):
        refuse(query.text, item.at, "MALFORMED_QUERY", f"unknown function: {item.function}")
    about, read = scope.resolve(query, item)
    if not item.function:
        return about, read
    if about.type not in ("date", "datetime"):
        refuse(query.text, item.at, "INVALID_FIELD", f"field {about.name} does not support {item.function}")
    kind, part = _PARTS[item.function]
    return Field(about.name, kind), lambda row: None if read(row) is None else part(read(row))


def _member(read: Getter, members: set[Any], positive: bool) -> Test:
    if positive:
        return lambda row: read(row) in members
    return lambda row: read(row) not in members


def _fold(about: Field, value: Any) -> Any:
    # Texts compare without regard to case, ids with it.
    if (
        isinstance(value, str)
        and about.type not in ("id", "reference", "date", "datetime")
        and not about.case_sensitive
    ):
        return value.lower()
    return value


def _folded(about: Field, read: Getter) -> Getter:
    if about.type in ("id", "reference", "date", "datetime", "boolean", *_NUMBERS):
        return read
    return lambda row: _fold(about, read(row))


def _like(read: Getter, pattern: str) -> Test:
    parts = re.split(r"(\\[%_]|[%_])", pattern)
    wild = {"%": ".*", "_": ".", "\\%": "%", "\\_": "_"}
    matches = re.compile("".join(wild.get(p, re.escape(p)) for p in parts) + r"\Z", re.I | re.S).match
    return lambda row: bool(matches(read(row) or "")) if read(row) is not None else False


def _compare(about: Field, read: Getter, sign: str, value: Any) -> Test:
    if isinstance(value, tuple):
        start, end = value
        tests: dict[str, Test] = {
            "=": lambda row: (v := read(row)) is not None and start <= v < end,
            "!=": lambda row: (v := read(row)) is None or not start <= v < end,
            "<": lambda row: (v := read(row)) is not None and v < start,
            "<=": lambda row: (v := read(row)) is not None and v < end,
            ">": lambda row: (v := read(row)) is not None and v >= end,
            ">=": lambda row: (v := read(row)) is not None and v >= start,
        }
        return tests[sign]
    if value is None or value == "":
        return (lambda row: read(row) is None) if sign == "=" else (lambda row: read(row) is not None)
    wanted = _fold(about, value)
    get = _folded(about, read)
    if about.type == "datetime":
        # Stamps are kept to the second: the thousandths do not take part.
        wanted = wanted[:19]
        get = lambda row: (v := read(row)) and v[:19]  # noqa: E731
    if sign == "=":
        return lambda row: bool(get(row) == wanted)
    if sign == "!=":
        return lambda row: bool(get(row) != wanted)
    test = _ORDER[sign]
    return lambda row: (v := get(row)) is not None and test(v, wanted)


def _value(scope: Scope, query: Query, node: Comparison, about: Field, literal: Literal) -> Any:
    at, kind = node.item.at, literal.kind
    if kind == "null":
        return None

    def wrong(needed: str, quoted: bool) -> NoReturn:
        message = f"value of filter criterion for field '{about.name}' must be of type {needed}"
        refuse(query.text, at, "INVALID_FIELD", message + (" and should not be enclosed in quotes" if quoted else ""))

    if about.type in ("date", "datetime"):
        if kind == "period":
            days = span(str(literal.value), scope.now().astimezone(ZoneInfo(scope.timezone)))
            if days is None or node.operator in ("in", "not in"):
                refuse(query.text, at, "MALFORMED_QUERY", f"unexpected token: '{literal.value}'")
            return tuple(_edge(about, day, scope.timezone) for day in days)
        if kind != about.type:
            wrong("dateTime" if about.type == "datetime" else "date", kind == "string")
        return literal.value
    if about.type == "boolean":
        if kind != "boolean":
            wrong("boolean", kind == "string")
        return literal.value
    if about.type in _NUMBERS:
        if kind != "number":
            wrong("int" if about.type == "int" else "double", kind == "string")
        return literal.value
    if kind != "string":
        needed = "must be of type string and should be enclosed in quotes"
        refuse(query.text, at, "INVALID_FIELD", f"value of filter criterion for field '{about.name}' {needed}")
    if about.type in ("id", "reference") and literal.value and node.operator != "like":
        found = normal_id(literal.value)
        if found is None:
            refuse(query.text, at, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {literal.value}")
        return found
    return literal.value


def _edge(about: Field, day: date, timezone: str) -> str:
    if about.type == "date":
        return day.isoformat()
    return instant(datetime.combine(day, time(), ZoneInfo(timezone)))
