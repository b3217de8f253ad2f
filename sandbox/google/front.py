"""
What stands before every API: credentials, scopes, quota, the body's shape, field masks, and the form of the answer.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.google import masks
from sandbox.google.auth import Accounts, Identity
from sandbox.google.errors import ApiError, Json, bad_payload, missing_scope
from sandbox.google.payload import Description


@dataclass(frozen=True)
class Call:
    """
    A request that passed the front: who asks for what.

    Args:
        identity: The caller.
        path: The variable parts of the path.
        query: The query's parameters.
        body: The body, in the one form of `Description.check`.
    """

    identity: Identity
    path: dict[str, str]
    query: QueryParams
    body: Json = field(default_factory=dict)

    def flag(self, name: str) -> bool:
        """
        A boolean of the query; clients write `true` and `True`.
        """
        return self.query.get(name, "").lower() == "true"


Handler = Callable[[Call], Json]
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Front:
    """
    The front of one API.

    Args:
        accounts: Who may call.
        description: The API's messages.
        host: Its real host name, which self-signed tokens name.
        drive: Its errors have Drive's form.
    """

    accounts: Accounts
    description: Description
    host: str
    drive: bool = False

    def endpoint(
        self,
        handle: Handler,
        *,
        scopes: Sequence[str],
        reply: str,
        message: str = "",
        charge: Callable[[Identity], None] | None = None,
        default_fields: str = "*",
    ) -> Endpoint:
        """
        A handler with the front before it.

        Args:
            handle: Answers the call, or raises an `ApiError`.
            scopes: One of these is needed.
            reply: The message that it answers with.
            message: The message that the body must be; empty for none.
            charge: Takes the request off the caller's quota; failed requests count too.
            default_fields: The mask of an answer that none was asked for.
        """

        async def answer(request: Request) -> Response:
            raw = await request.body()
            try:
                identity = self.accounts.identify(request.headers.get("authorization"), self.host)
                if not identity.may(scopes):
                    raise missing_scope(self.host)
                if charge is not None:
                    charge(identity)
                body = self.description.check(message, _json(raw)) if message else {}
                mask = self._mask(request, reply, default_fields)
                replied = handle(Call(identity, dict(request.path_params), request.query_params, body))
            except ApiError as error:
                return error.response(drive=self.drive)
            if "enum-encoding=int" in request.query_params.get("$alt", ""):
                replied = self.description.numbered(reply, replied)
            return JSONResponse(masks.pick(mask, replied))

        return answer

    def _mask(self, request: Request, reply: str, default: str) -> masks.Mask:
        text = request.query_params.get("fields") or request.query_params.get("$fields") or default
        mask = masks.parse(text)
        masks.check(self.description, reply, mask)
        return mask


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw or b"{}", parse_constant=_no_number)
    except ValueError:
        raise bad_payload(
            f"Invalid JSON payload received. Parser terminated before end of string.\n{raw[:40]!r}"
        ) from None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


class OverridableRouter:
    """
    Routes that take a long GET as a POST: the method in `x-http-method-override`, the query as a form.
    """

    def __init__(self, router: Router) -> None:
        self.app: ASGIApp = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if scope["method"] == "POST" and request.headers.get("x-http-method-override", "").upper() == "GET":
            form = QueryParams((await request.body()).decode())
            query = [*request.query_params.multi_items(), *form.multi_items()]
            scope = dict(scope, method="GET", query_string=urlencode(query).encode())
            receive = _nothing
        await self.app(scope, receive, send)
