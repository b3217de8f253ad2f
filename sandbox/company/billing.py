"""
What customers are billed: a year ahead or, on monthly terms, quarter by quarter, with what serving it costs; now and
then something is paid back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sandbox.company.draw import Quota, add_months, stream
from sandbox.company.model import Deal, World
from sandbox.company.relation import Invoice

# Hosting, licences of others, and the hours of people: the share of the price that each family costs.
COST_SHARE = {"Platform": 0.17, "Analytics": 0.14, "Support": 0.46, "Services": 0.72}
_CHEAPER_EACH_YEAR = 0.06
_REFUNDED = 0.03
_REFUNDED_WHOLE = 0.25
_BILLED_MONTHS = 3  # at once, of those on monthly terms
_YEAR = 365  # [days]


@dataclass(frozen=True)
class _Bill:
    deal: Deal
    on: date
    parts: tuple[tuple[str, Decimal], ...]


def bill(world: World) -> None:
    """
    Write the invoices of every won deal up to the last day, in the order of their dates, and the refunds.
    """
    rng, until = stream(world.seed, "billing"), world.calendar.until
    bills = [one for deal in world.deals if deal.is_won and deal.starts_on for one in _bills(rng, deal, until)]
    for one in sorted(bills, key=lambda one: (one.on, one.deal.number)):
        amount = sum((part for _, part in one.parts), Decimal(0))
        if one.on <= until and amount:
            cost = sum(float(part) * COST_SHARE[family] for family, part in one.parts)
            years = max((one.on - world.calendar.start).days, 0) / _YEAR
            cost *= (1 - _CHEAPER_EACH_YEAR * years) * rng.uniform(0.92, 1.08)
            world.invoices.append(Invoice(len(world.invoices) + 1, one.deal, one.on, amount, _cents(cost)))
    refunds = Quota(rng)
    for invoice in list(world.invoices):
        if refunds.hits(_REFUNDED):
            _refund(world, rng, invoice)


def _bills(rng: Random, deal: Deal, until: date) -> Iterator[_Bill]:
    starts, ends = deal.starts_on, deal.ends_on
    assert starts
    once = [(line.product.family, Decimal(line.amount)) for line in deal.lines if not line.product.recurs]
    monthly = [(line.product.family, Decimal(line.mrr)) for line in deal.lines if line.product.recurs]
    if deal.is_monthly:
        months, on = 0, starts
        while on <= until and (ends is None or on < ends):
            paid = sum(ends is None or add_months(starts, months + n) < ends for n in range(_BILLED_MONTHS))
            ahead = [(family, paid * part) for family, part in monthly]
            yield _Bill(deal, on, (*ahead, *(once if months == 0 else ())))
            months += _BILLED_MONTHS
            on = add_months(starts, months)
        return
    # What is added to a running contract is billed up to its end.
    share = Decimal((ends - starts).days) / _YEAR if ends and deal.kind in ("Upsell", "Cross-sell") else Decimal(1)
    year = [(family, (12 * part * share).quantize(Decimal("0.01"))) for family, part in monthly]
    yield _Bill(deal, max(starts, deal.closes_on) + timedelta(days=rng.choice((0, 0, 1, 2, 5))), (*year, *once))


def _refund(world: World, rng: Random, invoice: Invoice) -> None:
    """
    Paid back some weeks later: a part out of goodwill, or all of it for what was never used.
    """
    on = invoice.on + timedelta(days=rng.randrange(5, 40))
    if on > world.calendar.until:
        return
    is_whole = rng.random() < _REFUNDED_WHOLE
    amount = invoice.amount if is_whole else _cents(float(invoice.amount) * rng.uniform(0.08, 0.35))
    saved = invoice.cogs if is_whole else Decimal(0)
    world.invoices.append(Invoice(len(world.invoices) + 1, invoice.deal, on, amount, saved, invoice))


def _cents(amount: float) -> Decimal:
    return Decimal(f"{amount:.2f}")
