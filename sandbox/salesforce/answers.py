"""
How Salesforce answers: JSON bodies, and refusals whose body is a list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.responses import Response

JSON = "application/json;charset=UTF-8"


class Refusal(Exception):
    """
    A request that is refused as a whole.

    Args:
        status: The HTTP status.
        code: The `errorCode`.
        message: The words beside it.
        fields: Field names, where Salesforce names them.
    """

    def __init__(self, status: int, code: str, message: str, fields: Sequence[str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message, self.fields = status, code, message, fields

    def answer(self) -> Response:
        return errors(self.status, self.code, self.message, self.fields)


class RowRefusal(Exception):
    """
    One row that is refused while the others go on.
    """

    def __init__(self, code: str, message: str, fields: Sequence[str] = ()) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.fields = code, message, list(fields)

    def as_result(self) -> dict[str, Any]:
        error = {"statusCode": self.code, "message": self.message, "fields": self.fields}
        return {"success": False, "errors": [error]}

    def as_cell(self) -> str:
        return f"{self.code}:{self.message}:{','.join(self.fields)} --"


def json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, dict(headers or {}), JSON)


def errors(status: int, code: str, message: str, fields: Sequence[str] | None = None) -> Response:
    entry: dict[str, Any] = {"message": message, "errorCode": code}
    if fields is not None:
        entry["fields"] = list(fields)
    return json([entry], status)


def not_found() -> Refusal:
    return Refusal(404, "NOT_FOUND", "The requested resource does not exist")


def parsed(body: bytes) -> Any:
    """
    The JSON of a request; bare NaN and Infinity are no JSON.

    Raises:
        Refusal: It does not parse.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        message = f"{error.msg} at [line:{error.lineno}, column:{error.colno}]"
        raise Refusal(400, "JSON_PARSER_ERROR", message) from error
