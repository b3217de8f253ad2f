"""
The warehouse: raw records, normalized tables, facts and values in one DuckDB file.

The file is open only while something is read or written, never while a vendor is waited for, so that a reader waits
for a commit at the most. Writing takes the run lock as well (`sync/lock.py`).
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow as pa

from connectors.contract import Batch, RawType, Stream
from connectors.errors import UserError
from sync import mailbox
from sync.sql import DIALECT, literal, name

RAW: Mapping[RawType, str] = {
    "text": "VARCHAR",
    "email": "VARCHAR",
    "instant": "TIMESTAMPTZ",
    "date": "DATE",
    "number": "DOUBLE",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
}

CATALOG = "warehouse"

_STATE = """
create schema if not exists noria;
create table if not exists noria.streams (
    connector varchar, stream varchar, state json, is_complete boolean, is_offered boolean, problem varchar,
    dropped json, pulled_at timestamptz
);
create table if not exists noria.runs (
    id varchar, kind varchar, started_at timestamptz, ended_at timestamptz, status varchar, summary json
);
create table if not exists noria.writes (
    run varchar, connector varchar, object varchar, record varchar, field varchar, old json, new json, status varchar,
    code varchar, message varchar, written_at timestamptz
);
create table if not exists noria.written (
    connector varchar, object varchar, record varchar, field varchar, value json, run varchar, written_at timestamptz
);
create table if not exists noria.facts_of (key varchar, value varchar);
create table if not exists noria.identity_decisions (
    entity varchar, a varchar, b varchar, is_same boolean, decided_at timestamptz
);
"""


class Engine(Protocol):
    """
    What the steps ask of a warehouse; small, so that another engine can take DuckDB's place.
    """

    def execute(self, sql: str, parameters: Sequence[Any] | None = None) -> None: ...

    def query(self, sql: str, parameters: Sequence[Any] | None = None) -> pa.Table: ...


@dataclass(frozen=True)
class StreamState:
    """
    What is known of a stream since its last pull.
    """

    state: Mapping[str, Any] | None
    is_complete: bool
    is_offered: bool
    problem: str
    dropped: Mapping[str, str]


class Session:
    """
    An open warehouse.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[Any] | None = None) -> None:
        self._connection.execute(sql, parameters)

    def query(self, sql: str, parameters: Sequence[Any] | None = None) -> pa.Table:
        return self._connection.sql(sql, params=list(parameters or ())).to_arrow_table()

    def rows(self, sql: str, parameters: Sequence[Any] | None = None) -> list[dict[str, Any]]:
        """
        A small answer as dictionaries.
        """
        found: list[dict[str, Any]] = self.query(sql, parameters).to_pylist()
        return found

    def value(self, sql: str, parameters: Sequence[Any] | None = None) -> Any:
        """
        The single value of an answer; None if it has no row.
        """
        row = self.query(sql, parameters).slice(0, 1).to_pylist()
        return next(iter(row[0].values())) if row else None

    def load(self, table: str, rows: pa.Table) -> None:
        """
        Append Arrow rows to a table, columns by name.
        """
        self._connection.register("incoming", rows)
        try:
            self._connection.execute(f"insert into {table} by name select * from incoming")  # noqa: S608 - our own name
        finally:
            self._connection.unregister("incoming")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Session]:
        """
        All of it or nothing of it.
        """
        self._connection.execute("begin transaction")
        try:
            yield self
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def has(self, table: str, schema: str = "main") -> bool:
        found = self.value(
            "select count(*) from information_schema.tables"
            " where table_catalog = ? and table_schema = ? and table_name = ?",
            [CATALOG, schema, table],
        )
        return bool(found)

    # -- raw records -------------------------------------------------------------------------------------------------

    def ensure_stream(self, connector: str, stream: Stream) -> None:
        """
        The raw table of a stream: made if it is missing, widened if the stream has new fields.
        """
        schema = raw_schema(connector)
        self.execute(f"create schema if not exists {name(schema)}")
        columns = raw_columns(stream)
        listed = ", ".join(f"{name(column)} {kind}" for column, kind in columns.items())
        self.execute(f"create table if not exists {name(schema, stream.name)} ({listed})")
        there = {
            row["column_name"]
            for row in self.rows(
                "select column_name from information_schema.columns"
                " where table_catalog = ? and table_schema = ? and table_name = ?",
                [CATALOG, schema, stream.name],
            )
        }
        for column, kind in columns.items():
            if column not in there:
                self.execute(f"alter table {name(schema, stream.name)} add column {name(column)} {kind}")

    def store(self, connector: str, stream: Stream, batch: Batch, hasher: mailbox.Hasher, *, first: bool) -> int:
        """
        Take a batch and the state it leads to, in one transaction: a crash loses nothing and repeats nothing.

        Args:
            first: True for the first batch of this pull: a snapshot stream is emptied before it.
        Returns:
            How many records were taken.
        """
        table = name(raw_schema(connector), stream.name)
        with self.transaction():
            if stream.snapshot and first:
                self.execute(f"delete from {table}")  # noqa: S608
            if batch.replaces is not None:
                column, low, high = batch.replaces
                self.execute(f"delete from {table} where {name(column)} between ? and ?", [low, high])  # noqa: S608
            if batch.rows.num_rows:
                self._merge(table, stream, batch.rows, hasher)
            self._remember(connector, stream, batch)
        return int(batch.rows.num_rows)

    def _merge(self, table: str, stream: Stream, rows: pa.Table, hasher: mailbox.Hasher) -> None:
        given = set(rows.column_names)
        selected = []
        for field in stream.fields:
            if field.name in given:
                selected += _cast(field.name, field.type, rows.schema.field(field.name).type, hasher)
        key = ", ".join(name(part) for part in stream.key)
        self._connection.register("incoming", rows)
        try:
            self.execute(f"create or replace temp table staged as select {', '.join(selected)} from incoming")  # noqa: S608
        finally:
            self._connection.unregister("incoming")
        if self.value(f"select count(*) > count(distinct ({key})) from staged"):  # noqa: S608
            # One key twice in a batch: the later record is the newer one.
            self.execute(
                f"delete from staged where rowid not in (select max(rowid) from staged group by {key})"  # noqa: S608
            )
        same = " and ".join(f"held.{name(part)} = staged.{name(part)}" for part in stream.key)
        self.execute(f"delete from {table} as held using staged where {same}")  # noqa: S608
        self.execute(f"insert into {table} by name select * from staged")  # noqa: S608

    def _remember(self, connector: str, stream: Stream, batch: Batch) -> None:
        known = self.stream_state(connector, stream.name)
        # An interrupted incremental pull leaves older records, all of them; an interrupted first one leaves too few.
        complete = batch.complete or (known is not None and known.is_complete and not stream.snapshot)
        self.execute("delete from noria.streams where connector = ? and stream = ?", [connector, stream.name])
        self.execute(
            "insert into noria.streams values (?, ?, ?, ?, true, '', '{}', ?)",
            [connector, stream.name, json.dumps(batch.state), complete, datetime.now(UTC)],
        )

    def note_stream(
        self,
        connector: str,
        stream: str,
        *,
        problem: str = "",
        dropped: Mapping[str, str] | None = None,
        is_offered: bool = True,
    ) -> None:
        """
        Keep what is wrong with a stream, beside its state.
        """
        known = self.value("select count(*) from noria.streams where connector = ? and stream = ?", [connector, stream])
        if not known:
            self.execute(
                "insert into noria.streams values (?, ?, null, false, false, '', '{}', null)", [connector, stream]
            )
        self.execute(
            "update noria.streams set problem = ?, dropped = ?, is_offered = ? where connector = ? and stream = ?",
            [problem, json.dumps(dict(dropped or {})), is_offered, connector, stream],
        )

    def stream_state(self, connector: str, stream: str) -> StreamState | None:
        found = self.rows("select * from noria.streams where connector = ? and stream = ?", [connector, stream])
        if not found:
            return None
        row = found[0]
        return StreamState(
            state=json.loads(row["state"]) if row["state"] else None,
            is_complete=bool(row["is_complete"]),
            is_offered=bool(row["is_offered"]),
            problem=row["problem"] or "",
            dropped=json.loads(row["dropped"] or "{}"),
        )


def raw_schema(connector: str) -> str:
    """
    Where the raw tables of a connector lie.
    """
    return f"raw_{connector}"


def raw_columns(stream: Stream) -> dict[str, str]:
    """
    The columns of a raw table and their types; an address takes three, none of which tells it.
    """
    columns: dict[str, str] = {}
    for field in stream.fields:
        columns[field.name] = RAW[field.type]
        if field.type == "email":
            columns[f"{field.name}_domain"] = "VARCHAR"
            columns[f"{field.name}_is_shared"] = "BOOLEAN"
    return columns


def _cast(column: str, wanted: RawType, given: pa.DataType, hasher: mailbox.Hasher) -> list[str]:
    quoted = name(column)
    text = pa.types.is_string(given) or pa.types.is_large_string(given)
    if wanted == "email":
        return hasher.columns(column)
    if wanted == "text":
        return [f"nullif(cast({quoted} as varchar), '') as {quoted}"]
    if wanted == "instant" and text:
        # Vendors write instants as ISO 8601, and some calculated ones as epoch milliseconds.
        iso = f"try_cast({quoted} as timestamptz)"
        epoch = f"to_timestamp(try_cast({quoted} as bigint) / 1000.0)"
        return [f"coalesce({iso}, {epoch}) as {quoted}"]
    if wanted == "date" and text:
        return [f"try_cast(left({quoted}, 10) as date) as {quoted}"]
    if text:
        return [f"try_cast(trim({quoted}) as {RAW[wanted]}) as {quoted}"]
    return [f"cast({quoted} as {RAW[wanted]}) as {quoted}"]


class Warehouse:
    """
    A warehouse file.

    Args:
        file: The DuckDB file; made on the first write.
        memory: Most that DuckDB may hold, e.g. `1GB`.
    """

    PATIENCE = 30.0
    """
    Seconds to wait for another process that is committing.
    """

    def __init__(self, file: Path, memory: str = "1GB") -> None:
        self.file = file
        self._memory = memory

    @contextlib.contextmanager
    def open(self, *, read_only: bool = False) -> Iterator[Session]:
        """
        Open the file for a moment.

        Raises:
            UserError: There is nothing to read yet, or another process keeps the file open.
        """
        if read_only and not self.file.exists():
            raise UserError(
                "There is no warehouse yet.", where=f"warehouse.url ({self.file.name})", fix="Run `noria run` first."
            )
        if not read_only:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        connection = self._connect(read_only)
        try:
            session = Session(connection)
            session.execute("set TimeZone = 'UTC'")  # what a bare instant means must not depend on the machine
            if not read_only:
                session.execute(_STATE)
            yield session
        finally:
            connection.close()

    def _connect(self, read_only: bool) -> duckdb.DuckDBPyConnection:
        config = {"memory_limit": self._memory, "preserve_insertion_order": "false"}
        connection = duckdb.connect(config=dict(config))
        place = literal(str(self.file)).sql(dialect=DIALECT)
        until = time.monotonic() + self.PATIENCE
        pause = 0.01
        while True:
            try:
                # Attached under a name of our own: the file's name must not collide with a schema's.
                connection.execute(f"attach {place} as {CATALOG}{' (read_only)' if read_only else ''}")
                connection.execute(f"use {CATALOG}")
                return connection
            except duckdb.IOException as error:
                if "lock" not in str(error).lower() or time.monotonic() > until:
                    connection.close()
                    raise UserError(
                        f"The warehouse could not be opened: {str(error).splitlines()[0]}",
                        where=f"warehouse.url ({self.file})",
                        fix="Close the program that holds it open, or wait for the other run to end.",
                    ) from error
                time.sleep(pause)
                pause = min(pause * 2, 0.25)
