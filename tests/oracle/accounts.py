"""
What the fields of one account should hold.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from tests.oracle.book import Book
from tests.oracle.figures import Period


class Accounts:
    """
    Each live account's numbers on the day asked for: all its deals and bills, and what it pays on that day.
    """

    def __init__(self, book: Book, as_of: date) -> None:
        self.book = book
        won = book.deals[book.deals["is_won"]]
        billed = book.revenue[book.revenue["kind"] != "renewal"]
        orders = billed[~billed["is_refund"]].groupby("account").size()
        opened = book.deals[~book.deals["is_closed"]]
        self.sums: dict[str, pd.Series[Any]] = {
            "mrr": Period(book, pd.Period(as_of, "M"), as_of).mrr_of(as_of),
            "won_revenue": won.groupby("account")["amount"].sum(),
            "average_ticket": billed.groupby("account")["amount"].sum() / orders,
            "open_pipeline_amount": opened.groupby("account")["amount"].sum(),
        }

    def figures(self, vendor: str, field: str) -> dict[str, float | None]:
        """
        Record id -> the number; none where the account has nothing of it.
        """
        found: dict[str, float | None] = {}
        for record in self.book.live_accounts:
            if record[0] == vendor:
                value = self.sums[field].get(self.book.account_keys.of(record))
                found[record[2]] = None if value is None else float(value)
        return found
