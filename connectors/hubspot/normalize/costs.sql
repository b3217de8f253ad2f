-- What a campaign cost, over its days. Without an end it is dated at its start; without a start, at its creation. HubSpot
-- says 0 where nobody entered a cost.
with campaign_days as (
    select id, coalesce(hs_start_date, cast(created_at at time zone :timezone as date)) as starts_on from campaigns
)

select
    campaigns.id || '/spend'                                                 as id,
    campaigns.updated_at                                                     as changed_at,
    campaign_days.starts_on                                                  as starts_on,
    greatest(coalesce(campaigns.hs_end_date, campaign_days.starts_on), campaign_days.starts_on) as ends_on,
    'media'                                                                  as kind,
    campaign_channels.channel                                                as channel,
    campaigns.id                                                             as campaign_id,
    cast(campaigns.hs_spend_items_sum_amount as decimal(18, 4))              as amount,
    coalesce(campaigns.hs_currency_code, account.currency)                   as currency
from campaigns
join campaign_days on campaign_days.id = campaigns.id
left join campaign_channels on campaign_channels.campaign_id = campaigns.id
left join account on true
where campaigns.hs_spend_items_sum_amount <> 0
