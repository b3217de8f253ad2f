select
    'revenue' as "table",
    source,
    id,
    'amount=' || coalesce(cast(amount as varchar), '') || ' cogs=' || cast(cogs as varchar) as what
from revenue
where not coalesce(is_deleted, false) and (cogs < 0 or cogs > 100 * abs(amount))
