"""
Attribution: how a conversion is shared out over the touches that led to it.

Models over touches (first, last, linear …) are SQL, in `facts/fact_paths.sql`. Those that learn from all journeys are
here: Markov, which SQL cannot solve, and Shapley for tables of worth that SQL does not have.
"""

from kpis.attribution.journeys import Journey
from kpis.attribution.markov import Markov, markov
from kpis.attribution.models import MODELS, TOUCH_MODELS
from kpis.attribution.shapley import Shapley, shapley, shapley_of_worth
from kpis.attribution.shares import SHARES, TRANSITIONS, shares
from kpis.attribution.side_by_side import side_by_side

__all__ = [
    "MODELS",
    "SHARES",
    "TOUCH_MODELS",
    "TRANSITIONS",
    "Journey",
    "Markov",
    "Shapley",
    "markov",
    "shapley",
    "shapley_of_worth",
    "shares",
    "side_by_side",
]
