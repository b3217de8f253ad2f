select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "lead_id",
    "account_id",
    "opportunity_id",
    "campaign_id",
    "channel",
    "kind",
    "team",
    "at",
    "is_response",
    "is_direct"
from touches
