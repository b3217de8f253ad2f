-- A date without a time is midnight, there or in UTC: many leads of one midnight are many leads of one day, no more.
with told as (
    select
        source,
        id,
        date_trunc('minute', created_at) as minute,
        cast(created_at at time zone :timezone as date) as day,
        created_at at time zone :timezone = date_trunc('day', created_at at time zone :timezone)
        or created_at at time zone 'UTC' = date_trunc('day', created_at at time zone 'UTC') as is_midnight
    from leads
    where not coalesce(is_deleted, false)
        and coalesce(is_lead, true)
        and not coalesce(is_bulk_import, false)
        and created_at is not null
),
minutes as (select source, minute, count(*) as leads from told where not is_midnight group by source, minute),
days as (select source, day, count(*) as leads from told group by source, day),
usual as (select source, median(leads) as leads from days group by source)
select
    'leads' as "table",
    t.source,
    t.id,
    'in_minute=' || cast(coalesce(m.leads, 0) as varchar)
    || ' in_day=' || cast(d.leads as varchar)
    || ' usual_day=' || cast(cast(u.leads as integer) as varchar) as what,
    t.source || ' ' || cast(t.day as varchar) as part
from told as t
join days as d on d.source = t.source and d.day = t.day
join usual as u on u.source = t.source
left join minutes as m on m.source = t.source and m.minute = t.minute and not t.is_midnight
where m.leads >= 20 or (d.leads >= 100 and d.leads > 20 * u.leads)
