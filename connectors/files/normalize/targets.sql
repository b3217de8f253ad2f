select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "kpi",
    "dimension",
    "member",
    "starts_on",
    "ends_on",
    "baseline",
    "value",
    "owner_id",
    "next_step"
from targets
