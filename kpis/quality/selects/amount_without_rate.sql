-- The rate of a day is the last known on or before it.
with amounts as (
    select 'opportunities' as "table", source, id, currency, coalesce(
        case when coalesce(is_closed, is_won, false) then closed_on end,
        case when coalesce(is_closed, is_won, false) then cast(closed_at at time zone :timezone as date) end,
        cast(created_at at time zone :timezone as date)
    ) as day
    from opportunities
    where not coalesce(is_deleted, false) and amount is not null
    union all
    select 'costs' as "table", source, id, currency, coalesce(starts_on, ends_on) as day
    from costs
    where not coalesce(is_deleted, false) and amount is not null
    union all
    select 'revenue' as "table", source, id, currency, "on" as day
    from revenue
    where not coalesce(is_deleted, false) and amount is not null
    union all
    select 'subscriptions' as "table", source, id, currency, starts_on as day
    from subscriptions
    where not coalesce(is_deleted, false) and not coalesce(is_trial, false) and mrr > 0
),
first_rates as (
    select upper(currency) as currency, min("on") as first_day
    from exchange_rates
    where not coalesce(is_deleted, false) and rate > 0
    group by upper(currency)
),
unconverted as (
    select
        a."table",
        a.source,
        a.id,
        upper(a.currency) as currency,
        a.day
    from amounts as a
    left join first_rates as r on r.currency = upper(a.currency)
    where a.currency is not null
        and upper(a.currency) <> upper(:currency)
        and a.day is not null
        and (r.first_day is null or r.first_day > a.day)
)
select
    "table",
    source,
    id,
    'currency=' || currency || ' on=' || cast(day as varchar) as what,
    currency || ' ' || cast(min(day) over (partition by currency) as varchar)
    || ' … ' || cast(max(day) over (partition by currency) as varchar) as part
from unconverted
