"""
The exports of billing, of product analytics and of the project tool.
"""

from __future__ import annotations

from sandbox.company.files.links import customer_number, order_number, referred, staff_number
from sandbox.company.model import World
from sandbox.vendor import Record

_OFFERS = {"Upsell": "upsell", "Cross-sell": "cross_sell"}


def revenue(world: World) -> list[Record]:
    """
    Invoices, and refunds with the amount that was paid back.
    """
    return [
        {
            "id": f"{'CN' if invoice.is_refund else 'INV'}-{invoice.number:06d}",
            "account_id": customer_number(invoice.deal.account),
            "opportunity_id": order_number(invoice.deal),
            "kind": "refund" if invoice.is_refund else "invoice",
            "on": invoice.on.isoformat(),
            "amount": f"{invoice.amount:.2f}",
            "cogs": f"{invoice.cogs:.2f}",
            "currency": invoice.deal.currency,
        }
        for invoice in world.invoices
    ]


def product_usage(world: World) -> list[Record]:
    """
    One row per account, feature and day with any use.
    """
    return [
        {
            "account_id": customer_number(use.account),
            "product": use.family,
            "feature": use.feature,
            "on": use.on.isoformat(),
            "events": str(use.events),
            "users": str(use.users),
        }
        for use in world.uses
    ]


def onboardings(world: World) -> list[Record]:
    return [
        {
            "id": f"ON-{one.number:05d}",
            "account_id": customer_number(one.deal.account),
            "owner_id": staff_number(one.owner),
            "product": one.deal.family,
            "state": "cancelled" if one.is_cancelled else "completed" if one.completed_at else "open",
            "started_at": one.started_at.isoformat(),
            "completed_at": one.completed_at.isoformat() if one.completed_at else None,
        }
        for one in world.onboardings
    ]


def referrals(world: World) -> list[Record]:
    return [{"id": f"RF-{one.number:05d}", **referred(one), "at": one.at.isoformat()} for one in world.referrals]


def offers(world: World) -> list[Record]:
    return [
        {
            "id": f"OF-{one.number:05d}",
            "account_id": customer_number(one.account),
            "kind": _OFFERS[one.kind],
            "offered_at": one.offered_at.isoformat(),
            "accepted_at": one.accepted_at.isoformat() if one.accepted_at else None,
        }
        for one in world.offers
    ]
