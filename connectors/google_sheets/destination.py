"""
A report in a Google spreadsheet: compared with what stands there, then written in one update or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from connectors.contract import Context, Finding, Tab, TabPlan
from connectors.errors import RequestRefused, UnknownOutcome, UserError
from connectors.google_sheets import report
from connectors.google_sheets.client import SheetsClient, Spreadsheet
from connectors.google_sheets.requests import TAB_KEY, update_note
from connectors.google_sheets.settings import GoogleSheetsSettings

RUN_KEY = "noria.run"
"""
Metadata of the spreadsheet: the run that wrote it last.
"""

MOST_CELLS = 10_000_000
MOST_TABS = 200
MOST_REQUESTS = 100_000


class SheetsPublisher:
    """
    Keeps tabs in one spreadsheet. One process at a time writes; the run's lock sees to that.

    Args:
        settings: Which spreadsheet, and who writes it.
        context: Time zone of instants; counts the requests.
    """

    def __init__(self, settings: GoogleSheetsSettings, context: Context) -> None:
        self._context = context
        self._client = SheetsClient(settings, context)
        self._zone = ZoneInfo(context.timezone)
        self._tries = settings.tries
        self._where = f"connectors.{context.name}.spreadsheet_id"
        self._url = f"https://docs.google.com/spreadsheets/d/{settings.spreadsheet_id}/edit"

    def plan(self, tabs: Sequence[Tab]) -> Sequence[TabPlan]:
        """
        Compare with what stands there now; writes nothing.

        Raises:
            RequestRefused: The report would not fit into the spreadsheet.
        """
        return [change.plan for change in self._compare(tabs)[1]]

    def publish(self, tabs: Sequence[Tab], run: str) -> Sequence[TabPlan]:
        """
        One atomic update; no request at all when nothing differs. Returns what it changed.

        When no answer comes, what stands there is read again and only what is still missing is sent: an update that did
        arrive is not repeated.

        Raises:
            UnknownOutcome: No answer came, again and again.
            PermissionMissing: The spreadsheet is not shared with the service account as an editor.
        """
        first: list[TabPlan] | None = None
        for attempt in range(self._tries):
            book, changes = self._compare(tabs)
            plans = [change.plan for change in changes]
            first = first if first is not None else plans
            requests = [request for change in changes for request in change.requests]
            if not requests:
                return first
            try:
                self._client.update([*requests, self._run_marker(book, run)])
                return first
            except UnknownOutcome:
                if attempt + 1 == self._tries:
                    raise
        raise AssertionError("unreachable: settings ask for at least one try")

    def check(self) -> Iterator[Finding]:
        """
        Whether the spreadsheet can be opened; that it may be edited shows only on the first publication.
        """
        try:
            book = self._client.shape()
        except UserError as error:
            yield Finding("error", error.where or self._where, error.what, error.fix)
            return
        ours = [sheet.title for sheet in book.sheets if TAB_KEY in sheet.metadata]
        kept = f", where {', '.join(ours)} {'is' if len(ours) == 1 else 'are'} kept" if ours else ""
        yield Finding("ok", self._where, f"{self._client.email} opens the spreadsheet {book.title!r}{kept}.")

    def url(self) -> str:
        """
        The spreadsheet's address in the browser.
        """
        return self._url

    def close(self) -> None:
        """
        Close the connections.
        """
        self._client.close()

    def _compare(self, tabs: Sequence[Tab]) -> tuple[Spreadsheet, list[report.Change]]:
        book = self._client.shape()
        wanted = [report.Wanted(tab, self._zone) for tab in tabs]
        found = [report.mine(book, tab.name) for tab in tabs]
        there = [pair for pair in found if pair is not None]
        grids = iter(self._client.values([report.area(sheet, mark.columns) for sheet, mark in there]))
        taken = {sheet.title.lower() for sheet in book.sheets} | {title.lower() for title in book.other_titles}
        ids = {sheet.id for sheet in book.sheets} | book.other_ids
        changes = []
        for tab, pair in zip(wanted, found, strict=True):
            if pair is None:
                changes.append(report.create(tab, taken, ids))
            elif tab.tab.keyed:
                changes.append(report.upsert(tab, *pair, next(grids)))
            else:
                changes.append(report.rewrite(tab, *pair, next(grids)))
        self._fits(book, changes)
        return book, changes

    def _fits(self, book: Spreadsheet, changes: Sequence[report.Change]) -> None:
        cells = sum(sheet.rows * sheet.columns for sheet in book.sheets) + sum(change.grows for change in changes)
        tabs = len(book.sheets) + len(book.other_ids) + sum(change.plan.is_new for change in changes)
        requests = sum(len(change.requests) for change in changes)
        for what, count, most in (
            ("cells, empty ones included", cells, MOST_CELLS),
            ("tabs", tabs, MOST_TABS),
            ("changes in one update", requests, MOST_REQUESTS),
        ):
            if count > most:
                raise RequestRefused(
                    f"The report would need {count:,} {what}; a spreadsheet takes {most:,}. Nothing was written.",
                    where=self._where,
                    fix="Use a new spreadsheet, or delete rows, columns and tabs that are not needed.",
                )

    def _run_marker(self, book: Spreadsheet, run: str) -> dict[str, Any]:
        if RUN_KEY in book.metadata:
            return update_note(book.metadata[RUN_KEY][0], run)
        entry = {
            "metadataKey": RUN_KEY,
            "metadataValue": run,
            "location": {"spreadsheet": True},
            "visibility": "DOCUMENT",
        }
        return {"createDeveloperMetadata": {"developerMetadata": entry}}
