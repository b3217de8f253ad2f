"""
The requests of `batchUpdate` that a report is written with, all with absolute coordinates: sent twice, they leave the
same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.contract import FieldKind, Tab
from connectors.google_sheets.cells import FORMATS

Request = dict[str, Any]

TAB_KEY = "noria.tab"
"""
Metadata of a tab: which of ours it is. It holds the tab's own id, since a copy of a tab copies its metadata.
"""

VALUE, VALUE_AND_FORMAT = "userEnteredValue", "userEnteredValue,userEnteredFormat.numberFormat"


def note(sheet: int, value: str) -> Request:
    """
    Mark a tab as ours.
    """
    entry = {
        "metadataKey": TAB_KEY,
        "metadataValue": value,
        "location": {"sheetId": sheet},
        "visibility": "DOCUMENT",
    }
    return {"createDeveloperMetadata": {"developerMetadata": entry}}


def update_note(entry: int, value: str) -> Request:
    """
    Change a metadata entry.
    """
    lookup = {"developerMetadataLookup": {"metadataId": entry}}
    return {
        "updateDeveloperMetadata": {
            "dataFilters": [lookup],
            "developerMetadata": {"metadataValue": value},
            "fields": "metadataValue",
        }
    }


def write(sheet: int, row: int, rows: list[dict[str, Any]], fields: str) -> Request:
    """
    Cells from the first column of a row on; of a cell only what `fields` names is touched.
    """
    start = {"sheetId": sheet, "rowIndex": row, "columnIndex": 0}
    return {"updateCells": {"start": start, "rows": rows, "fields": fields}}


def number_formats(sheet: int, rows: tuple[int, int], kinds: Sequence[FieldKind]) -> list[Request]:
    """
    One number format per column; the end is exclusive.
    """
    return [
        {
            "repeatCell": {
                "range": {**_column(sheet, n, rows[0]), "endRowIndex": rows[1]},
                "cell": {"userEnteredFormat": {"numberFormat": dict(FORMATS[kind])}},
                "fields": "userEnteredFormat.numberFormat",
            }
        }
        for n, kind in enumerate(kinds)
    ]


def blank(sheet: int, rows: tuple[int, int], columns: tuple[int, int]) -> Request:
    """
    Empty cells; formats and colours stay. The ends are exclusive.
    """
    place = {
        "sheetId": sheet,
        "startRowIndex": rows[0],
        "endRowIndex": rows[1],
        "startColumnIndex": columns[0],
        "endColumnIndex": columns[1],
    }
    return {"updateCells": {"range": place, "fields": VALUE}}


def _column(sheet: int, column: int, first_row: int) -> dict[str, int]:
    return {"sheetId": sheet, "startRowIndex": first_row, "startColumnIndex": column, "endColumnIndex": column + 1}


def rules(sheet: int, tab: Tab) -> list[Request]:
    """
    Shares below nought in red.
    """
    red = {"textFormat": {"foregroundColorStyle": {"rgbColor": {"red": 0.75, "green": 0.1, "blue": 0.1}}}}
    # The value of a rule is read as if typed, in the locale of the spreadsheet: a whole number is the same in all.
    below = {"type": "NUMBER_LESS", "values": [{"userEnteredValue": "0"}]}
    ranges = [_column(sheet, n, 1) for n, kind in enumerate(tab.kinds) if kind == "percent"]
    rule = {"ranges": ranges, "booleanRule": {"condition": below, "format": red}}
    return [{"addConditionalFormatRule": {"index": 0, "rule": rule}}] if ranges else []


def chart(sheet: int, tab: Tab) -> list[Request]:
    """
    A line of the first series, on a tab whose first column is a date.
    """
    series = next((n for n, kind in enumerate(tab.kinds) if kind in ("money", "number", "percent", "integer")), None)
    if tab.keyed or tab.kinds[0] != "date" or series is None:
        return []
    line = {
        "chartType": "LINE",
        "legendPosition": "NO_LEGEND",
        "headerCount": 1,
        "domains": [{"domain": {"sourceRange": {"sources": [_column(sheet, 0, 0)]}}}],
        "series": [{"series": {"sourceRange": {"sources": [_column(sheet, series, 0)]}}, "targetAxis": "LEFT_AXIS"}],
    }
    anchor = {"sheetId": sheet, "rowIndex": 1, "columnIndex": len(tab.columns) + 1}
    position = {"overlayPosition": {"anchorCell": anchor, "widthPixels": 600, "heightPixels": 371}}
    spec = {"title": tab.columns[series], "basicChart": line}
    return [{"addChart": {"chart": {"chartId": sheet, "spec": spec, "position": position}}}]
