"""
Costs, by what they were spent on.
"""

from __future__ import annotations

from kpis.catalogue.figures.common import COSTS
from kpis.formula import Lagged, choose
from kpis.measure import money

media_cost = money("media_cost", COSTS, at='"on"', where="kind = 'media'", empty="missing_input")
salary_cost = money("salary_cost", COSTS, at='"on"', where="kind = 'salary'", empty="missing_input")
total_cost = money("sales_and_marketing_cost", COSTS, at='"on"', empty="missing_input")
marketing_cost = money("marketing_cost", COSTS, at='"on"', where="coalesce(kind, '') <> 'sales'", empty="missing_input")
marketing_spend = money(
    "marketing_spend",
    COSTS,
    at='"on"',
    where="coalesce(kind, '') not in ('sales', 'automation')",
    empty="missing_input",
)

# Cost may be held against the customers of one sales cycle later, whom it brought
total_cost_of_customers = choose("cost_lag", none=total_cost, cycle=Lagged(total_cost))
marketing_cost_of_customers = choose("cost_lag", none=marketing_cost, cycle=Lagged(marketing_cost))
media_cost_of_customers = choose("cost_lag", none=media_cost, cycle=Lagged(media_cost))
