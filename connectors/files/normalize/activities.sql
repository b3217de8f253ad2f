select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "account_id",
    "lead_id",
    "opportunity_id",
    "owner_id",
    "team",
    "kind",
    "direction",
    "at",
    "is_mass",
    "linked_source",
    "linked_id"
from activities
