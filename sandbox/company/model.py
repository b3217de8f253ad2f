"""
The company as it is, before any vendor's words: people, accounts, deals, campaigns and what happened between them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from sandbox.company.draw import Calendar
from sandbox.company.products import Line
from sandbox.company.relation import Invoice, Offer, Onboarding, Referral, Use

Team = Literal["Marketing", "Sales", "Service"]
DealKind = Literal["New Business", "Upsell", "Cross-sell", "Renewal"]

# The sales process: five open stages, then won or lost.
STAGES = (
    "Prospecting",
    "Qualification",
    "Needs Analysis",
    "Proposal/Price Quote",
    "Negotiation/Review",
    "Closed Won",
    "Closed Lost",
)
PROBABILITY = (10, 20, 40, 60, 80, 100, 0)
WON, LOST = 5, 6


@dataclass(eq=False)
class Owner:
    """
    One of the company's own people; those who left still own what they sold.
    """

    number: int
    first: str
    last: str
    email: str
    team: Team
    is_active: bool = True


@dataclass(eq=False)
class Campaign:
    """
    A campaign; it stands in one of the two CRMs, with all that it cost, so that no euro is told twice.
    """

    number: int
    name: str
    utm: str
    channel: str
    kind: str
    is_in_salesforce: bool
    starts_on: date
    ends_on: date
    quality: float
    parent: Campaign | None = None
    leads: int = 0
    cost: float = 0.0
    budget: float = 0.0


@dataclass(eq=False)
class Touch:
    """
    A campaign that reached a person; a response when they answered it.
    """

    campaign: Campaign
    at: datetime
    is_response: bool


@dataclass(eq=False)
class Account:
    """
    A company; `domain` is None where its people write from free-mail addresses.
    """

    number: int
    name: str
    domain: str | None
    industry: str
    employees: int
    country: str
    owner: Owner
    created_at: datetime
    in_salesforce: bool
    in_hubspot: bool
    is_linked: bool
    parent: Account | None = None
    people: list[Person] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)

    @property
    def customer_at(self) -> datetime | None:
        """
        When it bought for the first time.
        """
        return min((d.closed_at for d in self.deals if d.is_won and d.closed_at), default=None)


@dataclass(eq=False)
class Person:
    """
    Somebody outside; `is_lead` when marketing or sales won them, not when sales added them to a known account.
    """

    number: int
    first: str
    last: str
    email: str
    company: str
    channel: str
    source: str
    country: str
    industry: str
    owner: Owner
    created_at: datetime
    is_lead: bool
    in_salesforce: bool
    in_hubspot: bool
    is_linked: bool
    account: Account | None = None
    campaign: Campaign | None = None
    qualified_at: datetime | None = None
    converted_at: datetime | None = None
    deal: Deal | None = None
    touches: list[Touch] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)


@dataclass(eq=False)
class Deal:
    """
    An opportunity with the stages that it went through: (stage, entered at), the last one being where it stands.

    `is_monthly` where it is paid from month to month, not for a year ahead.
    """

    number: int
    account: Account
    person: Person | None
    kind: DealKind
    name: str
    owner: Owner
    channel: str
    source: str
    campaign: Campaign | None
    created_at: datetime
    closes_on: date
    lines: list[Line]
    visits: list[tuple[int, datetime]]
    amounts: list[tuple[datetime, int | None]]
    currency: str = "EUR"
    is_synced: bool = False
    starts_on: date | None = None
    ends_on: date | None = None
    is_monthly: bool = False
    activities: list[Activity] = field(default_factory=list)

    @property
    def stage(self) -> int:
        return self.visits[-1][0]

    @property
    def is_closed(self) -> bool:
        return self.stage >= WON

    @property
    def is_won(self) -> bool:
        return self.stage == WON

    @property
    def closed_at(self) -> datetime | None:
        return self.visits[-1][1] if self.is_closed else None

    @property
    def amount(self) -> int | None:
        return self.amounts[-1][1]

    @property
    def mrr(self) -> int:
        return sum(line.mrr for line in self.lines)

    @property
    def family(self) -> str:
        return self.lines[0].product.family


@dataclass(eq=False)
class Activity:
    """
    A call, meeting or e-mail of one of ours with one of theirs.
    """

    number: int
    kind: Literal["call", "meeting", "email"]
    owner: Owner
    at: datetime
    is_incoming: bool
    person: Person | None
    account: Account | None
    deal: Deal | None
    in_salesforce: bool
    in_hubspot: bool


@dataclass(eq=False)
class Ticket:
    """
    A customer's question, problem or wish; a follow-up names its parent.
    """

    number: int
    account: Account
    person: Person | None
    owner: Owner
    kind: str
    subject: str
    created_at: datetime
    closed_at: datetime | None
    in_salesforce: bool
    in_hubspot: bool
    parent: Ticket | None = None


@dataclass(eq=False)
class EmailSend:
    """
    A marketing e-mail and what became of it.
    """

    number: int
    name: str
    subject: str
    campaign: Campaign | None
    at: datetime
    sent: int
    bounced: int
    opens: int
    clicks: int
    unsubscribed: int


@dataclass
class World:
    """
    All of it.

    Args:
        seed: What chance is drawn from.
        size: Number of accounts.
        calendar: The months that it covers.
    """

    seed: int
    size: int
    calendar: Calendar
    owners: list[Owner] = field(default_factory=list)
    campaigns: list[Campaign] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    emails: list[EmailSend] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    onboardings: list[Onboarding] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)

    def team(self, name: Team) -> list[Owner]:
        return [owner for owner in self.owners if owner.team == name]
