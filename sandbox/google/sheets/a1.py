"""
Ranges of cells: as Sheets writes them (`'kpi data'!A2:C`) and as numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.google.errors import Json, invalid

_CORNERS = re.compile(r"\$?([A-Za-z]{0,3})\$?(\d*)(?::\$?([A-Za-z]{0,3})\$?(\d*))?")
_PLAIN = re.compile(r"[^\W\d]\w*")
_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}\d+|[Rr]\d*[Cc]\d*|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]")


@dataclass(frozen=True)
class Box:
    """
    A rectangle of cells; 0-based, ends exclusive, None where it is open.
    """

    top: int = 0
    bottom: int | None = None
    left: int = 0
    right: int | None = None

    @classmethod
    def of(cls, grid_range: Json) -> Box:
        """
        The box of a GridRange.
        """
        return cls(
            grid_range.get("startRowIndex", 0),
            grid_range.get("endRowIndex"),
            grid_range.get("startColumnIndex", 0),
            grid_range.get("endColumnIndex"),
        )

    def clipped(self, rows: int, columns: int) -> Extent:
        """
        The part that lies in a grid of that size.
        """
        bottom = rows if self.bottom is None else min(self.bottom, rows)
        right = columns if self.right is None else min(self.right, columns)
        return Extent(self.top, max(bottom, self.top), self.left, max(right, self.left))

    def overlaps(self, other: Box) -> bool:
        return _overlap(self.top, self.bottom, other.top, other.bottom) and _overlap(
            self.left, self.right, other.left, other.right
        )

    def holds(self, other: Box) -> bool:
        """
        Whether the other box lies inside this one.
        """
        return _within(self.top, self.bottom, other.top, other.bottom) and _within(
            self.left, self.right, other.left, other.right
        )

    @property
    def is_cell(self) -> bool:
        return self.bottom == self.top + 1 and self.right == self.left + 1


@dataclass(frozen=True)
class Extent:
    """
    A rectangle with four definite sides.
    """

    top: int
    bottom: int
    left: int
    right: int

    @property
    def box(self) -> Box:
        return Box(self.top, self.bottom, self.left, self.right)


def _overlap(a: int, a_end: int | None, b: int, b_end: int | None) -> bool:
    return (b_end is None or a < b_end) and (a_end is None or b < a_end)


def _within(a: int, a_end: int | None, b: int, b_end: int | None) -> bool:
    return a <= b and (a_end is None or (b_end is not None and b_end <= a_end))


def letters(column: int) -> str:
    """
    A column's letters by its number: 0 is A, 26 is AA.
    """
    text, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def number(text: str) -> int:
    """
    A column's number by its letters.
    """
    value = 0
    for letter in text.upper():
        value = value * 26 + ord(letter) - 64
    return value - 1


def split(text: str) -> tuple[str | None, str]:
    """
    Title and cells of a range; no title stands for the first sheet, no cells for the whole one.

    Raises:
        ApiError: 400; its quotes do not match.
    """
    if text.startswith("'"):
        found = re.fullmatch(r"'((?:[^']|'')*)'(?:!(.*))?", text, re.S)
        if found is None:
            raise unreadable(text)
        return found[1].replace("''", "'"), found[2] or ""
    if "!" in text:
        title, _, cells = text.rpartition("!")
        return title, cells
    return None, text


def corners(cells: str) -> Box | None:
    """
    The box of `A1`, `A1:B2`, `A:C`, `2:5` or `B2:D`; None for anything else.
    """
    found = _CORNERS.fullmatch(cells)
    if found is None or not cells:
        return None
    left, top, right, bottom = found.groups()
    if ":" not in cells:
        if not (left and top and int(top)):
            return None
        return Box(int(top) - 1, int(top), number(left), number(left) + 1)
    if not (left or top) or not (right or bottom) or (not left and right) or "0" in (top, bottom):
        return None
    rows = sorted(int(row) for row in (top, bottom) if row)
    columns = sorted(number(column) for column in (left, right) if column)
    # `A2:B` and `A:B5` are open on one side only; the side that is named starts the box.
    return Box(
        rows[0] - 1 if top else 0,
        rows[-1] if bottom else None,
        columns[0] if columns else 0,
        columns[-1] + 1 if right else None,
    )


def quoted(title: str, *, always: bool = False) -> str:
    """
    A title as it stands before the `!`: in quotes only where it needs them.
    """
    if not always and _PLAIN.fullmatch(title) and not _LIKE_A_CELL.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def written(title: str, extent: Extent, *, always_quoted: bool = False) -> str:
    """
    A range as answers have it: `kpi!A1:C3`, `kpi!A1` for one cell.
    """
    first = f"{letters(extent.left)}{extent.top + 1}"
    last = f"{letters(max(extent.right, extent.left + 1) - 1)}{max(extent.bottom, extent.top + 1)}"
    cells = first if first == last else f"{first}:{last}"
    return f"{quoted(title, always=always_quoted)}!{cells}"


def unreadable(text: str) -> Exception:
    return invalid(f"Unable to parse range: {text}")
