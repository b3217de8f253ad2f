"""
Bulk API 2.0 ingest jobs.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from sandbox.salesforce import csv_text
from sandbox.salesforce.answers import Refusal, RowRefusal, json, not_found
from sandbox.salesforce.call import Call, Handler
from sandbox.salesforce.clock import instant
from sandbox.salesforce.limits import Limits
from sandbox.salesforce.model import Entity, Field, Row
from sandbox.salesforce.store import Store
from sandbox.salesforce.writes import Writes

OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")
_MOST_BYTES = 150 * 1024 * 1024
_ROWS_PER_BATCH = 10_000
_ENDED = ("JobComplete", "Aborted", "Failed")


@dataclass
class IngestJob:
    """
    Rows to write, and what became of each.
    """

    id: str
    info: dict[str, Any]
    waits: int
    data: str = ""
    uploaded: bool = False
    header: list[str] = field(default_factory=list)
    successful: list[list[str]] = field(default_factory=list)
    failed: list[list[str]] = field(default_factory=list)
    unprocessed: list[list[str]] = field(default_factory=list)
    error: str = ""

    def poll(self) -> None:
        """
        Let time pass: one look at the job.
        """
        if self.info["state"] in ("UploadComplete", "InProgress"):
            end = "Failed" if self.error else "JobComplete"
            self.info["state"] = "InProgress" if self.waits > 0 else end
            self.waits -= 1


class BulkIngest:
    """
    `jobs/ingest…`. Rows are written when the upload is closed; the job's end is told some polls later.
    """

    def __init__(self, store: Store, writes: Writes, limits: Limits) -> None:
        self._store, self._writes, self._limits = store, writes, limits
        self.jobs: dict[str, IngestJob] = {}
        self.polls = 1

    def routes(self) -> list[tuple[str, str, Handler]]:
        one = "jobs/ingest/([^/]+)"
        return [
            ("POST", "jobs/ingest", self._create),
            ("GET", "jobs/ingest", self._all),
            ("GET", one, self._status),
            ("PATCH", one, self._set_state),
            ("DELETE", one, self._delete),
            ("PUT", f"{one}/batches", self._upload),
            ("GET", f"{one}/(successfulResults|failedResults|unprocessedRecords)", self._results),
        ]

    def _create(self, call: Call) -> Response:
        body = call.json()
        operation = body.get("operation")
        if operation not in OPERATIONS:
            raise Refusal(400, "INVALIDJOB", f"Unsupported operation: {operation}")
        entity = self._store.entity(str(body.get("object")))
        if entity is None:
            raise Refusal(400, "INVALIDENTITY", f"Unable to find object: {body.get('object')}")
        if body.get("contentType", "CSV") != "CSV":
            raise Refusal(400, "INVALIDJOB", f"Unsupported content type: {body.get('contentType')}")
        delimiter, ending = body.get("columnDelimiter", "COMMA"), body.get("lineEnding", "LF")
        if delimiter not in csv_text.DELIMITERS or ending not in csv_text.LINE_ENDINGS:
            raise Refusal(400, "INVALIDJOB", f"Unknown column delimiter or line ending: {delimiter}, {ending}")
        external = body.get("externalIdFieldName")
        if operation == "upsert":
            self._key(entity, external)
        stamp = instant(self._store.now())
        name = self._store.new_id("751", self.jobs)
        info = {
            "id": name,
            "operation": operation,
            "object": entity.name,
            "createdById": self._store.user["Id"],
            "createdDate": stamp,
            "systemModstamp": stamp,
            "state": "Open",
            **({"externalIdFieldName": external} if external else {}),
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(call.version),
            "contentUrl": f"services/data/v{call.version}/jobs/ingest/{name}/batches",
            "lineEnding": ending,
            "columnDelimiter": delimiter,
        }
        self.jobs[name] = IngestJob(name, info, self.polls)
        return json(info)

    def _key(self, entity: Entity, name: object) -> Field:
        key = entity.field(str(name))
        if key is None or not (key.external_id or key.id_lookup) or not self._store.readable(entity, key.name):
            raise Refusal(400, "INVALIDJOB", f"Invalid external id field name: {name}")
        return key

    def _job(self, name: str) -> IngestJob:
        found = self.jobs.get(name)
        if found is None:
            raise not_found()
        return found

    def _told(self, job: IngestJob) -> dict[str, Any]:
        told = {
            **job.info,
            "jobType": "V2Ingest",
            "numberRecordsProcessed": 0,
            "numberRecordsFailed": 0,
            "retries": 0,
            "totalProcessingTime": 0,
            "apiActiveProcessingTime": 0,
            "apexProcessingTime": 0,
        }
        if job.info["state"] in ("JobComplete", "Failed"):
            told["numberRecordsProcessed"] = len(job.successful) + len(job.failed)
            told["numberRecordsFailed"] = len(job.failed)
            told["totalProcessingTime"] = told["apiActiveProcessingTime"] = 150
            if job.error:
                told["errorMessage"] = job.error
        return told

    def _all(self, call: Call) -> Response:
        return json({"done": True, "records": [self._told(job) for job in self.jobs.values()], "nextRecordsUrl": None})

    def _status(self, call: Call, name: str) -> Response:
        job = self._job(name)
        job.poll()
        return json(self._told(job))

    def _upload(self, call: Call, name: str) -> Response:
        job = self._job(name)
        if job.info["state"] != "Open":
            raise Refusal(400, "INVALIDJOBSTATE", f"Data cannot be added to a job that is {job.info['state']}")
        if job.uploaded:
            raise Refusal(400, "INVALIDJOBSTATE", "Only one upload per job is allowed")
        if len(call.body) > _MOST_BYTES:
            raise Refusal(413, "REQUEST_ENTITY_TOO_LARGE", "The uploaded data is larger than 150 MB")
        try:
            job.data = call.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Refusal(400, "INVALIDBATCH", "The uploaded data is not UTF-8") from None
        job.uploaded = True
        return Response(status_code=201)

    def _set_state(self, call: Call, name: str) -> Response:
        job = self._job(name)
        state = call.json().get("state")
        if state == "UploadComplete" and job.info["state"] == "Open":
            job.info["state"] = "UploadComplete"
            self._process(job)
        elif state == "Aborted" and job.info["state"] not in _ENDED:
            job.info["state"] = "Aborted"
        else:
            raise Refusal(400, "INVALIDJOBSTATE", f"A job that is {job.info['state']} cannot become {state}")
        return json(self._told(job))

    def _delete(self, call: Call, name: str) -> Response:
        if self._job(name).info["state"] not in _ENDED:
            raise Refusal(400, "INVALIDJOBSTATE", "A job can be deleted once it is complete, failed or aborted")
        del self.jobs[name]
        return Response(status_code=204)

    def _process(self, job: IngestJob) -> None:
        entity = self._store.tables[job.info["object"]].entity
        job.header, rows = csv_text.read(job.data, str(job.info["columnDelimiter"]))
        job.data = ""
        self._limits.ingest_batches += -(-len(rows) // _ROWS_PER_BATCH)
        unknown = next((name for name in job.header if not self._known(entity, name)), None)
        if unknown is not None:
            job.error = f"InvalidBatch : Field name not found : {unknown}"
        elif job.info["operation"] in ("delete", "hardDelete") and job.header != ["Id"]:
            job.error = "InvalidBatch : The 'delete' batch must contain only ids"
        if job.error:
            job.unprocessed = rows
            return
        for line in rows:
            try:
                if len(line) != len(job.header):
                    raise RowRefusal("INVALID_CSV_ROW", f"{len(line)} values for {len(job.header)} columns")
                row, created = self._write(job, entity, dict(zip(job.header, line, strict=True)))
                job.successful.append([row["Id"], "true" if created else "false", *line])
            except RowRefusal as refusal:
                own = dict(zip(job.header, line, strict=False)).get("Id", "")
                job.failed.append([own, refusal.as_cell(), *line])
        # Results come in no particular order: readers must match them by key.
        shuffle = random.Random(job.id).shuffle  # noqa: S311 - an order, not a secret
        shuffle(job.successful)
        shuffle(job.failed)

    def _known(self, entity: Entity, name: str) -> bool:
        link, dot, other = name.partition(".")
        about = entity.relation(link) if dot else entity.field(name)
        if about is None or not self._store.readable(entity, about.name):
            return False
        return not dot or self._target(about, other) is not None

    def _target(self, about: Field, name: str) -> tuple[Entity, Field] | None:
        for parent in about.refers_to:
            entity = self._store.entity(parent)
            key = entity.field(name) if entity else None
            if entity is not None and key is not None and (key.external_id or key.id_lookup or key.type == "email"):
                return entity, key
        return None

    def _write(self, job: IngestJob, entity: Entity, cells: dict[str, str]) -> tuple[Row, bool]:
        operation = job.info["operation"]
        values: dict[str, Any] = {}
        for name, value in cells.items():
            link, dot, other = name.partition(".")
            about = entity.relation(link) if dot else None
            if about is None:
                values[name] = value
            elif value:
                values[about.name] = self._linked(about, other, value)
        row_id = next((value for name, value in values.items() if name.lower() == "id"), "")
        others = {name: value for name, value in values.items() if name.lower() != "id"}
        if operation == "insert":
            return self._writes.create(entity, others, text=True, assign=False), True
        if operation == "update":
            return self._writes.update(entity, row_id, others, text=True, assign=False), False
        if operation == "upsert":
            key = self._key(entity, job.info["externalIdFieldName"])
            value = next((v for n, v in values.items() if n.lower() == key.name.lower()), "")
            others = {n: v for n, v in others.items() if n.lower() != key.name.lower()}
            return self._writes.upsert(entity, key, value, others, text=True, assign=False)
        return self._writes.delete(entity, row_id, hard=operation == "hardDelete"), False

    def _linked(self, about: Field, name: str, value: str) -> str:
        target = self._target(about, name)
        found = self._writes.by_key(*target, value) if target else []
        if len(found) != 1:
            message = (
                f"Foreign key external ID: {value.lower()} not found for field {name} in entity {about.refers_to[0]}"
            )
            raise RowRefusal("INVALID_FIELD", message)
        return str(found[0]["Id"])

    def _results(self, call: Call, name: str, which: str) -> Response:
        job = self._job(name)
        if job.info["state"] not in _ENDED:
            raise Refusal(400, "INVALIDJOBSTATE", f"Results of a job that is {job.info['state']} are not available")
        header, rows = {
            "successfulresults": (["sf__Id", "sf__Created", *job.header], job.successful),
            "failedresults": (["sf__Id", "sf__Error", *job.header], job.failed),
            "unprocessedrecords": (job.header, job.unprocessed),
        }[which.lower()]
        text = csv_text.written(header, rows, str(job.info["columnDelimiter"]), str(job.info["lineEnding"]))
        # The vendor names no charset: who lets a library guess reads UTF-8 as Latin-1.
        return Response(text, headers={"Content-Type": "text/csv"})
