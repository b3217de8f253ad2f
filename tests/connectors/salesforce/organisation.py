"""
A small organisation behind the sandbox, and raw tables for the normalize files.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from connectors.contract import Batch, Context, Stream
from connectors.salesforce import CONNECTOR
from connectors.salesforce.destination import SalesforceDestination
from connectors.salesforce.fields import long_id
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.source import SalesforceSource
from connectors.salesforce.streams import streams
from sandbox.app import Sandbox
from sandbox.control import Control
from sandbox.salesforce import Salesforce
from sandbox.vendor import Records
from sync.sql import bind, render

TYPES = {
    "text": "VARCHAR",
    "email": "VARCHAR",
    "instant": "TIMESTAMPTZ",
    "date": "DATE",
    "number": "DOUBLE",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
}


def ident(prefix: str, number: int) -> str:
    return long_id(f"{prefix}{number:012d}")


def stamped(day: str, **fields: Any) -> dict[str, Any]:
    at = f"{day}T10:00:00.000+0000"
    return {"CreatedDate": at, "LastModifiedDate": at, "SystemModstamp": at, "IsDeleted": False, **fields}


def accounts(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [stamped("2026-01-05", Id=ident("001", n), Name=f"Account {n}", **fields) for n in range(1, count + 1)]


@dataclass
class Org:
    """
    A running organisation and how to reach it.
    """

    vendor: Salesforce
    control: Control
    url: str

    def settings(self, **given: Any) -> SalesforceSettings:
        base: dict[str, Any] = {
            "domain": "noria-sandbox.my",
            "client_id": self.vendor.client_id,
            "client_secret": "env:TEST_SALESFORCE_SECRET",
            "base_url": self.url,
            "pause": 0.01,
            "read_timeout": 5,
            "tries": 3,
        }
        return SalesforceSettings(**{**base, **given})

    def source(self, page_size: int | None = 2, **given: Any) -> SalesforceSource:
        return SalesforceSource(self.settings(**given), context(page_size))

    def destination(self, **given: Any) -> SalesforceDestination:
        return SalesforceDestination(self.settings(**given), context())

    def row(self, object: str, id: str) -> Mapping[str, Any]:
        rows = self.vendor.state()["records"][object]
        found: Mapping[str, Any] = next(row for row in rows if row["Id"] == id)
        return found


def context(page_size: int | None = None) -> Context:
    return Context("salesforce", timezone="Europe/Madrid", currency="EUR", page_size=page_size)


@contextmanager
def organisation(monkeypatch: Any, records: Records, **options: Any) -> Iterator[Org]:
    vendor = Salesforce(records, **options)
    monkeypatch.setenv("TEST_SALESFORCE_SECRET", vendor.client_secret)
    monkeypatch.setenv("TEST_SALESFORCE_KEY", vendor.private_key)
    sandbox = Sandbox([vendor])
    sandbox.__enter__()
    try:
        yield Org(vendor, sandbox.control, sandbox.url)
    finally:
        # The server takes a tenth of a second to notice that it is over; no test need wait for that.
        threading.Thread(target=sandbox.__exit__, args=(None, None, None)).start()


def stream(source: SalesforceSource, name: str) -> Stream:
    return next(stream for stream in source.streams() if stream.name == name)


def pull(source: SalesforceSource, name: str, state: Mapping[str, Any] | None = None) -> list[Batch]:
    return list(source.read(stream(source, name), state))


def ids(batches: Iterable[Batch]) -> list[str]:
    return [id for batch in batches for id in batch.rows["Id"].to_pylist()]


def rows(batches: Iterable[Batch]) -> list[dict[str, Any]]:
    return pa.concat_tables([batch.rows for batch in batches]).to_pylist()


class Raw:
    """
    Raw tables in memory, filled by hand, and the normalize files over them.
    """

    def __init__(self, **mapping: Any) -> None:
        self.settings = SalesforceSettings(
            domain="acme.my", client_id="id", client_secret="env:UNUSED", mapping=mapping
        )
        self.database = duckdb.connect()
        self.database.execute("set timezone = 'UTC'")
        self.database.execute("create schema raw")
        for stream in streams(self.settings):
            columns = [f'"{field.name}" {TYPES[field.type]}' for field in stream.fields]
            for field in stream.fields:
                if field.type == "email":
                    columns += [f'"{field.name}_domain" VARCHAR', f'"{field.name}_is_shared" BOOLEAN']
            self.database.execute(f'create table raw."{stream.name}" ({", ".join(columns)})')

    def add(self, table: str, **values: Any) -> None:
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" for _ in values)
        self.database.execute(f'insert into raw."{table}" ({names}) values ({marks})', list(values.values()))

    def normalized(self, table: str) -> list[dict[str, Any]]:
        assert CONNECTOR.normalize is not None and CONNECTOR.placeholders is not None
        text = (CONNECTOR.normalize / f"{table}.sql").read_text()
        tree = bind(text, CONNECTOR.placeholders(self.settings, context()), "raw", where=table)
        found: list[dict[str, Any]] = self.database.sql(render(tree)).to_arrow_table().to_pylist()
        return sorted(found, key=lambda row: str(row["id"]))

    def one(self, table: str) -> dict[str, Any]:
        (row,) = self.normalized(table)
        return row
