"""
Markov attribution: a channel is worth the conversions that would be lost without it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from kpis.attribution.chain import Chain, shared
from kpis.attribution.journeys import Journey

NO_UNCONVERTED_PATHS = "no_unconverted_paths"


@dataclass(frozen=True)
class Markov:
    """
    What the journeys say of each channel.

    Args:
        conversion_probability: How likely a journey converts [0 to 1]; None without journeys.
        removal_effect: Channel -> share of the conversions that would be lost without it [0 to 1].
        share: Channel -> its share of the conversions, the removal effects scaled to 1; empty without conversions.
        conversions: How many conversions there are to share out.
        unattributed: Conversions of journeys without any channel; they are not among `conversions`.
        warning: `no_unconverted_paths` where every journey converted: then only presence is measured.
    """

    conversion_probability: float | None
    removal_effect: dict[str, float]
    share: dict[str, float]
    conversions: float
    unattributed: float = 0.0
    warning: str | None = None

    @property
    def credits(self) -> dict[str, float]:
        """
        Channel -> its conversions.
        """
        return {state: share * self.conversions for state, share in self.share.items()}


def markov(journeys: Iterable[Journey]) -> Markov:
    """
    Fit a chain of order one to all journeys, converted or not, and remove each channel in turn.

    Args:
        journeys: The paths with how often they were walked; those without a channel say nothing of any.

    Returns:
        Exact figures, by linear algebra and not by simulation.
    """
    given = [journey for journey in journeys if journey.conversions + journey.nulls > 0]
    walked = [journey for journey in given if journey.path]
    unattributed = sum(journey.conversions for journey in given if not journey.path)
    states = sorted({state for journey in walked for state in journey.path})
    if not states:
        return Markov(None, {}, {}, 0.0, unattributed)
    place = {state: number for number, state in enumerate(states)}
    size = len(states)
    chain = Chain(np.zeros(size), np.zeros((size, size)), np.zeros(size), np.zeros(size))
    for journey in walked:
        times = journey.conversions + journey.nulls
        chain.starts[place[journey.path[0]]] += times
        for before, after in pairwise(journey.path):
            chain.moves[place[before], place[after]] += times
        chain.conversions[place[journey.path[-1]]] += journey.conversions
        chain.nulls[place[journey.path[-1]]] += journey.nulls
    probability, removal = chain.solve()
    conversions = sum(journey.conversions for journey in walked)
    split = shared(removal)
    return Markov(
        probability,
        dict(zip(states, removal.tolist(), strict=True)),
        dict(zip(states, split.tolist(), strict=True)) if conversions > 0 else {},
        conversions,
        unattributed,
        NO_UNCONVERTED_PATHS if not any(journey.nulls for journey in walked) else None,
    )
