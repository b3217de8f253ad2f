select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "grain",
    "on",
    "channel",
    "medium",
    "campaign",
    "sessions",
    "engaged_sessions",
    "total_users",
    "new_users",
    "key_events"
from web_traffic
