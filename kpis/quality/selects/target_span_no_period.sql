-- A period: a day, an ISO week, a month, a quarter or a year of the organisation's calendar.
with told as (
    select
        source,
        id,
        starts_on,
        ends_on,
        starts_on = date_trunc('month', starts_on) as begins_a_month,
        mod(month(starts_on) - cast(:fiscal_year_start as integer) + 12, 12) as month_of_year
    from targets
    where not coalesce(is_deleted, false)
)
select
    'targets' as "table",
    source,
    id,
    'starts_on=' || coalesce(cast(starts_on as varchar), '') || ' ends_on=' || coalesce(cast(ends_on as varchar), '') as what
from told
where not coalesce(
    starts_on = ends_on
    or (starts_on = date_trunc('week', starts_on) and ends_on = starts_on + 6)
    or (begins_a_month and ends_on = cast(starts_on + interval 1 month as date) - 1)
    or (begins_a_month and mod(month_of_year, 3) = 0 and ends_on = cast(starts_on + interval 3 month as date) - 1)
    or (begins_a_month and month_of_year = 0 and ends_on = cast(starts_on + interval 12 month as date) - 1),
    false
)
