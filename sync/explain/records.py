"""
The records behind a term: what people call them, and their pages in the CRM.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow as pa

from connectors.schema import TABLES
from sync.sql import name
from sync.warehouse import Session

_GIVEN = "explained_keys"

# Tables whose records identity took together: one key for all that tell of one thing.
_KEYS = {
    "leads": "person_key",
    "accounts": "account_key",
    "opportunities": "opportunity_key",
    "tickets": "ticket_key",
    "campaigns": "campaign_key",
    "activities": "activity_key",
}
# What tells one record from another, in the words of its table; people are kept without names.
_CALLED = {
    "accounts": ("name",),
    "leads": ("kind",),
    "opportunities": ("name",),
    "campaigns": ("name",),
    "activities": ("kind",),
    "touches": ("kind", "channel"),
    "tickets": ("kind", "product"),
    "revenue": ("kind",),
    "costs": ("kind", "channel"),
    "subscriptions": ("product_family", "plan"),
    "email_sends": ("name",),
    "web_traffic": ("channel",),
    "onboardings": ("product",),
    "offers": ("kind",),
    "targets": ("kpi", "member"),
    "product_usage": ("product", "feature"),
}
# A record without a page of its own is found by that of the record it belongs to.
_BELONGS = (("opportunity_id", "opportunities"), ("lead_id", "leads"), ("account_id", "accounts"))


@dataclass(frozen=True)
class Link:
    """
    A record at its vendor.

    Args:
        source: The connector it came from.
        id: The vendor's id.
        url: Its page, or that of the record it belongs to.
    """

    source: str
    id: str | None
    url: str | None


@dataclass(frozen=True)
class Record:
    """
    A record that a number rests on.

    Args:
        table: Its normalized table; None where a model splits the records of a day together.
        key: Its key, that of the person, account or deal where several records tell of one.
        first_on: Its day, the first of them where it counts on several.
        last_on: The last one.
        contribution: What it adds to a sum, 1 in a count, its value in a median.
        name: What people call it, else its kind.
        links: Where it stands in the CRM, once per system.
    """

    table: str | None
    key: str | None
    first_on: date | None
    last_on: date | None
    contribution: float
    name: str | None = None
    links: tuple[Link, ...] = ()


def found(records: str, *, is_median: bool, is_net: bool) -> str:
    """
    The select of records, one row each: of a sum those of one record are taken together.

    Args:
        records: A select as `Explanation.records_sql` gives it.
        is_median: True where every row counts by itself.
        is_net: True where a record may net to nothing, and is then not behind the number.
    """
    if is_median:
        return f'select record_table, record_key, "on" as first_on, "on" as last_on, contribution from ({records}) as r'
    return (
        'select record_table, record_key, min("on") as first_on, max("on") as last_on,'
        " sum(contribution) as contribution"
        f" from ({records}) as r group by record_table, record_key"
        + (" having sum(contribution) <> 0" if is_net else "")
    )


def listed(session: Session, select: str, limit: int | None) -> list[Record]:
    """
    The first records, those that weigh most before the others.

    Args:
        select: As `found` gives it.
        limit: How many; None for all.
    """
    rows = session.rows(
        f"select * from ({select}) as found order by abs(contribution) desc, first_on, record_table, record_key"
        + ("" if limit is None else f" limit {limit:d}")
    )
    return with_pages(
        session,
        [
            Record(row["record_table"], row["record_key"], row["first_on"], row["last_on"], float(row["contribution"]))
            for row in rows
        ],
    )


def with_pages(session: Session, records: Sequence[Record]) -> list[Record]:
    """
    Records with what people call them and their links.
    """
    told = pages(session, [(record.table, record.key) for record in records])
    return [
        replace(record, name=called, links=links)
        for record in records
        for called, links in [told.get((record.table, record.key), (None, ()))]
    ]


Told = tuple[str | None, tuple[Link, ...]]
Key = tuple[str | None, str | None]
"""
Table and key of a record.
"""


def pages(session: Session, records: Iterable[Key]) -> dict[Key, Told]:
    """
    What records are called and where they stand.

    Args:
        records: Table and key of each.
    """
    keys: dict[str, list[str]] = {}
    for table, key in dict.fromkeys(records):
        if table in TABLES and key is not None:
            keys.setdefault(table, []).append(key)
    told: dict[Key, Told] = {}
    for table, wanted in keys.items():
        with session.given(_GIVEN, pa.table({"key": wanted})):
            rows = session.rows(_pages(table))
        by_key: dict[str, list[Mapping[str, Any]]] = {}
        for row in rows:
            by_key.setdefault(row["key"], []).append(row)
        for key, own in by_key.items():
            called = next((row["called"] for row in own if row["called"]), None)
            links = tuple(dict.fromkeys(Link(row["source"], row["id"], row["url"]) for row in own))
            told[table, key] = (called, links)
    return told


def _pages(table: str) -> str:
    """
    Per key asked the rows of a table that tell of it, the one it is called after first.
    """
    columns = TABLES[table].names
    own_key = "t.source || ':' || coalesce(t.id, '')"
    key = _KEYS.get(table)
    urls, joins = ["t.url"], []
    for pointer, other in _BELONGS:
        if pointer in columns and other != table:
            urls.append(f"{other}.url")
            joins.append(f"left join {other} on {other}.source = t.source and {other}.id = t.{pointer}")
    called = ", ".join(f"t.{name(column)}" for column in _CALLED.get(table, ()) if column in columns)
    match = f"coalesce(t.{name(key)}, {own_key})" if key else own_key
    if table == "activities":
        # of an activity that several systems log, the fact names one record: the others are its siblings
        match = f"coalesce(t.{name(key or '')}, {own_key})"
        keys = f"select distinct k.key, {match} as same from {_GIVEN} as k join activities as t on {own_key} = k.key"
    else:
        keys = f"select key, key as same from {_GIVEN}"
    return (
        f"select k.key, t.source, t.id, {'coalesce(' + ', '.join(urls) + ', null)'} as url,"
        f" {'concat_ws(' + repr(' · ') + ', ' + called + ')' if called else 'null'} as called"
        f" from ({keys}) as k join {name(table)} as t on {match} = k.same {' '.join(joins)}"
        " where not coalesce(t.is_deleted, false)"
        f" order by k.key, {own_key} = k.key desc, t.source, t.id"
    )
