select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "currency",
    "on",
    "rate"
from exchange_rates
