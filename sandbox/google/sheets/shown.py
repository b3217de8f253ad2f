"""
A spreadsheet as the API returns it, and as the sandbox's state tells it.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

from sandbox.google.errors import Json
from sandbox.google.sheets.a1 import Box, Extent
from sandbox.google.sheets.cells import Cell, effective, formatted, number_format
from sandbox.google.sheets.changes_sheets import sheet_of
from sandbox.google.sheets.grid import Sheet
from sandbox.google.sheets.spreadsheet import Spreadsheet

_HELD = {
    "charts": "charts",
    "rules": "conditionalFormats",
    "protections": "protectedRanges",
    "bandings": "bandedRanges",
    "merges": "merges",
}


def spreadsheet(
    book: Spreadsheet, email: str, *, ranges: Sequence[tuple[Sheet, Box]] = (), with_cells: bool = False
) -> Json:
    """
    The Spreadsheet message.

    Args:
        book: The spreadsheet.
        email: The caller, for whether protections let him through.
        ranges: Only these cells, and only their sheets; none for all.
        with_cells: Whether cells come with it.
    """
    found: Json = {"spreadsheetId": book.id, "properties": copy.deepcopy(book.properties)}
    shown = [one for one in book.sheets if not ranges or any(one is asked for asked, _ in ranges)]
    found["sheets"] = [
        _sheet(book, one, email, [box for asked, box in ranges if asked is one] or [Box()], with_cells) for one in shown
    ]
    if book.named_ranges:
        found["namedRanges"] = copy.deepcopy(book.named_ranges)
    found["spreadsheetUrl"] = f"https://docs.google.com/spreadsheets/d/{book.id}/edit"
    if own := [entry for entry in book.metadata if sheet_of(entry) is None]:
        found["developerMetadata"] = copy.deepcopy(own)
    return found


def _sheet(book: Spreadsheet, sheet: Sheet, email: str, boxes: list[Box], with_cells: bool) -> Json:
    found: Json = {"properties": copy.deepcopy(sheet.properties)}
    if with_cells:
        found["data"] = [_grid_data(book, sheet, sheet.extent(box)) for box in boxes]
    for held, name in _HELD.items():
        if items := getattr(sheet, held):
            found[name] = copy.deepcopy(items)
    for protection in found.get("protectedRanges", []):
        protection["requestingUserCanEdit"] = book.may_edit(protection, email)
    if sheet.filter is not None:
        found["basicFilter"] = copy.deepcopy(sheet.filter)
    if own := [entry for entry in book.metadata if entry["location"].get("sheetId") == sheet.id]:
        found["developerMetadata"] = copy.deepcopy(own)
    return found


def _grid_data(book: Spreadsheet, sheet: Sheet, extent: Extent) -> Json:
    found: Json = {}
    if extent.top:
        found["startRow"] = extent.top
    if extent.left:
        found["startColumn"] = extent.left
    lines = []
    for row in range(extent.top, min(extent.bottom, max(sheet.rows, default=-1) + 1)):
        cells = sheet.rows.get(row, {})
        last = min(extent.right, max(cells, default=-1) + 1)
        values = [_cell(cells.get(column, {}), book.locale) for column in range(extent.left, last)]
        lines.append({"values": values} if values else {})
    while lines and not lines[-1]:
        lines.pop()
    if lines:
        found["rowData"] = lines
    for dimension, name, first, end in (
        ("ROWS", "rowMetadata", extent.top, extent.bottom),
        ("COLUMNS", "columnMetadata", extent.left, extent.right),
    ):
        found[name] = [_dimension(book, sheet, dimension, index) for index in range(first, end)]
    return found


def _cell(cell: Cell, locale: str) -> Json:
    found = copy.deepcopy(cell)
    value = effective(cell)
    if value is not None:
        found |= {"effectiveValue": value, "formattedValue": formatted(cell, locale)}
    if "userEnteredFormat" in cell:
        found["effectiveFormat"] = copy.deepcopy(cell["userEnteredFormat"])
    return found


def _dimension(book: Spreadsheet, sheet: Sheet, dimension: str, index: int) -> Json:
    found: Json = {"pixelSize": 21 if dimension == "ROWS" else 100} | sheet.dimensions.get((dimension, index), {})
    place = {"sheetId": sheet.id, "dimension": dimension, "startIndex": index, "endIndex": index + 1}
    if own := [entry for entry in book.metadata if entry["location"].get("dimensionRange") == place]:
        found["developerMetadata"] = copy.deepcopy(own)
    return found


def state(book: Spreadsheet) -> Json:
    """
    What a person would see in the spreadsheet, and what hangs on it.
    """
    return {
        "title": book.title,
        "owner": book.owner,
        "roles": dict(book.roles),
        "sheets": [_sheet_state(book, sheet) for sheet in book.sheets],
        "namedRanges": copy.deepcopy(book.named_ranges),
        "metadata": [copy.deepcopy(entry) for entry in book.metadata if sheet_of(entry) is None],
    }


def _sheet_state(book: Spreadsheet, sheet: Sheet) -> Json:
    whole = sheet.extent(Box())
    return {
        "sheetId": sheet.id,
        "title": sheet.title,
        "index": sheet.properties["index"],
        "hidden": bool(sheet.properties.get("hidden")),
        "rowCount": sheet.row_count,
        "columnCount": sheet.column_count,
        "frozenRowCount": sheet.grid.get("frozenRowCount", 0),
        "values": sheet.values(whole, "UNFORMATTED_VALUE", "SERIAL_NUMBER", book.locale),
        "shown": sheet.values(whole, "FORMATTED_VALUE", "SERIAL_NUMBER", book.locale),
        "formulas": _by_place(sheet, "formulaValue"),
        "formats": _formats(sheet),
        "charts": len(sheet.charts),
        "chart_titles": [chart.get("spec", {}).get("title", "") for chart in sheet.charts],
        "rules": len(sheet.rules),
        "protections": len(sheet.protections),
        "metadata": [copy.deepcopy(entry) for entry in book.metadata if sheet_of(entry) == sheet.id],
    }


def _by_place(sheet: Sheet, kind: str) -> list[Json]:
    return [
        {"row": row, "column": column, "value": cell["userEnteredValue"][kind]}
        for row, cells in sorted(sheet.rows.items())
        for column, cell in sorted(cells.items())
        if kind in cell.get("userEnteredValue", {})
    ]


def _formats(sheet: Sheet) -> list[Json]:
    """
    Number formats: each with the columns that have it somewhere, and in how many cells.
    """
    found: dict[tuple[str, str], Json] = {}
    for cells in sheet.rows.values():
        for column, cell in cells.items():
            how = number_format(cell)
            if how:
                key = how.get("type", ""), how.get("pattern", "")
                entry = found.setdefault(key, {"type": key[0], "pattern": key[1], "columns": [], "cells": 0})
                entry["cells"] += 1
                if column not in entry["columns"]:
                    entry["columns"] = sorted([*entry["columns"], column])
    return list(found.values())
