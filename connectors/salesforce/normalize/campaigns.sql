select
    campaign.Id as id,
    :site || '/' || campaign.Id as url,
    campaign.SystemModstamp as changed_at,
    campaign.IsDeleted as is_deleted,
    campaign.Name as name,
    :campaign_channel as channel,
    campaign.Type as kind,
    campaign.Status as status,
    campaign.ParentId as parent_id,
    campaign.StartDate as starts_on,
    campaign.EndDate as ends_on,
    cast(campaign.BudgetedCost as decimal(18, 4)) as budget,
    coalesce(campaign.CurrencyIsoCode, :currency) as currency
from Campaign as campaign
