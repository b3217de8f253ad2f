"""
What tests reach from outside the process, below `/_sandbox/salesforce/`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.salesforce.answers import json

if TYPE_CHECKING:
    from sandbox.salesforce.vendor import Salesforce


class Controls:
    """
    `refuse`, `hide`, `edit`, `purge`, `options` and `reset`: POST with a JSON body that holds the arguments of the
    vendor's own methods.
    """

    def __init__(self, vendor: Salesforce) -> None:
        self._vendor = vendor

    def routes(self) -> list[Route]:
        return [
            Route("/_sandbox/salesforce/refuse", self._refuse, methods=["POST", "DELETE"]),
            Route("/_sandbox/salesforce/hide", self._hide, methods=["POST"]),
            Route("/_sandbox/salesforce/edit", self._edit, methods=["POST"]),
            Route("/_sandbox/salesforce/purge", self._purge, methods=["POST"]),
            Route("/_sandbox/salesforce/options", self._options, methods=["POST"]),
            Route("/_sandbox/salesforce/reset", self._reset, methods=["POST"]),
        ]

    async def _refuse(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._vendor.accept()
            return json({})
        return await self._controlled(request, self._vendor.refuse)

    async def _hide(self, request: Request) -> Response:
        def hide(object: str, field: str | None = None, shown: bool = False) -> None:
            if field is None:
                self._vendor.hide_object(object, shown=shown)
            else:
                self._vendor.hide_field(object, field, shown=shown)

        return await self._controlled(request, hide)

    async def _edit(self, request: Request) -> Response:
        return await self._controlled(request, self._vendor.edit)

    async def _purge(self, request: Request) -> Response:
        return await self._controlled(request, self._vendor.purge)

    async def _reset(self, request: Request) -> Response:
        self._vendor.reset()
        return json({})

    async def _options(self, request: Request) -> Response:
        def choose(**options: Any) -> None:
            known: dict[str, Callable[[Any], None]] = {
                "max_batch": self._vendor.set_max_batch,
                "max_page": self._vendor.set_max_page,
                "polls": self._vendor.set_polls,
                "daily_requests": self._vendor.set_daily_requests,
                "assign_to": self._vendor.assign_to,
                "advance": self._vendor.advance,
                "expire_sessions": lambda _: self._vendor.expire_sessions(),
            }
            unknown = [name for name in options if name not in known]
            if unknown:
                raise ValueError(f"unknown options: {', '.join(unknown)}; known: {', '.join(known)}")
            for name, value in options.items():
                known[name](value)

        return await self._controlled(request, choose)

    async def _controlled(self, request: Request, work: Any) -> Response:
        try:
            work(**await request.json())
        except (TypeError, ValueError) as error:
            return json({"error": str(error)}, 400)
        return json({})
