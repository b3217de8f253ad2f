select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "name",
    "team",
    "is_active",
    coalesce(email_address, email_key) as email_key
from owners
