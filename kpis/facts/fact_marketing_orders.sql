-- One row per won order and per account that became a customer, with what marketing had to do with it: `is_sourced` where
-- the first touch ever, or the first lead's channel, is marketing's; `is_influenced` where any touch of its path is.
with first_touches as (
    select party_key, min(at) as at, arg_min(is_marketing, (at, touch_key)) as is_marketing
    from fact_touches
    group by party_key
),
influenced as (
    select revenue_source, order_key, bool_or(is_marketing) as is_influenced
    from fact_paths
    group by revenue_source, order_key
)
select
    c.revenue_source,
    c.order_key,
    c.record_table,
    c.record_key,
    c.account,
    c.segment,
    c.own_channel as channel,
    c."on",
    c.amount,
    c.is_unconverted,
    coalesce(f.is_marketing and f.at <= c.conversion_at, false)
        or coalesce(
            c.first_lead_channel not in ('Outbound', 'Partner', 'Offline', 'Other', 'Unassigned'), false
        ) as is_sourced,
    coalesce(i.is_influenced, false) as is_influenced
from fact_conversions as c
left join first_touches as f on f.party_key = c.party_key
left join influenced as i on i.revenue_source = c.revenue_source and i.order_key = c.order_key
where c.revenue_source = 'won' or (c.revenue_source = 'customer' and c.account is not null)
