with moves as (
    select
        LeadId,
        OldValue,
        NewValue,
        CreatedDate,
        row_number() over (partition by LeadId order by CreatedDate, Id) as position
    from LeadHistory
    where Field = 'Status'
),

tracking as (
    select min(CreatedDate) as began_at from moves
),

qualifications as (
    select
        LeadId,
        max(case when position = 1 then OldValue end) as first_status,
        min(case when NewValue in (:qualified_statuses) then CreatedDate end) as moved_at
    from moves
    group by LeadId
),

-- The campaign that a person came with: a membership begun before or on the day after the record was created.
arrivals as (
    select
        coalesce(person.Id, '') as person_id,
        member.CampaignId,
        row_number() over (partition by person.Id order by member.CreatedDate, member.Id) as position
    from CampaignMember as member
    join (
        select Id, CreatedDate from Lead
        union all
        select Id, CreatedDate from Contact
    ) as person on person.Id = coalesce(member.LeadId, member.ContactId)
    where
        not coalesce(member.IsDeleted, false)
        and member.CreatedDate < person.CreatedDate + interval 1 day
),

origins as (
    select person_id, CampaignId from arrivals where position = 1
)

select
    lead.Id as id,
    :site || '/' || lead.Id as url,
    lead.SystemModstamp as changed_at,
    lead.IsDeleted as is_deleted,
    'lead' as kind,
    lead.ConvertedAccountId as account_id,
    lead.Email as email_key,
    lead.Email_domain as email_domain,
    lead.Email_is_shared as email_is_shared,
    lead.Status as status,
    :lead_channel as channel,
    lead.LeadSource as source_detail,
    origin.CampaignId as campaign_id,
    lead.OwnerId as owner_id,
    lead.Country as country,
    coalesce(cast(:segment as varchar), cast(:lead_segment as varchar)) as segment,
    lead.CreatedDate as created_at,
    case
        when not :is_qualified_by_field then
            case
                -- Created as qualified: nothing moved it there. Before tracking began no one can say.
                when
                    coalesce(qualification.first_status, lead.Status) in (:qualified_statuses)
                    and lead.CreatedDate >= tracking.began_at
                    then lead.CreatedDate
                else qualification.moved_at
            end
        -- A date names a local day; its first moment stands for it.
        when length(cast(:qualified_field as varchar)) = 10
            then cast(cast(:qualified_field as varchar) as timestamp) at time zone :timezone
        else try_cast(cast(:qualified_field as varchar) as timestamptz)
    end as qualified_at,
    lead.ConvertedDate as converted_on,
    lead.ConvertedOpportunityId as opportunity_id,
    lead.MasterRecordId as merged_into,
    case when lead.ConvertedContactId is not null then :self end as linked_source,
    lead.ConvertedContactId as linked_id,
    true as is_lead
from Lead as lead
cross join tracking
left join qualifications as qualification on qualification.LeadId = lead.Id
left join origins as origin on origin.person_id = lead.Id
left join Account as account on account.Id = lead.ConvertedAccountId

union all

select
    contact.Id as id,
    :site || '/' || contact.Id as url,
    contact.SystemModstamp as changed_at,
    contact.IsDeleted as is_deleted,
    'contact' as kind,
    contact.AccountId as account_id,
    contact.Email as email_key,
    contact.Email_domain as email_domain,
    contact.Email_is_shared as email_is_shared,
    cast(null as varchar) as status,
    :contact_channel as channel,
    contact.LeadSource as source_detail,
    origin.CampaignId as campaign_id,
    contact.OwnerId as owner_id,
    contact.MailingCountry as country,
    cast(:segment as varchar) as segment,
    contact.CreatedDate as created_at,
    cast(null as timestamptz) as qualified_at,
    cast(null as date) as converted_on,
    cast(null as varchar) as opportunity_id,
    contact.MasterRecordId as merged_into,
    cast(null as varchar) as linked_source,
    cast(null as varchar) as linked_id,
    :contacts_are_leads as is_lead
from Contact as contact
left join origins as origin on origin.person_id = contact.Id
left join Account as account on account.Id = contact.AccountId
