"""
What a forecast is asked for and what it answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from connectors.errors import WrongUse

# A week is the unit of order models, a mean month that of everything people read.
DAYS_PER_WEEK, DAYS_PER_MONTH = 7.0, 365.25 / 12
VALUES = pa.schema(
    [
        ("account_key", pa.string()),
        ("historic", pa.float64()),
        ("expected", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Terms:
    """
    What every forecast has to know besides the records.

    Args:
        as_of: The last day that counts.
        margin: Gross margin [fraction]; None gives revenue in place of gross profit.
        monthly_discount: Interest per month [fraction].
        horizon_months: How far to look ahead [months].
        minimum_months: History below which nothing is forecast [months].
        minimum_accounts: Accounts below which nothing is forecast.
        level: Width of the intervals [fraction].
        draws: Futures played for the intervals.

    Raises:
        WrongUse: A figure lies outside what it can mean.
    """

    as_of: date
    margin: float | None = None
    monthly_discount: float = 0.0
    horizon_months: int = 36
    minimum_months: int = 12
    minimum_accounts: int = 200
    level: float = 0.95
    draws: int = 200

    def __post_init__(self) -> None:
        for name, value, is_fine, fix in (
            ("margin", self.margin, self.margin is None or self.margin <= 1, "give a fraction, 0.8 for 80 %"),
            ("monthly_discount", self.monthly_discount, 0 <= self.monthly_discount < 1, "give a fraction such as 0.01"),
            ("horizon_months", self.horizon_months, 1 <= self.horizon_months <= 600, "give 1 to 600 months"),
            ("level", self.level, 0 < self.level < 1, "give a fraction such as 0.95"),
            ("draws", self.draws, self.draws >= 20, "give at least 20"),
        ):
            if not is_fine:
                raise WrongUse(f"The {name} of a forecast was {value}.", where=f"kpis.lifetime.{name}", fix=fix)

    @property
    def share(self) -> float:
        """
        What is kept of each unit of revenue.
        """
        return 1.0 if self.margin is None else self.margin


@dataclass(frozen=True)
class Estimate:
    """
    A figure with the interval that it will lie in.
    """

    expected: float
    low: float
    high: float


@dataclass(frozen=True)
class Holdout:
    """
    A forecast made as of an earlier day and held against what came.

    Args:
        as_of: That day.
        months: Until the present one [months].
        predicted: Revenue forecast of the accounts known by then [money].
        actual: Revenue that came from them [money].
    """

    as_of: date
    months: int
    predicted: float
    actual: float

    @property
    def error(self) -> float | None:
        """
        How far the forecast was off, as a share of what came; above zero it promised too much.
        """
        return (self.predicted - self.actual) / self.actual if self.actual > 0 else None


@dataclass(frozen=True)
class Forecast:
    """
    Lifetime value per account.

    Args:
        model: `shifted_beta_geometric` or `bg_nbd_gamma_gamma`.
        terms: What was asked.
        values: One row per account that ever was a customer: account_key; historic, its value until as_of; expected,
            low and high, its value after as_of within the horizon, null where there is a reason [money]. Gross profit,
            or revenue without a margin.
        accounts: How many the forecast could draw on.
        history_months: Whole months since the first of them.
        total: All accounts together; its interval is narrower than the sum of theirs.
        groups: Where asked for: member, accounts, historic, expected, low, high.
        new_account: Value to be expected of a customer won today, within the horizon [money].
        parameters: The model's own, by name.
        holdout: How the same model did on the latest part of the history.
        curve: Contracts only: renewals, at_risk, observed share that stayed, low, high, and the model's share.
        flags: `frequency_value_correlated`: orders of frequent buyers differ in value, which the model rules out;
            `low_sample`: fewer than thirty accounts left, or ordered again.
        left_out: Rows that could not mean anything: no account, no date, an end before the start, negative money.
        reason: Why there is no forecast: `insufficient_history` or `non_positive_margin`.
    """

    model: str
    terms: Terms
    values: pa.Table
    accounts: int
    history_months: int
    total: Estimate | None = None
    groups: pa.Table | None = None
    new_account: float | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)
    holdout: Holdout | None = None
    curve: pa.Table | None = None
    flags: tuple[str, ...] = ()
    left_out: int = 0
    reason: str | None = None

    @property
    def holdout_error(self) -> float | None:
        """
        Relative error of the total over the months held out [fraction].
        """
        return self.holdout.error if self.holdout else None

    @property
    def basis(self) -> str:
        """
        What the values are: `gross_profit` or `revenue`.
        """
        return "revenue" if self.terms.margin is None else "gross_profit"
