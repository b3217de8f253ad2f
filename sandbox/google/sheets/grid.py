"""
One tab in memory: its grid of cells, and what lies over it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.google.errors import Json, invalid
from sandbox.google.sheets import a1
from sandbox.google.sheets.a1 import Box, Extent
from sandbox.google.sheets.cells import Cell, effective, rendered

ROWS, COLUMNS = 1000, 26  # of a new sheet


@dataclass
class Sheet:
    """
    One tab.

    Args:
        properties: A SheetProperties, complete.
        rows: Row -> column -> cell; only cells that hold something.
        charts: EmbeddedCharts.
        rules: ConditionalFormatRules, the first wins.
        protections: ProtectedRanges.
        bandings: BandedRanges.
        merges: GridRanges.
        filter: The BasicFilter, if there is one.
        dimensions: Properties of single rows and columns: (`ROWS` or `COLUMNS`, index) -> DimensionProperties.
    """

    properties: Json
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    charts: list[Json] = field(default_factory=list)
    rules: list[Json] = field(default_factory=list)
    protections: list[Json] = field(default_factory=list)
    bandings: list[Json] = field(default_factory=list)
    merges: list[Json] = field(default_factory=list)
    filter: Json | None = None
    dimensions: dict[tuple[str, int], Json] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return int(self.properties["sheetId"])

    @property
    def title(self) -> str:
        return str(self.properties["title"])

    @property
    def grid(self) -> Json:
        found: Json = self.properties["gridProperties"]
        return found

    @property
    def row_count(self) -> int:
        return int(self.grid["rowCount"])

    @property
    def column_count(self) -> int:
        return int(self.grid["columnCount"])

    def copy(self) -> Sheet:
        """
        A copy that can be changed without changing this one; cells are shared, as they are never changed in place.
        """
        return Sheet(
            copy.deepcopy(self.properties),
            {row: dict(cells) for row, cells in self.rows.items()},
            copy.deepcopy(self.charts),
            copy.deepcopy(self.rules),
            copy.deepcopy(self.protections),
            copy.deepcopy(self.bandings),
            copy.deepcopy(self.merges),
            copy.deepcopy(self.filter),
            dict(self.dimensions),
        )

    def cell(self, row: int, column: int) -> Cell:
        return self.rows.get(row, {}).get(column, {})

    def put(self, row: int, column: int, cell: Cell) -> None:
        if cell:
            self.rows.setdefault(row, {})[column] = cell
        elif row in self.rows:
            self.rows[row].pop(column, None)
            if not self.rows[row]:
                del self.rows[row]

    def filled(self) -> Iterator[tuple[int, int]]:
        """
        The places of all cells that have a value.
        """
        for row, cells in self.rows.items():
            for column, cell in cells.items():
                if effective(cell) is not None:
                    yield row, column

    def last_row(self) -> int:
        """
        How many rows there are down to the last that has a value.
        """
        return max((row + 1 for row, _ in self.filled()), default=0)

    def extent(self, box: Box) -> Extent:
        """
        A box within this grid.

        Raises:
            ApiError: 400; it starts outside the grid.
        """
        if box.top >= self.row_count or box.left >= self.column_count:
            first = f"{a1.letters(box.left)}{box.top + 1}"
            last = (a1.letters(box.right - 1) if box.right is not None else "") + str(box.bottom or "")
            cells = first if box.is_cell or not last else f"{first}:{last}"
            raise invalid(
                f"Range ({a1.quoted(self.title)}!{cells}) exceeds grid limits. "
                f"Max rows: {self.row_count}, max columns: {self.column_count}"
            )
        return box.clipped(self.row_count, self.column_count)

    def values(self, extent: Extent, render: str, dates: str, locale: str) -> list[list[Any]]:
        """
        The values of a range by rows, without the empty end of each row and of the whole.
        """
        found: list[list[Any]] = []
        for row in range(extent.top, extent.bottom):
            cells = self.rows.get(row, {})
            line = [
                rendered(cells[column], render, dates, locale) if column in cells else ""
                for column in range(extent.left, min(extent.right, max(cells, default=-1) + 1))
            ]
            while line and line[-1] == "":
                line.pop()
            found.append(line)
        while found and not found[-1]:
            found.pop()
        return found

    def resize(self, rows: int, columns: int) -> None:
        """
        Make the grid that large; what lies outside is lost.
        """
        self.grid.update(rowCount=rows, columnCount=columns)
        self.rows = {
            row: kept
            for row, cells in self.rows.items()
            if row < rows and (kept := {column: cell for column, cell in cells.items() if column < columns})
        }


def need_grid(grid: Json) -> None:
    """
    Raises:
        ApiError: 400; GridProperties that no sheet can have.
    """
    for name, size in (("rowCount", grid["rowCount"]), ("columnCount", grid["columnCount"])):
        if size < 1:
            raise invalid(f"gridProperties.{name} must be greater than 0.")
    if grid["columnCount"] > 18_278:
        raise invalid("gridProperties.columnCount must not be greater than 18278.")
    for frozen, size in (("frozenRowCount", grid["rowCount"]), ("frozenColumnCount", grid["columnCount"])):
        if grid.get(frozen, 0) >= size:
            what = "rows" if frozen == "frozenRowCount" else "columns"
            raise invalid(f"You can't freeze all visible {what} on the sheet.")
