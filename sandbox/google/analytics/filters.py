"""
Filters of a report: trees of conditions on dimensions, or on metrics once they are added up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sandbox.google.analytics.metadata import need
from sandbox.google.errors import Json, invalid

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "EQUAL": lambda a, b: a == b,
    "LESS_THAN": lambda a, b: a < b,
    "LESS_THAN_OR_EQUAL": lambda a, b: a <= b,
    "GREATER_THAN": lambda a, b: a > b,
    "GREATER_THAN_OR_EQUAL": lambda a, b: a >= b,
}


def passes(expression: Json, value: Callable[[str], Any]) -> bool:
    """
    Whether a row passes a filter.

    Args:
        expression: A FilterExpression that `check` let through.
        value: The row's value of a field.
    """
    if "andGroup" in expression:
        return all(passes(inner, value) for inner in expression["andGroup"].get("expressions", []))
    if "orGroup" in expression:
        return any(passes(inner, value) for inner in expression["orGroup"].get("expressions", []))
    if "notExpression" in expression:
        return not passes(expression["notExpression"], value)
    if "filter" not in expression:
        return True
    condition = expression["filter"]
    return _holds(condition, value(condition["fieldName"]))


def fields(expression: Json) -> set[str]:
    """
    The fields that a filter looks at.
    """
    if "notExpression" in expression:
        return fields(expression["notExpression"])
    group = expression.get("andGroup") or expression.get("orGroup") or {}
    found = {name for inner in group.get("expressions", []) for name in fields(inner)}
    return found | ({expression["filter"]["fieldName"]} if "filter" in expression else set())


def check(expression: Json, kind: str) -> None:
    """
    Args:
        expression: A FilterExpression.
        kind: What its fields must be: `dimension` or `metric`.

    Raises:
        ApiError: 400; an unknown field, or a condition that this kind of field cannot have.
    """
    if "notExpression" in expression:
        check(expression["notExpression"], kind)
    for group in ("andGroup", "orGroup"):
        for inner in expression.get(group, {}).get("expressions", []):
            check(inner, kind)
    condition = expression.get("filter")
    if condition is None:
        return
    need(condition.get("fieldName", ""), kind)
    numeric = "numericFilter" in condition or "betweenFilter" in condition
    if numeric != (kind == "metric"):
        raise invalid(f"The {kind} filter for the field {condition['fieldName']} is invalid.")
    if "inListFilter" in condition and not condition["inListFilter"].get("values"):
        raise invalid("The inListFilter must have at least one value.")
    text = condition.get("stringFilter", {})
    if text.get("matchType", "").endswith("REGEXP"):
        try:
            re.compile(text.get("value", ""))
        except re.error:
            raise invalid(f"The regular expression {text.get('value', '')} is invalid.") from None


def _holds(condition: Json, value: Any) -> bool:
    if "stringFilter" in condition:
        return _matches(condition["stringFilter"], str(value))
    if "inListFilter" in condition:
        listed = condition["inListFilter"]
        if listed.get("caseSensitive"):
            return value in listed["values"]
        return str(value).casefold() in {item.casefold() for item in listed["values"]}
    if "numericFilter" in condition:
        compared = condition["numericFilter"]
        return _COMPARISONS[compared.get("operation", "EQUAL")](float(value), _number(compared.get("value", {})))
    if "betweenFilter" in condition:
        between = condition["betweenFilter"]
        return _number(between.get("fromValue", {})) <= float(value) <= _number(between.get("toValue", {}))
    return value in ("", "(not set)")


def _matches(text: Json, value: str) -> bool:
    wanted = text.get("value", "")
    # Without caseSensitive, case does not matter.
    is_exact = text.get("caseSensitive", False)
    left, right = (value, wanted) if is_exact else (value.casefold(), wanted.casefold())
    match text.get("matchType", "EXACT"):
        case "BEGINS_WITH":
            return left.startswith(right)
        case "ENDS_WITH":
            return left.endswith(right)
        case "CONTAINS":
            return right in left
        case "FULL_REGEXP":
            return re.fullmatch(wanted, value, 0 if is_exact else re.IGNORECASE) is not None
        case "PARTIAL_REGEXP":
            return re.search(wanted, value, 0 if is_exact else re.IGNORECASE) is not None
    return bool(left == right)


def _number(value: Json) -> float:
    return float(value["int64Value"] if "int64Value" in value else value.get("doubleValue", 0))
