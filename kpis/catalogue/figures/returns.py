"""
Orders, what is credited to marketing, and what it cost to deliver.
"""

from __future__ import annotations

from kpis.catalogue.figures.common import CREDITS, NO_RATE, ORDERS, by_source
from kpis.formula import Base, Formula, Known, Positive, SettingOr
from kpis.measure import Measure, flow, money

order_revenue = by_source(
    lambda word, where, needs: flow(
        f"{word}_order_revenue", ORDERS, "sum(amount)", at='"on"', where=where, needs=needs, faults=NO_RATE
    )
)
orders = by_source(
    lambda word, where, needs: flow(
        f"{word}_orders", ORDERS, at='"on"', where=f"{where} and not is_refund", needs=needs
    )
)
average_order = Positive(order_revenue / orders)


def _income(name: str, where: str) -> Formula:
    return by_source(
        lambda word, source, needs: flow(
            f"{name}_{word}_income",
            CREDITS,
            "sum(amount)",
            at='"on"',
            where=f"{source} and {where}",
            needs=needs,
            faults=NO_RATE,
        )
    )


attributed_income = _income("attributed", "is_attributed")
unattributed_income = _income("unattributed", "not is_attributed")
cost_of_goods = by_source(
    lambda word, where, needs: flow(
        f"{word}_cost_of_goods",
        CREDITS,
        "sum(coalesce(cogs, amount * (1 - :gross_margin)))",
        at='"on"',
        where=f"{where} and is_attributed",
        needs=needs,
        # neither the invoice nor a margin says what the goods cost
        faults=NO_RATE | {"missing_input": "count_if(cogs is null and :gross_margin is null)"},
    )
)

# Margin: what the settings say, else what invoices tell
_REVENUE = "fact_revenue"
revenue = money("revenue", _REVENUE, at='"on"')
costed = flow(
    "cost_of_revenue",
    _REVENUE,
    "sum(coalesce(cogs, amount * (1 - :gross_margin)))",
    at='"on"',
    faults=NO_RATE | {"missing_input": "count_if(cogs is null and :gross_margin is null)"},
)
gross_margin = (revenue - costed) / Positive(revenue)
margin = Positive(SettingOr("gross_margin", gross_margin), "non_positive_margin")

# Credits of new customers, one each
_CUSTOMER = "revenue_source = 'customer'"
CUSTOMER_NEEDS = (("touches",), ("leads",), ("opportunities", "subscriptions"))
conversions = flow(
    "credits_of_customers",
    CREDITS,
    "sum(share)",
    at='"on"',
    where=f"{_CUSTOMER} and is_attributed",
    needs=CUSTOMER_NEEDS,
)
touched_people = flow(
    "people_touched",
    "fact_touches",
    at='"on"',
    per="person_key",
    units={"touches": "count(*)"},
    needs=(("touches",), ("leads",)),
)


def _of_marketing(name: str, aggregate: str, where: str) -> Measure:
    money_of = {} if aggregate == "count(*)" else NO_RATE
    return flow(name, "fact_marketing_orders", aggregate, at='"on"', where=where, faults=money_of)


_WON = "revenue_source = 'won'"
won_orders = _of_marketing("won_order_amount", "sum(amount)", _WON)
sourced_orders = _of_marketing("sourced_order_amount", "sum(amount)", f"{_WON} and is_sourced")
influenced_orders = _of_marketing("influenced_order_amount", "sum(amount)", f"{_WON} and is_influenced")
customers_won = _of_marketing("customers_won", "count(*)", _CUSTOMER)
customers_sourced = _of_marketing("customers_sourced", "count(*)", f"{_CUSTOMER} and is_sourced")


def _breakeven(name: str, aggregate: str) -> Formula:
    return by_source(
        lambda word, source, needs: flow(
            f"{name}_{word}",
            "fact_campaign_returns",
            aggregate,
            at="started_on",
            where=f"{source} and broke_even_on <= :as_of",
            needs=(*needs, ("costs",)),
        )
    )


_started = by_source(
    lambda word, source, needs: flow(
        f"campaigns_with_cost_{word}",
        "fact_campaign_returns",
        at="started_on",
        where=source,
        needs=(*needs, ("costs",)),
        # what nobody knew only after the day cannot move it
        faults={
            "missing_fx_rate": "count_if(unconverted_from <= :as_of)",
            "missing_input": "count_if(lacks_goods_cost_from <= :as_of)",
        },
    )
)
breakeven_days = _breakeven("breakeven_days", "sum(breakeven_days)")
broken_even = Base(Known(_breakeven("campaigns_broken_even", "count(*)"), _started), "not_applicable")
unrecovered = flow(
    "unrecovered_cac",
    "fact_lost_accounts",
    "sum(greatest(acquisition_cost - revenue * :gross_margin, 0))",
    at='"on"',
    where="(returned_on is null or returned_on > :as_of)",
    faults={"missing_input": "count_if(:gross_margin is null)"} | NO_RATE,
    flags={"no_cost_that_month": "lacks_cost and (returned_on is null or returned_on > :as_of)"},
)
