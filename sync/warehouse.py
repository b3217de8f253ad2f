"""
The warehouse: raw records, normalized tables, facts and values in one DuckDB file.

The file is open only while something is read or written, never while a vendor is waited for, so that a reader waits
for a commit at the most. Writing takes the run lock as well (`sync/lock.py`).
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from connectors.errors import UserError
from sync.sql import DIALECT, literal

CATALOG = "warehouse"

# Each commit of a pull writes the last, unfinished row group of its table anew: the smaller it is, the less memory that
# takes. With DuckDB's own 122,880 the memory of a pull would grow with the number of records.
ROW_GROUP = 8_192

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


@contextlib.contextmanager
def _enough_memory() -> Iterator[None]:
    """
    A statement that needs more than the settings allow is no bug, and says which setting.
    """
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise UserError(
            "The database needed more memory than it may have.",
            where="warehouse.memory",
            fix='Allow more, e.g. "6GB": a million leads and deals take about 3GB to compute.',
        ) from error


class Session:
    """
    An open warehouse.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._is_in_transaction = False

    def execute(self, sql: str, parameters: Sequence[Any] | None = None) -> None:
        with _enough_memory():
            self._connection.execute(sql, parameters)

    def query(self, sql: str, parameters: Sequence[Any] | None = None) -> pa.Table:
        with _enough_memory():
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
        with self.given("incoming", rows):
            self.execute(f"insert into {table} by name select * from incoming")

    @contextlib.contextmanager
    def given(self, view: str, rows: pa.Table) -> Iterator[None]:
        """
        Arrow rows under a name, for the statements inside.
        """
        self._connection.register(view, rows)
        try:
            yield
        finally:
            self._connection.unregister(view)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Session]:
        """
        All of it or nothing of it; inside another one it is a part of that.
        """
        if self._is_in_transaction:
            yield self
            return
        self._connection.execute("begin transaction")
        self._is_in_transaction = True
        try:
            yield self
        except BaseException:
            self._connection.execute("rollback")
            raise
        else:
            self._connection.execute("commit")
        finally:
            self._is_in_transaction = False

    def remember(self, key: str, value: str) -> None:
        """
        Keep a fact about the warehouse under a name, in place of the one before.
        """
        self.forget(key)
        self.execute("insert into noria.facts_of values (?, ?)", [key, value])

    def forget(self, key: str) -> None:
        """
        Take a fact out.
        """
        self.execute("delete from noria.facts_of where key = ?", [key])

    def recall(self, key: str) -> str | None:
        """
        The fact of that name; None if there is none.
        """
        found = self.value("select value from noria.facts_of where key = ?", [key])
        return None if found is None else str(found)

    def has(self, table: str, schema: str = "main") -> bool:
        found = self.value(
            "select count(*) from information_schema.tables"
            " where table_catalog = ? and table_schema = ? and table_name = ?",
            [CATALOG, schema, table],
        )
        return bool(found)


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

    def __init__(self, file: Path, memory: str = "3GB") -> None:
        self.file = file
        self._memory = memory

    @contextlib.contextmanager
    def open(self, *, read_only: bool = False, threads: int | None = None) -> Iterator[Session]:
        """
        Open the file for a moment.

        Args:
            threads: Most that DuckDB may use, each with buffers of its own; None takes one per core.
        Raises:
            UserError: There is nothing to read yet, or another process keeps the file open.
        """
        if read_only and not self.file.exists():
            raise UserError(
                "There is no warehouse yet.", where=f"warehouse.url ({self.file.name})", fix="Run `noria run` first."
            )
        if not read_only:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        connection = self._connect(read_only, threads)
        try:
            session = Session(connection)
            session.execute("set TimeZone = 'UTC'")  # what a bare instant means must not depend on the machine
            if not read_only:
                session.execute(_STATE)
            yield session
        finally:
            connection.close()

    def _connect(self, read_only: bool, threads: int | None) -> duckdb.DuckDBPyConnection:
        config = {
            "memory_limit": self._memory,
            "preserve_insertion_order": "false",
            # What does not fit is put beside the warehouse, not into the folder that the command was called from.
            "temp_directory": f"{self.file}.tmp",
        }
        if threads is not None:
            config["threads"] = str(threads)
        connection = duckdb.connect(config=dict(config))
        place = literal(str(self.file)).sql(dialect=DIALECT)
        options = f"row_group_size {ROW_GROUP}{', read_only' if read_only else ''}"
        until = time.monotonic() + self.PATIENCE
        pause = 0.01
        while True:
            try:
                # Attached under a name of our own: the file's name must not collide with a schema's.
                connection.execute(f"attach {place} as {CATALOG} ({options})")
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
