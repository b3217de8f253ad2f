select 'tickets' as "table", t.source, t.id, 'parent_id=' || t.parent_id as what
from tickets as t
left join tickets as p on p.source = t.source and p.id = t.parent_id and not coalesce(p.is_deleted, false)
where not coalesce(t.is_deleted, false) and t.parent_id is not null and p.id is null
