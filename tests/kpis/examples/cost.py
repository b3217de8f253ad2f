"""
Published examples of cost and return.
"""

from __future__ import annotations

from datetime import date

from tests.kpis.build import ALL_TABLES, Answer, cost, deal, lead, row, subscription
from tests.kpis.examples.asking import Inputs, ask


def roi(given: Inputs) -> Answer:
    """
    Revenue and cost of one campaign, which the won deal names as its own.
    """
    rows = [
        row("campaigns", id="c", campaign_key="c", name="Spring", channel="Events"),
        cost(given["cost"], campaign_key="c"),
        deal(amount=given["revenue"], campaign_key="c"),
        deal(amount=given["revenue"], campaign_key="d"),
    ]
    return ask("roi", rows, by="campaign", member="c")


def romi(given: Inputs) -> Answer:
    won = deal(id="d", opportunity_key="d", channel="Email")
    billed = row(
        "revenue",
        kind="invoice",
        on=date(2026, 3, 20),
        opportunity_key="d",
        amount=given["revenue"],
        cogs=given.get("cogs"),
        currency="EUR",
    )
    options = {"gross_margin": given["gross_margin"]} if "gross_margin" in given else {}
    return ask("romi", [won, billed, cost(given["spend"])], {"offered": ALL_TABLES}, options=options)


def customer_acquisition_cost(given: Inputs) -> Answer:
    if "cpl" in given:
        leads = 100
        customers = round(leads * given["lead_to_customer_rate"])
        rows = [lead("2026-03-02", channel="Email", account_key=f"a{place}") for place in range(leads)]
        rows += [deal(account_key=f"a{place}") for place in range(customers)]
        rows += [cost(given["cpl"], channel="Email") for _ in range(leads)]
        return ask("customer_acquisition_cost", rows, by="channel", member="Email")
    customers, total = given["new_customers"], given["total_cost"]
    rows = [deal(account_key=f"a{place}") for place in range(customers)]
    rows += [cost(total / 2), cost(total / 4, kind="salary", ends="2026-03-31"), cost(total / 4, kind="sales")]
    return ask("customer_acquisition_cost", rows, parts=(total, customers))


def average_ticket(given: Inputs) -> Answer:
    amounts = [given["revenue"] / given["orders"] + (-1) ** place for place in range(given["orders"])]
    rows = [deal(amount=amount) for amount in amounts]
    return ask("average_ticket", rows, parts=(given["revenue"], given["orders"]))


def cac_payback_months(given: Inputs) -> Answer:
    """
    Ten accounts pay for long, ten new ones for as much; each of the new ones cost what the example says.
    """
    new = 10
    rows = [subscription(f"old{place}", "2025-06-01", None, given["arpa"]) for place in range(new)]
    rows += [subscription(f"new{place}", "2026-03-10", None, given["arpa"]) for place in range(new)]
    rows += [cost(given["cac"] * new / 2), cost(given["cac"] * new / 2, kind="sales")]
    return ask("cac_payback_months", rows, options={"gross_margin": given["gross_margin"]})


def marketing_sourced_customer_share(given: Inputs) -> Answer:
    sourced = given["marketing_sourced"]
    rows = [
        lead("2026-03-02", account_key=f"a{place}", channel="Paid Search" if place < sourced else "Outbound")
        for place in range(given["new_customers"])
    ]
    rows += [deal(account_key=f"a{place}") for place in range(given["new_customers"])]
    return ask("marketing_sourced_customer_share", rows, parts=(sourced, given["new_customers"]))


BUILDERS = (
    roi,
    romi,
    customer_acquisition_cost,
    average_ticket,
    cac_payback_months,
    marketing_sourced_customer_share,
)
