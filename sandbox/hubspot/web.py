"""
A request as the played HubSpot sees it, and the answer it gives: the thinnest layer that ASGI allows.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from starlette.types import Receive, Scope, Send

JSON_TYPE = b"application/json;charset=utf-8"
HTML_TYPE = b"text/html;charset=utf-8"


class Answer(Exception):
    """
    A whole response; raised where a handler refuses, returned where it does not.

    Args:
        status: HTTP status.
        body: JSON-able, or bytes that are sent as they are.
        headers: Further headers.
        rated: False on routes that tell no rate limits (search).
    """

    def __init__(
        self, status: int, body: Any = None, headers: Mapping[str, str] | None = None, *, rated: bool = True
    ) -> None:
        super().__init__(status)
        self.status, self.body, self.headers, self.rated = status, body, dict(headers or {}), rated


def correlation_id() -> str:
    """
    A UUIDv7: its first 48 bits are the moment, as in HubSpot's correlation ids.
    """
    moment = int(time.time() * 1000).to_bytes(6, "big").hex()
    noise = os.urandom(10).hex()
    return f"{moment[:8]}-{moment[8:]}-7{noise[:3]}-{'89ab'[int(noise[3], 16) % 4]}{noise[4:7]}-{noise[7:19]}"


class Call:
    """
    One request.

    Args:
        scope: The ASGI scope.
        body: The body's bytes.
        area: What the path is about, whatever version it is written in: `crm/objects`, `marketing/emails`, ...
        parts: The segments after that.
        version: As the path writes it: `v3`, or a date in the dated family (`/crm/objects/2026-09/...`).
    """

    def __init__(self, scope: Scope, body: bytes, area: str, parts: list[str], version: str) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.area, self.parts, self.version, self.body = area, parts, version, body
        self.headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        self.query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        self.query_length = len(scope["query_string"])
        self.base_url = f"{scope.get('scheme', 'http')}://{self.headers.get('host', 'localhost')}"
        self.correlation_id = correlation_id()

    def text(self, name: str, default: str = "") -> str:
        """
        A query parameter; the last one when it comes more than once.
        """
        return next((value for key, value in reversed(self.query) if key == name), default)

    def flag(self, name: str) -> bool:
        """
        A boolean of the query, in any capitalisation (Python clients send `True`).
        """
        return self.text(name).strip().lower() == "true"

    def many(self, name: str) -> list[str]:
        """
        An array of the query, repeated or joined by commas, each value once.
        """
        found = (part.strip() for key, value in self.query if key == name for part in value.split(","))
        return list(dict.fromkeys(part for part in found if part))

    def next_link(self, after: str) -> str:
        """
        The address of the next page on the host that was asked.

        Args:
            after: The cursor, already percent-encoded where the vendor encodes it.
        """
        kept = urlencode([(key, value) for key, value in self.query if key != "after"])
        return f"{self.base_url}{self.path}?{kept}{'&' if kept else ''}after={after}"

    def json(self) -> dict[str, Any]:
        """
        The body as a JSON object; an empty body is an empty object.

        Raises:
            Answer: 400 when it is none.
        """
        try:
            body = orjson.loads(self.body or b"{}")
        except orjson.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno}"
            raise Answer(400, {"status": "error", "message": f"Invalid input JSON on {where}: {error.msg}"}) from None
        if not isinstance(body, dict):
            message = "Invalid input JSON on line 1, column 1: Cannot deserialize value of type object from Array value"
            raise Answer(400, {"status": "error", "message": message})
        return body


def encode(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return b"" if body is None else orjson.dumps(body)


async def read_body(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


async def send_answer(send: Send, answer: Answer, correlation: str, rate_headers: list[tuple[bytes, bytes]]) -> None:
    """
    Put an answer on the wire with the headers that every HubSpot response has.
    """
    body = answer.body
    if isinstance(body, dict) and answer.status >= 400:
        body.setdefault("correlationId", correlation)
    content = encode(body)
    kind = HTML_TYPE if content.startswith(b"<") else JSON_TYPE
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(content)).encode()),
        (b"x-hubspot-correlation-id", correlation.encode()),
        (b"x-trace", b"2B" + correlation.replace("-", "").upper().encode() + b"000000000000000000000000"),
        (b"cf-ray", correlation[-12:].encode() + b"0000-MAD"),
        *(rate_headers if answer.rated else ()),
        *((name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers.items()),
    ]
    if answer.status == 204:
        headers = headers[1:1] + headers[2:]
        content = b""
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
