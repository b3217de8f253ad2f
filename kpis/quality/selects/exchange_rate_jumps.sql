-- Four times more or less than the one before is rather a rate the wrong way round than a market.
with rates as (
    select
        source,
        id,
        upper(currency) as currency,
        "on" as day,
        rate,
        lag(rate) over (partition by upper(currency) order by "on", source, id) as rate_before
    from exchange_rates
    where not coalesce(is_deleted, false) and currency is not null and "on" is not null and rate > 0
)
select
    'exchange_rates' as "table",
    source,
    id,
    'currency=' || currency || ' on=' || cast(day as varchar) || ' rate=' || cast(rate as varchar)
    || ' before=' || cast(rate_before as varchar) as what
from rates
where rate > 4 * rate_before or rate_before > 4 * rate
