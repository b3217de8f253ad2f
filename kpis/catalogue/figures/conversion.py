"""
Leads on their way to customers; those of accounts that were customers before are upsell, not conversion.
"""

from __future__ import annotations

from kpis.catalogue.figures.common import ACCOUNTS, BULK_PROSPECTS, CUSTOMERS, PEOPLE
from kpis.formula import choose
from kpis.measure import cohort, flow

prospects = flow(
    "leads_of_prospects",
    PEOPLE,
    at="created_on",
    where="not was_customer_before",
    needs=CUSTOMERS,
    flags=BULK_PROSPECTS,
)
prospect_cohort = cohort(
    "prospects_created", PEOPLE, at="created_on", where="not was_customer_before", needs=CUSTOMERS, flags=BULK_PROSPECTS
)
converted_of_cohort = choose(
    "conversion_goal",
    customer=cohort(
        "converted_in_window",
        PEOPLE,
        at="created_on",
        where="not was_customer_before and customer_on - created_on <= :cohort_window_days and customer_on <= :as_of",
        needs=CUSTOMERS,
    ),
    opportunity=cohort(
        "with_deal_in_window",
        PEOPLE,
        at="created_on",
        where="not was_customer_before and opportunity_on - created_on <= :cohort_window_days"
        " and opportunity_on <= :as_of",
        needs=CUSTOMERS,
    ),
)
new_customers = flow("new_customers", ACCOUNTS, at="became_customer_on")
customers_without_account = flow(
    "customers_without_account",
    PEOPLE,
    at="customer_on",
    where="account is null and not was_customer_before",
    needs=CUSTOMERS,
)

converted = choose(
    "conversion_goal",
    customer=new_customers + customers_without_account,
    opportunity=flow(
        "leads_with_first_deal", PEOPLE, at="opportunity_on", where="not was_customer_before", needs=CUSTOMERS
    ),
)
