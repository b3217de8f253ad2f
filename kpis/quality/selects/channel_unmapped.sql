select
    'leads' as "table",
    source,
    id,
    'source_detail=' || source_detail as what,
    source || ': ' || source_detail as part
from leads
where not coalesce(is_deleted, false) and channel = 'Other' and source_detail is not null
