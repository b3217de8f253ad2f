"""
What the company wants of its numbers: plans by month and quarter, and objectives of the year with their next step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from sandbox.company import rates
from sandbox.company.draw import add_months, month_end
from sandbox.company.files.links import staff_number
from sandbox.company.model import Owner, World
from sandbox.company.usage import paid_spans
from sandbox.vendor import Record

_MONTHS, _QUARTERS = 13, 5  # the running one last
_STRETCH = 1.08  # what is wanted, over what the trend gives
_MRR_GROWTH = 1.05  # in a quarter


def rows(world: World) -> list[Record]:
    """
    All targets; each names who answers for it.
    """
    return [*_leads(world), *_revenue(world), *_recurring(world), *_objectives(world)]


def _target(
    kpi: str,
    span: tuple[date, date],
    value: float,
    owner: Owner,
    *,
    of: tuple[str, str] | None = None,
    baseline: float | None = None,
    step: str | None = None,
) -> Record:
    """
    A row.

    Args:
        span: First and last day.
        of: Dimension and member; None means the whole company.
        baseline: Where the number stood when the target was set.
        step: What is done for it next.
    """
    dimension, member = of or (None, None)
    return {
        "kpi": kpi,
        "dimension": dimension,
        "member": member,
        "starts_on": span[0].isoformat(),
        "ends_on": span[1].isoformat(),
        "baseline": None if baseline is None else f"{baseline:g}",
        "value": f"{value:.10g}",
        "owner_id": staff_number(owner),
        "next_step": step,
    }


def _months(world: World) -> list[tuple[date, date]]:
    return [(month, month_end(month)) for month in world.calendar.months[-_MONTHS:]]


def _quarters(world: World) -> list[tuple[date, date]]:
    until = world.calendar.until
    last = date(until.year, 1 + 3 * ((until.month - 1) // 3), 1)
    firsts = [add_months(last, -3 * back) for back in reversed(range(_QUARTERS))]
    return [(first, month_end(add_months(first, 2))) for first in firsts]


def _year(world: World) -> tuple[date, date]:
    year = world.calendar.until.year
    return date(year, 1, 1), date(year, 12, 31)


def _head(world: World, team: str) -> Owner:
    return next(owner for owner in world.owners if owner.team == team)


def _plan(world: World, total: float, first: date, last: date) -> float:
    """
    The part of a total over the story's months that a span gets, by its seasons and the growth of the business.
    """
    level = world.calendar.level
    months = [month for month in (add_months(first, n) for n in range(3)) if month <= last]
    return _STRETCH * total * sum(map(level, months)) / sum(map(level, world.calendar.months))


def _leads(world: World) -> Iterator[Record]:
    marketing, total = _head(world, "Marketing"), sum(person.is_lead for person in world.people)
    for span in _months(world):
        yield _target("new_leads", span, round(_plan(world, total, *span)), marketing)
    for span in _quarters(world):
        yield _target("new_leads", span, round(_plan(world, total, *span)), marketing, step="More webinars")


def _revenue(world: World) -> Iterator[Record]:
    """
    What each seller is to win in a quarter, and all of them together.
    """
    sellers = [owner for owner in world.team("Sales") if owner.is_active]
    won = [deal for deal in world.deals if deal.is_won and deal.closes_on >= world.calendar.start]
    total = sum(float((deal.amount or 0) * rates.rate(world.seed, deal.currency, deal.closes_on)) for deal in won)
    names = Counter(f"{owner.first} {owner.last}" for owner in world.owners)
    for span in _quarters(world):
        quota = max(round(_plan(world, total, *span) / len(sellers), -2), 100.0)
        yield _target("won_revenue", span, quota * len(sellers), _head(world, "Sales"))
        for seller in sellers:
            name = f"{seller.first} {seller.last}"
            # Two of one name are told apart by their number.
            member = name if names[name] == 1 else staff_number(seller)
            yield _target("won_revenue", span, quota, seller, of=("owner", member))


def _mrr(world: World, day: date) -> float:
    return sum(
        float(deal.mrr * rates.rate(world.seed, deal.currency, deal.starts_on))
        for deal in world.deals
        if deal.is_won and deal.starts_on and deal.starts_on <= day and (deal.ends_on is None or day < deal.ends_on)
    )


def _recurring(world: World) -> Iterator[Record]:
    service = _head(world, "Service")
    for span in _months(world):
        yield _target("customer_churn_rate", span, 0.015, service, baseline=0.025)
    for span in _quarters(world):
        yield _target("customer_churn_rate", span, 0.045, service, baseline=0.07, step="Call who stopped using it")
        opening = round(_mrr(world, span[0] - timedelta(days=1)), -1)
        yield _target("mrr", span, round(max(opening * _MRR_GROWTH, opening + 100), -1), service, baseline=opening)


def _objectives(world: World) -> Iterator[Record]:
    """
    Objectives of the year, those of the relation with customers among them.
    """
    year = _year(world)
    marketing, sales, service = (_head(world, team) for team in ("Marketing", "Sales", "Service"))
    search = ("channel", "Paid Search")
    customers = sum(bool(paid_spans(account)) for account in world.accounts)
    yield _target("win_rate", year, 0.3, sales, baseline=0.24, step="Qualify harder")
    yield _target("cost_per_lead", year, 95, marketing, baseline=110, step="Move budget from Paid Social to partners")
    yield _target("cost_per_lead", year, 115, marketing, of=search, baseline=130)
    yield _target("net_mrr_retention_rate", year, 1.01, service, baseline=0.98, step="Call every customer")
    yield _target("onboarding_time", year, 24, service, baseline=30, step="Kick-off in the week of the signature")
    yield _target("product_adoption_rate", year, 0.75, service, baseline=0.6, step="Show reports in every review")
    yield _target("tickets_per_account", year, 2.5, service, baseline=3.4, step="Write down the ten top answers")
    yield _target("referrals", year, max(round(customers * 0.3), 1), service, baseline=0, step="Ask after each renewal")
    yield _target(
        "account_retention_rate", year, 0.9, service, of=("segment", "Technology"), baseline=0.84, step="Yearly reviews"
    )
