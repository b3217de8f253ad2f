select
    owner.Id as id,
    :site || '/' || owner.Id as url,
    owner.SystemModstamp as changed_at,
    owner.Name as name,
    :team as team,
    owner.IsActive as is_active,
    owner.Email as email_key
from "User" as owner
