with merged as (
    select absorbed, max(survivor) as survivor
    from (
        select trim(unnest(string_split(hs_merged_object_ids, ';'))) as absorbed, id as survivor
        from tickets
    )
    where absorbed <> survivor
    group by absorbed
),

mapped as (
    select id, :salesforce_case_id as linked_id from tickets
)

select
    tickets.id                                                                  as id,
    'https://' || coalesce(account.ui_domain, 'app.hubspot.com') || '/contacts/' || account.portal_id
    || '/record/0-5/' || tickets.id                                             as url,
    tickets.hs_lastmodifieddate                                                 as changed_at,
    tickets.archived or merged.survivor is not null                             as is_deleted,
    coalesce(split_part(tickets.company_ids, ';', 1), contacts.associatedcompanyid) as account_id,
    tickets.hs_ticket_category                                                  as kind,
    tickets.createdate                                                          as created_at,
    -- a reopened ticket keeps its closing date
    case when coalesce(ticket_stages.is_closed, true) then tickets.closed_date end as closed_at,
    case when mapped.linked_id is not null then :salesforce_source end          as linked_source,
    mapped.linked_id                                                            as linked_id
from tickets
join mapped on mapped.id = tickets.id
left join merged on merged.absorbed = tickets.id
left join ticket_stages
    on ticket_stages.pipeline = tickets.hs_pipeline and ticket_stages.stage = tickets.hs_pipeline_stage
left join contacts on contacts.id = split_part(tickets.contact_ids, ';', 1)
left join account on true
