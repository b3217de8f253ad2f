"""
A folder of files as a source: one stream per normalized table that has a file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from connectors.contract import Batch, Context, Finding, RowProblem, Stream
from connectors.errors import BadData, UserError, close_matches
from connectors.files import cells
from connectors.files.client import LINE, Header, Rows, data_files, fingerprint, header
from connectors.files.settings import FilesSettings
from connectors.schema import TABLES, Table

LISTED = 200
"""
How many problems of one file are listed; all of them are counted.
"""

_KEPT = 32 << 20  # bytes of rows that are kept from proving a file to handing it out, so that most are read once
_RULES = 1  # raised when the same file would be read differently, so that it is read again


def stream_of(table: Table) -> Stream:
    """
    The stream that fills a normalized table.
    """
    return Stream(table.name, key=("id",), fields=cells.fields(table), feeds=(table.name,), snapshot=True)


class FilesSource:
    """
    Reads the files of a folder; those that did not change since the last pull are left alone.

    Args:
        settings: Which folder.
        context: The connector's name, the time zone and where relative folders start.
    """

    def __init__(self, settings: FilesSettings, context: Context) -> None:
        self._context = context
        self._folder = context.folder / settings.folder.expanduser()
        self._where = f"connectors.{context.name}.folder"
        self._problems: dict[str, list[RowProblem]] = {}
        self._left_out: dict[str, int] = {}

    def streams(self) -> Sequence[Stream]:
        """
        One stream per file.

        Raises:
            BadData: A file or a column that is none of the schema's; all of them are told at once.
        """
        return [stream_of(TABLES[name]) for name in self._files()]

    def read(self, stream: Stream, state: Mapping[str, Any] | None) -> Iterator[Batch]:
        """
        The whole file, or no batch at all if it is the one already known.

        Raises:
            BadData: The file cannot be read, or two of its rows have one key; nothing of it is then handed out.
        """
        path, top = self._files()[stream.name]
        known: Mapping[str, Any] = state or {}
        if known.get("rules") != _RULES or known.get("timezone") != self._context.timezone:
            known = {}
        version = fingerprint(path, known)
        if version is None:
            self._recall(path.name, known)
            return
        table = TABLES[stream.name]
        stood = path.stat()
        total, good = self._prove(table, path, top)
        done = {
            **version,
            "rules": _RULES,
            "timezone": self._context.timezone,
            "left_out": self._left_out[path.name],
            "problems": [asdict(problem) for problem in self._problems[path.name]],
        }
        waiting: pa.Table | None = None
        for rows in good if good is not None else self._good(table, path, top):
            if waiting is not None:
                yield Batch(waiting, {}, total=total)
            waiting = rows
        if (stood.st_size, stood.st_mtime_ns) != (path.stat().st_size, path.stat().st_mtime_ns):
            raise BadData("A file changed while it was read.", where=path.name, fix="Run again once it is written.")
        yield Batch(waiting if waiting is not None else _nothing(stream), done, complete=True, total=total)

    def dropped(self, stream: Stream) -> Mapping[str, str]:
        """
        Nothing: a column that a file leaves out is null, and nobody promised it.
        """
        return {}

    def problems(self) -> Sequence[RowProblem]:
        """
        Why rows were left out, those of unchanged files included: at most `LISTED` per file.
        """
        return [problem for found in self._problems.values() for problem in found]

    def left_out(self) -> Mapping[str, int]:
        """
        How many rows were left out: file -> rows.
        """
        return {file: count for file, count in self._left_out.items() if count}

    def check(self) -> Iterator[Finding]:
        """
        One finding per file, from its header alone.
        """
        try:
            files = self._files()
        except UserError as error:
            yield Finding(
                "error", self._where, error.what, f"{error.fix} ({error.where})" if error.where else error.fix
            )
            return
        if not files:
            yield Finding(
                "warning", self._where, f"There is no CSV or Parquet file in {self._folder}.", "Put some there."
            )
        for path, top in files.values():
            rows = "" if top.has_rows else ", no rows"
            yield Finding("ok", path.name, f"{len(top.columns)} columns of the table {path.stem.lower()}{rows}")

    def close(self) -> None:
        """
        Nothing stays open between two calls.
        """

    def _files(self) -> dict[str, tuple[Path, Header]]:
        """
        Table -> its file and header.
        """
        found: dict[str, tuple[Path, Header]] = {}
        problems: list[UserError] = []
        for path in data_files(self._folder, self._where):
            name = path.stem.lower()
            try:
                if name not in TABLES:
                    raise BadData(f"There is no table {path.stem!r}.", where=path.name, fix=close_matches(name, TABLES))
                if name in found:
                    raise BadData(
                        f"Two files claim the table {name!r}: {found[name][0].name} and {path.name}.",
                        where=self._where,
                        fix="Keep one of them.",
                    )
                found[name] = (path, _checked(TABLES[name], path, header(path)))
            except UserError as error:
                problems.append(error)
        if len(problems) == 1:
            raise problems[0]
        if problems:
            raise BadData(
                f"{len(problems)} files cannot be read:\n" + "\n".join(f"- {problem}" for problem in problems),
                where=self._where,
                fix="Mend each as said there.",
            )
        return found

    def _cells(self, table: Table, top: Header) -> cells.Cells:
        return cells.Cells(table, top.columns, connector=self._context.name, timezone=self._context.timezone)

    def _good(self, table: Table, path: Path, top: Header) -> Iterator[pa.Table]:
        checked = self._cells(table, top)
        try:
            for batch in Rows(path, top):
                yield checked.typed(batch)[0].drop_columns([LINE])
        finally:
            checked.close()

    def _prove(self, table: Table, path: Path, top: Header) -> tuple[int, list[pa.Table] | None]:
        """
        Read the file once for its keys and its problems, before anything of it is handed out.

        Returns:
            How many rows are good; and the rows themselves where they are few.
        """
        kept: list[pa.Table] | None = []
        rows, checked = Rows(path, top), self._cells(table, top)
        problems: list[RowProblem] = []
        left_out = 0
        # Keys only, no addresses: they may spill to the disk when a file is larger than memory.
        with tempfile.TemporaryDirectory() as spill, duckdb.connect() as keys:
            keys.execute(
                f"set temp_directory = '{Path(spill).as_posix()}'; set memory_limit = '512MB'; set threads = 2"
            )
            keys.execute("create table keys (id varchar, line bigint)")
            try:
                for batch in rows:
                    good, bad = checked.typed(batch)
                    problems += checked.problems(path.name, bad, LISTED - len(problems))
                    left_out += bad.num_rows
                    keys.register("batch", good.select(["id", LINE]))
                    keys.execute("insert into keys from batch")
                    if kept is not None:
                        kept.append(good.drop_columns([LINE]))
                        kept = kept if sum(table.nbytes for table in kept) <= _KEPT else None
            finally:
                checked.close()
            pairs = keys.execute(
                "select id, min(line) as first, min(line, 2)[2] from keys where id in"
                " (select id from keys group by id having count(*) > 1 limit 3) group by id order by first"
            ).fetchall()
            total = keys.execute("select count(*) from keys").fetchall()[0][0]
        self._problems[path.name] = sorted((*rows.ragged[:LISTED], *problems), key=lambda p: p.line)[:LISTED]
        self._left_out[path.name] = left_out + len(rows.ragged)
        if pairs:
            raise _twins(table, path, top, pairs)
        return int(total), kept

    def _recall(self, file: str, state: Mapping[str, Any]) -> None:
        self._left_out[file] = int(state.get("left_out", 0))
        self._problems[file] = [RowProblem(**problem) for problem in state.get("problems", ())]


def _checked(table: Table, path: Path, top: Header) -> Header:
    known = cells.headers(table)
    unknown = [name for name in top.columns if name not in known]
    if unknown:
        hints = "; ".join(f"{name!r}: {close_matches(name, known)}" for name in unknown)
        raise BadData(
            f"The table {table.name!r} has no column {', '.join(map(repr, unknown))}.",
            where=f"{path.name}, line 1",
            fix=f"Rename or remove it. {hints}",
        )
    twice = sorted({name for name in top.columns if top.columns.count(name) > 1})
    if twice:
        raise BadData(
            f"The column {', '.join(twice)} stands there twice.", where=f"{path.name}, line 1", fix="Keep one of them."
        )
    if "id" not in top.columns and not table.content_key:
        raise BadData(
            "The column 'id' is missing.",
            where=f"{path.name}, line 1",
            fix=f"Add a column id: every row of {table.name} needs a name of its own.",
        )
    return top


def _twins(table: Table, path: Path, top: Header, pairs: Sequence[tuple[str, int, int]]) -> BadData:
    lines = "; ".join(f"{path.name}, lines {first} and {second}" for _, first, second in pairs)
    if "id" in top.columns:
        return BadData(
            f"Two rows of {table.name} have the id {pairs[0][0]!r}.",
            where=lines,
            fix="Give each row an id of its own, or remove one.",
        )
    return BadData(
        f"Two rows of {table.name} are equal, so they cannot be told from one row entered twice.",
        where=lines,
        fix="Remove one; or, if both are meant, add a column `id` with a value of its own for each row.",
    )


def _nothing(stream: Stream) -> pa.Table:
    return pa.table({"id": pa.nulls(0, pa.string())})
