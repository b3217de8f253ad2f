select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "account_id",
    "opportunity_id",
    "product",
    "product_family",
    "plan",
    cast("mrr" as decimal(18,4)) as "mrr",
    "currency",
    "starts_on",
    "ends_on",
    "is_trial"
from subscriptions
