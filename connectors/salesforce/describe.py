"""
What the integration user may see of an object.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.salesforce.client import Client
from connectors.salesforce.refusals import refusal


@dataclass(frozen=True)
class Seen:
    """
    A field as the describe call shows it.

    Args:
        type: Salesforce's type, e.g. `currency`.
        filterable: Whether a query may compare it.
        updateable: Whether we may write it.
        createable: Whether we may give it to a new record.
        scale: Decimals that are kept.
        length: Characters that a text may have; 0 where that does not apply.
        calculated: True for formulas and roll-ups, whose changes move no stamp.
    """

    type: str
    filterable: bool = True
    updateable: bool = False
    createable: bool = False
    scale: int = 0
    length: int = 0
    calculated: bool = False


def describe(client: Client, name: str) -> Mapping[str, Seen] | None:
    """
    The visible fields of an object; None if the user may not see the object at all.
    """
    what = f"describing {name}"
    answer = client.send("GET", f"sobjects/{name}/describe", what=what)
    if not answer.ok:
        code, _ = refusal(answer)
        if answer.status == 404 or code in ("NOT_FOUND", "INVALID_TYPE"):
            return None
        raise client.error(answer, what=what, where=f"salesforce.{name}")
    return _fields(_parsed(answer.body))


def _parsed(body: bytes) -> Mapping[str, Any]:
    import orjson

    parsed: Mapping[str, Any] = orjson.loads(body)
    return parsed


def _fields(described: Mapping[str, Any]) -> dict[str, Seen]:
    fields: Iterable[Mapping[str, Any]] = described.get("fields") or ()
    return {
        str(field["name"]): Seen(
            type=str(field.get("type", "")),
            filterable=bool(field.get("filterable", True)),
            updateable=bool(field.get("updateable", False)),
            createable=bool(field.get("createable", False)),
            scale=int(field.get("scale") or 0),
            length=int(field.get("length") or 0),
            calculated=bool(field.get("calculated", False)),
        )
        for field in fields
    }
