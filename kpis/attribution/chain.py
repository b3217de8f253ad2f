"""
A Markov chain of order one that ends in a conversion or in nothing, solved exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Chain:
    """
    How often a journey went from where to where.

    Args:
        starts: How many journeys began in each state.
        moves: How many steps led from each state (row) to each (column).
        conversions: How many journeys ended in a conversion after each state.
        nulls: How many journeys ended without one after each state.
    """

    starts: Numbers
    moves: Numbers
    conversions: Numbers
    nulls: Numbers

    def solve(self) -> tuple[float, Numbers]:
        """
        How likely a journey converts, and which share of that is lost without each state.

        Without a state means that whoever would come to it ends in nothing: lost is what would have passed through it,
        the chance of ever getting there times the chance of converting from there. One inversion serves all states.

        Returns:
            The probability of a conversion [0 to 1], and the removal effect of each state [0 to 1].
        """
        leaving = self.moves.sum(axis=1) + self.conversions + self.nulls
        step = np.divide(1.0, leaving, out=np.zeros_like(leaving), where=leaving > 0)
        visits = np.linalg.inv(np.eye(len(leaving)) - self.moves * step[:, None])
        begins = self.starts / self.starts.sum()
        converts = visits @ (self.conversions * step)
        probability = float(begins @ converts)
        reached = (begins @ visits) / np.diag(visits)
        if probability <= 0:
            return 0.0, np.zeros_like(leaving)
        return probability, np.clip(reached * converts / probability, 0.0, 1.0)


def shared(removal: Numbers) -> Numbers:
    """
    Removal effects as shares of their sum; zeros where nothing has an effect.
    """
    total = removal.sum()
    return removal / total if total > 0 else removal
