-- What did not take place is no activity: unsent or bounced mail, meetings called off, calls that never rang.
with done as (
    select
        'call' as kind, '0-48' as type, id, hs_timestamp as "at", hubspot_owner_id, contact_ids, company_ids, deal_ids,
        archived, hs_lastmodifieddate,
        case upper(hs_call_direction) when 'INBOUND' then 'in' when 'OUTBOUND' then 'out' end as direction
    from calls
    where upper(coalesce(hs_call_status, '')) not in ('CANCELED', 'FAILED', 'QUEUED', 'CONNECTING', 'RINGING')
    union all
    select
        'meeting' as kind, '0-47' as type, id, coalesce(hs_meeting_start_time, hs_timestamp) as "at", hubspot_owner_id,
        contact_ids, company_ids, deal_ids, archived, hs_lastmodifieddate, null as direction
    from meetings
    where upper(coalesce(hs_meeting_outcome, '')) not in ('CANCELED', 'NO_SHOW', 'RESCHEDULED')
    union all
    select
        'email' as kind, '0-49' as type, id, hs_timestamp as "at", hubspot_owner_id, contact_ids, company_ids, deal_ids,
        archived, hs_lastmodifieddate,
        case upper(hs_email_direction) when 'INCOMING_EMAIL' then 'in' when 'EMAIL' then 'out' end as direction
    from emails
    where upper(coalesce(hs_email_status, '')) not in ('BOUNCED', 'FAILED', 'SCHEDULED', 'SENDING')
),

owner_team as (
    select id, :team as team from owners
)

select
    done.kind || '-' || done.id                                          as id,      -- ids are unique per type only
    'https://' || coalesce(account.ui_domain, 'app.hubspot.com') || '/contacts/' || account.portal_id
    || '/record/' || done.type || '/' || done.id                         as url,
    done.hs_lastmodifieddate                                             as changed_at,
    done.archived                                                        as is_deleted,
    coalesce(split_part(done.company_ids, ';', 1), contacts.associatedcompanyid) as account_id,
    split_part(done.contact_ids, ';', 1)                                 as lead_id,
    split_part(done.deal_ids, ';', 1)                                    as opportunity_id,
    done.hubspot_owner_id                                                as owner_id,
    owner_team.team                                                      as team,
    done.kind                                                            as kind,
    done.direction                                                       as direction,
    done."at"                                                              as "at",
    false                                                                as is_mass  -- these are one to one
from done
left join contacts on contacts.id = split_part(done.contact_ids, ';', 1)
left join owner_team on owner_team.id = done.hubspot_owner_id
left join account on true
