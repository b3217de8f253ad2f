"""
How customers use what they pay for: slowly at first, then most weeks, and ever less before they leave.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from sandbox.company.draw import pick, stream
from sandbox.company.model import Account, World
from sandbox.company.relation import Use

_FEATURES = {
    "Platform": {"Contacts": 4.0, "Campaigns": 3.0, "Reports": 2.0, "Automation": 1.0},
    "Analytics": {"Dashboards": 3.0, "Forecast": 1.0},
    "Support": {"Priority Chat": 1.0},
}
# Chance of a working day with any use: of those who made it a habit, and of those who never did.
_HABIT = {"Platform": (0.16, 0.6), "Analytics": (0.08, 0.35), "Support": (0.03, 0.15)}
_NEVER = (0.0, 0.05)
_WITHOUT_HABIT = {"Platform": 0.14, "Analytics": 0.3, "Support": 0.25}
_LEARNING_DAYS, _FADING_DAYS = 40, 100
_AUGUST = 0.5

Span = tuple[date, date | None]


def use(world: World) -> None:
    """
    Write the days on which each account used each product family that it paid for.
    """
    rng = stream(world.seed, "usage")
    for account in world.accounts:
        for family, spans in paid_spans(account).items():
            if family in _FEATURES:
                for span in spans:
                    _use(world, rng, account, family, span)


def paid_spans(account: Account) -> dict[str, list[Span]]:
    """
    Product family -> the times for which it is paid without a gap; the end is the first day no longer paid for.
    """
    terms: dict[str, list[Span]] = {}
    for deal in account.deals:
        if deal.is_won and deal.starts_on and deal.mrr:
            terms.setdefault(deal.family, []).append((deal.starts_on, deal.ends_on))
    return {family: _joined(spans) for family, spans in terms.items()}


def _joined(spans: list[Span]) -> list[Span]:
    found: list[Span] = []
    for starts, ends in sorted(spans, key=lambda span: span[0]):
        if found and ((last := found[-1][1]) is None or starts <= last):
            found[-1] = (found[-1][0], None if last is None or ends is None else max(last, ends))
        else:
            found.append((starts, ends))
    return found


def _use(world: World, rng: Random, account: Account, family: str, span: Span) -> None:
    starts, ends = span
    first, until = world.calendar.start, world.calendar.until
    chance = rng.uniform(*(_NEVER if rng.random() < _WITHOUT_HABIT[family] else _HABIT[family]))
    seats = max(2, round(account.employees**0.6))
    day = max(starts, first)
    while day <= until and (ends is None or day < ends):
        likely = chance * min(1.0, 0.25 + (day - starts).days / _LEARNING_DAYS)
        if ends is not None and ends <= until:
            likely *= min(1.0, 0.08 + (ends - day).days / _FADING_DAYS)
        likely *= (0.08 if day.weekday() > 4 else 1.0) * (_AUGUST if day.month == 8 else 1.0)
        if rng.random() < likely:
            for feature in dict.fromkeys(pick(rng, _FEATURES[family]) for _ in range(2)):
                users = max(1, min(seats, round(seats * rng.uniform(0.1, 0.7))))
                world.uses.append(Use(account, family, feature, day, users * rng.randrange(2, 14), users))
        day += timedelta(days=1)
