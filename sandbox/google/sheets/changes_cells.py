"""
Requests on cells: values, formats, merging, sorting, validation.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from sandbox.google import masks
from sandbox.google.errors import Json, invalid
from sandbox.google.masks import Mask
from sandbox.google.sheets.a1 import Box, Extent
from sandbox.google.sheets.cells import LONGEST, Cell, effective
from sandbox.google.sheets.changing import Handler, area, mask_of
from sandbox.google.sheets.grid import Sheet
from sandbox.google.sheets.spreadsheet import Spreadsheet

_ENTERED = ("userEnteredValue", "userEnteredFormat", "note", "dataValidation", "textFormatRuns", "hyperlink")


def update_cells(book: Spreadsheet, body: Json, email: str) -> Json:
    mask = mask_of(body, "CellData")
    rows = body.get("rows", [])
    if "range" in body:
        sheet, extent = area(book, body["range"])
        book.need_unprotected(sheet, extent.box, email)
        _need_inside(rows, extent.top, extent.left, extent.bottom, extent.right)
        # What the rows leave out of the range is cleared.
        cells: list[tuple[int, int, Cell]] = [
            (row, column, {}) for row in range(extent.top, extent.bottom) for column in _stored(sheet, row, extent)
        ]
    else:
        start = body.get("start")
        if start is None:
            raise invalid("Must set 'start' or 'range'.")
        sheet = book.sheet(start.get("sheetId", 0))
        top, left = start.get("rowIndex", 0), start.get("columnIndex", 0)
        _need_inside(rows, top, left, sheet.row_count, sheet.column_count)
        width = max((len(row.get("values", [])) for row in rows), default=0)
        extent = Extent(top, top + len(rows), left, left + width)
        book.need_unprotected(sheet, extent.box, email)
        cells = []
    for row, column, cell in cells:
        _write(sheet, row, column, mask, cell)
    for row, data in enumerate(rows, extent.top):
        for column, cell in enumerate(data.get("values", []), extent.left):
            _write(sheet, row, column, mask, cell)
    return {}


def repeat_cell(book: Spreadsheet, body: Json, email: str) -> Json:
    mask = mask_of(body, "CellData")
    sheet, extent = area(book, body.get("range", {}))
    book.need_unprotected(sheet, extent.box, email)
    for row in range(extent.top, extent.bottom):
        for column in range(extent.left, extent.right):
            _write(sheet, row, column, mask, body.get("cell", {}))
    return {}


def append_cells(book: Spreadsheet, body: Json, email: str) -> Json:
    mask = mask_of(body, "CellData")
    sheet = book.sheet(body.get("sheetId", 0))
    rows = body.get("rows", [])
    top = sheet.last_row()
    width = max((len(row.get("values", [])) for row in rows), default=0)
    book.need_unprotected(sheet, Box(top, top + max(len(rows), 1), 0, max(width, 1)), email)
    sheet.resize(max(sheet.row_count, top + len(rows)), max(sheet.column_count, width))
    book.need_room()
    for row, data in enumerate(rows, top):
        for column, cell in enumerate(data.get("values", [])):
            _write(sheet, row, column, mask, cell)
    return {}


def sort_range(book: Spreadsheet, body: Json, email: str) -> Json:
    sheet, extent = area(book, body.get("range", {}))
    book.need_unprotected(sheet, extent.box, email)
    lines = [
        [sheet.cell(row, column) for column in range(extent.left, extent.right)]
        for row in range(extent.top, min(extent.bottom, max(sheet.rows, default=-1) + 1))
    ]
    for spec in reversed(body.get("sortSpecs", [])):
        at = spec.get("dimensionIndex", 0) - extent.left
        if not 0 <= at < extent.right - extent.left:
            raise invalid(f"dimensionIndex {spec.get('dimensionIndex', 0)} is outside of the range.")
        descending = spec.get("sortOrder") == "DESCENDING"
        filled = [line for line in lines if effective(line[at]) is not None]
        blank = [line for line in lines if effective(line[at]) is None]
        filled.sort(key=partial(_sort_key, at), reverse=descending)
        lines = filled + blank  # empty cells come last either way
    for row, line in enumerate(lines, extent.top):
        for column, cell in enumerate(line, extent.left):
            sheet.put(row, column, cell)
    return {}


def _sort_key(at: int, line: list[Cell]) -> tuple[int, Any]:
    kind, value = next(iter((effective(line[at]) or {"stringValue": ""}).items()))
    if kind == "numberValue":
        return 0, value
    return (1, str(value).casefold()) if kind == "stringValue" else (2, str(value))


def merge_cells(book: Spreadsheet, body: Json, email: str) -> Json:
    sheet, extent = area(book, body.get("range", {}))
    book.need_unprotected(sheet, extent.box, email)
    kind = body.get("mergeType", "MERGE_ALL")
    parts = [extent]
    if kind == "MERGE_ROWS":
        parts = [Extent(row, row + 1, extent.left, extent.right) for row in range(extent.top, extent.bottom)]
    elif kind == "MERGE_COLUMNS":
        parts = [Extent(extent.top, extent.bottom, col, col + 1) for col in range(extent.left, extent.right)]
    for part in parts:
        if any(Box.of(merge).overlaps(part.box) for merge in sheet.merges):
            raise invalid("You must select all cells in a merged range to merge or unmerge them.")
        first = next((c for r, c in _places(part) if effective(sheet.cell(r, c)) is not None), None)
        value = next((sheet.cell(r, c) for r, c in _places(part) if effective(sheet.cell(r, c)) is not None), {})
        for row, column in _places(part):
            sheet.put(row, column, {})
        if first is not None:
            sheet.put(part.top, part.left, value)
        sheet.merges.append(
            {
                "sheetId": sheet.id,
                "startRowIndex": part.top,
                "endRowIndex": part.bottom,
                "startColumnIndex": part.left,
                "endColumnIndex": part.right,
            }
        )
    return {}


def unmerge_cells(book: Spreadsheet, body: Json, email: str) -> Json:
    sheet, extent = area(book, body.get("range", {}))
    book.need_unprotected(sheet, extent.box, email)
    sheet.merges = [merge for merge in sheet.merges if not extent.box.holds(Box.of(merge))]
    return {}


def set_validation(book: Spreadsheet, body: Json, email: str) -> Json:
    sheet, extent = area(book, body.get("range", {}))
    book.need_unprotected(sheet, extent.box, email)
    source = {"dataValidation": body["rule"]} if "rule" in body else {}
    for row, column in _places(extent):
        sheet.put(row, column, masks.write({"dataValidation": {}}, sheet.cell(row, column), source))
    return {}


def _places(extent: Extent) -> list[tuple[int, int]]:
    return [(row, column) for row in range(extent.top, extent.bottom) for column in range(extent.left, extent.right)]


def _stored(sheet: Sheet, row: int, extent: Extent) -> list[int]:
    return [column for column in sheet.rows.get(row, {}) if extent.left <= column < extent.right]


def _need_inside(rows: list[Json], top: int, left: int, bottom: int, right: int) -> None:
    if top + len(rows) > bottom:
        raise invalid(f"Attempting to write row: {bottom}, beyond the last requested row of: {bottom - 1}")
    if any(left + len(row.get("values", [])) > right for row in rows):
        raise invalid(f"Attempting to write column: {right}, beyond the last requested column of: {right - 1}")


def _write(sheet: Sheet, row: int, column: int, mask: Mask, cell: Cell) -> None:
    value = cell.get("userEnteredValue", {})
    if "errorValue" in value:
        raise invalid("userEnteredValue.errorValue cannot be written.")
    if len(value.get("stringValue", value.get("formulaValue", ""))) > LONGEST:
        raise invalid(f"Your input contains more than the maximum of {LONGEST} characters in a single cell.")
    written = masks.write(mask, sheet.cell(row, column), cell)
    kept = {name: part for name, part in written.items() if name in _ENTERED and part not in ({}, "")}
    if kept.get("userEnteredValue") == {"stringValue": ""}:
        del kept["userEnteredValue"]
    sheet.put(row, column, kept)


HANDLERS: dict[str, Handler] = {
    "updateCells": update_cells,
    "repeatCell": repeat_cell,
    "appendCells": append_cells,
    "sortRange": sort_range,
    "mergeCells": merge_cells,
    "unmergeCells": unmerge_cells,
    "setDataValidation": set_validation,
}
