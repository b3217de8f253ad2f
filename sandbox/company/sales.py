"""
Deals: how they move through the stages, and how they end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from sandbox.company.draw import Quota, lag, stream, to_office
from sandbox.company.market import BY_NAME, CHANNELS, OnAir
from sandbox.company.model import LOST, WON, Account, Campaign, Deal, DealKind, Person, Touch, World
from sandbox.company.products import ADD_ONS, ONBOARDING, PLATFORM, Line

_LAST_OPEN = 4
# Where lost deals were last seen: most of them early.
_LOST_AT = (25, 30, 20, 15, 10)
_CYCLE_DAYS: dict[DealKind, float] = {"New Business": 42, "Upsell": 18, "Cross-sell": 24, "Renewal": 45}


@dataclass
class Ending:
    """
    How a deal is to end.

    Args:
        is_won: Won or lost.
        at: When, where that is known; else the cycle decides.
    """

    is_won: bool
    at: datetime | None = None


def first_lines(rng: Random, account: Account) -> list[Line]:
    """
    What a company of this size buys first: seats of one plan, now and then with an onboarding.
    """
    seats = max(5, round(min(account.employees, 900) ** 0.72 * rng.uniform(0.55, 1.3)))
    plan = PLATFORM[0 if seats < 12 else 1 if seats < 40 else 2]
    return [Line(plan, seats), *([Line(ONBOARDING, 1)] if rng.random() < 0.25 else [])]


def add_on_lines(rng: Random, seats: int, taken: set[str]) -> list[Line]:
    """
    A product family that the account does not have yet; empty where it has them all.
    """
    left = [product for product in ADD_ONS if product.family not in taken]
    return [Line(rng.choice(left), max(3, round(seats * rng.uniform(0.5, 1))))] if left else []


def walk(rng: Random, created_at: datetime, ending: Ending, cycle_days: float) -> list[tuple[int, datetime]]:
    """
    The stages from the first to the end: some are skipped, some entered twice, few lost deals reopened.
    """
    furthest = _LAST_OPEN if ending.is_won else rng.choices(range(5), _LOST_AT)[0]
    path = [0]
    while path[-1] < furthest:
        if path[-1] > 0 and rng.random() < 0.05:
            path.append(path[-1] - 1)
            continue
        path.append(min(path[-1] + (2 if rng.random() < 0.12 else 1), furthest))
    length = lag(rng, cycle_days * (1 if ending.is_won else 0.7), 0.5)
    if ending.at:
        length = ending.at - created_at
    parts = [rng.uniform(0.4, 1.6) for _ in path]
    visits, at = [(0, created_at)], created_at
    for stage, part in zip((*path[1:], WON if ending.is_won else LOST), parts, strict=True):
        planned = at + length * (part / sum(parts))
        at = max(planned.replace(microsecond=0), at + timedelta(hours=1)) if ending.at else to_office(rng, planned)
        visits.append((stage, at))
    if ending.at:
        visits[-1] = (visits[-1][0], max(ending.at, visits[-2][1] + timedelta(minutes=30)))
    elif not ending.is_won and rng.random() < 0.035:
        again = to_office(rng, at + lag(rng, 25))
        visits += [(3, again), (WON if rng.random() < 0.4 else LOST, to_office(rng, again + lag(rng, 14)))]
    return visits


class Desk:
    """
    Opens deals and keeps them in the world.
    """

    def __init__(self, world: World, rng: Random) -> None:
        self.world = world
        self.rng = rng
        self.on_air = OnAir(world)

    def deal(
        self,
        account: Account,
        kind: DealKind,
        created_at: datetime,
        lines: list[Line],
        ending: Ending,
        *,
        person: Person | None = None,
        campaign: Campaign | None = None,
        channel: str = "",
        source: str = "",
    ) -> Deal | None:
        """
        Work a deal as far as the story goes; None where it would begin after the story's end.
        """
        rng, end = self.rng, self.world.calendar.end
        if created_at > end:
            return None
        visits = walk(rng, created_at, ending, _CYCLE_DAYS[kind])
        known = [visit for visit in visits if visit[1] <= end]
        closes_on = known[-1][1].date() if known[-1][0] >= WON else self._forecast(created_at, visits[-1][1])
        first = person or (account.people[0] if account.people else None)
        deal = Deal(
            number=len(self.world.deals) + 1,
            account=account,
            person=first,
            kind=kind,
            name=f"{' '.join(account.name.split())[:70]} – {kind} {lines[0].product.name}",
            owner=account.owner,
            channel=channel or (first.channel if first else "Outbound"),
            source=source or (first.source if first else BY_NAME["Outbound"].sources[0]),
            campaign=campaign,
            created_at=created_at,
            closes_on=closes_on,
            lines=lines,
            visits=known,
            amounts=self._amounts(lines, known),
            currency=self._currency(account),
            is_synced=account.in_salesforce and account.in_hubspot and rng.random() < 0.8,
        )
        self.world.deals.append(deal)
        account.deals.append(deal)
        return deal

    def _forecast(self, created_at: datetime, closes_at: datetime) -> date:
        """
        When the seller believes that an open deal will close; some forget to move the date on.
        """
        until = self.world.calendar.until
        if self.rng.random() < 0.08:
            return max(created_at.date(), until - timedelta(days=self.rng.randrange(1, 25)))
        return max(closes_at.date(), until + timedelta(days=self.rng.randrange(1, 10)))

    def _amounts(self, lines: list[Line], visits: list[tuple[int, datetime]]) -> list[tuple[datetime, int | None]]:
        """
        The amount over time: some deals get a new price on the way, few open ones have none yet.
        """
        rng, total = self.rng, sum(line.amount for line in lines)
        stage, (created_at, last) = visits[-1][0], (visits[0][1], visits[-1][1])
        if stage < 2 and rng.random() < 0.15:
            return [(created_at, None)]
        between = (last - created_at) / 2
        if rng.random() < 0.25 and between > timedelta(days=1):
            first = round(total * rng.uniform(0.7, 1.35) / 10) * 10
            return [(created_at, first), (created_at + timedelta(seconds=int(between.total_seconds()) + 7), total)]
        return [(created_at, total)]

    def _currency(self, account: Account) -> str:
        """
        What an account pays in, always the same; Salesforce has one currency only.
        """
        if account.in_salesforce:
            return "EUR"
        if account.deals:
            return account.deals[0].currency
        return {"United Kingdom": "GBP", "Mexico": "USD"}.get(account.country) or self.rng.choice(("EUR", "EUR", "USD"))


def open_new_business(world: World) -> None:
    """
    The first deal of each account that a lead became, and the touches on the way to it.
    """
    rng = stream(world.seed, "sales")
    desk, wins = Desk(world, rng), Quota(rng)
    for person in world.people:
        account = person.account
        if not person.is_lead or account is None or person.converted_at is None or account.people[0] is not person:
            continue
        quality = BY_NAME[person.channel].quality * (person.campaign.quality if person.campaign else 1.0)
        is_won = wins.hits(min(0.225 * (0.55 + 0.45 * min(quality, 2.2)), 0.6))
        person.deal = desk.deal(
            account,
            "New Business",
            person.converted_at,
            first_lines(rng, account),
            Ending(is_won),
            person=person,
            campaign=person.campaign,
        )
        _nurture(rng, desk.on_air, person, person.deal)


def _nurture(rng: Random, on_air: OnAir, person: Person, deal: Deal | None) -> None:
    """
    Campaigns that met the person again while the deal was open, answered or not.
    """
    if deal is None:
        return
    last = deal.closed_at or deal.visits[-1][1]
    for channel in ("Email", "Events", CHANNELS[0].name):
        at = person.created_at + (last - person.created_at) * rng.random()
        at = at.replace(microsecond=0)
        if rng.random() < 0.45 and (running := on_air.on(channel, at.date())):
            campaign = rng.choice(running)
            if all(touch.campaign is not campaign for touch in person.touches):
                person.touches.append(Touch(campaign, at, is_response=rng.random() < 0.4))
    person.touches.sort(key=lambda touch: touch.at)
