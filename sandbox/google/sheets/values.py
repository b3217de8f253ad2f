"""
spreadsheets.values: reading and writing cells by ranges in A1 notation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.google.errors import ApiError, Json, bad_payload, invalid
from sandbox.google.front import Call
from sandbox.google.sheets import a1
from sandbox.google.sheets.a1 import Extent
from sandbox.google.sheets.cells import LONGEST, typed
from sandbox.google.sheets.grid import Sheet
from sandbox.google.sheets.library import Library
from sandbox.google.sheets.spreadsheet import Spreadsheet

_RENDERS = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")
_DATES = ("SERIAL_NUMBER", "FORMATTED_STRING")


class Values:
    """
    The methods of spreadsheets.values.
    """

    def __init__(self, library: Library) -> None:
        self.library = library

    def get(self, call: Call) -> Json:
        book = self.library.open(call.path["id"], call.identity)
        return read(book, call.path["range"], _reading(call.query))

    def batch_get(self, call: Call) -> Json:
        book = self.library.open(call.path["id"], call.identity)
        how = _reading(call.query)
        ranges = [read(book, text, how) for text in call.query.getlist("ranges")]
        return {"spreadsheetId": book.id, "valueRanges": ranges}

    def update(self, call: Call) -> Json:
        book = self._copy(call)
        written = self._write(book, call, call.path["range"], call.body, call.query)
        self.library.keep(book)
        return written

    def batch_update(self, call: Call) -> Json:
        book = self._copy(call)
        responses = []
        touched: set[str] = set()
        for at, data in enumerate(call.body.get("data", [])):
            try:
                responses.append(self._write(book, call, data.get("range", ""), data, call.body))
            except ApiError as error:
                raise invalid(f"Invalid data[{at}]: {error.message}") from None
            touched.add(book.find(data["range"])[0].title)
        self.library.keep(book)
        return {
            "spreadsheetId": book.id,
            "totalUpdatedRows": sum(one.get("updatedRows", 0) for one in responses),
            "totalUpdatedColumns": sum(one.get("updatedColumns", 0) for one in responses),
            "totalUpdatedCells": sum(one.get("updatedCells", 0) for one in responses),
            "totalUpdatedSheets": len(touched),
            "responses": responses,
        }

    def append(self, call: Call) -> Json:
        book = self._copy(call)
        sheet, box = book.find(call.path["range"])
        extent = sheet.extent(box)
        table = find_table(sheet, extent)
        lines = _lines(call.body)
        top, left = (table.bottom, table.left) if table else (extent.top, extent.left)
        if call.query.get("insertDataOption") == "INSERT_ROWS" and lines:
            book.insert(sheet, "ROWS", top, len(lines))
        width = max((len(line) for line in lines), default=0)
        sheet.resize(max(sheet.row_count, top + len(lines)), max(sheet.column_count, left + width))
        book.need_room()
        place = Extent(top, sheet.row_count, left, sheet.column_count)
        updates = _put(book, sheet, place, lines, call, call.query, call.path["range"])
        self.library.keep(book)
        found: Json = {"spreadsheetId": book.id}
        if table:
            found["tableRange"] = a1.written(sheet.title, table)
        return found | {"updates": updates}

    def clear(self, call: Call) -> Json:
        book = self._copy(call)
        cleared = _clear(book, call, call.path["range"])
        self.library.keep(book)
        return {"spreadsheetId": book.id, "clearedRange": cleared}

    def batch_clear(self, call: Call) -> Json:
        book = self._copy(call)
        cleared = [_clear(book, call, text) for text in call.body.get("ranges", [])]
        self.library.keep(book)
        return {"spreadsheetId": book.id, "clearedRanges": cleared}

    def _copy(self, call: Call) -> Spreadsheet:
        return self.library.open(call.path["id"], call.identity, write=True).copy()

    def _write(self, book: Spreadsheet, call: Call, text: str, body: Json, options: Any) -> Json:
        sheet, box = book.find(text)
        extent = sheet.extent(box)
        # One cell is a place to start from, not a bound.
        if box.is_cell:
            extent = Extent(box.top, sheet.row_count, box.left, sheet.column_count)
        return _put(book, sheet, extent, _lines(body), call, options, text)


def read(book: Spreadsheet, text: str, how: tuple[str, str, str]) -> Json:
    """
    A ValueRange.

    Args:
        book: The spreadsheet.
        text: The range as asked; the answer's is brought within the grid.
        how: valueRenderOption, dateTimeRenderOption, majorDimension.
    """
    render, dates, major = how
    sheet, box = book.find(text)
    extent = sheet.extent(box)
    lines = sheet.values(extent, render, dates, book.locale)
    if major == "COLUMNS":
        lines = _turned(lines)
    found: Json = {"range": a1.written(sheet.title, extent), "majorDimension": major}
    return found | ({"values": lines} if lines else {})


def find_table(sheet: Sheet, extent: Extent) -> Extent | None:
    """
    The last block of connected cells that a range touches: what append writes below.
    """
    filled = {place for place in sheet.filled() if place[1] < sheet.column_count}
    starts = sorted(
        (row, column)
        for row, column in filled
        if extent.top <= row < extent.bottom and extent.left <= column < extent.right
    )
    if not starts:
        return None
    block, edge = {starts[-1]}, [starts[-1]]
    while edge:
        row, column = edge.pop()
        near = {(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)} & filled - block
        block |= near
        edge.extend(near)
    rows, columns = [row for row, _ in block], [column for _, column in block]
    return Extent(min(rows), max(rows) + 1, min(columns), max(columns) + 1)


def _reading(query: Any) -> tuple[str, str, str]:
    render = query.get("valueRenderOption") or "FORMATTED_VALUE"
    dates = query.get("dateTimeRenderOption") or "SERIAL_NUMBER"
    major = query.get("majorDimension") or "ROWS"
    major = "ROWS" if major == "DIMENSION_UNSPECIFIED" else major
    asked = (
        ("value_render_option", render, _RENDERS),
        ("date_time_render_option", dates, _DATES),
        ("major_dimension", major, ("ROWS", "COLUMNS")),
    )
    for name, value, known in asked:
        if value not in known:
            raise bad_payload(f"Invalid value at '{name}' (TYPE_ENUM), \"{value}\"", name)
    return render, dates, major


def _lines(body: Json) -> list[list[Any]]:
    lines: list[list[Any]] = body.get("values", [])
    for at, line in enumerate(lines):
        if not isinstance(line, list) or any(isinstance(value, list | dict) for value in line):
            raise invalid(f"Invalid values[{at}]: list_value or struct_value cannot be the value of a cell")
    return _turned(lines) if body.get("majorDimension") == "COLUMNS" else lines


def _turned(lines: Sequence[Sequence[Any]]) -> list[list[Any]]:
    width = max((len(line) for line in lines), default=0)
    return [[line[at] if at < len(line) else "" for line in lines] for at in range(width)]


def _put(
    book: Spreadsheet,
    sheet: Sheet,
    place: Extent,
    lines: list[list[Any]],
    call: Call,
    options: Any,
    asked: str,
) -> Json:
    option = options.get("valueInputOption") or "INPUT_VALUE_OPTION_UNSPECIFIED"
    if option not in ("RAW", "USER_ENTERED"):
        raise invalid("'valueInputOption' is required but not specified")
    width = max((len(line) for line in lines), default=0)
    beyond = ""
    if place.top + len(lines) > place.bottom:
        beyond = f"row [{place.bottom + 1}]"
    elif place.left + width > place.right:
        beyond = f"column [{a1.letters(place.right)}]"
    if beyond:
        title = a1.quoted(sheet.title, always=True)
        cells = a1.split(asked)[1] or asked
        raise invalid(f"Requested writing within range [{title}!{cells}], but tried writing to {beyond}")
    area = Extent(place.top, place.top + len(lines), place.left, place.left + width)
    if width:
        book.need_unprotected(sheet, area.box, call.identity.email)
    count = 0
    for row, line in enumerate(lines, place.top):
        for column, value in enumerate(line, place.left):
            count += 1
            if value is not None:
                _put_one(book, sheet, row, column, value, option == "USER_ENTERED")
    found: Json = {"spreadsheetId": book.id, "updatedRange": a1.written(sheet.title, area)}
    if count:
        found |= {"updatedRows": len(lines), "updatedColumns": width, "updatedCells": count}
    include = options.get("includeValuesInResponse")
    if include is True or str(include).lower() == "true":
        render, dates, _ = _reading(
            {
                "valueRenderOption": options.get("responseValueRenderOption"),
                "dateTimeRenderOption": options.get("responseDateTimeRenderOption"),
            }
        )
        shown = sheet.values(area, render, dates, book.locale)
        found["updatedData"] = {"range": found["updatedRange"], "majorDimension": "ROWS", "values": shown}
    return found


def _put_one(book: Spreadsheet, sheet: Sheet, row: int, column: int, value: Any, parsed: bool) -> None:
    if isinstance(value, str) and len(value) > LONGEST:
        raise invalid(f"Your input contains more than the maximum of {LONGEST} characters in a single cell.")
    entered, number_format = typed(value, parsed=parsed, locale=book.locale)
    cell = {name: kept for name, kept in sheet.cell(row, column).items() if name != "userEnteredValue"}
    if entered is not None:
        cell["userEnteredValue"] = entered
    if number_format is not None:
        cell["userEnteredFormat"] = (cell.get("userEnteredFormat") or {}) | {"numberFormat": number_format}
    sheet.put(row, column, cell)


def _clear(book: Spreadsheet, call: Call, text: str) -> str:
    sheet, box = book.find(text)
    extent = sheet.extent(box)
    book.need_unprotected(sheet, box, call.identity.email)
    for row in [row for row in sheet.rows if extent.top <= row < extent.bottom]:
        for column in [column for column in sheet.rows[row] if extent.left <= column < extent.right]:
            kept = {name: value for name, value in sheet.cell(row, column).items() if name != "userEnteredValue"}
            sheet.put(row, column, kept)
    return a1.written(sheet.title, extent)
