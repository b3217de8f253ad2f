"""
The sandbox's own controls under `/_sandbox/`: the request log, faults, limits and the state of every vendor.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.vendor import Vendor

LOGGED = 100_000
WORDED = ("expired", "scope", "limit", "error", "unavailable")
HANG_UP = "sandbox.hang_up"  # in the scope of a request: ends its connection without an answer
KINDS = (*WORDED, "slow", "cut", "lost")


@dataclass
class Fault:
    """
    A failure that waits for its request.

    Args:
        kind: One that the vendor words (`expired`, `scope`, `limit`, `error`, `unavailable`), or `slow` (answers after
            `seconds`), `cut` (the connection breaks in the middle of the answer), `lost` (done, but no answer comes).
        vendor: Only requests to this vendor; empty for any.
        path: Only paths that contain this.
        method: Only this method; empty for any.
        times: How many requests it hits; -1 for all that come.
        after: How many fitting requests pass before it hits.
        options: Handed to the vendor (`retry_after` [s], `scope`) or used here (`seconds`).
    """

    kind: str
    vendor: str = ""
    path: str = ""
    method: str = ""
    times: int = 1
    after: int = 0
    options: dict[str, Any] = field(default_factory=dict)

    def fits(self, vendor: str, method: str, path: str) -> bool:
        return (
            self.times != 0
            and self.vendor in ("", vendor)
            and self.path in path
            and self.method.upper() in ("", method)
        )


class Control:
    """
    Counts every request and breaks those that a fault was injected for.
    """

    def __init__(self, vendors: Sequence[Vendor]) -> None:
        self.vendors = {vendor.name: vendor for vendor in vendors}
        self.faults: list[Fault] = []
        self.log: list[dict[str, Any]] = []
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self._lock = threading.Lock()

    def vendor_of(self, path: str) -> str:
        return next((v.name for v in self.vendors.values() if path.startswith(v.prefixes)), "")

    def note(self, vendor: str, method: str, path: str, query: str, status: int) -> None:
        with self._lock:
            self.counts[vendor, method, path] += 1
            if len(self.log) < LOGGED:
                self.log.append({"vendor": vendor, "method": method, "path": path, "query": query, "status": status})

    def next_fault(self, vendor: str, method: str, path: str) -> Fault | None:
        with self._lock:
            for fault in self.faults:
                if fault.fits(vendor, method, path):
                    if fault.after > 0:
                        fault.after -= 1
                        continue
                    fault.times -= 1
                    return fault
        return None

    def inject(self, **fault: Any) -> None:
        """
        Add a fault; arguments as in `Fault`.
        """
        if fault.get("kind") not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        with self._lock:
            self.faults.append(Fault(**fault))

    def reset(self) -> None:
        with self._lock:
            self.faults.clear()
            self.log.clear()
            self.counts.clear()

    def requests(self, vendor: str = "", method: str = "", path: str = "") -> int:
        """
        How many requests came, of those that fit.
        """
        with self._lock:
            return sum(
                n
                for (v, m, p), n in self.counts.items()
                if vendor in ("", v) and method.upper() in ("", m) and path in p
            )

    def routes(self) -> list[Route]:
        return [
            Route("/_sandbox/state", self._state),
            Route("/_sandbox/log", self._log),
            Route("/_sandbox/faults", self._faults, methods=["GET", "POST", "DELETE"]),
            Route("/_sandbox/limits", self._limits, methods=["POST"]),
            Route("/_sandbox/reset", self._reset, methods=["POST"]),
        ]

    async def _state(self, request: Request) -> Response:
        wanted = request.query_params.get("vendor")
        return JSONResponse({name: v.state() for name, v in self.vendors.items() if wanted in (None, name)})

    async def _log(self, request: Request) -> Response:
        with self._lock:
            counts = [{"vendor": v, "method": m, "path": p, "count": n} for (v, m, p), n in self.counts.items()]
            return JSONResponse({"total": sum(self.counts.values()), "counts": counts, "requests": list(self.log)})

    async def _faults(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                self.inject(**await request.json())
            except (TypeError, ValueError) as error:
                return JSONResponse({"error": str(error), "kinds": KINDS}, status_code=400)
        elif request.method == "DELETE":
            with self._lock:
                self.faults.clear()
        return JSONResponse([vars(fault) for fault in self.faults])

    async def _limits(self, request: Request) -> Response:
        body: Mapping[str, Any] = await request.json()
        for name, vendor in self.vendors.items():
            if body.get("vendor") in (None, name):
                vendor.set_limits(bool(body["on"]))
        return JSONResponse({"on": bool(body["on"])})

    async def _reset(self, request: Request) -> Response:
        self.reset()
        return JSONResponse({})


class _Broken(Exception):
    """
    Makes the server drop the connection; no fault of the sandbox's.
    """


class ControlMiddleware:
    """
    Stands before the vendors: logs, then lets through or breaks.
    """

    def __init__(self, app: ASGIApp, control: Control) -> None:
        self.app = app
        self.control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/_sandbox/"):
            await self.app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        vendor = self.control.vendor_of(path)
        fault = self.control.next_fault(vendor, method, path)
        query, noted = scope["query_string"].decode("latin-1"), False

        async def noting(message: Message) -> None:
            nonlocal noted
            if message["type"] == "http.response.start":
                # Before the answer goes out: who has it may ask at once how many requests came.
                self.control.note(vendor, method, path, query, message["status"])
                noted = True
            await send(message)

        try:
            if fault is None:
                await self.app(scope, receive, noting)
            elif fault.kind == "slow":
                await asyncio.sleep(float(fault.options.get("seconds", 5)))
                await self.app(scope, receive, noting)
            elif fault.kind == "cut":
                await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
                await send({"type": "http.response.body", "body": b'{"cut', "more_body": True})
                raise _Broken
            elif fault.kind == "lost":
                await self.app(scope, receive, _swallow)
                scope.get(HANG_UP, lambda: None)()
                raise _Broken
            else:
                request = Request(scope, receive)
                await request.body()
                answer = self.control.vendors[vendor].fault(fault.kind, request, fault.options)
                await answer(scope, receive, noting)
        finally:
            if not noted:
                self.control.note(vendor, method, path, query, 0)


async def _swallow(message: Message) -> None:
    """
    The vendor did the work; its answer goes nowhere.
    """
