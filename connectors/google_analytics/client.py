"""
The Google Analytics Data API through Google's own client: sign-in, reports, quota, refusals.

Knows the vendor, not our schema.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import requests
from google.analytics.data_v1beta import BetaAnalyticsDataClient
from google.analytics.data_v1beta.services.beta_analytics_data.transports.rest import BetaAnalyticsDataRestTransport
from google.analytics.data_v1beta.types import (
    BatchRunReportsRequest,
    DateRange,
    Dimension,
    Metric,
    OrderBy,
    RunReportRequest,
)

from connectors import pages
from connectors.constants import positions
from connectors.contract import Context
from connectors.errors import LimitReached, PermissionMissing, RequestRefused, UserError
from connectors.google_analytics.settings import GoogleAnalyticsSettings
from connectors.google_auth import GoogleLogin, reading, refusal
from connectors.transport import Adapter, Answer, Kind, Transport, Verdict, answer_of, judge, retry_after

SCOPE = "https://www.googleapis.com/auth/analytics.readonly"
BATCH = 5
"""
Reports per request.
"""

# A tenth of what a standard property has; a 360 property has ten times as much and is stopped later.
_FLOORS: Mapping[str, int] = {
    "tokensPerDay": 20_000,
    "tokensPerHour": 4_000,
    "tokensPerProjectPerHour": 1_400,
    "serverErrorsPerProjectPerHour": 1,
    "potentiallyThresholdedRequestsPerHour": 12,
}
_PACIFIC = ZoneInfo("America/Los_Angeles")
_CELLS = pa.list_(pa.struct([("value", pa.string())]))
_SAMPLING = pa.list_(pa.struct([("samplesReadCount", pa.string()), ("samplingSpaceSize", pa.string())]))
_RESTRICTED = pa.struct([("activeMetricRestrictions", pa.list_(pa.struct([("metricName", pa.string())])))])
_METADATA = pa.struct(
    [
        ("timeZone", pa.string()),
        ("dataLossFromOtherRow", pa.bool_()),
        ("subjectToThresholding", pa.bool_()),
        ("samplingMetadatas", _SAMPLING),
        ("schemaRestrictionResponse", _RESTRICTED),
        ("dataTruncationReasons", pa.list_(pa.struct([("dataTruncationDate", pa.string())]))),
    ]
)
_QUOTA = pa.struct([(name, pa.struct([("remaining", pa.int64())])) for name in _FLOORS])
_REPORT = pa.struct(
    [
        ("rows", pa.list_(pa.struct([("dimensionValues", _CELLS), ("metricValues", _CELLS)]))),
        ("rowCount", pa.int64()),
        ("metadata", _METADATA),
        ("propertyQuota", _QUOTA),
    ]
)


@dataclass(frozen=True)
class Report:
    """
    A page of a report.

    Args:
        first: First day, in the property's time zone.
        last: Last day; None for the property's today.
        offset: Rows to pass over.
    """

    dimensions: tuple[str, ...]
    metrics: tuple[str, ...]
    first: date
    last: date | None
    limit: int
    offset: int = 0


@dataclass(frozen=True)
class Page:
    """
    What came of a report.

    Args:
        rows: Text columns named after the dimensions and metrics.
        row_count: Rows of the whole report.
        restricted: Metrics that are zero only because we may not see them.
        quality: What Google says of the figures: rows folded into `(other)`, withheld, sampled, cut off.
    """

    rows: pa.Table
    row_count: int
    time_zone: str
    restricted: frozenset[str] = frozenset()
    quality: Mapping[str, Any] = field(default_factory=dict)


class _Raw(Adapter):
    """
    Keeps an answer as it came and tells the client of an empty one: it would make an object of every row.
    """

    def __init__(self, settings: GoogleAnalyticsSettings) -> None:
        super().__init__(settings)
        self.answer = Answer(0)
        self._both = (settings.connect_timeout, settings.read_timeout)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["timeout"] = self._both
        self.answer = answer_of(super().send(request, *args, **kwargs))
        empty = requests.Response()
        empty.status_code, empty.raw, empty.request = 200, io.BytesIO(b"{}"), request
        return empty


class _RestTransport(BetaAnalyticsDataRestTransport):
    """
    Google's REST transport (gRPC hangs behind proxies) on a session of ours; it makes its own and takes none.
    """

    def __init__(self, credentials: Any, session: requests.Session) -> None:
        self._ours: Any = session
        super().__init__(credentials=credentials)

    def _prep_wrapped_messages(self, client_info: Any) -> None:
        # The last step of the construction binds every method to the session there is.
        self._session = self._ours
        base: Any = super()
        base._prep_wrapped_messages(client_info)


class AnalyticsClient:
    """
    One property.

    Args:
        settings: Which one, and who reads it.
        context: Counts the requests.
    """

    def __init__(self, settings: GoogleAnalyticsSettings, context: Context) -> None:
        self._name = context.name
        self._property = f"properties/{settings.property_id}"
        self._id = settings.property_id
        self.quota: dict[str, int] = {}
        """
        What is left of each bucket, as of the last answer [tokens or requests].
        """
        self.login = GoogleLogin(settings.service_account, [SCOPE], settings, context)
        self._raw = _Raw(settings)
        self._session = self.login.session()
        self._session.mount("https://", self._raw)
        self._client: Any = BetaAnalyticsDataClient(transport=_RestTransport(self.login.credentials, self._session))
        self._transport = Transport(
            "Google Analytics", settings, context, judge=_judging(settings.pause), login=self.login.renew
        )

    def run(self, reports: Sequence[Report]) -> list[Page]:
        """
        Up to `BATCH` reports in one request.

        Raises:
            LimitReached: A quota is used up, or all but used up: what is left is for people and other apps.
            PermissionMissing: The service account may not read the property.
        """
        self._spare()
        request = BatchRunReportsRequest(
            property=self._property, requests=[self._request(report) for report in reports]
        )

        def call() -> Answer:
            with self.login.translated():
                self._client.batch_run_reports(request, retry=None)
            return self._raw.answer

        what = f"reading reports of property {self._id}"
        answer = self._transport.send(call, what=what, idempotent=True)
        if not answer.ok:
            raise self._refusal(answer, what)
        found = pages.from_json([answer.body], "reports", _REPORT)
        if len(found) != len(reports):
            raise RequestRefused(
                f"Google Analytics answered {len(found)} of {len(reports)} reports.",
                where=f"connectors.{self._name}.property_id",
                fix="Run again later.",
            )
        return list(self._pages(found, reports))

    def close(self) -> None:
        """
        Close the connections.
        """
        self._session.close()
        self.login.close()

    @property
    def email(self) -> str:
        """
        The address that has to be a Viewer of the property.
        """
        return self.login.email

    def _request(self, report: Report) -> RunReportRequest:
        order: Any = OrderBy.DimensionOrderBy
        return RunReportRequest(
            property=self._property,
            dimensions=[Dimension(name=name) for name in report.dimensions],
            metrics=[Metric(name=name) for name in report.metrics],
            date_ranges=[DateRange(start_date=str(report.first), end_date=str(report.last or "today"))],
            # Without an order over all dimensions rows change places between two pages.
            order_bys=[OrderBy(dimension=order(dimension_name=name)) for name in report.dimensions],
            limit=report.limit,
            offset=report.offset,
            return_property_quota=True,
        )

    def _pages(self, found: pa.StructArray, reports: Sequence[Report]) -> Iterator[Page]:
        for n, report in enumerate(reports):
            metadata = found.field("metadata")[n].as_py() or {}
            quota = found.field("propertyQuota")[n].as_py() or {}
            self.quota.update({name: left["remaining"] or 0 for name, left in quota.items() if left})
            rows = found.field("rows").slice(n, 1).flatten()
            columns = {
                **_columns(rows, "dimensionValues", report.dimensions),
                **_columns(rows, "metricValues", report.metrics),
            }
            sampling = (metadata.get("samplingMetadatas") or [{}])[0]
            restrictions = (metadata.get("schemaRestrictionResponse") or {}).get("activeMetricRestrictions") or []
            yield Page(
                pa.table(columns),
                found.field("rowCount")[n].as_py() or 0,
                metadata.get("timeZone") or "",
                frozenset(one["metricName"] for one in restrictions if one.get("metricName")),
                {
                    "dataLossFromOtherRow": bool(metadata.get("dataLossFromOtherRow")),
                    "subjectToThresholding": bool(metadata.get("subjectToThresholding")),
                    "isTruncated": bool(metadata.get("dataTruncationReasons")),
                    "samplesReadCount": int(sampling.get("samplesReadCount") or 0) or None,
                    "samplingSpaceSize": int(sampling.get("samplingSpaceSize") or 0) or None,
                },
            )

    def _spare(self) -> None:
        short = [name for name, left in self.quota.items() if left < _FLOORS[name]]
        if short:
            left = ", ".join(f"{name}: {self.quota[name]:,}" for name in short)
            raise LimitReached(
                f"Less than a tenth of a quota of property {self._id} is left ({left}), so the pull stopped itself.",
                where=f"connectors.{self._name}.property_id",
                fix="Run again in an hour, or tomorrow for tokensPerDay: the pull goes on where it stopped.",
            )

    def _refusal(self, answer: Answer, what: str) -> UserError:
        message = reading(answer)[0]
        shared = refusal(
            answer, api="Google Analytics Data API", scope=SCOPE, email=self.email, name=self._name, what=what
        )
        if shared is not None:
            return shared
        where = f"connectors.{self._name}.property_id"
        if answer.status == 403:
            return PermissionMissing(
                f"The service account {self.email} may not read property {self._id} (HTTP 403: {message}).",
                where=where,
                fix="Check the number; then, in Google Analytics under Admin, Property access management, add "
                f"{self.email} as a Viewer.",
            )
        return RequestRefused(
            f"Google Analytics refused a request while {what} (HTTP {answer.status}: {message}).",
            where=where,
            fix="If it names a field, the property does not offer it: report it with this message.",
        )


def _columns(rows: pa.StructArray, member: str, names: Sequence[str]) -> dict[str, pa.Array]:
    values = rows.field(member).flatten().field("value") if len(rows) else pa.nulls(0, pa.string())
    width = len(names)
    return {name: values.take(positions(len(rows), n, width)) for n, name in enumerate(names)}


def _judging(pause: float) -> Any:
    def judged(answer: Answer) -> Verdict:
        if answer.status != 429:
            return judge(answer)
        asked = retry_after(answer.headers)
        message = reading(answer)[0].lower()
        if asked is not None:
            return Verdict(Kind.WAIT, asked)
        if "per day" in message:
            now = datetime.now(_PACIFIC)
            midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
            return Verdict(Kind.WAIT, (midnight - now).total_seconds())
        if "hour" in message or "thresholded" in message:
            return Verdict(Kind.WAIT, 3600.0)
        return Verdict(Kind.WAIT, 30 * pause)  # concurrent requests: they end soon

    return judged
