"""
What inserting, deleting and sorting rows and columns does to everything that points at them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.google.errors import Json

if TYPE_CHECKING:
    from sandbox.google.sheets.grid import Sheet
    from sandbox.google.sheets.spreadsheet import Spreadsheet

_BOUNDS = {"ROWS": ("startRowIndex", "endRowIndex"), "COLUMNS": ("startColumnIndex", "endColumnIndex")}


def shift(book: Spreadsheet, sheet: Sheet, dimension: str, at: int, count: int) -> None:
    """
    Move everything from `at` on.

    Args:
        dimension: `ROWS` or `COLUMNS`.
        at: The first row or column that is inserted or deleted.
        count: How many are inserted; negative: how many are deleted.
    """
    _cells(sheet, dimension, at, count)
    sheet.dimensions = {
        (kind, moved): properties
        for (kind, index), properties in sheet.dimensions.items()
        if (moved := _index(index, at, count) if kind == dimension else index) is not None
    }
    step = _Step(sheet.id, dimension, at, count)
    sheet.merges = step.kept(sheet.merges, "")
    sheet.protections = step.kept(sheet.protections, "range")
    sheet.bandings = step.kept(sheet.bandings, "range")
    for rule in sheet.rules:
        rule["ranges"] = step.kept(rule.get("ranges", []), "")
    sheet.rules = [rule for rule in sheet.rules if rule["ranges"]]
    if sheet.filter is not None:
        sheet.filter = next(iter(step.kept([sheet.filter], "range")), None)
    book.named_ranges = step.kept(book.named_ranges, "range")
    for other in book.sheets:  # a chart may draw another tab's cells
        for chart in other.charts:
            step.walk(chart)
    book.metadata = [entry for entry in book.metadata if step.metadata_stays(entry)]


def _index(index: int, at: int, count: int) -> int | None:
    if index < at:
        return index
    return None if count < 0 and index < at - count else index + count


def _cells(sheet: Sheet, dimension: str, at: int, count: int) -> None:
    if dimension == "ROWS":
        sheet.rows = {
            moved: cells for row, cells in sheet.rows.items() if (moved := _index(row, at, count)) is not None
        }
        return
    sheet.rows = {
        row: kept
        for row, cells in sheet.rows.items()
        if (kept := {m: cell for column, cell in cells.items() if (m := _index(column, at, count)) is not None})
    }


class _Step:
    def __init__(self, sheet_id: int, dimension: str, at: int, count: int) -> None:
        self.sheet_id, self.dimension, self.at, self.count = sheet_id, dimension, at, count

    def kept(self, items: list[Json], member: str) -> list[Json]:
        """
        The items whose range is still there, moved.
        """
        return [item for item in items if self._stays(item[member] if member and member in item else item)]

    def _stays(self, grid_range: Json) -> bool:
        start, end = _BOUNDS[self.dimension]
        if grid_range.get("sheetId", 0) != self.sheet_id:
            return True
        return self._bounds(grid_range, start, end)

    def _bounds(self, target: Json, start: str, end: str) -> bool:
        first, last = target.get(start), target.get(end)
        if first is not None:
            target[start] = self._edge(first, starts=True)
        if last is not None:
            target[end] = self._edge(last, starts=False)
        return first is None or last is None or first >= last or target[start] < target[end]

    def _edge(self, index: int, *, starts: bool) -> int:
        if self.count > 0:
            moves = index >= self.at if starts else index > self.at
            return index + self.count if moves else index
        return max(self.at, index + self.count) if index > self.at else index

    def walk(self, node: Any) -> None:
        """
        Move every range and anchor in a chart.
        """
        if isinstance(node, list):
            for item in node:
                self.walk(item)
        elif isinstance(node, dict):
            start, end = _BOUNDS[self.dimension]
            if node.get("sheetId") == self.sheet_id:
                self._bounds(node, start, end)
                anchor = "rowIndex" if self.dimension == "ROWS" else "columnIndex"
                if anchor in node:
                    node[anchor] = self._edge(node[anchor], starts=True)
            for value in node.values():
                self.walk(value)

    def metadata_stays(self, entry: Json) -> bool:
        """
        Metadata on a row or column moves with it and dies with it.
        """
        place = entry["location"].get("dimensionRange")
        if place is None or place["sheetId"] != self.sheet_id or place["dimension"] != self.dimension:
            return True
        moved = _index(place["startIndex"], self.at, self.count)
        if moved is None:
            return False
        place["startIndex"], place["endIndex"] = moved, moved + 1
        return True
