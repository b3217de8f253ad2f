select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "referrer_account_id",
    "lead_id",
    "at"
from referrals
