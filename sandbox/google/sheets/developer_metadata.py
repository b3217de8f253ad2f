"""
Developer metadata: notes for programs on a spreadsheet, a sheet, a row or a column, and finding things by them.
"""

from __future__ import annotations

import copy
import secrets

from sandbox.google import masks
from sandbox.google.errors import Json, invalid
from sandbox.google.sheets.a1 import Box
from sandbox.google.sheets.changes_sheets import sheet_of
from sandbox.google.sheets.changing import Handler, mask_of, need_new
from sandbox.google.sheets.grid import Sheet
from sandbox.google.sheets.spreadsheet import Spreadsheet

MOST = 30_000  # characters of keys and values on one sheet, or on the spreadsheet itself


def create(book: Spreadsheet, body: Json, email: str) -> Json:
    entry = copy.deepcopy(body.get("developerMetadata", {}))
    need_new("Developer metadata", entry.get("metadataId"), (one["metadataId"] for one in book.metadata))
    if not entry.get("metadataKey"):
        raise invalid("DeveloperMetadata.metadataKey is required.")
    if entry.get("visibility") not in ("DOCUMENT", "PROJECT"):
        raise invalid("DeveloperMetadata.visibility is required.")
    entry["location"] = _location(book, entry.get("location", {}))
    entry.setdefault("metadataId", secrets.randbelow(2**31))
    book.metadata.append(entry)
    _need_room(book, entry)
    return {"createDeveloperMetadata": {"developerMetadata": copy.deepcopy(entry)}}


def update(book: Spreadsheet, body: Json, email: str) -> Json:
    mask = mask_of(body, "DeveloperMetadata")
    asked = body.get("developerMetadata", {})
    changed = []
    for entry in select(book, body.get("dataFilters", [])):
        new = masks.write(mask, entry, asked) | {"metadataId": entry["metadataId"]}
        new["location"] = _location(book, new.get("location", {}))
        book.metadata[book.metadata.index(entry)] = new
        _need_room(book, new)
        changed.append(copy.deepcopy(new))
    return {"updateDeveloperMetadata": {"developerMetadata": changed} if changed else {}}


def delete(book: Spreadsheet, body: Json, email: str) -> Json:
    if "dataFilter" not in body:
        raise invalid("dataFilter is required.")
    gone = select(book, [body["dataFilter"]])
    for entry in gone:
        book.metadata.remove(entry)
    return {"deleteDeveloperMetadata": {"deletedDeveloperMetadata": gone} if gone else {}}


def select(book: Spreadsheet, data_filters: list[Json]) -> list[Json]:
    """
    The entries that fit any of the filters.
    """
    return [entry for entry in book.metadata if any(fits(book, entry, one) for one in data_filters)]


def fits(book: Spreadsheet, entry: Json, data_filter: Json) -> bool:
    """
    Whether an entry fits one DataFilter: its own members, or a range of cells that it lies on.
    """
    lookup = data_filter.get("developerMetadataLookup")
    if lookup is not None:
        same = ("metadataId", "metadataKey", "metadataValue", "visibility")
        if any(name in lookup and lookup[name] != entry.get(name) for name in same):
            return False
        if lookup.get("locationType", entry["location"]["locationType"]) != entry["location"]["locationType"]:
            return False
        place = lookup.get("metadataLocation")
        return place is None or _lies(
            entry["location"], place, lookup.get("locationMatchingStrategy", "EXACT_LOCATION")
        )
    sheet, box = selected(book, data_filter)
    return sheet_of(entry) == sheet.id and box.holds(_box(entry["location"]))


def selected(book: Spreadsheet, data_filter: Json) -> tuple[Sheet, Box]:
    """
    The cells that an `a1Range` or a `gridRange` means.

    Raises:
        ApiError: 400; it has neither.
    """
    if "a1Range" in data_filter:
        return book.find(data_filter["a1Range"])
    if "gridRange" in data_filter:
        return book.sheet(data_filter["gridRange"].get("sheetId", 0)), Box.of(data_filter["gridRange"])
    raise invalid("A data filter must have a developerMetadataLookup, an a1Range or a gridRange.")


def cells_of(book: Spreadsheet, entry: Json) -> list[tuple[Sheet, Box]]:
    """
    The cells that an entry hangs on: a row, a column, a sheet, or all sheets.
    """
    sheet_id = sheet_of(entry)
    sheets = book.sheets if sheet_id is None else [book.sheet(sheet_id)]
    return [(sheet, _box(entry["location"])) for sheet in sheets]


def _lies(location: Json, place: Json, strategy: str) -> bool:
    bare = {name: value for name, value in location.items() if name != "locationType"}
    wanted = {name: value for name, value in place.items() if name != "locationType"}
    if strategy != "INTERSECTING_LOCATION":
        return bare == wanted
    if wanted.get("spreadsheet"):
        return True
    if sheet_of({"location": bare}) != sheet_of({"location": wanted}):
        return False
    return _box(bare).overlaps(_box(wanted))


def _box(location: Json) -> Box:
    place = location.get("dimensionRange")
    if place is None:
        return Box()
    if place.get("dimension") == "COLUMNS":
        return Box(left=place.get("startIndex", 0), right=place.get("endIndex"))
    return Box(place.get("startIndex", 0), place.get("endIndex"))


def _location(book: Spreadsheet, asked: Json) -> Json:
    """
    The location with its type, as the API returns it.

    Raises:
        ApiError: 400; it names no single sheet, row, column or the spreadsheet.
    """
    if "dimensionRange" in asked:
        place = asked["dimensionRange"]
        book.sheet(place.get("sheetId", 0))
        if place.get("endIndex", 0) - place.get("startIndex", 0) != 1 or "dimension" not in place:
            raise invalid("DeveloperMetadata can only be associated with a single row or a single column.")
        full = {"sheetId": 0, "startIndex": 0} | place
        return {"locationType": "ROW" if place["dimension"] == "ROWS" else "COLUMN", "dimensionRange": full}
    if "sheetId" in asked:
        return {"locationType": "SHEET", "sheetId": book.sheet(asked["sheetId"]).id}
    if asked.get("spreadsheet"):
        return {"locationType": "SPREADSHEET", "spreadsheet": True}
    raise invalid("DeveloperMetadata.location is required.")


def _need_room(book: Spreadsheet, entry: Json) -> None:
    beside = [one for one in book.metadata if sheet_of(one) == sheet_of(entry)]
    if sum(len(one["metadataKey"]) + len(one.get("metadataValue", "")) for one in beside) > MOST:
        raise invalid("Adding the requested developer metadata would exceed the allowed storage limit")


HANDLERS: dict[str, Handler] = {
    "createDeveloperMetadata": create,
    "updateDeveloperMetadata": update,
    "deleteDeveloperMetadata": delete,
}
