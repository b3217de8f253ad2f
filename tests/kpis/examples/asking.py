"""
The way of an example: rows into an empty warehouse, facts, the question, and the warehouse is empty again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest

from tests.kpis.build import Answer, Row, Warehouse, environment, reads

Inputs = dict[str, Any]
Settings = dict[str, Any]


@cache
def _warehouse() -> Warehouse:
    warehouse = Warehouse()
    warehouse.connection.execute("set threads = 1")  # a second one costs more than it helps on tables so small
    warehouse.facts()
    return warehouse


@contextmanager
def filled(rows: Iterable[Row], settings: Settings | None = None) -> Iterator[Warehouse]:
    """
    The one warehouse of the examples with these rows and no others.
    """
    warehouse, given = _warehouse(), list(rows)
    warehouse.environment = environment(**(settings or {}))
    touched = {table for table, _ in given}
    warehouse.connection.begin()  # undoing is quicker than making an empty warehouse for each example
    try:
        warehouse.add(*given)
        # What is made from tables without rows was made when all were empty, and is still right.
        warehouse.standing |= {fact for fact, tables in reads(warehouse.environment).items() if not tables & touched}
        warehouse.standing.add("fact_members")  # names of members; the examples go by their ids
        if "targets" not in touched:
            warehouse.standing.add("fact_targets")
        yield warehouse
    finally:
        warehouse.connection.rollback()


def ask(
    kpi: str,
    rows: Iterable[Row],
    settings: Settings | None = None,
    parts: tuple[float, float] | None = None,
    **question: Any,
) -> Answer:
    """
    The engine's answer about one member in one period.

    Args:
        kpi: Its id.
        rows: What the warehouse holds.
        settings: What the organisation is.
        parts: The numerator and denominator that the inputs of the example state: the rows must give them.
        question: The rest of the question.
    """
    with filled(rows, settings) as warehouse:
        answer = warehouse.one(kpi, **question)
    if parts:
        assert parts == pytest.approx((answer.numerator, answer.denominator))
    return answer


def ask_all(kpi: str, rows: Iterable[Row], by: str, settings: Settings | None = None, **question: Any) -> list[Answer]:
    """
    The engine's answers about every member of a dimension.
    """
    with filled(rows, settings) as warehouse:
        return [answer for answer in warehouse.ask(kpi, by=[by], **question) if answer.dimension == by]


def uneven(total: int, count: int) -> list[int]:
    """
    So many whole numbers with a given sum, no two neighbours alike: a mean or a median of them tells itself apart.
    """
    parts = [total // count + (place < total % count) for place in range(count)]
    for place in range(0, count - 1, 2):
        moved = max(min(place % 3 + 1, parts[place + 1] - 1), 0)
        parts[place], parts[place + 1] = parts[place] + moved, parts[place + 1] - moved
    return parts
