-- One row per month. The running month is not over: its own count may still come.
with months as (
    select
        source,
        cast(date_trunc('month', "on") as date) as month,
        count_if(grain = 'day') as days,
        count_if(grain = 'month') as months
    from web_traffic
    where not coalesce(is_deleted, false) and "on" is not null
    group by source, cast(date_trunc('month', "on") as date)
)
select
    'web_traffic' as "table",
    source,
    substr(cast(month as varchar), 1, 7) as id,
    'day_rows=' || cast(days as varchar) as what
from months
where days > 0 and months = 0 and month < date_trunc('month', :today)
