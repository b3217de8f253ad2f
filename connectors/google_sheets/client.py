"""
Google Sheets through Google's own client: sign-in, what stands in a spreadsheet, one atomic update.

Knows the vendor, not our report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httplib2
import orjson
import requests
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from connectors.contract import Context
from connectors.errors import PermissionMissing, RequestRefused, UserError
from connectors.google_auth import GoogleLogin, reading, refusal
from connectors.google_sheets.settings import GoogleSheetsSettings
from connectors.transport import Answer, Kind, Transport, Verdict, answer_of, judge

SCOPE = "https://www.googleapis.com/auth/spreadsheets"
_SHAPE = (
    "spreadsheetId,spreadsheetUrl,properties(title,locale,timeZone),developerMetadata,"
    "sheets(properties(sheetId,title,sheetType,gridProperties(rowCount,columnCount)),developerMetadata)"
)
# The client drops what it does not know and sets its own: those would be wrong for another library's connection.
_OWN_HEADERS = ("accept-encoding", "content-length", "user-agent")


@dataclass(frozen=True)
class Sheet:
    """
    A tab as it stands.

    Args:
        metadata: Developer metadata of the tab: key -> (id, value).
    """

    id: int
    title: str
    rows: int
    columns: int
    metadata: Mapping[str, tuple[int, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Spreadsheet:
    """
    A spreadsheet as it stands, without its cells.

    Args:
        sheets: The tabs with cells.
        other_titles: Titles of tabs that are something else, such as a chart of its own.
        other_ids: And their ids.
        metadata: Developer metadata of the spreadsheet: key -> (id, value).
    """

    title: str
    url: str
    sheets: tuple[Sheet, ...]
    other_titles: frozenset[str] = frozenset()
    other_ids: frozenset[int] = frozenset()
    metadata: Mapping[str, tuple[int, str]] = field(default_factory=dict)


class RequestsHttp:
    """
    Lets Google's client send through requests: its own library sends a POST again after a dropped connection, so that
    rows would be written twice.

    Args:
        made: A session that signs requests.
        timeout: To connect, and to read [s].
    """

    def __init__(self, made: requests.Session, timeout: tuple[float, float]) -> None:
        self._session = made
        self._timeout = timeout
        self.answer = Answer(0)

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        redirections: int = 0,
        connection_type: Any = None,
    ) -> tuple[httplib2.Response, bytes]:
        kept = {name: value for name, value in (headers or {}).items() if name.lower() not in _OWN_HEADERS}
        response = self._session.request(
            method, uri, data=body, headers=kept, timeout=self._timeout, allow_redirects=False
        )
        self.answer = answer_of(response)
        given = httplib2.Response({**self.answer.headers, "status": str(response.status_code)})
        given.reason = response.reason
        return given, response.content

    def close(self) -> None:
        self._session.close()


class SheetsClient:
    """
    One spreadsheet.

    Args:
        settings: Which one, and who reads it.
        context: Counts the requests.
    """

    def __init__(self, settings: GoogleSheetsSettings, context: Context) -> None:
        self._id = settings.spreadsheet_id
        self._name = context.name
        self.login = GoogleLogin(settings.service_account, [SCOPE], settings, context)
        self._http = RequestsHttp(self.login.session(), (settings.connect_timeout, settings.read_timeout))
        self._service = build("sheets", "v4", http=self._http, static_discovery=True, cache_discovery=False)

        # Sheets counts per minute and says nothing of how long to wait: several waits together must pass a minute.
        def patient(answer: Answer) -> Verdict:
            verdict = judge(answer)
            if verdict.kind is Kind.WAIT and verdict.wait is None:
                return Verdict(Kind.WAIT, 20 * settings.pause)
            return verdict

        self._transport = Transport("Google Sheets", settings, context, judge=patient, login=self.login.renew)

    @property
    def email(self) -> str:
        """
        The address that the spreadsheet has to be shared with.
        """
        return self.login.email

    def shape(self) -> Spreadsheet:
        """
        The tabs and what is noted on them.

        Raises:
            PermissionMissing: The spreadsheet is not shared with the service account.
            UserError: There is none with this id, or Google is not reached.
        """
        request = self._service.spreadsheets().get(spreadsheetId=self._id, fields=_SHAPE)
        found = orjson.loads(self._send(request, "reading the spreadsheet's tabs", idempotent=True))
        grids = [sheet for sheet in found.get("sheets", ()) if "gridProperties" in sheet["properties"]]
        others = [sheet for sheet in found.get("sheets", ()) if sheet not in grids]
        return Spreadsheet(
            title=found.get("properties", {}).get("title", ""),
            url=found.get("spreadsheetUrl", f"https://docs.google.com/spreadsheets/d/{self._id}/edit"),
            sheets=tuple(_sheet(sheet) for sheet in grids),
            other_titles=frozenset(sheet["properties"].get("title", "") for sheet in others),
            other_ids=frozenset(sheet["properties"].get("sheetId", 0) for sheet in others),
            metadata=_metadata(found.get("developerMetadata", ())),
        )

    def values(self, areas: Sequence[str]) -> list[list[list[Any]]]:
        """
        What stands in some ranges: numbers as numbers, dates as their serial numbers, nothing in words of a locale.

        Args:
            areas: Ranges in A1 notation.
        """
        if not areas:
            return []
        request = (
            self._service.spreadsheets()
            .values()
            .batchGet(
                spreadsheetId=self._id,
                ranges=list(areas),
                valueRenderOption="UNFORMATTED_VALUE",
                dateTimeRenderOption="SERIAL_NUMBER",
            )
        )
        found = orjson.loads(self._send(request, "reading the report", idempotent=True))
        return [area.get("values", []) for area in found["valueRanges"]]

    def update(self, changes: Sequence[Mapping[str, Any]]) -> None:
        """
        Change the spreadsheet: all requests or none.

        Raises:
            UnknownOutcome: No answer came; read what stands there before sending anything again.
            PermissionMissing: The service account may not edit the spreadsheet, or these cells of it.
        """
        request = self._service.spreadsheets().batchUpdate(spreadsheetId=self._id, body={"requests": list(changes)})
        self._send(request, "updating the spreadsheet", idempotent=False)

    def close(self) -> None:
        """
        Close the connections.
        """
        self._http.close()
        self.login.close()

    def _send(self, request: Any, what: str, *, idempotent: bool) -> bytes:
        request.postproc = _untouched

        def call() -> Answer:
            with self.login.translated():
                with suppress(HttpError):  # the answer is judged as a whole, refusals too
                    request.execute(http=self._http)
                return self._http.answer

        answer = self._transport.send(call, what=what, idempotent=idempotent)
        if not answer.ok:
            raise self._refusal(answer, what)
        return answer.body

    def _refusal(self, answer: Answer, what: str) -> UserError:
        message = reading(answer)[0]
        who = {"email": self.email, "name": self._name}
        shared = refusal(answer, api="Google Sheets API", scope=SCOPE, what=what, **who)
        if shared is not None:
            return shared
        where = f"connectors.{self._name}.spreadsheet_id"
        share = f"Open the spreadsheet, press Share, and add {self.email} as an editor."
        if answer.status == 403:
            return PermissionMissing(
                f"The service account {self.email} may not do this: {what} (HTTP 403: {message}).",
                where=where,
                fix=share,
            )
        if answer.status == 404:
            return PermissionMissing(
                f"There is no spreadsheet {self._id} that {self.email} could open.",
                where=where,
                fix=f"Check the id. {share}",
            )
        if "protected cell" in message:
            return PermissionMissing(
                "Cells of the report are protected against the service account.",
                where=where,
                fix=f"In Data, Protected sheets and ranges, let {self.email} edit them.",
            )
        return RequestRefused(
            f"Google Sheets refused a request while {what} (HTTP {answer.status}: {message}).",
            where=where,
            fix="Nothing was changed. Run again; if it stays so, report it with this message.",
        )


def _untouched(response: Any, content: bytes) -> bytes:
    return content


def _sheet(found: Mapping[str, Any]) -> Sheet:
    properties = found["properties"]
    grid = properties["gridProperties"]
    return Sheet(
        properties.get("sheetId", 0),
        properties.get("title", ""),
        grid.get("rowCount", 0),
        grid.get("columnCount", 0),
        _metadata(found.get("developerMetadata", ())),
    )


def _metadata(entries: Sequence[Mapping[str, Any]]) -> dict[str, tuple[int, str]]:
    return {entry.get("metadataKey", ""): (entry["metadataId"], entry.get("metadataValue", "")) for entry in entries}
