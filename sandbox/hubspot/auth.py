"""
Who may call what: the private app's token, tokens of the OAuth flow, and the scopes that each route needs.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from urllib.parse import parse_qs

from sandbox.hubspot.clock import iso
from sandbox.hubspot.object_types import ALL_SCOPES, OBJECT_TYPES, object_type
from sandbox.hubspot.store import APP_ID, PORTAL_ID
from sandbox.hubspot.web import Answer, Call
from sandbox.hubspot.wording import error, expired, missing_scopes, unauthenticated, unknown_route

_NAMESPACE = uuid.UUID("6f1b6c1e-6f0b-4d0a-9a53-2f5f5d0c7a11")
_READING = ("batch/read", "search")
Groups = tuple[tuple[str, ...], ...]


def _made_up(name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, name))


@dataclass
class Token:
    """
    An access token.

    Args:
        expires_at: Epoch seconds; None for a private app's.
    """

    expires_at: float | None = None


def required_scopes(call: Call) -> Groups:
    """
    The scopes that a route needs: one of each group.
    """
    if call.area in ("crm/objects", "crm/pipelines", "crm/associations", "crm/properties", "properties"):
        names = call.parts[:2] if call.area == "crm/associations" else call.parts[:1]
        kinds = [kind for kind in map(object_type, names) if kind is not None]
        reads = call.method == "GET" or "/".join(call.parts[1:]).endswith(_READING)
        if call.area in ("crm/properties", "properties"):
            return tuple(kind.schema_read if reads else kind.schema_write for kind in kinds)
        return tuple(group for kind in kinds for group in (kind.read if reads else kind.write))
    if call.area == "marketing/campaigns":
        if "revenue" in call.parts:
            return (("marketing.campaigns.revenue.read",),)
        return (("marketing.campaigns.read", "marketing.campaigns.lite.read", "marketing.campaigns.full.read"),)
    any_object = tuple(group[0] for kind in OBJECT_TYPES for group in kind.read if group[0].startswith("crm.objects"))
    return {
        "crm/owners": (("crm.objects.owners.read",),),
        "crm/limits": (any_object,),
        "crm-object-schemas": (("crm.schemas.custom.read" if call.method == "GET" else "crm.schemas.custom.write",),),
        "marketing/emails": (("marketing.email.read", "marketing.email.write", "content"),),
        "settings/currencies": (("settings.currencies.read",),),
    }.get(call.area, (("oauth",),))


class Auth:
    """
    Tokens and scopes of the one app that the portal knows.

    Args:
        lifetime: How long a token of the OAuth flow lives [s].
    """

    def __init__(self, lifetime: int = 1800) -> None:
        self.lifetime = lifetime
        self.access_token = f"pat-na1-{_made_up('access token')}"
        self.client_id, self.client_secret = _made_up("client id"), _made_up("client secret")
        self.refresh_token = f"na1-{_made_up('refresh token')}"
        self.tokens = {self.access_token: Token()}
        self.scopes: dict[str, set[str]] = {self.access_token: set(ALL_SCOPES)}
        self.revoked: set[str] = set()
        self._issued = 0

    def change(self, *, revoke: list[str], grant: list[str]) -> set[str]:
        """
        Take scopes from the app or give them, whatever token it calls with.
        """
        self.revoked = (self.revoked | set(revoke)) - set(grant)
        for scopes in self.scopes.values():
            scopes -= set(revoke)
            scopes |= set(grant)
        return set(self.scopes[self.access_token])

    def token_of(self, call: Call) -> str:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def is_oauth(self, call: Call) -> bool:
        token = self.tokens.get(self.token_of(call))
        return token is not None and token.expires_at is not None

    def admit(self, call: Call) -> None:
        """
        Let a call through.

        Raises:
            Answer: 401 for a token that is missing, wrong or expired, 403 for a missing scope.
        """
        text = self.token_of(call)
        token = self.tokens.get(text)
        if token is None:
            raise unauthenticated()
        if token.expires_at is not None and token.expires_at <= time.time():
            raise expired(int(time.time() - token.expires_at), iso(int(token.expires_at * 1000)))
        for group in required_scopes(call):
            if not self.scopes[text] & set(group):
                raise missing_scopes(group if len(group) < 8 else group[:1])

    def issue(self) -> str:
        """
        A new token of the OAuth flow.
        """
        self._issued += 1
        text = _made_up(f"oauth {self._issued}").replace("-", "")
        self.tokens[text] = Token(time.time() + self.lifetime)
        self.scopes[text] = set(self.scopes[self.access_token])
        return text

    def expire(self, token: str) -> None:
        """
        Let a token have expired just now.
        """
        self.tokens[token].expires_at = time.time()

    def handle(self, call: Call) -> Answer:
        """
        The routes under `/oauth`.
        """
        if call.parts == ["token"] and call.method == "POST":
            return self._token(call)
        if len(call.parts) == 2 and call.parts[0] == "access-tokens" and call.method == "GET":
            return self._about(call.parts[1])
        if len(call.parts) == 2 and call.parts[0] == "refresh-tokens" and call.method == "GET":
            if call.parts[1] != self.refresh_token:
                return error(404, "refresh token not found", "OBJECT_NOT_FOUND")
            return Answer(200, {**self._app(), "client_id": self.client_id, "token": self.refresh_token}, rated=False)
        return unknown_route()

    def _app(self) -> dict[str, object]:
        who = {"user": "ops@noria.example", "user_id": 73074756, "hub_id": PORTAL_ID, "hub_domain": "noria.example"}
        return {**who, "scopes": sorted(self.scopes[self.access_token]), "token_type": "access"}

    def _about(self, text: str) -> Answer:
        token = self.tokens.get(text)
        if token is None or (token.expires_at or 0) <= time.time():
            return error(404, "access token not found", "OBJECT_NOT_FOUND")
        left = int((token.expires_at or 0) - time.time())
        return Answer(200, {**self._app(), "app_id": APP_ID, "expires_in": left, "token": text}, rated=False)

    def _token(self, call: Call) -> Answer:
        form = {name: values[-1] for name, values in parse_qs(call.body.decode("utf-8", "replace")).items()}
        grant = form.get("grant_type", "")
        known = (self.client_id, self.client_secret) == (form.get("client_id"), form.get("client_secret"))
        grants = {"refresh_token", "authorization_code"} | ({"client_credentials"} if call.version != "v1" else set())
        if grant not in grants:
            return error(400, f"grant_type {grant!r} is not supported", "BAD_GRANT_TYPE")
        if not known:
            return self._refused("BAD_CLIENT_ID", "missing or unknown client id or secret")
        if grant == "refresh_token" and form.get("refresh_token") != self.refresh_token:
            return self._refused("BAD_REFRESH_TOKEN", "missing or invalid refresh token")
        body: dict[str, object] = {
            "token_type": "bearer",
            "refresh_token": self.refresh_token,
            "access_token": self.issue(),
            "expires_in": self.lifetime,
        }
        if call.version != "v1":
            body |= {"hub_id": PORTAL_ID, "user_id": 73074756, "scopes": sorted(self.scopes[self.access_token])}
            body["token_use"] = "access_token"  # noqa: S105 - a word of the protocol
        return Answer(200, body, rated=False)

    def _refused(self, status: str, message: str) -> Answer:
        return Answer(400, {"status": status, "message": message, "error": "invalid_grant"}, rated=False)
