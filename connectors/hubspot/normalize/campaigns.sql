-- HubSpot's campaigns have no channel: what the settings say, else the one that all its contacts came by.
with mapped as (
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
    campaigns.id                                                    as id,
    campaigns.updated_at                                            as changed_at,
    campaigns.hs_name                                               as name,
    coalesce(mapped.channel, seen.channel)                          as channel,
    campaigns.hs_campaign_status                                    as status,
    campaigns.hs_start_date                                         as starts_on,
    campaigns.hs_end_date                                           as ends_on,
    cast(campaigns.hs_budget_items_sum_amount as decimal(18, 4))    as budget,
    coalesce(campaigns.hs_currency_code, account.currency)          as currency
from campaigns
join mapped on mapped.id = campaigns.id
left join seen on seen.campaign_id = campaigns.id
left join account on true
