"""
The ids of the tools that are exported, and the CRM record that each of them means.
"""

from __future__ import annotations

from sandbox.company.hubspot import portal
from sandbox.company.ids import salesforce_id
from sandbox.company.model import Account, Deal, Owner, Person, World
from sandbox.company.relation import Referral
from sandbox.company.salesforce import org
from sandbox.vendor import Record


def customer_number(account: Account) -> str:
    """
    What billing calls an account.
    """
    return f"C-{10_000 + account.number}"


def order_number(deal: Deal) -> str:
    return f"SO-{deal.number:05d}"


def staff_number(owner: Owner) -> str:
    return f"P-{owner.number:03d}"


def _referred_number(person: Person) -> str:
    return f"RP-{person.number:05d}"


def _linked(salesforce: str | None, hubspot: str | None) -> Record:
    """
    The CRM's record: that of Salesforce where there is one, as sales hand it to billing.
    """
    return {"linked_source": "salesforce" if salesforce else "hubspot", "linked_id": salesforce or hubspot}


def accounts(world: World) -> list[Record]:
    """
    The customers, past ones too.
    """
    return [
        {
            "id": customer_number(account),
            "name": account.name,
            "created_at": account.customer_at.isoformat(),
            **_linked(org.account_id(account) if account.in_salesforce else None, portal.company_id(account)),
        }
        for account in world.accounts
        if account.customer_at
    ]


def opportunities(world: World) -> list[Record]:
    """
    The orders that invoices are written for.
    """
    billed = dict.fromkeys(invoice.deal for invoice in world.invoices)
    return [
        {
            "id": order_number(deal),
            "account_id": customer_number(deal.account),
            "created_at": deal.closed_at.isoformat(),
            **_linked(
                salesforce_id("Opportunity", deal.number) if deal.account.in_salesforce else None, portal.deal_id(deal)
            ),
        }
        for deal in sorted(billed, key=lambda deal: deal.number)
        if deal.closed_at
    ]


def owners(world: World) -> list[Record]:
    """
    The company's own people; their address is the same everywhere.
    """
    return [
        {
            "id": staff_number(owner),
            "name": f"{owner.first} {owner.last}",
            "email": owner.email,
            "team": owner.team.lower(),
            "is_active": str(owner.is_active).lower(),
        }
        for owner in world.owners
    ]


def leads(world: World) -> list[Record]:
    """
    The people that customers sent, each once; the CRMs tell which of them are leads.
    """
    first: dict[Person, Referral] = {}
    for referral in world.referrals:
        first.setdefault(referral.person, referral)
    return [
        {
            "id": _referred_number(person),
            "kind": "lead",
            "created_at": referral.at.isoformat(),
            "is_lead": "false",
            **_linked(org.lead_id(person) or org.contact_id(person), portal.contact_id(person)),
        }
        for person, referral in first.items()
    ]


def referred(referral: Referral) -> Record:
    """
    The two sides of a referral.
    """
    return {
        "referrer_account_id": customer_number(referral.referrer),
        "lead_id": _referred_number(referral.person),
    }
