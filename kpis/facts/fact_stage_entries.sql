-- One row per visit of a deal to a stage, as its CRM tells it; still open where nothing tells of leaving.
with changes as (
    select
        c.opportunity_key,
        -- that of the same system: another one's word would not be found among this one's stages
        coalesce(c.pipeline, o.pipeline) as pipeline,
        c.stage,
        c.at,
        c.source,
        c.id,
        -- two CRMs keep two histories of one deal in two vocabularies: one of them is followed, the representative's first
        first_value(c.source) over (
            partition by c.opportunity_key order by (c.source = d.source) desc, c.source rows unbounded preceding
        ) as followed_source
    from stage_changes as c
    join fact_deals as d on d.opportunity_key = c.opportunity_key
    left join opportunities as o on o.source = c.source and o.id = c.opportunity_id
    where not coalesce(c.is_deleted, false) and c.stage is not null and c.at is not null
),
marked as (
    select
        *,
        lag(stage) over (partition by opportunity_key order by at, id) as stage_before,
        lag(pipeline) over (partition by opportunity_key order by at, id) as pipeline_before
    from changes
    where source = followed_source
),
entries as (
    select
        *,
        lead(at) over (partition by opportunity_key order by at, id) as left_at
    from marked
    -- a CRM also writes a row when only amount or close date changed
    where stage_before is null or stage <> stage_before or coalesce(pipeline, '') <> coalesce(pipeline_before, '')
),
labels as (
    select
        source,
        pipeline,
        stage,
        min(label) as label,
        bool_or(is_closed) as is_closed
    from stages
    where not coalesce(is_deleted, false) and stage is not null
    group by source, pipeline, stage
)
select
    e.opportunity_key,
    e.source,
    e.id,
    e.pipeline,
    e.stage as own_stage,
    case when e.pipeline is null then e.stage else e.pipeline || '/' || e.stage end as stage,
    coalesce(l.label, e.stage) as stage_label,
    coalesce(l.is_closed, false) as is_closed,
    d.owner,
    d.segment,
    e.at as entered_at,
    e.left_at,
    cast(e.at at time zone :timezone as date) as entered_on,
    -- a closed deal is in no stage any more, also where nobody moved it or told when it was closed
    coalesce(
        cast(e.left_at at time zone :timezone as date),
        d.closed_on,
        d.left_pipeline_on,
        case when d.is_closed then cast(e.at at time zone :timezone as date) end
    ) as left_on,
    (epoch(e.left_at) - epoch(e.at)) / 86400.0 as days
from entries as e
join fact_deals as d on d.opportunity_key = e.opportunity_key
left join labels as l
    on l.source = e.source and l.stage = e.stage and coalesce(l.pipeline, '') = coalesce(e.pipeline, '')
