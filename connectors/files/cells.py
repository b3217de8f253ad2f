"""
Text cells to typed ones: what each column of the schema accepts, as SQL over a whole batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from connectors.contract import Field, RawType, RowProblem
from connectors.errors import close_matches
from connectors.files.client import LINE, shown
from connectors.schema import Column, Table, Type

ADDRESS = "email"
"""
The header that may stand in for `email_key`.
"""

ADDRESS_FIELD = "email_address"
"""
Its name in the raw table: not `email`, for the warehouse sets `<name>_domain` and `<name>_is_shared` beside it, and
`email_domain` is a column of the schema.
"""

_BAD = "is bad"
_NUMBER = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?"
_DATE = r"\d{4}-\d{2}-\d{2}"
_INSTANT = _DATE + r"([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?( ?(Z|[+-]\d{2}(:?\d{2})?))?)?"

_RAW: dict[Type, RawType] = {
    Type.TEXT: "text",
    Type.INSTANT: "instant",
    Type.DATE: "date",
    Type.MONEY: "text",  # the digits as they stand: a float would lose cents
    Type.NUMBER: "number",
    Type.INTEGER: "integer",
    Type.BOOLEAN: "boolean",
}
_WHY: dict[Type, str] = {
    Type.INSTANT: "not an instant: write 2026-11-30T09:30:00Z",
    Type.DATE: "not a date: write 2026-11-30",
    Type.MONEY: "not an amount: write 1234.56, below 10^14, with a dot and nothing else",
    Type.NUMBER: "not a number: write 1234.56, with a dot and nothing else",
    Type.INTEGER: "not a whole number",
    Type.BOOLEAN: "neither true nor false",
}


def fields(table: Table) -> tuple[Field, ...]:
    """
    The raw fields of a table's stream: its columns, and the address where it knows people by `email_key`.
    """
    own = tuple(Field(c.name, _RAW[c.type], required=False) for c in table.given if c.name != "source")
    return (*own, Field(ADDRESS_FIELD, "email", required=False)) if _has_address(table) else own


def headers(table: Table) -> tuple[str, ...]:
    """
    The column names that a table's file may have.
    """
    own = tuple(column.name for column in table.given)
    return (*own, ADDRESS) if _has_address(table) else own


def _has_address(table: Table) -> bool:
    return "email_key" in table.names


def quoted(name: str) -> str:
    """
    A name as SQL.
    """
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


@dataclass(frozen=True)
class _Cell:
    """
    A column of the file: which raw field it fills, and as what.
    """

    header: str
    name: str
    value: str
    why: str


def _cell(table: Table, header: str, cell: str, connector: str) -> _Cell:
    """
    Args:
        cell: SQL of the trimmed text; the value made of it is null where the text is not acceptable.
    """
    if header == ADDRESS and _has_address(table):
        address = rf"case when regexp_full_match({cell}, '[^@\s]+@[^@\s]+') then {cell} end"
        return _Cell(header, ADDRESS_FIELD, address, "not an address")
    column = table.column(header)
    value, why = _value(column, cell), _WHY.get(column.type, "")
    if header == "source":
        value = f"case when {cell} = {_text(connector)} then {cell} end"
        why = f"the rows of this folder belong to {connector!r}: leave the column out"
    elif header == "email_key":
        value = f"case when strpos({cell}, '@') = 0 then {cell} end"
        why = f"an address, not a key: call the column {ADDRESS}, it is then hashed"
    elif column.values:
        value = f"case when {cell} in ({', '.join(map(_text, column.values))}) then {cell} end"
        why = f"not one of {', '.join(column.values)}"
    return _Cell(header, header, value, why)


def _value(column: Column, cell: str) -> str:
    if column.type is Type.INSTANT:
        instant = f"try_cast(replace({cell}, ' Z', 'Z') as timestamptz)"
        return (
            f"case when regexp_full_match({cell}, '{_INSTANT}')"
            f" then strftime(timezone('UTC', {instant}), '%Y-%m-%dT%H:%M:%S.%fZ') end"
        )
    if column.type is Type.DATE:
        day = rf"regexp_replace({cell}, '[T ]00:00(:00(\.0+)?)?$', '')"
        return f"case when regexp_full_match({day}, '{_DATE}') then cast(try_cast({day} as date) as varchar) end"
    if column.type is Type.MONEY:
        amount = f"cast(try_cast({cell} as decimal(18, 4)) as varchar)"
        return f"case when regexp_full_match({cell}, '{_NUMBER}') then {amount} end"
    if column.type is Type.NUMBER:
        number = f"try_cast({cell} as double)"
        return f"case when regexp_full_match({cell}, '{_NUMBER}') and isfinite({number}) then {number} end"
    if column.type is Type.INTEGER:
        whole = rf"regexp_replace({cell}, '\.0*$', '')"
        return rf"case when regexp_full_match({whole}, '[+-]?\d+') then try_cast({whole} as bigint) end"
    if column.type is Type.BOOLEAN:
        return f"case lower({cell}) when 'true' then true when 'false' then false end"
    return cell


class Cells:
    """
    Checks and types the batches of one file.

    Args:
        table: The normalized table that the file fills.
        columns: The file's header, already known to be the table's.
        connector: The connector's name; a `source` column must hold nothing else.
        timezone: IANA name; instants without an offset are meant in it.
    """

    def __init__(self, table: Table, columns: Sequence[str], *, connector: str, timezone: str) -> None:
        self._table = table
        self._cells = [_cell(table, header, f"r{n}", connector) for n, header in enumerate(columns)]
        self._statement, self._parts = self._select()
        self._engine = duckdb.connect(config={"threads": 2})
        self._engine.execute("set TimeZone = " + _text(timezone))

    def typed(self, batch: pa.Table) -> tuple[pa.Table, pa.Table]:
        """
        The rows of a batch that parse, as raw fields beside `LINE`; and those that do not, for `problems`.
        """
        half = batch.num_rows // 2  # two chunks are two threads' work
        self._engine.register("batch", pa.concat_tables([batch.slice(0, half), batch.slice(half)]))
        found = self._engine.sql(self._statement).to_arrow_table()
        bad = found.filter(found[_BAD]).select([LINE])
        if bad.num_rows:
            bad = self._engine.sql(self._parts).to_arrow_table()
            found = found.filter(pc.invert(found[_BAD]))
        self._engine.unregister("batch")
        return found.drop_columns([_BAD]), bad

    @property
    def names(self) -> list[str]:
        """
        The raw fields that this file fills.
        """
        return [cell.name for cell in self._cells if cell.name != "source"]

    def problems(self, file: str, bad: pa.Table, limit: int) -> list[RowProblem]:
        """
        Each cell for which a row of `bad` was left out, at most `limit`.
        """
        found = []
        for row in bad.slice(0, limit).to_pylist():
            for n, cell in enumerate(self._cells):
                text, value = row[f"r{n}"], row[f"v{n}"]
                if text is not None and value is None:
                    found.append(
                        RowProblem(file, row[LINE], cell.header, shown(text), cell.why + self._hint(cell, text))
                    )
                elif cell.name == "id" and text is None and not self._table.content_key:
                    found.append(RowProblem(file, row[LINE], "id", "", "every row of this table needs an id"))
        return found[:limit]

    def _hint(self, cell: _Cell, text: str) -> str:
        words = self._table.column(cell.header).values if cell.header in self._table.names else ()
        hint = close_matches(text.lower(), words) if words else ""
        return f"; {hint}" if hint.startswith("did") else ""

    def _select(self) -> tuple[str, str]:
        places = range(len(self._cells))
        # A typed column of a Parquet file is taken through its text too: one set of rules for both kinds of file.
        raw = [
            f"nullif(trim(cast({quoted(cell.header)} as varchar)), '') as r{n}" for n, cell in enumerate(self._cells)
        ]
        values = [f"{cell.value} as v{n}" for n, cell in enumerate(self._cells)]
        bad = [f"(r{n} is not null and v{n} is null)" for n in places]
        where = {cell.name: n for n, cell in enumerate(self._cells)}
        if not self._table.content_key:
            bad.append(f"v{where['id']} is null")
        named = [f"v{n} as {quoted(name)}" for name, n in where.items() if name not in ("source", "id")]
        some = " or ".join(f"r{n} is not null" for n in places)  # a line of empty cells is no row
        cells = (
            f"with given as (select {quoted(LINE)}, {', '.join(raw)} from batch),"  # noqa: S608 - names of the schema only
            f" cells as (select *, {', '.join(values)} from given where {some})"
        )
        wrong = " or ".join(bad)
        outer = [quoted(LINE), f"{self._key(where)} as id", *named, f"{wrong} as {quoted(_BAD)}"]
        parts = [quoted(LINE), *(f"r{n}, v{n}" for n in places)]
        return (
            f"{cells} select {', '.join(outer)} from cells",  # noqa: S608
            f"{cells} select {', '.join(parts)} from cells where {wrong}",  # noqa: S608
        )

    def _key(self, where: Mapping[str, int]) -> str:
        own = f"v{where['id']}" if "id" in where else "null"
        if not self._table.content_key:
            return own
        # A column left out and an empty one are the same content; the order of the columns says nothing.
        parts = [
            f"coalesce(cast(v{where[column.name]} as varchar), chr(30))" if column.name in where else "chr(30)"
            for column in self._table.given
            if column.name not in ("source", "id")
        ]
        return f"coalesce({own}, substr(sha256(concat_ws(chr(31), {', '.join(parts)})), 1, 32))"

    def close(self) -> None:
        self._engine.close()
