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

seen as (
    select campaign_words.campaign_id, min(sources.channel) as channel
    from sources
    join campaign_words on campaign_words.word = sources.word
    group by campaign_words.campaign_id
    having count(distinct sources.channel) = 1
)

select mapped.id as campaign_id, coalesce(mapped.channel, seen.channel) as channel
from mapped
left join seen on seen.campaign_id = mapped.id
