"""
Deals with their stages, and the line items of those that only HubSpot knows.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal
from itertools import pairwise

from sandbox.company import rates
from sandbox.company.hubspot.people import SOURCES, linked
from sandbox.company.hubspot.portal import (
    Portal,
    company_id,
    contact_id,
    deal_id,
    long_decimal,
    only,
    owner_id,
    pipeline_of,
)
from sandbox.company.ids import hubspot_id, hubspot_time, salesforce_id
from sandbox.company.model import Deal, DealKind
from sandbox.company.products import Line

# HubSpot ships the first two; the others the company added.
DEAL_TYPES: dict[DealKind, str] = {
    "New Business": "newbusiness",
    "Upsell": "existingbusiness",
    "Cross-sell": "crosssell",
    "Renewal": "renewal",
}


def write(portal: Portal) -> None:
    for deal in portal.world.deals:
        if deal_id(deal):
            _deal(portal, deal)


def _deal(portal: Portal, deal: Deal) -> None:
    account, amount = deal.account, deal.amount
    pipeline, stages = pipeline_of(deal)
    stage, _, probability = stages[deal.stage]
    is_ours_alone = not account.in_salesforce
    people = [person for person in (deal.person, *account.people) if contact_id(person)]
    entered: dict[str, datetime] = {stages[at_stage][0]: at for at_stage, at in deal.visits}
    exited = {stages[left][0]: at for (left, _), (_, at) in pairwise(deal.visits)}
    closed_at = deal.closed_at or datetime.combine(deal.closes_on, time(10), UTC)
    rate = rates.rate(portal.world.seed, deal.currency, min(deal.closes_on, portal.world.calendar.until))
    at_home = None if amount is None else amount * rate
    campaign = deal.campaign if deal.campaign and not deal.campaign.is_in_salesforce else None
    lines = _lines(portal, deal) if is_ours_alone and amount is not None else []
    portal.add(
        "deals",
        deal.number,
        deal.created_at,
        max(deal.visits[-1][1], deal.amounts[-1][0]),
        {
            "dealname": deal.name,
            "amount": None if amount is None else f"{amount}.00",
            "deal_currency_code": deal.currency,
            "hs_exchange_rate": str(rate),
            "amount_in_home_currency": None if at_home is None else f"{at_home:.2f}",
            "closedate": hubspot_time(closed_at),
            "dealstage": stage,
            "pipeline": pipeline,
            "dealtype": DEAL_TYPES[deal.kind],
            "hubspot_owner_id": owner_id(deal.owner),
            "hs_is_closed": str(deal.is_closed).lower(),
            "hs_is_closed_won": str(deal.is_won).lower(),
            "hs_is_closed_lost": str(deal.is_closed and not deal.is_won).lower(),
            "hs_closed_won_date": hubspot_time(closed_at) if deal.is_won else None,
            "hs_mrr": str(deal.mrr) if lines else None,
            "hs_arr": str(deal.mrr * 12) if lines else None,
            "hs_deal_stage_probability": long_decimal(probability),
            "hs_projected_amount": None if amount is None else long_decimal(str(float(amount) * float(probability))),
            "hs_analytics_source": SOURCES.get(deal.channel, "OFFLINE"),
            "hs_manual_campaign_ids": hubspot_id("campaigns", campaign.number) if campaign else None,
            "closed_lost_reason": ("Price", "No decision", "Competitor")[deal.number % 3]
            if deal.is_closed and not deal.is_won
            else None,
            "num_associated_contacts": str(len(people[:1])),
            "hs_num_of_associated_line_items": str(len(lines)),
            "hs_primary_associated_company": company_id(account),
            "hs_salesforceopportunityid": None
            if is_ours_alone
            else linked(salesforce_id("Opportunity", deal.number), deal.number),
            "hs_v2_date_entered_current_stage": hubspot_time(deal.visits[-1][1]),
            # One value per stage: of a stage that was entered twice the first moment is lost.
            **{f"hs_v2_date_entered_{name}": hubspot_time(at) for name, at in entered.items()},
            **{f"hs_v2_date_exited_{name}": hubspot_time(at) for name, at in exited.items() if at >= entered[name]},
        },
        {"companies": only(company_id(account)), "contacts": only(*map(contact_id, people[:1])), "line_items": lines},
        {"dealstage": [(stages[at_stage][0], at) for at_stage, at in deal.visits]},
    )


def _lines(portal: Portal, deal: Deal) -> list[str]:
    """
    What was sold, with the time it recurs; the ids.
    """
    made: list[str] = []
    for line in deal.lines:
        number = len(portal.records["line_items"]) + 1
        portal.add(
            "line_items",
            number,
            deal.created_at,
            max(deal.visits[-1][1], deal.amounts[-1][0]),
            {
                "name": line.product.name,
                "quantity": str(line.quantity),
                "product_family": line.product.family,
                "hs_line_item_currency_code": deal.currency,
                **_terms(deal, line),
            },
        )
        made.append(hubspot_id("line_items", number))
    return made


def _terms(deal: Deal, line: Line) -> dict[str, str | None]:
    if not line.product.recurs:
        return {
            "price": f"{line.product.price}.00",
            "amount": f"{line.amount}.00",
            "recurringbillingfrequency": None,
            "hs_acv": f"{line.amount}.00",
        }
    is_yearly = not deal.is_monthly
    months = 12 if is_yearly else 1
    price = Decimal(line.product.price * months)
    return {
        "price": f"{price}.00",
        "amount": f"{price * line.quantity}.00",
        "recurringbillingfrequency": "annually" if is_yearly else "monthly",
        "hs_recurring_billing_period": "P12M" if is_yearly else None,
        "hs_term_in_months": "12" if is_yearly else None,
        "hs_recurring_billing_start_date": deal.starts_on.isoformat() if deal.starts_on else None,
        # The first day that is no longer paid for.
        "hs_recurring_billing_end_date": deal.ends_on.isoformat() if deal.ends_on else None,
        "hs_mrr": f"{line.mrr}.00",
        "hs_arr": f"{line.mrr * 12}.00",
        "hs_acv": f"{line.mrr * 12}.00",
    }
