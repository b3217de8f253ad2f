"""
The KPIs that there are: those of the catalogue and those that the settings declare.
"""

from __future__ import annotations

from kpis.catalogue import CATALOGUE
from kpis.model import Kpi
from sync.settings import Settings


def known(settings: Settings) -> dict[str, Kpi]:
    """
    Every KPI by id, those of the settings last.
    """
    return {**CATALOGUE, **settings.kpis.custom}


def listed(settings: Settings) -> tuple[str, ...]:
    """
    Ids of the KPIs that are shown unasked: all but those that others are made of.
    """
    return tuple(kpi.id for kpi in known(settings).values() if not kpi.supporting)
