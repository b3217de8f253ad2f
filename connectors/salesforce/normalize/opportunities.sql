-- The lead that became this deal; of several the first.
with converted as (
    select
        Id,
        ConvertedOpportunityId,
        row_number() over (partition by ConvertedOpportunityId order by CreatedDate, Id) as position
    from Lead
    where ConvertedOpportunityId is not null and not coalesce(IsDeleted, false)
),

-- The product family with the largest total among the deal's lines.
families as (
    select line.OpportunityId, product.Family, sum(coalesce(line.TotalPrice, 0)) as total
    from OpportunityLineItem as line
    join Product2 as product on product.Id = line.Product2Id
    where product.Family is not null and not coalesce(line.IsDeleted, false)
    group by line.OpportunityId, product.Family
),

main_families as (
    select OpportunityId, Family, row_number() over (partition by OpportunityId order by total desc, Family) as position
    from families
)

select
    deal.Id as id,
    :site || '/' || deal.Id as url,
    deal.SystemModstamp as changed_at,
    deal.IsDeleted as is_deleted,
    deal.AccountId as account_id,
    converted.Id as lead_id,
    deal.Name as name,
    :opportunity_kind as kind,
    deal.StageName as stage,
    cast(deal.Amount as decimal(18, 4)) as amount,
    coalesce(deal.CurrencyIsoCode, :currency) as currency,
    cast(cast(:mrr as double) as decimal(18, 4)) as mrr,
    deal.Probability / 100 as probability,
    deal.CreatedDate as created_at,
    deal.CloseDate as closed_on, -- only a forecast while the deal is open
    deal.IsClosed as is_closed,
    deal.IsWon as is_won,
    deal.OwnerId as owner_id,
    deal.CampaignId as campaign_id,
    :opportunity_channel as channel,
    family.Family as product_family
from Opportunity as deal
left join converted on converted.ConvertedOpportunityId = deal.Id and converted.position = 1
left join main_families as family on family.OpportunityId = deal.Id and family.position = 1
