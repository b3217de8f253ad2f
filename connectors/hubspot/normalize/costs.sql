-- What a campaign cost, over its days. Without an end it is dated at its start; without a start, at its creation. HubSpot
-- says 0 where nobody entered a cost.
with campaign_days as (
    select id, coalesce(hs_start_date, cast(created_at at time zone :timezone as date)) as starts_on from campaigns
),

mapped as (
    select id, :campaign_channel as channel from campaigns
),

sources as (
    select hs_analytics_first_touch_converting_campaign as word, :channel as channel from contacts where not archived
    union all
    select lower(hs_analytics_source_data_1) as word, :channel as channel from contacts where not archived
    union all
    select lower(hs_analytics_source_data_2) as word, :channel as channel from contacts where not archived
),

campaign_words as (
    select word, min(id) as campaign_id
    from (
        select id as word, id from campaigns
        union
        select lower(hs_utm) as word, id from campaigns where hs_utm <> ''
        union
        select lower(hs_name) as word, id from campaigns where hs_name <> ''
    )
    group by word
    having count(*) = 1
),

seen as (
    select campaign_words.campaign_id, min(sources.channel) as channel
    from sources
    join campaign_words on campaign_words.word = sources.word
    group by campaign_words.campaign_id
    having count(distinct sources.channel) = 1
)

select
    campaigns.id || '/spend'                                                 as id,
    campaigns.updated_at                                                     as changed_at,
    campaign_days.starts_on                                                  as starts_on,
    greatest(coalesce(campaigns.hs_end_date, campaign_days.starts_on), campaign_days.starts_on) as ends_on,
    'media'                                                                  as kind,
    coalesce(mapped.channel, seen.channel)                                   as channel,
    campaigns.id                                                             as campaign_id,
    cast(campaigns.hs_spend_items_sum_amount as decimal(18, 4))              as amount,
    coalesce(campaigns.hs_currency_code, account.currency)                   as currency
from campaigns
join campaign_days on campaign_days.id = campaigns.id
join mapped on mapped.id = campaigns.id
left join seen on seen.campaign_id = campaigns.id
left join account on true
where campaigns.hs_spend_items_sum_amount <> 0
