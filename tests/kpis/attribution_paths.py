"""
Paths of touches that end in one won deal, and what each touch is credited with.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from kpis.facts import FACTS
from kpis.sql import fill
from tests.kpis.build import Row, Warehouse, deal, lead, touch

WON_AT = datetime(2026, 3, 20, 12, tzinfo=UTC)


def before(days: float) -> str:
    """
    So many days before the deal was won.
    """
    return (WON_AT - timedelta(days=days)).isoformat()


def won(amount: float = 1000, **fields: Any) -> Row:
    """
    The deal of the account acme that was won at noon; its beginning is unknown unless stated.
    """
    return deal(**{"account_key": "acme", "amount": amount, "created": None, "closed_at": WON_AT} | fields)


def path(
    channels: Sequence[str | None], days_before: Sequence[float] | None = None, account: str = "acme"
) -> list[Row]:
    """
    One touch of the account per channel, a day apart unless the days before the deal are given.
    """
    days = days_before or [len(channels) - place for place in range(len(channels))]
    return [
        touch(before(day), account_key=account, channel=channel) for channel, day in zip(channels, days, strict=True)
    ]


def milestones(
    lead_days: float | None, deal_days: float | None, account: str = "acme"
) -> tuple[list[Row], dict[str, Any]]:
    """
    The first lead of the account, and what the deal's row says of its beginning, so many days before the deal was won.
    """
    leads = [] if lead_days is None else [lead(before(lead_days), account_key=account)]
    began = {} if deal_days is None else {"created_at": WON_AT - timedelta(days=deal_days)}
    return leads, began


def table(warehouse: Warehouse, sql: str) -> list[tuple[Any, ...]]:
    """
    The rows of a query over facts, which are made first.
    """
    warehouse.facts(FACTS.keys() & set(re.findall(r"\w+", sql)))
    return warehouse.connection.execute(sql).fetchall()


def weights(warehouse: Warehouse, model: str, account: str = "acme") -> list[float]:
    """
    The share of each touch before the account's only deal, in the order of time.
    """
    found = table(
        warehouse,
        f"""
        select {model}
        from fact_paths join fact_conversions using (revenue_source, order_key)
        where revenue_source = 'won' and account = '{account}'
        order by turn
        """,
    )
    return [share for (share,) in found]


def credit(warehouse: Warehouse, model: str) -> None:
    """
    Give the credits anew, by another model.
    """
    warehouse.facts(["fact_credits"])
    select = fill(FACTS["fact_credits"].text, {"attribution_model": model}).sql("duckdb")
    warehouse.connection.execute(f"create or replace table fact_credits as {select}")


def credited(model: str, *rows: Row) -> Warehouse:
    """
    A warehouse of these rows whose credits are given by a model.
    """
    warehouse = Warehouse(*rows)
    credit(warehouse, model)
    return warehouse


def credits_by(warehouse: Warehouse, dimension: str, source: str = "won") -> dict[str | None, float]:
    """
    Shares by channel or campaign; under the key '' what is not attributed.
    """
    found = table(
        warehouse,
        f"""
        select case when is_attributed then coalesce({dimension}, '(none)') else '' end, sum(share)
        from fact_credits
        where revenue_source = '{source}' and level in ('all', '{dimension}')
        group by 1
        """,
    )
    return dict(found)
