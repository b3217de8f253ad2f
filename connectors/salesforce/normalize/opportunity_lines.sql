select
    line.Id as id,
    :site || '/' || line.Id as url,
    line.SystemModstamp as changed_at,
    coalesce(line.IsDeleted, false) or coalesce(deal.IsDeleted, false) as is_deleted,
    line.OpportunityId as opportunity_id,
    product.Name as product,
    product.Family as product_family,
    cast(line.TotalPrice as decimal(18, 4)) as amount,
    coalesce(line.CurrencyIsoCode, deal.CurrencyIsoCode, :currency) as currency,
    line.ServiceDate as starts_on
from OpportunityLineItem as line
left join Product2 as product on product.Id = line.Product2Id
left join Opportunity as deal on deal.Id = line.OpportunityId
