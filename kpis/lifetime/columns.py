"""
Arrow tables as numpy columns, and the arithmetic of dates and months on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kpis.lifetime.likelihood import Floats

Days = NDArray[np.datetime64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Accounts:
    """
    The accounts of a table, each row naming one by its number.

    Args:
        keys: The account keys.
        of_row: The number of each row's account.
    """

    keys: pa.Array
    of_row: Numbers

    def totals(self, amounts: Floats) -> Floats:
        """
        The amounts of the rows summed by account.
        """
        return np.bincount(self.of_row, weights=amounts, minlength=len(self.keys)).astype(np.float64)


def accounts(column: pa.ChunkedArray) -> Accounts:
    """
    Number the accounts of a column without nulls.
    """
    encoded = pc.dictionary_encode(column.cast(pa.string()).combine_chunks())
    # Numbered by key: the order of the rows, which no query promises, must not decide which chance an account meets.
    order = pc.sort_indices(encoded.dictionary).to_numpy(zero_copy_only=False)
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.arange(order.size)
    return Accounts(encoded.dictionary.take(order), place[encoded.indices.to_numpy(zero_copy_only=False)])


def days(column: pa.ChunkedArray) -> Days:
    """
    Dates as days; null becomes NaT.
    """
    return np.asarray(column.cast(pa.date32()).to_numpy(), dtype="datetime64[D]")


def money(column: pa.ChunkedArray) -> Floats:
    """
    Amounts as floats; null becomes NaN.
    """
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def whole_months(start: Days, end: Days | np.datetime64) -> Numbers:
    """
    Months completed between two days; a month that begins on the 31st ends on the last day of a shorter one.
    """
    first, last = start.astype("datetime64[M]"), np.asarray(end).astype("datetime64[M]")
    apart = (last - first).astype(np.int64)
    return np.asarray(apart - (plus_months(start, apart) > end))


def plus_months(start: Days, months: Numbers) -> Days:
    """
    The same day of a later month, or its last one.
    """
    month = start.astype("datetime64[M]")
    day = start - month.astype("datetime64[D]")
    target = month + months.astype("timedelta64[M]")
    last = (target + np.timedelta64(1, "M")).astype("datetime64[D]") - target.astype("datetime64[D]")
    return np.asarray(target.astype("datetime64[D]") + np.minimum(day, last - np.timedelta64(1, "D")))


def months_before(day: date, months: int) -> date:
    """
    The same day of an earlier month, or its last one.
    """
    moved = plus_months(np.array([day], dtype="datetime64[D]"), np.array([-months]))
    found: date = moved[0].item()
    return found
