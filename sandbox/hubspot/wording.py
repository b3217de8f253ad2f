"""
HubSpot's own words for what it refuses: status, body and headers of each kind of error.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from sandbox.hubspot.web import Answer

_SCOPES_PAGE = "https://developers.hubspot.com/scopes"


def error(status: int, message: str, category: str = "", **more: Any) -> Answer:
    """
    An error in HubSpot's common form; without `category` where HubSpot leaves it out too.
    """
    body = {"status": "error", "message": message, **more}
    if category:
        body["category"] = category
    return Answer(status, body)


def html(status: int, title: str) -> Answer:
    """
    An error page, as proxies before the API send them.
    """
    head = f"<html>\r\n<head><title>{status} {title}</title></head>\r\n"
    body = f"<body>\r\n<center><h1>{status} {title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n"
    return Answer(status, f"{head}{body}</html>\r\n".encode(), rated=False)


def unauthenticated() -> Answer:
    answer = error(
        401,
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details"
        " at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
        "INVALID_AUTHENTICATION",
    )
    answer.headers["x-hubspot-auth-failure"] = "401 Unauthorized"
    answer.rated = False
    return answer


def expired(seconds: int, at: str) -> Answer:
    answer = error(
        401,
        f"The OAuth token used to make this call expired {seconds} second(s) ago.",
        "EXPIRED_AUTHENTICATION",
        context={"expire time": [at]},
    )
    answer.rated = False
    return answer


def missing_scopes(scopes: Iterable[str]) -> Answer:
    return error(
        403,
        "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: "
        f"{_SCOPES_PAGE}.",
        "MISSING_SCOPES",
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredScopes": sorted(scopes)},
            }
        ],
        links={"scopes": _SCOPES_PAGE},
    )


def rate_limited(policy: str, portal: int, app: int, retry_after: int | None) -> Answer:
    """
    A 429 of one of the three policies: `TEN_SECONDLY_ROLLING`, `SECONDLY` (search) or `DAILY`.
    """
    groups = {
        "TEN_SECONDLY_ROLLING": f"publicapi:private-apps-api-calls-ten-secondly:{app}",
        "SECONDLY": f"publicapi:crm:search:oauth:{portal}:{app}",
        "DAILY": f"publicapi:private-apps-api-calls-daily:{portal}",
    }
    answer = error(
        429,
        f"You have reached your {policy.lower()} limit.",
        errorType="RATE_LIMIT",
        policyName=policy,
        groupName=groups[policy],
    )
    if retry_after is not None:
        answer.headers["Retry-After"] = str(retry_after)
    answer.rated = policy != "SECONDLY"
    return answer


def unknown_route() -> Answer:
    return html(404, "Not Found")


def unknown_object_type(name: str) -> Answer:
    return error(400, f"Unable to infer object type from: {name}")


def not_found() -> Answer:
    return error(404, "resource not found")


def not_numeric(id_: str) -> Answer:
    return error(404, "Object not found.  objectId are usually numeric.", "OBJECT_NOT_FOUND", context={"id": [id_]})


def absent(what: str, name: str) -> Answer:
    return error(404, f"{what} {name} does not exist", "OBJECT_NOT_FOUND", context={"name": [name]})


def bad_request(message: str, **context: Sequence[str]) -> Answer:
    more = {"context": context} if context else {}
    return error(400, message, "VALIDATION_ERROR", **more)


def required(*names: str) -> Answer:
    return error(400, f"Some required fields were not set: [{', '.join(names)}]", "VALIDATION_ERROR")


def invalid_values(problems: Sequence[dict[str, str]]) -> dict[str, Any]:
    """
    The body that refuses property values.

    Args:
        problems: `message`, `code` and `name` of each.
    """
    listed = [{"isValid": False, "message": p["message"], "error": p["code"], "name": p["name"]} for p in problems]
    return {
        "status": "error",
        "message": f"Property values were not valid: {orjson.dumps(listed).decode()}",
        "errors": [
            {"message": p["message"], "code": p["code"], "context": {"propertyName": [p["name"]]}} for p in problems
        ],
        "category": "VALIDATION_ERROR",
    }


def already_exists(singular: str, id_: str) -> Answer:
    label = singular.replace("_", " ").capitalize()
    return error(409, f"{label} already exists. Existing ID: {id_}", "CONFLICT")
