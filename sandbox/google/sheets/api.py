"""
Google Sheets v4: the spreadsheet as a whole, its values, its developer metadata.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from datetime import datetime

from starlette.routing import BaseRoute, Route

from sandbox.google import masks
from sandbox.google.auth import SCOPE, Accounts, Identity
from sandbox.google.errors import Json, not_found, storage_full
from sandbox.google.front import Call, Front
from sandbox.google.payload import Description
from sandbox.google.quotas import MinuteQuota
from sandbox.google.sheets import developer_metadata, requests, shown
from sandbox.google.sheets.library import Library
from sandbox.google.sheets.values import Values

WRITE = (SCOPE + "spreadsheets", SCOPE + "drive", SCOPE + "drive.file")
READ = (*WRITE, SCOPE + "spreadsheets.readonly", SCOPE + "drive.readonly")
_BOOK = "/spreadsheets/{id}"


class Sheets:
    """
    The Sheets API over a library of spreadsheets.
    """

    def __init__(self, accounts: Accounts, library: Library, clock: Callable[[], datetime]) -> None:
        self.library = library
        self.quota = MinuteQuota(clock)
        self._values = Values(library)
        self._front = Front(accounts, Description("sheets", "v4"), "sheets.googleapis.com")

    def routes(self) -> Sequence[BaseRoute]:
        values = self._values
        return [
            self._write("/spreadsheets", self.create, "Spreadsheet", "Spreadsheet"),
            self._write(
                f"{_BOOK}:batchUpdate",
                self.batch_update,
                "BatchUpdateSpreadsheetRequest",
                "BatchUpdateSpreadsheetResponse",
            ),
            self._read(
                f"{_BOOK}:getByDataFilter", self.get_by_filter, "Spreadsheet", "GetSpreadsheetByDataFilterRequest"
            ),
            self._read(f"{_BOOK}/values:batchGet", values.batch_get, "BatchGetValuesResponse"),
            self._write(
                f"{_BOOK}/values:batchUpdate",
                values.batch_update,
                "BatchUpdateValuesRequest",
                "BatchUpdateValuesResponse",
            ),
            self._write(
                f"{_BOOK}/values:batchClear", values.batch_clear, "BatchClearValuesRequest", "BatchClearValuesResponse"
            ),
            self._write(f"{_BOOK}/values/{{range:path}}:append", values.append, "ValueRange", "AppendValuesResponse"),
            self._write(
                f"{_BOOK}/values/{{range:path}}:clear", values.clear, "ClearValuesRequest", "ClearValuesResponse"
            ),
            self._write(f"{_BOOK}/values/{{range:path}}", values.update, "ValueRange", "UpdateValuesResponse", "PUT"),
            self._read(f"{_BOOK}/values/{{range:path}}", values.get, "ValueRange"),
            self._read(
                f"{_BOOK}/developerMetadata:search",
                self.search_metadata,
                "SearchDeveloperMetadataResponse",
                "SearchDeveloperMetadataRequest",
            ),
            self._read(f"{_BOOK}/developerMetadata/{{metadata}}", self.get_metadata, "DeveloperMetadata"),
            self._read(_BOOK, self.get, "Spreadsheet"),
        ]

    def _read(self, path: str, handle: Callable[[Call], Json], reply: str, message: str = "") -> Route:
        endpoint = self._front.endpoint(
            handle, scopes=READ, message=message, reply=reply, charge=lambda who: self._charge("Read", who)
        )
        return Route(path, endpoint, methods=["POST" if message else "GET"])

    def _write(
        self, path: str, handle: Callable[[Call], Json], message: str, reply: str, method: str = "POST"
    ) -> Route:
        endpoint = self._front.endpoint(
            handle, scopes=WRITE, message=message, reply=reply, charge=lambda who: self._charge("Write", who)
        )
        return Route(path, endpoint, methods=[method])

    def _charge(self, kind: str, identity: Identity) -> None:
        self.quota.charge(kind, identity.email)

    def create(self, call: Call) -> Json:
        if call.identity.is_service_account:
            raise storage_full()
        properties = call.body.get("properties", {})
        book = self.library.create(
            properties.get("title", "Untitled spreadsheet"),
            owner=call.identity.email,
            properties=properties,
            by_app=True,
        )
        if asked := call.body.get("sheets"):
            book.sheets = []
            for sheet in asked:
                book.add_sheet(sheet.get("properties", {}))
        return shown.spreadsheet(book, call.identity.email)

    def get(self, call: Call) -> Json:
        book = self.library.open(call.path["id"], call.identity)
        ranges = [book.find(text) for text in call.query.getlist("ranges")]
        with_cells = call.flag("includeGridData")
        # A mask of fields decides alone whether cells come along.
        if fields := call.query.get("fields"):
            with_cells = fields != "*" and masks.touches(masks.parse(fields), "sheets", "data")
        return shown.spreadsheet(book, call.identity.email, ranges=ranges, with_cells=with_cells)

    def get_by_filter(self, call: Call) -> Json:
        book = self.library.open(call.path["id"], call.identity)
        ranges = []
        for data_filter in call.body.get("dataFilters", []):
            if "developerMetadataLookup" not in data_filter:
                ranges.append(developer_metadata.selected(book, data_filter))
                continue
            for entry in developer_metadata.select(book, [data_filter]):
                ranges.extend(developer_metadata.cells_of(book, entry))
        with_cells = call.body.get("includeGridData", False)
        if not ranges and call.body.get("dataFilters"):
            return shown.spreadsheet(book, call.identity.email) | {"sheets": []}
        return shown.spreadsheet(book, call.identity.email, ranges=ranges, with_cells=with_cells)

    def batch_update(self, call: Call) -> Json:
        book = self.library.open(call.path["id"], call.identity, write=True).copy()
        replies = requests.apply(book, call.body.get("requests", []), call.identity.email)
        reply: Json = {"spreadsheetId": book.id, "replies": replies, "commentUpdateState": "NO_UPDATES_REQUESTED"}
        if call.body.get("includeSpreadsheetInResponse"):
            reply["updatedSpreadsheet"] = shown.spreadsheet(
                book,
                call.identity.email,
                ranges=[book.find(text) for text in call.body.get("responseRanges", [])],
                with_cells=call.body.get("responseIncludeGridData", False),
            )
        self.library.keep(book)
        return reply

    def search_metadata(self, call: Call) -> Json:
        book = self.library.open(call.path["id"], call.identity)
        filters = call.body.get("dataFilters", [])
        matched = []
        for entry in book.metadata:
            fitting = [one for one in filters if developer_metadata.fits(book, entry, one)]
            if fitting:
                matched.append({"developerMetadata": copy.deepcopy(entry), "dataFilters": fitting})
        return {"matchedDeveloperMetadata": matched} if matched else {}

    def get_metadata(self, call: Call) -> Json:
        book = self.library.open(call.path["id"], call.identity)
        for entry in book.metadata:
            if str(entry["metadataId"]) == call.path["metadata"]:
                return dict(entry)
        raise not_found()
