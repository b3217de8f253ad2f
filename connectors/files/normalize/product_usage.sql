select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "account_id",
    "product",
    "feature",
    "on",
    "events",
    "users"
from product_usage
