"""
A folder of files as a source.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.contract import Context
from connectors.errors import BadData
from connectors.files import CONNECTOR
from connectors.files.settings import FilesSettings
from connectors.files.source import FilesSource
from connectors.files.tables import FOLDER, statement
from connectors.schema import TABLES

Put = Callable[[str, str], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """
    Writes a file into the folder that is read.
    """

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode())
        os.utime(path, (1_700_000_000, 1_700_000_000))
        return path

    return write


def source(folder: Path, timezone: str = "Europe/Madrid") -> FilesSource:
    settings = FilesSettings(kind="files", folder=Path())
    return FilesSource(settings, Context(name="files", timezone=timezone, folder=folder))


def read(found: FilesSource, table: str, state: dict[str, Any] | None = None) -> tuple[list[dict[str, Any]], Any]:
    """
    The rows of a table and the state after them; the state is None where nothing came.
    """
    stream = next(stream for stream in found.streams() if stream.name == table)
    batches = list(found.read(stream, state))
    names = {field.name for field in stream.fields}
    for batch in batches:
        assert set(batch.rows.column_names) <= names
    assert [batch.complete for batch in batches] == [False] * (len(batches) - 1) + [True] * bool(batches)
    return [row for batch in batches for row in batch.rows.to_pylist()], dict(batches[-1].state) if batches else None


def test_values_arrive_typed_and_money_keeps_its_cents(put: Put, tmp_path: Path) -> None:
    """
    Ten cents three times stay 0.1000; instants without offset are Madrid time: 09:30 in July is 07:30 UTC.
    """
    put(
        "opportunities.csv",
        "id,amount,created_at,closed_on,is_won,probability,name\n"
        "a,0.1,2026-07-01T09:30,2026-07-31,true,0.5,Ñandú\n"
        'b, 1e3 ,2026-07-01T09:30:00+0200,2026-07-31 00:00:00,FALSE,,"Big, one"\n'
        "c,,,,,,\n",
    )

    rows, _ = read(source(tmp_path), "opportunities")

    assert [row["amount"] for row in rows] == ["0.1000", "1000.0000", None]
    assert [row["created_at"] for row in rows] == ["2026-07-01T07:30:00.000000Z"] * 2 + [None]
    assert [row["closed_on"] for row in rows] == ["2026-07-31", "2026-07-31", None]
    assert [row["is_won"] for row in rows] == [True, False, None]
    assert [row["probability"] for row in rows] == [0.5, None, None]
    assert [row["name"] for row in rows] == ["Ñandú", "Big, one", None]


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("accounts", "created_at", "01/07/2026"),
        ("accounts", "created_at", "2026-13-01"),
        ("accounts", "is_deleted", "yes"),
        ("campaigns", "starts_on", "2026-02-30"),
        ("campaigns", "starts_on", "2026-02-03 10:00"),
        ("campaigns", "budget", "1,234.50"),
        ("campaigns", "budget", "100000000000000"),
        ("campaigns", "budget", "12 EUR"),
        ("stages", "probability", "inf"),
        ("stages", "probability", "1e999"),
        ("stages", "position", "1.5"),
        ("stages", "position", "99999999999999999999"),
        ("owners", "team", "Marketing"),
        ("owners", "email_key", "ana@example.org"),
        ("owners", "email", "none"),
        ("accounts", "source", "salesforce"),
    ],
)
def test_a_row_that_does_not_parse_is_left_out_and_listed(
    put: Put, tmp_path: Path, table: str, column: str, value: str
) -> None:
    """
    Line 3 goes, with its column and value; lines 2 and 4 stay. An address never shows in the list.
    """
    put(f"{table}.csv", f'id,{column}\na,\nb,"{value}"\nc,\n')
    found = source(tmp_path)

    rows, state = read(found, table)

    assert [row["id"] for row in rows] == ["a", "c"]
    (problem,) = found.problems()
    shown = "[redacted address]" if "@" in value else value
    assert (problem.file, problem.line, problem.column, problem.value) == (f"{table}.csv", 3, column, shown)
    assert problem.why
    assert found.left_out() == {f"{table}.csv": 1}
    assert state["left_out"] == 1


def test_a_wrong_word_brings_the_closest(put: Put, tmp_path: Path) -> None:
    """
    The kind `Medai` of a cost is probably `media`.
    """
    put("costs.csv", "starts_on,kind,amount\n2026-01-01,Medai,5\n")
    found = source(tmp_path)

    read(found, "costs")

    assert "did you mean media" in found.problems()[0].why


def test_lines_are_right_after_quoted_newlines_blank_and_ragged_rows(put: Put, tmp_path: Path) -> None:
    """
    Counted by hand in the text below: bad dates on lines 5 and 13, ragged rows on lines 7 and 8 (the latter two lines
    long) and 14.
    """
    put(
        "accounts.csv",
        "\ufeffid,name,created_at\r\n"  # 1
        'a,"two\r\nlines",2026-01-01\r\n'  # 2-3
        "\r\n"  # 4
        'b,"x",bad\r\n'  # 5
        "c,x,\r\n"  # 6
        "d,x\r\n"  # 7
        'e,"x\r\ny"\r\n'  # 8-9
        'f,"p\r\nq\r\nr",\r\n'  # 10-12
        "g,,bad\r\n"  # 13
        "h,,,,",  # 14
    )
    found = source(tmp_path)

    rows, _ = read(found, "accounts")

    assert [row["id"] for row in rows] == ["a", "c", "f"]
    assert [(p.line, p.column) for p in found.problems()] == [
        (5, "created_at"),
        (7, ""),
        (8, ""),
        (13, "created_at"),
        (14, ""),
    ]
    assert found.left_out() == {"accounts.csv": 5}


def test_lines_are_right_across_blocks(put: Put, tmp_path: Path) -> None:
    """
    A file of some 20 MB is read in several batches; its one bad row, two lines long, begins on line 150,003 because
    each of the 50,000 rows before it takes three lines and two single lines stand before them.
    """
    filler = "x" * 400
    rows = "".join(f'{n},"a\nb\n{filler}",\n' for n in range(50_000))
    put("accounts.csv", f'id,name,created_at\nfirst,,\n{rows}bad,"\n",never\nlast,,\n')
    found = source(tmp_path)

    stream = found.streams()[0]
    batches = list(found.read(stream, None))

    assert len(batches) > 1
    assert sum(batch.rows.num_rows for batch in batches) == 50_002
    assert {batch.total for batch in batches} == {50_002}
    assert [(p.line, p.column) for p in found.problems()] == [(150_003, "created_at")]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_commas_semicolons_and_tabs_part_values(put: Put, tmp_path: Path, mark: str) -> None:
    """
    Spreadsheets write what their locale asks for; the header tells which. A `source` column may name this connector.
    """
    put("accounts.csv", f'id,name,source\na,"x{mark}y",files\n'.replace(",", mark))

    rows, _ = read(source(tmp_path), "accounts")

    assert rows == [{"id": "a", "name": f"x{mark}y"}]


def test_some_rows_with_an_id_and_some_without(put: Put, tmp_path: Path) -> None:
    """
    Each row has its own id where it gives one, and its content as the key where it does not.
    """
    put("costs.csv", "id,starts_on,amount\nrent,2026-01-01,5\n,2026-01-01,5\n")

    rows, _ = read(source(tmp_path), "costs")

    assert [len(row["id"]) for row in rows] == [4, 32]


def test_a_row_without_its_id_is_left_out(put: Put, tmp_path: Path) -> None:
    """
    Accounts need an id; a line of empty cells is no row at all.
    """
    put("accounts.csv", "id,name\n,Nameless\n,\na,Ana\n")
    found = source(tmp_path)

    rows, _ = read(found, "accounts")

    assert [row["id"] for row in rows] == ["a"]
    assert [(p.line, p.column) for p in found.problems()] == [(2, "id")]


def test_two_rows_with_one_id_stop_the_file(put: Put, tmp_path: Path) -> None:
    """
    Lines 2 and 4 carry the id `a`; no batch is handed out.
    """
    put("accounts.csv", "id,name\na,One\nb,Two\na,Three\n")
    found = source(tmp_path)

    with pytest.raises(BadData, match=r"accounts\.csv, lines 2 and 4"):
        next(iter(found.read(found.streams()[0], None)))


def test_two_equal_rows_without_id_are_an_error_that_proposes_one(put: Put, tmp_path: Path) -> None:
    """
    5 and 5.00 are the same cost; with an id of their own both load.
    """
    put("costs.csv", "starts_on,kind,amount\n2026-01-01,media,5\n2026-01-01,media,6\n2026-01-01,media,5.00\n")

    with pytest.raises(BadData, match="lines 2 and 4") as error:
        read(source(tmp_path), "costs")
    assert "`id`" in error.value.fix

    put("costs.csv", "starts_on,kind,amount,id\n2026-01-01,media,5,a\n2026-01-01,media,5,b\n")
    rows, _ = read(source(tmp_path), "costs")
    assert [row["id"] for row in rows] == ["a", "b"]


def test_the_key_made_of_the_content_knows_no_column_order(put: Put, tmp_path: Path) -> None:
    """
    The same cost has the same id, however its columns are ordered and whether an empty one is there.
    """
    put("costs.csv", "starts_on,amount\n2026-01-01,5\n")
    first, _ = read(source(tmp_path), "costs")
    put("costs.csv", "amount,channel,starts_on\n5.0,,2026-01-01\n")
    second, _ = read(source(tmp_path), "costs")

    assert first[0]["id"] == second[0]["id"]
    assert len(first[0]["id"]) == 32


def test_unknown_tables_and_columns_stop_with_the_closest_names(put: Put, tmp_path: Path) -> None:
    """
    All are told at once; a file of another kind is none of ours.
    """
    put("acounts.csv", "id\n")
    put("costs.csv", "starts_on,amonut\n")
    put("README.txt", "notes")

    with pytest.raises(BadData) as error:
        source(tmp_path).streams()

    assert "accounts" in str(error.value)
    assert "did you mean amount" in str(error.value)
    assert [finding.level for finding in source(tmp_path).check()] == ["error"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("accounts.csv", b"", "no header"),
        ("accounts.csv", b"id,id\n", "twice"),
        ("accounts.csv", b"name\n", "'id' is missing"),
        ("accounts.csv", b"id,name\na,x\nb,Se\xf1or\n", "UTF-8"),
        ("accounts.parquet", b"id,name\n", "as parquet"),
        ("accounts.csv", b'id,name\na,"open\nb,Two\nc,Three\n', "never closed"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    """
    A file as a whole that is not what it should be stops the connector in plain words, naming the file.
    """
    (tmp_path / name).write_bytes(content)

    with pytest.raises(BadData) as error:
        read(source(tmp_path), "accounts")

    assert says in str(error.value)
    assert name in str(error.value)


def test_a_folder_that_is_missing_names_the_setting(tmp_path: Path) -> None:
    """
    The error says which setting to mend.
    """
    with pytest.raises(BadData, match=r"connectors\.files\.folder"):
        source(tmp_path / "nowhere").streams()


@pytest.mark.parametrize("text", ["id,name\n", "id,name", "id;name\r\n"])
def test_a_header_alone_offers_an_empty_table(put: Put, tmp_path: Path, text: str) -> None:
    """
    The stream is there and its one batch is empty: "none" was said, not "unknown".
    """
    put("accounts.csv", text)

    rows, state = read(source(tmp_path), "accounts")

    assert rows == []
    assert state is not None


def test_only_a_changed_file_is_read_again(put: Put, tmp_path: Path) -> None:
    """
    Unchanged: no batch, and what was left out is still told. Touched: its hash says it is the same. Changed: all again.
    Another time zone: all again, since instants without offset now mean other moments.
    """
    path = put("accounts.csv", "id,created_at\na,2026-01-01\nb,never\n")
    _, state = read(source(tmp_path), "accounts")

    again = source(tmp_path)
    assert read(again, "accounts", state) == ([], None)
    assert [(p.line, p.value) for p in again.problems()] == [(3, "never")]
    assert again.left_out() == {"accounts.csv": 1}

    os.utime(path, (1_700_000_500, 1_700_000_500))
    assert read(source(tmp_path), "accounts", state) == ([], None)

    assert len(read(source(tmp_path, "UTC"), "accounts", state)[0]) == 1

    put("accounts.csv", "id,created_at\na,2026-01-01\nb,2026-01-02\n")
    assert len(read(source(tmp_path), "accounts", state)[0]) == 2


def test_parquet_follows_the_same_rules(tmp_path: Path) -> None:
    """
    Typed columns and text columns give what the same values in CSV give; a problem names the row.
    """
    table = pa.table(
        {
            "id": pa.array([1, 2, 3]),
            "amount": pa.array([Decimal("0.10"), Decimal("2.50"), None]),
            "created_at": pa.array([datetime(2026, 7, 1, 9, 30)] * 3, pa.timestamp("us")),
            "closed_on": pa.array([date(2026, 7, 31)] * 3),
            "is_won": pa.array([True, False, None]),
            "probability": pa.array(["0.5", "half", None]),
        }
    )
    pq.write_table(table, tmp_path / "opportunities.parquet")
    found = source(tmp_path)

    rows, _ = read(found, "opportunities")

    assert [row["id"] for row in rows] == ["1", "3"]
    assert rows[0]["amount"] == "0.1000"
    assert rows[0]["created_at"] == "2026-07-01T07:30:00.000000Z"
    assert rows[0]["closed_on"] == "2026-07-31"
    assert rows[0]["is_won"] is True
    assert [(p.line, p.column, p.value) for p in found.problems()] == [(2, "probability", "half")]


def test_an_address_goes_to_the_field_that_is_hashed(put: Put, tmp_path: Path) -> None:
    """
    `email` becomes the field of type email, so that the warehouse hashes it before it is stored.
    """
    put("leads.csv", "id,email\na,Ana@Example.org\n")
    found = source(tmp_path)

    rows, _ = read(found, "leads")

    assert rows[0]["email_address"] == "Ana@Example.org"
    assert {f.name: f.type for f in found.streams()[0].fields}["email_address"] == "email"


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_each_normalize_statement_is_the_one_the_schema_prints(table: Any) -> None:
    """
    The file is up to date (else: `python -m connectors.files.tables`) and runs over the raw table of its stream.
    """
    text = (FOLDER / f"{table.name}.sql").read_text()
    assert text == statement(table)
    assert CONNECTOR.normalize == FOLDER

    from connectors.files.source import stream_of

    types = {"instant": "timestamptz", "date": "date", "number": "double", "integer": "bigint", "boolean": "boolean"}
    columns = [f'"{field.name}" {types.get(field.type, "varchar")}' for field in stream_of(table).fields]
    if "email_key" in table.names:
        columns += ["email_address_domain varchar", "email_address_is_shared boolean"]
    with duckdb.connect() as engine:
        engine.execute(f"create table {table.name} ({', '.join(columns)})")
        found = engine.sql(text)
        assert found.columns == [column.name for column in table.given if column.name != "source"]
        expected = {column.name: column.type.value for column in table.given}
        spoken = {"TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ"}
        assert [spoken.get(str(t), str(t)) for t in found.types] == [expected[name] for name in found.columns]
