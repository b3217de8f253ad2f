"""
One request below `/services/`, and how it finds the part that answers it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from starlette.responses import Response

from sandbox.salesforce.answers import Refusal, not_found, parsed


@dataclass(frozen=True)
class Call:
    """
    A request as the parts see it.

    Args:
        base: Scheme, host and port that it came in by.
        version: The API version in its path, e.g. `59.0`.
        path: What stands behind the version, still percent-encoded, without slashes at its ends.
    """

    method: str
    base: str
    version: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def root(self) -> str:
        return f"/services/data/v{self.version}"

    def json(self) -> dict[str, Any]:
        """
        The body as a JSON object.

        Raises:
            Refusal: It is none.
        """
        found = parsed(self.body)
        if not isinstance(found, dict):
            raise Refusal(400, "JSON_PARSER_ERROR", "The HTTP entity body must be a JSON object")
        return found


Handler = Callable[..., Response]


class Router:
    """
    Paths and who answers them; the groups of a pattern, decoded, are the handler's arguments.
    """

    def __init__(self, routes: Sequence[tuple[str, str, Handler]]) -> None:
        self._routes = [(method, re.compile(pattern + r"\Z", re.I), handler) for method, pattern, handler in routes]

    def answer(self, call: Call) -> Response:
        """
        The answer of the first route that fits.

        Raises:
            Refusal: No route fits.
        """
        allowed = False
        for method, pattern, handler in self._routes:
            match = pattern.match(call.path)
            if match is None:
                continue
            if method == call.method:
                return handler(call, *(unquote(part) for part in match.groups()))
            allowed = True
        if allowed:
            message = f"HTTP Method '{call.method}' not allowed."
            raise Refusal(405, "METHOD_NOT_ALLOWED", message)
        raise not_found()
