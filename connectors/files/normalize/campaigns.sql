select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "name",
    "channel",
    "kind",
    "status",
    "parent_id",
    "starts_on",
    "ends_on",
    cast("budget" as decimal(18,4)) as "budget",
    "currency",
    "linked_source",
    "linked_id"
from campaigns
