select 'costs' as "table", source, id, 'kind=' || coalesce(kind, '') as what, coalesce(kind, '(none)') as part
from costs
where not coalesce(is_deleted, false) and (kind is null or kind not in (:cost_kinds))
