"""
The dimensions and metrics of the played property.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from sandbox.google.errors import ApiError, Json, invalid

_SCHEMA = "https://developers.google.com/analytics/devguides/reporting/data/v1/api-schema"


@dataclass(frozen=True)
class Dimension:
    """
    Something a report can be cut by.
    """

    name: str
    title: str
    category: str
    meaning: str

    def described(self) -> Json:
        return {"apiName": self.name, "uiName": self.title, "description": self.meaning, "category": self.category}


@dataclass(frozen=True)
class Metric:
    """
    Something a report can count.

    Args:
        type: As in `metricHeaders`.
        blocked: Why this account may not see it; its values are then zero without any error.
    """

    name: str
    title: str
    category: str
    meaning: str
    type: str = "TYPE_INTEGER"
    blocked: str = ""
    deprecated: str = ""

    def described(self) -> Json:
        found: Json = {
            "apiName": self.name,
            "uiName": self.title,
            "description": self.meaning,
            "type": self.type,
            "category": self.category,
        }
        if self.deprecated:
            found["deprecatedApiNames"] = [self.deprecated]
        if self.blocked:
            found["blockedReasons"] = [self.blocked]
        return found


DIMENSIONS = {
    dimension.name: dimension
    for dimension in (
        Dimension("date", "Date", "Time", "The day of the event, as YYYYMMDD."),
        Dimension("yearMonth", "Year month", "Time", "The month of the event, as YYYYMM."),
        Dimension("month", "Month", "Time", "The month of the year in two digits, 01 to 12."),
        Dimension("year", "Year", "Time", "The year in four digits."),
        Dimension(
            "sessionDefaultChannelGroup",
            "Session default channel group",
            "Traffic source",
            "The channel, by rules on source and medium, that began the session.",
        ),
        Dimension("sessionSource", "Session source", "Traffic source", "Where the session came from."),
        Dimension("sessionMedium", "Session medium", "Traffic source", "How the session came."),
        Dimension(
            "sessionSourceMedium", "Session source / medium", "Traffic source", "Both, with a slash between them."
        ),
        Dimension("sessionCampaignName", "Session campaign", "Traffic source", "The campaign that began the session."),
    )
}
METRICS = {
    metric.name: metric
    for metric in (
        Metric("sessions", "Sessions", "Session", "How many sessions began."),
        Metric("engagedSessions", "Engaged sessions", "Session", "Sessions of 10 seconds, two views or a key event."),
        Metric("totalUsers", "Total users", "User", "Distinct users with at least one event."),
        Metric("newUsers", "New users", "User", "Users seen for the first time."),
        Metric(
            "keyEvents", "Key events", "Event", "How many key events happened.", "TYPE_FLOAT", deprecated="conversions"
        ),
        Metric("engagementRate", "Engagement rate", "Session", "Engaged sessions of all sessions.", "TYPE_FLOAT"),
        Metric("bounceRate", "Bounce rate", "Session", "Sessions that were not engaged, of all.", "TYPE_FLOAT"),
        Metric("advertiserAdCost", "Ads cost", "Advertising", "What the ads cost.", "TYPE_CURRENCY", "NO_COST_METRICS"),
        Metric(
            "totalRevenue",
            "Total revenue",
            "Revenue",
            "Sales, ads, subscriptions.",
            "TYPE_CURRENCY",
            "NO_REVENUE_METRICS",
        ),
    )
}
_RESTRICTED = {"NO_COST_METRICS": "COST_DATA", "NO_REVENUE_METRICS": "REVENUE_DATA"}


def described(property_id: str) -> Json:
    """
    The answer of getMetadata.
    """
    return {
        "name": f"properties/{property_id}/metadata",
        "dimensions": [dimension.described() for dimension in DIMENSIONS.values()],
        "metrics": [metric.described() for metric in METRICS.values()],
    }


def restrictions(metrics: list[str]) -> list[Json]:
    """
    What a report tells of blocked metrics in it.
    """
    return [
        {"metricName": name, "restrictedMetricTypes": [_RESTRICTED[METRICS[name].blocked]]}
        for name in metrics
        if METRICS[name].blocked
    ]


def need(name: str, kind: str) -> None:
    """
    Args:
        name: A field that a request names.
        kind: `dimension` or `metric`.

    Raises:
        ApiError: 400; the property has no such field.
    """
    known: dict[str, Dimension] | dict[str, Metric] = DIMENSIONS if kind == "dimension" else METRICS
    if name in known:
        return
    near = get_close_matches(name, known, n=1, cutoff=0.8)
    hint = f"Did you mean {near[0]}? " if near else ""
    # Google writes two spaces here when it speaks of a metric.
    gap = "  " if kind == "metric" else " "
    raise invalid(
        f"{hint}Field {name} is not a valid {kind}.{gap}For a list of valid dimensions and metrics, see {_SCHEMA} "
    )


def need_compatible(dimensions: list[str], metrics: list[str]) -> None:
    """
    Raises:
        ApiError: 400; these fields cannot stand in one report.
    """
    about_sessions = [name for name in dimensions if name.startswith("session")]
    if "advertiserAdCost" in metrics and about_sessions and "sessionCampaignName" not in dimensions:
        raise ApiError(
            400,
            "Please add sessionCampaignName to make the request compatible for example. The request's dimensions & "
            "metrics are incompatible. To learn more, see "
            "https://ga-dev-tools.web.app/ga4/dimensions-metrics-explorer/",
        )
