"""
Lifetime value of accounts that order again, or do not, without a contract.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.errors import BadData
from kpis.lifetime import order_value, repeat_orders
from kpis.lifetime.columns import Accounts, Days, Numbers, accounts, days, money, months_before
from kpis.lifetime.groups import Groups, group
from kpis.lifetime.likelihood import Fit, Floats
from kpis.lifetime.model import DAYS_PER_MONTH, DAYS_PER_WEEK, Estimate, Forecast, Holdout, Terms
from kpis.lifetime.order_value import OrderValue
from kpis.lifetime.repeat_orders import RepeatOrders
from kpis.lifetime.scarcity import check_events, history_months, holdout_months, low_sample, table, too_little
from kpis.lifetime.simulation import Played, draw_random, play

MODEL = "bg_nbd_gamma_gamma"
CORRELATED = "frequency_value_correlated"
_CORRELATED_ABOVE = 0.3
_PIECES = 12
# The mean order goes to infinity as q goes to 1: a few giants among many small orders.
_LIGHTEST = 1.05


@dataclass(frozen=True)
class Book:
    """
    Orders, one row each.

    Args:
        accounts: The account of each row.
        on: Its day.
        amount: [money].
        left_out: Rows that could not mean anything.
    """

    accounts: Accounts
    on: Days
    amount: Floats
    left_out: int


@dataclass(frozen=True)
class Buyers:
    """
    What the models need of each account that ordered; orders of one day are one order.

    Args:
        account: Number of the account.
        frequency: Orders after the first.
        recency: From the first order to the last [weeks].
        age: From the first order until as_of [weeks].
        mean: Mean value of the orders after the first [money]; 0 without any.
    """

    account: Numbers
    frequency: Floats
    recency: Floats
    age: Floats
    mean: Floats


@dataclass(frozen=True)
class _Models:
    repeats: RepeatOrders
    value: OrderValue
    fits: tuple[Fit, Fit]


def read(table_of_orders: pa.Table, as_of: date) -> Book:
    """
    Orders placed by as_of.

    Args:
        table_of_orders: account_key, on, amount after refunds.
        as_of: The last day that counts.
    """
    known = pc.and_(
        table_of_orders["account_key"].is_valid(),
        pc.and_(table_of_orders["on"].is_valid(), table_of_orders["amount"].is_valid()),
    )
    rows = table_of_orders.filter(known)
    on, amount = days(rows["on"]), money(rows["amount"])
    used = (amount > 0) & (on <= np.datetime64(as_of, "D"))
    left_out = table_of_orders.num_rows - len(used) + int((amount < 0).sum())
    return Book(accounts(rows.filter(pa.array(used))["account_key"]), on[used], amount[used], left_out)


def buyers(book: Book, as_of: date) -> Buyers:
    """
    Frequency, recency, age and mean value of every account with an order by as_of.
    """
    today = np.datetime64(as_of, "D")
    placed = book.on <= today
    moments = np.stack([book.accounts.of_row[placed], book.on[placed].astype(np.int64)])
    visits, visit = np.unique(moments, axis=1, return_inverse=True)
    value = np.bincount(visit.ravel(), weights=book.amount[placed], minlength=visits.shape[1])
    account, first, count = np.unique(visits[0], return_index=True, return_counts=True)
    day = visits[1].astype(np.float64)
    last = first + count - 1
    repeated = np.add.reduceat(value, first) - value[first] if first.size else np.zeros(0)
    frequency = (count - 1).astype(np.float64)
    return Buyers(
        account,
        frequency,
        (day[last] - day[first]) / DAYS_PER_WEEK,
        (today.astype(np.int64) - day[first]) / DAYS_PER_WEEK,
        repeated / np.maximum(frequency, 1),
    )


def forecast(table_of_orders: pa.Table, terms: Terms, members: pa.Table | None = None) -> Forecast:
    """
    What every account brought and is still to bring.

    Args:
        table_of_orders: account_key, on, amount.
        terms: What is asked.
        members: account_key, member: the groups to answer for besides; None for none.
    """
    book = read(table_of_orders, terms.as_of)
    historic = book.accounts.totals(book.amount) * terms.share
    history = history_months(book.on, terms.as_of)
    reason = too_little(len(book.accounts.keys), history, terms)
    if reason is None:
        customers = buyers(book, terms.as_of)
        try:
            models = _fit(customers)
        except BadData:
            reason = "insufficient_history"
    if reason is not None:
        values = table(book.accounts.keys, historic)
        return Forecast(MODEL, terms, values, len(book.accounts.keys), history, left_out=book.left_out, reason=reason)
    groups = group(book.accounts.keys, members)
    expected, played = _future(customers, models, terms, groups)
    repeats, value = models.repeats, models.value
    repeated = int((customers.frequency > 0).sum())
    related = order_value.correlation(customers.frequency, customers.mean)
    return Forecast(
        MODEL,
        terms,
        table(book.accounts.keys, historic, expected, played.low, played.high),
        total=Estimate(float(expected.sum()), *played.total),
        groups=groups.table(historic, expected, played.groups) if members is not None else None,
        accounts=len(book.accounts.keys),
        history_months=history,
        new_account=_new_account(models, terms),
        parameters={
            "r": repeats.r,
            "alpha": repeats.alpha,
            "a": repeats.a,
            "b": repeats.b,
            "p": value.p,
            "q": value.q,
            "v": value.v,
            "frequency_value_correlation": related,
        },
        holdout=_holdout(book, terms),
        flags=((CORRELATED,) if abs(related) > _CORRELATED_ABOVE else ()) + low_sample(repeated),
        left_out=book.left_out,
    )


def _fit(customers: Buyers) -> _Models:
    check_events(int((customers.frequency > 0).sum()))
    repeats, of_orders = repeat_orders.fit(customers.frequency, customers.recency, customers.age)
    value, of_value = order_value.fit(customers.frequency, customers.mean)
    if value.q < _LIGHTEST:
        raise BadData(
            "The values of the orders had no mean to rely on.", where="amount", fix="look at the largest ones"
        )
    return _Models(repeats, value, (of_orders, of_value))


def _future(customers: Buyers, models: _Models, terms: Terms, groups: Groups) -> tuple[Floats, Played]:
    """
    Orders to be expected times the value of one, and the interval of what will really be bought.
    """
    orders, discounted = _orders(customers, models.repeats, terms)
    each = models.value.expected(customers.frequency, customers.mean) * terms.share
    # Futures are played without dates: each is discounted as much as the expected orders of its account are.
    discount = np.divide(discounted, orders, out=np.ones_like(orders), where=orders > 0) * terms.share
    random = draw_random()
    drawn = [fit.draws(terms.draws, random) for fit in models.fits]
    weeks = _weeks(terms.horizon_months)

    def future(rows: slice, draw: int, chance: np.random.Generator) -> Floats:
        repeats, value = repeat_orders.of(drawn[0][draw]), order_value.of(drawn[1][draw])
        frequency, recency, age = customers.frequency[rows], customers.recency[rows], customers.age[rows]
        alive = chance.random(frequency.size) < repeats.alive(frequency, recency, age)
        rate = chance.gamma(repeats.r + frequency, 1 / (repeats.alpha + age))
        leaves = np.clip(chance.beta(repeats.a, repeats.b + frequency), 1e-12, 1)
        # Orders come at the rate until the one after which the customer leaves.
        placed = np.minimum(chance.poisson(rate * weeks), chance.geometric(leaves)) * alive
        seen = frequency * customers.mean[rows]
        scale = chance.gamma(value.p * frequency + value.q, 1 / (value.v + seen))
        spent = chance.gamma(np.maximum(value.p * placed, 1e-12)) / scale
        return np.asarray(np.where(placed > 0, spent, 0) * discount[rows])

    # Every account of the book has ordered by now, so that buyers and accounts are the same, in the same order.
    return discounted * each, play(groups.of_account, len(groups.members), future, terms)


def _orders(customers: Buyers, repeats: RepeatOrders, terms: Terms) -> tuple[Floats, Floats]:
    """
    Orders to be expected within the horizon, and the same discounted.
    """
    before, discounted = np.zeros(customers.account.size), np.zeros(customers.account.size)
    for until, factor in _pieces(terms):
        now = repeats.expected_orders(customers.frequency, customers.recency, customers.age, _weeks(until))
        discounted += (now - before) * factor
        before = now
    return before, discounted


def _pieces(terms: Terms) -> Iterator[tuple[float, float]]:
    """
    The ends of the pieces of the horizon [months], with the discount at their middle.
    """
    count = min(_PIECES, terms.horizon_months) if terms.monthly_discount else 1
    length = terms.horizon_months / count
    for index in range(count):
        yield (index + 1) * length, (1 + terms.monthly_discount) ** -((index + 0.5) * length)


def _weeks(months: float) -> float:
    return months * DAYS_PER_MONTH / DAYS_PER_WEEK


def _new_account(models: _Models, terms: Terms) -> float:
    nobody = np.zeros(1)
    fresh = Buyers(np.zeros(1, dtype=np.int64), nobody, nobody, nobody, nobody)
    later = float(_orders(fresh, models.repeats, terms)[1][0])
    return (1 + later) * float(models.value.expected(0, 0)) * terms.share


def _holdout(book: Book, terms: Terms) -> Holdout | None:
    months = holdout_months(history_months(book.on, terms.as_of))
    earlier = months_before(terms.as_of, months)
    then = replace(terms, as_of=earlier, monthly_discount=0.0, horizon_months=months)
    customers = buyers(book, earlier)
    try:
        models = _fit(customers)
    except BadData:
        return None
    orders, _ = _orders(customers, models.repeats, then)
    predicted = float(orders @ models.value.expected(customers.frequency, customers.mean))
    came = book.accounts.totals(np.where(book.on > np.datetime64(earlier, "D"), book.amount, 0))
    return Holdout(earlier, months, predicted, float(came[customers.account].sum()))
