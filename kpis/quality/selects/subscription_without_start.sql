select
    'subscriptions' as "table",
    source,
    id,
    'account_id=' || coalesce(account_id, '') || ' mrr=' || cast(mrr as varchar) as what
from subscriptions
where not coalesce(is_deleted, false) and not coalesce(is_trial, false) and mrr > 0 and starts_on is null
