"""
Rows for small worked examples of the reference: every column there, only the ones that matter filled in.
"""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from connectors.schema import TABLES
from tests.kpis.naive import Naive
from tests.kpis.naive.common import Fields

TODAY = date(2026, 11, 15)
KEYS = {"leads": "person_key", "opportunities": "opportunity_key", "accounts": "account_key"} | {
    "activities": "activity_key",
    "tickets": "ticket_key",
}
_ids = itertools.count(1)

Row = tuple[str, Fields]


def row(table: str, **fields: Any) -> Row:
    """
    Dates and amounts may be given as text; a day where an instant belongs means its noon.
    """
    types = {column.name: column.type.name for column in TABLES[table].columns}
    made = {"source": "salesforce", "id": f"{next(_ids):06d}"} | {
        name: _read(types[name], value) for name, value in fields.items()
    }
    if table in KEYS and KEYS[table] not in made:
        made[KEYS[table]] = f"{made['source']}:{made['id']}"
    return table, dict.fromkeys(types) | made


def _read(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "DATE":
        return date.fromisoformat(value) if isinstance(value, str) else value
    if kind == "INSTANT":
        return instant(value)
    return Decimal(str(value)) if kind == "MONEY" else value


def instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return (moment.replace(hour=12) if len(text) == 10 else moment).replace(tzinfo=UTC)


def paid(account: str, starts: str, ends: str | None, mrr: float, **fields: Any) -> Row:
    return row("subscriptions", account_key=account, starts_on=starts, ends_on=ends, mrr=mrr, **fields)


def won(on: str, account: str | None, **fields: Any) -> Row:
    stated = {"closed_on": on, "account_key": account, "is_closed": True, "is_won": True, "kind": "new"}
    return row("opportunities", **stated | fields)


class World:
    """
    Args:
        rows: What the sources gave.
        settings: What `Naive` takes besides.
    """

    def __init__(self, *rows: Row, **settings: Any) -> None:
        self.tables: dict[str, list[Fields]] = {}
        for table, values in rows:
            self.tables.setdefault(table, []).append(values)
        self.settings: dict[str, Any] = {"as_of": TODAY, "timezone": "Europe/Madrid", "currency": "EUR"} | settings

    def ask(
        self,
        kpi: str,
        start: str = "2026-03-01",
        end: str = "2026-03-31",
        dimension: str = "org",
        member: str = "all",
        **options: Any,
    ) -> Any:
        """
        The value, or the reason why there is none.
        """
        naive = Naive(self.tables, **self.settings, options=options)
        value, reason = naive.answer(kpi, date.fromisoformat(start), date.fromisoformat(end), dimension, member)
        return value if reason is None else reason
