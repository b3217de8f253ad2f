select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "account_id",
    "kind",
    "offered_at",
    "accepted_at"
from offers
