"""
What no vendor tells: costs that stand on no campaign, exchange rates and targets, as rows of the files source.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

from sandbox.company import rates
from sandbox.company.draw import add_months, month_end, stream
from sandbox.company.market import channel_spend
from sandbox.company.model import World
from sandbox.vendor import Record, Records

_SALARY = {"Marketing": 3100, "Sales": 3600}
_RAISE = 1.03


def records(world: World) -> Records:
    """
    `costs`, `exchange_rates` and `targets`.
    """
    return {
        "costs": _costs(world),
        "exchange_rates": rates.table(world.seed, world.calendar),
        "targets": _targets(world),
    }


def _costs(world: World) -> list[Record]:
    rng, until = stream(world.seed, "costs"), world.calendar.until
    rows: list[Record] = []
    for place, month in enumerate(world.calendar.months):
        ends = min(month_end(month), until)
        part = ends.day / month_end(month).day
        raised = _RAISE ** (place // 12)

        def add(kind: str, amount: float, part: float = part, month: date = month, ends: date = ends) -> None:
            rows.append(_cost(month, ends, kind, None, amount * part))

        add("salary", len(world.team("Marketing")) * _SALARY["Marketing"] * raised)
        # Sellers earn more in the months in which they sell.
        won = sum(d.amount or 0 for d in world.deals if d.is_won and d.closes_on.replace(day=1) == month)
        add("sales", len(world.team("Sales")) * _SALARY["Sales"] * raised)
        rows.append(_cost(month, ends, "sales", None, won * 0.04))
        add("software", 240 + 1.5 * world.size)
        add("automation", 120 + 0.6 * world.size)
        if month.month in (2, 5, 9, 11):
            rows.append(_agency(rng, month, until, world.size))
    leads = Counter((p.channel, p.created_at.date().replace(day=1)) for p in world.people if p.is_lead)
    for channel, month, amount in channel_spend(world.calendar, leads, world.seed):
        rows.append(_cost(month, min(month_end(month), until), "media", channel, amount))
    return [row for row in rows if float(row["amount"]) > 0]


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


def _targets(world: World) -> list[Record]:
    """
    What the company wants of this year and this quarter.
    """
    until = world.calendar.until
    year = date(until.year, 1, 1)
    quarter = date(until.year, 1 + 3 * ((until.month - 1) // 3), 1)
    quarter_end = month_end(add_months(quarter, 2))
    leads = sum(p.is_lead for p in world.people) / len(world.calendar.months)
    rows = [
        ("new_leads", "", "", quarter, quarter_end, leads * 3, leads * 3.6, "More webinars"),
        ("win_rate", "", "", year, date(until.year, 12, 31), 0.24, 0.3, "Qualify harder"),
        ("cost_per_lead", "", "", year, date(until.year, 12, 31), 110, 95, "Move budget from Paid Social to partners"),
        ("cost_per_lead", "channel", "Paid Search", year, date(until.year, 12, 31), 130, 115, None),
        (
            "net_mrr_retention_rate",
            "",
            "",
            year,
            date(until.year, 12, 31),
            0.98,
            1.01,
            "Call every customer",
        ),
    ]
    return [
        {
            "kpi": kpi,
            "dimension": dimension or None,
            "member": member or None,
            "starts_on": starts.isoformat(),
            "ends_on": ends.isoformat(),
            "baseline": f"{baseline:g}",
            "value": f"{value:g}",
            "next_step": step,
        }
        for kpi, dimension, member, starts, ends, baseline, value, step in rows
    ]
