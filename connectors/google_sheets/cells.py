"""
Values of a report as cells: text that stays text, dates as serial numbers, and the number format of each kind.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connectors.contract import FieldKind, Value
from connectors.errors import BadData

LONGEST = 50_000
"""
Characters that a cell holds.
"""

_FIRST_DAY = date(1899, 12, 30)
_EXACT = 10**15  # a spreadsheet keeps 15 digits of a number; longer ones are text

Plain = bool | int | float | str | None
"""
A value as the spreadsheet keeps it; None is an empty cell.
"""

FORMATS: Mapping[FieldKind, Mapping[str, str]] = {
    "money": {"type": "NUMBER", "pattern": "#,##0.00"},
    "number": {"type": "NUMBER", "pattern": "#,##0.00"},
    "percent": {"type": "PERCENT", "pattern": "0.0%"},
    "integer": {"type": "NUMBER", "pattern": "#,##0"},
    "text": {"type": "TEXT"},
    "date": {"type": "DATE", "pattern": "yyyy-mm-dd"},
    "datetime": {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"},
}


def plain(value: Value, zone: ZoneInfo) -> Plain:
    """
    A value as the spreadsheet keeps it.

    Args:
        zone: Instants are shown in it, as a spreadsheet keeps no zone.
    Raises:
        BadData: It is not a number.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        local = value.astimezone(zone) if value.tzinfo else value
        day = (local.date() - _FIRST_DAY).days
        return day + round((local.hour * 3600 + local.minute * 60 + local.second) / 86_400, 10)
    if isinstance(value, date):
        return (value - _FIRST_DAY).days
    if isinstance(value, str):
        return (value if len(value) <= LONGEST else value[: LONGEST - 1] + "…") or None
    if isinstance(value, int):
        return value if abs(value) < _EXACT else str(value)
    number = float(value)
    if not math.isfinite(number):
        raise BadData(f"A value of the report is {value}, which is no number.", fix="Report it with the KPI's name.")
    return int(number) if isinstance(value, Decimal) and number.is_integer() and abs(number) < _EXACT else number


def same(ours: Plain, theirs: Any) -> bool:
    """
    Whether a cell holds what we would write: text is never a number, and numbers differ from the 13th digit on only by
    the way they are printed.
    """
    if ours is None or theirs is None or theirs == "" or ours == "":
        return (ours is None or ours == "") and (theirs is None or theirs == "")
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return math.isclose(ours, theirs, rel_tol=1e-12, abs_tol=0.0)
    return ours == theirs if isinstance(ours, str) and isinstance(theirs, str) else False


def cell(value: Plain, kind: FieldKind | None = None) -> dict[str, Any]:
    """
    A cell for `updateCells`. Text goes as text, whatever it begins with: names and campaigns come from outside, and
    `=IMPORTXML(…)` would run with the reader's rights.

    Args:
        kind: Sets the number format; None leaves the one that stands there.
    """
    made: dict[str, Any] = {}
    if isinstance(value, bool):
        made["userEnteredValue"] = {"boolValue": value}
    elif isinstance(value, int | float):
        made["userEnteredValue"] = {"numberValue": value}
    elif value is not None:
        made["userEnteredValue"] = {"stringValue": value}
    if kind is not None:
        made["userEnteredFormat"] = {"numberFormat": dict(FORMATS[kind])}
    return made
