"""
Intervals by playing the future of every account many times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kpis.lifetime.columns import Numbers
from kpis.lifetime.likelihood import Floats
from kpis.lifetime.model import Terms

SEED = 20_051
# Accounts played at once: bounds the memory at any number of accounts.
_BLOCK = 20_000

# Accounts, number of the draw, source of chance -> one value per account.
Play = Callable[[slice, int, np.random.Generator], Floats]


@dataclass(frozen=True)
class Played:
    """
    The ends of the intervals.

    Args:
        low: Of each account.
        high: Of each account.
        groups: Low and high of each group of accounts.
        total: Low and high of all together.
    """

    low: Floats
    high: Floats
    groups: tuple[Floats, Floats]
    total: tuple[float, float]


def play(group: Numbers, groups: int, future: Play, terms: Terms) -> Played:
    """
    The intervals of each account, of each group of them, and of all together.

    Args:
        group: The group of each account.
        groups: How many groups there are.
        future: Plays one future of some accounts under one draw of the parameters.
        terms: How many draws and how wide the interval.
    """
    accounts = group.size
    ends = ((1 - terms.level) / 2, (1 + terms.level) / 2)
    low, high, totals = np.zeros(accounts), np.zeros(accounts), np.zeros((terms.draws, groups))
    for first in range(0, accounts, _BLOCK):
        rows = slice(first, min(first + _BLOCK, accounts))
        random = np.random.default_rng((SEED, first))
        played = np.stack([future(rows, draw, random) for draw in range(terms.draws)])
        low[rows], high[rows] = np.quantile(played, ends, axis=0)
        for draw in range(terms.draws):
            totals[draw] += np.bincount(group[rows], weights=played[draw], minlength=groups)
    lowest, highest = np.quantile(totals.sum(axis=1), ends)
    each = np.quantile(totals, ends, axis=0)
    return Played(low, high, (each[0], each[1]), (float(lowest), float(highest)))


def draw_random() -> np.random.Generator:
    """
    The source of chance for the parameters: the same in every run, so that a forecast can be repeated.
    """
    return np.random.default_rng(SEED)
