select 'tickets' as "table", source, id, 'kind=' || coalesce(kind, '') as what
from tickets
where not coalesce(is_deleted, false) and created_at is null
