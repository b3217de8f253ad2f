"""
What happens day by day: calls, meetings, e-mails, tickets, and marketing e-mails with their statistics.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Literal

from sandbox.company.draw import add_months, at_office, lag, pick, stream, to_office
from sandbox.company.model import Account, Activity, Campaign, Deal, EmailSend, Owner, Person, Ticket, World
from sandbox.company.words import slug

Kind = Literal["call", "meeting", "email"]
_KINDS: dict[Kind, float] = {"call": 0.4, "email": 0.38, "meeting": 0.22}
_TICKETS = {
    "Question": ("How do I add users?", "Where is the export?", "Invoice address"),
    "Problem": ("Login fails since Monday", "Report shows “no data”", 'Error "timeout"\nwhen importing'),
    "Feature Request": ("Dark mode 🌙", "Please add Catalan", "API for segments"),
}
_SUBJECTS = ("5 ideas for your pipeline", "What's new", "Ready for Q4? 🚀", "Tu resumen del mes", "Invitation: webinar")
_VISITS_EACH_MONTH = 0.55  # talks with a customer that no deal asks for
_TICKETS_EACH_MONTH = 0.28
_ASKED_EACH_MONTH = 0.2  # customers whom marketing asks for a story, a reference, a talk at a webinar


class Diary:
    """
    Fills a world with what its people do.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = stream(world.seed, "service")
        self.service = [owner for owner in world.team("Service") if owner.is_active]
        self.marketing = world.team("Marketing")

    def write(self) -> None:
        for deal in self.world.deals:
            self._work_on(deal)
        for person in self.world.people:
            if person.is_lead and person.qualified_at:
                self._follow_up(person)
        for account in self.world.accounts:
            self._care_for(account)
        self._mail()
        for account in self.world.accounts:
            self._ask_customer(account)

    def _note(
        self, owner: Owner, at: datetime, person: Person | None, account: Account | None, deal: Deal | None, kind: Kind
    ) -> None:
        if at > self.world.calendar.end:
            return
        in_salesforce = account.in_salesforce if account else bool(person and person.in_salesforce)
        in_hubspot = account.in_hubspot if account else bool(person and person.in_hubspot)
        if person and in_hubspot and not person.in_hubspot:
            in_hubspot = False
        if in_salesforce and in_hubspot:
            # Logged once, mostly; few are logged on both sides within the same minute.
            both = self.rng.random() < 0.04
            in_hubspot = both or self.rng.random() < 0.25
            in_salesforce = both or not in_hubspot
        if not in_salesforce and not in_hubspot:
            return
        number = len(self.world.activities) + 1
        is_incoming = kind != "meeting" and self.rng.random() < 0.3
        activity = Activity(number, kind, owner, at, is_incoming, person, account, deal, in_salesforce, in_hubspot)
        self.world.activities.append(activity)
        if deal:
            deal.activities.append(activity)
        if person:
            person.activities.append(activity)

    def _work_on(self, deal: Deal) -> None:
        rng = self.rng
        begin, last = deal.created_at, deal.closed_at or self.world.calendar.end
        for _ in range(rng.randrange(2, 9) if deal.kind != "Renewal" else rng.randrange(1, 4)):
            at = to_office(rng, begin + (last - begin) * rng.random())
            self._note(deal.owner, at, deal.person, deal.account, deal, pick(rng, _KINDS))

    def _follow_up(self, person: Person) -> None:
        rng = self.rng
        at = person.qualified_at or person.created_at
        for _ in range(rng.randrange(0, 3)):
            at = to_office(rng, at + lag(rng, 2))
            owner = person.owner if rng.random() < 0.7 else rng.choice(self.marketing)
            self._note(owner, at, person, person.account, None, "call" if rng.random() < 0.6 else "email")

    def _care_for(self, account: Account) -> None:
        """
        Talks and tickets of the months in which an account pays.
        """
        rng = self.rng
        first: Ticket | None = None
        for day in self._paying_months(account):
            person = rng.choice(account.people) if account.people else None
            at = at_office(rng, day + timedelta(days=rng.randrange(28)))
            if rng.random() < _VISITS_EACH_MONTH:
                owner = rng.choice(self.service) if rng.random() < 0.65 else account.owner
                self._note(owner, at, person, account, None, pick(rng, _KINDS))
            if rng.random() < 0.12:
                self._note(rng.choice(self.marketing), at + timedelta(minutes=7), person, account, None, "email")
            if rng.random() < _TICKETS_EACH_MONTH:
                at = at_office(rng, day + timedelta(days=rng.randrange(28)))
                first = self._ticket(account, person, at, first) or first

    def _paying_months(self, account: Account) -> Iterator[date]:
        """
        A day in each month in which an account pays.
        """
        terms = [(deal.starts_on, deal.ends_on) for deal in account.deals if deal.starts_on]
        if not terms:
            return
        day = max(min(starts for starts, _ in terms), add_months(self.world.calendar.start, -1))
        while day <= self.world.calendar.until:
            if any(starts <= day and (ends is None or day < ends) for starts, ends in terms):
                yield day
            day = add_months(day, 1)

    def _ask_customer(self, account: Account) -> None:
        rng = self.rng
        for day in self._paying_months(account):
            if account.people and rng.random() < _ASKED_EACH_MONTH:
                at = at_office(rng, day + timedelta(days=rng.randrange(28)))
                kind: Kind = "meeting" if rng.random() < 0.4 else "call"
                self._note(rng.choice(self.marketing), at, rng.choice(account.people), account, None, kind)

    def _ticket(self, account: Account, person: Person | None, at: datetime, earlier: Ticket | None) -> Ticket | None:
        rng = self.rng
        if at > self.world.calendar.end:
            return None
        kind = rng.choice(list(_TICKETS))
        closed = at + lag(rng, 1.6, 1.0)
        in_salesforce = account.in_salesforce and (not account.in_hubspot or rng.random() < 0.75)
        in_hubspot = account.in_hubspot and (not in_salesforce or rng.random() < 0.3)
        ticket = Ticket(
            number=len(self.world.tickets) + 1,
            account=account,
            person=person,
            owner=rng.choice(self.service),
            kind=kind,
            subject=rng.choice(_TICKETS[kind]),
            created_at=at,
            closed_at=closed.replace(microsecond=0) if self.world.calendar.happened(closed) else None,
            in_salesforce=in_salesforce,
            in_hubspot=in_hubspot,
        )
        if earlier and earlier.in_salesforce and in_salesforce and rng.random() < 0.1 and earlier.parent is None:
            ticket.parent = earlier if earlier.created_at <= at else None
        self.world.tickets.append(ticket)
        return ticket

    def _mail(self) -> None:
        """
        Two or three mails to the growing list each month.
        """
        rng, calendar = self.rng, self.world.calendar
        born = sorted(person.created_at for person in self.world.people if person.in_hubspot)
        campaigns = [c for c in self.world.campaigns if c.channel == "Email" and not c.is_in_salesforce]
        known = 0
        for month in calendar.months:
            for day in sorted(rng.sample(range(1, 28), rng.choice((2, 2, 3)))):
                at = at_office(rng, month.replace(day=day))
                if at > calendar.end:
                    return
                while known < len(born) and born[known] <= at:
                    known += 1
                campaign = next((c for c in campaigns if c.starts_on <= at.date() <= c.ends_on), None)
                self.world.emails.append(_send(rng, len(self.world.emails) + 1, at, known, campaign))


def _send(rng: Random, number: int, at: datetime, known: int, campaign: Campaign | None) -> EmailSend:
    sent = round(known * rng.uniform(0.7, 0.95))
    bounced = round(sent * rng.uniform(0.005, 0.03))
    delivered = sent - bounced
    opens = round(delivered * rng.uniform(0.24, 0.44))
    subject = rng.choice(_SUBJECTS)
    return EmailSend(
        number=number,
        name=f"{at:%Y-%m-%d} {slug(subject)}",
        subject=subject,
        campaign=campaign,
        at=at,
        sent=sent,
        bounced=bounced,
        opens=opens,
        clicks=round(opens * rng.uniform(0.06, 0.2)),
        unsubscribed=round(delivered * rng.uniform(0, 0.004)),
    )
