"""
A folder of CSV files as Salesforce records.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from sandbox.company.ids import long_form, salesforce_id, salesforce_time
from sandbox.company.salesforce.org import LACKING
from sandbox.folders.lines import LONG_AGO, files, lines, moment, unique
from sandbox.vendor import Record, Records

_SHORT_ID = re.compile(r"[A-Za-z0-9]{15}\Z")
# No leading zeros, no more digits than a float keeps: what looks like a code stays one.
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d+)?\Z")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_SYSTEM_MOMENTS = ("CreatedDate", "LastModifiedDate", "SystemModstamp")
_CODES = ("Id", "Name", "Code", "Phone", "Username", "CaseNumber", "AccountNumber", "Subject")


def salesforce_records(folder: Path) -> Records:
    """
    The CSV files of a folder as Salesforce records.

    Args:
        folder: One file per object, named after it.

    Returns:
        API object name -> records; numbers, booleans and moments as the REST API types them, by column.

    Raises:
        ValueError: A file or row that cannot be read, with its name and line.
    """
    return {file.stem: _rows(file) for file in files(folder)}


def _rows(file: Path) -> list[Record]:
    read = list(lines(file))
    columns = list(read[0][1]) if read else []
    readers = {name: _reader(file, name, [row[name] for _, row in read]) for name in columns}
    rows: list[tuple[int, Record]] = []
    for number, (line, row) in enumerate(read, 1):
        typed: Record = {name: None if value is None else readers[name](line, value) for name, value in row.items()}
        typed["Id"] = typed.get("Id") or salesforce_id(file.stem, number)
        created = next((typed[name] for name in _SYSTEM_MOMENTS if typed.get(name)), salesforce_time(LONG_AGO))
        changed = max(filter(None, (typed.get(name) for name in _SYSTEM_MOMENTS)), default=created)
        for name, value in (
            ("IsDeleted", False),
            ("CreatedDate", created),
            ("LastModifiedDate", changed),
            ("SystemModstamp", changed),
        ):
            if typed.get(name) is None and name not in LACKING.get(file.stem, ()):
                typed[name] = value
        rows.append((line, typed))
    return unique(file, rows, "Id")


def _reader(file: Path, name: str, values: Sequence[str | None]) -> Callable[[int, str], object]:
    """
    How a column is read: as a number, boolean or moment only when every value of it is one.
    """
    given = [value for value in values if value is not None]
    if name in _SYSTEM_MOMENTS or (given and all(_MOMENT.match(value) for value in given)):
        return lambda line, value: salesforce_time(moment(file, line, name, value))
    if name.endswith("Id"):
        return lambda _, value: long_form(value) if _SHORT_ID.match(value) else value
    if given and all(value.lower() in ("true", "false") for value in given):
        return lambda _, value: value.lower() == "true"
    if given and not name.endswith(_CODES) and all(_NUMBER.match(value) for value in given):
        return (
            (lambda _, value: float(value)) if any("." in value for value in given) else (lambda _, value: int(value))
        )
    return lambda _, value: value
