select
    'opportunities' as "table",
    o.source,
    o.id,
    'stage=' || o.stage
    || ' is_closed=' || cast(coalesce(o.is_closed, o.is_won, false) as varchar) || '/' || cast(s.is_closed as varchar)
    || ' is_won=' || cast(coalesce(o.is_won, false) as varchar) || '/' || cast(coalesce(s.is_won, false) as varchar) as what,
    coalesce(o.pipeline || '/', '') || o.stage as part
from opportunities as o
join stages as s
    on s.source = o.source and coalesce(s.pipeline, '') = coalesce(o.pipeline, '') and s.stage = o.stage
where not coalesce(o.is_deleted, false)
    and not coalesce(s.is_deleted, false)
    and (
        coalesce(o.is_closed, o.is_won, false) <> s.is_closed
        or (s.is_closed and coalesce(o.is_won, false) <> coalesce(s.is_won, false))
    )
