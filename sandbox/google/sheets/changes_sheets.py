"""
Requests on the spreadsheet, its tabs, and their rows and columns as such.
"""

from __future__ import annotations

import copy
import secrets

from sandbox.google import masks
from sandbox.google.errors import Json, invalid
from sandbox.google.sheets.a1 import Box
from sandbox.google.sheets.changing import Handler, mask_of
from sandbox.google.sheets.grid import Sheet, need_grid
from sandbox.google.sheets.spreadsheet import Spreadsheet


def update_spreadsheet(book: Spreadsheet, body: Json, email: str) -> Json:
    mask = mask_of(body, "SpreadsheetProperties")
    book.properties = masks.write(mask, book.properties, body.get("properties", {}))
    if not book.properties.get("title"):
        raise invalid("The title of a spreadsheet cannot be empty.")
    return {}


def add_sheet(book: Spreadsheet, body: Json, email: str) -> Json:
    sheet = book.add_sheet(body.get("properties", {}))
    return {"addSheet": {"properties": copy.deepcopy(sheet.properties)}}


def delete_sheet(book: Spreadsheet, body: Json, email: str) -> Json:
    sheet = book.sheet(body.get("sheetId", 0))
    book.need_unprotected(sheet, Box(), email)
    if not any(not other.properties.get("hidden") for other in book.sheets if other is not sheet):
        raise invalid("You can't remove all the visible sheets in a document.")
    book.sheets.remove(sheet)
    book.named_ranges = [one for one in book.named_ranges if one["range"].get("sheetId", 0) != sheet.id]
    book.metadata = [entry for entry in book.metadata if sheet_of(entry) != sheet.id]
    book.number()
    return {}


def sheet_of(entry: Json) -> int | None:
    """
    The sheet that a developer metadata entry hangs on; None for the spreadsheet itself.
    """
    location = entry["location"]
    found: int | None = location.get("sheetId", location.get("dimensionRange", {}).get("sheetId"))
    return found


def duplicate_sheet(book: Spreadsheet, body: Json, email: str) -> Json:
    source = book.sheet(body.get("sourceSheetId", 0))
    asked = {
        **{name: value for name, value in copy.deepcopy(source.properties).items() if name != "hidden"},
        "sheetId": body.get("newSheetId", secrets.randbelow(2**31)),
        "title": body.get("newSheetName", f"Copy of {source.title}"),
        "index": body.get("insertSheetIndex", 0),
    }
    sheet = book.add_sheet(asked)
    twin = source.copy()
    sheet.rows, sheet.dimensions, sheet.charts, sheet.rules = twin.rows, twin.dimensions, twin.charts, twin.rules
    sheet.merges, sheet.filter = twin.merges, twin.filter
    _point_at(sheet.charts, source.id, sheet.id)
    _point_at([*sheet.rules, *sheet.merges, sheet.filter], source.id, sheet.id)
    for chart in sheet.charts:
        chart["chartId"] = secrets.randbelow(2**31)
    for entry in [entry for entry in book.metadata if sheet_of(entry) == source.id]:
        twin_entry = copy.deepcopy(entry)
        _point_at(twin_entry["location"], source.id, sheet.id)
        twin_entry["metadataId"] = secrets.randbelow(2**31)
        book.metadata.append(twin_entry)
    return {"duplicateSheet": {"properties": copy.deepcopy(sheet.properties)}}


def _point_at(node: object, old: int, new: int) -> None:
    if isinstance(node, list):
        for item in node:
            _point_at(item, old, new)
    elif isinstance(node, dict):
        if node.get("sheetId") == old:
            node["sheetId"] = new
        for value in node.values():
            _point_at(value, old, new)


def update_sheet(book: Spreadsheet, body: Json, email: str) -> Json:
    mask = mask_of(body, "SheetProperties")
    asked = body.get("properties", {})
    sheet = book.sheet(asked.get("sheetId", 0))
    written = masks.write(mask, sheet.properties, asked)
    grid = {"rowCount": sheet.row_count, "columnCount": sheet.column_count} | written.get("gridProperties", {})
    fixed = {"sheetId": sheet.id, "sheetType": "GRID", "gridProperties": grid}
    written |= {"index": sheet.properties["index"]} | {"title": sheet.title} | written | fixed
    book.need_free_title(written["title"], sheet)
    need_grid(grid)
    if (grid["rowCount"], grid["columnCount"]) != (sheet.row_count, sheet.column_count):
        lost = Box(min(grid["rowCount"], sheet.row_count), None), Box(left=min(grid["columnCount"], sheet.column_count))
        for box in lost:
            if any(row >= box.top and column >= box.left for row, column in sheet.filled()):
                book.need_unprotected(sheet, box, email)
    sheet.properties = written
    sheet.resize(grid["rowCount"], grid["columnCount"])
    if not any(not other.properties.get("hidden") for other in book.sheets):
        raise invalid("You can't hide all the sheets in a document.")
    book.sheets.remove(sheet)
    book.sheets.insert(written["index"], sheet)
    book.number()
    book.need_room()
    return {}


def append_dimension(book: Spreadsheet, body: Json, email: str) -> Json:
    sheet = book.sheet(body.get("sheetId", 0))
    name = "rowCount" if body.get("dimension", "ROWS") == "ROWS" else "columnCount"
    sheet.grid[name] += body.get("length", 0)
    book.need_room()
    return {}


def insert_dimension(book: Spreadsheet, body: Json, email: str) -> Json:
    sheet, dimension, first, last = _dimension(book, body.get("range", {}))
    box = Box(top=first) if dimension == "ROWS" else Box(left=first)
    if any(row >= box.top and column >= box.left for row, column in sheet.filled()):
        book.need_unprotected(sheet, box, email)
    book.insert(sheet, dimension, first, last - first)
    return {}


def delete_dimension(book: Spreadsheet, body: Json, email: str) -> Json:
    sheet, dimension, first, last = _dimension(book, body.get("range", {}))
    book.need_unprotected(sheet, Box(first, last) if dimension == "ROWS" else Box(left=first, right=last), email)
    book.remove(sheet, dimension, first, last)
    return {}


def update_dimension(book: Spreadsheet, body: Json, email: str) -> Json:
    mask = mask_of(body, "DimensionProperties")
    sheet, dimension, first, last = _dimension(book, body.get("range", {}))
    for index in range(first, last):
        old = sheet.dimensions.get((dimension, index), {})
        sheet.dimensions[dimension, index] = masks.write(mask, old, body.get("properties", {}))
    return {}


def auto_resize(book: Spreadsheet, body: Json, email: str) -> Json:
    _dimension(book, body.get("dimensions", {}))
    return {}


def _dimension(book: Spreadsheet, asked: Json) -> tuple[Sheet, str, int, int]:
    """
    Sheet, `ROWS` or `COLUMNS`, first index and end of a DimensionRange.

    Raises:
        ApiError: 400; it does not lie in the grid.
    """
    sheet = book.sheet(asked.get("sheetId", 0))
    dimension = asked.get("dimension", "")
    if dimension not in ("ROWS", "COLUMNS"):
        raise invalid("dimension is required.")
    size = sheet.row_count if dimension == "ROWS" else sheet.column_count
    first, last = asked.get("startIndex", 0), asked.get("endIndex", size)
    if first >= last:
        raise invalid("range.startIndex must be less than range.endIndex.")
    if first > size or first < 0:
        raise invalid(f"range.startIndex[{first}] is too large for the sheet, which has {size} {dimension.lower()}.")
    return sheet, dimension, first, last


HANDLERS: dict[str, Handler] = {
    "updateSpreadsheetProperties": update_spreadsheet,
    "addSheet": add_sheet,
    "deleteSheet": delete_sheet,
    "duplicateSheet": duplicate_sheet,
    "updateSheetProperties": update_sheet,
    "appendDimension": append_dimension,
    "insertDimension": insert_dimension,
    "deleteDimension": delete_dimension,
    "updateDimensionProperties": update_dimension,
    "autoResizeDimensions": auto_resize,
}
