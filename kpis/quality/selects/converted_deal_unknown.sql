select 'leads' as "table", l.source, l.id, 'opportunity_id=' || l.opportunity_id as what
from leads as l
left join opportunities as o on o.source = l.source and o.id = l.opportunity_id
where not coalesce(l.is_deleted, false) and l.opportunity_id is not null and o.id is null
