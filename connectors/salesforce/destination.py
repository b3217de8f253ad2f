"""
Writes our fields of accounts and campaigns, and the organisation's KPIs as records of a custom object.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from connectors.contract import Context, FieldSpec, Outcome, Update, Value
from connectors.errors import PermissionMissing
from connectors.salesforce import outcomes
from connectors.salesforce.client import Client
from connectors.salesforce.describe import Seen, describe
from connectors.salesforce.fields import KEY, SOBJECTS, api_name, inward, long_id, outward, quoted
from connectors.salesforce.preparation import Preparation
from connectors.salesforce.refusals import VENDOR
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.writing import CALL_ROWS, COLLECTED, JOB_ROWS, Row, Writer

# Salesforce takes request line and headers of 16,384 bytes together.
LONGEST_LIST = 11_000
PAGE = 2000
JOB_CALLS = 7  # create, upload, close, two looks at its state, two lists of results


class SalesforceDestination:
    """
    Fields of one organisation.
    """

    def __init__(self, settings: SalesforceSettings, context: Context) -> None:
        self.settings = settings
        self.client = Client(settings, context)
        self._described: dict[str, Mapping[str, Seen] | None] = {}

    def objects(self) -> Sequence[str]:
        return (*SOBJECTS, "organisation")

    def missing(self, specs: Sequence[FieldSpec]) -> Sequence[str]:
        return self._preparation(specs).missing()

    def prepare(self, specs: Sequence[FieldSpec]) -> Sequence[str]:
        return self._preparation(specs).create()

    def current(self, object: str, ids: Sequence[str], names: Sequence[str]) -> Mapping[str, Mapping[str, Value]]:
        seen = self._seen(object)
        if seen is None or not ids:
            return {}
        shown = {name: self._name(object, name) for name in names}
        shown = {name: field for name, field in shown.items() if field in seen}
        key = self._key(object)
        asked = {self._identity(object, id): id for id in ids}
        found: dict[str, Mapping[str, Value]] = {}
        for record in self._records(object, key, list(asked), list(shown.values())):
            id = asked.get(str(record[key]))
            if id is not None:
                found[id] = {name: inward(record.get(field), seen[field]) for name, field in shown.items()}
        return found

    def apply(self, object: str, updates: Sequence[Update]) -> list[Outcome]:
        results: list[Outcome | None] = [None] * len(updates)
        rows: list[Row] = []
        seen = self._writable(object, {name for update in updates for name in update.values})
        for index, update in enumerate(updates):
            fields = {self._name(object, name): value for name, value in update.values.items()}
            try:
                values = {name: outward(value, seen[name]) for name, value in fields.items()}
            except ValueError as error:
                results[index] = outcomes.rejected(update.id, "INVALID_VALUE", str(error))
                continue
            if values:
                rows.append(Row(index, update.id, self._identity(object, update.id), values))
            else:
                results[index] = Outcome(update.id, "unchanged")
        writer = Writer(self.client, self._sobject(object), self._key(object), seen)
        for index, outcome in writer.write(rows).items():
            results[index] = outcome
        return [result or outcomes.unknown(update.id) for result, update in zip(results, updates, strict=True)]

    def calls(self, changes: Mapping[str, int]) -> int:
        total = 0
        for rows in changes.values():
            if rows <= COLLECTED:
                total += math.ceil(rows / CALL_ROWS)
            else:
                total += math.ceil(rows / JOB_ROWS) * JOB_CALLS
        return total

    def close(self) -> None:
        self.client.close()

    # Names

    def _sobject(self, object: str) -> str:
        return SOBJECTS.get(object) or self.settings.kpi_object

    def _key(self, object: str) -> str:
        return KEY if object == "organisation" else "Id"

    def _identity(self, object: str, id: str) -> str:
        return id if object == "organisation" else long_id(id)

    def _name(self, object: str, name: str) -> str:
        return api_name(object, name, self.settings.field_prefix)

    # What stands there

    def _seen(self, object: str) -> Mapping[str, Seen] | None:
        sobject = self._sobject(object)
        if sobject not in self._described:
            self._described[sobject] = describe(self.client, sobject)
        return self._described[sobject]

    def _writable(self, object: str, names: set[str]) -> Mapping[str, Seen]:
        seen = self._seen(object)
        sobject = self._sobject(object)
        wanted = sorted(self._name(object, name) for name in names)
        if object == "organisation":
            wanted.append(KEY)
        closed = [name for name in wanted if seen is None or name not in seen or not seen[name].updateable]
        if closed:
            raise PermissionMissing(
                f"{VENDOR} does not let the integration user write {', '.join(closed)} of {sobject}.",
                where=f"salesforce.{sobject}.{closed[0]}",
                fix=f"Let Noria create the fields, or assign the permission set {self.settings.permission_set} to the"
                " integration user.",
            )
        assert seen is not None
        return seen

    def _preparation(self, specs: Sequence[FieldSpec]) -> Preparation:
        return Preparation(self.client, self.settings, specs, self._described)

    def _records(self, object: str, key: str, ids: list[str], fields: list[str]) -> Iterator[dict[str, Any]]:
        sobject = self._sobject(object)
        what = f"reading what stands in {sobject}"
        soql = f"SELECT {', '.join([key, *fields])} FROM {sobject}"  # noqa: S608 - names from describe
        lists = list(_lists(ids))
        if len(lists) > 2:
            # For most of the records one scan of the object takes fewer requests than asking by id.
            page = self.client.json("GET", "query/", what=what, params={"q": soql})
            if math.ceil(page["totalSize"] / PAGE) <= len(lists):
                yield from page["records"]
                while page.get("nextRecordsUrl"):
                    page = self.client.json("GET", page["nextRecordsUrl"], what=what)
                    yield from page["records"]
                return
        for chunk in lists:
            yield from self.client.select(f"{soql} WHERE {key} IN ({quoted(chunk)})", what=what)


def _lists(ids: list[str]) -> Iterator[list[str]]:
    """
    Ids in lists that fit into a request line.
    """
    chunk: list[str] = []
    length = 0
    for id in ids:
        size = len(quote(quoted([id]))) + 6  # with the comma and space before it
        if chunk and length + size > LONGEST_LIST:
            yield chunk
            chunk, length = [], 0
        chunk.append(id)
        length += size
    if chunk:
        yield chunk
