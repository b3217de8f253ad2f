"""
When there is too little to forecast from, and what is answered then.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from connectors.errors import BadData
from kpis.lifetime.columns import Days, whole_months
from kpis.lifetime.likelihood import Floats
from kpis.lifetime.model import VALUES, Terms

_SHORTEST, _LONGEST = 3, 12
# Customers that left, or that ordered again, of which a model can be made, and from which on it may be trusted.
_FEWEST, _ENOUGH = 10, 30
LOW_SAMPLE = "low_sample"


def history_months(starts: Days, as_of: date) -> int:
    """
    Whole months since the first of these days; 0 without any.
    """
    return int(whole_months(starts.min(keepdims=True), np.datetime64(as_of, "D"))[0]) if starts.size else 0


def holdout_months(history: int) -> int:
    """
    The latest third of the history is held out, three to twelve months.
    """
    return min(max(history // 3, _SHORTEST), _LONGEST)


def too_little(accounts: int, history: int, terms: Terms) -> str | None:
    """
    The reason for no forecast, if there is one.
    """
    if terms.margin is not None and terms.margin <= 0:
        return "non_positive_margin"
    if accounts < terms.minimum_accounts or history < terms.minimum_months:
        return "insufficient_history"
    return None


def check_events(events: int) -> None:
    """
    Refuse to fit a model to next to nothing.

    Args:
        events: Customers that left, or that ordered again.

    Raises:
        BadData: There are fewer than ten.
    """
    if events < _FEWEST:
        raise BadData(f"Only {events} customers left or came back.", where="kpis.lifetime", fix="wait until more have")


def low_sample(events: int) -> tuple[str, ...]:
    """
    The flag of a model that rests on few customers.
    """
    return (LOW_SAMPLE,) if events < _ENOUGH else ()


def table(keys: pa.Array, historic: Floats, *future: Floats) -> pa.Table:
    """
    The values of a forecast; without a future its columns are null.
    """
    columns = future or [pa.nulls(len(keys), pa.float64())] * 3
    return pa.table([keys, historic, *columns], schema=VALUES).sort_by("account_key")
