"""
Every KPI, in the order in which the catalogue is read.
"""

from __future__ import annotations

from kpis.catalogue import conversion, cost, customers, demand, objectives, recurring, success
from kpis.model import Kpi

CATALOGUE: dict[str, Kpi] = {
    kpi.id: kpi
    for family in (demand, conversion, cost, recurring, customers, success, objectives)
    for kpi in family.KPIS
}
