"""
The company that the sandbox plays: business software from Madrid, 24 months of it, the same for the same seed.

A neutral model comes first (`model`): people and accounts (`people`), campaigns (`market`), deals (`sales`), what
customers do later (`recurring`), the days between (`service`). Each vendor is then told its part in its own words
(`salesforce`, `hubspot`, `google`, `files`): marketing lives in HubSpot, sales in Salesforce, and most people in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sandbox.company import billing, files, google, hubspot, market, salesforce, usage
from sandbox.company.draw import Calendar
from sandbox.company.hubspot.deals import DEAL_TYPES
from sandbox.company.market import CAMPAIGN_WORDS, CHANNEL_WORDS
from sandbox.company.model import World
from sandbox.company.people import Population
from sandbox.company.recurring import Customers
from sandbox.company.sales import open_new_business
from sandbox.company.service import Diary
from sandbox.company.success import Success
from sandbox.company.words import FREE_MAIL
from sandbox.vendor import Records

TIMEZONE = "Europe/Madrid"
CURRENCY = "EUR"


@dataclass(frozen=True)
class Company:
    """
    What each vendor knows of the company.

    Args:
        salesforce: API object name -> records as the REST API types them.
        hubspot: Plural type name -> records, all values as text.
        google: Rows that reports are made from.
        files: Normalized table -> rows of what no vendor tells: costs, rates, targets, and the exports of billing,
            product analytics and the project tool.
        timezone: IANA name.
        currency: ISO code.
        until: The last day known.
    """

    salesforce: Records
    hubspot: Records
    google: Records
    files: Records
    timezone: str
    currency: str
    until: date


def tell(seed: int, accounts: int, until: date) -> World:
    """
    The company before any vendor's words.

    Args:
        seed: The same seed tells the same story.
        accounts: How many companies it knows; everything else grows with them.
        until: The last day known; its month is the last of 24.

    Raises:
        ValueError: Fewer than one account.
    """
    if accounts < 1:
        raise ValueError(f"accounts was {accounts}; a company needs at least one")
    world = World(seed, accounts, Calendar(until))
    market.hire(world)
    market.plan_campaigns(world)
    Population(world).settle()
    open_new_business(world)
    Customers(world).play()
    Diary(world).write()
    market.pay_campaigns(world)
    billing.bill(world)
    usage.use(world)
    Success(world).play()
    return world


def generate(seed: int, accounts: int, until: date) -> Company:
    """
    The company as the vendors' records; arguments as in `tell`.
    """
    world = tell(seed, accounts, until)
    return Company(
        salesforce=salesforce.records(world),
        hubspot=hubspot.records(world),
        google=google.records(world),
        files=files.records(world),
        timezone=TIMEZONE,
        currency=CURRENCY,
        until=until,
    )


__all__ = ["CAMPAIGN_WORDS", "CHANNEL_WORDS", "DEAL_TYPES", "FREE_MAIL", "Company", "generate", "tell"]
