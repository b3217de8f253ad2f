"""
A spreadsheet of the played Sheets, and the requests that change it.
"""

from __future__ import annotations

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from sandbox.app import Sandbox
from sandbox.google import Google
from tests.sandbox.google_clients import person


class Book:
    """
    A spreadsheet of its own, as the service account changes it and as a person sees it.
    """

    def __init__(self, google: Google, sandbox: Sandbox, service: Any) -> None:
        self.google, self.service, self.id = google, service, google.new_spreadsheet("KPIs")
        self.url = f"{sandbox.url}/v4/spreadsheets/{self.id}"

    def change(self, *changes: dict[str, Any], **more: Any) -> Any:
        body = {"requests": list(changes), **more}
        return self.service.batchUpdate(spreadsheetId=self.id, body=body).execute()

    def refused(self, *changes: dict[str, Any]) -> str:
        with pytest.raises(HttpError) as raised:
            self.change(*changes)
        assert raised.value.status_code == 400
        return str(raised.value.reason)

    def by_person(self, *changes: dict[str, Any]) -> Any:
        return person(self.google).post(f"{self.url}:batchUpdate", json={"requests": list(changes)}).json()

    def get(self, **more: Any) -> Any:
        return self.service.get(spreadsheetId=self.id, **more).execute()

    def tab(self, number: int = 0) -> Any:
        tabs = self.google.state()["spreadsheets"][self.id]["sheets"]
        return next(tab for tab in tabs if tab["sheetId"] == number)


def place(top: int, bottom: int | None, left: int, right: int | None, sheet: int = 0) -> dict[str, Any]:
    bounds = {"startRowIndex": top, "endRowIndex": bottom, "startColumnIndex": left, "endColumnIndex": right}
    return {"sheetId": sheet} | {name: value for name, value in bounds.items() if value is not None}


def add_tab(number: int, title: str, **more: Any) -> dict[str, Any]:
    return {"addSheet": {"properties": {"sheetId": number, "title": title, **more}}}


def write(row: int, *values: Any, sheet: int = 0, column: int = 0, fields: str = "userEnteredValue") -> dict[str, Any]:
    def cell(value: Any) -> dict[str, Any]:
        if value is None:
            return {}
        return {"userEnteredValue": {"stringValue" if isinstance(value, str) else "numberValue": value}}

    start = {"sheetId": sheet, "rowIndex": row, "columnIndex": column}
    return {"updateCells": {"start": start, "fields": fields, "rows": [{"values": [cell(value) for value in values]}]}}


def chart(number: int, source: dict[str, Any], title: str = "CAC") -> dict[str, Any]:
    series = [{"series": {"sourceRange": {"sources": [source]}}, "targetAxis": "LEFT_AXIS"}]
    anchor = {"sheetId": source["sheetId"], "rowIndex": 1, "columnIndex": 8}
    return {
        "chartId": number,
        "spec": {"title": title, "basicChart": {"chartType": "LINE", "headerCount": 1, "series": series}},
        "position": {"overlayPosition": {"anchorCell": anchor, "widthPixels": 600, "heightPixels": 371}},
    }


def rule(top: int) -> dict[str, Any]:
    condition = {"type": "NUMBER_LESS", "values": [{"userEnteredValue": "0"}]}
    return {"ranges": [place(top, None, 3, 4)], "booleanRule": {"condition": condition, "format": {}}}


def note(key: str, value: str, **location: Any) -> dict[str, Any]:
    entry = {"metadataKey": key, "metadataValue": value, "location": location, "visibility": "DOCUMENT"}
    return {"createDeveloperMetadata": {"developerMetadata": entry}}
