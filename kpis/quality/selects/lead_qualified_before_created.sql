select
    'leads' as "table",
    source,
    id,
    'created_on=' || cast(cast(created_at at time zone :timezone as date) as varchar)
    || ' qualified_on=' || cast(cast(qualified_at at time zone :timezone as date) as varchar) as what
from leads
where not coalesce(is_deleted, false)
    and coalesce(is_lead, true)
    and cast(qualified_at at time zone :timezone as date) < cast(created_at at time zone :timezone as date)
