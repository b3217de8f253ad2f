"""
The company as one book: persons, accounts, deals, subscriptions, costs, sends and visits, each counted once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from tests.oracle.identity import Record, Unions


@dataclass(frozen=True)
class Book:
    """
    Tables with the columns that the figures need; `_on` are local dates, money is in the reporting currency.
    """

    persons: pd.DataFrame
    deals: pd.DataFrame
    visits: pd.DataFrame
    subscriptions: pd.DataFrame
    costs: pd.DataFrame
    sends: pd.DataFrame
    traffic: pd.DataFrame
    customers: pd.Series[Any]
    account_keys: Unions
    live_accounts: list[Record]
    gone_accounts: list[Record]
    campaign_costs: dict[str, float]
    revenue: pd.DataFrame
    usage: pd.DataFrame
    onboardings: pd.DataFrame
    offers: pd.DataFrame
    referrals: pd.DataFrame
    tickets: pd.Series[Any]
    interactions: pd.DataFrame
