"""
Costs that stand on no campaign.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

from sandbox.company.draw import month_end, stream
from sandbox.company.market import channel_spend
from sandbox.company.model import World
from sandbox.vendor import Record

_SALARY = {"Marketing": 3100, "Sales": 3600}
_RAISE = 1.03


def rows(world: World) -> list[Record]:
    """
    Salaries, software, agencies, and media of the channels that no campaign of a CRM accounts for.
    """
    rng, until = stream(world.seed, "costs"), world.calendar.until
    found: list[Record] = []
    for place, month in enumerate(world.calendar.months):
        ends = min(month_end(month), until)
        part = ends.day / month_end(month).day
        raised = _RAISE ** (place // 12)

        def add(kind: str, amount: float, part: float = part, month: date = month, ends: date = ends) -> None:
            found.append(_cost(month, ends, kind, None, amount * part))

        add("salary", len(world.team("Marketing")) * _SALARY["Marketing"] * raised)
        # Sellers earn more in the months in which they sell.
        won = sum(d.amount or 0 for d in world.deals if d.is_won and d.closes_on.replace(day=1) == month)
        add("sales", len(world.team("Sales")) * _SALARY["Sales"] * raised)
        found.append(_cost(month, ends, "sales", None, won * 0.04))
        add("software", 240 + 1.5 * world.size)
        add("automation", 120 + 0.6 * world.size)
        if month.month in (2, 5, 9, 11):
            found.append(_agency(rng, month, until, world.size))
    leads = Counter((p.channel, p.created_at.date().replace(day=1)) for p in world.people if p.is_lead)
    for channel, month, amount in channel_spend(world.calendar, leads, world.seed):
        found.append(_cost(month, min(month_end(month), until), "media", channel, amount))
    return [row for row in found if float(row["amount"]) > 0]


def _cost(starts: date, ends: date, kind: str, channel: str | None, amount: float) -> Record:
    return {
        "starts_on": starts.isoformat(),
        "ends_on": ends.isoformat(),
        "kind": kind,
        "channel": channel,
        "amount": f"{amount:.2f}",
        "currency": "EUR",
    }


def _agency(rng: Random, month: date, until: date, size: int) -> Record:
    """
    A bill of one day; now and then from an agency abroad.
    """
    day = min(month.replace(day=15), until)
    row = _cost(day, day, "agency", None, rng.uniform(600, 1500) + 2 * size)
    return {**row, "currency": "USD" if rng.random() < 0.3 else "EUR"}
