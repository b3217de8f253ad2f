select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "account_id",
    "opportunity_id",
    "kind",
    "on",
    cast("amount" as decimal(18,4)) as "amount",
    cast("cogs" as decimal(18,4)) as "cogs",
    "currency"
from revenue
