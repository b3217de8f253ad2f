"""
Aggregate functions and GROUP BY.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.salesforce.conditions import Scope, field_or_part
from sandbox.salesforce.model import SCALARS, Field, Row
from sandbox.salesforce.tree import Item, Query, refuse

_NUMBERS = {"int", *SCALARS}
_AGGREGATES = {"COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"}


def grouped(scope: Scope, query: Query, rows: list[Row]) -> tuple[list[tuple[str, str]], list[tuple[Any, ...]]]:
    """
    Columns (name, type) and rows of an aggregate query; a row starts with an empty id.

    Raises:
        Refusal: MALFORMED_QUERY, INVALID_FIELD.
    """
    keys = [field_or_part(scope, query, item)[1] for item in query.group_by]
    by = [(item.function, tuple(part.lower() for part in item.path)) for item in query.group_by]
    columns: list[tuple[str, str]] = []
    cells: list[Callable[[tuple[Any, ...], list[Row]], Any]] = []
    number = 0
    for item in query.items:
        if item.function in _AGGREGATES:
            kind, cell = _aggregate(scope, query, item)
            cells.append(cell)
        else:
            wanted = (item.function, tuple(part.lower() for part in item.path))
            if wanted not in by:
                name = ".".join(item.path)
                refuse(query.text, item.at, "MALFORMED_QUERY", f"Field must be grouped or aggregated: {name}")
            kind = field_or_part(scope, query, item)[0].type
            cells.append(_key(by.index(wanted)))
        plain = "" if item.function else item.path[-1]
        name = item.alias or plain
        if not name:
            name, number = f"expr{number}", number + 1
        columns.append((name, kind))
    groups: dict[tuple[Any, ...], list[Row]] = {} if keys else {(): []}
    for row in rows:
        groups.setdefault(tuple(key(row) for key in keys), []).append(row)
    ordered = sorted(groups.items(), key=lambda pair: [(part is not None, str(part)) for part in pair[0]])
    if query.order_by:
        ordered = _ordered(scope, query, by, ordered)
    tuples = [("", *(cell(key, members) for cell in cells)) for key, members in ordered]
    end = None if query.limit is None else query.offset + query.limit
    return columns, tuples[query.offset : end]


def _key(place: int) -> Callable[[tuple[Any, ...], list[Row]], Any]:
    return lambda key, members: key[place]


def _aggregate(scope: Scope, query: Query, item: Item) -> tuple[str, Callable[[tuple[Any, ...], list[Row]], Any]]:
    if not item.path:
        return "int", lambda key, members: len(members)
    about, read = scope.resolve(query, item)

    def present(members: list[Row]) -> list[Any]:
        return [value for value in map(read, members) if value is not None]

    if item.function == "COUNT":
        return "int", lambda key, members: len(present(members))
    if item.function == "COUNT_DISTINCT":
        return "int", lambda key, members: len(set(present(members)))
    if item.function in ("SUM", "AVG") and about.type not in _NUMBERS:
        _unfit(query, item, about)
    if item.function in ("MIN", "MAX") and about.type == "boolean":
        _unfit(query, item, about)
    if item.function == "SUM":
        return about.type, lambda key, members: sum(found) if (found := present(members)) else None
    if item.function == "AVG":
        return "double", lambda key, members: sum(found) / len(found) if (found := present(members)) else None
    choose: Callable[..., Any] = min if item.function == "MIN" else max
    return about.type, lambda key, members: choose(present(members), default=None)


def _unfit(query: Query, item: Item, about: Field) -> None:
    message = f"field {about.name} does not support aggregate operator {item.function}"
    refuse(query.text, item.at, "INVALID_FIELD", message)


def _ordered(
    scope: Scope, query: Query, by: list[tuple[str, tuple[str, ...]]], groups: list[tuple[tuple[Any, ...], list[Row]]]
) -> list[tuple[tuple[Any, ...], list[Row]]]:
    for item, descending, nulls_last in reversed(query.order_by):
        wanted = (item.function, tuple(part.lower() for part in item.path))
        if item.function in _AGGREGATES:
            _, cell = _aggregate(scope, query, item)
        elif wanted in by:
            cell = _key(by.index(wanted))
        else:
            name = ".".join(item.path)
            refuse(query.text, item.at, "MALFORMED_QUERY", f"Ordered field must be grouped or aggregated: {name}")
        empty = [pair for pair in groups if cell(*pair) is None]
        there = [pair for pair in groups if cell(*pair) is not None]
        there.sort(key=lambda pair: cell(*pair), reverse=descending)
        groups = there + empty if nulls_last else empty + there
    return groups
