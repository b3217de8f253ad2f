select
    'email_sends' as "table",
    source,
    id,
    'sent=' || coalesce(cast(sent as varchar), '') || ' delivered=' || coalesce(cast(delivered as varchar), '')
    || ' unique_opens=' || coalesce(cast(unique_opens as varchar), '')
    || ' automated_opens=' || coalesce(cast(automated_opens as varchar), '') as what
from email_sends
where not coalesce(is_deleted, false)
    and (delivered > sent or unique_opens > delivered or automated_opens > unique_opens)
