"""
The way to a second engine: whatever the model asks of the warehouse can be written in Spark's SQL.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from connectors.schema import TABLES
from sync.model import model
from sync.settings import Settings, build
from sync.sql import bind, parse, read
from sync.warehouse import Session, Warehouse

NOW = datetime(2026, 11, 1, tzinfo=UTC)
EVERY_CONNECTOR = {
    "salesforce": {"domain": "acme.my", "client_id": "id", "client_secret": "env:SPARK_TEST_SECRET"},
    "hubspot": {"access_token": "env:SPARK_TEST_SECRET"},
    "google_analytics": {"property_id": "1", "service_account": "env:SPARK_TEST_SECRET"},
    "files": {"folder": "tables"},
}


class Noting(Session):
    """
    A session that remembers what it was asked.
    """

    statements: list[str]

    def execute(self, sql, parameters=None):
        self.statements.append(sql)
        super().execute(sql, parameters)

    def query(self, sql, parameters=None):
        self.statements.append(sql)
        return super().query(sql, parameters)


class NotingWarehouse(Warehouse):
    """
    A warehouse of such sessions.
    """

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.statements: list[str] = []

    @contextlib.contextmanager
    def open(self, *, read_only: bool = False, threads: int | None = None) -> Iterator[Session]:
        with super().open(read_only=read_only, threads=threads) as session:
            noting = Noting(session._connection)
            noting.statements = self.statements
            yield noting


@pytest.fixture
def settings(tmp_path, monkeypatch) -> Settings:
    monkeypatch.setenv("SPARK_TEST_SECRET", "secret")
    (tmp_path / "tables").mkdir()
    return build({"connectors": {kind: {"kind": kind, **own} for kind, own in EVERY_CONNECTOR.items()}}, tmp_path)


def in_spark(select: exp.Expr) -> exp.Expr:
    """
    The select as Spark would read it; a function that Spark's dialect does not know is an error.
    """
    text = select.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    read = sqlglot.parse_one(text, read="spark")
    unknown = {function.name for function in read.find_all(exp.Anonymous)}
    if unknown:
        raise sqlglot.UnsupportedError(f"Spark has no {', '.join(sorted(unknown))}")
    return read


def test_every_normalize_file_speaks_spark(settings):
    """
    Bound with default settings each select is written in Spark's SQL, parses there, and gives the same columns.
    """
    from sync.pull import context

    seen = 0
    for connected in settings.connectors.values():
        made = connected.connector.placeholders
        given = made(connected.settings, context(connected, settings, NOW)) if made else {}
        for file in connected.connector.normalize.glob("*.sql"):
            select = bind(read(file), {"self": connected.name, **given}, "raw")
            assert select.named_selects == in_spark(select).named_selects, file
            seen += 1
    assert 52 == seen


def test_every_select_of_the_model_speaks_spark(settings, tmp_path):
    """
    So does each select that stacking, identity and the keys run, be it alone or the source of a table or an insert.
    """
    warehouse = NotingWarehouse(tmp_path / "noria.duckdb")
    model(warehouse, settings, NOW)

    selects = 0
    for statement in warehouse.statements:
        for tree in sqlglot.parse(statement, dialect="duckdb"):
            select = tree if isinstance(tree, exp.Query) else tree.args.get("expression")
            if isinstance(select, exp.Query):
                assert isinstance(in_spark(select), exp.Query), statement
                selects += 1
    # Each table is stacked and keyed; identity asks more.
    assert selects > 2 * len(TABLES) + 50


def test_a_construct_that_spark_lacks_is_noticed():
    """
    The tests above can fail: Spark has no rows as values, and no arg_max of several.
    """
    for select in ("select row(a, b) from t", "select arg_max(a, b, 3) from t"):
        with pytest.raises(sqlglot.UnsupportedError):
            in_spark(parse(select))
