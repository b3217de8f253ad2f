select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "pipeline",
    "stage",
    "label",
    "position",
    "is_closed",
    "is_won",
    "probability"
from stages
