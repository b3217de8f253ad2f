select 'email_sends' as "table", source, id, 'sent_on='
    || coalesce(cast(cast(sent_at at time zone :timezone as date) as varchar), '') as what, 'email_sends' as part
from email_sends
where not coalesce(is_deleted, false)
    and least(sent, delivered, unique_opens, unique_clicks, automated_opens) < 0
union all
select 'web_traffic' as "table", source, id, 'on=' || coalesce(cast("on" as varchar), '') as what, 'web_traffic' as part
from web_traffic
where not coalesce(is_deleted, false)
    and least(sessions, engaged_sessions, total_users, new_users, key_events) < 0
union all
select 'product_usage' as "table", source, id, 'on=' || coalesce(cast("on" as varchar), '') as what, 'product_usage' as part
from product_usage
where not coalesce(is_deleted, false) and least(events, users) < 0
