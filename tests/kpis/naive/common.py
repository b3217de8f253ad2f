"""
What every part of the reference shares: rows, results, and a handful of plain helpers.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

Fields = dict[str, Any]
Result = tuple[float | None, str | None]
DAY = timedelta(days=1)
NONE = "(none)"


class UnknownKpi(KeyError):
    """
    No part of the reference knows the KPI.
    """


# What holds when a question names no option; None where each KPI, or the figures, decide.
DEFAULTS: Fields = {
    "adoption_days": 30,
    "adoption_uses": 3,
    "attribution_model": "auto",
    "close_rate_by": "count",
    "cltv_basis": "revenue",
    "cltv_churn_months": None,
    "cohort_window_days": 90,
    "conversion_goal": "customer",
    "cost_lag": "none",
    "cpl_leads": "paid",
    "email_opens": "all",
    "engagement_teams": "both",
    "funnel": "any",
    "gross_margin": None,
    "half_life_days": 7,
    "lookback_days": 90,
    "low_sample_below": 30,
    "payback_arpa": "all",
    "qualified_rule": "flag",
    "repeat_months": 12,
    "retention_include_reactivation": False,
    "revenue_source": "auto",
    "sales_cycle_scope": "won",
    "sales_cycle_start": "opportunity",
    "stage_length": "cumulative",
    "statistic": None,
    "velocity_days": 90,
}


def last_if_unknown(value: Any) -> tuple[bool, Any]:
    """
    A sort key that puts unknown instants behind all others.
    """
    return (value is None, value or datetime.max)


def pick(rows: list[Fields], field: str) -> Any:
    """
    The first known value of a field.
    """
    return next((r[field] for r in rows if r.get(field) is not None), None)


def ratio(top: float, bottom: float) -> Result:
    return (float(top) / float(bottom), None) if bottom else (None, "zero_denominator")


def months_before(first: date, months: int) -> date:
    """
    The first of the month that lies so many months before; negative numbers go ahead.
    """
    number = first.year * 12 + first.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
