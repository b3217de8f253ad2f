"""
Google Analytics Data API v1beta: reports, their fields, and which of them go together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.routing import BaseRoute, Route

from sandbox.google.analytics import metadata
from sandbox.google.analytics.report import Report
from sandbox.google.analytics.traffic import Traffic
from sandbox.google.auth import SCOPE, Accounts
from sandbox.google.errors import ApiError, Json, invalid
from sandbox.google.front import Call, Front
from sandbox.google.payload import Description
from sandbox.google.quotas import AnalyticsQuota

HOST = "analyticsdata.googleapis.com"
SCOPES = (SCOPE + "analytics.readonly", SCOPE + "analytics")
_PROPERTY_HELP = (
    "To learn more about Property ID, see "
    "https://developers.google.com/analytics/devguides/reporting/data/v1/property-id."
)


class Analytics:
    """
    One property behind the Data API.

    Args:
        accounts: Who may call.
        traffic: What the property saw.
        property_id: Its number.
        timezone: IANA name; `today` and `NdaysAgo` are days of it.
        currency: ISO code.
        clock: The present instant.
    """

    def __init__(
        self,
        accounts: Accounts,
        traffic: Traffic,
        property_id: str,
        timezone: str,
        currency: str,
        clock: Callable[[], datetime],
    ) -> None:
        self.traffic, self.property_id, self.currency = traffic, property_id, currency
        self.timezone, self.clock = ZoneInfo(timezone), clock
        self.quota = AnalyticsQuota(clock)
        self.quality: Json = {}
        """
        Further members of every report's metadata: `dataLossFromOtherRow`, `subjectToThresholding` and alike.
        """
        self._front = Front(accounts, Description("analyticsdata", "v1beta"), HOST)

    def routes(self) -> Sequence[BaseRoute]:
        prefix = "/properties/{property}"
        return [
            self._route(f"{prefix}:runReport", self.run_report, "RunReport"),
            self._route(f"{prefix}:batchRunReports", self.batch_run_reports, "BatchRunReports"),
            self._route(f"{prefix}:checkCompatibility", self.check_compatibility, "CheckCompatibility"),
            Route(
                f"{prefix}/metadata",
                self._front.endpoint(self.get_metadata, scopes=SCOPES, reply="Metadata"),
                methods=["GET"],
            ),
        ]

    def _route(self, path: str, handle: Callable[[Call], Json], message: str) -> Route:
        endpoint = self._front.endpoint(handle, scopes=SCOPES, message=f"{message}Request", reply=f"{message}Response")
        return Route(path, endpoint, methods=["POST"])

    def run_report(self, call: Call) -> Json:
        self._admit(call)
        return self._answer(self._read(call.body))

    def batch_run_reports(self, call: Call) -> Json:
        self._admit(call)
        requests = call.body.get("requests", [])
        if not 1 <= len(requests) <= 5:
            raise invalid(f"A batch must contain 1 to 5 requests. This batch contains {len(requests)} requests.")
        own = f"properties/{call.path['property']}"
        for request in requests:
            if request.get("property", own) != own:
                raise invalid(f"The property of every request in a batch must be {own}.")
        # All are read before any is answered: one bad request fails the batch.
        reports = [self._read(request) for request in requests]
        return {
            "reports": [self._answer(report) for report in reports],
            "kind": "analyticsData#batchRunReports",
        }

    def get_metadata(self, call: Call) -> Json:
        if call.path["property"] != "0":
            self._admit(call)
        self.quota.spend(1)
        return metadata.described(call.path["property"])

    def check_compatibility(self, call: Call) -> Json:
        self._admit(call)
        dimensions = [one.get("name", "") for one in call.body.get("dimensions", [])]
        metrics = [one.get("name", "") for one in call.body.get("metrics", [])]
        for name in dimensions:
            metadata.need(name, "dimension")
        for name in metrics:
            metadata.need(name, "metric")
        metadata.need_compatible(dimensions, metrics)
        self.quota.spend(1)
        wanted = call.body.get("compatibilityFilter")
        judged = {
            "dimensionCompatibilities": [
                {"dimensionMetadata": one.described(), "compatibility": _judge([*dimensions, one.name], metrics)}
                for one in metadata.DIMENSIONS.values()
            ],
            "metricCompatibilities": [
                {"metricMetadata": one.described(), "compatibility": _judge(dimensions, [*metrics, one.name])}
                for one in metadata.METRICS.values()
            ],
        }
        kept = {
            name: [one for one in listed if wanted in (None, "COMPATIBILITY_UNSPECIFIED", one["compatibility"])]
            for name, listed in judged.items()
        }
        return {name: listed for name, listed in kept.items() if listed}

    def _admit(self, call: Call) -> None:
        asked = call.path["property"]
        if not asked.isdigit():
            raise ApiError(403, f"Invalid Property ID: {asked}. A numeric Property ID is required. {_PROPERTY_HELP}")
        if asked != self.property_id:
            raise ApiError(403, f"User does not have sufficient permissions for this property. {_PROPERTY_HELP}")
        self.quota.admit()

    def _read(self, request: Json) -> Report:
        return Report(self.traffic, request, self.clock().astimezone(self.timezone).date())

    def _answer(self, report: Report) -> Json:
        answer, price = report.run()
        about: Json = {
            "currencyCode": report.request.get("currencyCode") or self.currency,
            "timeZone": self.timezone.key,
            **self.quality,
        }
        if restricted := metadata.restrictions(report.metrics):
            about["schemaRestrictionResponse"] = {"activeMetricRestrictions": restricted}
        answer["metadata"] = about
        left: Any = self.quota.spend(price)
        if report.request.get("returnPropertyQuota"):
            answer["propertyQuota"] = left
        answer["kind"] = "analyticsData#runReport"
        return answer


def _judge(dimensions: list[str], metrics: list[str]) -> str:
    try:
        metadata.need_compatible(dimensions, metrics)
    except ApiError:
        return "INCOMPATIBLE"
    return "COMPATIBLE"
