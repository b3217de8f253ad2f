"""
One retention model for all years of customers, and one of its own for each year that behaves differently.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from connectors.errors import BadData
from kpis.lifetime import retention
from kpis.lifetime.columns import Days, Numbers
from kpis.lifetime.likelihood import Floats
from kpis.lifetime.model import Terms
from kpis.lifetime.retention import Retention
from kpis.lifetime.spells import Spells

# 99 % of a chi-square with two degrees of freedom: a year differs only where chance hardly explains it.
_DIFFERENT = 9.21
_YEARS_AHEAD = 2


@dataclass(frozen=True)
class Cohorts:
    """
    Retention by year of start.

    Args:
        common: The model of every year without one of its own.
        own: Year -> its model.
    """

    common: Retention
    own: Mapping[int, Retention]

    def models(self) -> list[Retention]:
        """
        The common model, then those of single years in order.
        """
        return [self.common, *(self.own[year] for year in sorted(self.own))]

    def of(self, starts: Days) -> Numbers:
        """
        Which of the models holds for customers that started on these days.
        """
        started, place = years(starts), {year: index + 1 for index, year in enumerate(sorted(self.own))}
        found = np.zeros(started.size, dtype=np.int64)
        for year, index in place.items():
            found[started == year] = index
        return found

    def parameters(self) -> dict[str, float]:
        """
        Alpha and beta, those of single years with the year in their name.
        """
        named = {"alpha": self.common.alpha, "beta": self.common.beta}
        for year in sorted(self.own):
            named |= {f"alpha_{year}": self.own[year].alpha, f"beta_{year}": self.own[year].beta}
        return named

    def survival(self, starts: Days, renewals: Floats) -> Floats:
        """
        The share of these customers, together, that is there after so many renewals.
        """
        weights = np.bincount(self.of(starts), minlength=len(self.own) + 1)
        curves = np.stack([model.survival(renewals) for model in self.models()])
        return np.asarray(weights @ curves / max(weights.sum(), 1))


def years(starts: Days) -> Numbers:
    """
    The calendar year of each day.
    """
    return np.asarray(starts.astype("datetime64[Y]").astype(np.int64) + 1970)


def fit(spells: Spells, terms: Terms) -> Cohorts:
    """
    Fit all years together, then take out, one after the other, the year that differs most from the rest.

    Only years whose last customer has been watched for twelve months, with as many customers as any forecast needs; and
    as many stay in the rest.

    Raises:
        BadData: Nobody left, or nobody came to a renewal.
    """
    started = years(spells.start)
    rest = np.ones(started.size, dtype=bool)
    common = retention.fit(*spells.counts(rest))
    own: dict[int, Retention] = {}
    watched = [year for year in np.unique(started).tolist() if year + _YEARS_AHEAD <= terms.as_of.year]
    while watched:
        splits = [(year, *_split(spells, rest, started == year, terms)) for year in watched]
        year, alone, others = max(splits, key=lambda split: _likelihood(split[1], split[2]))
        if alone is None or others is None:
            break
        if 2 * (_likelihood(alone, others) - common.fit.log_likelihood) <= _DIFFERENT:
            break
        own[year], common = alone, others
        rest &= started != year
        watched.remove(year)
    return Cohorts(common, own)


def _split(
    spells: Spells, rest: NDArray[np.bool_], chosen: NDArray[np.bool_], terms: Terms
) -> tuple[Retention | None, Retention | None]:
    """
    A year and the others fitted apart, where either has enough customers.
    """
    parts = rest & chosen, rest & ~chosen
    if min(int(part.sum()) for part in parts) < terms.minimum_accounts:
        return None, None
    try:
        return retention.fit(*spells.counts(parts[0])), retention.fit(*spells.counts(parts[1]))
    except BadData:
        return None, None


def _likelihood(alone: Retention | None, others: Retention | None) -> float:
    return alone.fit.log_likelihood + others.fit.log_likelihood if alone and others else -np.inf
