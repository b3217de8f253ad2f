with mapped as (
    select id, :product_family as product_family, :months_per_payment as months from line_items
)

select
    line_items.id                                                       as id,
    line_items.hs_lastmodifieddate                                      as changed_at,
    line_items.archived or deals.archived                               as is_deleted,
    deals.id                                                            as opportunity_id,
    line_items.name                                                     as product,
    mapped.product_family                                               as product_family,
    cast(line_items.amount as decimal(18, 4))                           as amount,
    -- HubSpot computes the monthly amount itself; where a portal does not show it, it follows from the payments.
    cast(
        case
            when line_items.recurringbillingfrequency is not null
            then coalesce(line_items.hs_mrr, line_items.amount / mapped.months)
        end as decimal(18, 4)
    )                                                                   as mrr,
    coalesce(line_items.hs_line_item_currency_code, deals.deal_currency_code, account.currency) as currency,
    line_items.hs_recurring_billing_start_date                          as starts_on,
    line_items.hs_recurring_billing_end_date                            as ends_on
from line_items
join mapped on mapped.id = line_items.id
left join merged_deals on merged_deals.absorbed = split_part(line_items.deal_ids, ';', 1)
join deals on deals.id = coalesce(merged_deals.survivor, split_part(line_items.deal_ids, ';', 1))
left join account on true
