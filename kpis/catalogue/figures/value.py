"""
What a customer costs and what it is worth.
"""

from __future__ import annotations

from kpis.catalogue.figures import conversion, costs, recurring, returns
from kpis.formula import Formula, MonthlyRate, choose
from kpis.measure import flow

cac = costs.total_cost_of_customers / conversion.new_customers
media_cac = costs.media_cost_of_customers / conversion.new_customers
arpa = recurring.mrr / recurring.paying_accounts
arpa_new = recurring.new_mrr / recurring.new_payers
monthly_churn = MonthlyRate(recurring.lost_accounts, recurring.opening_accounts, "cltv_churn_months")
lifetime_profit = (arpa * returns.margin) / monthly_churn


def payback(acquisition: Formula) -> Formula:
    """
    Months of gross profit of an average account that pay for winning one.
    """
    return acquisition / (choose("payback_arpa", all=arpa, new=arpa_new) * returns.margin)


# What a fitted model says as of the last whole month
predicted = flow(
    "predicted_value",
    "fact_lifetime",
    "sum(expected)",
    at='"on"',
    empty="not_applicable",
    faults={reason: f"count_if(reason = '{reason}')" for reason in ("insufficient_history", "non_positive_margin")},
    flags={"frequency_value_correlated": "flag = 'frequency_value_correlated'", "low_sample": "flag = 'low_sample'"},
)
historic = flow("historic_value", "fact_lifetime", "sum(historic)", at='"on"', empty="not_applicable")
