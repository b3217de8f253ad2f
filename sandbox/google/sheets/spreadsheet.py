"""
One spreadsheet in memory: its tabs and names, and who may change what.
"""

from __future__ import annotations

import copy
import secrets
from dataclasses import dataclass, field
from itertools import count

from sandbox.google.errors import ApiError, Json, invalid
from sandbox.google.sheets import a1, moving
from sandbox.google.sheets.a1 import Box
from sandbox.google.sheets.grid import COLUMNS, ROWS, Sheet, need_grid

MOST_CELLS = 10_000_000
PROTECTED = (
    "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection if "
    "you need to edit."
)


@dataclass
class Spreadsheet:
    """
    One file.

    Args:
        id: Its id.
        owner: The person whose Drive it lies in.
        properties: A SpreadsheetProperties.
        sheets: The tabs from left to right.
        roles: Who else may do what: e-mail address -> `reader` or `writer`.
        named_ranges: NamedRanges.
        metadata: DeveloperMetadata of the file, its sheets, rows and columns.
        created: RFC 3339.
        modified: RFC 3339.
        by_app: Whether the API made it, so that `drive.file` reaches it.
    """

    id: str
    owner: str
    properties: Json
    sheets: list[Sheet]
    created: str
    modified: str
    roles: dict[str, str] = field(default_factory=dict)
    named_ranges: list[Json] = field(default_factory=list)
    metadata: list[Json] = field(default_factory=list)
    by_app: bool = False

    @property
    def title(self) -> str:
        return str(self.properties["title"])

    @property
    def locale(self) -> str:
        return str(self.properties["locale"])

    def copy(self) -> Spreadsheet:
        """
        A copy to try changes on, so that either all of them stay or none.
        """
        return Spreadsheet(
            self.id,
            self.owner,
            copy.deepcopy(self.properties),
            [sheet.copy() for sheet in self.sheets],
            self.created,
            self.modified,
            self.roles,
            copy.deepcopy(self.named_ranges),
            copy.deepcopy(self.metadata),
            self.by_app,
        )

    def share(self, email: str, role: str) -> None:
        """
        Args:
            role: `reader`, `writer`, or `none` to take it away.
        """
        if role == "none":
            self.roles.pop(email, None)
        else:
            self.roles[email] = role

    def sheet(self, sheet_id: int) -> Sheet:
        """
        Raises:
            ApiError: 400; there is none of that id.
        """
        for sheet in self.sheets:
            if sheet.id == sheet_id:
                return sheet
        raise invalid(f"No grid with id: {sheet_id}")

    def find(self, text: str) -> tuple[Sheet, Box]:
        """
        The cells that a range in A1 notation, or the name of a range, means.

        Raises:
            ApiError: 400; nothing here is called so.
        """
        title, cells = a1.split(text)
        if title is None:
            if box := a1.corners(cells):
                return self.sheets[0], box
            for named in self.named_ranges:
                if named["name"] == cells:
                    return self.sheet(named["range"].get("sheetId", 0)), Box.of(named["range"])
            title, cells = cells, ""
        for sheet in self.sheets:
            if sheet.title.casefold() == title.casefold():
                inner = Box() if not cells else a1.corners(cells)
                if inner is None:
                    break
                return sheet, inner
        raise a1.unreadable(text)

    def add_sheet(self, asked: Json) -> Sheet:
        """
        Raises:
            ApiError: 400; its id or its title is taken.
        """
        if any(sheet.id == asked.get("sheetId") for sheet in self.sheets):
            raise invalid(f"Sheet with id {asked['sheetId']} already exists. Please enter another id.")
        taken = {sheet.title for sheet in self.sheets}
        unused = next(name for at in count(len(self.sheets) + 1) if (name := f"Sheet{at}") not in taken)
        title = asked.get("title", unused)
        self.need_free_title(title)
        grid = {"rowCount": ROWS, "columnCount": COLUMNS} | asked.get("gridProperties", {})
        need_grid(grid)
        properties = {
            "sheetId": asked.get("sheetId", secrets.randbelow(2**31)),
            "title": title,
            "index": asked.get("index", len(self.sheets)),
            "sheetType": "GRID",
            **{name: value for name, value in asked.items() if name not in ("sheetId", "title", "index", "sheetType")},
            "gridProperties": grid,
        }
        sheet = Sheet(properties)
        self.sheets.insert(properties["index"], sheet)
        self.number()
        self.need_room()
        return sheet

    def number(self) -> None:
        """
        Write every tab's place into its properties.
        """
        for index, sheet in enumerate(self.sheets):
            sheet.properties["index"] = index

    def need_free_title(self, title: str, besides: Sheet | None = None) -> None:
        """
        Raises:
            ApiError: 400; another tab is called so, or nothing can be.
        """
        if not title or len(title) > 100:
            raise invalid("Sheet names must have 1 to 100 characters.")
        if any(sheet.title.casefold() == title.casefold() for sheet in self.sheets if sheet is not besides):
            raise invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')

    def need_room(self) -> None:
        """
        Raises:
            ApiError: 400; the file has more cells than a file can have.
        """
        if sum(sheet.row_count * sheet.column_count for sheet in self.sheets) > MOST_CELLS:
            raise invalid(
                f"This action would increase the number of cells in the workbook above the limit of {MOST_CELLS} cells."
            )

    def need_unprotected(self, sheet: Sheet, box: Box, email: str) -> None:
        """
        Raises:
            ApiError: 400; a protection that this caller is not let through lies over the cells.
        """
        for protection in sheet.protections:
            guarded = self.protected_box(protection)
            is_free = any(Box.of(free).holds(box) for free in protection.get("unprotectedRanges", []))
            if guarded.overlaps(box) and not is_free and not self.may_edit(protection, email):
                raise ApiError(400, PROTECTED)

    def protected_box(self, protection: Json) -> Box:
        named = next((n for n in self.named_ranges if n["namedRangeId"] == protection.get("namedRangeId")), None)
        return Box.of(named["range"] if named else protection.get("range", {}))

    def may_edit(self, protection: Json, email: str) -> bool:
        """
        Whether a protection lets a caller through: a warning stops nobody, and nothing stops the owner.
        """
        return (
            bool(protection.get("warningOnly"))
            or email == self.owner
            or email in protection.get("editors", {}).get("users", [])
        )

    def insert(self, sheet: Sheet, dimension: str, at: int, number: int) -> None:
        """
        Open a gap of empty rows or columns; what lies behind moves on.
        """
        moving.shift(self, sheet, dimension, at, number)
        name = "rowCount" if dimension == "ROWS" else "columnCount"
        sheet.grid[name] += number
        self.need_room()

    def remove(self, sheet: Sheet, dimension: str, first: int, last: int) -> None:
        """
        Take rows or columns out, with everything that hangs on them alone.

        Raises:
            ApiError: 400; none would be left.
        """
        name = "rowCount" if dimension == "ROWS" else "columnCount"
        if last - first >= sheet.grid[name]:
            raise invalid(f"You can't delete all the {dimension.lower()} on the sheet.")
        moving.shift(self, sheet, dimension, first, first - last)
        sheet.grid[name] -= last - first
