"""
A folder of CSV and Parquet files: which there are, what their headers say, and their rows with line numbers.

Knows files, not our schema: every value comes out as text.
"""

from __future__ import annotations

import csv
import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from connectors.constants import ZERO, positions
from connectors.contract import RowProblem
from connectors.errors import BadData, redact

SUFFIXES = (".csv", ".parquet")
LINE = "line number"
_BLOCK = 8 << 20  # bytes of CSV per batch; also the longest row that can be read
_DELIMITERS = (",", ";", "\t")
_SHOWN = 80


@dataclass(frozen=True)
class Header:
    """
    What the top of a file says.

    Args:
        columns: Column names in the order of the file.
        delimiter: What stands between two values; CSV only.
        has_rows: False for a file that ends with its header.
    """

    columns: tuple[str, ...]
    delimiter: str = ","
    has_rows: bool = True


def shown(value: object) -> str:
    """
    A value fit for a message: short, and without an address in it.
    """
    text = redact(str(value))
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def data_files(folder: Path, where: str) -> list[Path]:
    """
    The CSV and Parquet files of a folder, by name; other files are none of ours.

    Raises:
        BadData: There is no such folder.
    """
    if not folder.is_dir():
        raise BadData(
            f"There is no folder {folder}.",
            where=where,
            fix="Create it, or name the folder that holds the files.",
        )
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and path.suffix.lower() in SUFFIXES and not path.name.startswith((".", "~"))
    )


def header(path: Path) -> Header:
    """
    The column names of a file.

    Raises:
        BadData: It has no header, or is not what its name says.
    """
    if path.suffix.lower() == ".parquet":
        try:
            found = pq.ParquetFile(path)
        except (pa.ArrowException, OSError) as error:
            raise _unreadable(path, str(error)) from error
        with found:
            return Header(tuple(found.schema_arrow.names), has_rows=found.metadata.num_rows > 0)
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            first = lines.readline()
            delimiter = max(_DELIMITERS, key=first.count)
            lines.seek(0)
            reader = csv.reader(lines, delimiter=delimiter)
            names = next(reader, None)
            has_rows = bool(lines.read(1))
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    except (csv.Error, OSError) as error:
        raise _unreadable(path, str(error)) from error
    if not names:
        raise BadData(
            "A file has no header.", where=f"{path.name}, line 1", fix="Write the column names into its first line."
        )
    return Header(tuple(name.strip() for name in names), delimiter, has_rows)


def fingerprint(path: Path, known: Mapping[str, Any]) -> dict[str, Any] | None:
    """
    What tells this version of a file from another; None if it is the version already known.

    A file of the same size and modification time is taken to be the same and is not even opened.
    """
    stat = path.stat()
    same_name = known.get("file") == path.name and known.get("size") == stat.st_size
    if same_name and known.get("modified_ns") == stat.st_mtime_ns:
        return None
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if same_name and known.get("sha256") == digest:
        return None
    # A file saved this very moment may be saved again without its time changing: its time proves nothing then.
    settled = time.time_ns() - stat.st_mtime_ns > 2_000_000_000
    return {
        "file": path.name,
        "size": stat.st_size,
        "modified_ns": stat.st_mtime_ns if settled else None,
        "sha256": digest,
    }


class Rows:
    """
    The rows of one file in batches: text columns and `LINE`; rows with too many or too few values are told apart.

    Args:
        path: The file.
        top: Its header.
    """

    def __init__(self, path: Path, top: Header) -> None:
        self.path = path
        self.top = top
        self.ragged: list[RowProblem] = []
        self._invalid: list[Any] = []
        self._record = 2  # the record that comes next; the header is the first
        self._last = 1  # the line on which the last row so far begins
        self._extra = 0  # lines that the records so far took beyond one each

    def __iter__(self) -> Iterator[pa.Table]:
        """
        Raises:
            BadData: The file as a whole cannot be read.
        """
        if self.path.suffix.lower() == ".parquet":
            yield from self._parquet()
        elif self.top.has_rows:
            yield from self._csv()

    def _parquet(self) -> Iterator[pa.Table]:
        row = 1
        try:
            with pq.ParquetFile(self.path) as file:
                for batch in file.iter_batches(batch_size=50_000):
                    numbers = positions(batch.num_rows, row)
                    row += batch.num_rows
                    yield pa.Table.from_batches([batch]).append_column(LINE, numbers)
        except (pa.ArrowException, OSError) as error:
            raise _unreadable(self.path, str(error)) from error

    def _csv(self) -> Iterator[pa.Table]:
        names = list(self.top.columns)
        try:
            reader = pa_csv.open_csv(
                self.path,
                # One thread: only then are the numbers of invalid rows known.
                read_options=pa_csv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=names, skip_rows=0),
                parse_options=pa_csv.ParseOptions(
                    delimiter=self.top.delimiter,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=self._note,
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
                ),
            )
            first = True
            for batch in reader:
                table = pa.Table.from_batches([batch])
                if first:
                    first = False
                    self._extra = sum(_newlines(table.slice(0, 1)).to_pylist())
                    table = table.slice(1)
                numbered = table.append_column(LINE, self._lines(table))
                if table.num_rows:
                    self._last = numbered[LINE][-1].as_py()
                yield numbered
        except pa.ArrowInvalid as error:
            if "UTF8" in str(error):
                raise _not_utf8(self.path) from error
            raise _unreadable(self.path, str(error)) from error
        self._pass_invalid()
        self._closed()

    def _closed(self) -> None:
        # A quotation mark that is never closed swallows all rows behind it into one cell, without any error.
        begins = max([self._last, *(problem.line for problem in self.ragged[-1:])])
        ends = self._record + self._extra - 1
        if ends > begins and _quotation_marks(self.path) % 2:
            raise BadData(
                "A quotation mark is never closed, so that the rest of the file reads as one cell.",
                where=f"{self.path.name}, line {begins}",
                fix="Close it, or double it where it is part of the text.",
            )

    def _note(self, row: Any) -> str:
        self._invalid.append(row)
        return "skip"

    def _lines(self, table: pa.Table) -> pa.ChunkedArray:
        newlines = _newlines(table)
        parts: list[pa.Array] = [pa.nulls(0, pa.int64())]
        done = 0
        self._pass_invalid()
        while done < table.num_rows:
            count = table.num_rows - done
            if self._invalid:
                count = min(count, self._invalid[0].number - self._record)
            own = newlines.slice(done, count)
            ending = pc.cumulative_sum(own)
            before = pc.subtract(ending, own)
            start = self._record + self._extra
            parts.append(pc.add(positions(count, start), before))
            self._extra += ending[-1].as_py()
            self._record += count
            done += count
            self._pass_invalid()
        return pa.chunked_array(parts)

    def _pass_invalid(self) -> None:
        while self._invalid and self._invalid[0].number == self._record:
            row = self._invalid.pop(0)
            self.ragged.append(
                RowProblem(
                    self.path.name,
                    self._record + self._extra,
                    "",
                    shown(row.text),
                    f"the row has {row.actual_columns} values where the header has {row.expected_columns}",
                )
            )
            self._record += 1
            self._extra += row.text.count("\n")


def _newlines(table: pa.Table) -> pa.Array:
    counts = pa.repeat(ZERO, table.num_rows)
    for column in table.columns:
        if pc.any(pc.match_substring(column, "\n")).as_py():
            own = pc.fill_null(pc.count_substring(column, "\n"), ZERO).cast(pa.int64())
            counts = pc.add(counts, own.combine_chunks())
    return counts


def _quotation_marks(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(chunk.count(b'"') for chunk in iter(lambda: stream.read(1 << 20), b""))


def _not_utf8(path: Path) -> BadData:
    line = 1
    with path.open("rb") as stream:
        for line, text in enumerate(stream, start=1):  # noqa: B007 - the line it stops at is what is looked for
            try:
                text.decode("utf-8")
            except UnicodeDecodeError:
                break
    return BadData(
        "A file is not written in UTF-8.",
        where=f"{path.name}, line {line}",
        fix="Save it again as UTF-8 (in Excel: “CSV UTF-8”).",
    )


def _unreadable(path: Path, detail: str) -> BadData:
    kind = path.suffix.lower().removeprefix(".")
    return BadData(
        f"A file could not be read as {kind}: {detail.splitlines()[0] if detail else 'no reason was given'}.",
        where=path.name,
        fix="Export it again; look for a quotation mark that is never closed.",
    )
