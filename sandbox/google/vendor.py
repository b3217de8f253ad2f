"""
Google as one vendor of the sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router

from sandbox.google import errors, quotas
from sandbox.google.analytics.api import Analytics
from sandbox.google.analytics.traffic import Traffic
from sandbox.google.auth import KNOWN_SCOPES, Accounts, Identity, TokenRefusal
from sandbox.google.drive import Drive
from sandbox.google.front import OverridableRouter
from sandbox.google.sheets import shown
from sandbox.google.sheets.api import Sheets
from sandbox.google.sheets.library import Library
from sandbox.vendor import Records

PROPERTY = "100000001"
SERVICE_ACCOUNT = "noria@noria-sandbox.iam.gserviceaccount.com"
PERSON = "ana@company.example"
ROLES = ("none", "reader", "writer")


def _now() -> datetime:
    return datetime.now(UTC)


class Google:
    """
    Google's APIs over records held in memory.

    Args:
        records: What Analytics saw, as in `traffic.Traffic`.
        timezone: IANA name, of the property and of the spreadsheet.
        currency: ISO code of the property.
        locale: Of spreadsheets; where it writes decimal commas, formatted numbers have them.
        clock: The present instant.
    """

    name = "google"
    prefixes = ("/token", "/v1beta/", "/v4/", "/drive/")

    def __init__(
        self,
        records: Records,
        *,
        timezone: str = "Europe/Madrid",
        currency: str = "EUR",
        locale: str = "es_ES",
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.property_id = PROPERTY
        self.person = PERSON
        self._clock = clock
        self.accounts = Accounts(clock, SERVICE_ACCOUNT, frozenset({PERSON}))
        self.library = Library(clock, timezone, locale)
        self.analytics = Analytics(self.accounts, Traffic(records), PROPERTY, timezone, currency, clock)
        self.sheets = Sheets(self.accounts, self.library, clock)
        self.drive = Drive(self.accounts, self.library, clock)
        self.spreadsheet_id = self.new_spreadsheet("KPIs")
        """
        An empty spreadsheet of the person, shared with the service account.
        """

    def new_spreadsheet(self, title: str) -> str:
        """
        The id of one more empty spreadsheet of the person, shared with the service account.
        """
        spreadsheet = self.library.create(title, owner=PERSON)
        spreadsheet.share(SERVICE_ACCOUNT, "writer")
        return spreadsheet.id

    def service_account_for(self, url: str) -> dict[str, Any]:
        """
        The service account's JSON key, with the token endpoint of the sandbox at `url`.
        """
        return self.accounts.key_file(url)

    def access_token(self, email: str = PERSON, scopes: Sequence[str] = tuple(KNOWN_SCOPES)) -> str:
        """
        An access token without the exchange: for a test that acts as the person in front of the spreadsheet.
        """
        is_service_account = email == SERVICE_ACCOUNT
        token: str = self.accounts.issue(Identity(email, frozenset(scopes), is_service_account))["access_token"]
        return token

    def refresh_token(self, scopes: Sequence[str] = tuple(KNOWN_SCOPES)) -> str:
        """
        A refresh token of the person; goes with `accounts.client_id` and `accounts.client_secret`.
        """
        return self.accounts.refresh_token(Identity(PERSON, frozenset(scopes)))

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/token", self._token, methods=["POST"]),
            Mount("/v1beta", OverridableRouter(Router(list(self.analytics.routes())))),
            Mount("/v4", OverridableRouter(Router(list(self.sheets.routes())))),
            Mount("/drive/v3", OverridableRouter(Router(list(self.drive.routes())))),
            Route("/_sandbox/google/share", self._share, methods=["POST"]),
            Route("/_sandbox/google/expire", self._expire, methods=["POST"]),
            Route("/_sandbox/google/quality", self._quality, methods=["POST"]),
        ]

    def fault(self, kind: str, request: Request, options: Mapping[str, Any]) -> Response:
        path = request.url.path
        if path.startswith("/v1beta/") and kind in ("error", "unavailable"):
            self.analytics.quota.fail()
        if path.startswith("/token"):
            return _token_fault(kind, options)
        if kind == "unavailable" and not options.get("json"):
            return errors.html_error(503, "Service Unavailable")
        refusal = {
            "expired": errors.bad_credentials,
            "scope": lambda: errors.missing_scope(_service(path)),
            "limit": lambda: self._limit(request, options),
            "error": errors.internal,
            "unavailable": errors.unavailable,
        }[kind]()
        if kind == "limit" and "retry_after" in options:
            refusal.headers["Retry-After"] = str(options["retry_after"])
        return refusal.response(drive=path.startswith("/drive/"))

    def _limit(self, request: Request, options: Mapping[str, Any]) -> errors.ApiError:
        path = request.url.path
        if path.startswith("/v1beta/"):
            return quotas.analytics_exhausted(str(options.get("bucket", "tokensPerProjectPerHour")))
        if path.startswith("/drive/"):
            return quotas.drive_exhausted()
        overridden = request.headers.get("x-http-method-override", request.method)
        kind = "Read" if overridden.upper() == "GET" else "Write"
        return quotas.sheets_exhausted(kind, f"{self._clock():%Y-%m-%dT%H:%M:00Z}")

    def state(self) -> dict[str, Any]:
        return {
            "spreadsheets": {one.id: shown.state(one) for one in self.library.spreadsheets.values()},
            "web_traffic": len(self.analytics.traffic.visits),
        }

    def set_limits(self, on: bool) -> None:
        self.analytics.quota.on = self.sheets.quota.on = self.drive.quota.on = on

    async def _token(self, request: Request) -> Response:
        try:
            return JSONResponse(self.accounts.exchange(await request.body()))
        except TokenRefusal as refusal:
            return JSONResponse(refusal.body, status_code=401 if refusal.body["error"] == "invalid_client" else 400)

    async def _share(self, request: Request) -> Response:
        """
        Body: `spreadsheet` (default: the one there is), `role` (`none`, `reader`, `writer`), `email`.
        """
        body = await request.json()
        spreadsheet = self.library.spreadsheets.get(body.get("spreadsheet", self.spreadsheet_id))
        if spreadsheet is None or body.get("role") not in ROLES:
            known = {"spreadsheets": list(self.library.spreadsheets), "roles": ROLES}
            return JSONResponse({"error": "unknown spreadsheet or role", **known}, status_code=400)
        spreadsheet.share(body.get("email", SERVICE_ACCOUNT), body["role"])
        return JSONResponse({"spreadsheet": spreadsheet.id, "roles": spreadsheet.roles})

    async def _expire(self, request: Request) -> Response:
        """
        End every access token; body: `lifetime` [s] of the next ones, if it is to change.
        """
        body = await request.json() if await request.body() else {}
        self.accounts.lifetime = int(body.get("lifetime", self.accounts.lifetime))
        self.accounts.expire()
        return JSONResponse({"lifetime": self.accounts.lifetime})

    async def _quality(self, request: Request) -> Response:
        """
        Body: members for every report's metadata, in place of those set before.
        """
        self.analytics.quality = dict(await request.json())
        return JSONResponse(self.analytics.quality)


def _service(path: str) -> str:
    names = {"/v1beta/": "analyticsdata", "/drive/": "drive"}
    return next((name for start, name in names.items() if path.startswith(start)), "sheets") + ".googleapis.com"


def _token_fault(kind: str, options: Mapping[str, Any]) -> Response:
    if kind == "unavailable" and not options.get("json"):
        return errors.html_error(503, "Service Unavailable")
    code, error, description = {
        "expired": (400, "invalid_grant", "Token has been expired or revoked."),
        "scope": (400, "invalid_scope", "Invalid OAuth scope or ID token audience provided."),
        "limit": (429, "rate_limit_exceeded", "Rate limit exceeded."),
        "error": (500, "internal_failure", "Internal error."),
        "unavailable": (503, "temporarily_unavailable", "The service is currently unavailable."),
    }[kind]
    return JSONResponse({"error": error, "error_description": description}, status_code=code)
