-- Each won deal with recurring revenue is a subscription of its own; a renewal follows where its forerunner ends.
with families as (
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
    deal.Id as opportunity_id,
    family.Family as product_family,
    cast(cast(:mrr as double) as decimal(18, 4)) as mrr,
    coalesce(deal.CurrencyIsoCode, :currency) as currency,
    coalesce(cast(:subscription_starts as date), deal.CloseDate) as starts_on,
    cast(:subscription_ends as date) as ends_on,
    false as is_trial
from Opportunity as deal
left join main_families as family on family.OpportunityId = deal.Id and family.position = 1
where deal.IsWon and :mrr is not null
