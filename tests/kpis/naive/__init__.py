"""
The same KPIs worked out row by row in plain Python, slowly and obviously: what the engine is held against.
"""

from __future__ import annotations

from datetime import date

from tests.kpis.naive import (
    contribution,
    conversion,
    cost,
    customers,
    demand,
    funnel,
    history,
    objectives,
    payback,
    recurring,
    success,
)
from tests.kpis.naive.common import UnknownKpi
from tests.kpis.naive.entities import Naive

# Each part answers the KPIs it knows and returns None for the others; a new part is one name here.
Naive.parts = (
    demand.answer,
    conversion.answer,
    history.answer,
    funnel.answer,
    cost.answer,
    contribution.answer,
    payback.answer,
    recurring.answer,
    customers.answer,
    success.answer,
    objectives.answer,
)


def knows(kpi: str) -> bool:
    """
    Whether some part answers this KPI.
    """
    day = date(2026, 3, 1)
    try:
        Naive({}, day, "UTC", "EUR").answer(kpi, day, day, "org", "all")
    except UnknownKpi:
        return False
    return True


__all__ = ["Naive", "knows"]
