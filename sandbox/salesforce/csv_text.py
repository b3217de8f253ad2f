"""
CSV as Bulk API 2.0 writes and reads it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sandbox.salesforce.model import SCALARS
from sandbox.salesforce.values import java_number

DELIMITERS = {"BACKQUOTE": "`", "CARET": "^", "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t"}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
_LARGEST_CELL = 131_072 * 8
_PIECE = 1_000


def written(header: Sequence[str], rows: Iterable[Sequence[Any]], delimiter: str, ending: str) -> bytes:
    """
    A header line and rows, every value quoted.
    """
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=DELIMITERS[delimiter], lineterminator=LINE_ENDINGS[ending], quoting=csv.QUOTE_ALL
    )
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


def read(text: str, delimiter: str) -> tuple[list[str], list[list[str]]]:
    """
    Header and rows; line breaks inside quotes are kept.
    """
    csv.field_size_limit(_LARGEST_CELL)
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITERS[delimiter]))
    rows = [line for line in lines if line]
    return (rows[0], rows[1:]) if rows else ([], [])


def _numbers(column: Sequence[Any]) -> list[Any]:
    # Between a thousandth and ten millions Python and Java write a number alike, and the CSV writer does it faster.
    return [v if v is None or 1e-3 <= v < 1e7 or v == 0 else java_number(v) for v in column]


def _instants(column: Sequence[Any]) -> list[Any]:
    # Bulk writes `Z` where REST writes `+0000`.
    return [value and value[:23] + "Z" for value in column]


def _booleans(column: Sequence[Any]) -> list[Any]:
    return [None if value is None else "true" if value else "false" for value in column]


_FORMATS: dict[str, Callable[[Sequence[Any]], list[Any]]] = {
    **dict.fromkeys(SCALARS, _numbers),
    "datetime": _instants,
    "boolean": _booleans,
}


def records(header: Sequence[str], types: Sequence[str], rows: Sequence[Sequence[Any]], *style: str) -> bytes:
    """
    Rows of a query's result, their ids left out, in the forms of their types.

    Args:
        style: Names of the delimiter and of the line ending.
    """
    pieces = (rows[start : start + _PIECE] for start in range(0, len(rows), _PIECE))
    return written(header, (row for piece in pieces for row in _formatted(types, piece)), *style)


def _formatted(types: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    columns: list[Sequence[Any]] = [*zip(*rows, strict=True)]
    columns = columns[1 : 1 + len(types)]
    for place, kind in enumerate(types):
        change = _FORMATS.get(kind)
        if change is not None:
            columns[place] = change(columns[place])
    return zip(*columns, strict=True)
