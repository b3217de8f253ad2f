select
    campaigns.id                                                    as id,
    campaigns.updated_at                                            as changed_at,
    campaigns.hs_name                                               as name,
    campaign_channels.channel                                       as channel,
    campaigns.hs_campaign_status                                    as status,
    campaigns.hs_start_date                                         as starts_on,
    campaigns.hs_end_date                                           as ends_on,
    cast(campaigns.hs_budget_items_sum_amount as decimal(18, 4))    as budget,
    coalesce(campaigns.hs_currency_code, account.currency)          as currency
from campaigns
left join campaign_channels on campaign_channels.campaign_id = campaigns.id
left join account on true
