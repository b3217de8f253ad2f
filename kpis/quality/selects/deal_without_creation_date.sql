select
    'opportunities' as "table",
    source,
    id,
    case when coalesce(is_closed, is_won, false) then 'closed' else 'open' end as what
from opportunities
where not coalesce(is_deleted, false) and created_at is null
