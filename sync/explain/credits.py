"""
From a credit to its touches: how the model in force split each conversion over what led to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from kpis.facts import FACTS, Environment, shadows
from kpis.measure import Measure
from kpis.sql import DIALECT
from sync.explain.records import Key, Link, pages
from sync.warehouse import Session

CREDITS = "fact_credits"
_GIVEN = "explained_orders"

# Every touch of the path, also those that the model gives nothing; then what no touch was credited with: states of
# Markov and Shapley, or the order's own campaign or channel.
_SPLIT = """
with asked as (
    select k.record_table, k.record_key, v.revenue_source, v.order_key
    from {given} as k
    join fact_conversions as v on v.record_table = k.record_table and v.record_key = k.record_key
)
select
    a.record_table, a.record_key, p.turn as position, p.touch_key, t."on", p.channel, p.campaign, p.team, p.kind,
    coalesce(c.share, 0) as share, c.amount
from asked as a
join fact_paths as p on p.revenue_source = a.revenue_source and p.order_key = a.order_key
left join fact_touches as t on t.touch_key = p.touch_key
left join fact_credits as c
    on c.revenue_source = p.revenue_source and c.order_key = p.order_key and c.touch_key = p.touch_key
union all
select
    a.record_table, a.record_key, c.position, null, null, c.channel, c.campaign, null, null, c.share, c.amount
from asked as a
join fact_credits as c on c.revenue_source = a.revenue_source and c.order_key = a.order_key
where c.touch_key is null and c.level in ('all', ?)
order by record_table, record_key, touch_key is null, position
"""


@dataclass(frozen=True)
class Credit:
    """
    What one touch was credited with of a conversion.

    Args:
        touch_key: The touch; None where the model credits a channel or campaign, or there was no touch.
        on: Its day.
        channel: Its channel.
        campaign: What the campaign is called.
        team: The team behind it.
        kind: What it was.
        share: Its part of the conversion [fraction].
        amount: The same in money; None for a new customer, which is worth one.
        links: Where it stands in the CRM.
    """

    touch_key: str | None
    on: date | None
    channel: str | None
    campaign: str | None
    team: str | None
    kind: str | None
    share: float
    amount: float | None
    links: tuple[Link, ...] = ()


def credits(
    session: Session,
    records: Iterable[Key],
    own: Environment,
    options: Mapping[str, Any],
    dimension: str,
) -> dict[Key, tuple[Credit, ...]]:
    """
    How conversions were split.

    Args:
        records: Table and key of each converted record.
        options: The options in force.
        dimension: What the number is cut by; by campaign, models over states credit campaigns.

    Returns:
        Table and key -> its touches in their order, with what each got.
    """
    keys = list(dict.fromkeys((table, key) for table, key in records if key is not None))
    if not keys:
        return {}
    levels = FACTS[CREDITS].levels
    given = pa.table({"record_table": [table for table, _ in keys], "record_key": [key for _, key in keys]})
    with session.given(_GIVEN, given):
        rows = session.rows(_statement(own, options), [levels.get(dimension, levels["org"])])
    told = pages(
        session,
        [("touches", row["touch_key"]) for row in rows] + [("campaigns", row["campaign"]) for row in rows],
    )
    found: dict[Key, list[Credit]] = {}
    for row in rows:
        campaign, _ = told.get(("campaigns", row["campaign"]), (None, ()))
        _, links = told.get(("touches", row["touch_key"]), (None, ()))
        credit = Credit(
            row["touch_key"],
            row["on"],
            row["channel"],
            campaign or row["campaign"],
            row["team"],
            row["kind"],
            float(row["share"]),
            None if row["amount"] is None else float(row["amount"]),
            links,
        )
        found.setdefault((row["record_table"], row["record_key"]), []).append(credit)
    return {key: tuple(split) for key, split in found.items()}


def _statement(own: Environment, options: Mapping[str, Any]) -> str:
    made = shadows(own, options, (CREDITS, "fact_paths"))
    tables = ", ".join(f"{name} as ({tree.sql(DIALECT)})" for name, tree in made)
    split = _SPLIT.format(given=_GIVEN)
    return f"with {tables} select * from ({split}) as split" if made else split


def is_split(figure: object) -> bool:
    """
    True for a measure of credits.
    """
    return isinstance(figure, Measure) and figure.fact == CREDITS
