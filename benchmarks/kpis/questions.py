"""
What is asked: of the engine by name, of the analyst by his SQL.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from benchmarks.kpis import by_hand
from benchmarks.kpis.company import AS_OF, FIRST, LAST, settings
from kpis.catalogue import CATALOGUE
from sync import compute
from sync.warehouse import Session

_THIRTY = """
new_leads new_qualified_leads qualified_lead_rate cost_per_lead cost_per_qualified_lead lead_velocity_rate
lead_conversion_rate_cohort lead_conversion_rate_period new_opportunities new_business_opportunities close_rate_pipeline
win_rate close_rate_created sales_cycle_length pipeline_coverage open_pipeline_amount won_revenue net_new_revenue
new_customers customer_acquisition_cost marketing_cac average_ticket cac_to_ticket_ratio roi romi activity_roi
attributed_revenue unattributed_revenue media_cost marketing_sourced_revenue_share
"""


@dataclass(frozen=True)
class Question:
    """
    KPIs by month and some dimensions.

    Args:
        kpis: Ids.
        by: Dimensions besides the whole organisation.
        by_hand: Gives the SQL of an analyst; None where the engine is measured against itself.
    """

    kpis: tuple[str, ...]
    by: tuple[str, ...]
    by_hand: Callable[[], str] | None = None

    def ask(self, session: Session) -> pa.Table:
        """
        Of the engine, compiling and all, as `noria show` asks.
        """
        return compute.answer(session, settings(), compute.Asked(self.kpis, "month", FIRST, LAST, self.by), AS_OF)

    def write(self, session: Session) -> pa.Table:
        """
        By hand.
        """
        assert self.by_hand is not None
        return session.query(self.by_hand())


# each of these three opens another date of the deals; those that are added find all they need already read
_FIRST_OF_DEALS = ("new_opportunities", "close_rate_pipeline", "open_pipeline_amount")
FURTHER = ("new_business_opportunities", "win_rate", "close_rate_created", "sales_cycle_length", "won_revenue")
QUESTIONS = {
    "thirty": Question(tuple(_THIRTY.split()), ("channel",), lambda: by_hand.THIRTY),
    "whole": Question(
        tuple(kpi.id for kpi in CATALOGUE.values() if not kpi.over_kpis),
        ("channel", "campaign", "owner", "segment", "product", "stage"),
        by_hand.whole_catalogue,
    ),
    "few of deals": Question(_FIRST_OF_DEALS, ("channel",)),
    "more of deals": Question((*_FIRST_OF_DEALS, *FURTHER), ("channel",)),
}
