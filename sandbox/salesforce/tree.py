"""
A query, taken apart; and how a wrong one is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn

from sandbox.salesforce.answers import Refusal


@dataclass(frozen=True)
class Literal:
    """
    A value of a condition; `kind` is string, number, boolean, null, date, datetime or period (a date literal).
    """

    kind: str
    value: Any


@dataclass(frozen=True)
class Item:
    """
    What is selected or grouped by: a field path, or a function over one.
    """

    path: tuple[str, ...]
    function: str = ""
    alias: str = ""
    at: int = 0


@dataclass(frozen=True)
class Comparison:
    item: Item
    operator: str
    values: tuple[Literal, ...] = ()
    subquery: Query | None = None


@dataclass(frozen=True)
class Group:
    """
    Conditions under one `and`, `or` or `not`.
    """

    kind: str
    parts: tuple[Comparison | Group, ...]


@dataclass
class Query:
    text: str
    items: list[Item] = field(default_factory=list)
    entity: str = ""
    entity_at: int = 0
    where: Comparison | Group | None = None
    group_by: list[Item] = field(default_factory=list)
    order_by: list[tuple[Item, bool, bool | None]] = field(default_factory=list)
    limit: int | None = None
    offset: int = 0
    count: bool = False
    all_rows: bool = False


def refuse(text: str, at: int, code: str, message: str) -> NoReturn:
    """
    Refuse a query in Salesforce's words: an excerpt, a mark below the place, then the reason.
    """
    start = max(0, at - 20)
    excerpt = text[start : at + 40].replace("\n", " ")
    pointer = " " * (at - start) + "^"
    raise Refusal(400, code, f"\n{excerpt}\n{pointer}\nERROR at Row:1:Column:{at + 1}\n{message}")
