select
    'leads' as "table",
    source,
    id,
    'created_on=' || cast(cast(created_at at time zone :timezone as date) as varchar)
    || ' converted_on=' || cast(converted_on as varchar) as what
from leads
where not coalesce(is_deleted, false)
    and coalesce(is_lead, true)
    and converted_on < cast(created_at at time zone :timezone as date)
