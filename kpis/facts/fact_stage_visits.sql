-- One row per deal and stage that the deal has left for good so far, with all its visits added up and the last one alone.
select
    opportunity_key,
    any_value(pipeline) as pipeline,
    stage,
    min(stage_label) as stage_label,
    any_value(owner) as owner,
    any_value(segment) as segment,
    cast(max(left_at) at time zone :timezone as date) as left_on,
    sum(days) as cumulative_days,
    arg_max(days, (entered_at, id)) as latest_days
from fact_stage_entries
where not is_closed
group by source, opportunity_key, stage
having not bool_or(left_at is null)
