select
    'tickets' as "table",
    source,
    id,
    'created_at=' || cast(created_at at time zone :timezone as varchar)
    || ' closed_at=' || cast(closed_at at time zone :timezone as varchar) as what
from tickets
where not coalesce(is_deleted, false) and closed_at < created_at
