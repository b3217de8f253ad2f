"""
Reading the rows of CSV files; whatever cannot be read is told with its file and line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sandbox.vendor import Record

Line = tuple[int, dict[str, str | None]]
# The moment of records that tell none.
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


def files(folder: Path) -> list[Path]:
    """
    The CSV files of a folder, by name.

    Raises:
        ValueError: There is no such folder, or no CSV file in it.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder}: there is no such folder")
    found = sorted(folder.glob("*.csv"))
    if not found:
        raise ValueError(f"{folder}: there is no CSV file in it")
    return found


def lines(file: Path) -> Iterator[Line]:
    """
    Rows with the line that each ends on; empty cells are None.

    Raises:
        ValueError: A header without a name or with one twice, a row of another length, bad quoting or encoding.
    """
    csv.field_size_limit(10_000_000)
    with file.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text, strict=True)
        try:
            header = [name.strip() for name in next(reader, [])]
            if not all(header) or len(set(header)) < len(header):
                raise ValueError(f"{file}, line 1: a column has no name, or two have the same")
            for row in reader:
                if len(row) != len(header) and row:
                    raise ValueError(f"{file}, line {reader.line_num}: {len(row)} values for {len(header)} columns")
                if row:
                    yield reader.line_num, {name: value or None for name, value in zip(header, row, strict=True)}
        except (csv.Error, UnicodeDecodeError) as error:
            raise ValueError(f"{file}, line {reader.line_num}: {error}") from error


def unique(file: Path, rows: Sequence[tuple[int, Record]], key: str) -> list[Record]:
    """
    The records of rows that each have a key of their own.

    Raises:
        ValueError: Two rows with one key, naming both lines.
    """
    seen: dict[object, int] = {}
    for line, row in rows:
        if row[key] in seen:
            raise ValueError(f"{file}, line {line}: {key} {row[key]} is already on line {seen[row[key]]}")
        seen[row[key]] = line
    return [row for _, row in rows]


def moment(file: Path, line: int, name: str, value: str) -> datetime:
    """
    An instant from ISO 8601 (a bare date is its midnight, UTC where no offset is told) or epoch milliseconds.

    Raises:
        ValueError: It is neither.
    """
    if value.isdigit() and len(value) > 11:
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(
            f"{file}, line {line}: {name} is {value!r}, not a moment such as 2024-01-31T09:00:00Z"
        ) from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
