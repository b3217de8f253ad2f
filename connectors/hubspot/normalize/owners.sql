select
    id                 as id,
    updated_at         as changed_at,
    name               as name,
    :team              as team,        -- from the words in the names of the owner's HubSpot teams
    not archived       as is_active,
    email              as email_key
from owners
