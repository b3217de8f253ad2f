-- One row per deal and stage that the deal has left for good so far, with all its visits added up and the last one alone.
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
stays as (
    select
        source,
        opportunity_key,
        pipeline,
        stage,
        bool_or(left_at is null) as is_still_there,
        max(left_at) as left_at,
        sum((epoch(left_at) - epoch(at)) / 86400.0) as cumulative_days,
        arg_max((epoch(left_at) - epoch(at)) / 86400.0, (at, id)) as latest_days
    from entries
    group by source, opportunity_key, pipeline, stage
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
    s.opportunity_key,
    s.pipeline,
    case when s.pipeline is null then s.stage else s.pipeline || '/' || s.stage end as stage,
    coalesce(l.label, s.stage) as stage_label,
    d.owner,
    d.segment,
    cast(s.left_at at time zone :timezone as date) as left_on,
    s.cumulative_days,
    s.latest_days
from stays as s
join fact_deals as d on d.opportunity_key = s.opportunity_key
left join labels as l
    on l.source = s.source and l.stage = s.stage and coalesce(l.pipeline, '') = coalesce(s.pipeline, '')
where not s.is_still_there and not coalesce(l.is_closed, false)
