with channels_of_campaigns as (
    select distinct campaign_key
    from campaigns
    where not coalesce(is_deleted, false) and campaign_key is not null and channel is not null
)
select
    'costs' as "table",
    c.source,
    c.id,
    'campaign_id=' || coalesce(c.campaign_id, '') || ' amount=' || coalesce(cast(c.amount as varchar), '') as what
from costs as c
left join channels_of_campaigns as k on k.campaign_key = c.campaign_key
where not coalesce(c.is_deleted, false) and c.kind = 'media' and c.channel is null and k.campaign_key is null
