"""
Stages that deals and leads reached.
"""

from __future__ import annotations

from kpis.formula import choose
from kpis.measure import Measure, flow

FUNNEL = "fact_funnel"
FUNNEL_NEEDS = (("leads", "stages"), ("leads", "opportunities"))


def _in_funnel(name: str, where: str) -> Measure:
    return flow(name, FUNNEL, at="created_on", where=f"not is_last and {where}", needs=FUNNEL_NEEDS)


reached = choose(
    "funnel",
    any=_in_funnel("reached", "reached_on <= :as_of"),
    strict=_in_funnel("strictly_reached", "strict_on <= :as_of"),
)
advanced = choose(
    "funnel",
    any=_in_funnel("advanced", "next_on <= :as_of"),
    strict=_in_funnel("strictly_advanced", "strict_next_on <= :as_of"),
)
_LOST = "(kind = 'deal' or stage = 'leads/opportunity') and lost_on <= :as_of"
dropped = choose(
    "funnel",
    any=_in_funnel("dropped", f"reached_on <= :as_of and not coalesce(next_on <= :as_of, false) and {_LOST}"),
    strict=_in_funnel(
        "strictly_dropped", f"strict_on <= :as_of and not coalesce(strict_next_on <= :as_of, false) and {_LOST}"
    ),
)
