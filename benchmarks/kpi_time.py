"""
How long the engine takes for the whole catalogue by month and channel, against SQL written by hand over the same facts.
"""

from __future__ import annotations

import sys
import time
from datetime import date

import duckdb

from connectors.schema import TABLES
from kpis.catalogue import CATALOGUE
from kpis.engine import Question, compile
from kpis.facts import Environment, statements

TODAY = date(2026, 11, 15)
FIRST, LAST = date(2023, 11, 1), date(2026, 10, 31)
ENVIRONMENT = Environment("Europe/Madrid", "EUR", frozenset(TABLES) - {"revenue"})

_COMPANY = """
insert into opportunities (source, id, opportunity_key, account_key, owner_key, channel, kind, created_at, closed_on,
    is_closed, is_won, amount, currency)
select 'salesforce', i, 'salesforce:' || i, 'a' || (i * 7919) % ({rows} // 8), 'u' || i % 40,
    ['Organic Search', 'Paid Search', 'Email', 'Referral', 'Direct', 'Events', 'Partner', 'Outbound'][i % 8 + 1],
    case i % 9 when 0 then 'renewal' when 1 then 'upsell' else 'new' end,
    created, cast(created as date) + cast(i % 90 as integer), i % 5 > 0, i % 5 > 2, 100 + i % 900, 'EUR'
from (select i, timestamptz '2022-01-03 10:00:00+00' + to_hours(cast(i * 38000 // {rows} as integer)) as created
    from (select unnest(range({rows})) as i))
"""
_COSTS = """
insert into costs (source, id, kind, channel, starts_on, ends_on, amount, currency)
select 'files', i, ['media', 'salary', 'sales'][i % 3 + 1], ['Email', 'Events', 'Partner'][i % 3 + 1],
    date '2022-01-01' + cast(i * 3 as integer), date '2022-01-01' + cast(i * 3 + 30 as integer), 1000, 'EUR'
from (select unnest(range(500)) as i)
"""

# What somebody would write who needs just these numbers: one pass per fact and date, no reasons, no flags, no history.
_BY_HAND = """
with closed as (
    select date_trunc('month', closed_on) as month, channel, count(*) filter (where is_won and not is_renewal) as won,
        count(*) filter (where is_lost and not is_renewal) as lost, sum(amount) filter (where is_won) as won_amount,
        sum(cycle_days) filter (where is_won and cycle_days >= 0) as days,
        count(*) filter (where is_won and cycle_days >= 0) as cycles
    from fact_deals where closed_on <= date '2026-11-15' group by grouping sets ((month), (month, channel))
),
created as (
    select date_trunc('month', created_on) as month, channel, count(*) filter (where not is_renewal) as created,
        sum(amount) as amount
    from fact_deals where created_on <= date '2026-11-15' group by grouping sets ((month), (month, channel))
),
gone as (
    select date_trunc('month', left_pipeline_on) as month, channel, count(*) filter (where not is_renewal) as gone,
        sum(amount) as amount
    from fact_deals where left_pipeline_on <= date '2026-11-15' and created_on is not null
    group by grouping sets ((month), (month, channel))
),
customers as (
    select date_trunc('month', became_customer_on) as month, channel, count(*) as customers
    from fact_accounts where became_customer_on <= date '2026-11-15' group by grouping sets ((month), (month, channel))
),
orders as (
    select date_trunc('month', "on") as month, sum(amount) as revenue, count(*) as orders
    from fact_orders where revenue_source = 'won' and "on" <= date '2026-11-15' group by month
),
credits as (
    select date_trunc('month', "on") as month, channel, sum(amount) filter (where is_attributed) as income,
        sum(amount) filter (where not is_attributed) as unattributed
    from fact_credits where revenue_source = 'won' and "on" <= date '2026-11-15'
    group by grouping sets ((month), (month, channel))
),
costs as (
    select date_trunc('month', "on") as month, channel, sum(amount) as cost,
        sum(amount) filter (where kind = 'media') as media,
        sum(amount) filter (where kind <> 'sales') as marketing
    from fact_costs where "on" <= date '2026-11-15' group by grouping sets ((month), (month, channel))
)
select k.*, won / nullif(won + lost, 0) as win_rate, days / nullif(cycles, 0) as cycle, won_amount,
    won / nullif(created.created + coalesce(sum(created.created - gone) over earlier, 0), 0) as close_rate,
    sum(created.amount - gone.amount) over so_far as open_amount,
    cost / nullif(customers, 0) as cac, marketing / nullif(customers, 0) as marketing_cac, media,
    revenue / nullif(orders, 0) as ticket, (income - marketing) / nullif(marketing, 0) as roi, unattributed
from (select month, channel from closed union select month, channel from created) as k
left join closed on closed.month = k.month and closed.channel is not distinct from k.channel
left join created on created.month = k.month and created.channel is not distinct from k.channel
left join gone on gone.month = k.month and gone.channel is not distinct from k.channel
left join customers on customers.month = k.month and customers.channel is not distinct from k.channel
left join orders on orders.month = k.month and k.channel is null
left join credits on credits.month = k.month and credits.channel is not distinct from k.channel
left join costs on costs.month = k.month and costs.channel is not distinct from k.channel
window earlier as (partition by k.channel order by k.month rows between unbounded preceding and 1 preceding),
    so_far as (partition by k.channel order by k.month)
"""


def run(rows: int) -> dict[str, float]:
    """
    Build a company and time both ways, warm, the best of five.

    Args:
        rows: Opportunities.

    Returns:
        Seconds of building the facts, compiling, the engine's statement and the one by hand, and their ratio.
    """
    connection = duckdb.connect()
    for table in TABLES.values():
        columns = ", ".join(f'"{column.name}" {column.type.value}' for column in table.columns)
        connection.execute(f"create table {table.name} ({columns})")
    connection.execute(_COMPANY.format(rows=rows))
    connection.execute(_COSTS)
    began = time.perf_counter()
    for statement in statements(ENVIRONMENT):
        connection.execute(statement.sql)
    facts = time.perf_counter() - began
    question = Question(tuple(CATALOGUE), ("month",), FIRST, LAST, TODAY, ("channel",))
    began = time.perf_counter()
    text = compile(question, ENVIRONMENT)
    compiling = time.perf_counter() - began
    engine, by_hand = _best(connection, text), _best(connection, _BY_HAND)
    return {
        "rows": rows,
        "kpis": len(CATALOGUE),
        "facts_seconds": round(facts, 3),
        "compile_seconds": round(compiling, 3),
        "engine_seconds": round(engine, 3),
        "by_hand_seconds": round(by_hand, 3),
        "ratio": round(engine / by_hand, 2),
        "ratio_with_compiling": round((engine + compiling) / by_hand, 2),
    }


def _best(connection: duckdb.DuckDBPyConnection, text: str) -> float:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        connection.execute(text).fetchall()
        times.append(time.perf_counter() - began)
    return min(times)


if __name__ == "__main__":
    print(run(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
