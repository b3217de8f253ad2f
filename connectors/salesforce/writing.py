"""
Rows on their way into Salesforce: by collections calls, or by Bulk jobs when there are many.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from connectors.contract import Outcome
from connectors.errors import (
    CredentialsRefused,
    LimitReached,
    PermissionMissing,
    RequestRefused,
    UnknownOutcome,
    UserError,
    VendorUnavailable,
)
from connectors.salesforce import bulk, outcomes
from connectors.salesforce.client import Client
from connectors.salesforce.describe import Seen
from connectors.salesforce.fields import long_id
from connectors.salesforce.refusals import refusal

CALL_ROWS = 200  # Salesforce's largest collections call
COLLECTED = 2_000  # beyond it a Bulk job takes fewer calls
JOB_ROWS = 100_000
LOCKED_CHUNKS = (50, 10)  # rows that somebody else holds are sent again in smaller and smaller calls

# Collections run the assignment rules of leads and cases unless told not to.
NO_ASSIGNMENT = {"Sforce-Auto-Assign": "FALSE"}

_NUMBERS = ("currency", "double", "percent", "int")
_NOTHING_DONE = (CredentialsRefused, LimitReached, PermissionMissing)


@dataclass(frozen=True)
class Row:
    """
    One update.

    Args:
        index: Its place among the updates.
        id: Its id as the update gave it.
        key: Its id, or external key, as Salesforce writes it.
        values: API name -> value as text; None clears.
    """

    index: int
    id: str
    key: str
    values: Mapping[str, str | bool | None]


class Writer:
    """
    Writes rows of one object.

    Args:
        client: Sends them.
        sobject: API name of the object.
        key: `Id`, or the external id field of an upsert.
        seen: The object's fields.
    """

    def __init__(self, client: Client, sobject: str, key: str, seen: Mapping[str, Seen]) -> None:
        self.client = client
        self.sobject = sobject
        self.key = key
        self.seen = seen

    def write(self, rows: Sequence[Row]) -> dict[int, Outcome]:
        """
        Outcomes by index.

        Raises:
            UserError: Salesforce refused before anything was written.
        """
        results = self._by_jobs(rows) if len(rows) > COLLECTED else self._by_calls(rows, CALL_ROWS)
        for size in LOCKED_CHUNKS:
            locked = [row for row in rows if results[row.index].code in outcomes.RETRIED]
            if not locked:
                break
            time.sleep(self.client.settings.pause)
            results |= self._by_calls(locked, size, begun=True)
        return results

    def _by_calls(self, rows: Sequence[Row], size: int, *, begun: bool = False) -> dict[int, Outcome]:
        results: dict[int, Outcome] = {}
        for start in range(0, len(rows), size):
            chunk = rows[start : start + size]
            try:
                results |= self._call(chunk)
            except (UnknownOutcome, VendorUnavailable):
                results |= {row.index: outcomes.unknown(row.id) for row in chunk}
                return results | _not_sent(rows[start + size :])
            except _NOTHING_DONE:
                if not begun and start == 0:
                    raise
                return results | _not_sent(rows[start:])
        return results

    def _call(self, rows: Sequence[Row]) -> dict[int, Outcome]:
        what = f"writing {len(rows)} records of {self.sobject}"
        path = "composite/sobjects" if self.key == "Id" else f"composite/sobjects/{self.sobject}/{self.key}"
        records = [
            {"attributes": {"type": self.sobject}, self.key: row.key}
            | {name: self._json(name, value) for name, value in row.values.items()}
            for row in rows
        ]
        body = orjson.dumps({"allOrNone": False, "records": records})
        answer = self.client.send("PATCH", path, what=what, data=body, headers=NO_ASSIGNMENT)
        if not answer.ok:
            error = self.client.error(answer, what=what, where=f"salesforce.{self.sobject}")
            if not isinstance(error, RequestRefused):
                raise error
            code, said = refusal(answer)
            return {row.index: outcomes.rejected(row.id, code or f"HTTP {answer.status}", said) for row in rows}
        told = orjson.loads(answer.body)
        if not isinstance(told, list) or len(told) != len(rows):
            return {row.index: outcomes.unknown(row.id) for row in rows}
        return {row.index: outcomes.of_row(row.id, given) for row, given in zip(rows, told, strict=True)}

    def _json(self, name: str, value: str | bool | None) -> object:
        if isinstance(value, str) and self.seen[name].type in _NUMBERS:
            return orjson.Fragment(value)  # every digit as it is, through no float
        return value

    def _by_jobs(self, rows: Sequence[Row]) -> dict[int, Outcome]:
        # Rows of one parent in one batch: two batches at once would wait for each other's lock on it.
        ordered = sorted(rows, key=lambda row: row.key)
        names = sorted({name for row in rows for name in row.values})
        results: dict[int, Outcome] = {}
        for start in range(0, len(ordered), JOB_ROWS):
            chunk = ordered[start : start + JOB_ROWS]
            try:
                results |= self._job(chunk, names)
            except UserError:
                # Whatever is raised was raised before the job was closed, and an open job writes nothing.
                if start == 0:
                    raise
                return results | _not_sent(ordered[start:])
        return results

    def _job(self, rows: Sequence[Row], names: Sequence[str]) -> dict[int, Outcome]:
        same = long_id if self.key == "Id" else str
        external = "" if self.key == "Id" else self.key
        content = _csv(rows, self.key, names)
        loaded = bulk.load(self.client, self.sobject, content, len(rows), same, external_id=external)
        results: dict[int, Outcome] = {}
        for row in rows:
            if loaded.written is None or row.key in loaded.written:
                results[row.index] = outcomes.written(row.id)
            elif row.key in loaded.failed:
                results[row.index] = outcomes.of_text(row.id, loaded.failed[row.key])
            elif loaded.unknown:
                results[row.index] = outcomes.unknown(row.id)
            else:
                results[row.index] = outcomes.rejected(row.id, outcomes.NOT_SENT, loaded.reason)
        return results


def _not_sent(rows: Sequence[Row]) -> dict[int, Outcome]:
    return {row.index: outcomes.rejected(row.id, outcomes.NOT_SENT) for row in rows}


def _csv(rows: Sequence[Row], key: str, names: Sequence[str]) -> bytes:
    """
    Rows for a Bulk job: an empty cell leaves a field alone, `#N/A` clears it.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([key, *names])
    for row in rows:
        cells = (_cell(row.values[name]) if name in row.values else "" for name in names)
        writer.writerow([row.key, *cells])
    return text.getvalue().encode()


def _cell(value: str | bool | None) -> str:
    if value is None:
        return "#N/A"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value
