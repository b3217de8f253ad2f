"""
Who the company knows: accounts, and the people that marketing and sales found, by channel and campaign.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox.company.draw import at_office, lag, pick, stream, to_office
from sandbox.company.market import BY_NAME, CHANNELS, OnAir
from sandbox.company.model import Account, Person, Touch, World
from sandbox.company.words import COUNTRIES, FREE_MAIL, INDUSTRIES, SHARED_MAILBOXES, Names

LEADS_PER_ACCOUNT = 5
_OLD = 0.14  # accounts that were customers before the story
_IN_TALKS = 0.04  # accounts that were being sold to when it began
_CONVERTED = 0.64  # accounts that a lead became
_SHARES = {channel.name: channel.share for channel in CHANNELS}


class Population:
    """
    Fills a world with accounts and people.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = stream(world.seed, "people")
        self.names = Names(stream(world.seed, "names"))
        self.on_air = OnAir(world)
        self.sellers = [owner for owner in world.team("Sales") if owner.is_active]
        self.left = [owner for owner in world.team("Sales") if not owner.is_active]

    def settle(self) -> None:
        """
        Exactly `world.size` accounts: old customers, those that leads become, and some that nobody sold to yet.
        """
        size = self.world.size
        old = max(round(size * _OLD), 1)
        for _ in range(old):
            self._earlier(-395, -75)
        for _ in range(in_talks := round(size * _IN_TALKS)):
            self._earlier(-70, -1)
        self._leads(size * LEADS_PER_ACCOUNT)
        self._convert(min(round(size * _CONVERTED), size - old - in_talks))
        while len(self.world.accounts) < size:
            self._prospect()
        self._colleagues()

    def _account(self, created_at: datetime, *, is_customer: bool, word: tuple[str, str] | None = None) -> Account:
        """
        A company; nearly all that sales works with stand in Salesforce, most of them in HubSpot too.
        """
        rng = self.rng
        name, domain = word or self.names.company()
        if is_customer:
            in_salesforce = rng.random() < 0.93
            in_hubspot = not in_salesforce or rng.random() < 0.8
        else:
            in_salesforce = rng.random() < 0.6
            in_hubspot = not in_salesforce or rng.random() < 0.5
        in_both = in_salesforce and in_hubspot
        account = Account(
            number=len(self.world.accounts) + 1,
            name=name,
            domain=domain,
            industry=rng.choice(INDUSTRIES),
            employees=max(3, round(rng.lognormvariate(4.2, 1.1))),
            country=pick(rng, COUNTRIES),
            owner=rng.choice(self.sellers if rng.random() > 0.05 or not self.left else self.left),
            created_at=created_at,
            in_salesforce=in_salesforce,
            in_hubspot=in_hubspot,
            is_linked=in_both and rng.random() < 0.88,
        )
        if rng.random() < 0.03 and self.world.accounts:
            parent = rng.choice(self.world.accounts)
            # A parent stands wherever its child does, and is nobody's child itself.
            if parent.parent is None and (parent.in_salesforce, parent.in_hubspot) == (in_salesforce, in_hubspot):
                account.parent = parent
        self.world.accounts.append(account)
        return account

    def _earlier(self, first: int, last: int) -> None:
        """
        An account from so many days [days] before the story.
        """
        day = self.world.calendar.start + timedelta(days=self.rng.randint(first, last))
        account = self._account(at_office(self.rng, day), is_customer=True)
        self._join(account, account.created_at)

    def _join(self, account: Account, at: datetime) -> Person:
        """
        Somebody whom sales added to a known account.
        """
        first, last = self.names.person()
        domain = account.domain or self.rng.choice(FREE_MAIL)
        person = Person(
            number=len(self.world.people) + 1,
            first=first,
            last=last,
            email=self.names.address(first, last, domain),
            company=account.name,
            channel="Outbound",
            source=BY_NAME["Outbound"].sources[0],
            country=account.country,
            industry=account.industry,
            owner=account.owner,
            created_at=at,
            is_lead=False,
            in_salesforce=account.in_salesforce,
            in_hubspot=account.in_hubspot,
            is_linked=account.in_salesforce and account.in_hubspot and self.rng.random() < 0.87,
            account=account,
        )
        account.people.append(person)
        self.world.people.append(person)
        return person

    def _leads(self, count: int) -> None:
        for _ in range(count):
            self._lead()

    def _lead(self) -> None:
        rng, world = self.rng, self.world
        at = world.calendar.any_moment(rng)
        channel, campaign = pick(rng, _SHARES), None
        echo = 12 if channel == "Events" else 0
        if on_air := self.on_air.on(channel, at.date(), echo):
            campaign = rng.choice(on_air)
        elif channel in ("Events", "Partner", "Outbound", "Email"):
            # These only happen when somebody makes them happen.
            channel = "Organic Search"
        source = rng.choice(BY_NAME[channel].sources)
        if campaign and campaign.kind in ("Webinar", "Trade Show"):
            source = campaign.kind
        first, last = self.names.person()
        company, domain = self.names.company()
        if rng.random() < 0.06:
            domain = rng.choice(FREE_MAIL)
        shared = self.names.shared_address(domain) if rng.random() < 0.03 else None
        # What no form brings in, sales types into Salesforce; the sync may bring it to HubSpot.
        is_by_sales = channel in ("Outbound", "Partner", "Events")
        in_salesforce = is_by_sales or rng.random() < 0.7
        in_hubspot = not in_salesforce or rng.random() < (0.6 if is_by_sales else 0.86)
        in_both = in_salesforce and in_hubspot
        person = Person(
            number=len(world.people) + 1,
            first=first,
            last=last,
            email=shared or self.names.address(first, last, domain),
            company=company,
            channel=channel,
            source=source,
            country=pick(rng, COUNTRIES),
            industry=rng.choice(INDUSTRIES),
            owner=rng.choice(self.sellers),
            created_at=at,
            is_lead=True,
            in_salesforce=in_salesforce,
            in_hubspot=in_hubspot,
            # Nothing but the link can tell who writes from a shared mailbox.
            is_linked=in_both and (shared is not None or rng.random() < 0.87),
            campaign=campaign,
        )
        if campaign:
            campaign.leads += 1
            person.touches.append(Touch(campaign, at, is_response=True))
        self._qualify(person)
        world.people.append(person)

    def _qualify(self, person: Person) -> None:
        rng, calendar = self.rng, self.world.calendar
        if rng.random() < BY_NAME[person.channel].qualified:
            at = to_office(rng, person.created_at + lag(rng, 4.0, 0.9))
            if calendar.happened(at):
                person.qualified_at = at

    def _convert(self, wanted: int) -> None:
        """
        Turn the most promising of the qualified into accounts, then some of the rest into colleagues of those.
        """
        rng, calendar = self.rng, self.world.calendar
        promising: list[tuple[float, Person, datetime]] = []
        for person in self.world.people:
            if person.qualified_at is None or not person.is_lead:
                continue
            at = to_office(rng, person.qualified_at + lag(rng, 7.0, 0.7))
            if calendar.happened(at):
                quality = BY_NAME[person.channel].quality * (person.campaign.quality if person.campaign else 1.0)
                promising.append((rng.random() ** (1 / quality), person, at))
        promising.sort(key=lambda item: item[0], reverse=True)
        chosen = sorted(promising[:wanted], key=lambda item: item[2])
        for _, person, at in chosen:
            self._become_account(person, at)
        made = [person for _, person, _ in chosen]
        for _, person, at in promising[wanted : wanted + wanted // 8]:
            self._become_colleague(person, at, rng.choice(made))

    def _become_account(self, person: Person, at: datetime) -> None:
        domain = person.email.partition("@")[2]
        account = self._account(at, is_customer=True, word=(person.company, domain))
        if domain in FREE_MAIL:
            account.domain = None
            # Without a domain only the link tells that both mean one company.
            account.is_linked = account.in_salesforce and account.in_hubspot
        account.industry, account.country, account.owner = person.industry, person.country, person.owner
        self._attach(person, account)
        person.converted_at = at

    def _attach(self, person: Person, account: Account) -> None:
        person.account = account
        person.company = account.name
        person.in_salesforce = account.in_salesforce
        person.in_hubspot = person.in_hubspot or not account.in_salesforce
        is_shared = person.email.partition("@")[0] in SHARED_MAILBOXES
        person.is_linked = person.in_salesforce and person.in_hubspot and (is_shared or self.rng.random() < 0.87)
        account.people.append(person)

    def _become_colleague(self, person: Person, at: datetime, known: Person) -> None:
        account = known.account
        if account is None or account.created_at >= at or account.domain is None or not account.in_salesforce:
            return
        if person.email.partition("@")[2] in FREE_MAIL or not person.in_salesforce:
            return
        person.email = self.names.address(person.first, person.last, account.domain)
        self._attach(person, account)
        person.converted_at = at

    def _prospect(self) -> None:
        """
        A company that is known and has bought nothing.
        """
        at = self.world.calendar.any_moment(self.rng)
        account = self._account(at, is_customer=False)
        if self.rng.random() < 0.5:
            self._join(account, at)

    def _colleagues(self) -> None:
        """
        Contacts that sales added to accounts it works with.
        """
        rng, calendar = self.rng, self.world.calendar
        for account in list(self.world.accounts):
            if account.in_salesforce and account.people and rng.random() < 0.4:
                at = to_office(rng, account.created_at + lag(rng, 10))
                if calendar.happened(at):
                    person = self._join(account, at)
                    person.in_hubspot = person.is_linked = False
