select
    'onboardings' as "table",
    source,
    id,
    'started_at=' || cast(started_at at time zone :timezone as varchar)
    || ' completed_at=' || cast(completed_at at time zone :timezone as varchar) as what
from onboardings
where not coalesce(is_deleted, false) and completed_at < started_at
