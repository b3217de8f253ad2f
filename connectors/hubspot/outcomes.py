"""
What HubSpot's answer to a batch of updates says about each row: its rows come in another order, some not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from connectors.contract import Outcome
from connectors.hubspot.refusals import message
from connectors.transport import Answer

_FIXES = {
    "OBJECT_NOT_FOUND": "Nothing: the record was deleted or merged in HubSpot, and the next pull takes note of it.",
    "PROPERTY_DOESNT_EXIST": "Push again: the properties that are missing are created first.",
    "READ_ONLY_VALUE": "Let the property take values again, or delete it in HubSpot so that the next push creates it.",
    "INVALID_OPTION": "Give the property back the type that it was created with, or delete it in HubSpot.",
}
_FIX = "See the message; correct the record or the property in HubSpot, and push again."


def of_answer(answer: Answer, traces: Mapping[str, str]) -> dict[str, Outcome]:
    """
    Record id -> outcome, for every row of a batch.

    Args:
        answer: 200, 207, or a refusal of the batch as a whole.
        traces: Trace id of each row -> its record id.
    """
    ids = list(traces.values())
    if not answer.ok:
        errors = _errors(answer)
        code = _code(errors[0]) if errors else ""
        return {id: _rejected(id, code or f"HTTP_{answer.status}", message(answer)) for id in ids}
    body = _body(answer)
    found = {str(row.get("id")): Outcome(str(row.get("id")), "written") for row in body.get("results") or ()}
    made = {id: found[id] for id in ids if id in found}
    for error in _errors(answer):
        context = error.get("context") or {}
        named = [traces[trace] for trace in context.get("objectWriteTraceId") or () if trace in traces]
        named += [id for id in map(str, context.get("ids") or ()) if id in ids]
        for id in named:
            made[id] = _rejected(id, _code(error), str(error.get("message") or ""))
    return {id: made.get(id) or unknown(id) for id in ids}


def unknown(id: str, why: str = "HubSpot's answer does not mention this record.") -> Outcome:
    """
    A row that may or may not have been written.
    """
    return Outcome(id, "unknown", "NO_ANSWER", why, "Push again: what stands there is compared first.")


def not_sent(id: str, why: str) -> Outcome:
    """
    A row that was certainly not written, because HubSpot takes no more for now.
    """
    return Outcome(id, "rejected", "NOT_SENT", why, "Push again later: this row was not sent.")


def invalid(id: str, why: str) -> Outcome:
    """
    A row whose values HubSpot could not keep.
    """
    return Outcome(id, "rejected", "INVALID_VALUE", why, "See `noria explain` for where this value comes from.")


def _rejected(id: str, code: str, text: str) -> Outcome:
    return Outcome(id, "rejected", code, text, _FIXES.get(code, _FIX))


def _code(error: Mapping[str, Any]) -> str:
    inner = [each for each in error.get("errors") or () if isinstance(each, dict)]
    codes = [error.get("code"), *(each.get("code") for each in inner), error.get("subCategory"), error.get("category")]
    return next((str(code) for code in codes if code), "")


def _body(answer: Answer) -> Mapping[str, Any]:
    try:
        body = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return {}  # cut or foreign: every row stays unknown
    return body if isinstance(body, dict) else {}


def _errors(answer: Answer) -> Sequence[Mapping[str, Any]]:
    body = _body(answer)
    errors = [error for error in body.get("errors") or () if isinstance(error, dict)]
    return errors or ([body] if not answer.ok and body else [])
