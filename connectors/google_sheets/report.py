"""
The difference between a report and what stands in the spreadsheet, as requests with absolute coordinates.

A tab of ours is known by developer metadata, not by its title: people rename tabs. Only our columns, the first ones,
are written; what people keep to the right of them, their colours and other tabs stay.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from connectors.contract import FieldKind, Tab, TabPlan
from connectors.errors import BadData, RequestRefused
from connectors.google_sheets.cells import LONGEST, Plain, cell, plain, same
from connectors.google_sheets.client import Sheet, Spreadsheet
from connectors.google_sheets.requests import (
    TAB_KEY,
    VALUE,
    VALUE_AND_FORMAT,
    Request,
    blank,
    chart,
    note,
    number_formats,
    rules,
    update_note,
    write,
)

Grid = Sequence[Sequence[Any]]

_SPARE_ROWS, _SPARE_COLUMNS = 50, 10


@dataclass(frozen=True)
class Mark:
    """
    What we noted on a tab when we last wrote it.

    Args:
        headers: Of our columns, the first ones.
        kinds: Checksum of the number formats.
        entry: Id of the metadata entry.
        rows: Rows below the header that are ours, on a tab that is rewritten as a whole; people write below them.
    """

    headers: tuple[str, ...]
    kinds: int
    entry: int = field(default=0, compare=False)
    rows: int = 0

    @property
    def columns(self) -> int:
        return len(self.headers)

    def value(self, tab: str, sheet: int) -> str:
        """
        The mark as it is kept in the metadata.
        """
        kept = {"tab": tab, "sheet": sheet, "headers": self.headers, "kinds": self.kinds, "rows": self.rows}
        return json.dumps(kept, ensure_ascii=False)


@dataclass
class Change:
    """
    What one tab needs.

    Args:
        grows: Cells that the grid gains.
    """

    plan: TabPlan
    requests: list[Request] = field(default_factory=list)
    grows: int = 0


def mine(book: Spreadsheet, tab: str) -> tuple[Sheet, Mark] | None:
    """
    Our tab of that name, if it is still there.
    """
    for sheet in book.sheets:
        entry, text = sheet.metadata.get(TAB_KEY, (0, ""))
        try:
            noted = json.loads(text)
            if noted["tab"] == tab and noted["sheet"] == sheet.id:
                return sheet, Mark(
                    tuple(map(str, noted["headers"])), int(noted["kinds"]), entry, int(noted.get("rows", 0))
                )
        except (ValueError, KeyError, TypeError):
            continue
    return None


def area(sheet: Sheet, columns: int) -> str:
    """
    The first columns of a tab in A1 notation.
    """
    title = sheet.title.replace("'", "''")
    return f"'{title}'!A:{_letters(min(columns, max(sheet.columns, 1)))}"


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class Wanted:
    """
    A tab as it should stand.
    """

    def __init__(self, tab: Tab, zone: ZoneInfo) -> None:
        if any(len(row) != len(tab.columns) for row in tab.rows) or len(tab.kinds) != len(tab.columns):
            raise BadData(
                f"A row of the tab {tab.name!r} has not one value per column.",
                fix="Report it: this is no fault of yours.",
            )
        self.tab = tab
        self.width = len(tab.columns)
        self.rows: list[list[Plain]] = [[plain(value, zone) for value in row] for row in tab.rows]
        long = sum(isinstance(value, str) and len(value) > LONGEST for row in tab.rows for value in row)
        self.notes = (f"{long} text{'s were' if long > 1 else ' was'} cut to {LONGEST} characters",) if long else ()
        kinds = [tab.kinds, () if tab.keyed else tuple(tab.row_kinds)]
        self.mark = Mark(tuple(tab.columns), zlib.crc32(repr(kinds).encode()), rows=0 if tab.keyed else len(tab.rows))

    def kinds(self, row: int) -> list[FieldKind]:
        """
        What the cells of a row hold.
        """
        own = self.tab.row_kinds[row] if row < len(self.tab.row_kinds) else "number"
        return [own if kind == "number" else kind for kind in self.tab.kinds]

    def cells(self, row: int, *, formats: bool = False) -> dict[str, Any]:
        """
        A row for `updateCells`.
        """
        kinds: Sequence[FieldKind | None] = self.kinds(row) if formats else [None] * self.width
        return {"values": [cell(value, kind) for value, kind in zip(self.rows[row], kinds, strict=True)]}

    def body(self, sheet: int, start: int, rows: Sequence[int], *, formats: bool) -> list[Request]:
        """
        Some rows one below the other, with their number formats where asked for.

        Args:
            start: Where the first one goes.
        """
        if not rows:
            return []
        if formats and self.tab.row_kinds:
            return [write(sheet, start, [self.cells(n, formats=True) for n in rows], VALUE_AND_FORMAT)]
        # One format per column says the same in a third of the bytes.
        requests = [write(sheet, start, [self.cells(n) for n in rows], VALUE)]
        if formats:
            requests += number_formats(sheet, (start, start + len(rows)), self.tab.kinds)
        return requests

    @property
    def header(self) -> dict[str, Any]:
        """
        The header row for `updateCells`.
        """
        return {"values": [cell(text) for text in self.tab.columns]}


def create(wanted: Wanted, taken: set[str], ids: set[int]) -> Change:
    """
    A new tab with everything on it; formats, rules and charts are made here and nowhere else, so that people may
    change them.

    Args:
        taken: Titles that are in use, in lower case; the new one joins them.
        ids: Ids that are in use; the new one joins them.
    """
    tab, count = wanted.tab, len(wanted.rows)
    title = _free(tab.title, taken)
    sheet = zlib.crc32(f"{TAB_KEY}:{tab.name}".encode()) & 0x3FFFFFFF
    while sheet in ids:
        sheet += 1
    ids.add(sheet)
    rows, columns = count + 1 + _SPARE_ROWS, wanted.width + _SPARE_COLUMNS
    grid = {"rowCount": rows, "columnCount": columns, "frozenRowCount": 1}
    top = {
        "sheetId": sheet,
        "startRowIndex": 0,
        "endRowIndex": 1,
        "startColumnIndex": 0,
        "endColumnIndex": wanted.width,
    }
    bold = {"userEnteredFormat": {"textFormat": {"bold": True}}}
    requests: list[Request] = [
        {"addSheet": {"properties": {"sheetId": sheet, "title": title, "gridProperties": grid}}},
        note(sheet, wanted.mark.value(tab.name, sheet)),
        write(sheet, 0, [wanted.header], VALUE),
        {"repeatCell": {"range": top, "cell": bold, "fields": "userEnteredFormat.textFormat.bold"}},
    ]
    requests += wanted.body(sheet, 1, range(count), formats=True)
    requests += rules(sheet, tab) + chart(sheet, tab)
    plan = TabPlan(title, True, (count + 1) * wanted.width, count, notes=wanted.notes)
    return Change(plan, requests, rows * columns)


def rewrite(wanted: Wanted, sheet: Sheet, mark: Mark, grid: Grid) -> Change:
    """
    A tab that is rewritten as a whole where anything on it differs.

    Args:
        grid: What stands in our columns now.
    """
    top = _top(grid, wanted, mark, sheet)
    if top is None and _filled(grid):
        raise RequestRefused(
            f"On the tab {sheet.title!r} our header is gone and something else stands there; nothing was written.",
            where=f"tab {sheet.title!r}",
            fix=f"Put the header back ({', '.join(mark.headers)}), or delete the tab: it is then made anew.",
        )
    base = top or 0
    grid = grid[base:]
    header: list[Plain] = list(wanted.tab.columns)
    after: list[list[Plain]] = [header, *wanted.rows]
    before = min(_filled(grid), 1 + mark.rows) if mark.rows else _filled(grid)
    if _filled(grid[before : len(after)]):
        raise RequestRefused(
            f"On the tab {sheet.title!r} something stands right below our table, which needs more rows; nothing was"
            " written.",
            where=f"tab {sheet.title!r}",
            fix=f"Move it further down, at least {len(after) - before} rows.",
        )
    changed = sum(
        not same(_at(after, row, column), _at(grid, row, column))
        for row in range(max(len(after), before))
        for column in range(max(wanted.width, mark.columns))
    )
    plan = TabPlan(
        sheet.title,
        False,
        changed,
        max(0, len(after) - max(before, 1)),
        max(0, before - len(after)),
        wanted.notes if changed else (),
    )
    formats = wanted.mark.kinds != mark.kinds or len(after) > before
    if not changed and wanted.mark == mark:
        return Change(plan)
    requests = _fit(sheet, wanted, mark, base + len(after))
    requests.append(write(sheet.id, base, [wanted.header], VALUE))
    requests += wanted.body(sheet.id, base + 1, range(len(wanted.rows)), formats=formats)
    if before > len(after):
        requests.append(blank(sheet.id, (base + len(after), base + before), (0, wanted.width)))
    if mark.columns > wanted.width:
        requests.append(blank(sheet.id, (base, base + before), (wanted.width, mark.columns)))
    return Change(plan, requests, _growth(sheet, base + len(after), wanted, mark))


def upsert(wanted: Wanted, sheet: Sheet, mark: Mark, grid: Grid) -> Change:
    """
    A keyed tab: rows are found by their key wherever people sorted them to, changed in place, and added at the end.

    Args:
        grid: What stands in our columns now.
    Raises:
        BadData: Two rows of the report have one key.
    """
    top = _top(grid, wanted, mark, sheet)
    places: dict[str, list[int]] = {}
    for n, row in enumerate(grid):
        if row and n != top and row[0] != "":
            places.setdefault(str(row[0]), []).append(n)
    writes: dict[int, dict[str, Any]] = {}
    new: list[int] = []
    changed = 0
    for n, row in enumerate(_unique(wanted)):
        for place in places.get(str(row[0]), ()):
            differing = sum(not same(value, _at(grid, place, column)) for column, value in enumerate(row))
            if differing:
                changed += differing
                writes[place] = wanted.cells(n)
        if str(row[0]) not in places:
            new.append(n)
    if top is None and not _filled(grid):
        top = 0
    if top is not None:
        differing = sum(not same(text, _at(grid, top, column)) for column, text in enumerate(wanted.tab.columns))
        if differing:
            changed += differing
            writes[top] = wanted.header
    end = max(_filled(grid), 1)
    plan = TabPlan(sheet.title, False, changed, len(new), notes=wanted.notes if changed or new else ())
    if not changed and not new and wanted.mark == mark:
        return Change(plan)
    requests = _fit(sheet, wanted, mark, end + len(new))
    requests += [write(sheet.id, start, rows, VALUE) for start, rows in _blocks(writes)]
    requests += wanted.body(sheet.id, end, new, formats=True)
    return Change(plan, requests, _growth(sheet, end + len(new), wanted, mark))


def _top(grid: Grid, wanted: Wanted, mark: Mark, sheet: Sheet) -> int | None:
    """
    The row of our header: people put lines of their own above it. None where it is gone.

    Raises:
        RequestRefused: Our columns are no longer side by side at the left, so that we would write onto another's.
    """
    firsts = (mark.headers[0], wanted.tab.columns[0])
    top = next((n for n, row in enumerate(grid) if row and row[0] in firsts), None)
    if top is None:
        top = _reworded(grid, mark.headers)
    if top is None:
        moved = any(text in row[1:] for row in grid[:20] for text in firsts)
    else:
        moved = _have_moved(grid[top], mark.headers)
    if moved:
        raise RequestRefused(
            f"On the tab {sheet.title!r} our columns were moved, deleted or parted; nothing was written.",
            where=f"tab {sheet.title!r}",
            fix=f"Bring them back to the left side in this order: {', '.join(mark.headers)}; columns of your own go "
            "to the right. Or delete the tab: it is then made anew.",
        )
    return top


def _reworded(grid: Grid, headers: Sequence[str]) -> int | None:
    """
    The row in which most of our headers stand at their place, though somebody put other words for the first.
    """
    matches = [sum(given == header for given, header in zip(row, headers, strict=False)) for row in grid[:50]]
    best = max(matches, default=0)
    return matches.index(best) if best * 2 > len(headers) else None


def _have_moved(row: Sequence[Any], headers: Sequence[str]) -> bool:
    """
    Whether a header of ours stands at another place, or something else where our last one was. A header between that
    somebody reworded is no move.
    """
    found = [str(text) for text in row[: len(headers)]]
    elsewhere = any(text != headers[n] and text in headers for n, text in enumerate(found))
    return elsewhere or (len(found) == len(headers) and found[-1] not in ("", headers[-1]))


def _unique(wanted: Wanted) -> list[list[Plain]]:
    seen: set[str] = set()
    for row in wanted.rows:
        name = str(row[0]) if row[0] is not None else ""
        if not name or name in seen:
            raise BadData(
                f"The tab {wanted.tab.name!r} has {'two rows' if name else 'a row'} with the key {name!r}.",
                fix="Report it: this is no fault of yours. Nothing was written.",
            )
        seen.add(name)
    return wanted.rows


def _filled(grid: Grid) -> int:
    return max((n + 1 for n, row in enumerate(grid) if any(value not in ("", None) for value in row)), default=0)


def _at(grid: Grid, row: int, column: int) -> Any:
    return grid[row][column] if row < len(grid) and column < len(grid[row]) else None


def _blocks(writes: Mapping[int, dict[str, Any]]) -> list[tuple[int, list[dict[str, Any]]]]:
    found: list[tuple[int, list[dict[str, Any]]]] = []
    for place in sorted(writes):
        if found and found[-1][0] + len(found[-1][1]) == place:
            found[-1][1].append(writes[place])
        else:
            found.append((place, [writes[place]]))
    return found


def _free(title: str, taken: set[str]) -> str:
    title = title[:80] or "Noria"
    candidates = [title, f"{title} (Noria)", *(f"{title} (Noria {n})" for n in range(2, 300))]
    found = next(candidate for candidate in candidates if candidate.lower() not in taken)
    taken.add(found.lower())
    return found


def _fit(sheet: Sheet, wanted: Wanted, mark: Mark, rows: int) -> list[Request]:
    """
    Room for our columns and rows, and the note of it.
    """
    requests: list[Request] = []
    columns = sheet.columns
    added = wanted.width - mark.columns
    if added > 0 and columns >= mark.columns:
        # Columns of ours that are new go before what people keep to the right.
        place = {"sheetId": sheet.id, "dimension": "COLUMNS", "startIndex": mark.columns, "endIndex": wanted.width}
        requests.append({"insertDimension": {"range": place, "inheritFromBefore": False}})
        columns += added
    if rows > sheet.rows or wanted.width > columns:
        size = {"rowCount": max(rows, sheet.rows), "columnCount": max(wanted.width, columns)}
        properties = {"sheetId": sheet.id, "gridProperties": size}
        fields = "gridProperties(rowCount,columnCount)"
        requests.append({"updateSheetProperties": {"properties": properties, "fields": fields}})
    if wanted.mark != mark:
        value = wanted.mark.value(wanted.tab.name, sheet.id)
        requests.append(update_note(mark.entry, value))
    return requests


def _growth(sheet: Sheet, rows: int, wanted: Wanted, mark: Mark) -> int:
    columns = max(sheet.columns + max(0, wanted.width - mark.columns), wanted.width)
    return max(rows, sheet.rows) * columns - sheet.rows * sheet.columns
