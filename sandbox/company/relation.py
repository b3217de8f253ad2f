"""
What customers leave behind in the tools besides the CRMs: billing, product analytics, the project tool.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sandbox.company.model import Account, Deal, Owner, Person


@dataclass(eq=False)
class Invoice:
    """
    A bill for a won deal, or the refund of one.

    Args:
        amount: [currency], positive also for a refund.
        cogs: What serving it costs, or what a refund saves of that [currency].
        of: The invoice that a refund pays back; None for an invoice.
    """

    number: int
    deal: Deal
    on: date
    amount: Decimal
    cogs: Decimal
    of: Invoice | None = None

    @property
    def is_refund(self) -> bool:
        return self.of is not None


@dataclass(eq=False)
class Use:
    """
    One feature's use by the people of one account on one day.
    """

    account: Account
    family: str
    feature: str
    on: date
    events: int
    users: int


@dataclass(eq=False)
class Onboarding:
    """
    Bringing an account into a product it bought; neither completed nor cancelled while it is under way.
    """

    number: int
    deal: Deal
    owner: Owner
    started_at: datetime
    completed_at: datetime | None = None
    is_cancelled: bool = False


@dataclass(eq=False)
class Referral:
    """
    A customer who sent somebody; now and then the somebody is of the same account, which wins nobody.
    """

    number: int
    referrer: Account
    person: Person
    at: datetime


@dataclass(eq=False)
class Offer:
    """
    More of the same, or something new, offered to a customer; `deal` where a seller took it up.
    """

    number: int
    account: Account
    kind: Literal["Upsell", "Cross-sell"]
    offered_at: datetime
    accepted_at: datetime | None = None
    deal: Deal | None = None
