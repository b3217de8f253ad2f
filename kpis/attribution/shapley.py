"""
Shapley attribution: what a channel adds to a set of channels, averaged over every order of joining it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import factorial

import numpy as np

from connectors.errors import UserError
from kpis.attribution.journeys import Journey

MOST_PLAYERS = 12


@dataclass(frozen=True)
class Shapley:
    """
    What each channel is worth.

    Args:
        credits: Channel -> its conversions.
        conversions: How many conversions were shared out.
        unattributed: Conversions of journeys without any channel; they are not among `conversions`.
    """

    credits: dict[str, float]
    conversions: float
    unattributed: float = 0.0

    @property
    def share(self) -> dict[str, float]:
        """
        Channel -> its share of the conversions; empty without conversions.
        """
        if self.conversions <= 0:
            return {}
        return {state: credit / self.conversions for state, credit in self.credits.items()}


def shapley(journeys: Iterable[Journey]) -> Shapley:
    """
    The Shapley value where a set of channels is worth the conversions of the journeys that lie wholly in it.

    Of such a game the value has a closed form, for any number of channels: each conversion is shared equally by the
    distinct channels of its journey.

    Args:
        journeys: The paths with how often they converted; those that did not change nothing.

    Returns:
        Every channel seen, also those that no converting journey touched, with 0.
    """
    credits: dict[str, float] = {}
    conversions = unattributed = 0.0
    for journey in journeys:
        distinct = sorted(set(journey.path))
        if not distinct:
            unattributed += journey.conversions
            continue
        conversions += journey.conversions
        for state in distinct:
            credits[state] = credits.get(state, 0.0) + journey.conversions / len(distinct)
    return Shapley(dict(sorted(credits.items())), conversions, unattributed)


def shapley_of_worth(worth: Mapping[Collection[str], float]) -> dict[str, float]:
    """
    The Shapley value of any game, from the worth of every set of players.

    Args:
        worth: Set of players -> what they are worth together; the empty set may be left out and is then worth 0.

    Returns:
        Player -> value; the values add up to the worth of all players less that of none.

    Raises:
        UserError: There are more than 12 players, or a set has no worth or two.
    """
    players = sorted({player for members in worth for player in members})
    size = len(players)
    if size > MOST_PLAYERS:
        raise UserError(
            f"A table of worth had {size} players.",
            where="kpis.attribution.shapley_of_worth",
            fix=f"keep to {MOST_PLAYERS} players, or share out journeys with shapley()",
        )
    bit = {player: 1 << number for number, player in enumerate(players)}
    table = np.full(1 << size, np.nan)
    table[0] = 0.0
    for members, value in worth.items():
        mask = sum(bit[player] for player in set(members))
        if mask and not np.isnan(table[mask]):
            raise _unclear(f"The set {'+'.join(sorted(members))} had two worths.")
        table[mask] = value
    if np.isnan(table).any():
        missing = int(np.flatnonzero(np.isnan(table))[0])
        raise _unclear(f"The set {'+'.join(p for p in players if bit[p] & missing)} had no worth.")
    sets = np.arange(1 << size)
    members_of = np.array([int(mask).bit_count() for mask in sets])
    chance = np.array([factorial(k) * factorial(size - k - 1) / factorial(size) for k in range(size)])
    values = {}
    for player in players:
        without = sets[(sets & bit[player]) == 0]
        added = table[without | bit[player]] - table[without]
        values[player] = float(chance[members_of[without]] @ added)
    return values


def _unclear(what: str) -> UserError:
    return UserError(what, where="kpis.attribution.shapley_of_worth", fix="give each set of players one worth")
