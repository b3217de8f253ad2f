select
    'stage_changes' as "table",
    c.source,
    c.id,
    'opportunity_id=' || c.opportunity_id
    || ' at=' || cast(c.at at time zone :timezone as varchar)
    || ' created_at=' || cast(o.created_at at time zone :timezone as varchar) as what
from stage_changes as c
join opportunities as o on o.source = c.source and o.id = c.opportunity_id
where not coalesce(c.is_deleted, false)
    and not coalesce(o.is_deleted, false)
    and cast(c.at at time zone :timezone as date) < cast(o.created_at at time zone :timezone as date)
