with instants as (
    select source, opportunity_id, at
    from stage_changes
    where not coalesce(is_deleted, false) and opportunity_id is not null and stage is not null and at is not null
    group by source, opportunity_id, at
    having min(stage) <> max(stage)
)
select
    'stage_changes' as "table",
    c.source,
    c.id,
    'opportunity_id=' || c.opportunity_id || ' at=' || cast(c.at at time zone :timezone as varchar) || ' stage=' || c.stage as what
from stage_changes as c
join instants as i on i.source = c.source and i.opportunity_id = c.opportunity_id and i.at = c.at
where not coalesce(c.is_deleted, false) and c.stage is not null
