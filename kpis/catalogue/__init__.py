"""
Every KPI, in the order in which the catalogue is read.
"""

from __future__ import annotations

from kpis.catalogue import conversion, cost, customers, demand, recurring
from kpis.model import Kpi

CATALOGUE: dict[str, Kpi] = {
    kpi.id: kpi for family in (demand, conversion, cost, recurring, customers) for kpi in family.KPIS
}
