-- One row per send; a rate takes the sends of which both of its counts are known.
select
    source || ':' || id as send_key,
    campaign_key as campaign,
    cast(sent_at at time zone :timezone as date) as sent_on,
    delivered,
    unique_opens,
    unique_clicks,
    automated_opens
from email_sends
where not coalesce(is_deleted, false) and sent_at is not null
