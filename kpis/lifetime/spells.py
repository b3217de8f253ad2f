"""
Subscriptions as spells: the stretches of time in which an account paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kpis.lifetime.columns import Accounts, Days, Numbers, accounts, days, money, plus_months, whole_months
from kpis.lifetime.likelihood import Floats
from kpis.lifetime.model import DAYS_PER_MONTH

_NEVER = np.datetime64("9999-01-01", "D")
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Book:
    """
    Paid subscriptions, one row each.

    Args:
        accounts: The account of each row.
        starts: First paid day.
        ends: First day no longer paid; far away while it runs.
        mrr: [money per month].
        left_out: Rows that could not mean anything.
    """

    accounts: Accounts
    starts: Days
    ends: Days
    mrr: Floats
    left_out: int

    def running(self, day: np.datetime64) -> NDArray[np.bool_]:
        """
        True for the rows that are paid on a day.
        """
        return np.asarray((self.starts <= day) & (self.ends > day))

    def mrr_at(self, day: np.datetime64) -> Floats:
        """
        The MRR of each account on a day.
        """
        return self.accounts.totals(np.where(self.running(day), self.mrr, 0))

    def revenue(self, after: np.datetime64 | None, until: np.datetime64) -> Floats:
        """
        What each account paid after a day (None: ever) until the end of another, by days served.
        """
        begin = self.starts if after is None else np.maximum(self.starts, after + _DAY)
        served = (np.minimum(self.ends, until + _DAY) - begin).astype(np.int64)
        return self.accounts.totals(self.mrr * np.maximum(served, 0) / DAYS_PER_MONTH)


@dataclass(frozen=True)
class Spells:
    """
    One entry per stretch in which an account paid; a gap that no month's close falls into does not break it.

    Args:
        account: Number of the account.
        start: First paid day.
        is_open: Still paying at the close of as_of.
        renewals: Of an open one the renewals behind it; of an ended one that which it did not come to (1 or more).
    """

    account: Numbers
    start: Days
    is_open: NDArray[np.bool_]
    renewals: Numbers

    def counts(self, chosen: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        """
        Of the chosen spells: those lost at renewal 1, 2 …, and those last seen after renewal 1, 2 …
        """
        size = int(self.renewals.max(initial=0)) + 1
        lost = np.bincount(self.renewals[chosen & ~self.is_open], minlength=size)
        kept = np.bincount(self.renewals[chosen & self.is_open], minlength=size)
        return lost[1:].astype(float), kept[1:].astype(float)


def read(spans: pa.Table, as_of: date) -> Book:
    """
    Subscriptions that were paid by as_of.

    Args:
        spans: account_key, starts_on, ends_on (exclusive, null while it runs), mrr.
        as_of: The last day that counts.
    """
    known = pc.and_(spans["account_key"].is_valid(), pc.and_(spans["starts_on"].is_valid(), spans["mrr"].is_valid()))
    table = spans.filter(known)
    starts, ends, mrr = days(table["starts_on"]), days(table["ends_on"]), money(table["mrr"])
    ends = np.where(np.isnat(ends), _NEVER, ends)
    broken = (ends < starts) | (mrr < 0)
    # Free use makes nobody a customer; a span without a day was never served; the future does not count.
    used = ~broken & (mrr > 0) & (ends > starts) & (starts <= np.datetime64(as_of, "D"))
    table = table.filter(pa.array(used))
    left_out = spans.num_rows - len(used) + int(broken.sum())
    return Book(accounts(table["account_key"]), starts[used], ends[used], mrr[used], left_out)


def spells(book: Book, as_of: date) -> Spells:
    """
    The spells of every account as they stood at the close of a day.
    """
    today = np.datetime64(as_of, "D")
    begun = book.starts <= today
    account, starts = book.accounts.of_row[begun], book.starts[begun]
    ends = np.minimum(book.ends[begun], today + _DAY)
    order = np.lexsort((starts, account))
    account, starts, ends = account[order], starts[order], ends[order]
    # Later accounts lie later on one common line, so that a running maximum never reaches from one into the next.
    offset = account * 10_000_000
    reached = np.maximum.accumulate(ends.astype(np.int64) + offset) - offset
    until = reached.astype("datetime64[D]")
    breaks = np.ones(account.size, dtype=bool)
    if account.size:
        gone = (until[:-1] < starts[1:]) & (until[:-1].astype("datetime64[M]") < starts[1:].astype("datetime64[M]"))
        breaks[1:] = (account[1:] != account[:-1]) | gone
    lasts = np.flatnonzero(np.append(breaks[1:], account.size > 0))
    start, end = starts[breaks], until[lasts]
    is_open = end > today
    stayed = whole_months(start, np.where(is_open, today, end))
    finished = stayed + (plus_months(start, stayed) < end)
    return Spells(account[breaks], start, is_open, np.where(is_open, stayed, np.maximum(finished, 1)))
