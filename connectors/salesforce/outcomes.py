"""
Salesforce's refusals of single rows, in plain words with what to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.contract import Outcome
from connectors.errors import redact

NOT_SENT = "NOT_SENT"
RETRIED = frozenset({"UNABLE_TO_LOCK_ROW"})

_AGAIN = "Nothing to do: the next run tries again."
_ACCESS = (
    "Give the integration user edit access to this record and field (permission set, sharing, field-level security)."
)

# code -> (what it means, what to do)
_MEANINGS: Mapping[str, tuple[str, str]] = {
    "UNABLE_TO_LOCK_ROW": ("Somebody else was writing this record or its parent.", _AGAIN),
    "UNKNOWN_EXCEPTION": ("Salesforce failed on this record without saying why.", _AGAIN),
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": (
        "A validation rule of the organisation refused the change.",
        "Let the rule pass the integration user, or complete the record.",
    ),
    "FIELD_INTEGRITY_EXCEPTION": ("Salesforce found the value unfit for the field.", "Check the field's definition."),
    "REQUIRED_FIELD_MISSING": ("The record lacks a field that is required by now.", "Fill in the field named."),
    "INVALID_FIELD": ("The field does not exist or is hidden from the integration user.", _ACCESS),
    "INVALID_FIELD_FOR_INSERT_UPDATE": ("The integration user may not write the field.", _ACCESS),
    "INSUFFICIENT_ACCESS_OR_READONLY": ("The integration user may not change this record.", _ACCESS),
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": (
        "The integration user may not see a record that this one points to.",
        _ACCESS,
    ),
    "CANNOT_EXECUTE_FLOW_TRIGGER": (
        "A flow of the organisation failed on this record.",
        "Mend the flow (Setup > Flows), or let it pass the integration user.",
    ),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": (
        "A trigger of the organisation failed on this record.",
        "Mend the trigger, or let it pass the integration user.",
    ),
    "ENTITY_IS_DELETED": ("The record was deleted meanwhile.", "Nothing to do: the next pull leaves it out."),
    "INVALID_CROSS_REFERENCE_KEY": ("There is no such record any more.", "Nothing to do: the next pull leaves it out."),
    "MALFORMED_ID": ("The record's id is not one of this object.", "Pull again; if it stays so, report it."),
    "CANNOT_UPDATE_CONVERTED_LEAD": ("A converted lead cannot be changed.", "Leave converted leads out."),
    "STRING_TOO_LONG": ("The text is longer than the field.", "Lengthen the field."),
    "NUMBER_OUTSIDE_VALID_RANGE": ("The number has more digits than the field.", "Widen the field's precision."),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": ("The field takes listed values only.", "Add the value to its list."),
    "DUPLICATE_VALUE": ("Another record has this value already.", "Look for the second record and merge the two."),
    "DUPLICATES_DETECTED": ("A duplicate rule of the organisation refused the change.", "Let the rule pass this user."),
    "DUPLICATE_EXTERNAL_ID": ("Two records have the same key.", "Delete one of the two KPI records."),
    "INACTIVE_OWNER_OR_USER": ("The record's owner is inactive.", "Give the record an active owner."),
    "STORAGE_LIMIT_EXCEEDED": ("The organisation's data storage is full.", "Free storage (Setup > Storage Usage)."),
    NOT_SENT: ("It was not sent: Salesforce stopped answering or taking requests before.", _AGAIN),
}


def written(id: str) -> Outcome:
    return Outcome(id, "written")


def unknown(id: str) -> Outcome:
    return Outcome(
        id,
        "unknown",
        message="No answer came: it may or may not have been written.",
        fix="Run again: what stands there is compared first.",
    )


def rejected(id: str, code: str, said: str = "", fields: Sequence[str] = ()) -> Outcome:
    """
    A refusal of a row.

    Args:
        id: The update's record.
        code: Salesforce's code.
        said: Salesforce's own words; kept behind ours.
        fields: The fields they are about.
    """
    meaning, fix = _MEANINGS.get(code, ("Salesforce refused the change.", "See what Salesforce said, and mend that."))
    about = f" Fields: {', '.join(fields)}." if fields else ""
    words = f" Salesforce said: {' '.join(redact(said).split())[:300]}" if said else ""
    return Outcome(id, "rejected", code, f"{meaning}{about}{words}", fix)


def of_row(id: str, row: Mapping[str, Any]) -> Outcome:
    """
    What a row of a collections answer says.
    """
    if row.get("success"):
        return written(id)
    errors = row.get("errors") or [{}]
    error = errors[0]
    fields = [str(name) for name in error.get("fields") or ()]
    return rejected(id, str(error.get("statusCode", "")), str(error.get("message", "")), fields)


def of_text(id: str, text: str) -> Outcome:
    """
    What a failed row of a bulk job says: `CODE:message:FIELD,FIELD --`.
    """
    code, _, rest = text.partition(":")
    said, _, fields = rest.rpartition(":")
    named = [name.strip() for name in fields.removesuffix("--").split(",") if name.strip()]
    return rejected(id, code.strip(), said or rest, named)
