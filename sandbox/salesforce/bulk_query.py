"""
Bulk API 2.0 query jobs.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from sandbox.salesforce import csv_text
from sandbox.salesforce.answers import Refusal, json, not_found
from sandbox.salesforce.call import Call, Handler
from sandbox.salesforce.clock import instant
from sandbox.salesforce.limits import Limits
from sandbox.salesforce.query import Result, run
from sandbox.salesforce.soql import parse
from sandbox.salesforce.standard import NOT_IN_BULK
from sandbox.salesforce.store import Store

_PAGE = 250_000
_STATES = ("JobComplete", "Aborted", "Failed")
_JOBS_PER_DAY = 10_000


@dataclass
class QueryJob:
    """
    A query that was run when it was created, and lets the asker wait for its end.
    """

    id: str
    info: dict[str, Any]
    result: Result
    waits: int
    header: list[str] = field(default_factory=list)

    def poll(self) -> None:
        """
        Let time pass: one look at the job.
        """
        if self.info["state"] in _STATES:
            return
        self.info["state"] = "InProgress" if self.waits > 0 else "JobComplete"
        self.waits -= 1


class BulkQueries:
    """
    `jobs/query…`.
    """

    def __init__(self, store: Store, limits: Limits) -> None:
        self._store, self._limits = store, limits
        self.jobs: dict[str, QueryJob] = {}
        self.polls = 1
        self.max_page = _PAGE

    def routes(self) -> list[tuple[str, str, Handler]]:
        one = "jobs/query/([^/]+)"
        return [
            ("POST", "jobs/query", self._create),
            ("GET", "jobs/query", self._all),
            ("GET", one, self._status),
            ("PATCH", one, self._abort),
            ("DELETE", one, self._delete),
            ("GET", f"{one}/results", self._results),
        ]

    def _create(self, call: Call) -> Response:
        body = call.json()
        operation, text = body.get("operation"), body.get("query")
        if operation not in ("query", "queryAll") or not isinstance(text, str):
            raise Refusal(400, "INVALIDJOB", "A query job needs an operation (query or queryAll) and a query.")
        delimiter, ending = body.get("columnDelimiter", "COMMA"), body.get("lineEnding", "LF")
        if delimiter not in csv_text.DELIMITERS or ending not in csv_text.LINE_ENDINGS:
            raise Refusal(400, "INVALIDJOB", f"Unknown column delimiter or line ending: {delimiter}, {ending}")
        if self._limits.on and self._limits.query_jobs >= _JOBS_PER_DAY:
            message = f"Max bulk v2 query jobs ({_JOBS_PER_DAY}) per 24 hrs has been reached ({_JOBS_PER_DAY + 1})."
            raise Refusal(400, "LIMIT_EXCEEDED", message)
        _check(text)
        result = run(self._store, text, deleted=operation == "queryAll")
        compound = next((column for column in result.columns if column.type == "address"), None)
        if compound is not None:
            raise Refusal(400, "FEATURENOTENABLED", "Selecting compound data not supported in Bulk Query")
        self._limits.query_jobs += 1
        stamp = instant(self._store.now())
        job = self._store.new_id("750", self.jobs)
        info = {
            "id": job,
            "operation": operation,
            "object": result.entity.name,
            "createdById": self._store.user["Id"],
            "createdDate": stamp,
            "systemModstamp": stamp,
            "state": "UploadComplete",
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(call.version),
            "lineEnding": ending,
            "columnDelimiter": delimiter,
        }
        header = [".".join(column.path) for column in result.columns]
        self.jobs[job] = QueryJob(job, info, result, self.polls, header)
        return json(info)

    def _job(self, name: str) -> QueryJob:
        found = self.jobs.get(name)
        if found is None:
            raise not_found()
        return found

    def _told(self, job: QueryJob) -> dict[str, Any]:
        complete = job.info["state"] == "JobComplete"
        return {
            **job.info,
            "jobType": "V2Query",
            "numberRecordsProcessed": len(job.result.rows) if complete else 0,
            "retries": 0,
            "totalProcessingTime": 120 if complete else 0,
            "isPkChunkingSupported": True,
        }

    def _all(self, call: Call) -> Response:
        return json({"done": True, "records": [self._told(job) for job in self.jobs.values()], "nextRecordsUrl": None})

    def _status(self, call: Call, name: str) -> Response:
        job = self._job(name)
        job.poll()
        return json(self._told(job))

    def _abort(self, call: Call, name: str) -> Response:
        job = self._job(name)
        if call.json().get("state") != "Aborted" or job.info["state"] in _STATES:
            raise Refusal(400, "INVALIDJOBSTATE", f"Aborting a job that is {job.info['state']} is not possible")
        job.info["state"] = "Aborted"
        return json(self._told(job))

    def _delete(self, call: Call, name: str) -> Response:
        if self._job(name).info["state"] not in _STATES:
            raise Refusal(400, "INVALIDJOBSTATE", "A job can be deleted once it is complete, failed or aborted")
        del self.jobs[name]
        return Response(status_code=204)

    def _results(self, call: Call, name: str) -> Response:
        job = self._job(name)
        if job.info["state"] != "JobComplete":
            return Response(status_code=204)
        locator, most = call.query.get("locator", ""), call.query.get("maxRecords", str(_PAGE))
        start = _place(locator) if locator and locator != "null" else 0
        if start is None or start > len(job.result.rows) or not most.isdigit() or int(most) < 1:
            raise Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        end = start + min(int(most), self.max_page)
        rows = job.result.rows[start:end]
        types = [column.type for column in job.result.columns]
        style = (str(job.info["columnDelimiter"]), str(job.info["lineEnding"]))
        text = csv_text.records(job.header, types, rows, *style)
        headers = {
            "Content-Type": "text/csv",
            "Sforce-NumberOfRecords": str(len(rows)),
            "Sforce-Locator": _locator(end) if end < len(job.result.rows) else "null",
        }
        if "gzip" in call.headers.get("accept-encoding", ""):
            text = gzip.compress(text, 1)
            headers["Content-Encoding"] = "gzip"
        return Response(text, 200, headers)


def _check(text: str) -> None:
    """
    Refuse what Bulk queries cannot do.
    """
    bare = re.sub(r"'(?:[^'\\]|\\.)*'", "''", text)
    if re.search(r"\btypeof\b", bare, re.I):
        raise Refusal(400, "API_ERROR", "Implementation restriction: TYPEOF is not supported in Bulk Query")
    if re.search(r"(?:\bselect|,)\s*\(\s*select\b", bare, re.I):
        raise Refusal(400, "API_ERROR", "Implementation restriction: nested queries are not supported in Bulk Query")
    query = parse(text)
    if query.entity in NOT_IN_BULK:
        raise Refusal(400, "INVALIDENTITY", f"Entity '{query.entity}' is not supported by the Bulk API.")
    if query.count or query.group_by or any(item.function not in ("", "FIELDS") for item in query.items):
        message = "Aggregate functions and GROUP BY are not supported in Bulk Query"
        raise Refusal(400, "API_ERROR", f"Implementation restriction: {message}")
    if query.offset:
        raise Refusal(400, "API_ERROR", "Implementation restriction: OFFSET is not supported in Bulk Query")


def _locator(place: int) -> str:
    return "MT" + format(place, "08X")


def _place(locator: str) -> int | None:
    return int(locator[2:], 16) if re.fullmatch(r"MT[0-9A-F]{8}", locator) else None
