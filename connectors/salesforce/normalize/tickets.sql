select
    ticket.Id as id,
    :site || '/' || ticket.Id as url,
    ticket.SystemModstamp as changed_at,
    coalesce(ticket.IsDeleted, false) or ticket.MasterRecordId is not null as is_deleted,
    coalesce(ticket.AccountId, contact.AccountId) as account_id,
    ticket.Type as kind,
    ticket.ParentId as parent_id,
    ticket.CreatedDate as created_at,
    ticket.ClosedDate as closed_at
from "Case" as ticket
left join Contact as contact on contact.Id = ticket.ContactId
