-- One row per cost and day: what covers a span is spread evenly over its days and adds up to the amount exactly.
-- Eight decimals, since a day of a small cost is less than a cent and a year has many days.
with ranked_campaigns as (
    select
        campaign_key,
        channel,
        row_number() over (partition by campaign_key order by (source || ':' || id = campaign_key) desc, source, id) as place
    from campaigns
    where not coalesce(is_deleted, false) and campaign_key is not null and channel is not null
),
spans as (
    select
        c.source || ':' || coalesce(c.id, '') as cost_key,
        c.kind,
        coalesce(c.channel, k.channel) as channel,
        c.campaign_key as campaign,
        c.amount,
        upper(coalesce(c.currency, :currency)) as currency,
        coalesce(c.starts_on, c.ends_on) as first_day,
        greatest(c.starts_on, c.ends_on) as last_day
    from costs as c
    left join ranked_campaigns as k on k.campaign_key = c.campaign_key and k.place = 1
    -- an amount or a date that nobody stated is unknown, not 0
    where not coalesce(c.is_deleted, false) and c.amount is not null and (c.starts_on is not null or c.ends_on is not null)
),
days as (
    select
        *,
        date_diff('day', first_day, last_day) + 1 as days,
        unnest(generate_series(1, date_diff('day', first_day, last_day) + 1)) as day_number
    from spans
),
shares as (
    select
        cost_key,
        kind,
        channel,
        campaign,
        currency,
        cast(first_day + cast(day_number - 1 as integer) as date) as "on",
        -- differences of rounded running totals add up to the amount exactly
        case when day_number = days then amount else cast(round(amount * day_number / days, 8) as decimal(28, 8)) end
        - cast(round(amount * (day_number - 1) / days, 8) as decimal(28, 8)) as amount
    from days
)
select
    s.cost_key,
    s.kind,
    s.channel,
    s.campaign,
    s."on",
    case
        when s.currency = upper(:currency) then s.amount
        else cast(round(s.amount * r.rate, 8) as decimal(28, 8))
    end as amount,
    s.currency <> upper(:currency) and r.rate is null as is_unconverted
from shares as s
left join fact_rates as r
    on r.currency = s.currency and r.day = least(s."on", (select max(day) from fact_rates))
