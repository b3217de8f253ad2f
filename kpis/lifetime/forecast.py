"""
From plain tables to a lifetime value per account.
"""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from kpis.lifetime import contracts
from kpis.lifetime import orders as repeat
from kpis.lifetime.model import Forecast, Terms


def contractual(
    spans: pa.Table,
    as_of: date,
    margin: float | None = None,
    monthly_discount: float = 0.0,
    horizon_months: int = 36,
    minimum_months: int = 12,
    minimum_accounts: int = 200,
    members: pa.Table | None = None,
) -> Forecast:
    """
    Forecast accounts that pay by subscription.

    Args:
        spans: account_key, starts_on, ends_on (exclusive, null while it runs), mrr in the reporting currency.
        as_of: The last day that counts.
        margin: Gross margin [fraction]; None gives revenue in place of gross profit.
        monthly_discount: Interest per month [fraction].
        horizon_months: How far to look ahead [months].
        minimum_months: History below which nothing is forecast [months].
        minimum_accounts: Accounts below which nothing is forecast.
        members: account_key, member: groups of accounts, such as segments, to forecast with their own intervals.

    Raises:
        WrongUse: A figure lies outside what it can mean.
    """
    terms = Terms(as_of, margin, monthly_discount, horizon_months, minimum_months, minimum_accounts)
    return contracts.forecast(spans, terms, members)


def orders(
    orders: pa.Table,
    as_of: date,
    margin: float | None = None,
    monthly_discount: float = 0.0,
    horizon_months: int = 36,
    minimum_months: int = 12,
    minimum_accounts: int = 200,
    members: pa.Table | None = None,
) -> Forecast:
    """
    Forecast accounts that order without a contract.

    Args:
        orders: account_key, on, amount after refunds, in the reporting currency.
        as_of: The last day that counts.
        margin: Gross margin [fraction]; None gives revenue in place of gross profit.
        monthly_discount: Interest per month [fraction].
        horizon_months: How far to look ahead [months].
        minimum_months: History below which nothing is forecast [months].
        minimum_accounts: Accounts below which nothing is forecast.
        members: account_key, member: groups of accounts, such as segments, to forecast with their own intervals.

    Raises:
        WrongUse: A figure lies outside what it can mean.
    """
    terms = Terms(as_of, margin, monthly_discount, horizon_months, minimum_months, minimum_accounts)
    return repeat.forecast(orders, terms, members)
