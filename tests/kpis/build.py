"""
Builders of normalized rows that show only the fields that matter, and a small warehouse to compute over.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import duckdb
import pyarrow as pa

from connectors.schema import TABLES
from kpis.attribution import SHARES, TRANSITIONS, shares
from kpis.engine import Question
from kpis.facts import FACTS, Environment, Statement, statements
from kpis.model import Kpi
from kpis.objectives import answer

ALL_TABLES = frozenset(TABLES)
TODAY = date(2026, 11, 15)
_ids = itertools.count(1)

Row = tuple[str, dict[str, Any]]


def row(table: str, **fields: Any) -> Row:
    """
    A row of a normalized table with a source and an id of its own.
    """
    return table, {"source": "salesforce", "id": f"{table}-{next(_ids):06d}", **fields}


def lead(created: str | None = "2026-03-10", **fields: Any) -> Row:
    table, values = row("leads", **{"kind": "lead", "created_at": instant(created)} | fields)
    return table, {"person_key": f"salesforce:{values['id']}", **values}


def account(key: str = "acme", **fields: Any) -> Row:
    return row("accounts", id=key, account_key=key, **fields)


def deal(
    outcome: str = "won", closed: str | None = "2026-03-20", created: str | None = "2026-03-01", **fields: Any
) -> Row:
    stated = {
        "created_at": instant(created),
        "closed_on": day(closed),
        "is_closed": outcome in ("won", "lost"),
        "is_won": outcome == "won",
        "currency": "EUR",
        "kind": "new",
    }
    table, values = row("opportunities", **stated | fields)
    return table, {"opportunity_key": f"salesforce:{values['id']}", **values}


def subscription(account_key: str, starts: str, ends: str | None, mrr: float | None, **fields: Any) -> Row:
    return row(
        "subscriptions",
        **{"account_key": account_key, "starts_on": day(starts), "ends_on": day(ends), "mrr": mrr, "currency": "EUR"}
        | fields,
    )


def cost(
    amount: float | None, starts: str = "2026-03-05", ends: str | None = None, kind: str = "media", **fields: Any
) -> Row:
    return row(
        "costs",
        **{"amount": amount, "starts_on": day(starts), "ends_on": day(ends or starts), "kind": kind, "currency": "EUR"}
        | fields,
    )


def touch(at: str, **fields: Any) -> Row:
    return row("touches", at=instant(at), **fields)


def rate(currency: str, on: str, value: float) -> Row:
    return row("exchange_rates", currency=currency, on=day(on), rate=value)


def instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if len(text) == 10:
        moment = moment.replace(hour=12)
    return moment if moment.tzinfo else moment.replace(tzinfo=_UTC)


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


_UTC = datetime.fromisoformat("2000-01-01T00:00:00+00:00").tzinfo


def environment(**settings: Any) -> Environment:
    return Environment(
        **{"timezone": "Europe/Madrid", "currency": "EUR", "offered": ALL_TABLES - {"revenue"}} | settings
    )


@lru_cache(maxsize=32)
def _statements(known: Environment) -> tuple[Statement, ...]:
    return tuple(statements(known))


def _named(sql: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", sql)) & FACTS.keys()


@lru_cache(maxsize=256)
def _under(names: frozenset[str], known: Environment) -> frozenset[str]:
    """
    The facts named and all that they are made from.
    """
    texts = {statement.name: statement.sql for statement in _statements(known)}
    texts |= {name: fact.monthly_of for name, fact in FACTS.items() if fact.monthly_of}
    found: frozenset[str] = frozenset()
    while names - found:
        found |= names
        names = frozenset().union(*(_named(texts[name]) for name in found))
        if SHARES in names:
            names |= {TRANSITIONS}
    return found


@lru_cache(maxsize=32)
def reads(known: Environment) -> dict[str, frozenset[str]]:
    """
    The normalized tables that each fact is made from, directly or through others.
    """
    own = {
        statement.name: TABLES.keys() & set(re.findall(r"(?:from|join) (\w+)", statement.sql.lower()))
        for statement in _statements(known)
    }
    return {
        name: frozenset(table for each in _under(frozenset({name}), known) for table in own.get(each, ()))
        for name in own
    }


@lru_cache(maxsize=1)
def _tables() -> str:
    made = []
    for table in TABLES.values():
        columns = ", ".join(f'"{column.name}" {column.type.value}' for column in table.columns)
        made.append(f"create table {table.name} ({columns})")
    return ";".join(made)


@dataclass(frozen=True)
class Answer:
    """
    One row of a result.
    """

    kpi: str
    grain: str
    period_start: date
    period_end: date
    dimension: str
    member: str
    member_id: str
    value: float | None
    numerator: float | None
    denominator: float | None
    reason: str | None
    flags: str
    definition: str
    previous: float | None
    year_before: float | None
    interval_low: float | None
    interval_high: float | None
    target: float | None
    status: str | None


class Warehouse:
    """
    Normalized tables in memory, with facts built from them when a question is asked.
    """

    def __init__(self, *rows: Row, **settings: Any) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("set timezone = 'America/New_York'")  # nothing may lean on the machine's own time zone
        self.environment = environment(**settings)
        self.standing: set[str] = set()
        self.connection.execute(_tables())
        self.add(*rows)

    def add(self, *rows: Row) -> None:
        self.standing.clear()
        by_table: dict[str, list[dict[str, Any]]] = {}
        for table, values in rows:
            by_table.setdefault(table, []).append(values)
        for table, listed in by_table.items():
            names = sorted({name for values in listed for name in values})
            columns = ", ".join(f'"{name}"' for name in names)
            if len(listed) > 50:
                rows = pa.Table.from_pylist([{name: values.get(name) for name in names} for values in listed])
                self.connection.register("many", rows)
                self.connection.execute(f"insert into {table} ({columns}) select {columns} from many")
                self.connection.unregister("many")
                continue
            marks = ", ".join("?" for _ in names)
            self.connection.executemany(
                f"insert into {table} ({columns}) values ({marks})", [[v.get(name) for name in names] for v in listed]
            )

    def facts(self, names: Iterable[str] = FACTS) -> None:
        """
        Build the facts named, or all, and what they are made from, unless they stand.
        """
        needed = _under(frozenset(names) - self.standing, self.environment) - self.standing
        for statement in _statements(self.environment):
            if statement.name in needed:
                self.connection.execute(statement.sql)
                if statement.name == SHARES:
                    self._fit()
        self.standing |= needed

    def _fit(self) -> None:
        """
        Solve the Markov model, as a run does before it gives any credit.
        """
        fitted = shares(self.connection.sql(f"from {TRANSITIONS}").to_arrow_table())
        self.connection.register("fitted", fitted)
        self.connection.execute(f"insert into {SHARES} select * from fitted")
        self.connection.unregister("fitted")

    def ask(
        self,
        *kpis: str,
        grain: str | tuple[str, ...] = "month",
        first: str = "2026-03-01",
        last: str | None = None,
        by: Iterable[str] = (),
        as_of: date = TODAY,
        options: Mapping[str, object] | None = None,
        custom: Mapping[str, Kpi] | None = None,
        same_days: bool = False,
    ) -> list[Answer]:
        question = Question(
            kpis=kpis,
            grains=(grain,) if isinstance(grain, str) else grain,
            first=date.fromisoformat(first),
            last=date.fromisoformat(last or first),
            as_of=as_of,
            dimensions=tuple(by),
            options=options or {},
            custom=custom or {},
            same_days=same_days,
        )
        return [Answer(**values) for values in answer(question, self.environment, self).to_pylist()]

    def query(self, sql: str) -> pa.Table:
        """
        A select over facts, which are built if it reads them.
        """
        self.facts(_named(sql))
        return self.connection.sql(sql).to_arrow_table()

    @contextlib.contextmanager
    def given(self, view: str, rows: pa.Table) -> Iterator[None]:
        """
        Rows under a name, for the selects inside.
        """
        self.connection.register(view, rows)
        try:
            yield
        finally:
            self.connection.unregister(view)

    def one(self, kpi: str, *, by: str | None = None, member: str = "all", **question: Any) -> Answer:
        """
        The single answer about one member in one period.
        """
        answers = self.ask(kpi, by=[by] if by else [], **question)
        about = (kpi, by or "org", member)
        found = [answer for answer in answers if (answer.kpi, answer.dimension, answer.member_id) == about]
        assert len(found) == 1, answers
        return found[0]

    def value(self, kpi: str, **question: Any) -> float | None:
        return self.one(kpi, **question).value
