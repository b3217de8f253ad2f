-- Of a contact's way HubSpot keeps where it came from first and last, and when it first filled in a form.
with original as (
    select
        id                                                  as lead_id,
        'original source'                                   as kind,
        :channel                                            as channel,
        hs_analytics_source                                 as source_word,
        coalesce(hs_analytics_first_timestamp, createdate)  as happened_at,
        hs_analytics_first_touch_converting_campaign        as campaign_word,
        lower(hs_analytics_source_data_1)                   as first_word,
        lower(hs_analytics_source_data_2)                   as second_word,
        first_conversion_date                               as converted_at
    from contacts
    where hs_analytics_source <> ''
),

seen as (
    select *, converted_at = happened_at as is_response from original
    union all
    select * replace ('form' as kind, converted_at as happened_at), true as is_response
    from original
    where converted_at > happened_at
    union all
    select
        contacts.id                                              as lead_id,
        'latest source'                                          as kind,
        :latest_channel                                          as channel,
        contacts.hs_latest_source                                as source_word,
        contacts.hs_latest_source_timestamp                      as happened_at,
        contacts.hs_analytics_last_touch_converting_campaign     as campaign_word,
        lower(contacts.hs_latest_source_data_1)                  as first_word,
        null                                                     as second_word,
        null                                                     as converted_at,
        null                                                     as is_response
    from contacts
    join original on original.lead_id = contacts.id
    where contacts.hs_latest_source_timestamp > original.happened_at
)

select
    seen.lead_id || '/' || seen.kind                                        as id,
    contacts.lastmodifieddate                                               as changed_at,
    contacts.archived                                                       as is_deleted,
    seen.lead_id                                                            as lead_id,
    contacts.associatedcompanyid                                            as account_id,
    coalesce(by_id.campaign_id, by_first.campaign_id, by_second.campaign_id) as campaign_id,
    seen.channel                                                            as channel,
    seen.kind                                                               as kind,
    case when upper(seen.source_word) <> 'OFFLINE' then 'marketing' end     as team,
    seen.happened_at                                                        as "at",
    seen.is_response                                                        as is_response,
    upper(seen.source_word) = 'DIRECT_TRAFFIC'                              as is_direct
from seen
join contacts on contacts.id = seen.lead_id
left join campaign_words as by_id on by_id.word = seen.campaign_word
left join campaign_words as by_first on by_first.word = seen.first_word
left join campaign_words as by_second on by_second.word = seen.second_word
