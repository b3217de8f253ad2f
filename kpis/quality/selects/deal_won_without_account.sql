select
    'opportunities' as "table",
    source,
    id,
    'account_id=' || coalesce(account_id, '') as what
from opportunities
where not coalesce(is_deleted, false) and coalesce(is_closed, is_won, false) and is_won and account_key is null
