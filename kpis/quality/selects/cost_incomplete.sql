select
    'costs' as "table",
    source,
    id,
    'starts_on=' || coalesce(cast(starts_on as varchar), '') || ' ends_on=' || coalesce(cast(ends_on as varchar), '')
    || ' amount=' || coalesce(cast(amount as varchar), '') as what
from costs
where not coalesce(is_deleted, false) and ((starts_on is null and ends_on is null) or amount is null)
