"""
Forecasts of groups of accounts, such as segments: an interval of a sum is not the sum of intervals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpis.lifetime.columns import Numbers
from kpis.lifetime.likelihood import Floats

GROUPS = pa.schema(
    [
        ("member", pa.string()),
        ("accounts", pa.int64()),
        ("historic", pa.float64()),
        ("expected", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Groups:
    """
    Every account in one group.

    Args:
        members: The names; null for accounts that no name was given for.
        of_account: The number of each account's group.
    """

    members: pa.Array
    of_account: Numbers

    def table(self, historic: Floats, expected: Floats, ends: tuple[Floats, Floats]) -> pa.Table:
        """
        One row per group.
        """
        size = len(self.members)
        sums = (np.bincount(self.of_account, weights=each, minlength=size) for each in (historic, expected))
        counts = np.bincount(self.of_account, minlength=size)
        return pa.table([self.members, counts, *sums, *ends], schema=GROUPS).sort_by("member")


def group(keys: pa.Array, members: pa.Table | None) -> Groups:
    """
    The groups of some accounts.

    Args:
        keys: The account keys.
        members: account_key, member: one row per account; None puts all into one group without a name.
    """
    if members is None:
        return Groups(pa.nulls(1, pa.string()), np.zeros(len(keys), dtype=np.int64))
    row = pc.index_in(keys, value_set=members["account_key"].cast(pa.string()))
    names = members["member"].cast(pa.string()).combine_chunks().take(row)
    encoded = pc.dictionary_encode(names, null_encoding="encode")
    return Groups(encoded.dictionary, encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64))
