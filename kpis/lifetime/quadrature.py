"""
Means over a Beta distribution, by Gauss's quadrature.
"""

from __future__ import annotations

import numpy as np

from kpis.lifetime.likelihood import Floats

_NODES = 64
# A chance that is zero to the last digit, so that it can be divided by.
_LEAST = 1e-300


def beta_nodes(first: float, second: float) -> tuple[Floats, Floats]:
    """
    Points and weights whose weighted sum of a smooth function is its mean over Beta(first, second).

    Source: Golub and Welsch, Calculation of Gauss Quadrature Rules, 1969, for the Jacobi polynomials.
    """
    left, right = second - 1, first - 1
    order = np.arange(1, _NODES)
    total = 2 * order + left + right
    diagonal = np.empty(_NODES)
    diagonal[0] = (right - left) / (left + right + 2)
    diagonal[1:] = (right**2 - left**2) / (total * (total + 2))
    beside = np.empty(_NODES - 1)
    # At the first order a factor of the general term cancels, and left in it could be 0 / 0.
    beside[0] = 4 * (1 + left) * (1 + right) / ((2 + left + right) ** 2 * (3 + left + right))
    later, sums = order[1:], total[1:]
    beside[1:] = 4 * later * (later + left) * (later + right) * (later + left + right)
    beside[1:] /= sums**2 * (sums + 1) * (sums - 1)
    points, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(np.sqrt(beside), 1) + np.diag(np.sqrt(beside), -1))
    return np.maximum((points + 1) / 2, _LEAST), vectors[0] ** 2
