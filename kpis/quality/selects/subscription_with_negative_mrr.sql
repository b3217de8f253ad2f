select 'subscriptions' as "table", source, id, 'mrr=' || cast(mrr as varchar) as what
from subscriptions
where not coalesce(is_deleted, false) and mrr < 0
