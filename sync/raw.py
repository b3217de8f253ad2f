"""
Raw records: one table per stream, merged by key, each batch with the state it leads to.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from connectors.constants import positions
from connectors.contract import Batch, RawType, Stream
from sync import mailbox
from sync.sql import name
from sync.warehouse import CATALOG, Session

RAW: Mapping[RawType, str] = {
    "text": "VARCHAR",
    "email": "VARCHAR",
    "instant": "TIMESTAMPTZ",
    "date": "DATE",
    "number": "DOUBLE",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
}


_AT = "noria_position"
# Without `pulled_at`: reading an instant out of Arrow imports pandas.
_STATES = "select stream, state, is_complete, is_offered, problem, dropped from noria.streams where connector = ?"


@dataclass(frozen=True)
class StreamState:
    """
    What is known of a stream since its last pull.

    Args:
        state: What its source wants back; None before the first batch.
        is_complete: A pull of it reached its end at least once.
        is_offered: The vendor lets us read it.
        problem: Why not, or what was wrong.
    """

    state: Mapping[str, Any] | None = None
    is_complete: bool = False
    is_offered: bool = True
    problem: str = ""
    dropped: Mapping[str, str] = field(default_factory=dict)


def schema_of(connector: str) -> str:
    """
    Where the raw tables of a connector lie.
    """
    return f"raw_{connector}"


def columns_of(stream: Stream) -> dict[str, str]:
    """
    The columns of a raw table and their types; an address takes three, none of which tells it.
    """
    columns: dict[str, str] = {}
    for column in stream.fields:
        columns[column.name] = RAW[column.type]
        if column.type == "email":
            columns[f"{column.name}_domain"] = "VARCHAR"
            columns[f"{column.name}_is_shared"] = "BOOLEAN"
    return columns


def prepare(session: Session, connector: str, streams: Iterable[Stream]) -> None:
    """
    The raw tables of a connector: made if they are missing, widened if a stream has new fields.
    """
    schema = schema_of(connector)
    there: dict[str, set[str]] = {}
    for row in session.rows(
        "select table_name, column_name from information_schema.columns where table_catalog = ? and table_schema = ?",
        [CATALOG, schema],
    ):
        there.setdefault(row["table_name"], set()).add(row["column_name"])
    if not there:
        session.execute(f"create schema if not exists {name(schema)}")
    for stream in streams:
        columns = columns_of(stream)
        if stream.name not in there:
            listed = ", ".join(f"{name(column)} {kind}" for column, kind in columns.items())
            session.execute(f"create table {name(schema, stream.name)} ({listed})")
            continue
        for column in columns.keys() - there[stream.name]:
            session.execute(f"alter table {name(schema, stream.name)} add column {name(column)} {columns[column]}")


def states(session: Session, connector: str) -> dict[str, StreamState]:
    """
    Stream -> what is known of it.
    """
    return {
        row["stream"]: StreamState(
            state=json.loads(row["state"]) if row["state"] else None,
            is_complete=bool(row["is_complete"]),
            is_offered=bool(row["is_offered"]),
            problem=row["problem"] or "",
            dropped=json.loads(row["dropped"] or "{}"),
        )
        for row in session.rows(_STATES, [connector])
    }


def store(
    session: Session, connector: str, stream: Stream, batch: Batch, hasher: mailbox.Hasher, *, first: bool
) -> StreamState:
    """
    Take a batch and the state it leads to, in one transaction: a crash loses nothing and repeats nothing.

    Several batches may share a transaction: this one is then a part of it.

    Args:
        first: True for the first batch of this pull: a snapshot stream is emptied before it.
    """
    table = name(schema_of(connector), stream.name)
    known = states(session, connector).get(stream.name, StreamState())
    # An interrupted incremental pull leaves older records, all of them; an interrupted first one leaves too few.
    state = StreamState(batch.state, batch.complete or (known.is_complete and not stream.snapshot))
    with session.transaction():
        if stream.snapshot and first:
            session.execute(f"delete from {table}")
        if batch.replaces is not None:
            column, low, high = batch.replaces
            session.execute(f"delete from {table} where {name(column)} between ? and ?", [low, high])
        if batch.rows.num_rows:
            _merge(session, table, stream, batch.rows, hasher)
        keep(session, connector, stream.name, state)
    return state


def keep(session: Session, connector: str, stream: str, state: StreamState) -> None:
    """
    Write down what is known of a stream.
    """
    session.execute("delete from noria.streams where connector = ? and stream = ?", [connector, stream])
    session.execute(
        "insert into noria.streams values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            connector,
            stream,
            None if state.state is None else json.dumps(state.state),
            state.is_complete,
            state.is_offered,
            state.problem,
            json.dumps(dict(state.dropped)),
            datetime.now(UTC),
        ],
    )


def _merge(session: Session, table: str, stream: Stream, rows: pa.Table, hasher: mailbox.Hasher) -> None:
    # Straight from the batch, without a table in between: DuckDB would hold a block of 256 KB for each of its columns.
    given = {column.name: column.type for column in rows.schema}
    cast = {c.name: _cast(c.name, c.type, given[c.name], hasher) for c in stream.fields if c.name in given}
    columns = ", ".join(expression for expressions in cast.values() for expression in expressions)
    keys = ", ".join(cast[part][0] for part in stream.key)
    key = ", ".join(name(part) for part in stream.key)
    same = " and ".join(f"held.{name(part)} = arrived.{name(part)}" for part in stream.key)
    with session.given("incoming", rows.append_column(_AT, positions(rows.num_rows))):
        session.execute(f"delete from {table} as held using (select {keys} from incoming) as arrived where {same}")
        arrived = f"select {columns} from incoming"
        if session.value(f"select count(*) > count(distinct ({key})) from (select {keys} from incoming)"):
            # One key twice in a batch: the later record is the newer one.
            arrived = (
                f"select * exclude ({_AT}) from (select {columns}, {_AT} from incoming)"
                f" qualify row_number() over (partition by {key} order by {_AT} desc) = 1"
            )
        session.execute(f"insert into {table} by name {arrived}")


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
