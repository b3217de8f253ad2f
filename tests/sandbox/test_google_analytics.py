"""
The played Analytics property, asked by Google's own client.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import requests
from google.analytics.data_v1beta import BetaAnalyticsDataClient
from google.analytics.data_v1beta.types import (
    BatchRunReportsRequest,
    CheckCompatibilityRequest,
    Compatibility,
    DateRange,
    Dimension,
    Filter,
    FilterExpression,
    FilterExpressionList,
    Metric,
    MetricAggregation,
    MetricType,
    NumericValue,
    OrderBy,
    RunReportRequest,
    RunReportResponse,
)
from google.api_core.exceptions import BadRequest, Forbidden, TooManyRequests

from sandbox.app import Sandbox
from sandbox.google import Google
from sandbox.google.analytics.report import number
from sandbox.vendor import Record
from tests.sandbox.google_clients import analytics, person

PROPERTY = "properties/100000001"
NOW = datetime(2026, 11, 10, 23, 30, tzinfo=UTC)  # in Madrid it is the 11th already


def visits(on: str, channel: str, sessions: int, users: int, **more: Any) -> Record:
    return {
        "date": on,
        "sessionDefaultChannelGroup": channel,
        "sessionMedium": more.pop("medium", "(none)"),
        "sessionCampaignName": more.pop("campaign", "(not set)"),
        "sessions": sessions,
        "engagedSessions": sessions // 2,
        "newUsers": more.pop("new", 0),
        "keyEvents": more.pop("key", 0),
        "users": users,
    }


RECORDS = {
    "web_traffic": [
        visits("2026-10-01", "Direct", 10, 8, new=5),
        visits("2026-10-01", "Email", 4, 4, medium="email", campaign="spring", key=1.5),
        visits("2026-10-02", "Direct", 6, 6, new=1),
        visits("2026-10-02", "Email", 8, 7, medium="email", campaign="Autumn", key=2),
        visits("2026-11-10", "Direct", 3, 3, new=2),
        visits("2026-11-11", "Direct", 5, 5, new=1),
    ],
    "web_users_month": [
        {"yearMonth": "202610", "sessionDefaultChannelGroup": "Direct", "totalUsers": 9},
        {"yearMonth": "202610", "sessionDefaultChannelGroup": "Email", "totalUsers": 8},
        {"yearMonth": "202611", "sessionDefaultChannelGroup": "Direct", "totalUsers": 6},
    ],
    "web_users_month_total": [
        {"yearMonth": "202610", "totalUsers": 13},
        {"yearMonth": "202611", "totalUsers": 6},
    ],
}


@pytest.fixture(scope="module")
def google() -> Google:
    return Google(RECORDS, clock=lambda: datetime.now(UTC))


@pytest.fixture(scope="module")
def sandbox(google: Google) -> Iterator[Sandbox]:
    with Sandbox([google]) as running:
        yield running


@pytest.fixture(scope="module")
def client(google: Google, sandbox: Sandbox) -> BetaAnalyticsDataClient:
    return analytics(google, sandbox)


def request(dimensions: str, metrics: str, first: str = "2026-10-01", last: str = "2026-10-31", **more: Any) -> Any:
    return RunReportRequest(
        property=more.pop("property", PROPERTY),
        dimensions=[Dimension(name=name) for name in dimensions.split()],
        metrics=[Metric(name=name) for name in metrics.split()],
        date_ranges=more.pop("ranges", [DateRange(start_date=first, end_date=last)]),
        order_bys=more.pop("order", [OrderBy(dimension={"dimension_name": name}) for name in dimensions.split()]),
        **more,
    )


def rows(report: RunReportResponse) -> list[tuple[str, ...]]:
    return [tuple(v.value for v in (*row.dimension_values, *row.metric_values)) for row in report.rows]


def where(field: str, **condition: Any) -> FilterExpression:
    return FilterExpression(filter=Filter(field_name=field, **condition))


def test_a_report_counts_and_divides(client: BetaAnalyticsDataClient) -> None:
    """
    October by channel: sessions add up, the engagement rate is divided last (8 of 16), key events keep their fraction.
    """
    report = client.run_report(request("sessionDefaultChannelGroup", "sessions engagementRate keyEvents newUsers"))

    assert rows(report) == [("Direct", "16", "0.5", "0", "6"), ("Email", "12", "0.5", "3.5", "0")]
    assert [header.type_ for header in report.metric_headers[:2]] == [MetricType.TYPE_INTEGER, MetricType.TYPE_FLOAT]
    assert (report.row_count, report.metadata.currency_code) == (2, "EUR")
    assert report.metadata.time_zone == "Europe/Madrid"


def test_users_are_people_not_visits(client: BetaAnalyticsDataClient) -> None:
    """
    The days of October count 12 and 13 users, its channels 9 and 8, the month 13: no sum of the parts.
    """
    by_day = client.run_report(request("date", "totalUsers", metric_aggregations=[MetricAggregation.TOTAL]))
    by_channel = client.run_report(request("yearMonth sessionDefaultChannelGroup", "totalUsers"))
    by_month = client.run_report(request("yearMonth", "totalUsers"))

    assert rows(by_day) == [("20261001", "12"), ("20261002", "13")]
    assert by_day.totals[0].dimension_values[0].value == "RESERVED_TOTAL"
    assert by_day.totals[0].metric_values[0].value == "13"
    assert rows(by_channel) == [("202610", "Direct", "9"), ("202610", "Email", "8")]
    assert rows(by_month) == [("202610", "13")]


def test_users_of_two_months_count_once_where_first_seen(client: BetaAnalyticsDataClient) -> None:
    """
    October has 13 users; of November's 6 three are new, so both together have 16.
    """
    report = client.run_report(request("", "totalUsers", "2026-10-01", "2026-11-30"))

    assert rows(report) == [("16",)]


def test_users_of_part_of_a_month_lie_between_its_longest_day_and_the_sum_of_days() -> None:
    """
    Fifteen days of 10 users each, in a month of 30 such days and 90 people: more than 10, fewer than 90.
    """
    days = [date(2026, 9, 1) + timedelta(days=at) for at in range(30)]
    google = Google(
        {
            "web_traffic": [visits(day.isoformat(), "Direct", 10, 10) for day in days],
            "web_users_month_total": [{"yearMonth": "2026-09", "totalUsers": 90}],
        }
    )
    half = [one for one in google.analytics.traffic.visits if one.on <= date(2026, 9, 15)]

    assert 10 < google.analytics.traffic.users(half) < 150
    assert google.analytics.traffic.users(half[:1]) == 10
    assert google.analytics.traffic.users(google.analytics.traffic.visits) == 90


def test_filters_match_as_ga_does(client: BetaAnalyticsDataClient) -> None:
    """
    Text matches without regard to case unless told otherwise; groups and negation combine; other fields may be named.
    """
    email = where("sessionMedium", string_filter={"value": "EMAIL"})
    exact = where("sessionMedium", string_filter={"value": "EMAIL", "case_sensitive": True})
    listed = where("sessionCampaignName", in_list_filter={"values": ["autumn", "x"]})
    part = where("sessionCampaignName", string_filter={"match_type": "CONTAINS", "value": "PRI"})
    either = FilterExpression(or_group=FilterExpressionList(expressions=[listed, part]))
    both = FilterExpression(and_group=FilterExpressionList(expressions=[email, FilterExpression(not_expression=part)]))

    def sessions(expression: FilterExpression) -> list[tuple[str, ...]]:
        return rows(client.run_report(request("", "sessions", dimension_filter=expression)))

    assert sessions(email) == [("12",)]
    assert sessions(exact) == []
    assert sessions(either) == [("12",)]
    assert sessions(both) == [("8",)]
    many = where("sessions", numeric_filter={"operation": "GREATER_THAN", "value": NumericValue(int64_value=7)})
    report = client.run_report(request("date sessionDefaultChannelGroup", "keyEvents", metric_filter=many))
    assert [row[:2] for row in rows(report)] == [("20261001", "Direct"), ("20261002", "Email")]


def test_pages_join_to_the_whole_when_all_dimensions_are_ordered(client: BetaAnalyticsDataClient) -> None:
    """
    Pages of one row, ordered by everything, give each of the four rows once; rowCount is that of the whole.
    """
    found = []
    for offset in range(4):
        page = client.run_report(request("date sessionMedium", "sessions", limit=1, offset=offset))
        assert page.row_count == 4
        found += rows(page)

    assert len(set(found)) == 4
    assert rows(client.run_report(request("date sessionMedium", "sessions", limit=1, offset=4))) == []


def test_pages_without_an_order_overlap() -> None:
    """
    Equal rows have no promised order: read without orderBys, some of 40 come twice and some never.
    """
    channels = [f"Channel {at}" for at in range(40)]
    google = Google({"web_traffic": [visits("2026-10-01", channel, 1, 1) for channel in channels]})
    with Sandbox([google]) as sandbox:
        client = analytics(google, sandbox)
        asked = [
            request("sessionDefaultChannelGroup", "sessions", order=[], limit=10, offset=at) for at in (0, 10, 20, 30)
        ]
        found = [row for one in asked for row in rows(client.run_report(one))]

    assert len(found) == 40 > len(set(found))


def test_first_metric_orders_by_default_and_metrics_can(client: BetaAnalyticsDataClient) -> None:
    """
    Without orderBys the largest first metric comes first; ascending when asked so.
    """
    default = client.run_report(request("date sessionMedium", "sessions", order=[]))
    up = client.run_report(
        request("date sessionMedium", "sessions", order=[OrderBy(metric={"metric_name": "sessions"})])
    )

    assert [row[-1] for row in rows(default)] == ["10", "8", "6", "4"]
    assert [row[-1] for row in rows(up)] == ["4", "6", "8", "10"]


def test_an_empty_report_has_neither_rows_nor_count(google: Google, sandbox: Sandbox) -> None:
    """
    Lists without members are absent from the answer, not empty.
    """
    body = {"metrics": [{"name": "sessions"}], "dateRanges": [{"startDate": "2026-01-01", "endDate": "2026-01-02"}]}
    answer = person(google).post(f"{sandbox.url}/v1beta/{PROPERTY}:runReport", json=body).json()

    assert set(answer) == {"metricHeaders", "metadata", "kind"}


def test_enums_come_as_asked(google: Google, sandbox: Sandbox) -> None:
    """
    Types are numbers for clients that say so in `$alt` and names for the others; requests may use either.
    """
    url = f"{sandbox.url}/v1beta/{PROPERTY}:runReport"
    match = {"fieldName": "sessionMedium", "stringFilter": {"matchType": 4, "value": "mai"}}
    body = {
        "metrics": [{"name": "keyEvents"}],
        "dateRanges": [{"startDate": "2026-10-01", "endDate": "2026-10-31"}],
        "dimensionFilter": {"filter": match},
        "metricAggregations": [1, "MAXIMUM", 5],
        "limit": "10",
    }
    named = person(google).post(url, json=body).json()
    numbered = person(google).post(f"{url}?%24alt=json%3Benum-encoding%3Dint", json=body).json()

    assert (named["metricHeaders"][0]["type"], numbered["metricHeaders"][0]["type"]) == ("TYPE_FLOAT", 2)
    assert named["rows"] == [{"metricValues": [{"value": "3.5"}]}]
    assert {"totals", "maximums", "minimums"} <= set(named)


def test_two_ranges_add_a_dimension(client: BetaAnalyticsDataClient) -> None:
    """
    With two date ranges every row says whose it is, by the given name or the default one.
    """
    ranges = [
        DateRange(start_date="2026-10-01", end_date="2026-10-01", name="before"),
        DateRange(start_date="2026-10-02", end_date="2026-10-02"),
    ]
    report = client.run_report(
        request("", "sessions", ranges=ranges, order=[OrderBy(dimension={"dimension_name": "dateRange"})])
    )

    assert rows(report) == [("before", "14"), ("date_range_1", "14")]


def test_relative_days_are_days_of_the_property() -> None:
    """
    At 23:30 UTC it is tomorrow in Madrid: `today` is the 11th, `yesterday` and `1daysAgo` the 10th.
    """
    google = Google(RECORDS, clock=lambda: NOW)
    with Sandbox([google]) as sandbox:
        for asked, sessions in (("today", "5"), ("yesterday", "3"), ("1daysAgo", "3")):
            body = {"metrics": [{"name": "sessions"}], "dateRanges": [{"startDate": asked, "endDate": asked}]}
            answer = person(google).post(f"{sandbox.url}/v1beta/{PROPERTY}:runReport", json=body).json()
            assert answer["rows"][0]["metricValues"] == [{"value": sessions}]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (request("", "sesions"), "Did you mean sessions? Field sesions is not a valid metric.  For a list of valid"),
        (request("colour", "sessions"), "Field colour is not a valid dimension. For a list of valid dimensions"),
        (request("", "sessions", ranges=[]), "A dateRange is required."),
        (request("", "sessions", "2026-10-02", "2026-10-01"), "start_date must be less than or equal to end_date"),
        (request("", "sessions", "2015-08-13", "2026-10-01"), "2015-08-13"),
        (request("", "sessions", "2026-02-30", "2026-10-01"), "2026-02-30"),
        (request("", "sessions", limit=-1), "limit must be positive. The API received limit = -1"),
        (request(" ".join(["date"] * 10), "sessions"), "This request is for 10 dimensions."),
        (
            request("date", "sessions", order=[OrderBy(metric={"metric_name": "newUsers"})]),
            "newUsers exists in OrderBy",
        ),
        (request("sessionMedium", "advertiserAdCost"), "Please add sessionCampaignName to make the request compatible"),
        (request("", "sessions", metric_aggregations=[MetricAggregation.COUNT]), "COUNT"),
    ],
)
def test_wrong_requests_are_refused_in_googles_words(client: BetaAnalyticsDataClient, asked: Any, words: str) -> None:
    """
    What the property cannot answer gets 400 INVALID_ARGUMENT and the real wording.
    """
    with pytest.raises(BadRequest) as raised:
        client.run_report(asked)
    assert words in raised.value.message


def test_unknown_json_is_refused(google: Google, sandbox: Sandbox) -> None:
    """
    A member that the API does not have is named in the refusal, with its place.
    """
    answer = person(google).post(f"{sandbox.url}/v1beta/{PROPERTY}:runReport", json={"dateRange": []}).json()["error"]

    assert answer["message"] == 'Invalid JSON payload received. Unknown name "dateRange": Cannot find field.'
    assert answer["details"][0]["fieldViolations"]


def test_other_properties_are_forbidden(client: BetaAnalyticsDataClient, google: Google, sandbox: Sandbox) -> None:
    """
    A property of somebody else and one that is no number get 403; property 0 has the fields of all.
    """
    with pytest.raises(Forbidden, match="does not have sufficient permissions for this property"):
        client.run_report(request("", "sessions", property="properties/2"))
    with pytest.raises(Forbidden, match="A numeric Property ID is required"):
        client.run_report(request("", "sessions", property="properties/UA-1"))
    assert client.get_metadata(name="properties/0/metadata").name == "properties/0/metadata"


def test_a_batch_is_all_or_nothing(client: BetaAnalyticsDataClient) -> None:
    """
    Up to five reports come in order; six are refused, and one bad among good ones fails all.
    """
    good = request("", "sessions")
    batch = client.batch_run_reports(
        BatchRunReportsRequest(property=PROPERTY, requests=[good, request("date", "newUsers")])
    )
    assert [rows(report) for report in batch.reports] == [[("28",)], [("20261001", "5"), ("20261002", "1")]]
    assert batch.kind == "analyticsData#batchRunReports"

    for requests_ in (
        [good] * 6,
        [good, request("", "nonsense")],
        [good, request("", "sessions", property="properties/9")],
    ):
        with pytest.raises(BadRequest):
            client.batch_run_reports(BatchRunReportsRequest(property=PROPERTY, requests=requests_))


def test_money_is_blocked_and_says_so(client: BetaAnalyticsDataClient) -> None:
    """
    Ad cost succeeds with zero, the report and the metadata name the restriction: no permission, not no cost.
    """
    report = client.run_report(request("sessionCampaignName", "sessions advertiserAdCost"))
    listed = {metric.api_name: metric for metric in client.get_metadata(name=f"{PROPERTY}/metadata").metrics}

    assert {row[-1] for row in rows(report)} == {"0"}
    restriction = report.metadata.schema_restriction_response.active_metric_restrictions[0]
    assert restriction.metric_name == "advertiserAdCost"
    assert listed["advertiserAdCost"].blocked_reasons
    assert not listed["sessions"].blocked_reasons


def test_compatibility_knows_what_goes_together(client: BetaAnalyticsDataClient) -> None:
    """
    Ad cost and session dimensions are incompatible without the campaign.
    """
    checked = client.check_compatibility(
        CheckCompatibilityRequest(
            property=PROPERTY,
            dimensions=[Dimension(name="sessionMedium")],
            compatibility_filter=Compatibility.INCOMPATIBLE,
        )
    )

    assert [one.metric_metadata.api_name for one in checked.metric_compatibilities] == ["advertiserAdCost"]


def test_quality_flags_are_passed_on(google: Google, sandbox: Sandbox, client: BetaAnalyticsDataClient) -> None:
    """
    Flags set at the sandbox stand in every report's metadata until they are taken away.
    """
    url = f"{sandbox.url}/_sandbox/google/quality"
    flags = {"subjectToThresholding": True, "samplingMetadatas": [{"samplesReadCount": "1", "samplingSpaceSize": "4"}]}
    requests.post(url, json=flags, timeout=5)
    flagged = client.run_report(request("", "sessions")).metadata
    requests.post(url, json={}, timeout=5)

    assert flagged.subject_to_thresholding
    assert flagged.sampling_metadatas[0].sampling_space_size == 4
    assert not client.run_report(request("", "sessions")).metadata.subject_to_thresholding


def test_quotas_are_told_and_kept() -> None:
    """
    All six buckets come back; an emptied one refuses until the hour is over; refused and wrong requests cost nothing.
    """
    now = [NOW]
    google = Google(RECORDS, clock=lambda: now[0])
    google.set_limits(True)
    google.analytics.quota.sizes["tokensPerProjectPerHour"] = 2
    session, body = person(google), {"metrics": [{"name": "sessions"}], "returnPropertyQuota": True}
    ranged = body | {"dateRanges": [{"startDate": "2026-10-01", "endDate": "2026-10-31"}]}
    with Sandbox([google]) as sandbox:
        url = f"{sandbox.url}/v1beta/{PROPERTY}:runReport"
        assert session.post(url, json=body).status_code == 400
        first, second, third = (session.post(url, json=ranged) for _ in range(3))
        now[0] += timedelta(minutes=31)
        session.headers["Authorization"] = f"Bearer {google.access_token()}"
        later = session.post(url, json=ranged)

    quota = first.json()["propertyQuota"]
    assert len(quota) == 6
    assert quota["tokensPerProjectPerHour"] == {"consumed": 1, "remaining": 1}
    assert quota["concurrentRequests"]["consumed"] == 0
    assert [second.status_code, third.status_code, later.status_code] == [200, 429, 200]
    assert third.json()["error"]["status"] == "RESOURCE_EXHAUSTED"


def test_an_exhausted_quota_reaches_the_client(
    google: Google, sandbox: Sandbox, client: BetaAnalyticsDataClient
) -> None:
    """
    The client raises TooManyRequests with the wording of the bucket asked for, without trying again.
    """
    sandbox.control.reset()
    sandbox.control.inject(kind="limit", vendor="google", options={"bucket": "concurrentRequests"})
    with pytest.raises(TooManyRequests, match="Exhausted concurrent requests quota"):
        client.run_report(request("", "sessions"))
    assert sandbox.control.requests(path="runReport") == 1


def test_numbers_print_like_googles() -> None:
    """
    Fifteen significant digits, or seventeen where fifteen would change the number.
    """
    assert [number(value) for value in (7, 0.5, 3.0, 0.1 + 0.2, 2 / 3)] == [
        "7",
        "0.5",
        "3",
        "0.30000000000000004",
        "0.66666666666666663",
    ]
