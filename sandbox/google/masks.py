"""
Field masks: which members of a message are read, or written.

Clients write them in three forms, `a.b`, `a/b` and `a(b,c)`; all mean the same.
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.google.errors import ApiError, Json, invalid
from sandbox.google.payload import Description

Mask = dict[str, Any]
"""
Member -> the mask within it; an empty one means the whole member, as `*` does.
"""


def parse(text: str) -> Mask:
    """
    The mask that a client wrote.

    Raises:
        ApiError: 400; it is not a list of members.
    """
    tokens = re.findall(r"[^,()./\s]+|[,()./]", text)
    mask: Mask = {}
    if _list(tokens, 0, mask) != len(tokens):
        raise invalid(f"Invalid field selection {text}")
    return mask


def _list(tokens: list[str], at: int, into: Mask) -> int:
    at = _member(tokens, at, into)
    while tokens[at : at + 1] == [","]:
        at = _member(tokens, at + 1, into)
    return at


def _member(tokens: list[str], at: int, into: Mask) -> int:
    name = "".join(tokens[at : at + 1])
    if name in ("", ",", "(", ")", ".", "/"):
        raise invalid(f"Invalid field selection {''.join(tokens)}")
    is_new = name not in into
    within: Mask = into.setdefault(name, {})
    follows, at = "".join(tokens[at + 1 : at + 2]), at + 1
    if follows not in (".", "/", "("):
        into[name] = {}
        return at
    if not is_new and not within:  # the whole member was asked for already
        within = {}
    if follows != "(":
        return _member(tokens, at + 1, within)
    at = _list(tokens, at + 1, within)
    if tokens[at : at + 1] != [")"]:
        raise invalid(f"Invalid field selection {''.join(tokens)}")
    return at + 1


def _is_whole(mask: Mask) -> bool:
    return not mask or "*" in mask


def check(description: Description, message: str, mask: Mask, path: str = "") -> None:
    """
    Raises:
        ApiError: 400; the mask names a member that the message has not.
    """
    described = description.fields(message)
    for name, within in mask.items():
        if name == "*":
            continue
        here = f"{path}.{name}" if path else name
        member = described.get(name)
        if member is None:
            raise _unknown(here)
        inner = description.inner(member)
        if within and "additionalProperties" not in member:
            if inner is None:
                raise _unknown(here)
            check(description, inner, within, here)


def _unknown(path: str) -> ApiError:
    what = f"Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'."
    detail = {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [{"field": path, "description": what}],
    }
    return ApiError(400, "Request contains an invalid argument.", details=[detail], reason="invalidParameter")


def pick(mask: Mask, body: Any) -> Any:
    """
    The members of a body that the mask asks for.
    """
    if _is_whole(mask):
        return body
    if isinstance(body, list):
        return [pick(mask, item) for item in body]
    if not isinstance(body, dict):
        return body
    return {name: pick(mask[name], value) for name, value in body.items() if name in mask}


def write(mask: Mask, target: Json, source: Json) -> Json:
    """
    A copy of the target whose masked members stand as in the source: those that the source lacks are gone.
    """
    if _is_whole(mask):
        return dict(source)
    written = dict(target)
    for name, within in mask.items():
        if _is_whole(within):
            if name in source:
                written[name] = source[name]
            else:
                written.pop(name, None)
        else:
            inner = write(within, written.get(name) or {}, source.get(name) or {})
            if inner:
                written[name] = inner
            else:
                written.pop(name, None)
    return written


def touches(mask: Mask, *path: str) -> bool:
    """
    Whether the mask asks for anything of the member at the path.
    """
    for name in path:
        if _is_whole(mask):
            return True
        if name not in mask:
            return False
        mask = mask[name]
    return True
