"""
A rate per month as a rate per year, and back: what is left shrinks month by month, so twelve months never add up.
"""

from __future__ import annotations

from connectors.errors import WrongUse

_MONTHS = 12


def annual_from_monthly(rate: float) -> float:
    """
    The share lost in a year at a given monthly rate.

    Args:
        rate: Share lost per month [fraction].

    Returns:
        Share lost per year [fraction].

    Raises:
        WrongUse: The rate is no fraction between 0 and 1.
    """
    return 1 - (1 - _fraction(rate)) ** _MONTHS


def monthly_from_annual(rate: float) -> float:
    """
    The share lost each month that makes up a given annual rate.

    Args:
        rate: Share lost per year [fraction].

    Returns:
        Share lost per month [fraction].

    Raises:
        WrongUse: The rate is no fraction between 0 and 1.
    """
    return float(1 - (1 - _fraction(rate)) ** (1 / _MONTHS))


def _fraction(rate: float) -> float:
    if not 0 <= rate <= 1:
        raise WrongUse(f"The rate was {rate}.", where="rate", fix="give a fraction between 0 and 1, 0.05 for 5 %")
    return rate
