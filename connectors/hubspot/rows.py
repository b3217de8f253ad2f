"""
HubSpot's JSON answers to raw rows: Arrow from the bytes on, no Python object per record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from connectors import pages
from connectors.constants import EMPTY, FALSE, SPACE, TRUE, ZERO, array, positions, scalar
from connectors.contract import Field, RawType, Stream
from connectors.errors import BadData
from connectors.hubspot.streams import HISTORY, PASS, ObjectType

# `paging` stands last in HubSpot's answers, so its cursor is found without reading the records before it.
_SEPARATOR = scalar(";", pa.string())
_TAIL = re.compile(rb'"paging"\s*:\s*\{\s*"next"\s*:\s*(\{[^{}]*\})\s*\}\s*\}\s*$')
_NEXT = pa.struct([("next", pa.struct([("after", pa.string())]))])
_LINK = pa.struct([("results", pa.list_(pa.struct([("id", pa.string())]))), ("paging", _NEXT)])
_VALUE = pa.struct([("value", pa.string()), ("timestamp", pa.string())])
_ASSOCIATED = pa.struct(
    [
        ("from", pa.struct([("id", pa.string())])),
        ("to", pa.list_(pa.struct([("toObjectId", pa.int64())]))),
        ("paging", _NEXT),
    ]
)


def after(body: bytes) -> str | None:
    """
    The cursor to the next page; None on the last.
    """
    found = _TAIL.search(body, max(0, len(body) - 4_000))
    step: dict[str, Any] = orjson.loads(found[1]) if found else (object_of(body).get("paging") or {}).get("next") or {}
    cursor = step.get("after")
    return None if cursor is None else str(cursor)


def total(body: bytes) -> int | None:
    """
    How many records a search found.
    """
    found = re.match(rb'\s*\{\s*"total"\s*:\s*(\d+)', body)
    count = int(found[1]) if found else object_of(body).get("total")
    return count if isinstance(count, int) else None


def object_of(body: bytes) -> dict[str, Any]:
    """
    A short answer as a whole: definitions, settings, never records.

    Raises:
        BadData: It is not a JSON object; a proxy's sign-in page with status 200, for example.
    """
    try:
        read = orjson.loads(body)
    except orjson.JSONDecodeError:
        read = None
    if not isinstance(read, dict):
        raise BadData(
            "An answer with status 200 was not a JSON object.",
            where="hubspot",
            fix="Run again; if it stays so, look for a proxy between this machine and HubSpot.",
        )
    return read


def records(kind: ObjectType, bodies: Sequence[bytes], names: Sequence[str]) -> pa.StructArray:
    """
    The records of some pages as HubSpot nests them.

    Args:
        kind: The object type.
        bodies: Answers of list, search or batch read.
        names: The properties that were asked for.
    """
    shape = [
        ("id", pa.string()),
        ("url", pa.string()),
        ("archived", pa.bool_()),
        ("archivedAt", pa.string()),
        ("properties", pa.struct([(name, pa.string()) for name in names])),
        ("associations", pa.struct([(to, _LINK) for to in kind.links])),
        ("propertiesWithHistory", pa.struct([(kind.history, pa.list_(_VALUE))] if kind.history else [])),
    ]
    return pages.from_json(bodies, "results", pa.struct(shape))


def table(kind: ObjectType, found: pa.StructArray, read_pass: int) -> pa.Table:
    """
    Raw rows, columns as the stream has them; links and history as far as the records carry them.
    """
    count = len(found)
    properties = pc.struct_field(found, "properties")
    given = {field.name for field in properties.type}
    columns: dict[str, pa.Array] = {
        "id": pc.struct_field(found, "id"),
        "url": pc.struct_field(found, "url"),
        "archived": pc.coalesce(pc.struct_field(found, "archived"), FALSE),
        PASS: pa.repeat(scalar(read_pass, pa.int64()), count),
    }
    for to, column in kind.links.items():
        columns[column] = joined_ids(pc.struct_field(found, ["associations", to, "results"]), "id")
    if kind.history:
        columns[HISTORY] = history(pc.struct_field(found, ["propertiesWithHistory", kind.history]))
    for field in kind.properties:
        if field.name in given:
            column = pc.struct_field(properties, field.name)
            columns[field.name] = typed(column, field, f"hubspot.{kind.name}")
    return shaped(kind.stream, columns, count)


def shaped(stream: Stream, columns: Mapping[str, pa.Array], count: int) -> pa.Table:
    """
    A table with exactly the stream's columns; what is not given is null.
    """
    arrays = []
    for field in stream.fields:
        wanted = pages.ARROW[field.type]
        array = columns.get(field.name)
        arrays.append(pa.nulls(count, wanted) if array is None else array.cast(wanted))
    return pa.Table.from_arrays(arrays, names=[field.name for field in stream.fields])


def typed(texts: pa.Array, field: Field, where: str) -> pa.Array:
    """
    Property values, which HubSpot writes as text, in the type of their field; an emptied value is null.

    Raises:
        BadData: A value is not what the field says.
    """
    given = pc.if_else(pc.equal(texts, EMPTY), pa.NULL, texts)
    wanted: Mapping[RawType, pa.DataType] = {"number": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_()}
    if field.type not in wanted:
        return given
    try:
        return given.cast(wanted[field.type])
    except pa.ArrowInvalid as error:
        raise BadData(
            f"A value is not a {field.type}: {error}.",
            where=f"{where}.{field.name}",
            fix=f"Name a {field.type} property in the mapping, or correct the value in HubSpot.",
        ) from error


def joined_ids(lists: pa.ListArray, name: str) -> pa.Array:
    """
    Per record the ids it is associated with, each once (HubSpot lists one per label), lowest first; null for none.
    """
    return _joined(pc.list_parent_indices(lists), pc.struct_field(pc.list_flatten(lists), name), len(lists))


def linked(ids: pa.Array, pairs: pa.Table) -> pa.Array:
    """
    For each id the ids it is paired with, as in `joined_ids`.
    """
    at = pc.index_in(pairs["from"].combine_chunks(), value_set=ids)
    known = pc.is_valid(at)
    return _joined(at.filter(known), pairs["toObjectId"].combine_chunks().filter(known), len(ids))


def _joined(at: pa.Array, ids: pa.Array, count: int) -> pa.Array:
    # By sorting: a table's `group_by` imports pandas.
    pairs = pa.table({"at": at.cast(pa.int64()), "id": ids.cast(pa.int64())})
    pairs = pairs.take(pc.sort_indices(pairs, sort_keys=[("at", "ascending"), ("id", "ascending")]))
    steps = [pc.not_equal(pc.pairwise_diff(pairs[name].combine_chunks()), ZERO) for name in ("at", "id")]
    once = pairs.filter(pc.coalesce(pc.or_(*steps), TRUE))
    records = pc.value_counts(once["at"].combine_chunks())
    texts = _texts(pc.struct_field(records, "counts"), once["id"].combine_chunks().cast(pa.string()))
    return texts.take(pc.index_in(positions(count), value_set=pc.struct_field(records, "values")))


def _texts(lengths: pa.Array, items: pa.Array) -> pa.Array:
    ends = pc.cumulative_sum(lengths.cast(pa.int32()))
    offsets = pa.concat_arrays([array([0], pa.int32()), ends])
    return pc.binary_join(pa.ListArray.from_arrays(offsets, items), _SEPARATOR)


def history(lists: pa.ListArray) -> pa.Array:
    """
    Per record its past values as `<instant> <value>`, newest first as HubSpot gives them; null where it gave none.
    """
    flat = pc.list_flatten(lists)
    stamps, values = (pc.coalesce(pc.struct_field(flat, name), EMPTY) for name in ("timestamp", "value"))
    return joined_texts(lists, pc.binary_join_element_wise(stamps, values, SPACE))


def joined_texts(lists: pa.ListArray, items: pa.Array) -> pa.Array:
    """
    Per list its items joined by `;`; null for a list that is missing or empty.

    Args:
        lists: Says how many items belong to each record.
        items: One text per entry of the flattened lists.
    """
    lengths = pc.coalesce(pc.list_value_length(lists), ZERO)
    texts = _texts(lengths, pc.coalesce(items.cast(pa.string()), EMPTY))
    return pc.if_else(pc.equal(lengths, ZERO), pa.NULL, texts)


def cut_short(found: pa.StructArray, to: str) -> list[str]:
    """
    Records of a list that have more associations than HubSpot put into it.
    """
    more = pc.is_valid(pc.struct_field(found, ["associations", to, "paging", "next", "after"]))
    ids: list[str] = pc.struct_field(found, "id").filter(more).to_pylist()
    return ids


def associated(bodies: Sequence[bytes]) -> tuple[pa.Table, list[dict[str, str]]]:
    """
    Pairs (`from`, `toObjectId`) of an association answer, and the inputs that continue where it was cut.
    """
    found = pages.from_json(bodies, "results", _ASSOCIATED)
    froms = pc.struct_field(found, ["from", "id"])
    lists = pc.struct_field(found, "to")
    pairs = pa.table(
        {
            "from": froms.take(pc.list_parent_indices(lists)),
            "toObjectId": pc.struct_field(pc.list_flatten(lists), "toObjectId"),
        }
    )
    cursors = pc.struct_field(found, ["paging", "next", "after"])
    more = pc.is_valid(cursors)
    continued = zip(froms.filter(more).to_pylist(), cursors.filter(more).to_pylist(), strict=True)
    return pairs, [{"id": id, "after": cursor} for id, cursor in continued]
