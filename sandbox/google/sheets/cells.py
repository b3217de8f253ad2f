"""
Single cells: what was put in, what it amounts to, and how it is shown.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from sandbox.google.errors import Json

Cell = Json
"""
A CellData as a client wrote it: `userEnteredValue`, `userEnteredFormat`, `note` and alike. Never changed in place.
"""

LONGEST = 50_000  # characters
_EPOCH = datetime(1899, 12, 30)
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_DATES = ("DATE", "TIME", "DATE_TIME")
_COMMA_LOCALES = ("es", "de", "fr", "it", "pt", "nl", "pl", "ru", "sv", "da", "fi", "nb", "tr", "ca")


def typed(value: Any, *, parsed: bool, locale: str) -> tuple[Json | None, Json | None]:
    """
    What a value of a ValueRange becomes: the cell's value and, where typing one sets it, its number format.

    Args:
        value: A JSON scalar; empty text empties the cell.
        parsed: True as if typed by hand (USER_ENTERED), False as it is (RAW).
        locale: The spreadsheet's, e.g. `es_ES`.
    """
    if isinstance(value, bool):
        return {"boolValue": value}, None
    if isinstance(value, int | float):
        return {"numberValue": value}, None
    text = str(value)
    if text == "":
        return None, None
    if not parsed:
        return {"stringValue": text}, None
    if text.startswith("'"):
        return {"stringValue": text[1:]}, None
    if text.startswith("=") and len(text) > 1:
        return {"formulaValue": text}, None
    if text.upper() in ("TRUE", "FALSE"):
        return {"boolValue": text.upper() == "TRUE"}, None
    return _typed_number(text.strip(), locale) or ({"stringValue": text}, None)


def _typed_number(text: str, locale: str) -> tuple[Json, Json | None] | None:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        try:
            return {"numberValue": serial(date.fromisoformat(text))}, {"type": "DATE", "pattern": "yyyy-mm-dd"}
        except ValueError:
            return None
    decimal, thousands = (",", ".") if locale[:2] in _COMMA_LOCALES else (".", ",")
    pattern = rf"[+-]?(\d+|\d{{1,3}}({re.escape(thousands)}\d{{3}})+)({re.escape(decimal)}\d*)?%?"
    if not re.fullmatch(pattern, text):
        return None
    number = float(text.rstrip("%").replace(thousands, "").replace(decimal, "."))
    if text.endswith("%"):
        return {"numberValue": number / 100}, {"type": "PERCENT", "pattern": "0.00%" if decimal in text else "0%"}
    return {"numberValue": int(number) if number.is_integer() else number}, None


def serial(day: date) -> int:
    """
    A day as Sheets counts it: days since 1899-12-30.
    """
    return (datetime(day.year, day.month, day.day) - _EPOCH).days


def effective(cell: Cell) -> Json | None:
    """
    The cell's value once a formula is worked out; None for an empty cell.
    """
    value: Json | None = cell.get("userEnteredValue")
    if not value:
        return None
    if "formulaValue" in value:
        return _result(value["formulaValue"])
    return value


def _result(formula: str) -> Json:
    text = formula.removeprefix("=").strip()
    if found := re.fullmatch(r'"((?:[^"]|"")*)"', text):
        return {"stringValue": found[1].replace('""', '"')}
    if text.upper() in ("TRUE", "FALSE"):
        return {"boolValue": text.upper() == "TRUE"}
    if re.match(r"(?i)sparkline\(", text):
        return {"stringValue": ""}  # a picture in the cell reads as empty
    try:
        number = _arithmetic(ast.parse(text, mode="eval").body)
    except ZeroDivisionError:
        return {"errorValue": {"type": "DIVIDE_BY_ZERO", "message": "Function DIVIDE parameter 2 cannot be zero."}}
    except (SyntaxError, ValueError, RecursionError):
        return {"errorValue": {"type": "N_A", "message": "The sandbox does not calculate."}}
    return {"numberValue": int(number) if float(number).is_integer() else number}


def _arithmetic(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_arithmetic(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_arithmetic(node.left), _arithmetic(node.right))
    raise ValueError("more than plain arithmetic")


def rendered(cell: Cell, render: str, dates: str, locale: str) -> Any:
    """
    The cell as values.get answers it; "" for an empty one.

    Args:
        render: FORMATTED_VALUE, UNFORMATTED_VALUE or FORMULA.
        dates: SERIAL_NUMBER or FORMATTED_STRING, for unformatted dates.
        locale: The spreadsheet's.
    """
    entered = cell.get("userEnteredValue") or {}
    if render == "FORMULA" and "formulaValue" in entered:
        return entered["formulaValue"]
    value = effective(cell)
    if value is None:
        return ""
    if render == "FORMATTED_VALUE" or "errorValue" in value:
        return formatted(cell, locale)
    if dates == "FORMATTED_STRING" and number_format(cell).get("type") in _DATES and "numberValue" in value:
        return formatted(cell, locale)
    return next(iter(value.values()))


def number_format(cell: Cell) -> Json:
    found: Json = (cell.get("userEnteredFormat") or {}).get("numberFormat") or {}
    return found


def formatted(cell: Cell, locale: str) -> str:
    """
    The text that a person sees in the cell.
    """
    value = effective(cell)
    if value is None:
        return ""
    if "errorValue" in value:
        return {"N_A": "#N/A", "DIVIDE_BY_ZERO": "#DIV/0!"}[value["errorValue"]["type"]]
    if "boolValue" in value:
        return "TRUE" if value["boolValue"] else "FALSE"
    if "stringValue" in value:
        return str(value["stringValue"])
    shown = _formatted_number(float(value["numberValue"]), number_format(cell))
    if locale[:2] in _COMMA_LOCALES and number_format(cell).get("type") not in _DATES:
        return shown.translate(str.maketrans(",.", ".,"))
    return shown


def _formatted_number(number: float, how: Json) -> str:
    kind, pattern = how.get("type", ""), how.get("pattern", "")
    if kind in _DATES:
        return _formatted_instant(_EPOCH + timedelta(days=number), kind, pattern)
    if kind == "PERCENT" and not pattern:
        pattern = "0.00%"
    if not re.search(r"[0#]", pattern):
        return f"{number:.10g}"
    digits = re.search(r"[#0][#0,]*(?:\.([0#]+))?", pattern)
    places = len(digits[1]) if digits and digits[1] else 0
    grouping = "," if "," in pattern else ""
    text = f"{number * (100 if '%' in pattern else 1):{grouping}.{places}f}"
    around = re.split(r"[#0][#0,.]*", re.sub(r'["\\]', "", pattern.split(";")[0]), maxsplit=1)
    return around[0] + text + (around[1] if len(around) > 1 else "")


def _formatted_instant(at: datetime, kind: str, pattern: str) -> str:
    default = {"DATE": "yyyy-mm-dd", "TIME": "hh:mm:ss", "DATE_TIME": "yyyy-mm-dd hh:mm:ss"}[kind]
    text = pattern or default
    # `mm` is minutes after hours or before seconds, months elsewhere.
    text = re.sub(r"(?<=h:)mm|mm(?=:ss)", f"{at:%M}", text)
    for mark, directive in (("yyyy", "%Y"), ("yy", "%y"), ("mmmm", "%B"), ("mmm", "%b"), ("mm", "%m"), ("dd", "%d")):
        text = text.replace(mark, at.strftime(directive))
    return text.replace("hh", f"{at:%H}").replace("ss", f"{at:%S}")
