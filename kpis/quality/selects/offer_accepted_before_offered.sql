select
    'offers' as "table",
    source,
    id,
    'offered_at=' || cast(offered_at at time zone :timezone as varchar)
    || ' accepted_at=' || cast(accepted_at at time zone :timezone as varchar) as what
from offers
where not coalesce(is_deleted, false) and accepted_at < offered_at
