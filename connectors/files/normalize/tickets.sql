select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "account_id",
    "kind",
    "product",
    "parent_id",
    "created_at",
    "closed_at",
    "linked_source",
    "linked_id"
from tickets
