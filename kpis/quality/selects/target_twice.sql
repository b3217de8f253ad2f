-- Of several versions the one changed last holds; these were changed at one moment, or nobody knows when.
with told as (
    select
        source,
        id,
        kpi,
        coalesce(nullif(dimension, ''), 'org') as dimension,
        coalesce(member, '') as member,
        starts_on,
        ends_on,
        value,
        coalesce(cast(changed_at at time zone :timezone as varchar), '') as version
    from targets
    where not coalesce(is_deleted, false) and value is not null and starts_on is not null and ends_on is not null
),
several as (
    select kpi, dimension, member, starts_on, ends_on, version
    from told
    group by kpi, dimension, member, starts_on, ends_on, version
    having min(value) <> max(value)
)
select
    'targets' as "table",
    t.source,
    t.id,
    'kpi=' || t.kpi || ' starts_on=' || cast(t.starts_on as varchar) || ' value=' || cast(t.value as varchar) as what
from told as t
join several as s
    on s.kpi = t.kpi
    and s.dimension = t.dimension
    and s.member = t.member
    and s.starts_on = t.starts_on
    and s.ends_on = t.ends_on
    and s.version = t.version
