select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "starts_on",
    "ends_on",
    "kind",
    "channel",
    "campaign_id",
    cast("amount" as decimal(18,4)) as "amount",
    "currency"
from costs
