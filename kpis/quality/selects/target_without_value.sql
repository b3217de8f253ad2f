select 'targets' as "table", source, id, 'kpi=' || coalesce(kpi, '') as what
from targets
where not coalesce(is_deleted, false) and value is null
