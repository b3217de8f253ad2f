select
    'opportunities' as "table",
    source,
    id,
    'amount=' || coalesce(cast(amount as varchar), '') || ' mrr=' || coalesce(cast(mrr as varchar), '') as what
from opportunities
where not coalesce(is_deleted, false) and (amount < 0 or mrr < 0)
