select
    "id",
    "url",
    "changed_at",
    "is_deleted",
    "opportunity_id",
    "lead_id",
    "pipeline",
    "stage",
    "at"
from stage_changes
