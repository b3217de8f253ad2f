"""
Retention under contract: the shifted beta-geometric model.

Every customer leaves at each renewal with a chance of his own; the chances follow a Beta(alpha, beta) distribution over
the customers. Those likely to leave do so first, so the retention of a cohort rises with its age.

Source: Fader and Hardie, How to Project Customer Retention, Journal of Interactive Marketing 21(1), 2007.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, digamma, hyp2f1

from connectors.errors import BadData, WrongUse
from kpis.lifetime.likelihood import Fit, Floats, maximise


@dataclass(frozen=True)
class Retention:
    """
    A fitted shifted beta-geometric model.

    Args:
        alpha: Weight of leaving at a renewal.
        beta: Weight of staying.
        fit: The likelihood behind them.
    """

    alpha: float
    beta: float
    fit: Fit

    def survival(self, renewals: ArrayLike) -> Floats:
        """
        S(t), the share of customers that is still there after t renewals.
        """
        return survival(self.alpha, self.beta, renewals)


def fit(lost: ArrayLike, kept: ArrayLike) -> Retention:
    """
    The most likely model of customers of any age; cohorts of different age add up.

    Args:
        lost: Customers that left at renewal 1, 2, 3 …
        kept: Customers last seen staying after renewal 1, 2, 3 …; those too young for any renewal say nothing.

    Raises:
        BadData: Nobody left, or nobody came to a renewal: then no length of life can be told from the data.
    """
    gone, here = _counts(lost, kept)
    if not gone.sum() > 0:
        raise BadData("No customer of these left.", where="kpis.lifetime", fix="wait until some have left")
    times = np.arange(1, gone.size + 1)
    found = maximise(lambda parameters: _likelihood(parameters, gone, here, times), np.array([1.0, 1.0]))
    return Retention(float(found.parameters[0]), float(found.parameters[1]), found)


def fit_survivors(cohorts: Sequence[Sequence[float]]) -> Retention:
    """
    The most likely model of one or many cohorts.

    Args:
        cohorts: Each the customers at the start and after every renewal seen so far; cohorts may differ in age.

    Raises:
        BadData: A cohort grows, has no renewal, or none lost anybody.
    """
    longest = max((len(cohort) for cohort in cohorts), default=0) - 1
    lost, kept = np.zeros(max(longest, 1)), np.zeros(max(longest, 1))
    for cohort in cohorts:
        survivors = np.asarray(cohort, dtype=np.float64)
        leaving = -np.diff(survivors)
        if not leaving.size or (leaving < 0).any():
            raise BadData(
                f"A cohort counted {list(cohort)}.",
                where="cohorts",
                fix="give numbers that fall from renewal to renewal",
            )
        lost[: leaving.size] += leaving
        kept[leaving.size - 1] += survivors[-1]
    return fit(lost, kept)


def survival(alpha: ArrayLike, beta: ArrayLike, renewals: ArrayLike) -> Floats:
    """
    S(t) = B(alpha, beta + t) / B(alpha, beta).
    """
    weight, other = np.asarray(alpha, dtype=np.float64), np.asarray(beta, dtype=np.float64)
    return np.asarray(np.exp(betaln(weight, other + np.asarray(renewals)) - betaln(weight, other)))


def discounted_lifetime(
    model: Retention, monthly_discount: float, survived: int = 0, horizon: int | None = None
) -> float:
    """
    Payments to be expected of a customer, the one due now included, each discounted to today [payments].

    Args:
        model: The fitted model.
        monthly_discount: Interest per renewal period [fraction].
        survived: Renewals behind him.
        horizon: Payments to look ahead; None for all there will ever be.

    Raises:
        WrongUse: Without a horizon and without interest the sum may have no end.
    """
    factor = 1 / (1 + monthly_discount)
    if horizon is not None:
        ahead = np.arange(horizon)
        return float((survival(model.alpha, model.beta + survived, ahead) * factor**ahead).sum())
    if monthly_discount <= 0:
        raise WrongUse(
            f"The discount was {monthly_discount} for a lifetime without an end.",
            where="monthly_discount",
            fix="give a discount above zero, or a horizon",
        )
    stays = model.beta + survived
    return float(hyp2f1(1, stays, model.alpha + stays, factor))


def _counts(lost: ArrayLike, kept: ArrayLike) -> tuple[Floats, Floats]:
    gone, here = np.atleast_1d(np.asarray(lost, dtype=np.float64)), np.atleast_1d(np.asarray(kept, dtype=np.float64))
    size = max(gone.size, here.size)
    return np.pad(gone, (0, size - gone.size)), np.pad(here, (0, size - here.size))


def _likelihood(parameters: Floats, lost: Floats, kept: Floats, times: NDArray[np.int64]) -> tuple[float, Floats]:
    alpha, beta = parameters
    whole = betaln(alpha, beta)
    left = betaln(alpha + 1, beta + times - 1) - whole
    stayed = betaln(alpha, beta + times) - whole
    value = float(lost @ left + kept @ stayed)
    base = digamma(alpha + beta)
    along_sum = digamma(alpha + beta + times)
    by_alpha = lost @ (digamma(alpha + 1) - along_sum - digamma(alpha) + base) + kept @ (base - along_sum)
    by_beta = lost @ (digamma(beta + times - 1) - along_sum - digamma(beta) + base)
    by_beta += kept @ (digamma(beta + times) - along_sum - digamma(beta) + base)
    return value, np.array([by_alpha, by_beta])
