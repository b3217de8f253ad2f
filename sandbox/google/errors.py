"""
Google's refusals: one exception, worded as each of its APIs words it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response

Json = dict[str, Any]

STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}
_REALM = 'Bearer realm="https://accounts.google.com/"'
_EXPECTED = (
    "Expected OAuth 2 access token, login cookie or other valid authentication credential. "
    "See https://developers.google.com/identity/sign-in/web/devconsole-project."
)


class ApiError(Exception):
    """
    An answer that is a refusal.

    Args:
        code: HTTP status.
        message: Google's wording.
        details: Typed details as google.rpc has them.
        reason: Drive's own word for it (`notFound`, `storageQuotaExceeded` …).
        headers: Headers of the answer.
    """

    def __init__(
        self,
        code: int,
        message: str,
        *,
        details: Sequence[Json] = (),
        reason: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.details, self.reason = code, message, list(details), reason
        self.headers = dict(headers or {})

    def response(self, *, drive: bool = False) -> Response:
        """
        The answer; Drive lists `errors` and names no status, the other APIs the reverse.
        """
        error: Json = {"code": self.code, "message": self.message}
        if drive:
            entry = {"message": self.message, "domain": _DOMAIN.get(self.reason, "global"), "reason": self.reason}
            error["errors"] = [entry | _LOCATION.get(self.reason, {})]
        else:
            error["status"] = STATUS.get(self.code, "UNKNOWN")
        if self.details:
            error["details"] = self.details
        return JSONResponse({"error": error}, status_code=self.code, headers=self.headers)


_DOMAIN = {
    "storageQuotaExceeded": "usageLimits",
    "userRateLimitExceeded": "usageLimits",
    "rateLimitExceeded": "usageLimits",
}
_LOCATION: dict[str, Json] = {
    "notFound": {"location": "fileId", "locationType": "parameter"},
    "authError": {"location": "Authorization", "locationType": "header"},
    "required": {"location": "Authorization", "locationType": "header"},
    "invalid": {"location": "q", "locationType": "parameter"},
}


def invalid(message: str) -> ApiError:
    return ApiError(400, message, reason="invalid")


def bad_payload(message: str, field: str = "") -> ApiError:
    """
    A body that does not fit Google's own description of it.
    """
    violation = {"description": message} | ({"field": field} if field else {})
    details = [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}]
    return ApiError(400, message, details=details, reason="badRequest")


def not_played(what: str) -> ApiError:
    return ApiError(501, f"The sandbox does not play {what}.", reason="notImplemented")


def not_found() -> ApiError:
    return ApiError(404, "Requested entity was not found.", reason="notFound")


def forbidden() -> ApiError:
    return ApiError(403, "The caller does not have permission", reason="insufficientFilePermissions")


def missing_credentials() -> ApiError:
    return ApiError(
        401,
        f"Request is missing required authentication credential. {_EXPECTED}",
        details=[error_info("CREDENTIALS_MISSING")],
        reason="required",
        headers={"WWW-Authenticate": _REALM},
    )


def bad_credentials() -> ApiError:
    return ApiError(
        401,
        f"Request had invalid authentication credentials. {_EXPECTED}",
        reason="authError",
        headers={"WWW-Authenticate": f'{_REALM}, error="invalid_token"'},
    )


def missing_scope(service: str) -> ApiError:
    return ApiError(
        403,
        "Request had insufficient authentication scopes.",
        details=[error_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", {"service": service})],
        reason="insufficientPermissions",
        headers={"WWW-Authenticate": f'{_REALM}, error="insufficient_scope"'},
    )


def storage_full() -> ApiError:
    """
    What a service account gets that wants to own a file.
    """
    return ApiError(403, "The user's Drive storage quota has been exceeded.", reason="storageQuotaExceeded")


def internal() -> ApiError:
    return ApiError(500, "Internal error encountered.", reason="backendError")


def unavailable() -> ApiError:
    return ApiError(503, "The service is currently unavailable.", reason="backendError")


def error_info(reason: str, metadata: Mapping[str, str] | None = None) -> Json:
    info: Json = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}
    return info | ({"metadata": dict(metadata)} if metadata else {})


def html_error(code: int, title: str) -> Response:
    """
    The page that Google's front end shows when no API answered.
    """
    return HTMLResponse(
        f"<!DOCTYPE html>\n<html lang=en>\n<title>Error {code} ({title})!!1</title>\n"
        f"<p><b>{code}.</b> <ins>That’s an error.</ins>\n<p>{title}. <ins>That’s all we know.</ins>\n</html>\n",
        status_code=code,
    )
