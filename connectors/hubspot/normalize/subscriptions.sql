-- A merged deal is a third one; its lines may still name one of the two that went into it.
with won as (
    select
        deals.id,
        deals.archived,
        deals.hs_lastmodifieddate,
        coalesce(deals.hs_primary_associated_company, split_part(deals.company_ids, ';', 1)) as account_id,
        coalesce(deals.deal_currency_code, account.currency)                                 as currency,
        cast(deals.closedate at time zone :timezone as date)                                 as closed_on
    from deals
    left join deal_stages on deal_stages.pipeline = deals.pipeline and deal_stages.stage = deals.dealstage
    left join merged_deals on merged_deals.absorbed = deals.id
    left join account on true
    where merged_deals.absorbed is null
        and coalesce(deal_stages.is_closed and deal_stages.probability = 1, deals.hs_is_closed_won)
),

mapped_deals as (
    select
        id,
        :deal_kind              as kind,
        :mrr                    as mrr,
        :subscription_starts_on as starts_on,
        :subscription_ends_on   as ends_on
    from deals
),

mapped_lines as (
    select id, :product_family as product_family, :months_per_payment as months from line_items
),

recurring as (
    select
        line_items.id,
        won.id                                                                       as opportunity_id,
        won.account_id,
        mapped_deals.kind,
        line_items.archived or won.archived                                          as is_deleted,
        line_items.hs_lastmodifieddate                                               as changed_at,
        line_items.name                                                              as product,
        mapped_lines.product_family,
        line_items.recurringbillingfrequency                                         as plan,
        coalesce(line_items.hs_mrr, line_items.amount / mapped_lines.months)         as mrr,
        coalesce(line_items.hs_line_item_currency_code, won.currency)                as currency,
        coalesce(line_items.hs_recurring_billing_start_date, won.closed_on)          as starts_on,
        line_items.hs_recurring_billing_end_date                                     as ends_on,
        cast(line_items.hs_term_in_months as integer)                                as term
    from line_items
    join mapped_lines on mapped_lines.id = line_items.id
    left join merged_deals on merged_deals.absorbed = split_part(line_items.deal_ids, ';', 1)
    join won on won.id = coalesce(merged_deals.survivor, split_part(line_items.deal_ids, ';', 1))
    join mapped_deals on mapped_deals.id = won.id
    where line_items.recurringbillingfrequency is not null
),

-- Deals without recurring lines: what the deal itself says.
sold as (
    select
        id, opportunity_id, account_id, kind, is_deleted, changed_at, product, product_family, plan, mrr, currency,
        starts_on, coalesce(ends_on, cast(starts_on + term * interval '1' month as date)) as ends_on
    from recurring
    union all
    select
        'deal-' || won.id                                  as id,
        won.id                                             as opportunity_id,
        won.account_id                                     as account_id,
        mapped_deals.kind                                  as kind,
        won.archived                                       as is_deleted,
        won.hs_lastmodifieddate                            as changed_at,
        null                                               as product,
        null                                               as product_family,
        null                                               as plan,
        mapped_deals.mrr                                   as mrr,
        won.currency                                       as currency,
        coalesce(mapped_deals.starts_on, won.closed_on)    as starts_on,
        mapped_deals.ends_on                               as ends_on
    from won
    join mapped_deals on mapped_deals.id = won.id
    where mapped_deals.mrr > 0
        and not exists (select 1 from recurring where recurring.opportunity_id = won.id and not recurring.is_deleted)
),

-- A contract without an end runs until it is renewed; else the renewal would count the same money twice.
renewed as (
    select earlier.id, min(later.starts_on) as on_day
    from sold as earlier
    join sold as later
        on later.account_id = earlier.account_id
        and later.kind = 'renewal'
        and not later.is_deleted
        and later.starts_on > earlier.starts_on
        and coalesce(later.product = earlier.product, true)
    group by earlier.id
)

select
    sold.id                                    as id,
    sold.changed_at                            as changed_at,
    sold.is_deleted                            as is_deleted,
    sold.account_id                            as account_id,
    sold.opportunity_id                        as opportunity_id,
    sold.product                               as product,
    sold.product_family                        as product_family,
    sold.plan                                  as plan,
    cast(sold.mrr as decimal(18, 4))           as mrr,
    sold.currency                              as currency,
    sold.starts_on                             as starts_on,
    coalesce(sold.ends_on, renewed.on_day)     as ends_on,
    false                                      as is_trial
from sold
left join renewed on renewed.id = sold.id
