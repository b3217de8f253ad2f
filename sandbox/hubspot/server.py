"""
HubSpot as the sandbox plays it: routes, credentials, limits, failures, and the sandbox's own controls.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from sandbox.hubspot import account, associations, campaigns, marketing_emails, objects, pipelines, properties
from sandbox.hubspot.auth import Auth, required_scopes
from sandbox.hubspot.clock import iso, now_ms
from sandbox.hubspot.limits import Limits
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.store import APP_ID, PORTAL_ID
from sandbox.hubspot.web import Answer, Call, encode, read_body, send_answer
from sandbox.hubspot.wording import error, expired, html, missing_scopes, rate_limited, unauthenticated, unknown_route
from sandbox.vendor import Records

_DATED = r"\d{4}-\d{2}"
# The numbered family and the dated one say the same thing in another order.
_FAMILIES = (
    re.compile(rf"/(?P<top>crm|marketing|settings)/(?P<version>v\d|{_DATED})/(?P<name>[a-z-]+)(?P<rest>/.*)?"),
    re.compile(rf"/(?P<top>crm|marketing|settings)/(?P<name>[a-z-]+)/(?P<version>{_DATED})(?P<rest>/.*)?"),
    re.compile(rf"/(?P<top>account-info|oauth|crm-object-schemas|properties)/(?P<version>v\d|{_DATED})(?P<rest>/.*)?"),
)
_VERSIONS = {
    "crm/objects": ("v3", "v4"),
    "crm/associations": ("v4",),
    "oauth": ("v1", "v3"),
    "properties": ("v2",),
}
LONGEST_ADDRESS = 16_200
_RELEASES = ("2025-09", "2026-03", "2026-09")

Handler = Callable[[Portal, Call], Answer]
_HANDLERS: dict[str, Handler] = {
    "crm/objects": objects.handle,
    "crm/associations": associations.handle,
    "crm/properties": properties.handle,
    "crm/pipelines": pipelines.handle_pipelines,
    "crm/owners": pipelines.handle_owners,
    "crm/limits": account.handle_limits,
    "crm-object-schemas": account.handle_schemas,
    "marketing/emails": marketing_emails.handle,
    "marketing/campaigns": campaigns.handle,
    "settings/currencies": account.handle_currencies,
}


def area_of(path: str) -> tuple[str, str, list[str]]:
    """
    What a path is about, its version, and its further segments; an empty area when HubSpot has no such path.
    """
    for family in _FAMILIES:
        match = family.fullmatch(path)
        if match is None:
            continue
        found, version = match.groupdict(), match["version"]
        area = "/".join(filter(None, (found["top"], found.get("name"))))
        allowed = _VERSIONS.get(area, ("v3",))
        if version in allowed or (version in _RELEASES and area != "properties"):
            return area, version, [part for part in (match["rest"] or "").split("/") if part]
    return "", "", []


class HubSpot:
    """
    One HubSpot account behind its API.

    Args:
        records: HubSpot's objects, as described in `sandbox.vendor`.
        timezone: IANA name of the account's time zone.
        currency: The account's home currency, ISO.
        index_lag: How long a search does not see a write [s].
    """

    name = "hubspot"
    prefixes: tuple[str, ...] = ("/crm", "/marketing/", "/account-info/", "/oauth/", "/settings/", "/properties/")

    def __init__(
        self, records: Records, *, timezone: str = "Europe/Madrid", currency: str = "EUR", index_lag: float = 0.0
    ) -> None:
        self._timezone, self._currency = timezone, currency
        self.load(records, index_lag=index_lag)

    def load(self, records: Records, *, index_lag: float = 0.0) -> None:
        """
        Start over with these records, all scopes granted and no limits, even while it is running.
        """
        self.portal = Portal(records, self._timezone, self._currency, index_lag)
        self.auth = Auth()
        self.limits = Limits(self._timezone)
        self.access_token = self.auth.access_token

    def routes(self) -> Sequence[BaseRoute]:
        paths = [prefix + "{path:path}" for prefix in self.prefixes]
        return [
            Route("/_sandbox/hubspot/scopes", self._scopes, methods=["GET", "POST"]),
            Route("/_sandbox/hubspot/refuse", self._refuse, methods=["POST", "DELETE"]),
            Route("/_sandbox/hubspot/calculated", self._calculated, methods=["POST"]),
            Route("/_sandbox/hubspot/limits", self._limits, methods=["POST"]),
            *(Route(path, _Endpoint(self)) for path in paths),
        ]

    def answer(self, scope: Scope, body: bytes) -> tuple[Answer, str, list[tuple[bytes, bytes]]]:
        """
        The answer to a request, its correlation id, and the headers that tell about limits.
        """
        area, version, parts = area_of(scope["path"])
        call = Call(scope, body, area, parts, version)
        try:
            answer = self._dispatch(call)
        except Answer as refusal:
            answer = refusal
        headers = self.limits.headers(area, oauth=self.auth.is_oauth(call)) if answer.rated else []
        return answer, call.correlation_id, headers

    def _dispatch(self, call: Call) -> Answer:
        if len(call.path) + call.query_length > LONGEST_ADDRESS:
            return html(414, "Request-URI Too Large")
        if not call.area:
            return unknown_route()
        if call.area == "oauth":
            return self.auth.handle(call)
        search = call.area == "crm/objects" and call.parts[1:] == ["search"]
        self.auth.admit(call)
        self.limits.take(call.area, search=search, oauth=self.auth.is_oauth(call))
        if call.area == "account-info":
            return account.handle_account(self.portal, self.limits, call)
        if call.area == "properties":
            return self._legacy_properties(call)
        try:
            handler = _HANDLERS.get(call.area)
            return handler(self.portal, call) if handler is not None else unknown_route()
        except Answer as refusal:
            refusal.rated = refusal.rated and not search
            raise

    def _legacy_properties(self, call: Call) -> Answer:
        """
        `/properties/v2/{type}/properties`, which some readers still discover properties by.
        """
        if call.method != "GET" or call.parts[1:] != ["properties"]:
            return unknown_route()
        kind = self.portal.kind(call.parts[0])
        rows = []
        for found in properties.listed(self.portal, kind):
            metadata = found["modificationMetadata"]
            flags = {"readOnlyValue": metadata["readOnlyValue"], "readOnlyDefinition": metadata["readOnlyDefinition"]}
            rows.append({key: value for key, value in found.items() if key != "modificationMetadata"} | flags)
        return Answer(200, encode(rows))

    def fault(self, kind: str, request: Request, options: Mapping[str, Any]) -> Response:
        area, version, parts = area_of(request.scope["path"])
        call = Call(request.scope, b"", area, parts, version)
        answer = self._fault(kind, call, options)
        if isinstance(answer.body, dict):
            answer.body.setdefault("correlationId", call.correlation_id)
        headers = self.limits.headers(area, oauth=self.auth.is_oauth(call), used_up=answer.status == 429)
        return _Ready(answer, call.correlation_id, headers)

    def _fault(self, kind: str, call: Call, options: Mapping[str, Any]) -> Answer:
        if kind == "expired":
            known = self.auth.token_of(call) in self.auth.tokens
            return expired(0, iso(now_ms())) if known else unauthenticated()
        if kind == "scope":
            groups = required_scopes(call)
            named = options.get("scope") or (groups[0][0] if groups else "oauth")
            return missing_scopes([named] if isinstance(named, str) else named)
        if kind == "limit":
            search = call.area == "crm/objects" and call.parts[1:] == ["search"]
            policy = str(options.get("policy") or ("SECONDLY" if search else "TEN_SECONDLY_ROLLING"))
            return rate_limited(policy, PORTAL_ID, APP_ID, options.get("retry_after"))
        if kind == "unavailable":
            return html(503, "Service Temporarily Unavailable")
        return error(500, "internal error")

    def state(self) -> dict[str, Any]:
        created, groups = self.portal.catalogue.created()
        rows = {
            plural: [
                {"id": str(item.id), "properties": item.properties, "archived": item.archived}
                for item in table.items.values()
            ]
            for plural, table in self.portal.store.tables.items()
            if table.items
        }
        return {"objects": rows, "properties": created, "groups": groups}

    def set_limits(self, on: bool) -> None:
        self.limits.set(on)

    def revoke_scope(self, name: str) -> None:
        """
        Take a scope from the app.
        """
        self.auth.change(revoke=[name], grant=[])

    def grant_scope(self, name: str) -> None:
        """
        Give the app a scope.
        """
        self.auth.change(revoke=[], grant=[name])

    def refuse(self, type_: str, id_: str, message: str) -> None:
        """
        Let every write to a record fail.
        """
        self.portal.refusals[self.portal.kind(type_).plural, id_] = message

    def set_calculated(self, type_: str, id_: str, values: Mapping[str, str]) -> None:
        """
        Change properties as HubSpot's own computations do: nothing tells that the record changed.
        """
        table = self.portal.store.tables[self.portal.kind(type_).plural]
        table.write(table.items[int(id_)], values, calculated=True)

    async def _scopes(self, request: Request) -> Response:
        body = await request.json() if request.method == "POST" else {}
        scopes = self.auth.change(revoke=body.get("revoke") or [], grant=body.get("grant") or [])
        return JSONResponse({"scopes": sorted(scopes)})

    async def _refuse(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.portal.refusals.clear()
        else:
            body = await request.json()
            self.refuse(body["type"], str(body["id"]), body["message"])
        rows = [{"type": t, "id": id_, "message": text} for (t, id_), text in self.portal.refusals.items()]
        return JSONResponse(rows)

    async def _calculated(self, request: Request) -> Response:
        body = await request.json()
        self.set_calculated(body["type"], str(body["id"]), body["properties"])
        return JSONResponse({})

    async def _limits(self, request: Request) -> Response:
        body = await request.json()
        for name, window in (
            ("burst", self.limits.burst),
            ("search", self.limits.search),
            ("associations", self.limits.associations),
        ):
            window.most = int(body.get(name, window.most))
        self.limits.daily = int(body.get("daily", self.limits.daily))
        self.limits.retry_after = bool(body.get("retry_after", self.limits.retry_after))
        self.portal.index_lag = float(body.get("index_lag", self.portal.index_lag))
        return JSONResponse({"daily": self.limits.daily, "burst": self.limits.burst.most})


class _Endpoint:
    """
    All of HubSpot's paths in one place: matching them one by one would cost more than answering them.
    """

    def __init__(self, hubspot: HubSpot) -> None:
        self.hubspot = hubspot

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        answer, correlation, headers = self.hubspot.answer(scope, body)
        await send_answer(send, answer, correlation, headers)


class _Ready(Response):
    """
    An answer that is known already, in the shape the sandbox's control expects.
    """

    def __init__(self, answer: Answer, correlation: str, headers: list[tuple[bytes, bytes]]) -> None:
        super().__init__(status_code=answer.status)
        self.answer, self.correlation, self.rate_headers = answer, correlation, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send_answer(send, self.answer, self.correlation, self.rate_headers)
