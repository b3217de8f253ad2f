"""
What each played vendor gives to the sandbox.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

Record = dict[str, Any]
Records = dict[str, list[Record]]
"""
The vendor's object name -> its records, with the vendor's own field names.
"""


class Vendor(Protocol):
    """
    One vendor's API over records held in memory.
    """

    name: str

    @property
    def prefixes(self) -> tuple[str, ...]:
        """
        Beginnings of the paths that this vendor answers; a request is logged and broken (see `control`) per vendor.
        """
        ...

    def routes(self) -> Sequence[BaseRoute]: ...

    def fault(self, kind: str, request: Request, options: Mapping[str, Any]) -> Response:
        """
        The vendor's own wording of a refusal.

        Args:
            kind: `expired` (401), `scope` (403), `limit` (429; `options["retry_after"]` [s] when given),
                `error` (500), `unavailable` (503 with an HTML page).
            request: The request that is refused.
            options: What the fault was injected with.
        """
        ...

    def state(self) -> dict[str, Any]:
        """
        What stands at the vendor now, as JSON: object -> list of records, fields created, jobs and alike.
        """
        ...

    def set_limits(self, on: bool) -> None:
        """
        Rate and quota limits as the vendor has them, or none (the default, so that tests run fast).
        """
        ...
