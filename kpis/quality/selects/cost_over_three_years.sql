select
    'costs' as "table",
    source,
    id,
    'starts_on=' || cast(starts_on as varchar) || ' ends_on=' || cast(ends_on as varchar) as what
from costs
where not coalesce(is_deleted, false) and ends_on >= starts_on + interval 3 year
