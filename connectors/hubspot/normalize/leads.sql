with merged as (
    select absorbed, max(survivor) as survivor
    from (
        select trim(unnest(string_split(hs_merged_object_ids, ';'))) as absorbed, id as survivor
        from contacts
    )
    where absorbed <> survivor
    group by absorbed
),

mapped as (
    select
        id,
        :channel              as channel,
        :qualified_at         as qualified_at,
        :became_customer_at   as became_customer_at,
        :salesforce_person_id as linked_id
    from contacts
),

company as (
    select id, :segment as segment from companies
)

select
    contacts.id                                             as id,
    coalesce(
        contacts.url,
        'https://' || coalesce(account.ui_domain, 'app.hubspot.com') || '/contacts/' || account.portal_id
        || '/record/0-1/' || contacts.id
    )                                                       as url,
    contacts.lastmodifieddate                               as changed_at,
    contacts.archived or merged.survivor is not null        as is_deleted,
    'contact'                                               as kind,
    contacts.associatedcompanyid                            as account_id,
    contacts.email                                          as email_key,
    contacts.email_domain                                   as email_domain,
    contacts.email_is_shared                                as email_is_shared,
    contacts.lifecyclestage                                 as status,
    mapped.channel                                          as channel,
    contacts.hs_analytics_source_data_1                     as source_detail,
    coalesce(by_id.campaign_id, by_first.campaign_id, by_second.campaign_id) as campaign_id,
    contacts.hubspot_owner_id                               as owner_id,
    contacts.country                                        as country,
    company.segment                                         as segment,
    contacts.createdate                                     as created_at,
    mapped.qualified_at                                     as qualified_at,
    mapped.became_customer_at                               as became_customer_at,
    merged.survivor                                         as merged_into,
    case when mapped.linked_id is not null then :salesforce_source end as linked_source,
    mapped.linked_id                                        as linked_id,
    upper(contacts.hs_object_source) = 'IMPORT'             as is_bulk_import,
    :contacts_are_leads                                     as is_lead
from contacts
join mapped on mapped.id = contacts.id
left join merged on merged.absorbed = contacts.id
left join company on company.id = contacts.associatedcompanyid
left join campaign_words as by_id on by_id.word = contacts.hs_analytics_first_touch_converting_campaign
left join campaign_words as by_first on by_first.word = lower(contacts.hs_analytics_source_data_1)
left join campaign_words as by_second on by_second.word = lower(contacts.hs_analytics_source_data_2)
left join account on true
