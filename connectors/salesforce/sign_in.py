"""
How a session is opened: client credentials, or a signed assertion for a user (JWT), through the client's own login.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from connectors.errors import LimitReached, UserError
from connectors.salesforce.refusals import VENDOR, explain, refusal
from connectors.salesforce.settings import SalesforceSettings
from connectors.transport import Answer, refused_login

_FIXES = {
    "invalid_client_id": "Check client_id: the consumer key of the app.",
    "invalid_client": "Check client_secret: the consumer secret of the app.",
    "invalid_grant": "Let an administrator pre-authorise the integration user for the app (and check username, domain"
    " and private_key).",
}


@dataclass(frozen=True)
class Token:
    """
    An opened session.

    Args:
        token: The access token.
        host: Where it is good.
        user: Id of the user it stands for; empty if Salesforce did not say.
    """

    token: str
    host: str
    user: str = ""


def credential_of(settings: SalesforceSettings) -> str:
    """
    The setting of the secret that we sign in with.
    """
    if settings.access_token is not None:
        return "access_token"
    return "client_secret" if settings.client_secret is not None else "private_key"


def fetch_token(
    settings: SalesforceSettings,
    where: str,
    send: Callable[[Callable[[], Any]], Answer],
    session: requests.Session,
) -> Token:
    """
    An access token by the flow that the settings give the credentials for.

    Args:
        settings: The credentials.
        where: Dotted name of the connector's settings.
        send: Makes the call with time-outs and retries; gives its answer, refused or not.
        session: What the client speaks through.
    Raises:
        CredentialsRefused: Salesforce did not accept them, or the private key is none.
    """
    from simple_salesforce.login import SalesforceLogin

    secret = f"{where}.{credential_of(settings)}"
    given = _arguments(settings, secret)
    found: list[tuple[str, str]] = []

    def call() -> None:
        found.clear()
        found.append(SalesforceLogin(session=session, consumer_key=settings.client_id, **given))

    answer = send(call)
    if not found or not all(isinstance(part, str) for part in found[0]):
        raise _refused(answer, where, secret)
    token, host = found[0]
    return Token(token, host, _user(answer))


def _user(answer: Answer) -> str:
    # The answer names the user by an address that ends in organisation and user id; the client drops it.
    found = re.search(rb'"id"\s*:\s*"[^"]*/00D\w+/(005\w+)"', answer.body.replace(b"\\/", b"/"))
    return found[1].decode() if found else ""


def _arguments(settings: SalesforceSettings, secret: str) -> dict[str, Any]:
    if settings.client_secret is not None:
        return {"domain": settings.domain, "consumer_secret": settings.client_secret.reveal()}
    assert settings.private_key is not None and settings.domain is not None
    return {
        "domain": "test" if ".sandbox" in settings.domain else "login",  # the audience of the assertion
        "instance_url": settings.domain,
        "username": settings.username,
        "privatekey": _readable(settings.private_key.reveal(), secret),
    }


def _readable(key: str, secret: str) -> str:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        load_pem_private_key(key.encode(), None)
    except (ValueError, TypeError) as error:
        fix = "Store the whole PEM of a key without passphrase, with its first and last line."
        raise refused_login(VENDOR, secret, "the private key could not be read", fix) from error
    return key


def _refused(answer: Answer, where: str, secret: str) -> UserError:
    error = explain(answer, what="signing in", where=where, connector=where, credential=secret)
    if isinstance(error, LimitReached):
        return error
    code, message = refusal(answer)
    fix = _FIXES.get(code, "Check domain, client_id and the secret against the External Client App.")
    detail = f"HTTP {answer.status}, {code}: {message}" if code else f"HTTP {answer.status}, {answer.text(100)}"
    return refused_login(VENDOR, secret, detail, fix)
