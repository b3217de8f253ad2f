select
    'opportunities' as "table",
    source,
    id,
    'closed_on=' || cast(coalesce(closed_on, cast(closed_at at time zone :timezone as date)) as varchar) as what
from opportunities
where not coalesce(is_deleted, false)
    and coalesce(is_closed, is_won, false)
    and coalesce(closed_on, cast(closed_at at time zone :timezone as date)) > :today
