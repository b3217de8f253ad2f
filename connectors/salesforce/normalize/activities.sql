select
    task.Id as id,
    :site || '/' || task.Id as url,
    task.SystemModstamp as changed_at,
    task.IsDeleted as is_deleted,
    coalesce(
        task.AccountId, case when starts_with(task.WhatId, '001') then task.WhatId end, contact.AccountId
    ) as account_id,
    task.WhoId as lead_id,
    case when starts_with(task.WhatId, '006') then task.WhatId end as opportunity_id,
    task.OwnerId as owner_id,
    :team as team,
    case
        when task.TaskSubtype in ('Email', 'ListEmail') then 'email'
        when task.TaskSubtype = 'Call' or task.CallType is not null then 'call'
        else 'task'
    end as kind,
    case
        when task.CallType = 'Inbound' then 'in'
        when task.CallType = 'Outbound' or task.TaskSubtype in ('Email', 'ListEmail') then 'out'
    end as direction,
    coalesce(
        task.CompletedDateTime, cast(task.ActivityDate as timestamp) at time zone :timezone, task.CreatedDate
    ) as "at",
    coalesce(task.TaskSubtype = 'ListEmail', false) as is_mass
from Task as task
left join Contact as contact on contact.Id = task.WhoId
left join "User" as owner on owner.Id = task.OwnerId
where task.IsClosed

union all

select
    event.Id as id,
    :site || '/' || event.Id as url,
    event.SystemModstamp as changed_at,
    event.IsDeleted as is_deleted,
    coalesce(
        event.AccountId, case when starts_with(event.WhatId, '001') then event.WhatId end, contact.AccountId
    ) as account_id,
    event.WhoId as lead_id,
    case when starts_with(event.WhatId, '006') then event.WhatId end as opportunity_id,
    event.OwnerId as owner_id,
    :team as team,
    'meeting' as kind,
    cast(null as varchar) as direction,
    coalesce(
        event.StartDateTime, cast(event.ActivityDate as timestamp) at time zone :timezone, event.CreatedDate
    ) as "at",
    false as is_mass
from Event as event
left join Contact as contact on contact.Id = event.WhoId
left join "User" as owner on owner.Id = event.OwnerId
where not coalesce(event.IsChild, false) -- an invitee's copy of the same meeting
