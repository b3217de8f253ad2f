select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "opportunity_id",
    "product",
    "product_family",
    cast("amount" as decimal(18,4)) as "amount",
    cast("mrr" as decimal(18,4)) as "mrr",
    "currency",
    "starts_on",
    "ends_on"
from opportunity_lines
