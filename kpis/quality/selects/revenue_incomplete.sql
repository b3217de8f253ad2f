select
    'revenue' as "table",
    source,
    id,
    'on=' || coalesce(cast("on" as varchar), '') || ' amount=' || coalesce(cast(amount as varchar), '') as what
from revenue
where not coalesce(is_deleted, false) and ("on" is null or amount is null)
