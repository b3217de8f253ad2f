"""
The names of the attribution models.
"""

from __future__ import annotations

TOUCH_MODELS = (
    "first",
    "last",
    "last_non_direct",
    "linear",
    "position_based",
    "u_shaped_lead",
    "w_shaped",
    "full_path",
    "time_decay",
)
"""
Models that weigh the touches of one path; each is a column of `fact_paths`.
"""

STATE_MODELS = ("markov", "shapley")
"""
Models that weigh channels or campaigns; they cannot be cut by what only a touch has, its team or kind.
"""

MODELS = ("auto", *TOUCH_MODELS, *STATE_MODELS, "primary_campaign")
