"""
Raw answers to Arrow: JSON and CSV bytes become typed columns without one Python object per record.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import orjson
import pyarrow as pa
import pyarrow.json as pj

from connectors.errors import BadData

ARROW: Mapping[str, pa.DataType] = {
    "text": pa.string(),
    "email": pa.string(),
    "instant": pa.string(),
    "date": pa.string(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
}
"""
How a raw field type arrives from JSON; the warehouse casts instants and dates, which vendors write in several ways.
"""


def from_json(bodies: Sequence[bytes], path: str, record: pa.DataType) -> pa.StructArray:
    """
    The records of several JSON answers as one Arrow array.

    Args:
        bodies: Raw answers, each a JSON object with a list of records.
        path: Name of that list: `records`, `results`.
        record: Arrow struct of one record; fields that a record lacks are null, others are passed over.
    Raises:
        BadData: An answer is not JSON, or a value is not of the type that the vendor's own description gives.
    """
    schema = pa.schema([(path, pa.list_(record))])
    joined = b"\n".join(bodies)
    if not joined.strip():
        return pa.nulls(0, record)
    try:
        table = pj.read_json(
            io.BytesIO(joined),
            read_options=pj.ReadOptions(block_size=len(joined) + 64, use_threads=False),
            parse_options=pj.ParseOptions(
                explicit_schema=schema, newlines_in_values=True, unexpected_field_behavior="ignore"
            ),
        )
        lists = table[path].combine_chunks()
    except pa.ArrowInvalid:
        lists = _slowly(bodies, path, record)
    return lists.flatten()


def _slowly(bodies: Sequence[bytes], path: str, record: pa.DataType) -> pa.ListArray:
    # A value of another JSON type than described (a number where text was promised): read record by record and say
    # the same thing in the promised type, rather than lose the page.
    try:
        lists = [[_as(row, record) for row in orjson.loads(body).get(path) or []] for body in bodies]
        return pa.array(lists, type=pa.list_(record))
    except (orjson.JSONDecodeError, AttributeError, ValueError, TypeError, pa.ArrowException) as error:
        raise BadData(
            f"An answer could not be read as records: {error}.",
            where=path,
            fix="Run again; if it stays so, report it with the vendor's object name.",
        ) from error


def _as(value: object, wanted: pa.DataType) -> object:
    if value is None:
        return None
    if pa.types.is_struct(wanted):
        given = value if isinstance(value, dict) else {}
        return {field.name: _as(given.get(field.name), field.type) for field in wanted}
    if pa.types.is_list(wanted):
        return [_as(item, wanted.value_type) for item in value] if isinstance(value, list) else None
    if pa.types.is_string(wanted):
        if isinstance(value, str):
            return value
        return orjson.dumps(value).decode()
    if pa.types.is_floating(wanted):
        return float(value) if isinstance(value, int | float | str) and str(value).strip() else None
    if pa.types.is_integer(wanted):
        return int(float(value)) if isinstance(value, int | float | str) and str(value).strip() else None
    if pa.types.is_boolean(wanted):
        return value if isinstance(value, bool) else str(value).strip().lower() == "true"
    return value


def columns(array: pa.StructArray) -> pa.Table:
    """
    A table with one column per field of the records.
    """
    return pa.Table.from_arrays(array.flatten(), names=[field.name for field in array.type])
