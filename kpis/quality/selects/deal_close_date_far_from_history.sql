-- A CRM also writes a row of history when only an amount changed: the move into the stage counts, not what came after.
with moves as (
    select
        source,
        opportunity_id,
        stage,
        at,
        lag(stage) over (partition by source, opportunity_id order by at, id) as stage_before
    from stage_changes
    where not coalesce(is_deleted, false) and opportunity_id is not null and stage is not null and at is not null
),
entered as (
    select source, opportunity_id, stage, cast(max(at) at time zone :timezone as date) as entered_on
    from moves
    where stage_before is null or stage_before <> stage
    group by source, opportunity_id, stage
),
closed as (
    select
        source,
        id,
        stage,
        coalesce(closed_on, cast(closed_at at time zone :timezone as date)) as closing_day
    from opportunities
    where not coalesce(is_deleted, false) and coalesce(is_closed, is_won, false)
)
select
    'opportunities' as "table",
    c.source,
    c.id,
    'closed_on=' || cast(c.closing_day as varchar) || ' entered_stage_on=' || cast(e.entered_on as varchar) as what
from closed as c
join entered as e on e.source = c.source and e.opportunity_id = c.id and e.stage = c.stage
where abs(date_diff('day', e.entered_on, c.closing_day)) > 7
