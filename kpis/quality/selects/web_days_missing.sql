-- One row per gap, named by its first day.
with days as (
    select distinct source, "on" as day
    from web_traffic
    where not coalesce(is_deleted, false) and grain = 'day' and "on" is not null
),
followed as (select source, day, lead(day) over (partition by source order by day) as next_day from days)
select
    'web_traffic' as "table",
    source,
    cast(day + 1 as varchar) as id,
    'days=' || cast(date_diff('day', day, next_day) - 1 as varchar) || ' until=' || cast(next_day as varchar) as what
from followed
where date_diff('day', day, next_day) > 1
