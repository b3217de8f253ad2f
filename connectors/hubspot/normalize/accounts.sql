-- A merge archives nothing that a list would show: the survivor names the ids it took over.
with merged as (
    select absorbed, max(survivor) as survivor
    from (
        select trim(unnest(string_split(hs_merged_object_ids, ';'))) as absorbed, id as survivor
        from companies
    )
    where absorbed <> survivor
    group by absorbed
)

select
    companies.id                                                         as id,
    coalesce(
        companies.url,
        'https://' || coalesce(account.ui_domain, 'app.hubspot.com') || '/contacts/' || account.portal_id
        || '/record/0-2/' || companies.id
    )                                                                    as url,
    companies.hs_lastmodifieddate                                        as changed_at,
    companies.archived or merged.survivor is not null                    as is_deleted,
    companies.name                                                       as name,
    lower(companies.domain)                                              as domain,
    companies.industry                                                   as industry,
    case
        when companies.numberofemployees <= 0 then null
        when companies.numberofemployees <= 10 then '1-10'
        when companies.numberofemployees <= 50 then '11-50'
        when companies.numberofemployees <= 200 then '51-200'
        when companies.numberofemployees <= 1000 then '201-1000'
        when companies.numberofemployees > 1000 then '1001+'
    end                                                                  as size_band,
    companies.country                                                    as country,
    :segment                                                             as segment,
    companies.hubspot_owner_id                                           as owner_id,
    companies.hs_parent_company_id                                       as parent_id,
    companies.createdate                                                 as created_at,
    merged.survivor                                                      as merged_into,
    case when companies.salesforceaccountid is not null then :salesforce_source end as linked_source,
    :salesforce_account_id                                               as linked_id
from companies
left join merged on merged.absorbed = companies.id
left join account on true
