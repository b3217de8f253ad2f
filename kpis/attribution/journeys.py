"""
Journeys: what the models that learn from all of them are fed with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Journey:
    """
    A path and how often it was walked.

    Args:
        path: The channels or campaigns in the order of time; empty where nobody knows any.
        conversions: How many of them ended in a conversion; a share of all will do as well.
        nulls: How many of them did not.
    """

    path: Sequence[str]
    conversions: float = 0.0
    nulls: float = 0.0

    def __post_init__(self) -> None:
        if not (0 <= self.conversions < float("inf") and 0 <= self.nulls < float("inf")):
            raise ValueError(f"a journey was walked {self.conversions} and {self.nulls} times")
