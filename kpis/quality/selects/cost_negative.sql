select
    'costs' as "table",
    source,
    id,
    'kind=' || coalesce(kind, '') || ' amount=' || cast(amount as varchar) as what
from costs
where not coalesce(is_deleted, false) and amount < 0
