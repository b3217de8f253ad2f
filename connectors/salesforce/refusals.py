"""
What Salesforce's refusals mean: whether to wait, to sign in again or to give up, and how to say it.
"""

from __future__ import annotations

import re

import orjson

from connectors.errors import CredentialsRefused, LimitReached, PermissionMissing, RequestRefused, UserError
from connectors.transport import Answer, Kind, Verdict, retry_after
from connectors.transport import judge as by_status

VENDOR = "Salesforce"

_TRANSIENT_CODES = frozenset(
    {"SERVER_UNAVAILABLE", "UNABLE_TO_LOCK_ROW", "TXN_SECURITY_METERING_ERROR", "UNKNOWN_EXCEPTION"}
)
_CREDENTIAL_CODES = frozenset({"INVALID_SESSION_ID", "INVALID_AUTH_HEADER"})
_LIMIT_CODES = frozenset({"REQUEST_LIMIT_EXCEEDED", "LIMIT_EXCEEDED", "EXCEEDED_QUOTA"})
_DISABLED_CODES = frozenset({"API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED"})
_UNREADABLE_CODES = frozenset({"NOT_FOUND", "INVALID_TYPE", "INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_OR_READONLY"})


def refusal(answer: Answer) -> tuple[str, str]:
    """
    Code and message of a refusal; the code is empty where the body is none of Salesforce's own.
    """
    try:
        body = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        fault = re.search(rb"<faultstring>(?:sf:)?([A-Z_]+): ?(.*?)</faultstring>", answer.body, re.S)
        if fault:
            return fault[1].decode(), fault[2].decode("utf-8", "replace")
        return "", ""
    first = body[0] if isinstance(body, list) and body else body
    if not isinstance(first, dict):
        return "", ""
    code = first.get("errorCode") or first.get("error") or ""
    return str(code), str(first.get("message") or first.get("error_description") or "")


def judge(answer: Answer) -> Verdict:
    """
    What an answer of Salesforce asks for; limits of the day are refusals, those of the moment pass.
    """
    if answer.ok:
        return Verdict(Kind.DONE)
    code, message = refusal(answer)
    if code == "INVALID_SESSION_ID":
        return Verdict(Kind.LOGIN)
    if code == "REQUEST_LIMIT_EXCEEDED" and answer.status == 403:
        return Verdict(Kind.WAIT, retry_after(answer.headers)) if "Concurrent" in message else Verdict(Kind.DONE)
    if code in _TRANSIENT_CODES or answer.status == 406:
        return Verdict(Kind.RETRY, retry_after(answer.headers))
    return by_status(answer)


def explain(answer: Answer, *, what: str, where: str, connector: str, credential: str) -> UserError:
    """
    A refusal in words.

    Args:
        answer: The refusal.
        what: What was asked, in words.
        where: Object or field it is about.
        connector: Dotted name of the connector's settings.
        credential: Dotted name of the secret we signed in with.
    """
    code, message = refusal(answer)
    said = f"{code}: {' '.join(message.split())}" if code else f"HTTP {answer.status} {answer.text(120)}"
    if answer.status == 401 or code in _CREDENTIAL_CODES:
        return CredentialsRefused(
            f"{VENDOR} refused the session while {what} ({said}).",
            where=credential,
            fix="Sign in anew: give a fresh access_token, or client_id and client_secret, which renew themselves.",
        )
    if code in _LIMIT_CODES:
        return LimitReached(
            f"{VENDOR} allows no more requests today; it stopped while {what} ({said}).",
            where=where,
            fix="Run again when the 24-hour allocation has room (Setup > Company Information shows it); the pull"
            " goes on where it stopped.",
        )
    if code in _DISABLED_CODES:
        return PermissionMissing(
            f"{VENDOR} does not let this organisation or user use the API ({said}).",
            where=connector,
            fix="Give the integration user the permission API Enabled, in an edition that includes the API.",
        )
    if answer.status == 403 or code in _UNREADABLE_CODES or code.startswith("INSUFFICIENT_"):
        return PermissionMissing(
            f"{VENDOR} refused {what} ({said}).",
            where=where,
            fix="Grant the integration user access to it in a permission set (Setup > Permission Sets > Object"
            " Settings), or leave it out.",
        )
    return RequestRefused(f"{VENDOR} refused {what} ({said}).", where=where, fix=_fix(code))


def soap_refusal(error: Exception, given: Answer | None) -> Answer | None:
    """
    What an exception of the Metadata API's client stands for; None if it is no answer of Salesforce's.

    Args:
        error: What the client raised.
        given: The answer it stumbled over, if one came.
    """
    if type(error) is Exception:  # the client's own: a bare one that lists (CODE, message) per component
        code = re.search(r"\(([A-Z_]+), ", str(error))
        body = [{"errorCode": code[1] if code else "", "message": " ".join(str(error).split())}]
        return Answer(400, {}, orjson.dumps(body))
    if given is None or not type(error).__module__.startswith("zeep."):
        return None
    if given.ok:
        return Answer(502, given.headers, given.body)  # a page in place of an envelope
    # Faults come as HTTP 500 whatever they mean; one with a code of Salesforce's is a refusal, not a failure.
    code_told, _ = refusal(given)
    return Answer(400, given.headers, given.body) if code_told else given


def judge_login(answer: Answer) -> Verdict:
    verdict = judge(answer)
    return Verdict(Kind.DONE) if verdict.kind is Kind.LOGIN else verdict


def _fix(code: str) -> str:
    if code == "INVALID_FIELD":
        return "Check the API name in the mapping and that the integration user may see the field."
    if code in ("QUERY_TIMEOUT", "OPERATION_TOO_LARGE"):
        return "Give the integration user View All Data, and do not set use_bulk_above to 0."
    if code == "UNSUPPORTED_API_VERSION":
        return "Set a newer api_version."
    return "Run `noria check`; if it finds nothing, report this message."
