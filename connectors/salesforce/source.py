"""
Reads Salesforce: describe, then one query per object, by REST pages or by a Bulk job, resumable at every batch.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from connectors.contract import Batch, Context, Finding, RowProblem, Stream
from connectors.errors import BadData, PermissionMissing, close_matches
from connectors.pages import ARROW, columns, from_json
from connectors.salesforce import bulk
from connectors.salesforce.client import Client
from connectors.salesforce.describe import describe
from connectors.salesforce.refusals import VENDOR, refusal
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.state import State, finished, query, shape, window
from connectors.salesforce.streams import OPTIONAL_OBJECTS, essential, streams

PAGE = 2000  # Salesforce's largest
PAGES_PER_BATCH = 5
BATCH_BYTES = 12 << 20
BULK_PAGE = 20_000
DESCRIBED_FOR = timedelta(days=1)

_NEXT = re.compile(rb'"nextRecordsUrl"\s*:\s*"([^"]+)"')
_TOTAL = re.compile(rb'"totalSize"\s*:\s*(\d+)')
_TOO_LARGE = ("QUERY_TIMEOUT", "OPERATION_TOO_LARGE")
_LOST = ("INVALID_QUERY_LOCATOR", "NOT_FOUND")


class SalesforceSource:
    """
    Reads one organisation.
    """

    def __init__(self, settings: SalesforceSettings, context: Context) -> None:
        self.settings = settings
        self.context = context
        self.client = Client(settings, context)
        self._streams = streams(settings)
        self._dropped: dict[str, dict[str, str]] = {}
        self._rest_only: set[str] = set()

    def streams(self) -> Sequence[Stream]:
        return self._streams

    def dropped(self, stream: Stream) -> Mapping[str, str]:
        return self._dropped.get(stream.name, {})

    def problems(self) -> Sequence[RowProblem]:
        return ()

    def check(self) -> Iterator[Finding]:
        from connectors.salesforce.check import findings

        zone, currency = self.context.timezone, self.context.currency
        return findings(self.client, self.settings, self._streams, timezone=zone, currency=currency)

    def close(self) -> None:
        self.client.close()

    def read(self, stream: Stream, state: Mapping[str, Any] | None) -> Iterator[Batch]:
        known: State = dict(state or {})
        since = self.settings.since.isoformat() if self.settings.since else None
        if known.setdefault("from", since) != since:
            known = {"from": since, "fields": known.get("fields")}  # another beginning: from there on, once more
        if not self._fresh(stream, known):
            self._describe(stream, known)
        if known["visible"] is None:
            yield _empty(stream, known)
            return
        self._note_dropped(stream, known)
        try:
            yield from self._pull(stream, known)
        except _Again as again:
            # A field went out of sight, or the place in the results was forgotten: once more, from the window's start.
            if again.describe:
                self._describe(stream, known)
                self._note_dropped(stream, known)
            known.pop("pull", None)
            try:
                yield from self._pull(stream, known)
            except _Again as error:
                raise BadData(
                    f"{VENDOR} broke off reading {stream.name} twice ({error}).",
                    where=f"salesforce.{stream.name}",
                    fix="Run again; if it stays so, report it.",
                ) from error

    # What to ask for

    def _fresh(self, stream: Stream, known: State) -> bool:
        described = known.get("described_at")
        if described is None or known.get("shape") != shape(stream):
            return False
        return self.client.now() - datetime.fromisoformat(described) < DESCRIBED_FOR

    def _describe(self, stream: Stream, known: State) -> None:
        seen = describe(self.client, stream.name)
        if seen is None and stream.name not in OPTIONAL_OBJECTS:
            raise PermissionMissing(
                f"{VENDOR} does not show the object {stream.name} to the integration user.",
                where=f"salesforce.{stream.name}",
                fix=f"Grant Read and View All on {stream.name} in a permission set of the integration user (Setup >"
                " Permission Sets > Object Settings); some objects need their feature switched on.",
            )
        if seen is not None:
            self._need_mapped(stream, seen)
        visible = None if seen is None else [field.name for field in stream.fields if field.name in seen]
        cursor = None
        if seen is not None and stream.cursor is not None:
            candidates = (stream.cursor, "SystemModstamp", "LastModifiedDate", "CreatedDate")
            cursor = next((name for name in candidates if name in seen and seen[name].filterable), None)
        has_formula = seen is not None and any(seen[name].calculated for name in visible or () if name.endswith("__c"))
        known.update(visible=visible, cursor=cursor, shape=shape(stream), has_formula=has_formula)
        known["described_at"] = self.client.now().isoformat()
        if visible is not None and not set(visible) <= set(known.get("fields") or visible):
            # A field that came into sight moved no stamp: only a full pull fills it.
            known.pop("high", None)
            known.pop("pull", None)

    def _need_mapped(self, stream: Stream, seen: Collection[str]) -> None:
        for (object, field), setting in essential(self.settings).items():
            if object == stream.name and field not in seen:
                raise PermissionMissing(
                    f"{VENDOR} shows no field {field} of {object} to the integration user.",
                    where=f"connectors.{self.context.name}.mapping.{setting}",
                    fix=f"Correct the API name ({close_matches(field, seen)}), or grant Read on the field in a"
                    " permission set of the integration user.",
                )

    def _note_dropped(self, stream: Stream, known: State) -> None:
        visible = set(known["visible"])
        self._dropped[stream.name] = {
            field.name: "it does not exist or its field-level security hides it from the integration user"
            for field in stream.fields
            if field.required and field.name not in visible
        }

    # Reading

    def _pull(self, stream: Stream, known: State) -> Iterator[Batch]:
        kept = known.get("pull")
        # A snapshot replaces the whole table with its first batch, and a pull that was begun without a field that is
        # wanted by now would leave it empty: neither is resumed in the middle.
        if kept and (stream.snapshot or not set(known["visible"]) <= set(kept["asked"])):
            kept = None
        pull: State = kept or window(stream, known, self.client.now(), self.settings)
        soql = query(stream, known, pull)
        if pull.get("job"):
            yield from self._bulk(stream, known, pull, soql)
            return
        yield from self._rest(stream, known, pull, soql)

    def _rest(self, stream: Stream, known: State, pull: State, soql: str) -> Iterator[Batch]:
        size = self.context.page_size or PAGE
        what = f"reading {stream.name}"
        record = _record(stream, known)
        bodies: list[bytes] = []
        total: int | None = pull.get("total")
        following: str | None = pull.get("next")
        first = following is None
        while True:
            headers = {"Sforce-Query-Options": f"batchSize={size}"}
            if first:
                answer = self.client.send("GET", "queryAll/", what=what, headers=headers, params={"q": soql})
            else:
                assert following is not None
                answer = self.client.send("GET", following, what=what, headers=headers)
            if not answer.ok:
                code, _ = refusal(answer)
                if code == "INVALID_FIELD" or (code in _LOST and not first):
                    raise _Again(code, describe=code == "INVALID_FIELD")
                if code == "INVALID_TYPE" and stream.name in OPTIONAL_OBJECTS:
                    yield _empty(stream, known)
                    return
                if code in _TOO_LARGE and first and self._may_bulk(stream):
                    yield from self._bulk(stream, known, pull, soql)
                    return
                raise self.client.error(answer, what=what, where=f"salesforce.{stream.name}")
            found = _NEXT.search(answer.body)
            following = found[1].decode() if found else None
            if first:
                told = _TOTAL.search(answer.body)
                total = int(told[1]) if told else None
                if following and (total or 0) > self.settings.use_bulk_above and self._may_bulk(stream):
                    yield from self._bulk(stream, known, pull, soql)
                    return
            first = False
            bodies.append(answer.body)
            if following is None:
                break
            if len(bodies) >= PAGES_PER_BATCH or sum(map(len, bodies)) >= BATCH_BYTES:
                pull |= {"next": following, "total": total}
                yield Batch(columns(from_json(bodies, "records", record)), {**known, "pull": dict(pull)}, total=total)
                bodies = []
        rows = columns(from_json(bodies, "records", record))
        yield self._last(stream, known, pull, rows, total)

    def _may_bulk(self, stream: Stream) -> bool:
        return self.settings.use_bulk_above > 0 and stream.name not in self._rest_only

    def _bulk(self, stream: Stream, known: State, pull: State, soql: str) -> Iterator[Batch]:
        record = _record(stream, known)
        what = f"reading {stream.name} in bulk"
        nothing = columns(pa.nulls(0, record))
        if not pull.get("job"):
            try:
                pull |= {"job": bulk.start_query(self.client, soql, stream.name), "locator": ""}
            except bulk.NotServed as error:
                self._rest_only.add(stream.name)
                raise _Again(f"Bulk does not serve it: {error}") from error
            yield Batch(nothing, {**known, "pull": dict(pull)})
        try:
            status = bulk.wait(self.client, f"jobs/query/{pull['job']}", what, patience=self.settings.bulk_patience)
            if status.get("state") != "JobComplete":
                self._rest_only.add(stream.name)
                raise _Again(f"bulk job {status.get('state')}: {status.get('errorMessage') or 'no reason given'}")
            told = status.get("numberRecordsProcessed")
            total = int(told) if isinstance(told, int | float) else None
            size = self.context.page_size or BULK_PAGE
            for page in bulk.pages(self.client, pull["job"], pull["locator"], size, what):
                rows = bulk.rows(page, record)
                if not page.locator:
                    yield self._last(stream, known, pull, rows, total)
                    return
                pull["locator"] = page.locator
                yield Batch(rows, {**known, "pull": dict(pull)}, total=total)
        except bulk.JobLost as error:
            raise _Again(f"bulk job lost: {error}") from error

    def _last(self, stream: Stream, known: State, pull: State, rows: pa.Table, total: int | None) -> Batch:
        if stream.name == "LeadStatus":
            self._check_statuses(rows)
        done = finished(known, pull)
        return Batch(rows, done, complete=True, total=total)

    def _check_statuses(self, rows: pa.Table) -> None:
        mapping = self.settings.mapping
        names = [name for name in ("MasterLabel", "ApiName") if name in rows.column_names]
        known = {word for name in names for word in rows[name].to_pylist()}
        if mapping.qualified_field is None and known and not known.intersection(mapping.qualified_statuses):
            wanted = ", ".join(mapping.qualified_statuses)
            self._dropped.setdefault("LeadStatus", {})["mapping.qualified_statuses"] = (
                f"no lead status is called {wanted}, so no lead counts as qualified; there are"
                f" {', '.join(sorted(word for word in known if word))}"
            )


class _Again(Exception):
    def __init__(self, why: str, *, describe: bool = False) -> None:
        super().__init__(why)
        self.describe = describe


def _record(stream: Stream, known: State) -> pa.StructType:
    visible = set(known["visible"])
    return pa.struct([(field.name, ARROW[field.type]) for field in stream.fields if field.name in visible])


def _empty(stream: Stream, known: State) -> Batch:
    rows = pa.table({field.name: pa.nulls(0, ARROW[field.type]) for field in stream.fields})
    return Batch(rows, known, complete=True, total=0)
