"""
A property read day by day: Google's own client against the sandbox.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.contract import Batch, Context, Stream
from connectors.errors import CredentialsRefused, LimitReached, PermissionMissing, RequestRefused, VendorUnavailable
from connectors.google_analytics import CONNECTOR
from connectors.google_analytics.settings import GoogleAnalyticsSettings
from connectors.google_analytics.source import TRAFFIC_DAY, USERS_MONTH, GoogleAnalyticsSource, _chunks
from sandbox.app import Sandbox
from sandbox.google import Google

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
API = "/v1beta/"


def visit(on: str, channel: str, sessions: int = 10, campaign: str | None = None, **more: Any) -> dict[str, Any]:
    """
    A day's visits of a channel; half of them engaged.
    """
    base = {"engagedSessions": sessions // 2, "users": sessions - 2, "newUsers": 1, "keyEvents": 0.5}
    named = {"sessionCampaignName": campaign} if campaign else {}
    return {"date": on, "sessionDefaultChannelGroup": channel, "sessions": sessions, **base, **named, **more}


VISITS = [
    visit("2024-10-31", "Direct", 99),
    visit("2026-10-30", "Direct", 10),
    visit("2026-11-18", "Email", 20, "spring"),
    visit("2026-11-18", "Email", 30, "(not set)"),
    visit("2026-11-19", "Direct", 40),
    visit("2026-11-22", "Organic Search", 50),
]
USERS = {"web_users_month_total": [{"yearMonth": "202611", "totalUsers": 80}]}


class Store:
    """
    What a warehouse does with batches: rows of a replaced range go, rows of a key are overwritten.
    """

    def __init__(self) -> None:
        self.rows: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {}
        self.states: dict[str, Mapping[str, Any]] = {}

    def take(self, stream: Stream, batch: Batch) -> None:
        held = self.rows.setdefault(stream.name, {})
        if batch.replaces is not None:
            column, low, high = batch.replaces
            for key in [key for key, row in held.items() if str(low) <= row[column] <= str(high)]:
                del held[key]
        held.update({tuple(row[name] for name in stream.key): row for row in batch.rows.to_pylist()})
        self.states[stream.name] = json.loads(json.dumps(batch.state))

    def pull(self, source: GoogleAnalyticsSource, stream: Stream = TRAFFIC_DAY) -> list[Batch]:
        batches = []
        for batch in source.read(stream, self.states.get(stream.name)):
            self.take(stream, batch)
            batches.append(batch)
        return batches

    def sessions(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in self.rows[TRAFFIC_DAY.name].values():
            found[row["date"]] = found.get(row["date"], 0) + row["sessions"]
        return found


class Desk:
    """
    A property and who reads it.
    """

    def __init__(self, visits: Sequence[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
        self.google = Google({"web_traffic": [*visits], **USERS})
        self.now = NOW
        self.google.analytics.clock = lambda: self.now
        self.sandbox = Sandbox([self.google])
        self._monkeypatch = monkeypatch

    def see(self, *visits: dict[str, Any]) -> None:
        """
        What the property saw, anew.
        """
        self.google.analytics.traffic = Google({"web_traffic": [*visits], **USERS}).analytics.traffic

    def source(self, now: datetime = NOW, page_size: int | None = 2, **settings: Any) -> GoogleAnalyticsSource:
        self.now = now
        self._monkeypatch.setenv("GA_KEY", json.dumps(self.google.service_account_for(self.sandbox.url)))
        made = GoogleAnalyticsSettings.model_validate(
            {
                "kind": "google_analytics",
                "property_id": self.google.property_id,
                "service_account": "env:GA_KEY",
                "base_url": self.sandbox.url,
                "pause": 0.001,
                "read_timeout": 5,
                **settings,
            }
        )
        assert CONNECTOR.source is not None
        context = Context(name="web", timezone="Europe/Madrid", started_at=now, page_size=page_size)
        source = CONNECTOR.source(made, context)
        assert isinstance(source, GoogleAnalyticsSource)
        return source

    def requests(self) -> int:
        return self.sandbox.control.requests("google", "POST", API)


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        made = Desk(VISITS, monkeypatch)
        with made.sandbox:
            yield made


@pytest.fixture(autouse=True)
def fresh(desk: Desk) -> None:
    desk.sandbox.control.reset()
    desk.google.analytics.quality = {}
    desk.see(*VISITS)


def test_visits_add_up_to_the_day_whatever_the_page_size(desk: Desk) -> None:
    """
    With two rows a page and with all at once the days have 10, 50, 40 and 50 visits; October 2024 lies before the first
    month read.
    """
    for page_size in (2, None):
        store = Store()
        batches = store.pull(desk.source(page_size=page_size))

        assert store.sessions() == {"2026-10-30": 10, "2026-11-18": 50, "2026-11-19": 40, "2026-11-22": 50}
        assert [batch.complete for batch in batches] == [False] * (len(batches) - 1) + [True]
        (row,) = [row for row in store.rows["traffic_day"].values() if row["sessionCampaignName"] == "spring"]
        assert (row["engagedSessions"], row["totalUsers"], row["newUsers"], row["keyEvents"]) == (10, 18, 1, 0.5)


def test_two_years_take_few_requests(desk: Desk) -> None:
    """
    25 months are 25 reports of a month, five to a request; users by month take one more.
    """
    source = desk.source(page_size=None)
    store = Store()
    store.pull(source)
    assert desk.requests() == 5

    store.pull(source, USERS_MONTH)
    assert desk.requests() == 6


def test_users_of_a_month_are_asked_for_not_summed(desk: Desk) -> None:
    """
    80 people came in November; the channels' 38, 46 and 48 would sum to 132.
    """
    store = Store()
    store.pull(desk.source(), USERS_MONTH)

    november = {key[1]: row["totalUsers"] for key, row in store.rows["users_month"].items() if key[0] == "202611"}
    assert november == {"Direct": 38, "Email": 46, "Organic Search": 48, "RESERVED_TOTAL": 80}


def test_recent_days_are_read_again_and_what_vanished_goes(desk: Desk) -> None:
    """
    The 19th now has other visits and the 22nd lost its channel. The 18th changed too, but lies before the three
    days that are read again; a week later the weekly re-read of 35 days finds that as well.
    """
    store = Store()
    store.pull(desk.source())
    changed = [
        visit("2026-10-30", "Direct", 10),
        visit("2026-11-18", "Email", 21, "spring"),
        visit("2026-11-19", "Direct", 44),
        visit("2026-11-22", "Direct", 5),
    ]
    desk.see(*changed)

    (batch,) = store.pull(desk.source(page_size=None))
    assert batch.replaces == ("date", date(2026, 11, 19), date(2026, 11, 23))
    assert store.sessions() == {"2026-10-30": 10, "2026-11-18": 50, "2026-11-19": 44, "2026-11-22": 5}

    store.pull(desk.source(now=NOW + timedelta(days=6)))
    assert store.sessions()["2026-11-18"] == 50

    store.pull(desk.source(now=NOW + timedelta(days=7)))
    assert store.sessions() == {"2026-10-30": 10, "2026-11-18": 21, "2026-11-19": 44, "2026-11-22": 5}


def test_a_pull_after_a_pause_leaves_no_gap(desk: Desk) -> None:
    """
    The last pull was on 1 November; on the 22nd everything since 29 October is read.
    """
    store = Store()
    desk.see(visit("2026-10-30", "Direct", 10))
    store.pull(desk.source(now=datetime(2026, 11, 1, 9, 0, tzinfo=UTC)))
    desk.see(*VISITS)

    store.pull(desk.source())

    assert store.sessions() == {"2026-10-30": 10, "2026-11-18": 50, "2026-11-19": 40, "2026-11-22": 50}


def test_a_first_pull_that_broke_off_goes_on_where_it_was(desk: Desk) -> None:
    """
    The third request fails for good: two of five are kept, and the next run sends three, not five.
    """
    store = Store()
    desk.sandbox.control.inject(kind="error", path=API, after=2, times=3)
    with pytest.raises(VendorUnavailable):
        store.pull(desk.source(page_size=None))
    desk.sandbox.control.reset()

    store.pull(desk.source(page_size=None))

    assert desk.requests() == 3
    assert sum(store.sessions().values()) == 150


def test_a_report_that_changes_between_two_pages_is_read_again(desk: Desk) -> None:
    """
    After the first page of November a channel comes to the 18th: what was read is thrown away, and the second reading
    has 20 + 30 + 1 visits on that day.
    """
    store = Store()
    source = desk.source(since="2026-11-01")
    batches = source.read(TRAFFIC_DAY, None)
    store.take(TRAFFIC_DAY, next(batches))
    desk.see(*VISITS, visit("2026-11-18", "Affiliates", 1))

    rest = list(batches)
    for batch in rest:
        store.take(TRAFFIC_DAY, batch)

    assert store.sessions() == {"2026-11-18": 51, "2026-11-19": 40, "2026-11-22": 50}
    assert [batch.complete for batch in rest] == [False] * (len(rest) - 1) + [True]


def test_another_property_or_an_earlier_start_reads_all_anew(desk: Desk) -> None:
    """
    What another property left is replaced, and an earlier start brings October 2024.
    """
    store = Store()
    store.pull(desk.source())
    store.pull(desk.source(since="2024-10-15"))
    assert store.sessions()["2024-10-31"] == 99

    store.states["traffic_day"] = {**store.states["traffic_day"], "property": "999"}
    store.pull(desk.source())
    assert "2024-10-31" not in store.sessions()


def test_the_first_month_is_read_whole(desk: Desk) -> None:
    """
    `since` in the middle of October 2026 begins on the 1st; `all` on the first day there is.
    """
    desk.see(visit("2026-10-02", "Direct", 7), *VISITS)
    store = Store()
    store.pull(desk.source(since="2026-10-30"))
    assert store.sessions()["2026-10-02"] == 7

    batch = next(iter(desk.source(since="all", page_size=None).read(TRAFFIC_DAY, None)))
    assert batch.replaces is not None
    assert batch.replaces[1] == date(2015, 8, 14)


@pytest.mark.parametrize("days", [0, 1, 3, 33, 34, 35, 62, 65, 800])
def test_parts_cover_every_day_once(days: int) -> None:
    """
    No gap, no overlap, and the last part, which ends with the property's today, begins before any today on earth.
    """
    today = date(2026, 11, 22)
    first = today - timedelta(days=days)
    parts = _chunks(first, today)

    assert parts[0][0] == first
    assert parts[-1][1] is None
    for (_, end), (start, _) in pairwise(parts):
        assert end is not None
        assert start == end + timedelta(days=1)
    assert (today - parts[-1][0]).days >= min(days, 3)


def test_what_google_says_of_its_figures_is_kept(desk: Desk) -> None:
    """
    Folded, withheld and sampled rows carry the flag; a metric that is blocked is unknown, not 0, and told.
    """
    desk.google.analytics.quality = {
        "dataLossFromOtherRow": True,
        "subjectToThresholding": True,
        "samplingMetadatas": [{"samplesReadCount": "100", "samplingSpaceSize": "1000"}],
        "schemaRestrictionResponse": {"activeMetricRestrictions": [{"metricName": "keyEvents"}]},
    }
    store = Store()
    source = desk.source()
    store.pull(source)

    row = next(iter(store.rows["traffic_day"].values()))
    assert (row["dataLossFromOtherRow"], row["subjectToThresholding"]) == (True, True)
    assert (row["samplesReadCount"], row["samplingSpaceSize"]) == (100, 1000)
    assert row["keyEvents"] is None
    assert list(source.dropped(TRAFFIC_DAY)) == ["keyEvents"]


def test_a_login_that_ran_out_is_renewed(desk: Desk) -> None:
    """
    In the middle of a pull every token is forgotten.
    """
    desk.sandbox.control.inject(kind="expired", path=API, after=1)
    store = Store()

    store.pull(desk.source())

    assert sum(store.sessions().values()) == 150


@pytest.mark.parametrize("kind", ["error", "unavailable", "cut", "lost", "slow"])
def test_a_passing_failure_is_tried_again(desk: Desk, kind: str) -> None:
    """
    A server error, an HTML page, a cut or missing answer, one past the time-out: one request more, and nothing twice.
    """
    Store().pull(desk.source())
    usual = desk.requests()
    desk.sandbox.control.reset()
    desk.sandbox.control.inject(kind=kind, path=API, options={"seconds": 0.6})
    store = Store()

    store.pull(desk.source(read_timeout=0.3))

    assert store.sessions() == {"2026-10-30": 10, "2026-11-18": 50, "2026-11-19": 40, "2026-11-22": 50}
    give_up = time.monotonic() + 3
    while desk.requests() <= usual and time.monotonic() < give_up:
        time.sleep(0.01)  # the slow one is still being worked on
    assert desk.requests() == usual + 1


def test_server_errors_are_tried_three_times_only(desk: Desk) -> None:
    """
    They have a quota of their own.
    """
    desk.sandbox.control.inject(kind="error", path=API, times=-1)
    with pytest.raises(VendorUnavailable):
        Store().pull(desk.source())
    assert desk.requests() == 3


def test_requests_at_one_time_are_waited_for_and_an_hour_is_not(desk: Desk) -> None:
    """
    Too many at once passes; tokens of an hour stop the pull at once, unless Google itself names a short wait.
    """
    store = Store()
    desk.sandbox.control.inject(kind="limit", path=API, options={"bucket": "concurrentRequests"})
    desk.sandbox.control.inject(kind="limit", path=API, options={"retry_after": 0})
    store.pull(desk.source())
    assert sum(store.sessions().values()) == 150

    desk.sandbox.control.reset()
    desk.sandbox.control.inject(kind="limit", path=API, times=-1, options={"bucket": "tokensPerHour"})
    with pytest.raises(LimitReached, match="3600 s"):
        store.pull(desk.source())
    assert desk.requests() == 1


def test_the_last_tenth_of_a_quota_is_left_to_others(desk: Desk) -> None:
    """
    1,399 of 14,000 tokens of the hour are left after the first answer: what it brought is kept, then the pull stops.
    """
    source = desk.source(page_size=None)
    store = Store()
    batches = source.read(TRAFFIC_DAY, None)
    store.take(TRAFFIC_DAY, next(batches))
    source._client().quota["tokensPerProjectPerHour"] = 1_399

    with pytest.raises(LimitReached, match="1,399"):
        next(batches)

    assert store.states["traffic_day"]["until"] == "2025-04-04"
    assert desk.requests() == 1


def test_refusals_say_who_and_where(desk: Desk) -> None:
    """
    An unknown property names the account to add; a missing scope names the scope; a revoked key the setting.
    """
    email = desk.google.accounts.service_account
    with pytest.raises(PermissionMissing, match="property 42") as error:
        Store().pull(desk.source(property_id="42"))
    assert email in error.value.fix
    assert [finding.level for finding in desk.source(property_id="42").check()] == ["error"]

    desk.sandbox.control.inject(kind="scope", path=API)
    with pytest.raises(PermissionMissing, match=r"analytics\.readonly"):
        Store().pull(desk.source())

    desk.sandbox.control.inject(kind="expired", path="/token")
    with pytest.raises(CredentialsRefused, match=r"connectors\.web\.service_account"):
        Store().pull(desk.source())


def test_a_refused_field_is_told_in_googles_words(desk: Desk) -> None:
    """
    A metric that the property does not know.
    """
    from connectors.google_analytics.client import Report

    with pytest.raises(RequestRefused, match="visitz"):
        desk.source()._client().run([Report(("date",), ("visitz",), date(2026, 11, 1), None, 10)])


def test_check_tells_access_quota_and_another_time_zone(desk: Desk) -> None:
    """
    The property counts days in Madrid, as the organisation does; one in Lima would be warned.
    """
    assert [(f.level, f.about) for f in desk.source().check()] == [("ok", "credentials"), ("ok", "quota")]

    assert CONNECTOR.source is not None
    source = desk.source()
    elsewhere = CONNECTOR.source(source._settings, Context(name="web", timezone="America/Lima", started_at=NOW))
    assert [f.about for f in elsewhere.check() if f.level == "warning"] == ["time zone"]


@pytest.mark.parametrize(
    ("given", "says"), [("G-ABC123", "measurement id"), ("UA-1-2", "measurement id"), ("shop", "not a property")]
)
def test_a_property_is_a_number(given: str, says: str) -> None:
    """
    A measurement id is told apart; `properties/123` and 123 will do.
    """
    settings = {"kind": "google_analytics", "service_account": "env:X"}
    with pytest.raises(ValueError, match=says):
        GoogleAnalyticsSettings.model_validate({**settings, "property_id": given})
    for fine in ("properties/123", 123):
        assert GoogleAnalyticsSettings.model_validate({**settings, "property_id": fine}).property_id == "123"


def test_nothing_leaves_the_machine(desk: Desk) -> None:
    """
    Every name looked up and every connection made while reading is the loopback's.
    """
    hosts: set[str] = set()
    watching = True

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if watching and event in ("socket.getaddrinfo", "socket.connect"):
            hosts.add(str(args[0]) if event == "socket.getaddrinfo" else str(args[1][0]))

    sys.addaudithook(watch)
    source = desk.source()
    Store().pull(source)
    source.close()
    watching = False

    assert hosts == {"127.0.0.1"}


def test_rows_become_web_traffic() -> None:
    """
    By hand: two campaigns of one day stay two rows, `(not set)` is unknown, the month's total has no channel.
    """
    assert CONNECTOR.normalize is not None
    sql = Path(CONNECTOR.normalize / "web_traffic.sql").read_text()
    with duckdb.connect() as engine:
        engine.execute(
            "create table traffic_day as select date '2026-11-18' as date, 'Email' as sessionDefaultChannelGroup,"
            " unnest(['(not set)', 'email']) as sessionMedium, unnest(['(not set)', 'spring']) as sessionCampaignName,"
            " unnest([30, 20]) as sessions, 15 as engagedSessions, 9 as totalUsers, 1 as newUsers, 0.5 as keyEvents"
        )
        engine.execute(
            "create table users_month as select '202611' as yearMonth,"
            " unnest(['RESERVED_TOTAL', 'Email']) as sessionDefaultChannelGroup, unnest([80, 33]) as totalUsers"
        )
        found = engine.sql(sql)
        names = found.columns
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    told = [
        (r["grain"], r["on"], r["channel"], r["medium"], r["campaign"], r["sessions"], r["total_users"]) for r in rows
    ]
    assert sorted(told, key=str) == sorted(
        [
            ("day", date(2026, 11, 18), "Email", None, None, 30, 9),
            ("day", date(2026, 11, 18), "Email", "email", "spring", 20, 9),
            ("month", date(2026, 11, 1), None, None, None, None, 80),
            ("month", date(2026, 11, 1), "Email", None, None, None, 33),
        ],
        key=str,
    )
    assert len({row["id"] for row in rows}) == 4
