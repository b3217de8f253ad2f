"""
One KPI value as a cell: the number, raised marks for what to keep in mind, its interval, its target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kpis.words import STATUSES
from sync import vocabulary, words

Row = Mapping[str, Any]

PARTIAL = "is_partial"  # said of a whole period, so it stands in the heading
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SIGNS = {"met": "[green]✓[/]", "missed": "[red]✗[/]"}


def codes_of(row: Row) -> list[str]:
    """
    The reason, flags and status of a value; whether a target was met stands beside it instead.
    """
    flags = [flag for flag in (row["flags"] or "").split(",") if flag]
    # A part of a period has neither met its target nor missed it.
    is_open = PARTIAL in flags and row["status"] in _SIGNS
    status = None if is_open or row["target"] is not None else row["status"]
    return [code for code in (row["reason"], *flags, status) if code]


class Marks:
    """
    Small raised numbers in place of reasons, flags and statuses, so that a cell stays as narrow as its number.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        occurring = {code for row in rows for code in codes_of(row)}
        self.numbers = {code: index for index, code in enumerate(sorted(occurring), 1)}

    def of(self, codes: Sequence[str]) -> str:
        numbers = sorted({self.numbers[code] for code in codes})
        return ",".join(str(number) for number in numbers).translate(_RAISED).replace(",", "˒")


def cell(row: Row, unit: str, marks: Marks, language: str) -> str:
    """
    A value with its marks; below it where it lies by chance, and its target with whether it was met.
    """
    return "\n".join([words.figure(row["value"], unit, language) + marked(row, marks), *below(row, unit, language)])


def marked(row: Row, marks: Marks) -> str:
    """
    The marks of a value.
    """
    return marks.of([code for code in codes_of(row) if code != PARTIAL])


def below(row: Row, unit: str, language: str) -> list[str]:
    """
    The lines below a value: the interval of a small sample, and the target.
    """
    lines = []
    if row["interval_low"] is not None:
        lines.append(f"[dim]{words.span(row['interval_low'], row['interval_high'], unit, language)}[/]")
    if row["target"] is not None:
        sign = "·" if PARTIAL in codes_of(row) else _SIGNS.get(row["status"] or "", "·")
        lines.append(f"{sign} [dim]{words.figure(row['target'], unit, language)}[/]")
    return lines


def notes(rows: Sequence[Row], language: str) -> list[str]:
    """
    The reasons, flags and statuses that occur, explained once each under the mark that they have in the table.
    """
    marks = Marks(rows)
    told = [f"{marks.of([code])} {_meaning(code, rows, language)}" for code in marks.numbers]
    if any(row["interval_low"] is not None for row in rows):
        told.append(vocabulary.LEGEND["interval"][language])
    if any(row["target"] is not None for row in rows):
        told.append(vocabulary.LEGEND["target"][language])
    return told


def _meaning(code: str, rows: Sequence[Row], language: str) -> str | None:
    if code in STATUSES:
        return words.judged(code, language)
    return words.reason(code, language) if any(row["reason"] == code for row in rows) else words.flags(code, language)
