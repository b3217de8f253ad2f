"""
Arrow values from Python's, without pandas.

At the first Python value that it converts, be it the "" in `pc.equal(texts, "")`, pyarrow imports pandas: 45 MB and
half a second, for a pull that needs nothing of it. These values are read as JSON instead, which converts nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

Json = str | int | float | bool | None


def array(values: Iterable[Json], type: pa.DataType) -> pa.Array:
    """
    A short list as an Arrow array.
    """
    lines = b"\n".join(orjson.dumps({"value": value}) for value in values)
    if not lines:
        return pa.nulls(0, type)
    given = pj.ParseOptions(explicit_schema=pa.schema([("value", type)]))
    read = pj.ReadOptions(block_size=len(lines) + 64, use_threads=False)
    return pj.read_json(io.BytesIO(lines), read_options=read, parse_options=given)["value"].combine_chunks()


def scalar(value: Json, type: pa.DataType) -> pa.Scalar:
    """
    One value, to compare with or to put in place of others.
    """
    return array([value], type)[0]


def positions(count: int, start: int = 0, step: int = 1) -> pa.Array:
    """
    0, 1, 2 … for so many rows, or from another start in other steps.
    """
    wide = scalar(step, pa.int64())
    return pc.add(pc.cumulative_sum(pa.repeat(wide, count)), scalar(start - step, pa.int64()))


EMPTY = scalar("", pa.string())
SPACE = scalar(" ", pa.string())
TRUE = scalar(True, pa.bool_())
FALSE = scalar(False, pa.bool_())
ZERO = scalar(0, pa.int64())
