"""
What hangs on the cells of the played spreadsheet: charts, rules, protections, names, metadata, and people's own ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from sandbox.app import Sandbox
from sandbox.google import Google
from sandbox.google.payload import Description
from tests.sandbox.google_book import Book, add_tab, chart, note, place, rule, write
from tests.sandbox.google_clients import sheets


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
