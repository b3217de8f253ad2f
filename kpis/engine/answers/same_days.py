"""
The running period beside earlier ones as they stood after as many days.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_KEY = ("kpi", "dimension", "member_id")
_BETWEEN = "\x1f"


def beside(now: pa.Table, before: pa.Table, year: pa.Table) -> pa.Table:
    """
    Answers with those of earlier days as what was before.

    Args:
        now: Answers about one period.
        before: The same about the period before.
        year: The same about a year before.
    """
    for name, earlier in (("previous", before), ("year_before", year)):
        place = pc.index_in(_keys(now), value_set=_keys(earlier))
        values = earlier["value"].combine_chunks().take(place)
        now = now.set_column(now.schema.get_field_index(name), name, values)
    return now


def _keys(answers: pa.Table) -> pa.Array:
    keys = pc.binary_join_element_wise(*(answers[name] for name in _KEY), _BETWEEN)
    return keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys
