"""
What an order is worth: the Gamma-Gamma model.

The orders of a customer vary around a mean of his own, and the means vary over the customers. A customer with few
orders is drawn towards the others, one with many keeps his own mean. It holds only where the number of orders says
nothing about their value, hence `correlation`.

Source: Fader and Hardie, The Gamma-Gamma Model of Monetary Value, note 025, 2013.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, gammaln

from connectors.errors import BadData
from kpis.lifetime.likelihood import Fit, Floats, maximise


@dataclass(frozen=True)
class OrderValue:
    """
    A Gamma-Gamma model.

    Args:
        p: Shape of the orders of one customer.
        q: Shape of the customers' scales; at 1 or less the mean order has no end.
        v: Scale of the customers' scales [money].
    """

    p: float
    q: float
    v: float

    def expected(self, frequency: ArrayLike, mean: ArrayLike) -> Floats:
        """
        The value to be expected of an order of each customer [money].

        Args:
            frequency: Orders after the first; at 0 the mean says nothing.
            mean: Mean value of those orders [money].
        """
        orders, value = np.asarray(frequency, dtype=np.float64), np.asarray(mean, dtype=np.float64)
        seen = np.where(orders > 0, orders * value, 0)
        return np.asarray(self.p * (self.v + seen) / (self.p * orders + self.q - 1))


def fit(frequency: ArrayLike, mean: ArrayLike) -> tuple[OrderValue, Fit]:
    """
    The most likely model, with the likelihood behind it (parameters in the order p, q - 1, v).

    Args:
        frequency: Orders after the first, one entry per customer; customers with none are left out.
        mean: Mean value of those orders [money].

    Raises:
        BadData: Nobody ordered twice, or an order is worth nothing.
    """
    orders, value = np.asarray(frequency, dtype=np.float64), np.asarray(mean, dtype=np.float64)
    orders, value = orders[orders > 0], value[orders > 0]
    if not orders.size:
        raise BadData("No customer ordered twice.", where="kpis.lifetime", fix="wait until some have")
    if not (value > 0).all():
        raise BadData("A mean order value was zero or less.", where="mean", fix="leave such orders out")
    # Amounts of any currency: the scale is taken out, so that the search begins near its end.
    unit = float(np.median(value))
    found = maximise(lambda parameters: _likelihood(parameters, orders, value / unit), np.array([2.0, 2.0, 1.0]))
    moved = Fit(
        found.parameters * np.array([1, 1, unit]),
        found.log_likelihood - orders.size * float(np.log(unit)),
        found.spread,
    )
    return of(moved.parameters), moved


def of(parameters: Floats) -> OrderValue:
    """
    The model with these parameters: p, q - 1, v.
    """
    p, excess, v = (float(each) for each in parameters)
    return OrderValue(p, 1 + excess, v)


def correlation(frequency: ArrayLike, mean: ArrayLike) -> float:
    """
    How the number of orders and their mean value move together, over customers with repeat orders [-1 to 1].

    Returns:
        0 where either does not vary.
    """
    orders, value = np.asarray(frequency, dtype=np.float64), np.asarray(mean, dtype=np.float64)
    orders, value = orders[orders > 0], value[orders > 0]
    if orders.size < 2 or not np.ptp(orders) or not np.ptp(value):
        return 0.0
    return float(np.corrcoef(orders, value)[0, 1])


def _likelihood(parameters: Floats, orders: Floats, value: Floats) -> tuple[float, Floats]:
    p, excess, v = parameters
    q = 1 + excess
    shape = p * orders
    total = orders * value
    terms = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(v)
    terms += (shape - 1) * np.log(value) + shape * np.log(orders) - (shape + q) * np.log(total + v)
    joint = digamma(shape + q)
    by_p = (orders * (joint - digamma(shape) + np.log(total) - np.log(total + v))).sum()
    by_q = (joint - digamma(q) + np.log(v) - np.log(total + v)).sum()
    by_v = (q / v - (shape + q) / (total + v)).sum()
    return float(terms.sum()), np.array([by_p, by_q, by_v])
