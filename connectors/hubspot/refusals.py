"""
HubSpot's refusals in our words, translated in this one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.errors import CredentialsRefused, PermissionMissing, RequestRefused, UserError
from connectors.hubspot.limits import fields
from connectors.transport import Answer

TITLE = "HubSpot"
_MALFORMED_TOKEN = 530


def refusal(answer: Answer, connector: str, what: str, where: str) -> UserError:
    """
    The error that an answer stands for.

    Args:
        answer: A refusal that repeating would not mend.
        connector: The connector's name in the settings.
        what: The request in words: `reading contacts`.
        where: What it was about: `hubspot.contacts`.
    """
    body = fields(answer)
    if answer.status in (401, _MALFORMED_TOKEN):
        return CredentialsRefused(
            f"{TITLE} refused the access token while {what} (HTTP {answer.status}{_category(body)}).",
            where=f"connectors.{connector}.access_token",
            fix="Make a service key or private app in HubSpot with the scopes that README lists, and store its token.",
        )
    if answer.status == 403:
        scopes = " or ".join(required_scopes(body)) or "one that its message does not name"
        return PermissionMissing(
            f"The token lacks a scope for {what}: {scopes}.",
            where=where,
            fix=f"Add the scope {scopes} in HubSpot (Settings > Development > Keys), or leave this object out;"
            " some scopes need a higher edition of HubSpot.",
        )
    if answer.status == 404:
        return PermissionMissing(
            f"{TITLE} does not know the resource for {what} (HTTP 404).",
            where=where,
            fix="Some objects need a higher edition of HubSpot: leave this one out; or check `base_url`.",
        )
    return RequestRefused(
        f"{TITLE} refused {what} (HTTP {answer.status}{_category(body)}): {message(answer)}",
        where=where,
        fix=f"See the message; HubSpot's support finds this request by {body.get('correlationId') or 'its time'}.",
    )


def required_scopes(body: Mapping[str, Any]) -> list[str]:
    """
    The scopes that a 403 names, each once.
    """
    named: list[str] = []
    for error in _listed(body.get("errors")):
        context = error.get("context") or {}
        for key in ("requiredScopes", "requiredGranularScopes"):
            named += [str(scope) for scope in context.get(key) or ()]
    return list(dict.fromkeys(named))


def message(answer: Answer) -> str:
    """
    What HubSpot said, as plain text.
    """
    return str(fields(answer).get("message") or answer.text())


def _category(body: Mapping[str, Any]) -> str:
    category = body.get("category")
    return f", {category}" if category else ""


def _listed(value: object) -> Iterable[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
