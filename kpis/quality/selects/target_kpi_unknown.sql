select 'targets' as "table", source, id, 'kpi=' || coalesce(kpi, '') as what, coalesce(kpi, '(none)') as part
from targets
where not coalesce(is_deleted, false) and (kpi is null or kpi not in (:kpis))
