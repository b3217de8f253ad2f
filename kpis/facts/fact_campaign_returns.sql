-- One row per campaign that money was spent on and way of counting revenue: the first day on which the gross profit
-- credited to it so far was as much as the marketing spend so far. Null where that day has not come.
with spends as (
    select
        campaign,
        "on",
        sum(amount) as spend,
        bool_or(is_unconverted) as is_unconverted
    from fact_costs
    where campaign is not null and coalesce(kind, '') not in ('sales', 'automation')
    group by campaign, "on"
),
profits as (
    select
        revenue_source,
        campaign,
        "on",
        sum(amount - coalesce(cogs, amount * (1 - cast(:gross_margin as decimal(9, 6))))) as profit,
        bool_or(is_unconverted) as is_unconverted,
        -- neither the invoice nor a margin says what the goods cost
        bool_or(cogs is null and cast(:gross_margin as decimal(9, 6)) is null) as lacks_goods_cost
    from fact_credits
    where revenue_source <> 'customer' and campaign is not null and level in ('all', 'campaign')
    group by revenue_source, campaign, "on"
),
days as (
    select s.revenue_source, c.campaign, c."on", c.spend, 0 as profit, c.is_unconverted, false as lacks_goods_cost
    from spends as c
    cross join (values ('won'), ('invoices')) as s (revenue_source)
    union all
    select p.revenue_source, p.campaign, p."on", 0, p.profit, p.is_unconverted, p.lacks_goods_cost
    from profits as p
    where p.campaign in (select campaign from spends)
),
running as (
    select
        *,
        sum(spend) over so_far as spend_so_far,
        sum(profit) over so_far as profit_so_far
    from days
    -- all of a day together, whatever comes first in the table
    window so_far as (partition by revenue_source, campaign order by "on" range unbounded preceding)
),
broken_even as (
    select revenue_source, campaign, min("on") as broke_even_on
    from running
    where spend_so_far > 0 and profit_so_far >= spend_so_far
    group by revenue_source, campaign
),
starts as (
    select
        s.campaign,
        coalesce(c.starts_on, min(s."on")) as started_on,
        c.channel,
        min(s."on") filter (where s.spend > 0 or s.is_unconverted) as spent_from
    from spends as s
    left join fact_campaigns as c on c.campaign = s.campaign
    group by s.campaign, c.starts_on, c.channel
    having min(s."on") filter (where s.spend > 0 or s.is_unconverted) is not null
),
-- what happened after that day cannot move it
upto as (
    select
        d.revenue_source,
        s.campaign,
        s.channel,
        s.started_on,
        s.spent_from,
        b.broke_even_on,
        sum(d.spend) as spend,
        sum(d.profit) as profit,
        min(d."on") filter (where d.is_unconverted and coalesce(d."on" <= b.broke_even_on, true)) as unconverted_on,
        min(d."on") filter (where d.lacks_goods_cost and coalesce(d."on" <= b.broke_even_on, true)) as lacks_goods_cost_on
    from starts as s
    join days as d on d.campaign = s.campaign
    left join broken_even as b on b.campaign = s.campaign and b.revenue_source = d.revenue_source
    group by d.revenue_source, s.campaign, s.channel, s.started_on, s.spent_from, b.broke_even_on
)
select
    revenue_source,
    campaign,
    channel,
    started_on,
    broke_even_on,
    date_diff('day', started_on, broke_even_on) as breakeven_days,
    spend,
    profit,
    unconverted_on is not null as is_unconverted,
    lacks_goods_cost_on is not null as lacks_goods_cost,
    -- before anything is spent there is nothing to be paid back
    case when unconverted_on is not null then greatest(unconverted_on, spent_from) end as unconverted_from,
    case when lacks_goods_cost_on is not null then greatest(lacks_goods_cost_on, spent_from) end as lacks_goods_cost_from
from upto
