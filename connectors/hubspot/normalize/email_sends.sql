-- An archived e-mail was sent all the same. Opens by machines are not told apart.
select
    id                 as id,
    updated_at         as changed_at,
    campaign           as campaign_id,
    name               as name,
    published_at       as sent_at,
    sent               as sent,
    delivered          as delivered,
    open               as unique_opens,
    click              as unique_clicks
from marketing_emails
where published_at is not null and upper(coalesce(state, '')) not like '%DRAFT%'
