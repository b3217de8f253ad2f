"""
Bulk API 2.0: query jobs whose results are read page by page, and ingest jobs for large writes.

The client's own driver keeps one token for hours, cannot ask for deleted rows in a restartable way and turns each page
into one string; the same requests are sent here through the client one at a time.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import orjson
import pyarrow as pa
import pyarrow.csv as pc

from connectors.errors import BadData, UserError, VendorUnavailable
from connectors.salesforce.client import Client
from connectors.salesforce.refusals import VENDOR, refusal

CSV = {"Content-Type": "text/csv; charset=UTF-8"}
_CSV_ANSWER = {"Accept": "text/csv; charset=UTF-8"}
_DONE = ("JobComplete", "Failed", "Aborted")

# Objects and organisations that Bulk does not serve: REST does.
UNSUPPORTED = frozenset(
    {"INVALIDENTITY", "FEATURENOTENABLED", "FEATURE_NOT_ENABLED", "API_DISABLED_FOR_ORG", "API_ERROR"}
)


class JobLost(Exception):
    """
    Salesforce no longer knows the job or the place in its results.
    """


class NotServed(Exception):
    """
    This query cannot go through Bulk.
    """


@dataclass(frozen=True)
class Page:
    """
    A page of results.

    Args:
        body: CSV with a header.
        locator: Where the next page is; empty on the last.
        records: How many records it holds; None if Salesforce did not say.
    """

    body: bytes
    locator: str
    records: int | None


def start_query(client: Client, soql: str, object: str) -> str:
    """
    Create a query job over all rows, deleted ones too; gives its id.

    Raises:
        NotServed: Bulk does not serve this object here.
    """
    what = f"starting a bulk query of {object}"
    answer = client.send("POST", "jobs/query", what=what, json={"operation": "queryAll", "query": soql})
    if not answer.ok:
        code, _ = refusal(answer)
        if code in UNSUPPORTED or answer.status == 404:
            raise NotServed(code)
        raise client.error(answer, what=what, where=f"salesforce.{object}")
    return str(orjson.loads(answer.body)["id"])


def wait(client: Client, path: str, what: str, *, patience: float, until: tuple[str, ...] = _DONE) -> dict[str, object]:
    """
    Wait until a job has ended, however it ended.

    Args:
        path: The job below the data API: `jobs/query/750…`.
        patience: Longest wait [s].
        until: The states that end the wait.
    Raises:
        JobLost: There is no such job any more.
        VendorUnavailable: It has not ended in time.
    """
    pause, waited = 0.1, 0.0
    while True:
        answer = client.send("GET", path, what=what)
        if not answer.ok:
            if answer.status in (400, 404):
                raise JobLost(path)
            raise client.error(answer, what=what)
        job: dict[str, object] = orjson.loads(answer.body)
        if job.get("state") in until:
            return job
        if waited >= patience:
            raise VendorUnavailable(
                f"{VENDOR} had not finished after {waited:.0f} s of {what}.",
                where=f"{client.where}.bulk_patience",
                fix="Run again: the next run goes on waiting for the same job.",
            )
        time.sleep(pause)
        waited += pause
        pause = min(pause * 2, 10.0)


def pages(client: Client, job: str, locator: str, size: int, what: str) -> Iterator[Page]:
    """
    Pages of a finished query job, from a locator on.

    Raises:
        JobLost: The job or the locator is gone.
    """
    while True:
        params = {"maxRecords": str(size)} | ({"locator": locator} if locator else {})
        answer = client.send("GET", f"jobs/query/{job}/results", what=what, headers=_CSV_ANSWER, params=params)
        if not answer.ok:
            if answer.status in (400, 404):
                raise JobLost(job)
            raise client.error(answer, what=what)
        following = answer.headers.get("sforce-locator", "null")
        locator = "" if following == "null" else following
        told = answer.headers.get("sforce-numberofrecords", "")
        yield Page(answer.body, locator, int(told) if told.isdigit() else None)
        if not locator:
            return


def rows(page: Page, fields: pa.StructType) -> pa.Table:
    """
    The records of a page.

    Raises:
        BadData: It does not parse, or holds another number of records than Salesforce said.
    """
    found = table(page.body, fields)
    if page.records is not None and found.num_rows != page.records:
        raise BadData(
            f"A page of bulk results held {found.num_rows} records, {VENDOR} announced {page.records}.",
            where="salesforce",
            fix="Run again; if it stays so, set use_bulk_above = 0 to read by REST.",
        )
    return found


def table(body: bytes, fields: pa.StructType) -> pa.Table:
    """
    A page of CSV as a table; an empty cell is null, and no word such as NA is.

    Raises:
        BadData: It does not parse as what the object's description promised.
    """
    names = [field.name for field in fields]
    body = body.replace(b"\0", b"") if b"\0" in body else body
    if not body.strip():
        return pa.table({field.name: pa.nulls(0, field.type) for field in fields})
    try:
        return pc.read_csv(
            io.BytesIO(body),
            # A record must fit into a block, and a long text may be most of a page.
            read_options=pc.ReadOptions(block_size=max(1 << 20, min(len(body) + 1, 1 << 30)), use_threads=False),
            parse_options=pc.ParseOptions(newlines_in_values=True),
            convert_options=pc.ConvertOptions(
                column_types={field.name: field.type for field in fields},
                include_columns=names,
                include_missing_columns=True,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                true_values=["true"],
                false_values=["false"],
            ),
        )
    except pa.ArrowInvalid as error:
        raise BadData(
            f"A page of bulk results could not be read: {error}.",
            where="salesforce",
            fix="Set use_bulk_above = 0 to read by REST; if it stays so, report it.",
        ) from error


@dataclass(frozen=True)
class Loaded:
    """
    What became of the rows of an ingest job.

    Args:
        written: Keys of the rows that were written; None when all were.
        failed: Key -> Salesforce's words, `CODE:message:fields --`.
        unknown: True when no one can say what became of the rows not named.
        reason: Why the job as a whole broke off; empty if it did not.
    """

    written: frozenset[str] | None
    failed: dict[str, str]
    unknown: bool = False
    reason: str = ""


def load(
    client: Client, object: str, csv: bytes, count: int, key: Callable[[str], str], *, external_id: str = ""
) -> Loaded:
    """
    Write the rows of a CSV.

    Args:
        object: API name.
        csv: Header and rows.
        count: How many rows.
        key: Brings a key column's value into the form that identifies the row.
        external_id: Key column of an upsert; empty for an update by Id.
    Raises:
        UserError: It was refused before anything could be written.
    """
    job = _upload(client, object, csv, external_id)
    try:
        return _finish(client, f"jobs/ingest/{job}", f"writing {count} records of {object}", count, key, external_id)
    except (JobLost, UserError):
        return Loaded(frozenset(), {}, unknown=True)


def _finish(client: Client, path: str, what: str, count: int, key: Callable[[str], str], external_id: str) -> Loaded:
    # A repeated close after a lost answer is refused: what counts is the state that the job is in.
    client.send("PATCH", path, what=what, json={"state": "UploadComplete"})
    status = wait(client, path, what, patience=client.settings.bulk_patience, until=(*_DONE, "Open"))
    if status.get("state") == "Open":
        client.send("PATCH", path, what=what, json={"state": "Aborted"})
        return Loaded(frozenset(), {}, reason="the job could not be closed")
    if status.get("state") == "JobComplete":
        processed, refused = _number(status, "numberRecordsProcessed"), _number(status, "numberRecordsFailed")
        if processed == count and refused == 0:
            return Loaded(None, {})
    column = external_id or "Id"
    failed = _results(client, f"{path}/failedResults", column, key, what)
    written = _results(client, f"{path}/successfulResults", column, key, what)
    reason = "" if status.get("state") == "JobComplete" else str(status.get("errorMessage") or status.get("state"))
    return Loaded(frozenset(written), failed, reason=reason)


def _upload(client: Client, object: str, csv: bytes, external_id: str) -> str:
    what = f"sending records of {object}"
    wanted = {"operation": "upsert" if external_id else "update", "object": object, "contentType": "CSV"}
    wanted |= {"columnDelimiter": "COMMA", "lineEnding": "LF"}
    if external_id:
        wanted["externalIdFieldName"] = external_id
    for last in (False, True):
        made = client.json("POST", "jobs/ingest", what=what, where=f"salesforce.{object}", json=wanted)
        job = str(made["id"])
        answer = client.send("PUT", f"jobs/ingest/{job}/batches", what=what, data=csv, headers=CSV)
        if answer.ok:
            return job
        # Sent twice because an answer got lost, it is refused; nothing runs before the job is closed, so begin anew.
        client.send("PATCH", f"jobs/ingest/{job}", what=what, json={"state": "Aborted"})
        if last:
            raise client.error(answer, what=what, where=f"salesforce.{object}")
    raise AssertionError("unreachable")


def _results(client: Client, path: str, column: str, key: Callable[[str], str], what: str) -> dict[str, str]:
    answer = client.get("GET", path, what=what, headers=_CSV_ANSWER)
    wanted = pa.struct([(column, pa.string()), ("sf__Id", pa.string()), ("sf__Error", pa.string())])
    rows = table(answer.body, wanted)
    found: dict[str, str] = {}
    for own, given, error in zip(*(rows[name].to_pylist() for name in (column, "sf__Id", "sf__Error")), strict=True):
        found[key(own or given or "")] = error or ""
    return found


def _number(status: dict[str, object], name: str) -> int:
    value = status.get(name)
    return int(value) if isinstance(value, int | float | str) and str(value) else 0
