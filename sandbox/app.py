"""
The sandbox as one web application, and as a server that a test, the demo or the command line runs.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.control import HANG_UP, Control, ControlMiddleware
from sandbox.vendor import Vendor


async def _unknown(request: Request, error: Exception) -> Response:
    return HTMLResponse("<html><body><h1>404 Not Found</h1></body></html>", status_code=404)


def application(vendors: Sequence[Vendor]) -> tuple[Starlette, Control]:
    """
    One application that answers for all the vendors given, and the control over it.
    """
    control = Control(vendors)
    routes = [*control.routes(), *(route for vendor in vendors for route in vendor.routes())]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(ControlMiddleware, control=control)],
        exception_handlers={404: _unknown, 405: _unknown},
    )
    return app, control


class _HangUp:
    """
    Gives each request the means to end its connection: ASGI has no message for it, uvicorn's own object does it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        scope[HANG_UP] = transport.close if transport is not None else lambda: None
        await self.app(scope, receive, send)


class Sandbox:
    """
    The vendors behind a port of this machine, in a thread; ends with its `with` block.

    Args:
        vendors: Whom it plays.
        port: 0 takes a free one.
    """

    def __init__(self, vendors: Sequence[Vendor], port: int = 0) -> None:
        self.vendors = {vendor.name: vendor for vendor in vendors}
        app, self.control = application(vendors)
        # Only a socket that names TCP gets TCP_NODELAY from asyncio; without it each answer may wait 40 ms for an ACK.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            _HangUp(app), log_level="critical", access_log=False, lifespan="off", timeout_keep_alive=65
        )
        self._server = uvicorn.Server(config)
        # A cut connection is this server's job, not a bug worth a traceback.
        logging.getLogger("uvicorn.error").disabled = True
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the sandbox could not start")
            time.sleep(0.005)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(timeout=5)

    def wait(self) -> None:
        """
        Serve until the thread ends.
        """
        while self._thread.is_alive():
            self._thread.join(timeout=0.5)
