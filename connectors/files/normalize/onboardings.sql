select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "account_id",
    "owner_id",
    "product",
    "state",
    "started_at",
    "completed_at"
from onboardings
