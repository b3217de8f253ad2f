select
    'email_sends' as "table",
    source,
    id,
    'unique_opens=' || cast(unique_opens as varchar) || ' unique_clicks=' || cast(unique_clicks as varchar) as what
from email_sends
where not coalesce(is_deleted, false) and unique_clicks > unique_opens
