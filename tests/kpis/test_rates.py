"""
Rates per month and per year.
"""

from __future__ import annotations

import pytest

from connectors.errors import WrongUse
from kpis.rates import annual_from_monthly, monthly_from_annual


def test_a_year_is_twelve_months_of_what_is_left() -> None:
    """
    Half of what is left, twelve times over, leaves one part in 4096.
    """
    assert 1 - 1 / 4096 == annual_from_monthly(0.5)
    assert 0.5 == pytest.approx(monthly_from_annual(1 - 1 / 4096), abs=1e-12)


def test_nothing_and_all_stay_what_they_are() -> None:
    """
    Nothing lost a month is nothing a year, all lost is all lost, both ways.
    """
    for rate in (0.0, 1.0):
        assert rate == annual_from_monthly(rate) == monthly_from_annual(rate)


@pytest.mark.parametrize("rate", [-0.01, 1.01, 5, float("nan")])
def test_a_rate_is_a_fraction(rate: float) -> None:
    """
    A rate typed as 5 for 5 % is refused, as is one that is no number.
    """
    for convert in (annual_from_monthly, monthly_from_annual):
        with pytest.raises(WrongUse, match=r"0\.05 for 5 %"):
            convert(rate)
