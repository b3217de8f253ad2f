"""
What the placeholders of the checks stand for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from connectors.schema import CHANNELS, TABLES, TEAMS
from kpis.catalogue import CATALOGUE
from kpis.facts import Environment
from kpis.model import Kpi

QUOTA = "quota"
"""
A target may name it beside the KPIs: what pipeline coverage is measured against.
"""

# Shares of a whole: more than all of it cannot be aimed at.
_PARTS_OF_A_WHOLE = (
    "qualified_lead_rate",
    "organic_traffic_share",
    "website_engagement_rate",
    "email_open_rate",
    "email_click_through_rate",
    "lead_conversion_rate_cohort",
    "close_rate_pipeline",
    "win_rate",
    "gross_margin",
    "gross_mrr_churn_rate",
    "gross_mrr_retention_rate",
    "customer_churn_rate",
    "account_retention_rate",
    "marketing_sourced_revenue_share",
    "marketing_influenced_revenue_share",
    "marketing_sourced_customer_share",
    "upsell_rate",
    "upsell_offer_acceptance_rate",
    "cross_sell_offer_acceptance_rate",
    "repeat_purchase_rate",
    "engaged_account_rate",
    "product_adoption_rate",
    "onboarding_completion_rate",
    "objectives_on_track_share",
)


def placeholders(
    environment: Environment,
    today: date,
    gross_margin: Decimal | None = None,
    kpis: Mapping[str, Kpi] = CATALOGUE,
) -> dict[str, object]:
    """
    The values that the selects wait for.

    Args:
        environment: What the organisation is.
        today: The organisation's own date.
        gross_margin: As the settings have it, however wrong.
        kpis: The KPIs that a target may name.
    """
    return {
        "timezone": environment.timezone,
        "currency": environment.currency.upper(),
        "fiscal_year_start": environment.fiscal_year_start,
        "today": today,
        "gross_margin": gross_margin,
        "channels": CHANNELS,
        "teams": TEAMS,
        "cost_kinds": TABLES["costs"].column("kind").values,
        "kpis": (*kpis, QUOTA),
        "shares": tuple(kpi.id for kpi in kpis.values() if kpi.unit == "percent"),
        "parts_of_a_whole": _PARTS_OF_A_WHOLE,
        # dimensions whose members are words of ours or of the question, not of a table
        "open_dimensions": ("kind", "movement", "target"),
    }
