-- Only where its source says which stages there are.
with known as (
    select distinct source, coalesce(pipeline, '') as pipeline, stage
    from stages
    where not coalesce(is_deleted, false) and stage is not null
),
telling as (select distinct source from known)
select
    'opportunities' as "table",
    o.source,
    o.id,
    'pipeline=' || coalesce(o.pipeline, '') || ' stage=' || o.stage as what,
    coalesce(o.pipeline || '/', '') || o.stage as part
from opportunities as o
join telling as t on t.source = o.source
left join known as k on k.source = o.source and k.pipeline = coalesce(o.pipeline, '') and k.stage = o.stage
where not coalesce(o.is_deleted, false) and o.stage is not null and k.stage is null
