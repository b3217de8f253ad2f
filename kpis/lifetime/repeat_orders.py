"""
Repeat orders without a contract: the BG/NBD model.

A customer orders at a rate of his own (Gamma(r, alpha) over the customers) and after every order leaves for good with a
chance of his own (Beta(a, b) over the customers); nobody says when he leaves. Three figures of a customer are enough:
frequency (orders after the first), recency (time from the first to the last) and age (time from the first until now).

Source: Fader, Hardie and Lee, Counting Your Customers the Easy Way, Marketing Science 24(2), 2005.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, expit, gammaln, hyp2f1

from connectors.errors import BadData
from kpis.lifetime.likelihood import Fit, Floats, maximise
from kpis.lifetime.quadrature import beta_nodes


@dataclass(frozen=True)
class RepeatOrders:
    """
    A BG/NBD model; its time unit is that of the recency and age it was fitted to.

    Args:
        r: Shape of the order rates.
        alpha: Scale of the order rates [time].
        a: Weight of leaving after an order.
        b: Weight of staying.
    """

    r: float
    alpha: float
    a: float
    b: float

    def alive(self, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Floats:
        """
        The chance that each customer is still one [fraction].
        """
        orders, last, now = _arrays(frequency, recency, age)
        # The odds of having left at the last order; who never ordered again cannot have.
        odds = (self.r + orders) * np.log((self.alpha + now) / (self.alpha + last))
        odds += np.log(self.a) - np.log(self.b + np.maximum(orders, 1) - 1)
        return np.where(orders > 0, expit(-odds), 1.0)

    def expected_orders(self, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike, horizon: ArrayLike) -> Floats:
        """
        Orders to be expected of each customer within the horizon [orders].

        Args:
            frequency: Orders after the first.
            recency: From the first order to the last [time].
            age: From the first order until now [time].
            horizon: How far to look ahead [time].
        """
        orders, last, now = _arrays(frequency, recency, age)
        ahead = np.asarray(horizon, dtype=np.float64)
        # At a = 1 the closed form is 0 / 0; the model is continuous there.
        a = self.a if abs(self.a - 1) > 1e-6 else 1 + 1e-6
        ahead, orders, last, now = np.broadcast_arrays(ahead, orders, last, now)
        reach = ahead / (self.alpha + now + ahead)
        with np.errstate(all="ignore"):
            # Euler's form of the published 2F1: its first two parameters no longer grow with the orders, so that it
            # neither overflows for frequent buyers nor loses their digits.
            series = hyp2f1(a - 1, a + self.b - 1 - self.r, a + self.b + orders - 1, reach)
            if_alive = (a + self.b + orders - 1) / (a - 1) * (1 - (1 - reach) ** (a - 1) * series)
        # No more orders than if nobody ever left; what breaks this, or is no number, lies where 2F1 itself gives up.
        most = (self.r + orders) * ahead / (self.alpha + now)
        lost = ~((if_alive >= 0) & (if_alive <= most * (1 + 1e-9)))
        if lost.any():
            if_alive = np.array(if_alive)
            if_alive[lost] = self._integrated(orders[lost], now[lost], ahead[lost])
        return np.asarray(self.alive(orders, last, now) * if_alive)

    def _integrated(self, orders: Floats, now: Floats, ahead: Floats) -> Floats:
        """
        The same for a customer who is alive, as the mean over his chance of leaving.
        """
        found = np.empty(orders.shape)
        for count in np.unique(orders):
            chosen = orders == count
            chance, weights = beta_nodes(self.a, self.b + float(count))
            growth = np.log1p(chance * (ahead[chosen] / (self.alpha + now[chosen]))[:, None])
            found[chosen] = (-np.expm1(-(self.r + count) * growth) / chance) @ weights
        return found


def fit(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> tuple[RepeatOrders, Fit]:
    """
    The most likely model, with the likelihood behind it (parameters in the order r, alpha, a, b).

    Args:
        frequency: Orders after the first, one entry per customer.
        recency: From the first order to the last [time].
        age: From the first order until now [time].

    Raises:
        BadData: Nobody ordered twice, or an order lies after now.
    """
    orders, last, now = _arrays(frequency, recency, age)
    if not (orders > 0).any():
        raise BadData("No customer ordered twice.", where="kpis.lifetime", fix="wait until some have")
    if (last > now).any() or (last < 0).any():
        raise BadData("An order lay outside the time observed.", where="recency", fix="measure it up to the age")
    # Many customers share their figures: each set is computed once.
    rows, weights = np.unique(np.stack([orders, last, now]), axis=1, return_counts=True)
    orders, last, now = rows
    kinds, kind = np.unique(orders, return_inverse=True)
    start = np.array([1.0, max(float(now.mean()) / (1 + float(orders.mean())), 1e-2), 1.0, 2.0])
    found = maximise(lambda parameters: _likelihood(parameters, (orders, last, now), weights, kinds, kind), start)
    return of(found.parameters), found


def of(parameters: Floats) -> RepeatOrders:
    """
    The model with these four parameters.
    """
    r, alpha, a, b = (float(each) for each in parameters)
    return RepeatOrders(r, alpha, a, b)


def _arrays(*columns: ArrayLike) -> tuple[Floats, Floats, Floats]:
    first, second, third = np.broadcast_arrays(*(np.asarray(column, dtype=np.float64) for column in columns))
    return first, second, third


def _likelihood(
    parameters: Floats,
    customers: tuple[Floats, Floats, Floats],
    weights: NDArray[np.int64],
    kinds: Floats,
    kind: NDArray[np.int64],
) -> tuple[float, Floats]:
    r, alpha, a, b = parameters
    orders, last, now = customers
    repeats = orders > 0
    log_now, log_last = np.log(alpha + now), np.log(alpha + last)
    still = -(r + orders) * log_now
    gone = np.where(repeats, np.log(a) - np.log(b + np.maximum(orders, 1) - 1) - (r + orders) * log_last, -np.inf)
    either = np.logaddexp(still, gone)
    left = np.exp(gone - either)
    # What depends on the number of orders alone is computed once per number.
    common = gammaln(r + kinds) - gammaln(r) + r * np.log(alpha)
    common += gammaln(a + b) + gammaln(b + kinds) - gammaln(b) - gammaln(a + b + kinds)
    value = float(weights @ (common[kind] + either))

    both = digamma(a + b) - digamma(a + b + kinds)
    of_kind = np.bincount(kind, weights=weights)
    by_r = of_kind @ (digamma(r + kinds) - digamma(r) + np.log(alpha))
    by_r -= weights @ ((1 - left) * log_now + left * log_last)
    by_alpha = weights.sum() * r / alpha
    by_alpha -= weights @ ((r + orders) * ((1 - left) / (alpha + now) + left / (alpha + last)))
    by_a = of_kind @ both + weights @ (left / a)
    by_b = of_kind @ (both + digamma(b + kinds) - digamma(b)) - weights @ (left / (b + np.maximum(orders, 1) - 1))
    return value, np.array([by_r, by_alpha, by_a, by_b])
