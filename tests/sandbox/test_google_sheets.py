"""
The played spreadsheet as a whole: one batch is all or nothing, masks, limits, wordings.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from googleapiclient.errors import HttpError

from sandbox.app import Sandbox
from sandbox.google import Google
from tests.sandbox.google_book import Book, add_tab, chart, note, place, write
from tests.sandbox.google_clients import person, sheets

MONEY = {"type": "NUMBER", "pattern": "#,##0.00"}


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


@pytest.fixture
def book(google: Google, sandbox: Sandbox, service: Any) -> Book:
    return Book(google, sandbox, service)


def test_one_publication_is_one_request(book: Book) -> None:
    """
    A tab with values, formats, a frozen header, a chart and a marker in one batch: one reply each, in order.
    """
    done = book.change(
        add_tab(7, "kpi data", gridProperties={"rowCount": 50, "columnCount": 12}),
        write(0, "month", "cac", sheet=7),
        write(1, 46327, 1234.5, sheet=7),
        {
            "repeatCell": {
                "range": place(1, None, 1, 2, 7),
                "cell": {"userEnteredFormat": {"numberFormat": MONEY}},
                "fields": "userEnteredFormat.numberFormat",
            }
        },
        {
            "updateSheetProperties": {
                "properties": {"sheetId": 7, "gridProperties": {"frozenRowCount": 1}},
                "fields": "gridProperties/frozenRowCount",
            }
        },
        {"addChart": {"chart": chart(8001, place(0, 13, 1, 2, 7))}},
        note("kpi.run", "run-7", sheetId=7),
    )

    assert [list(reply) for reply in done["replies"]] == [
        ["addSheet"],
        [],
        [],
        [],
        [],
        ["addChart"],
        ["createDeveloperMetadata"],
    ]
    assert done["commentUpdateState"] == "NO_UPDATES_REQUESTED"
    tab = book.tab(7)
    assert (tab["title"], tab["rowCount"], tab["frozenRowCount"]) == ("kpi data", 50, 1)
    assert tab["values"] == [["month", "cac"], [46327, 1234.5]]
    assert tab["shown"][1] == ["46327", "1.234,50"]
    assert tab["formats"] == [{"type": "NUMBER", "pattern": "#,##0.00", "columns": [1], "cells": 49}]
    assert (tab["charts"], tab["chart_titles"], tab["metadata"][0]["metadataValue"]) == (1, ["CAC"], "run-7")


def test_a_batch_is_all_or_nothing(book: Book) -> None:
    """
    The third request fails: it is named by its place, and the first two did not happen.
    """
    words = book.refused(add_tab(7, "new"), write(0, "x"), write(0, "y", sheet=999999))

    assert words == "Invalid requests[2].updateCells: No grid with id: 999999"
    assert [sheet["properties"]["title"] for sheet in book.get()["sheets"]] == ["Sheet1"]
    assert book.tab()["values"] == []


def test_a_lost_answer_was_still_done(book: Book, sandbox: Sandbox) -> None:
    """
    The connection ends without an answer, yet the values stand there; absolute requests sent again change nothing.
    """
    sandbox.control.inject(kind="lost", vendor="google", path=":batchUpdate")
    with pytest.raises(requests.ConnectionError, match="without response"):
        book.change(write(3, "k", 1))
    before = book.tab()
    book.change(write(3, "k", 1))

    assert before["values"] == [[], [], [], ["k", 1]]
    assert book.tab() == before


def test_fixed_ids_make_a_second_time_fail(book: Book) -> None:
    """
    A tab, chart, name or protection of an id that is taken is refused, and a title that is taken too.
    """
    book.change(
        add_tab(7, "kpi"),
        {"addChart": {"chart": chart(8001, place(0, 3, 0, 1))}},
        {"addNamedRange": {"namedRange": {"namedRangeId": "v1", "name": "kpi_data", "range": place(0, 3, 0, 1)}}},
        {"addProtectedRange": {"protectedRange": {"protectedRangeId": 9001, "range": {"sheetId": 7}}}},
    )

    assert "7 already exists" in book.refused(add_tab(7, "other"))
    assert book.refused(add_tab(8, "kpi")) == (
        'Invalid requests[0].addSheet: A sheet with the name "kpi" already exists. Please enter another name.'
    )
    assert "8001" in book.refused({"addChart": {"chart": chart(8001, place(0, 3, 0, 1))}})
    again = {"namedRangeId": "v1", "name": "other", "range": place(0, 3, 0, 1)}
    assert "v1" in book.refused({"addNamedRange": {"namedRange": again}})
    protected = {"protectedRangeId": 9001, "range": {"sheetId": 0}}
    assert "9001" in book.refused({"addProtectedRange": {"protectedRange": protected}})


def test_masks_decide_what_is_wiped(book: Book) -> None:
    """
    Writing values alone keeps formats, writing everything wipes them; a range without rows is emptied.
    """
    formatted = {"userEnteredValue": {"numberValue": 1}, "userEnteredFormat": {"numberFormat": MONEY}}
    start = {"sheetId": 0, "rowIndex": 0, "columnIndex": 0}
    book.change({"updateCells": {"start": start, "fields": "*", "rows": [{"values": [formatted, formatted]}]}})
    book.change(write(0, 2, None))
    assert (book.tab()["values"], book.tab()["formats"][0]["cells"]) == ([[2]], 2)
    book.change(write(0, 3, fields="*"))
    assert (book.tab()["values"], book.tab()["formats"][0]["columns"]) == ([[3]], [1])
    book.change({"updateCells": {"range": place(0, 5, 0, 5), "fields": "userEnteredValue"}})
    assert book.tab()["values"] == []


def test_fields_come_in_three_forms(book: Book) -> None:
    """
    Dots, slashes and brackets mean the same; a star is everything; wrong names are refused; cells come when asked for.
    """
    book.change(write(0, "x"))
    expected = {"sheets": [{"properties": {"sheetId": 0, "title": "Sheet1"}}]}
    for fields in (
        "sheets.properties.sheetId,sheets.properties.title",
        "sheets/properties/sheetId,sheets/properties/title",
        "sheets(properties(sheetId,title))",
        "sheets.properties(sheetId,title)",
    ):
        assert book.get(fields=fields) == expected
    assert "data" not in book.get(fields="*")["sheets"][0]
    assert book.get(fields="sheets.data.rowData.values.formattedValue")["sheets"][0]["data"][0]["rowData"] == [
        {"values": [{"formattedValue": "x"}]}
    ]
    part = book.get(ranges=["Sheet1!B2:C3"], includeGridData=True)["sheets"][0]["data"][0]
    assert (part["startRow"], part["startColumn"], len(part["rowMetadata"])) == (1, 1, 2)
    with pytest.raises(HttpError) as raised:
        book.get(fields="sheets.color")
    assert raised.value.status_code == 400
    assert "fields" in book.refused({"updateSheetProperties": {"properties": {"sheetId": 0, "hidden": True}}})
    wrong = {"updateSheetProperties": {"properties": {"sheetId": 0}, "fields": "colour"}}
    assert "invalid argument" in book.refused(wrong)


def test_bodies_are_held_against_the_description(book: Book) -> None:
    """
    Unknown requests, unknown members, wrong types and words are 400; what exists but is not played is 501.
    """
    assert "Unknown name \"makeCoffee\" at 'requests[0]'" in book.refused({"makeCoffee": {}})
    assert 'Unknown name "colour"' in book.refused({"addSheet": {"properties": {"colour": 1}}})
    percent = {"userEnteredFormat": {"numberFormat": {"type": "PERCENTAGE"}}}
    repeat = {"repeatCell": {"range": place(0, 1, 0, 1), "cell": percent, "fields": "*"}}
    assert "PERCENTAGE" in book.refused(repeat)
    assert "TYPE_INT32" in book.refused({"deleteSheet": {"sheetId": "x"}})
    assert "already set" in book.refused({"addSheet": {}, "deleteSheet": {"sheetId": 0}})
    assert book.refused() == "Must specify at least one request."
    assert book.by_person({"addSlicer": {}})["error"]["code"] == 501


def test_the_grid_has_limits(book: Book) -> None:
    """
    Nothing is written past the last column or row; a repeat stops at the edge; ten million cells are all.
    """
    assert book.refused(write(0, 1, 2, column=25)) == (
        "Invalid requests[0].updateCells: Attempting to write column: 26, beyond the last requested column of: 25"
    )
    assert "row: 1000" in book.refused(write(1000, 1))
    beyond = {"repeatCell": {"range": place(1000, None, 0, 1), "cell": {}, "fields": "note"}}
    assert "exceeds grid limits. Max rows: 1000, max columns: 26" in book.refused(beyond)
    over = {"repeatCell": {"range": place(998, 2000, 0, 1), "cell": {"note": "n"}, "fields": "note"}}
    book.change(over)
    assert book.tab()["rowCount"] == 1000
    many = {"rowCount": 400_000, "columnCount": 26}
    wide = {"updateSheetProperties": {"properties": {"gridProperties": many}, "fields": "gridProperties"}}
    assert "above the limit of 10000000 cells." in book.refused(wide)
    one = {"rowCount": 1}
    frozen = {"updateSheetProperties": {"properties": {"gridProperties": {"frozenRowCount": 1, **one}}, "fields": "*"}}
    assert "freeze" in book.refused(frozen)


def test_append_cells_goes_below_the_last_value(book: Book) -> None:
    """
    After the last row with a value, growing the grid where needed.
    """
    grid = {
        "updateSheetProperties": {
            "properties": {"gridProperties": {"rowCount": 2}},
            "fields": "gridProperties.rowCount",
        }
    }
    rows = [{"values": [{"userEnteredValue": {"stringValue": "new"}}]}] * 2
    book.change(grid, write(1, "old"), {"appendCells": {"sheetId": 0, "rows": rows, "fields": "userEnteredValue"}})

    assert book.tab()["values"] == [[], ["old"], ["new"], ["new"]]
    assert book.tab()["rowCount"] == 4


def test_the_changed_spreadsheet_can_come_with_the_reply(book: Book) -> None:
    """
    With includeSpreadsheetInResponse and a field mask the reply shows the keys just written.
    """
    answer = book.service.batchUpdate(
        spreadsheetId=book.id,
        body={
            "requests": [write(0, "key")],
            "includeSpreadsheetInResponse": True,
            "responseRanges": ["Sheet1!A1:A2"],
            "responseIncludeGridData": True,
        },
        fields="updatedSpreadsheet.sheets.data.rowData.values.formattedValue",
    ).execute()

    rows = answer["updatedSpreadsheet"]["sheets"][0]["data"][0]["rowData"]
    assert rows == [{"values": [{"formattedValue": "key"}]}]


def test_sixty_writes_a_minute_are_all() -> None:
    """
    With limits on the 61st write of a minute is refused with Google's body, reads go on, and the next minute is free.
    """
    now = [datetime(2026, 11, 20, 12, 0, 5, tzinfo=UTC)]
    google = Google({}, clock=lambda: now[0])
    google.set_limits(True)
    session = person(google)
    with Sandbox([google]) as sandbox:
        url = f"{sandbox.url}/v4/spreadsheets/{google.spreadsheet_id}"
        body = {"requests": [add_tab(0, "failing writes count too")]}
        statuses = [session.post(f"{url}:batchUpdate", json=body).status_code for _ in range(60)]
        refused = session.post(f"{url}:batchUpdate", json=body)
        read = session.get(url).status_code
        now[0] += timedelta(seconds=55)
        later = session.post(f"{url}:batchUpdate", json=body).status_code

    error = refused.json()["error"]
    assert (set(statuses), refused.status_code, read, later) == ({400}, 429, 200, 400)
    assert error["message"].startswith("Quota exceeded for quota metric 'Write requests' and limit 'Write requests per")
    assert error["details"][0]["reason"] == "RATE_LIMIT_EXCEEDED"
    assert error["details"][0]["metadata"]["quota_limit_value"] == "60"
    assert error["details"][0]["metadata"]["window_start_time"] == "2026-11-20T12:00:00Z"
    assert "Retry-After" not in refused.headers
