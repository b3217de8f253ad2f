"""
Salesforce as one of the sandbox's vendors: takes requests, finds who answers, and lets tests reach inside.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.salesforce import answers
from sandbox.salesforce.answers import Refusal, errors, json
from sandbox.salesforce.auth import USERNAME, Auth, private_key_pem
from sandbox.salesforce.bulk_ingest import BulkIngest
from sandbox.salesforce.bulk_query import BulkQueries
from sandbox.salesforce.call import Call, Router
from sandbox.salesforce.collections import CollectionCalls
from sandbox.salesforce.controls import Controls
from sandbox.salesforce.definitions import metadata_of
from sandbox.salesforce.describe import Describe
from sandbox.salesforce.limits import Limits
from sandbox.salesforce.metadata import Fault, Metadata, session_fault
from sandbox.salesforce.records import RecordCalls
from sandbox.salesforce.rest_query import Queries
from sandbox.salesforce.store import Store
from sandbox.salesforce.tooling import Tooling
from sandbox.salesforce.writes import Writes
from sandbox.vendor import Record, Records

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_DATA = re.compile(r"/services/data/v(\d+\.\d)(?:/(.*?))?/*\Z")
_SOAP = re.compile(r"/services/Soap/m/(\d+\.\d)(?:/.*)?\Z")
_OLDEST = 31.0
_UNAVAILABLE = "<html><head><title>Maintenance</title></head><body><h1>We are down for maintenance</h1></body></html>"
_MOST_HEADER_BYTES = 16_384
_EXPIRED = ("INVALID_SESSION_ID", "Session expired or invalid")


class Salesforce:
    """
    One organisation, whose single user is an integration user with an administrator's profile.

    Args:
        records: Object -> records as the API names and types them.
        timezone: IANA name of the organisation's time zone.
        currency: ISO code of the organisation's currency.
        max_batch: The most records that a query page holds, whatever is asked for.
    """

    name = "salesforce"
    prefixes = ("/services/", "/id/")

    def __init__(
        self, records: Records, *, timezone: str = "UTC", currency: str = "EUR", max_batch: int | None = None
    ) -> None:
        self.username = _integration_user(records)
        self.private_key = private_key_pem()
        self._records, self._timezone, self._currency, self._max_batch = records, timezone, currency, max_batch
        self._lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """
        Stand as at the beginning: the records as they were given, no session, no job, nothing used up.
        """
        with self._lock:
            self._begin()

    def _begin(self) -> None:
        self.store = Store(self._records, username=self.username, timezone=self._timezone, currency=self._currency)
        self.limits = Limits()
        self._auth = Auth(self.store)
        self.client_id, self.client_secret = self._auth.client_id, self._auth.client_secret
        self._writes = Writes(self.store)
        self._queries = Queries(self.store, self.store)
        self._bulk_queries = BulkQueries(self.store, self.limits)
        self._bulk_ingest = BulkIngest(self.store, self._writes, self.limits)
        self._metadata = Metadata(self.store, self._auth.signed_in)
        self._router = Router(
            [
                *self._queries.routes(),
                *Describe(self.store, self.limits).routes(),
                *self._bulk_queries.routes(),
                *self._bulk_ingest.routes(),
                *Tooling(self.store).routes(),
                *CollectionCalls(self.store, self._writes).routes(),
                *RecordCalls(self.store, self._writes).routes(),
            ]
        )
        if self._max_batch is not None:
            self.set_max_batch(self._max_batch)

    # What tests and the sandbox's controls reach

    def expire_sessions(self) -> None:
        """
        End every session that was opened so far.
        """
        with self._lock:
            self._auth.expire()

    def refuse(self, object: str, id: str, code: str, message: str, times: int = -1) -> None:
        """
        Let writes to one record fail.

        Args:
            object: The object's API name.
            id: The record's id.
            code: The status code, e.g. `UNABLE_TO_LOCK_ROW`.
            message: The words beside it.
            times: How many writes; -1 for all that come.
        """
        with self._lock:
            self._writes.refuse(object, id, code, message, times)

    def accept(self) -> None:
        """
        Forget every refusal.
        """
        with self._lock:
            self._writes.accept()

    def edit(self, object: str, id: str | None, values: Record, *, by: str = "", seconds_ago: float = 0) -> str:
        """
        Let a person of the organisation change or make a record, by no API and under no permission; returns its id.

        Args:
            object: The object's API name.
            id: The record's id; None makes a new one.
            values: Field -> value, as records are given.
            by: The person's user id; empty for the first user that is not the connected one.
            seconds_ago: How old the stamp is when the change surfaces [s]: a transaction that was committed late.

        Raises:
            ValueError: There is no such object or record.
        """
        with self._lock:
            return self.store.edit(object, id, values, by=by, seconds_ago=seconds_ago)

    def purge(self, object: str, id: str) -> None:
        """
        Let a record vanish without a trace, as a hard delete does.

        Raises:
            ValueError: There is no such object or record.
        """
        with self._lock:
            self.store.purge(object, id)

    def hide_field(self, object: str, field: str, *, shown: bool = False) -> None:
        """
        Take the user's field-level security away from a field, or give it back.
        """
        with self._lock:
            (self.store.hidden_fields.discard if shown else self.store.hidden_fields.add)((object, field))

    def hide_object(self, object: str, *, shown: bool = False) -> None:
        """
        Take the user's permissions away from an object, or give them back.
        """
        with self._lock:
            (self.store.hidden_objects.discard if shown else self.store.hidden_objects.add)(object)

    def set_limits(self, on: bool) -> None:
        with self._lock:
            self.limits.on = on

    def set_daily_requests(self, most: int, used: int = 0) -> None:
        """
        Set the daily allocation of requests and how many of them are used up.
        """
        with self._lock:
            self.limits.daily_requests, self.limits.used = most, used

    def set_max_batch(self, most: int) -> None:
        """
        Let the server send at most so many records in a page of a REST query.
        """
        with self._lock:
            self._queries.max_batch = most

    def set_max_page(self, most: int) -> None:
        """
        Let the server send at most so many records in a page of a Bulk query's results.
        """
        with self._lock:
            self._bulk_queries.max_page = most

    def set_polls(self, polls: int) -> None:
        """
        Set how many looks at a Bulk job find it still running.
        """
        with self._lock:
            self._bulk_queries.polls = self._bulk_ingest.polls = polls

    def assign_to(self, owner_id: str | None) -> None:
        """
        Let an assignment rule be active: leads and cases written without `Sforce-Auto-Assign: FALSE` get this owner.
        """
        with self._lock:
            self._writes.assignment_owner = owner_id

    def advance(self, seconds: float) -> None:
        """
        Move the clock that stamps records [s]; the Date header of answers goes on telling the real time.
        """
        with self._lock:
            self.store.shift += timedelta(seconds=seconds)

    def state(self) -> dict[str, Any]:
        with self._lock:
            tables = self.store.tables
            stood: dict[str, Any] = {
                "records": {name: [dict(t.rows[i]) for i in t.order] for name, t in tables.items() if t.rows},
                "fields": {
                    entity.name: [
                        {"name": about.name, "type": about.type, "id": about.id, "metadata": metadata_of(about)}
                        for about in entity.fields.values()
                        if about.custom
                    ]
                    for entity in self.store.all_entities()
                    if any(about.custom for about in entity.fields.values())
                },
                "objects": [entity.name for entity in self.store.all_entities() if entity.custom],
                "permission_sets": [
                    {
                        "name": row["Name"],
                        "objects": [
                            dict(o) for o in tables["ObjectPermissions"].rows.values() if o["ParentId"] == row["Id"]
                        ],
                        "fields": [
                            dict(f) for f in tables["FieldPermissions"].rows.values() if f["ParentId"] == row["Id"]
                        ],
                        "assignees": [
                            a["AssigneeId"]
                            for a in tables["PermissionSetAssignment"].rows.values()
                            if a["PermissionSetId"] == row["Id"]
                        ],
                    }
                    for row in tables["PermissionSet"].rows.values()
                ],
                "jobs": [
                    *(dict(job.info) for job in self._bulk_queries.jobs.values()),
                    *(dict(job.info) for job in self._bulk_ingest.jobs.values()),
                ],
                "requests": {"used": self.limits.used, "daily": self.limits.daily_requests},
            }
            return stood

    def fault(self, kind: str, request: Request, options: Mapping[str, Any]) -> Response:
        soap = _SOAP.match(request.url.path) is not None
        if kind == "expired":
            answer = session_fault().answer() if soap else errors(401, *_EXPIRED)
        elif kind == "scope":
            answer = errors(403, "INSUFFICIENT_ACCESS", "insufficient access rights on cross-reference id")
        elif kind == "limit":
            status = int(options.get("status", 403))
            answer = errors(status, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
            if status == 429 and "retry_after" in options:
                answer.headers["Retry-After"] = str(options["retry_after"])
        elif kind == "unavailable":
            answer = HTMLResponse(_UNAVAILABLE, 503)
        else:
            answer = errors(
                500, "UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId: 1-1 (-1)"
            )
        answer.headers["Sforce-Limit-Info"] = self.limits.header()
        return answer

    # Requests

    def routes(self) -> Sequence[BaseRoute]:
        return [
            *Controls(self).routes(),
            Route("/services/{rest:path}", self._serve, methods=_METHODS),
            Route("/id/{rest:path}", self._serve, methods=["GET"]),
        ]

    async def _serve(self, request: Request) -> Response:
        body = await request.body()
        with self._lock:
            answer = self._answered(request, body)
            answer.headers["Sforce-Limit-Info"] = self.limits.header()
        return answer

    def _answered(self, request: Request, body: bytes) -> Response:
        path = request.scope.get("raw_path", request.url.path.encode()).decode("ascii").partition("?")[0]
        base = _base(request)
        if _header_bytes(request) > _MOST_HEADER_BYTES:
            return HTMLResponse("<html><body><h1>414 URI Too Long</h1></body></html>", 414)
        if path.rstrip("/") == "/services/oauth2/token":
            return self._auth.token(request, body, base)
        if path.rstrip("/") == "/services/oauth2/userinfo" or path.startswith("/id/"):
            return self._auth.userinfo(request, base)
        if _SOAP.match(path):
            try:
                self.limits.spend()
            except Refusal as refusal:
                return Fault(refusal.code, refusal.message).answer()
            return self._metadata.answer(body)
        if path.rstrip("/") == "/services/data":
            return json([{"label": "Noria sandbox", "url": "/services/data/v59.0", "version": "59.0"}])
        found = _DATA.match(path)
        if found is None:
            return answers.not_found().answer()
        if not self._auth.signed_in(self._auth.token_of(request)):
            return errors(401, *_EXPIRED)
        version = found[1]
        if float(version) < _OLDEST:
            return errors(410, "UNSUPPORTED_API_VERSION", f"API version {version} is retired")
        call = Call(
            request.method,
            base,
            version,
            found[2] or "",
            dict(request.query_params),
            request.headers,
            body,
        )
        try:
            self.limits.spend()
            return self._router.answer(call)
        except Refusal as refusal:
            return refusal.answer()


def _integration_user(records: Records) -> str:
    """
    The user that clients sign in as: the records' own integration user, or one that is made beside them.
    """
    names = (str(user.get("Username")) for user in records.get("User", ()))
    return next((name for name in names if name.startswith("integration")), USERNAME)


def _header_bytes(request: Request) -> int:
    line = len(request.scope.get("raw_path", b"")) + len(request.scope.get("query_string", b""))
    return line + sum(len(name) + len(value) + 4 for name, value in request.headers.raw)


def _base(request: Request) -> str:
    """
    Where a client should send its next requests: this machine by http, a host name that was kept by https.
    """
    host = request.headers.get("host", "127.0.0.1")
    local = host.partition(":")[0] in ("127.0.0.1", "localhost")
    return f"{'http' if local else 'https'}://{host}"
