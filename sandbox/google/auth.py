"""
Who calls: service-account keys, the token endpoint, access tokens and self-signed tokens.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sandbox.google.errors import Json, bad_credentials, missing_credentials

AUDIENCE = "https://oauth2.googleapis.com/token"
SCOPE = "https://www.googleapis.com/auth/"
KNOWN_SCOPES = frozenset(
    SCOPE + name
    for name in (
        "analytics",
        "analytics.readonly",
        "spreadsheets",
        "spreadsheets.readonly",
        "drive",
        "drive.file",
        "drive.readonly",
        "drive.metadata.readonly",
        "cloud-platform",
    )
)
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST = 3600  # [s] between iat and exp
SKEW = 300  # [s] that two clocks may differ
_BAD_TIMES = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)


@dataclass(frozen=True)
class Identity:
    """
    The caller of a request.

    Args:
        email: Whose credentials these are.
        scopes: What they may do; None for a self-signed token that names an API instead (then everything of that API).
        is_service_account: It owns no Drive storage.
    """

    email: str
    scopes: frozenset[str] | None = None
    is_service_account: bool = False

    def may(self, scopes: Iterable[str]) -> bool:
        return self.scopes is None or not self.scopes.isdisjoint(scopes)


class TokenRefusal(Exception):
    """
    A refusal of the token endpoint, which words them as OAuth does.
    """

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.body = {"error": error, "error_description": description}


@functools.cache
def _private_key() -> rsa.RSAPrivateKey:
    """
    One key per process: making one takes longer than most tests.
    """
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Accounts:
    """
    The identities Google knows, and the tokens it gave them.

    Args:
        clock: The present instant.
        service_account: The e-mail address of the service account.
        people: Users with storage of their own.
        lifetime: How long an access token lives [s].
    """

    clock: Callable[[], datetime]
    service_account: str
    people: frozenset[str]
    lifetime: int = 3600
    key_id: str = field(default_factory=lambda: secrets.token_hex(20))
    client_id: str = "100000000001-sandbox.apps.googleusercontent.com"
    client_secret: str = field(default_factory=lambda: "GOCSPX-" + secrets.token_urlsafe(21))
    refresh_tokens: dict[str, Identity] = field(default_factory=dict)
    _tokens: dict[str, tuple[Identity, float]] = field(default_factory=dict)

    def key_file(self, url: str) -> Json:
        """
        The JSON key as the console downloads it, with the token endpoint at `url`.
        """
        private = _private_key().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return {
            "type": "service_account",
            "project_id": "noria-sandbox",
            "private_key_id": self.key_id,
            "private_key": private.decode(),
            "client_email": self.service_account,
            "client_id": "100000000000000000001",
            "auth_uri": url + "/o/oauth2/auth",
            "token_uri": url + "/token",
            "universe_domain": "googleapis.com",
        }

    def issue(self, identity: Identity) -> Json:
        """
        A new access token, as the token endpoint answers it.
        """
        token = "ya29.c." + secrets.token_urlsafe(48)
        self._tokens[token] = (identity, self.clock().timestamp() + self.lifetime)
        return {"access_token": token, "expires_in": max(self.lifetime - 1, 0), "token_type": "Bearer"}

    def expire(self) -> None:
        """
        Forget every access token given so far.
        """
        self._tokens.clear()

    def refresh_token(self, identity: Identity) -> str:
        token = "1//" + secrets.token_urlsafe(48)
        self.refresh_tokens[token] = identity
        return token

    def exchange(self, body: bytes) -> Json:
        """
        Answer the token endpoint.

        Raises:
            TokenRefusal: In the order in which Google checks.
        """
        form = {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        grant = form.get("grant_type", "")
        if grant == JWT_BEARER:
            return self._exchange_assertion(form.get("assertion", ""))
        if grant == "refresh_token":
            return self._exchange_refresh(form)
        raise TokenRefusal("unsupported_grant_type", f"Invalid grant_type: {grant}")

    def identify(self, authorization: str | None, host: str) -> Identity:
        """
        The caller by the Authorization header.

        Args:
            authorization: The header's value.
            host: The API's own host name, which a self-signed token without scopes must name.

        Raises:
            ApiError: 401, no usable credentials.
        """
        if not authorization:
            raise missing_credentials()
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer":
            raise bad_credentials()
        given = self._tokens.get(token)
        if given is not None:
            if given[1] <= self.clock().timestamp():
                raise bad_credentials()
            return given[0]
        return self._identify_self_signed(token, host)

    def _identify_self_signed(self, token: str, host: str) -> Identity:
        try:
            claims, trusted = self._read(token)
        except ValueError:
            raise bad_credentials() from None
        issuer_fits = claims.get("iss") == self.service_account == claims.get("sub")
        if not (trusted and issuer_fits and self._is_timely(claims)):
            raise bad_credentials()
        scopes = frozenset(str(claims.get("scope", "")).split())
        if not scopes and claims.get("aud") not in (f"https://{host}/", f"https://{host}"):
            raise bad_credentials()
        return Identity(self.service_account, scopes or None, is_service_account=True)

    def _exchange_assertion(self, assertion: str) -> Json:
        try:
            claims, trusted = self._read(assertion)
        except ValueError:
            raise TokenRefusal("invalid_request", "Bad Request") from None
        if not trusted:
            raise TokenRefusal("invalid_grant", "Invalid JWT Signature.")
        if claims.get("iss") != self.service_account:
            raise TokenRefusal("invalid_grant", "Invalid grant: account not found")
        if not self._is_timely(claims):
            raise TokenRefusal("invalid_grant", _BAD_TIMES)
        scopes = frozenset(str(claims.get("scope", "")).split())
        if not scopes:
            raise TokenRefusal("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        if claims.get("aud") != AUDIENCE:
            raise TokenRefusal("invalid_grant", "Invalid JWT: Failed audience check.")
        if claims.get("sub", self.service_account) != self.service_account:
            raise TokenRefusal(
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any "
                "of the scopes requested.",
            )
        if not scopes <= KNOWN_SCOPES:
            return {"id_token": assertion}
        return self.issue(Identity(self.service_account, scopes, is_service_account=True))

    def _exchange_refresh(self, form: dict[str, str]) -> Json:
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            raise TokenRefusal("invalid_client", "Unauthorized")
        identity = self.refresh_tokens.get(form.get("refresh_token", ""))
        if identity is None:
            raise TokenRefusal("invalid_grant", "Token has been expired or revoked.")
        return self.issue(identity) | {"scope": " ".join(sorted(identity.scopes or ()))}

    def _is_timely(self, claims: Json) -> bool:
        issued, expires, now = claims.get("iat"), claims.get("exp"), self.clock().timestamp()
        if not isinstance(issued, int | float) or not isinstance(expires, int | float):
            return False
        return issued - SKEW <= now < expires and 0 < expires - issued <= LONGEST

    def _read(self, token: str) -> tuple[Json, bool]:
        """
        The claims of a signed token, and whether the registered key signed them.

        Raises:
            ValueError: It is no such token at all.
        """
        try:
            head, body, signature = token.split(".")
            header, claims = _part(head), _part(body)
            signed = _decode(signature)
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ValueError("not a signed token") from error
        if header.get("alg") != "RS256":
            return claims, False
        try:
            _private_key().public_key().verify(signed, f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return claims, False
        return claims, True


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _part(part: str) -> Json:
    found: Any = json.loads(_decode(part))
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found
