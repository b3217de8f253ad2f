with mapped as (
    select
        id,
        :deal_kind                 as kind,
        :mrr                       as mrr,
        :channel                   as channel,
        :salesforce_opportunity_id as linked_id
    from deals
),

-- Of several contacts the one that was there first: the person the deal came from.
first_contact as (
    select pairs.deal_id, min_by(pairs.contact_id, contacts.createdate) as contact_id
    from (select id as deal_id, unnest(string_split(contact_ids, ';')) as contact_id from deals) as pairs
    join contacts on contacts.id = pairs.contact_id
    group by pairs.deal_id
),

family as (
    select deal_id, max_by(product_family, amount) as product_family
    from (
        select split_part(deal_ids, ';', 1) as deal_id, :product_family as product_family, coalesce(amount, 0) as amount
        from line_items
        where deal_ids is not null and not archived
    )
    group by deal_id
),

entries as (
    select id as deal_id, unnest(string_split(stage_history, ';')) as entry from deals
),

visits as (
    select
        deal_id,
        cast(split_part(entry, ' ', 1) as timestamptz)  as moment,
        substr(entry, strpos(entry, ' ') + 1)           as stage
    from entries
),

-- The last entry into the stage the deal stands in: when it was closed, should nobody have said so.
entered as (
    select deals.id as deal_id, max(visits.moment) as moment
    from deals
    join visits on visits.deal_id = deals.id and visits.stage = deals.dealstage
    group by deals.id
),

manual_campaign as (
    select hs_object_id as reference, id from campaigns where hs_object_id <> ''
    union
    select id as reference, id from campaigns
)

select
    deals.id                                                            as id,
    coalesce(
        deals.url,
        'https://' || coalesce(account.ui_domain, 'app.hubspot.com') || '/contacts/' || account.portal_id
        || '/record/0-3/' || deals.id
    )                                                                   as url,
    deals.hs_lastmodifieddate                                           as changed_at,
    deals.archived or merged_deals.survivor is not null                       as is_deleted,
    coalesce(deals.hs_primary_associated_company, split_part(deals.company_ids, ';', 1)) as account_id,
    coalesce(first_contact.contact_id, split_part(deals.contact_ids, ';', 1)) as lead_id,
    deals.dealname                                                      as name,
    mapped.kind                                                         as kind,
    deals.pipeline                                                      as pipeline,
    deals.dealstage                                                     as stage,
    cast(deals.amount as decimal(18, 4))                                as amount,    -- null: left empty; never 0
    coalesce(deals.deal_currency_code, account.currency)                as currency,
    cast(mapped.mrr as decimal(18, 4))                                  as mrr,
    coalesce(deals.hs_deal_stage_probability, deal_stages.probability)  as probability,
    deals.createdate                                                    as created_at,
    cast(deals.closedate at time zone :timezone as date)                as closed_on, -- of an open deal only a forecast
    case when coalesce(deal_stages.is_closed, deals.hs_is_closed) then coalesce(deals.closedate, entered.moment) end
                                                                        as closed_at,
    coalesce(deal_stages.is_closed, deals.hs_is_closed)                 as is_closed,
    coalesce(deal_stages.is_closed and deal_stages.probability = 1, deals.hs_is_closed_won) as is_won,
    deals.hubspot_owner_id                                              as owner_id,
    manual_campaign.id                                                  as campaign_id,
    mapped.channel                                                      as channel,
    family.product_family                                               as product_family,
    case when mapped.linked_id is not null then :salesforce_source end  as linked_source,
    mapped.linked_id                                                    as linked_id,
    merged_deals.survivor                                                     as merged_into
from deals
join mapped on mapped.id = deals.id
left join deal_stages on deal_stages.pipeline = deals.pipeline and deal_stages.stage = deals.dealstage
left join merged_deals on merged_deals.absorbed = deals.id
left join first_contact on first_contact.deal_id = deals.id
left join family on family.deal_id = deals.id
left join entered on entered.deal_id = deals.id
left join manual_campaign on manual_campaign.reference = split_part(deals.hs_manual_campaign_ids, ';', 1)
left join account on true
