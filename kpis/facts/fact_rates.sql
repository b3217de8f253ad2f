-- One row per currency and day: what one unit was worth in the reporting currency, the last known rate carried on.
-- The last rate is carried to the latest day that any currency has; later days look up that latest day.
with known as (
    select
        upper(currency) as currency,
        "on" as day,
        arg_min(rate, source || ':' || coalesce(id, '')) as rate
    from exchange_rates
    where not coalesce(is_deleted, false) and rate > 0 and currency is not null and "on" is not null
    group by 1, 2
),
spans as (
    select
        currency,
        day as first_day,
        coalesce(lead(day) over (partition by currency order by day) - 1, max(day) over ()) as last_day,
        rate
    from known
)
select
    currency,
    cast(unnest(generate_series(first_day, last_day, interval 1 day)) as date) as day,
    rate
from spans
