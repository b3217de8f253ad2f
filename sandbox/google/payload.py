"""
Bodies held against Google's own machine-readable description of its APIs.

The description is the discovery document that google-api-python-client carries. What it does not name is refused, as
the real front end does, and what may be written in two ways (enums by name or number, 64-bit integers as text or
number) is brought into one form.
"""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from googleapiclient.discovery_cache import get_static_doc

from sandbox.google.errors import Json, bad_payload

# Enums are numbered by their place in the description, except these.
_NUMBERS: dict[str, tuple[int, ...]] = {
    "METRIC_AGGREGATION_UNSPECIFIED": (0, 1, 5, 6, 4),
    "METRIC_TYPE_UNSPECIFIED": (0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13),
}
_LIST = "type.googleapis.com/google.protobuf.ListValue"
_INTEGERS = {"int32": "TYPE_INT32", "uint32": "TYPE_UINT32", "int64": "TYPE_INT64"}


@functools.cache
def schemas(api: str, version: str) -> Json:
    """
    The message descriptions of one API by name.
    """
    described: Json = json.loads(get_static_doc(api, version))["schemas"]
    return described


@functools.cache
def _with_enums(api: str, version: str) -> frozenset[str]:
    """
    The messages that hold an enum, themselves or further inside.
    """
    found: set[str] = set()
    described = schemas(api, version)
    while True:
        more = {name for name, message in described.items() if name not in found and _holds_enum(message, found)}
        if not more:
            return frozenset(found)
        found |= more


def _holds_enum(message: Json, found: set[str]) -> bool:
    members = message.get("properties", {}).values()
    parts = [part for member in members for part in (member, member.get("items", {}))]
    return any("enum" in part or part.get("$ref") in found for part in parts)


class Description:
    """
    One API's messages.

    Args:
        api: `sheets`, `analyticsdata` or `drive`.
        version: As in the address: `v4`.
    """

    def __init__(self, api: str, version: str) -> None:
        self.api, self.version = api, version

    def check(self, message: str, body: Any) -> Json:
        """
        The body in one form: unset and null members left out, enums by name, 64-bit integers as integers.

        Raises:
            ApiError: 400; it has a member that the message has not, or a value of the wrong type.
        """
        if not isinstance(body, dict):
            raise bad_payload("Invalid JSON payload received. Unexpected token.")
        checked: Json = self._object(message, body, "")
        return checked

    def fields(self, message: str) -> Json:
        found: Json = schemas(self.api, self.version)[message].get("properties", {})
        return found

    def inner(self, member: Json) -> str | None:
        """
        The message that a member holds (itself or as a list), if it holds one.
        """
        found: str | None = member.get("$ref") or member.get("items", {}).get("$ref")
        return found

    def numbered(self, message: str, body: Json) -> Json:
        """
        The same body with enums as numbers, for clients that ask for them.
        """
        described = self.fields(message)
        return {name: self._number(described.get(name, {}), value) for name, value in body.items()}

    def _number(self, member: Json, value: Any) -> Any:
        if isinstance(value, list):
            inner = self.inner(member)
            if inner is not None and not self._has_enum(inner):
                return value  # the rows of a report: nearly all of it, and no enum in them
            return [self._number(member.get("items", {}), item) for item in value]
        if "$ref" in member and isinstance(value, dict):
            return self.numbered(member["$ref"], value) if self._has_enum(member["$ref"]) else value
        names = member.get("enum")
        if names and value in names:
            return _numbers(names)[names.index(value)]
        return value

    def _has_enum(self, message: str) -> bool:
        return message in _with_enums(self.api, self.version)

    def _object(self, message: str, body: Json, path: str) -> Json:
        described = self.fields(message)
        checked: Json = {}
        for name, value in body.items():
            member = described.get(name) or described.get(_camel(name))
            if member is None:
                at = f" at '{path}'" if path else ""
                what = f'Invalid JSON payload received. Unknown name "{name}"{at}: Cannot find field.'
                raise bad_payload(what, path)
            if value is not None:
                checked[_camel(name)] = self._value(member, value, f"{path}.{_snake(name)}" if path else _snake(name))
        return checked

    def _value(self, member: Json, value: Any, path: str) -> Any:
        if "$ref" in member:
            if not isinstance(value, dict):
                raise _wrong(path, f"type.googleapis.com/{member['$ref']}", value)
            return self._object(member["$ref"], value, path)
        kind = member.get("type")
        if kind == "array":
            items = value if isinstance(value, list) else [value]
            if member["items"].get("type") == "array" and not all(isinstance(item, list) for item in items):
                raise _wrong(path, _LIST, value)
            return [self._value(member["items"], item, f"{path}[{i}]") for i, item in enumerate(items)]
        if kind == "boolean":
            if not isinstance(value, bool):
                raise _wrong(path, "TYPE_BOOL", value)
            return value
        if member.get("format") in _INTEGERS:
            return _integer(value, path, _INTEGERS[member["format"]])
        if kind == "number":
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise _wrong(path, "TYPE_DOUBLE", value)
            return value
        if "enum" in member:
            return _name(member["enum"], value, path)
        if kind == "string" and not isinstance(value, str):
            raise _wrong(path, "TYPE_STRING", value)
        return value


def _numbers(names: list[str]) -> tuple[int, ...]:
    return _NUMBERS.get(names[0], tuple(range(len(names))))


def _name(names: list[str], value: Any, path: str) -> str:
    if value in names:
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and value in _numbers(names):
        return names[_numbers(names).index(value)]
    raise _wrong(path, "TYPE_ENUM", value)


def _integer(value: Any, path: str, kind: str) -> int:
    if isinstance(value, str) and re.fullmatch(r"[+-]?\d+", value):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(path, kind, value)
    return value


def _wrong(path: str, kind: str, value: Any) -> Exception:
    return bad_payload(f"Invalid value at '{path}' ({kind}), {json.dumps(value)}", path)


@functools.lru_cache(10_000)
def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


@functools.lru_cache(10_000)
def _snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda found: "_" + found[0].lower(), name)
