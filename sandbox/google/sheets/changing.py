"""
What the requests of a batchUpdate have in common.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sandbox.google import masks
from sandbox.google.errors import Json, invalid
from sandbox.google.payload import Description
from sandbox.google.sheets.a1 import Box, Extent
from sandbox.google.sheets.grid import Sheet
from sandbox.google.sheets.spreadsheet import Spreadsheet

SHEETS = Description("sheets", "v4")

Handler = Callable[[Spreadsheet, Json, str], Json]
"""
Changes the spreadsheet as one request says, for the caller of that e-mail address; returns the reply.
"""


def mask_of(body: Json, message: str) -> masks.Mask:
    """
    The `fields` of a request.

    Raises:
        ApiError: 400; there are none, or the message lacks one.
    """
    text = body.get("fields", "")
    if not text:
        raise invalid("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
    mask = masks.parse(text)
    masks.check(SHEETS, message, mask)
    return mask


def area(book: Spreadsheet, grid_range: Json) -> tuple[Sheet, Extent]:
    """
    The sheet and the cells of a GridRange, within the grid.

    Raises:
        ApiError: 400; no such sheet, or it starts outside.
    """
    sheet = book.sheet(grid_range.get("sheetId", 0))
    return sheet, sheet.extent(Box.of(grid_range))


def need_new(kind: str, wanted: object, taken: Iterable[object]) -> None:
    """
    Raises:
        ApiError: 400; the id that a client chose is in use.
    """
    if wanted is not None and wanted in set(taken):
        raise invalid(f"{kind} with id {wanted} already exists. Please enter another id.")
