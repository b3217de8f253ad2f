"""
Google Analytics as a source: visits by day, users by month.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors import pages
from connectors.constants import EMPTY, scalar
from connectors.contract import Batch, Context, Field, Finding, RowProblem, Stream
from connectors.errors import UserError, VendorUnavailable
from connectors.google_analytics.settings import EARLIEST, GoogleAnalyticsSettings

if TYPE_CHECKING:
    from connectors.google_analytics.client import AnalyticsClient, Page, Report

PAGE = 20_000
"""
Rows per report and request: with five reports in one request about 20 MB.
"""

CHUNK_DAYS = 31
_DEFAULT_MONTHS = 24
_WEEK = timedelta(days=7)
_REREADS = 3

ALL = "RESERVED_TOTAL"
"""
Google's word for all members of a dimension together; here: all channels.
"""

_CHANNEL = "sessionDefaultChannelGroup"
_DAY = ("date", _CHANNEL, "sessionMedium", "sessionCampaignName")
_DAY_METRICS = ("sessions", "engagedSessions", "totalUsers", "newUsers", "keyEvents")
_QUALITY = (
    Field("dataLossFromOtherRow", "boolean"),
    Field("subjectToThresholding", "boolean"),
    Field("isTruncated", "boolean"),
    Field("samplesReadCount", "integer"),
    Field("samplingSpaceSize", "integer"),
)

TRAFFIC_DAY = Stream(
    "traffic_day",
    key=_DAY,
    fields=(
        Field("date", "date"),
        *(Field(name) for name in _DAY[1:]),
        *(Field(name, "integer") for name in _DAY_METRICS[:-1]),
        Field("keyEvents", "number"),  # a share of an event where several sessions are credited with it
        *_QUALITY,
    ),
    cursor="date",
    feeds=("web_traffic",),
)

# People who came on three days are one user of the month: no sum of days gives that, nor does a sum of channels.
USERS_MONTH = Stream(
    "users_month",
    key=("yearMonth", _CHANNEL),
    fields=(Field("yearMonth"), Field(_CHANNEL), Field("totalUsers", "integer"), *_QUALITY),
    cursor="yearMonth",
    feeds=("web_traffic",),
)


class GoogleAnalyticsSource:
    """
    Reads one property. Days that Google still completes are read again and replace what was stored of them.

    Args:
        settings: Which property, and how far back.
        context: Counts the requests; when the run began.
    """

    def __init__(self, settings: GoogleAnalyticsSettings, context: Context) -> None:
        self._settings = settings
        self._context = context
        self._made: AnalyticsClient | None = None
        self._dropped: dict[str, dict[str, str]] = {}

    def streams(self) -> Sequence[Stream]:
        """
        Visits by day, users by month.
        """
        return [TRAFFIC_DAY, USERS_MONTH]

    def read(self, stream: Stream, state: Mapping[str, Any] | None) -> Iterator[Batch]:
        """
        The days or months from `state` on, and before it those that may have changed.

        Raises:
            PermissionMissing: The service account is no Viewer of the property.
            LimitReached: The property's quota is all but used up; what was read is kept.
        """
        self._dropped[stream.name] = {}
        known = dict(state or {})
        since = self._since()
        if known.get("property") != self._settings.property_id or known["since"] > since.isoformat():
            known = {}
        since = min(since, date.fromisoformat(known.get("since", since.isoformat())))
        if stream.name == TRAFFIC_DAY.name:
            yield from self._days(since, known)
        else:
            yield from self._months(since, known)

    def dropped(self, stream: Stream) -> Mapping[str, str]:
        """
        Metrics that Google shows as zero because the service account may not see them.
        """
        return self._dropped.get(stream.name, {})

    def problems(self) -> Sequence[RowProblem]:
        """
        None: a report has no rows that do not parse.
        """
        return ()

    def check(self) -> Iterator[Finding]:
        """
        Credentials, access, time zone and quota, by one small report.
        """
        from connectors.google_analytics.client import Report

        name = self._settings.property_id
        try:
            day = self._today() - timedelta(days=1)
            (page,) = self._client().run([Report(("date",), ("sessions",), day, None, 10)])
        except UserError as error:
            yield Finding("error", error.where, error.what, error.fix)
            return
        yield Finding("ok", "credentials", f"{self._client().email} reads property {name}.")
        zone, ours = page.time_zone, self._context.timezone
        if zone and not _same_clock(zone, ours):
            yield Finding(
                "warning",
                "time zone",
                f"Property {name} counts days in {zone}, the organisation in {ours}: visits around midnight count for "
                "another day than leads of the same minute.",
                "Set organisation.timezone to the property's, or change the property's in Google Analytics (Admin, "
                "Property details); that changes future days only.",
            )
        left = self._client().quota.get("tokensPerDay")
        if left is not None:
            yield Finding("ok", "quota", f"{left:,} tokens are left today; a run takes about 10.")

    def close(self) -> None:
        """
        Close the connections.
        """
        if self._made is not None:
            self._made.close()

    def _client(self) -> AnalyticsClient:
        if self._made is None:
            from connectors.google_analytics.client import AnalyticsClient  # Google's library takes a while to load

            self._made = AnalyticsClient(self._settings, self._context)
        return self._made

    def _today(self) -> date:
        return (self._context.started_at or datetime.now(UTC)).astimezone(UTC).date()

    def _since(self) -> date:
        """
        Always the first of a month: a month read in part would look like a bad one.
        """
        given = self._settings.since
        if given == "all":
            return EARLIEST
        today = self._today()
        if given is None:
            months = today.year * 12 + today.month - 1 - _DEFAULT_MONTHS
            given = date(months // 12, months % 12 + 1, 1)
        # Today here may still be tomorrow where the property counts, and no report may begin there.
        return max(min(given, today - timedelta(days=1)).replace(day=1), EARLIEST)

    def _reread_from(self, since: date, known: Mapping[str, Any]) -> tuple[date, str]:
        """
        The first day to read, and when the long re-read was last done after that.
        """
        today = self._today()
        until, deep = known.get("until"), known.get("deep")
        if until is None:
            return since, today.isoformat()
        is_due = known.get("complete") and (deep is None or today - date.fromisoformat(deep) >= _WEEK)
        back = timedelta(days=self._settings.revisit_weekly_days if is_due else self._settings.revisit_days)
        first = min(date.fromisoformat(until), today) - max(back, timedelta(days=self._settings.revisit_days))
        return max(first, since), today.isoformat() if is_due or deep is None else deep

    def _state(self, since: date, until: date, deep: str, *, complete: bool) -> dict[str, Any]:
        return {
            "property": self._settings.property_id,
            "since": since.isoformat(),
            "until": until.isoformat(),
            "deep": deep,
            "complete": complete,
        }

    def _days(self, since: date, known: Mapping[str, Any]) -> Iterator[Batch]:
        from connectors.google_analytics.client import BATCH, Report

        first, deep = self._reread_from(since, known)
        limit = self._context.page_size or PAGE
        chunks = _chunks(first, self._today())
        # A first pull takes everything away that is there: another property's days, or those before a later `since`.
        low = first if known else EARLIEST
        was_complete = bool(known.get("complete"))
        state: Mapping[str, Any] = dict(known)
        for n in range(0, len(chunks), BATCH):
            group = chunks[n : n + BATCH]
            is_last = n + BATCH >= len(chunks)
            # The property's today may be tomorrow's date here.
            high = group[-1][1] or self._today() + timedelta(days=1)
            reached = self._state(since, min(high, self._today()), deep, complete=is_last or was_complete)
            reports = [Report(_DAY, _DAY_METRICS, start, end, limit) for start, end in group]
            for rows, is_first, is_end in self._pages(TRAFFIC_DAY, reports):
                state = reached if is_end else state
                yield Batch(
                    rows,
                    state,
                    complete=is_last and is_end,
                    replaces=("date", low, high) if is_first else None,
                )
            low = high + timedelta(days=1)

    def _months(self, since: date, known: Mapping[str, Any]) -> Iterator[Batch]:
        from connectors.google_analytics.client import Report

        first, deep = self._reread_from(since, known)
        if first > EARLIEST:
            first = max(first.replace(day=1), EARLIEST)  # users of a month are those of the whole month
        limit = self._context.page_size or PAGE
        reports = [
            Report(("yearMonth", _CHANNEL), ("totalUsers",), first, None, limit),
            Report(("yearMonth",), ("totalUsers",), first, None, limit),
        ]
        low = f"{first:%Y%m}" if known else "000000"
        state: Mapping[str, Any] = dict(known)
        for rows, is_first, is_end in self._pages(USERS_MONTH, reports):
            state = self._state(since, self._today(), deep, complete=True) if is_end else state
            yield Batch(rows, state, complete=is_end, replaces=("yearMonth", low, "999999") if is_first else None)

    def _pages(self, stream: Stream, reports: Sequence[Report]) -> Iterator[tuple[pa.Table, bool, bool]]:
        """
        All rows of some reports: table, whether it is the first (what is stored of the range goes), whether the last.

        Raises:
            VendorUnavailable: The figures changed between two pages, again and again.
        """
        for _ in range(_REREADS):
            rest = list(reports)
            counts: dict[Report, int] = {}
            while rest:
                found = self._client().run(rest)
                if any(_has_shifted(report, page, counts) for report, page in zip(rest, found, strict=True)):
                    break
                rows = pa.concat_tables([self._typed(stream, page) for page in found])
                is_first = not any(report.offset for report in rest)
                # Google caps a page as it likes, so that only the rows that came say where the next one begins.
                ends = [report.offset + page.rows.num_rows for report, page in zip(rest, found, strict=True)]
                rest = [
                    replace(report, offset=end)
                    for report, page, end in zip(rest, found, ends, strict=True)
                    if end < page.row_count
                ]
                yield rows, is_first, not rest
            else:
                return
        raise VendorUnavailable(
            f"Reports of property {self._settings.property_id} changed while they were read, {_REREADS} times.",
            where=f"connectors.{self._context.name}.property_id",
            fix="Run again later: what was read is kept.",
        )

    def _typed(self, stream: Stream, page: Page) -> pa.Table:
        rows = page.rows
        columns: dict[str, Any] = {}
        for declared in stream.fields:
            name = declared.name
            if name in page.quality:
                kind = pa.bool_() if declared.type == "boolean" else pa.int64()
                columns[name] = pa.repeat(scalar(page.quality[name], kind), rows.num_rows)
            elif name not in rows.column_names:
                columns[name] = pa.repeat(scalar(ALL, pa.string()), rows.num_rows)
            elif name in page.restricted:
                # Google writes 0 where we may not look; the truth is that we do not know.
                self._dropped[stream.name][name] = "Google withholds it from the service account"
                columns[name] = pa.nulls(rows.num_rows, pages.ARROW[declared.type])
            elif declared.type == "date":
                columns[name] = pc.replace_substring_regex(rows[name], r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3")
            elif declared.type == "integer":
                columns[name] = rows[name].cast(pa.int64())
            elif declared.type == "number":
                columns[name] = rows[name].cast(pa.float64())
            else:
                given = rows[name].fill_null(EMPTY)  # part of the key
                columns[name] = pc.replace_substring_regex(given, "^$", "(empty)")
        return pa.table(columns)


def _has_shifted(report: Report, page: Page, counts: dict[Report, int]) -> bool:
    """
    Whether rows came or went between two pages, so that the places of all others moved.

    Args:
        counts: Rows of each report as its first page told; filled here.
    """
    count = counts.setdefault(replace(report, offset=0), page.row_count)
    return page.row_count != count or (not page.rows.num_rows and report.offset < count)


def _chunks(first: date, today: date) -> list[tuple[date, date | None]]:
    """
    A range of days in parts; the last one ends with the property's own today and is long enough to begin before it,
    wherever on earth the property counts its days.
    """
    found: list[tuple[date, date | None]] = []
    start = first
    while (today - start).days >= CHUNK_DAYS + 3:
        found.append((start, start + timedelta(days=CHUNK_DAYS - 1)))
        start += timedelta(days=CHUNK_DAYS)
    return [*found, (start, None)]


def _same_clock(one: str, other: str) -> bool:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        moments = [datetime(2026, month, 1, tzinfo=UTC) for month in range(1, 13)]
        return all(
            m.astimezone(ZoneInfo(one)).utcoffset() == m.astimezone(ZoneInfo(other)).utcoffset() for m in moments
        )
    except (ZoneInfoNotFoundError, ValueError):
        return one == other
