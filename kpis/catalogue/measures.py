"""
The measures that KPIs share, each written once.
"""

from __future__ import annotations

from collections.abc import Callable

from kpis.formula import Formula, Positive, WherePaid, choose
from kpis.measure import Balance, Needs, balance, cohort, flow, money

PEOPLE, ACCOUNTS, DEALS, COSTS = "fact_people", "fact_accounts", "fact_deals", "fact_costs"
MRR, ORDERS, CREDITS = "fact_mrr_changes", "fact_orders", "fact_credits"

BULK = {"bulk_import": "is_bulk_import"}
BULK_PROSPECTS = {"bulk_import": "is_bulk_import and not was_customer_before"}
CUSTOMERS = (("leads",), ("opportunities", "subscriptions"))

# Demand
leads = flow("new_leads", PEOPLE, at="created_on", flags=BULK)
_flagged = flow("qualified_leads", PEOPLE, at="qualified_on", flags=BULK)
_responding = flow("responding_leads", PEOPLE, at="responded_on", needs=(("leads",), ("touches",)), flags=BULK)
qualified = choose("qualified_rule", flag=_flagged, responded=_responding)
qualified_before = choose("qualified_rule", flag=_flagged.previous(), responded=_responding.previous())
lead_cohort = cohort("leads_created", PEOPLE, at="created_on", flags=BULK)
qualified_of_cohort = choose(
    "qualified_rule",
    flag=cohort(
        "qualified_in_window",
        PEOPLE,
        at="created_on",
        where="qualified_on - created_on <= :cohort_window_days and qualified_on <= :as_of",
    ),
    responded=cohort(
        "responded_in_window",
        PEOPLE,
        at="created_on",
        where="responded_on - created_on <= :cohort_window_days and responded_on <= :as_of",
        needs=(("leads",), ("touches",)),
    ),
)
visits = flow("visits", "fact_web", "sum(sessions)", at='"on"')
organic_visits = flow("organic_visits", "fact_web", "sum(sessions)", at='"on"', where="channel = 'Organic Search'")
opens = flow("unique_opens", "fact_emails", "sum(unique_opens)", at="sent_on")
delivered_of_opens = flow("delivered", "fact_emails", "sum(delivered)", at="sent_on", where="unique_opens is not null")
clicks = flow("unique_clicks", "fact_emails", "sum(unique_clicks)", at="sent_on")
delivered_of_clicks = flow(
    "delivered_with_clicks", "fact_emails", "sum(delivered)", at="sent_on", where="unique_clicks is not null"
)

# Conversion: leads of accounts that were customers before are upsell, not conversion
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
converted_of_cohort = cohort(
    "converted_in_window",
    PEOPLE,
    at="created_on",
    where="not was_customer_before and customer_on - created_on <= :cohort_window_days and customer_on <= :as_of",
    needs=CUSTOMERS,
)
new_customers = flow("new_customers", ACCOUNTS, at="became_customer_on")
customers_without_account = flow(
    "customers_without_account",
    PEOPLE,
    at="customer_on",
    where="account is null and not was_customer_before",
    needs=CUSTOMERS,
)

# Pipeline: renewals are no new business
won = flow("won_deals", DEALS, at="closed_on", where="is_won and not is_renewal")
# without a creation date a deal is in no opening pipeline: the share may be too high, and says so
won_of_pipeline = flow(
    "won_deals_of_pipeline",
    DEALS,
    at="closed_on",
    where="is_won and not is_renewal",
    flags={"missing_created_at": "not is_renewal and created_on is null"},
)
lost = flow("lost_deals", DEALS, at="closed_on", where="is_lost and not is_renewal")
created = flow("created_deals", DEALS, at="created_on", where="not is_renewal")
open_at_start = balance(
    "deals_open_at_start", DEALS, opens="created_on", closes="left_pipeline_on", edge="open", where="not is_renewal"
)
open_amount = balance(
    "open_amount",
    DEALS,
    "sum(amount)",
    opens="created_on",
    closes="left_pipeline_on",
    edge="close",
    faults={"missing_fx_rate": "count_if(is_unconverted)"},
)
won_amount = money("won_amount", DEALS, at="closed_on", where="is_won")


def _duration(name: str, fact: str, days: str, *, at: str, where: str) -> Formula:
    sound = f"({where}) and {days} >= 0"
    back_dated = {"negative_duration": f"({where}) and {days} < 0"}
    total = flow(f"{name}_days", fact, f"sum({days})", at=at, where=sound, flags=back_dated)
    number = flow(f"{name}s", fact, at=at, where=sound)
    median = flow(
        f"median_{name}_days", fact, f"median({days})", at=at, where=sound, empty="zero_denominator", flags=back_dated
    )
    return choose("statistic", mean=total / number, median=median)


sales_cycle = choose(
    "sales_cycle_scope",
    won=_duration("won_cycle", DEALS, "cycle_days", at="closed_on", where="is_won"),
    all_closed=_duration("closed_cycle", DEALS, "cycle_days", at="closed_on", where="is_closed"),
)
stage_length = choose(
    "stage_length",
    cumulative=_duration("stage_stay", "fact_stage_visits", "cumulative_days", at="left_on", where="true"),
    latest=_duration("last_stage_stay", "fact_stage_visits", "latest_days", at="left_on", where="true"),
)

# Cost and return
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
paid_leads = choose("cpl_leads", paid=WherePaid(leads, media_cost), all=leads)


def _by_source(make: Callable[[str, str, Needs], Formula]) -> Formula:
    """
    The same figure over invoices and over won deals; a question takes either, never both.
    """
    return choose(
        "revenue_source",
        won=make("won", "revenue_source = 'won'", (("opportunities",),)),
        invoices=make("invoiced", "revenue_source = 'invoices'", (("revenue",),)),
    )


_NO_RATE = {"missing_fx_rate": "count_if(is_unconverted)"}
order_revenue = _by_source(
    lambda word, where, needs: flow(
        f"{word}_order_revenue", ORDERS, "sum(amount)", at='"on"', where=where, needs=needs, faults=_NO_RATE
    )
)
orders = _by_source(
    lambda word, where, needs: flow(
        f"{word}_orders", ORDERS, at='"on"', where=f"{where} and not is_refund", needs=needs
    )
)
average_order = Positive(order_revenue / orders)


def _income(name: str, where: str) -> Formula:
    return _by_source(
        lambda word, source, needs: flow(
            f"{name}_{word}_income",
            CREDITS,
            "sum(amount)",
            at='"on"',
            where=f"{source} and {where}",
            needs=needs,
            faults=_NO_RATE,
        )
    )


attributed_income = _income("attributed", "is_attributed")
unattributed_income = _income("unattributed", "not is_attributed")
cost_of_goods = _by_source(
    lambda word, where, needs: flow(
        f"{word}_cost_of_goods",
        CREDITS,
        "sum(coalesce(cogs, amount * (1 - :gross_margin)))",
        at='"on"',
        where=f"{where} and is_attributed",
        needs=needs,
        # neither the invoice nor a margin says what the goods cost
        faults=_NO_RATE | {"missing_input": "count_if(cogs is null and :gross_margin is null)"},
    )
)

# Recurring revenue
_mrr_change = flow("mrr_change", MRR, "sum(change)", at='"on"', faults={"missing_fx_rate": "sum(unconverted_change)"})
_paying_change = flow(
    "paying_accounts_change",
    MRR,
    "sum(cast(is_active_after as integer) - cast(is_active_before as integer))",
    at='"on"',
)
mrr = Balance("mrr", _mrr_change, None, "close")
opening_mrr = Balance("opening_mrr", _mrr_change, None, "open")
paying_accounts = Balance("paying_accounts", _paying_change, None, "close")
opening_accounts = Balance("opening_accounts", _paying_change, None, "open")
lost_mrr = flow(
    "lost_mrr",
    MRR,
    "sum(greatest(exchange_effect - change, 0))",
    at='"on"',
    where="is_active_before",
    faults={"missing_fx_rate": "count_if(unconverted_change <> 0)"},
)
lost_accounts = flow("lost_accounts", MRR, at='"on"', where="is_active_before and not is_active_after")
