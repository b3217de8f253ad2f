"""
Published examples of targets.
"""

from __future__ import annotations

from datetime import date

from tests.kpis.build import Answer, deal, row
from tests.kpis.examples.asking import Inputs, ask, uneven


def target_attainment(given: Inputs) -> Answer:
    """
    Revenue won in March against what March should bring.
    """
    target = row(
        "targets",
        kpi="won_revenue",
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 3, 31),
        value=given["target"],
    )
    rows = [target, *(deal(amount=amount) for amount in uneven(given["actual"], 5))]
    return ask("target_attainment", rows, by="target", member="won_revenue")


BUILDERS = (target_attainment,)
