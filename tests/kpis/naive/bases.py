"""
What the parts about customers share: which accounts, which days, which of them paying.
"""

from __future__ import annotations

import statistics
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from tests.kpis.naive.common import DAY, NONE, Fields, Result, months_before, ratio
from tests.kpis.naive.entities import Naive

# Without subscriptions a won deal keeps its account active for so long.
ACTIVE_DAYS = timedelta(days=365)
# What an account has of its own; every other dimension belongs to events, and its base is all accounts.
ACCOUNT_DIMENSIONS = ("segment", "owner", "channel", "account")


def close_of(naive: Naive, end: date) -> date:
    return min(end, naive.as_of)


def is_running(naive: Naive, start: date, end: date) -> bool:
    return start <= naive.as_of <= end


def months_of(start: date, end: date) -> list[date]:
    """
    The first days of the months of a period, none where it is no month, quarter or year.
    """
    if start.day != 1 or (end + DAY).day != 1:
        return []
    months = [start]
    while months_before(months[-1], -1) <= end:
        months.append(months_before(months[-1], -1))
    return months if len(months) in (1, 3, 12) else []


def member_of(naive: Naive, account: str | None, dimension: str) -> str:
    if account is None:
        return NONE
    if dimension == "account":
        return account
    if dimension == "channel":
        return naive.account_channel(account) or NONE
    return naive.account(account, {"segment": "segment", "owner": "owner_key"}[dimension]) or NONE


def among(naive: Naive, accounts: Iterable[str], dimension: str, member: str) -> set[str]:
    if dimension not in ACCOUNT_DIMENSIONS:
        return set(accounts)
    return {account for account in accounts if member_of(naive, account, dimension) == member}


def stands(row: Fields, day: date) -> bool:
    return bool(row["starts_on"] <= day and (row["ends_on"] is None or day < row["ends_on"]))


def active_at(naive: Naive, day: date) -> set[str]:
    """
    Accounts that pay on a day or, where no source knows subscriptions, whose last won deal is under a year old.
    """
    if naive.offers("subscriptions"):
        return {row["account_key"] for row in naive.subscriptions if stands(row, day)}
    return {
        deal["account"]
        for deal in naive.deals
        if deal["is_won"] and deal["account"] and deal["closed_on"] and deal["closed_on"] <= day
        if day < deal["closed_on"] + ACTIVE_DAYS
    }


def knows_customers(naive: Naive) -> bool:
    return naive.offers("subscriptions") or naive.offers("opportunities")


def account_of(naive: Naive, row: Fields) -> str | None:
    """
    The account of an event: its own, else its person's, else its deal's.
    """
    if row.get("account_key"):
        return str(row["account_key"])
    person = next((p for p in naive.people if p["key"] == row.get("person_key")), None)
    if person and person["account"]:
        return str(person["account"])
    deal = next((d for d in naive.deals if d["key"] == row.get("opportunity_key")), None)
    return str(deal["account"]) if deal and deal["account"] else None


def is_immature(naive: Naive, end: date) -> bool:
    return bool(end + timedelta(days=naive.options["cohort_window_days"]) >= naive.as_of)


def in_window(naive: Naive, since: date | None, until: date | None) -> bool:
    """
    The outcome is known by today and came within the window, in local calendar days.
    """
    if since is None or until is None or until > naive.as_of:
        return False
    return bool((until - since).days <= naive.options["cohort_window_days"])


def typical(naive: Naive, values: list[float], otherwise: str) -> Result:
    if not values:
        return None, "zero_denominator"
    if (naive.options["statistic"] or otherwise) == "median":
        return float(statistics.median(values)), None
    return ratio(sum(values), len(values))


def elapsed_days(since: datetime, until: datetime) -> float:
    return (until - since) / DAY


def share(part: Collection[str], whole: Collection[str]) -> Result:
    return ratio(len(part), len(whole))
