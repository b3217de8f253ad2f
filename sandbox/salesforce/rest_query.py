"""
REST queries: pages of records, and cursors that wait for the next page.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from sandbox.salesforce.answers import Refusal, json
from sandbox.salesforce.call import Call, Handler
from sandbox.salesforce.query import Catalogue, Result, run
from sandbox.salesforce.store import Store

MOST_PER_PAGE = 2000
_OPEN_CURSORS = 100
_BATCH_SIZE = re.compile(r"batchSize\s*=\s*(\d+)", re.I)


@dataclass
class _Cursor:
    result: Result
    size: int


class Queries:
    """
    `query`, `queryAll` and the pages that follow.

    Args:
        catalogue: What is asked; records, or the Tooling API's definitions.
        store: Gives cursors their ids.
        prefix: Stands before the paths, e.g. `tooling/`.
    """

    def __init__(self, catalogue: Catalogue, store: Store, prefix: str = "") -> None:
        self._catalogue, self._store, self._prefix = catalogue, store, prefix
        self._cursors: OrderedDict[str, _Cursor] = OrderedDict()
        self.max_batch = MOST_PER_PAGE

    def routes(self) -> list[tuple[str, str, Handler]]:
        return [
            ("GET", f"{self._prefix}(query|queryAll)", self._first),
            ("GET", f"{self._prefix}(?:query|queryAll)/([^/]+)", self._more),
        ]

    def _first(self, call: Call, resource: str) -> Response:
        if "q" not in call.query:
            raise Refusal(400, "MALFORMED_QUERY", "A query string has to be specified")
        result = run(self._catalogue, call.query["q"], deleted=resource.lower() == "queryall")
        self.checked(result)
        size = self._size(call, MOST_PER_PAGE)
        locator = ""
        if len(result.rows) > size:
            locator = self._store.new_id("01g", self._cursors)
            self._cursors[locator] = _Cursor(result, size)
            if len(self._cursors) > _OPEN_CURSORS:
                self._cursors.popitem(last=False)
        return self._page(call, result, locator, 0, size)

    def checked(self, result: Result) -> None:
        """
        A place for what a catalogue refuses once the records are known.
        """

    def _more(self, call: Call, locator: str) -> Response:
        found, _, place = locator.rpartition("-")
        cursor = self._cursors.get(found)
        if cursor is None or not place.isdigit() or int(place) >= len(cursor.result.rows):
            raise Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(call, cursor.result, found, int(place), self._size(call, cursor.size))

    def _size(self, call: Call, otherwise: int) -> int:
        asked = _BATCH_SIZE.search(call.headers.get("sforce-query-options", ""))
        size = min(max(int(asked[1]), 200), MOST_PER_PAGE) if asked else otherwise
        # What is asked for is only a wish: a server may send less.
        return min(size, self.max_batch)

    def _page(self, call: Call, result: Result, locator: str, start: int, size: int) -> Response:
        end = start + size
        done = end >= len(result.rows)
        body: dict[str, Any] = {"totalSize": result.total, "done": done}
        if not done:
            # Follow-up pages of queryAll, too, are named /query/.
            body["nextRecordsUrl"] = f"{call.root}/{self._prefix}query/{locator}-{end}"
        body["records"] = shaped(result, result.rows[start:end], f"{call.root}/{self._prefix}sobjects/")
        return json(body)


def shaped(result: Result, rows: list[tuple[Any, ...]], root: str) -> list[dict[str, Any]]:
    """
    Rows of a result as the records of an answer.

    Args:
        root: Path of the objects; record addresses are built from it.
    """
    if result.aggregate:
        names = ["attributes", *(column.path[0] for column in result.columns)]
        return [dict(zip(names, ({"type": "AggregateResult"}, *row[1:]), strict=True)) for row in rows]
    name = result.entity.name
    url = f"{root}{name}/"
    if not result.relations:
        names = ["attributes", *(column.path[0] for column in result.columns)]
        return [dict(zip(names, ({"type": name, "url": url + row[0]}, *row[1:]), strict=False)) for row in rows]
    return [_nested(result, row, root) for row in rows]


def _nested(result: Result, row: tuple[Any, ...], root: str) -> dict[str, Any]:
    def attributes(kind: str, entity: str, row_id: str) -> dict[str, Any]:
        return {"attributes": {"type": kind, "url": f"{root}{entity}/{row_id}"}}

    name = result.entity.name
    record = attributes(name, name, row[0])
    for place, column in enumerate(result.columns, start=1):
        inside: dict[str, Any] | None = record
        for depth, step in enumerate(column.path[:-1], start=1):
            if inside is None:
                break
            if step not in inside:
                parent = row[result.relations[column.path[:depth]]]
                inside[step] = attributes(*parent) if parent else None
            inside = inside[step]
        if inside is not None:
            inside[column.path[-1]] = row[place]
    return record
