-- A change of a deal that names no pipeline is one of the deal's own.
with known as (
    select distinct source, coalesce(pipeline, '') as pipeline, stage
    from stages
    where not coalesce(is_deleted, false) and stage is not null
),
telling as (select distinct source from known),
changes as (
    select c.source, c.id, c.opportunity_id, coalesce(c.pipeline, o.pipeline, '') as pipeline, c.stage
    from stage_changes as c
    left join opportunities as o on o.source = c.source and o.id = c.opportunity_id
    where not coalesce(c.is_deleted, false) and c.opportunity_id is not null and c.stage is not null
)
select
    'stage_changes' as "table",
    c.source,
    c.id,
    'opportunity_id=' || c.opportunity_id || ' pipeline=' || c.pipeline || ' stage=' || c.stage as what,
    case when c.pipeline = '' then c.stage else c.pipeline || '/' || c.stage end as part
from changes as c
join telling as t on t.source = c.source
left join known as k on k.source = c.source and k.pipeline = c.pipeline and k.stage = c.stage
where k.stage is null
