select
    'opportunities' as "table",
    source,
    id,
    case when is_won then 'won' else 'lost' end as what
from opportunities
where not coalesce(is_deleted, false)
    and coalesce(is_closed, is_won, false)
    and closed_on is null
    and closed_at is null
