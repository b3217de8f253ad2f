"""
Accounts, contacts and leads with the history of their status.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from sandbox.company.ids import salesforce_id
from sandbox.company.model import Account, Person, World
from sandbox.company.salesforce.org import Org, account_id, contact_id, lead_id, user_id
from sandbox.vendor import Record

LEAD_STATUSES = (
    ("Open - Not Contacted", False),
    ("Working - Contacted", False),
    ("Qualified", False),
    ("Closed - Not Converted", False),
    ("Closed - Converted", True),
)
_OPEN, _WORKING, _QUALIFIED, _CLOSED, _CONVERTED = (name for name, _ in LEAD_STATUSES)
_GIVEN_UP_DAYS = 75


def write(org: Org) -> None:
    for account in org.world.accounts:
        if account.in_salesforce:
            _account(org, account)
    for person in org.world.people:
        if lead_id(person):
            _lead(org, person)
        if contact_id(person):
            _contact(org, person)


def _account(org: Org, account: Account) -> None:
    customer_at = account.customer_at
    last_deal = max((deal.visits[-1][1] for deal in account.deals), default=account.created_at)
    org.add(
        "Account",
        account.created_at,
        last_deal,
        number=account.number,
        Name=account.name,
        # People paste addresses the way the browser shows them.
        Website=account.domain and ("https://www.", "http://", "")[account.number % 3] + account.domain,
        Industry=account.industry,
        NumberOfEmployees=account.employees,
        BillingCountry=account.country,
        Type="Customer" if customer_at else "Prospect",
        OwnerId=user_id(account.owner),
        ParentId=account_id(account.parent) if account.parent else None,
        MasterRecordId=None,
    )


def _contact(org: Org, person: Person) -> None:
    assert person.account
    created = max(person.converted_at or person.created_at, person.account.created_at)
    org.add(
        "Contact",
        created,
        number=person.number,
        AccountId=account_id(person.account),
        FirstName=person.first,
        LastName=person.last,
        Name=f"{person.first} {person.last}",
        Email=_as_typed(person),
        LeadSource=person.source,
        OwnerId=user_id(person.account.owner),
        MasterRecordId=None,
        HasOptedOutOfEmail=False,
        DoNotCall=False,
        IsEmailBounced=False,
    )


def _as_typed(person: Person) -> str:
    """
    An address is the same in capitals; some people like them.
    """
    return person.email.title() if person.number % 23 == 0 else person.email


def _lead(org: Org, person: Person) -> None:
    steps = _steps(org.world, person)
    account = person.account if person.converted_at else None
    deal = person.deal if account else None
    campaign_touch = max((t.at for t in person.touches), default=person.created_at)
    changed = max(steps[-1][1], campaign_touch if campaign_touch <= org.world.calendar.end else person.created_at)
    row = org.add(
        "Lead",
        person.created_at,
        changed,
        number=person.number,
        FirstName=person.first,
        LastName=person.last,
        Name=f"{person.first} {person.last}",
        Company=person.company,
        Email=_as_typed(person),
        Status=steps[-1][0],
        LeadSource=person.source,
        Industry=person.industry,
        Country=person.country,
        OwnerId=user_id(person.owner),
        IsConverted=account is not None,
        ConvertedDate=person.converted_at.date().isoformat() if account and person.converted_at else None,
        ConvertedAccountId=account_id(account) if account else None,
        ConvertedContactId=contact_id(person) if account else None,
        ConvertedOpportunityId=salesforce_id("Opportunity", deal.number) if deal else None,
        MasterRecordId=None,
        IsUnreadByOwner=len(steps) == 1,
        HasOptedOutOfEmail=False,
        DoNotCall=False,
    )
    for (old, _), (new, at) in pairwise(steps):
        org.add("LeadHistory", at, LeadId=row["Id"], Field="Status", DataType="EnumOrId", OldValue=old, NewValue=new)
    if person.number % 17 == 0 and len(steps) > 1:
        first: Record = {"Field": "Owner", "DataType": "Text", "OldValue": "Queue", "NewValue": "Sales"}
        org.add("LeadHistory", steps[1][1], LeadId=row["Id"], **first)


def _steps(world: World, person: Person) -> list[tuple[str, datetime]]:
    """
    Statuses with the moment each was set.
    """
    end = world.calendar.end
    steps = [(_OPEN, person.created_at)]
    worked = person.created_at + timedelta(hours=5 + person.number % 40)
    if person.qualified_at:
        worked = min(worked, person.created_at + (person.qualified_at - person.created_at) / 2).replace(microsecond=0)
    if worked <= end and (person.qualified_at or person.number % 5):
        steps.append((_WORKING, worked))
    if person.qualified_at:
        steps.append((_QUALIFIED, person.qualified_at))
    if person.converted_at:
        steps.append((_CONVERTED, person.converted_at))
    else:
        given_up = steps[-1][1] + timedelta(days=_GIVEN_UP_DAYS)
        if given_up <= end and person.number % 3:
            steps.append((_CLOSED, given_up))
    return steps
