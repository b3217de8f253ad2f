select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "campaign_id",
    "name",
    "sent_at",
    "sent",
    "delivered",
    "unique_opens",
    "unique_clicks",
    "automated_opens"
from email_sends
