-- One row per send. Where deliveries are unknown the send is in no rate.
select
    campaign_key as campaign,
    cast(sent_at at time zone :timezone as date) as sent_on,
    delivered,
    unique_opens,
    unique_clicks
from email_sends
where not coalesce(is_deleted, false) and sent_at is not null and delivered is not null
