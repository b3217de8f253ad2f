"""
What customer success does: onboardings, offers to customers, and the referrals that customers give.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox.company.draw import at_office, lag, stream, to_office
from sandbox.company.model import Account, Deal, Person, World
from sandbox.company.relation import Offer, Onboarding, Referral
from sandbox.company.usage import paid_spans

_ONBOARDED = {"New Business": 1.0, "Cross-sell": 0.55}  # kinds of deals that begin with one
_MEDIAN_DAYS, _SHORTEST, _LONGEST = 26.0, 10.0, 60.0
_CANCELLED, _STUCK = 0.06, 0.04
_REFUSED_OUTRIGHT = 0.35  # offers a year that no seller ever made a deal of, per customer
# Channels of leads that a customer sent: share of the leads that say so.
_REFERRED = {"Referral": 0.2, "Partner": 0.1, "Direct": 0.1, "Organic Search": 0.01}
_BUYS_WHEN_REFERRED = 3.0
_ALSO_BY_ANOTHER, _OWN_COLLEAGUE = 0.06, 0.5


class Success:
    """
    Fills a world with what happens around its customers.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = stream(world.seed, "success")
        self.service = [owner for owner in world.team("Service") if owner.is_active]
        found = ((account, paid_spans(account)) for account in world.accounts)
        self.spans = {account: spans for account, spans in found if spans}

    def play(self) -> None:
        for deal in self.world.deals:
            if deal.is_won and deal.starts_on and deal.kind in _ONBOARDED:
                self._onboard(deal)
        self._offer()
        self._refer()

    def _onboard(self, deal: Deal) -> None:
        rng, end = self.rng, self.world.calendar.end
        if rng.random() > _ONBOARDED[deal.kind] or deal.starts_on is None:
            return
        started = at_office(rng, deal.starts_on + timedelta(days=rng.choice((0, 1, 3, 7))))
        days = min(max(lag(rng, _MEDIAN_DAYS, 0.45) / timedelta(days=1), _SHORTEST), _LONGEST)
        chance = rng.random()
        if started > end:
            return
        onboarding = Onboarding(len(self.world.onboardings) + 1, deal, rng.choice(self.service), started)
        completed = to_office(rng, started + timedelta(days=days))
        if chance < _CANCELLED:
            onboarding.is_cancelled = True
        elif chance > _CANCELLED + _STUCK and completed <= end:
            onboarding.completed_at = completed
        self.world.onboardings.append(onboarding)

    def _offer(self) -> None:
        """
        Every deal with a customer for more began with an offer; other offers were refused at once.
        """
        rng, world = self.rng, self.world
        found: list[tuple[datetime, Account, Deal | None]] = [
            (deal.created_at - timedelta(hours=rng.randrange(1, 100)), deal.account, deal)
            for deal in world.deals
            if deal.kind in ("Upsell", "Cross-sell")
        ]
        for account, spans in self.spans.items():
            for starts, ends in spans.get("Platform", ()):
                day = max(starts + timedelta(days=30), world.calendar.start)
                while day <= world.calendar.until and (ends is None or day < ends):
                    if rng.random() < _REFUSED_OUTRIGHT / 12:
                        found.append((at_office(rng, day), account, None))
                    day += timedelta(days=30)
        for at, account, deal in sorted(found, key=lambda one: (one[0], one[1].number)):
            if at > world.calendar.end:
                continue
            kind = deal.kind if deal else rng.choice(("Upsell", "Cross-sell"))
            assert kind == "Upsell" or kind == "Cross-sell"
            accepted = deal.closed_at if deal and deal.is_won else None
            world.offers.append(Offer(len(world.offers) + 1, account, kind, at, accepted, deal))

    def _refer(self) -> None:
        rng = self.rng
        for person in self.world.people:
            if not person.is_lead:
                continue
            chance = _REFERRED.get(person.channel, 0.0)
            if person.account and person.account.customer_at:
                chance *= _BUYS_WHEN_REFERRED
            if rng.random() >= chance:
                continue
            known = [a for a in self._paying(person.created_at) if a is not person.account]
            if not known:
                continue
            self._referral(rng.choice(known), person, person.created_at)
            if rng.random() < _ALSO_BY_ANOTHER:
                self._referral(rng.choice(known), person, person.created_at + timedelta(days=rng.randrange(1, 20)))
        for account in self.spans:
            for colleague in account.people[1:]:
                at = colleague.converted_at
                if at and account.customer_at and account.customer_at < at and rng.random() < _OWN_COLLEAGUE:
                    self._referral(account, colleague, at)

    def _referral(self, referrer: Account, person: Person, at: datetime) -> None:
        if at <= self.world.calendar.end:
            self.world.referrals.append(Referral(len(self.world.referrals) + 1, referrer, person, at))

    def _paying(self, at: datetime) -> list[Account]:
        day = at.date()
        return [
            account
            for account, families in self.spans.items()
            if any(
                starts < day and (ends is None or day < ends) for spans in families.values() for starts, ends in spans
            )
        ]
