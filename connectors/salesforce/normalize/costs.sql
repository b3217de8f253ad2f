-- One figure per campaign, spread over its days; a campaign without days is dated when it was created.
with dated as (
    select
        campaign.*,
        coalesce(campaign.StartDate, campaign.EndDate, cast(campaign.CreatedDate at time zone :timezone as date)) as begins
    from Campaign as campaign
    where campaign.ActualCost is not null
)

select
    campaign.Id as id,
    :site || '/' || campaign.Id as url,
    campaign.SystemModstamp as changed_at,
    campaign.IsDeleted as is_deleted,
    campaign.begins as starts_on,
    greatest(campaign.begins, coalesce(campaign.EndDate, campaign.begins)) as ends_on,
    :campaign_cost_kind as kind,
    :campaign_channel as channel,
    campaign.Id as campaign_id,
    cast(campaign.ActualCost as decimal(18, 4)) as amount,
    coalesce(campaign.CurrencyIsoCode, :currency) as currency
from dated as campaign
