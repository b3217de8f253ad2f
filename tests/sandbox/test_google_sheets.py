"""
The played spreadsheet as a whole: tabs, formats, charts, rules, protections, metadata; all changes or none.
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
from sandbox.google.payload import Description
from tests.sandbox.google_clients import person, sheets

MONEY = {"type": "NUMBER", "pattern": "#,##0.00"}


@pytest.fixture
def google() -> Google:
    return Google({})


@pytest.fixture
def sandbox(google: Google) -> Iterator[Sandbox]:
    with Sandbox([google]) as running:
        yield running


class Book:
    """
    The spreadsheet as the service account changes it, and as a person sees it.
    """

    def __init__(self, google: Google, sandbox: Sandbox) -> None:
        self.google, self.service, self.id = google, sheets(google, sandbox), google.spreadsheet_id
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


@pytest.fixture
def book(google: Google, sandbox: Sandbox) -> Book:
    return Book(google, sandbox)


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


def test_everything_moves_with_its_rows(book: Book) -> None:
    """
    Two rows inserted above move values, names, rules, protections, chart sources and row metadata; deleting undoes it.
    """
    book.change(
        write(4, "k"),
        {"addNamedRange": {"namedRange": {"namedRangeId": "n", "name": "kpi", "range": place(4, 5, 0, 1)}}},
        {"addConditionalFormatRule": {"rule": rule(4), "index": 0}},
        {"addProtectedRange": {"protectedRange": {"protectedRangeId": 1, "range": place(4, 5, 0, 1)}}},
        {"addChart": {"chart": chart(2, place(4, 9, 0, 1))}},
        note("row", "k", dimensionRange={"sheetId": 0, "dimension": "ROWS", "startIndex": 4, "endIndex": 5}),
    )
    rows = {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 3}

    def starts() -> list[int]:
        found = book.get()
        sheet = found["sheets"][0]
        source = sheet["charts"][0]["spec"]["basicChart"]["series"][0]["series"]["sourceRange"]["sources"][0]
        by_key = {"dataFilters": [{"developerMetadataLookup": {"metadataKey": "row"}}]}
        entry = book.service.developerMetadata().search(spreadsheetId=book.id, body=by_key).execute()
        location = entry["matchedDeveloperMetadata"][0]["developerMetadata"]["location"]
        ranges = [
            found["namedRanges"][0]["range"],
            sheet["conditionalFormats"][0]["ranges"][0],
            sheet["protectedRanges"][0]["range"],
            source,
        ]
        value = len(book.tab()["values"]) - 1
        return [value, location["dimensionRange"]["startIndex"], *(one["startRowIndex"] for one in ranges)]

    book.change({"insertDimension": {"range": rows}})
    assert starts() == [6] * 6
    book.change({"deleteDimension": {"range": rows}})
    assert starts() == [4] * 6

    book.change({"deleteDimension": {"range": {**rows, "startIndex": 4, "endIndex": 5}}})
    left = book.get()
    assert "namedRanges" not in left
    assert "protectedRanges" not in left["sheets"][0]
    assert book.tab()["metadata"] == []


def test_metadata_is_found_and_dies_with_its_tab(book: Book) -> None:
    """
    Found by key, by id and by tab; changed by a filter; gone with the tab; too much of it is refused.
    """
    made = book.change(add_tab(7, "kpi"), note("app.tab", "history", sheetId=7), note("app", "noria", spreadsheet=True))
    number = made["replies"][1]["createDeveloperMetadata"]["developerMetadata"]["metadataId"]
    metadata = book.service.developerMetadata()
    assert metadata.get(spreadsheetId=book.id, metadataId=number).execute()["location"] == {
        "locationType": "SHEET",
        "sheetId": 7,
    }
    assert book.get()["sheets"][1]["developerMetadata"][0]["metadataValue"] == "history"
    assert book.get()["developerMetadata"][0]["metadataValue"] == "noria"

    update = {
        "dataFilters": [{"developerMetadataLookup": {"metadataId": number}}],
        "developerMetadata": {"metadataValue": "summary"},
        "fields": "metadataValue",
    }
    changed = book.change({"updateDeveloperMetadata": update})["replies"][0]["updateDeveloperMetadata"]
    assert changed["developerMetadata"][0]["metadataValue"] == "summary"
    assert "storage limit" in book.refused(note("big", "x" * 30_001, sheetId=7))

    book.change({"deleteSheet": {"sheetId": 7}})
    by_key = {"dataFilters": [{"developerMetadataLookup": {"metadataKey": "app.tab"}}]}
    assert metadata.search(spreadsheetId=book.id, body=by_key).execute() == {}


def test_protection_stops_those_who_are_not_editors(book: Book) -> None:
    """
    What a person protected for himself the service account cannot write, by batch or by values; elsewhere it can.
    """
    own = {"protectedRangeId": 5, "range": place(0, 2, 0, 2), "editors": {"users": ["ana@company.example"]}}
    book.by_person({"addProtectedRange": {"protectedRange": own}})
    assert book.refused(write(1, "x")).startswith(
        "Invalid requests[0].updateCells: You are trying to edit a protected cell or object."
    )
    with pytest.raises(HttpError, match="protected cell"):
        book.service.values().update(
            spreadsheetId=book.id, range="B2", valueInputOption="RAW", body={"values": [[1]]}
        ).execute()
    book.change(write(2, "x"))
    assert book.get()["sheets"][0]["protectedRanges"][0]["requestingUserCanEdit"] is False

    mine = {"protectedRangeId": 6, "range": place(5, 6, 0, 1)}
    book.change({"addProtectedRange": {"protectedRange": mine}}, write(5, "ours"))
    warning = {"protectedRangeId": 5, "warningOnly": True}
    book.by_person({"updateProtectedRange": {"protectedRange": warning, "fields": "warningOnly"}})
    book.change(write(1, "now"), {"deleteProtectedRange": {"protectedRangeId": 6}})
    assert book.tab()["protections"] == 1


def test_rules_go_by_index(book: Book) -> None:
    """
    A rule added at 0 comes first; update replaces, delete takes the one at the index; past the end is refused.
    """
    book.change(
        {"addConditionalFormatRule": {"rule": rule(1), "index": 0}},
        {"addConditionalFormatRule": {"rule": rule(2), "index": 0}},
        {"updateConditionalFormatRule": {"rule": rule(3), "index": 1}},
    )
    done = book.change({"deleteConditionalFormatRule": {"sheetId": 0, "index": 0}})

    gone = done["replies"][0]["deleteConditionalFormatRule"]["rule"]
    left = book.get()["sheets"][0]["conditionalFormats"]
    assert [gone["ranges"][0]["startRowIndex"], left[0]["ranges"][0]["startRowIndex"]] == [2, 3]
    assert "at index: 4" in book.refused({"deleteConditionalFormatRule": {"sheetId": 0, "index": 4}})


def test_charts_are_kept_and_changed(book: Book) -> None:
    """
    A chart keeps its id through a new spec; a source two columns wide is refused; a deleted chart is gone.
    """
    book.change({"addChart": {"chart": chart(3, place(0, 5, 1, 2))}})
    book.change({"updateChartSpec": {"chartId": 3, "spec": chart(3, place(0, 9, 1, 2), "New")["spec"]}})
    assert book.tab()["chart_titles"] == ["New"]
    assert "one column wide" in book.refused({"addChart": {"chart": chart(4, place(0, 5, 1, 3))}})
    book.change({"deleteEmbeddedObject": {"objectId": 3}})
    assert book.tab()["charts"] == 0
    assert "3" in book.refused({"updateChartSpec": {"chartId": 3, "spec": chart(3, place(0, 9, 1, 2))["spec"]}})


def test_a_persons_ways_with_a_sheet(book: Book) -> None:
    """
    Renaming, hiding, moving, sorting, filtering, banding, merging and validating by hand all stand afterwards.
    """
    book.change(add_tab(7, "kpi"), write(0, "b", 2), write(1, "a", 3), write(2, "c", 1))
    check = {"condition": {"type": "BOOLEAN"}}
    widths = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
    answer = book.by_person(
        {"updateSheetProperties": {"properties": {"sheetId": 7, "title": "Mine", "index": 0}, "fields": "title,index"}},
        {"updateSheetProperties": {"properties": {"sheetId": 7, "hidden": True}, "fields": "hidden"}},
        {"sortRange": {"range": place(0, 3, 0, 2), "sortSpecs": [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}]}},
        {"setBasicFilter": {"filter": {"range": place(0, 3, 0, 2)}}},
        {"addBanding": {"bandedRange": {"range": place(0, 3, 0, 2)}}},
        {"mergeCells": {"range": place(5, 6, 0, 2), "mergeType": "MERGE_ALL"}},
        {"setDataValidation": {"range": place(9, 10, 0, 1), "rule": check}},
        {"autoResizeDimensions": {"dimensions": widths}},
        {"updateDimensionProperties": {"range": widths, "properties": {"pixelSize": 240}, "fields": "pixelSize"}},
        {"updateSpreadsheetProperties": {"properties": {"title": "Our KPIs"}, "fields": "title"}},
    )
    assert "error" not in answer

    found = book.get(includeGridData=True)
    mine, sheet = found["sheets"]
    assert (found["properties"]["title"], mine["properties"]["title"], mine["properties"]["hidden"]) == (
        "Our KPIs",
        "Mine",
        True,
    )
    assert book.tab()["values"] == [["a", 3], ["b", 2], ["c", 1]]
    assert {"basicFilter", "bandedRanges", "merges"} <= set(sheet)
    assert sheet["data"][0]["columnMetadata"][0]["pixelSize"] == 240
    assert sheet["data"][0]["rowData"][9]["values"][0]["dataValidation"] == check
    assert "visible sheets" in book.refused({"deleteSheet": {"sheetId": 0}})
    book.change({"clearBasicFilter": {"sheetId": 0}})
    assert "basicFilter" not in book.get()["sheets"][0]


def test_a_duplicate_copies_content_and_metadata_under_new_ids(book: Book) -> None:
    """
    A person's copy of our tab has our values, chart and marker, but not our sheet id.
    """
    book.change(write(0, "k"), {"addChart": {"chart": chart(3, place(0, 5, 1, 2))}}, note("app.tab", "x", sheetId=0))
    made = book.by_person({"duplicateSheet": {"sourceSheetId": 0}})["replies"][0]["duplicateSheet"]["properties"]

    twin = book.tab(made["sheetId"])
    assert (made["title"], twin["values"], twin["charts"]) == ("Copy of Sheet1", [["k"]], 1)
    assert twin["metadata"][0]["location"]["sheetId"] == made["sheetId"] != 0
    assert twin["metadata"][0]["metadataId"] != book.tab()["metadata"][0]["metadataId"]


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


def test_answers_fit_googles_description(book: Book) -> None:
    """
    A spreadsheet with everything on it is a Spreadsheet message to the last member.
    """
    book.change(
        write(0, "k", 1),
        {"addChart": {"chart": chart(3, place(0, 5, 1, 2))}},
        {"addConditionalFormatRule": {"rule": rule(1), "index": 0}},
        {"addProtectedRange": {"protectedRange": {"range": place(0, 1, 0, 1)}}},
        {"addNamedRange": {"namedRange": {"name": "kpi", "range": place(0, 1, 0, 1)}}},
        {"addBanding": {"bandedRange": {"range": place(0, 3, 0, 2)}}},
        note("a", "b", sheetId=0),
        note("a", "b", dimensionRange={"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}),
    )
    whole = book.get(includeGridData=True)

    assert Description("sheets", "v4").check("Spreadsheet", whole) == whole


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
