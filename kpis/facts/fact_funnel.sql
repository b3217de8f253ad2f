-- One row per deal or person and stage that it reached, with the day of it and of the step after.
-- Deals climb the stages of their own pipeline, persons those of `leads`; whoever got further has passed what it skipped.
with followed as (
    select opportunity_key, min(source) as source, arg_max(coalesce(pipeline, ''), (entered_at, id)) as pipeline
    from fact_stage_entries
    group by opportunity_key
),
records as (
    select
        d.opportunity_key as member_key,
        -- its own history says where the deal climbs, its record where there is no history
        coalesce(f.source, o.source) as source,
        coalesce(f.pipeline, o.pipeline, '') as pipeline,
        case when o.source = coalesce(f.source, o.source) then o.stage end as stage,
        row_number() over (
            partition by d.opportunity_key
            order by (o.source = f.source) desc nulls last, (o.source = d.source) desc,
                (o.source || ':' || o.id = d.opportunity_key) desc, o.source, o.id
        ) as place
    from fact_deals as d
    join opportunities as o on o.opportunity_key = d.opportunity_key and not coalesce(o.is_deleted, false)
    left join followed as f on f.opportunity_key = d.opportunity_key
    where not d.is_renewal and d.created_on is not null
),
rungs as (
    select
        source,
        coalesce(pipeline, '') as pipeline,
        stage,
        min(label) as label,
        -- the won stage is the last one, whatever its position says
        row_number() over (
            partition by source, coalesce(pipeline, '')
            order by coalesce(bool_or(is_won), false), min(position) nulls last, stage
        ) as step,
        count(*) over (partition by source, coalesce(pipeline, '')) as steps
    from stages
    where not coalesce(is_deleted, false) and stage is not null and not (coalesce(is_closed, false) and not coalesce(is_won, false))
    group by source, coalesce(pipeline, ''), stage
),
deal_steps as (
    select
        r.member_key,
        nullif(r.pipeline, '') as pipeline,
        r.stage as current_stage,
        s.stage,
        s.label,
        s.step,
        s.steps
    from records as r
    join rungs as s on s.source = r.source and s.pipeline = r.pipeline
    where r.place = 1
),
visits as (
    select opportunity_key as member_key, coalesce(pipeline, '') as pipeline, own_stage as stage, min(entered_on) as "on"
    from fact_stage_entries
    group by opportunity_key, coalesce(pipeline, ''), own_stage
),
deal_spots as (
    select
        s.member_key,
        'deal' as kind,
        s.pipeline,
        case when s.pipeline is null then s.stage else s.pipeline || '/' || s.stage end as stage,
        coalesce(s.label, s.stage) as stage_label,
        s.step,
        s.steps,
        case
            when s.step = 1 then d.created_on
            when s.step = s.steps and d.is_won then coalesce(d.closed_on, d.created_on)
            else coalesce(v."on", case when s.stage = s.current_stage then d.created_on end)
        end as visited_on,
        d.created_on,
        case when d.is_lost then coalesce(d.closed_on, d.created_on) end as lost_on,
        d.channel,
        d.campaign,
        d.owner,
        d.segment
    from deal_steps as s
    join fact_deals as d on d.opportunity_key = s.member_key
    left join visits as v
        on v.member_key = s.member_key and v.pipeline = coalesce(s.pipeline, '') and v.stage = s.stage
),
lost_people as (
    -- closed on an unknown day: then it has been since it was created
    select person_key, max(left_pipeline_on) as lost_on
    from fact_deals
    where person_key is not null
    group by person_key
    having bool_and(left_pipeline_on is not null)
),
person_spots as (
    select
        p.person_key as member_key,
        'person' as kind,
        'leads' as pipeline,
        'leads/' || ['lead', 'qualified', 'opportunity', 'customer'][number] as stage,
        ['lead', 'qualified', 'opportunity', 'customer'][number] as stage_label,
        number as step,
        4 as steps,
        [p.created_on, p.qualified_on, p.opportunity_on, p.customer_on][number] as visited_on,
        p.created_on,
        l.lost_on,
        p.channel,
        p.campaign,
        p.owner,
        p.segment
    from fact_people as p
    cross join (select unnest([1, 2, 3, 4]) as number) as numbers
    left join lost_people as l on l.person_key = p.person_key
    where p.created_on is not null and not p.was_customer_before
),
climbed as (
    select
        *,
        min(visited_on) over (from_here rows between current row and unbounded following) as reached_on,
        min(visited_on) over (from_here rows between 1 following and unbounded following) as next_on,
        case
            when count(visited_on) over (from_here rows between unbounded preceding and current row) = step
                then max(visited_on) over (from_here rows between unbounded preceding and current row)
        end as strict_on
    from (select * from deal_spots union all select * from person_spots) as spots
    window from_here as (partition by kind, member_key order by step)
)
select
    kind,
    member_key,
    pipeline,
    stage,
    stage_label,
    channel,
    campaign,
    owner,
    segment,
    created_on,
    reached_on,
    next_on,
    strict_on,
    lead(strict_on) over (partition by kind, member_key order by step) as strict_next_on,
    lost_on,
    step = steps as is_last
from climbed
qualify reached_on is not null
