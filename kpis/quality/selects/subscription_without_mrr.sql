select 'subscriptions' as "table", source, id, 'account_id=' || coalesce(account_id, '') as what
from subscriptions
where not coalesce(is_deleted, false) and not coalesce(is_trial, false) and mrr is null
