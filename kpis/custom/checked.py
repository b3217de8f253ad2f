"""
An expression of the settings once it was checked, and the refusal of one that cannot be used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


class Refused(Exception):
    """
    Why an expression cannot be used, and what to do.
    """

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what, self.fix = what, fix


@dataclass(frozen=True)
class Checked:
    """
    An expression that may run.

    Args:
        sql: Its text, written anew in DuckDB's dialect.
        kind: What it gives: text, number, date or bool; `null` for null.
        columns: The columns that it reads.
        literal: The text or number that it is, where it is one.
    """

    sql: str
    kind: str
    columns: frozenset[str] = frozenset()
    literal: str | None = None


def kind_of(values: Iterable[Checked]) -> str:
    """
    What several values of one kind give.
    """
    return next((one.kind for one in values if one.kind != "null"), "null")


def converted(one: Checked, kind: str) -> Checked:
    """
    A text beside dates, read as one.
    """
    return as_day(one.literal) if kind == "date" and one.kind == "text" and one.literal is not None else one


def as_day(text: str) -> Checked:
    """
    A date that was written as a text.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"{short(text)} is no date.", "Write dates as '2026-01-31'.") from error
    return Checked(f"cast('{day.isoformat()}' as date)", "date")


def of_kind(one: Checked, kind: str, text: str, meant: str) -> Checked:
    """
    The same expression, held to a kind.
    """
    if one.kind != kind:
        raise Refused(f"{short(text)} has a {one.kind} where it takes {kind}.", f"Write {meant}.")
    return one


def quoted(name: str) -> str:
    """
    A column as it stands in SQL.
    """
    return '"on"' if name == "on" else name


def short(text: str) -> str:
    """
    What somebody wrote, fit for a message.
    """
    return repr(text if len(text) <= 80 else f"{text[:77]}...")
