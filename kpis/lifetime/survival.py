"""
Survival without a model: what share of customers was seen to stay for how long (Kaplan-Meier).

Customers who are still there count for as long as they were watched and then step out of the reckoning.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from kpis.lifetime.likelihood import Floats


@dataclass(frozen=True)
class Curve:
    """
    One entry per duration at which somebody left.

    Args:
        time: The duration.
        at_risk: Customers that had been watched for so long and were still there.
        lost: Those of them that left then.
        survival: Share of customers that stays longer.
        low: Lower end of its interval (Greenwood's variance, on the log-minus-log scale so that it stays in 0 to 1).
        high: Upper end.
    """

    time: Floats
    at_risk: Floats
    lost: Floats
    survival: Floats
    low: Floats
    high: Floats

    def at(self, durations: ArrayLike) -> Floats:
        """
        The share that stays longer than each duration.
        """
        steps = np.concatenate([[1.0], self.survival])
        return np.asarray(steps[np.searchsorted(self.time, np.asarray(durations, dtype=np.float64), side="right")])

    def median(self) -> float | None:
        """
        The first duration that no more than half outlast; None while more than half are still there.
        """
        reached = np.flatnonzero(self.survival <= 0.5)
        return float(self.time[reached[0]]) if reached.size else None


def kaplan_meier(durations: ArrayLike, ended: ArrayLike, level: float = 0.95) -> Curve:
    """
    The survival curve of customers some of whom are still there.

    Args:
        durations: How long each was seen; one who leaves at 3 is lost at 3, one still there at 3 outlasted it.
        ended: True for those that left.
        level: Width of the interval [fraction].
    """
    length, gone = np.asarray(durations, dtype=np.float64), np.asarray(ended, dtype=bool)
    time, lost = np.unique(length[gone], return_counts=True)
    at_risk = length.size - np.searchsorted(np.sort(length), time, side="left")
    survival: Floats = np.cumprod(1 - lost / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(lost / (at_risk * (at_risk - lost)))
        inner = np.log(-np.log(survival))
        wide = ndtri((1 + level) / 2) * np.sqrt(greenwood) / np.abs(np.log(survival))
        low, high = np.exp(-np.exp(inner + wide)), np.exp(-np.exp(inner - wide))
    # Where all have left the curve stands at 0 and the variance has no value.
    dead = survival <= 0
    return Curve(
        time, at_risk.astype(float), lost.astype(float), survival, np.where(dead, 0, low), np.where(dead, 0, high)
    )
