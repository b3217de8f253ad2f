select 'leads' as "table", source, id, 'kind=' || coalesce(kind, '') as what
from leads
where not coalesce(is_deleted, false) and coalesce(is_lead, true) and created_at is null
