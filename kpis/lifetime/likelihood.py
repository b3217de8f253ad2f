"""
Maximum likelihood over positive parameters, and how sure the data make us of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
# Parameters -> log-likelihood, and its slope along each parameter.
Likelihood = Callable[[Floats], tuple[float, Floats]]

# Beyond these the models no longer change shape; within them no special function overflows.
LOWEST, HIGHEST = 1e-4, 1e3
# Where the likelihood is flat the data say next to nothing: a factor of about seven each way stands for that.
_WIDEST = 2.0
_STEP = 1e-4


@dataclass(frozen=True)
class Fit:
    """
    The most likely parameters.

    Args:
        parameters: In the order of the model.
        log_likelihood: At these parameters.
        spread: Columns that, weighted by independent standard normals, move the logarithms of the parameters the way
            the likelihood allows.
    """

    parameters: Floats
    log_likelihood: float
    spread: Floats

    def draws(self, count: int, random: np.random.Generator) -> Floats:
        """
        Parameters as likely as the data leave them, one row each.
        """
        moves = random.standard_normal((count, self.parameters.size)) @ self.spread.T
        # Not cut to the bounds of the search: cutting one parameter alone would change what two of them say together.
        return np.asarray(self.parameters * np.exp(moves))


def maximise(likelihood: Likelihood, start: Floats) -> Fit:
    """
    The parameters under which the data are most likely, searched along their logarithms.

    Args:
        likelihood: Log-likelihood and slope.
        start: Where to begin, one value per parameter.
    """

    def down(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        value, slope = likelihood(parameters)
        return -value, -slope * parameters

    bounds = [(np.log(LOWEST), np.log(HIGHEST))] * start.size
    found = minimize(down, np.log(start), jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-13})
    logs = np.asarray(found.x, dtype=np.float64)
    return Fit(np.exp(logs), -float(found.fun), _spread(down, logs))


def _spread(down: Callable[[Floats], tuple[float, Floats]], logs: Floats) -> Floats:
    size = logs.size
    curvature = np.empty((size, size))
    for index in range(size):
        step = np.zeros(size)
        step[index] = _STEP
        curvature[index] = (down(logs + step)[1] - down(logs - step)[1]) / (2 * _STEP)
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
    widths = 1 / np.sqrt(np.maximum(values, 1 / _WIDEST**2))
    return np.asarray(vectors * widths)
