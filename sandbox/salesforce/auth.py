"""
Sign-in: client credentials and JWT bearer, the sessions they open, and who is signed in.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import time
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from sandbox.salesforce.answers import json
from sandbox.salesforce.store import Store

USERNAME = "integration@noria-sandbox.example"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SESSION_SECONDS = 7200.0


@cache
def signing_key() -> rsa.RSAPrivateKey:
    """
    The key that the connected app's certificate belongs to; one per process.
    """
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_key_pem() -> str:
    return (
        signing_key()
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )


def derived(name: str) -> str:
    """
    A value that looks random and is the same in every run.
    """
    return hashlib.sha256(f"noria sandbox {name}".encode()).hexdigest()


class _Denied(Exception):
    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.body = {"error": error, "error_description": description}


class Auth:
    """
    The connected app and its sessions.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.client_id = "3MVG9" + derived("client id") + derived("client id, second half")[:16]
        self.client_secret = derived("client secret").upper()
        self.sessions: dict[str, float] = {}
        self.session_seconds = SESSION_SECONDS

    def expire(self) -> None:
        """
        End every session that was opened so far.
        """
        self.sessions.clear()

    def token_of(self, request: Request) -> str:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() in ("bearer", "oauth") else ""

    def signed_in(self, token: str) -> bool:
        return self.sessions.get(token, 0.0) > time.monotonic()

    def token(self, request: Request, body: bytes, base: str) -> Response:
        """
        Answer the token endpoint.
        """
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        try:
            grant = form.get("grant_type", "")
            if grant == "client_credentials":
                self._client_credentials(request, form)
            elif grant == JWT_BEARER:
                self._assertion(form.get("assertion", ""), base)
            else:
                raise _Denied("unsupported_grant_type", "grant type not supported")
        except _Denied as denied:
            return json(denied.body, 400)
        return json(self._opened(base))

    def _client_credentials(self, request: Request, form: dict[str, str]) -> None:
        client, secret = form.get("client_id", ""), form.get("client_secret", "")
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                client, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                raise _Denied("invalid_client", "invalid client credentials") from None
        if not secrets.compare_digest(client.encode(), self.client_id.encode()):
            raise _Denied("invalid_client_id", "client identifier invalid")
        if not secrets.compare_digest(secret.encode(), self.client_secret.encode()):
            raise _Denied("invalid_client", "invalid client credentials")

    def _assertion(self, assertion: str, base: str) -> None:
        try:
            header, claims, signature = (_unpacked(part) for part in assertion.split("."))
            told: dict[str, Any] = orjson.loads(claims)
            algorithm = orjson.loads(header).get("alg")
        except (ValueError, binascii.Error):
            raise _Denied("invalid_grant", "invalid assertion") from None
        if told.get("iss") != self.client_id:
            raise _Denied("invalid_client_id", "client identifier invalid")
        signed = assertion.rpartition(".")[0].encode()
        try:
            signing_key().public_key().verify(signature, signed, padding.PKCS1v15(), SHA256())
        except InvalidSignature:
            raise _Denied("invalid_grant", "invalid assertion") from None
        if algorithm != "RS256":
            raise _Denied("invalid_grant", "invalid assertion")
        audience = str(told.get("aud", ""))
        if not audience.endswith(".salesforce.com") and audience.rstrip("/") != base:
            raise _Denied("invalid_grant", "audience is invalid")
        try:
            # The official Python client writes `exp` as a string.
            expires = float(told.get("exp", ""))
        except (TypeError, ValueError):
            raise _Denied("invalid_grant", "invalid assertion") from None
        # A JWT may live for three minutes; two more for clocks that differ.
        if not time.time() < expires <= time.time() + 300:
            raise _Denied("invalid_grant", "expired authorization code")
        if told.get("sub") != self._store.user["Username"]:
            raise _Denied("invalid_grant", "user hasn't approved this consumer")

    def _opened(self, base: str) -> dict[str, Any]:
        organization = self._store.organization_id
        token = f"{organization[:15]}!AQ{secrets.token_urlsafe(60).replace('-', '.')}"
        self.sessions[token] = time.monotonic() + self.session_seconds
        return {
            "access_token": token,
            "signature": base64.b64encode(hashlib.sha256(token.encode()).digest()).decode(),
            "scope": "api",
            "instance_url": base,
            "id": f"{base}/id/{organization}/{self._store.user['Id']}",
            "token_type": "Bearer",
            "issued_at": str(int(time.time() * 1000)),
        }

    def userinfo(self, request: Request, base: str) -> Response:
        """
        Answer the user-info endpoint.
        """
        if not self.signed_in(self.token_of(request)):
            return PlainTextResponse("Bad_OAuth_Token", 403)
        user, organization = self._store.user, self._store.organization_id
        return json(
            {
                "sub": f"{base}/id/{organization}/{user['Id']}",
                "user_id": user["Id"],
                "organization_id": organization,
                "preferred_username": user["Username"],
                "nickname": str(user["Username"]).partition("@")[0],
                "name": user["Name"],
                "email": user["Email"],
                "email_verified": True,
                "zoneinfo": user["TimeZoneSidKey"] or self._store.timezone,
                "user_type": "STANDARD",
                "language": "en_US",
                "locale": "en_US",
                "active": bool(user["IsActive"]),
                "is_app_installed": True,
            }
        )


def _unpacked(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
