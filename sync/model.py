"""
Model: raw records to normalized tables with keys, then the facts that the KPIs scan.

One select per normalized table and connector, stacked; then identity gives each row the key of the person, account,
deal … it describes. All of it is one transaction: a reader sees the old tables or the new ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlglot import exp

from connectors.contract import Context
from connectors.errors import UserError, close_matches
from connectors.schema import TABLES, Table
from sync import identity, raw
from sync.pull import context
from sync.settings import Connected, Settings
from sync.sql import bind, drivers, name, read, render
from sync.warehouse import Session, Warehouse

STACKED = "stacked"
"""
Schema of the normalized tables before they have keys.
"""


@dataclass
class Modelled:
    """
    What the model step made.

    Args:
        rows: Normalized table -> rows.
        offered: Tables that some connected source offers, empty or not.
        links: (entity, reason) -> records linked that way.
        unsure: Pairs that a person should decide.
        problems: Connectors that are left out of the model.
        notes: What a person should know though nothing is left out.
    """

    rows: dict[str, int] = field(default_factory=dict)
    offered: frozenset[str] = frozenset()
    links: dict[tuple[str, str], int] = field(default_factory=dict)
    unsure: int = 0
    problems: list[UserError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def model(warehouse: Warehouse, settings: Settings, now: datetime) -> Modelled:
    """
    Rebuild the normalized tables.
    """
    made = Modelled()
    with warehouse.open() as session, session.transaction():
        session.execute(f"create schema if not exists {STACKED}")
        given = list(_given(session, settings, now, made.problems))
        selects = _selects(given)
        for table in TABLES.values():
            _stack(session, table, selects.get(table.name, []))
        made.offered = _offered(session, given, selects)
        found = identity.identify(session, settings, made.offered)
        made.links, made.unsure = found.links, found.unsure
        made.notes += found.notes
        for table in TABLES.values():
            identity.add_keys(session, table)
            made.rows[table.name] = int(session.value(f"select count(*) from {name(table.name)}") or 0)
        _remember_problems(session, made.problems)
        session.remember("offered", ",".join(sorted(made.offered)))
    return made


def _remember_problems(session: Session, problems: Iterable[UserError]) -> None:
    """
    Keep which connectors the model does not hold: what is computed from it lacks their records.
    """
    session.execute("delete from noria.facts_of where key like 'model lacks:%'")
    for number, problem in enumerate(problems):
        session.remember(f"model lacks:{number}", problem.what)


def offered(session: Session) -> frozenset[str]:
    """
    The normalized tables that some source offered when the model was last made.
    """
    return frozenset(filter(None, (session.recall("offered") or "").split(",")))


@dataclass
class _Given:
    """
    What one connector brings to the model.

    Args:
        streams: Names of its streams: a raw table without one is what is left of a source that is gone.
        feeding: Normalized table -> the streams it needs.
    """

    connected: Connected
    context: Context
    streams: frozenset[str]
    feeding: dict[str, list[str]]


def _given(session: Session, settings: Settings, now: datetime, problems: list[UserError]) -> Iterator[_Given]:
    """
    The connectors that have records; one whose files or settings cannot be read is told of and left out.
    """
    for connected in settings.connectors.values():
        if connected.connector.source is None:
            continue
        own = context(connected, settings, now)
        try:
            source = connected.connector.source(connected.settings, own)
            try:
                streams = list(source.streams())
            finally:
                source.close()
        except UserError as error:
            problems.append(error)
            continue
        raw.prepare(session, connected.name, streams)
        feeding: dict[str, list[str]] = {}
        for stream in streams:
            for table in stream.feeds:
                feeding.setdefault(table, []).append(stream.name)
        yield _Given(connected, own, frozenset(stream.name for stream in streams), feeding)


@dataclass(frozen=True)
class _Select:
    """
    The rows that one connector has for a table.
    """

    connector: str
    tree: exp.Expr


def _offered(session: Session, given: Iterable[_Given], selects: Mapping[str, list[_Select]]) -> frozenset[str]:
    """
    A table is offered when every connector that has records for it read them to the end at least once.

    Part of the records, or records without a field that is needed, would give a wrong number: a first pull that is
    still under way, an object or a field that a connector may not read, leave the table unknown, whoever else has
    records for it.
    """
    found: set[str] = set()
    waiting: set[str] = set()
    for one in given:
        known = raw.states(session, one.connected.name)
        for table, feeding in one.feeding.items():
            for select in selects.get(table, []):
                if select.connector != one.connected.name:
                    continue
                wanted = drivers(select.tree) & set(feeding)  # a stream that the settings leave out is not waited for
                states = [known.get(driver, raw.StreamState()) for driver in wanted]
                whole = all(state.is_offered and state.is_complete and not state.dropped for state in states)
                (found if whole else waiting).add(table)
    return frozenset(found - waiting)


def _selects(given: Iterable[_Given]) -> dict[str, list[_Select]]:
    """
    Normalized table -> the bound selects of the connectors.
    """
    found: dict[str, list[_Select]] = {}
    for one in given:
        connected = one.connected
        folder = connected.connector.normalize
        if folder is None:
            continue
        make = connected.connector.placeholders
        placeholders = {"self": connected.name, **(make(connected.settings, one.context) if make else {})}
        for file in sorted(folder.glob("*.sql")):
            table = _table_of(file)
            tree = bind(
                read(file),
                placeholders,
                raw.schema_of(connected.name),
                where=f"connectors.{connected.name} ({file.name})",
            )
            if not {t.name for t in tree.find_all(exp.Table) if t.db} <= one.streams:
                continue  # a folder of files has a stream only where it has a file
            _known_columns(tree, table, file)
            found.setdefault(table.name, []).append(_Select(connected.name, tree))
    return found


def _table_of(file: Path) -> Table:
    if file.stem not in TABLES:
        raise UserError(
            f"There is no normalized table {file.stem!r}.", where=str(file), fix=close_matches(file.stem, TABLES)
        )
    return TABLES[file.stem]


def _known_columns(tree: exp.Expr, table: Table, file: Path) -> None:
    given = {column.name for column in table.given}
    for output in getattr(tree, "named_selects", []):
        if output not in given:
            raise UserError(
                f"The table {table.name} has no column {output!r}.", where=str(file), fix=close_matches(output, given)
            )


def _stack(session: Session, table: Table, selects: Iterable[_Select]) -> None:
    """
    One normalized table from all connectors, typed as the schema says.
    """
    parts = []
    for select in selects:
        given = set(getattr(select.tree, "named_selects", []))
        columns = []
        for column in table.given:
            if column.name == "source":
                columns.append(f"cast({exp.Literal.string(select.connector).sql()} as varchar) as source")
            elif column.name == "is_deleted" and column.name in given:
                columns.append("coalesce(is_deleted, false) as is_deleted")
            elif column.name == "is_deleted":
                columns.append("false as is_deleted")
            else:
                value = name(column.name) if column.name in given else "null"
                columns.append(f"cast({value} as {column.type.value}) as {name(column.name)}")
        parts.append(f"select {', '.join(columns)} from ({render(select.tree)}) as given")
    if not parts:
        typed = ", ".join(f"cast(null as {c.type.value}) as {name(c.name)}" for c in table.given)
        parts = [f"select {typed} where false"]
    session.execute(f"create or replace table {name(STACKED, table.name)} as {' union all '.join(parts)}")
