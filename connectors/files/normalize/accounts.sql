select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "name",
    "domain",
    "industry",
    "size_band",
    "country",
    "segment",
    "owner_id",
    "parent_id",
    "created_at",
    "merged_into",
    "linked_source",
    "linked_id"
from accounts
