"""
runReport: visits cut by dimensions, counted by metrics, filtered, ordered and paged.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from sandbox.google.analytics import filters, metadata
from sandbox.google.analytics.traffic import Traffic, Visits, total
from sandbox.google.errors import Json, invalid, not_played

DEFAULT_LIMIT, LARGEST_LIMIT = 10_000, 250_000
EARLIEST = date(2015, 8, 14)
_NOT_PLAYED = ("cohortSpec", "comparisons", "conversionSpec")
_AGGREGATIONS = {
    "TOTAL": ("totals", "RESERVED_TOTAL"),
    "MINIMUM": ("minimums", "RESERVED_MIN"),
    "MAXIMUM": ("maximums", "RESERVED_MAX"),
}


@dataclass(frozen=True)
class Row:
    """
    A row before it is written out.
    """

    dimensions: tuple[str, ...]
    range: str
    visits: list[Visits]
    metrics: dict[str, float]


class Report:
    """
    One report over the traffic.

    Args:
        traffic: The property's visits.
        request: A RunReportRequest in the one form of `Description.check`.
        today: The date in the property's time zone.

    Raises:
        ApiError: 400; in Google's words.
    """

    def __init__(self, traffic: Traffic, request: Json, today: date) -> None:
        self.traffic, self.request = traffic, request
        for name in _NOT_PLAYED:
            if name in request:
                raise not_played(name)
        self.dimensions = self._names("dimensions", "dimension", 9)
        self.metrics = self._names("metrics", "metric", 10)
        self.dimension_filter: Json = request.get("dimensionFilter", {})
        self.metric_filter: Json = request.get("metricFilter", {})
        filters.check(self.dimension_filter, "dimension")
        filters.check(self.metric_filter, "metric")
        metadata.need_compatible(self.dimensions, self.metrics)
        self.ranges = _ranges(request.get("dateRanges", []), today)
        self.limit, self.offset = request.get("limit") or DEFAULT_LIMIT, request.get("offset", 0)
        for name, value in (("limit", self.limit), ("offset", self.offset)):
            if value < 0:
                raise invalid(f"{name} must be positive. The API received {name} = {value}")
        self.orders = self._orders()
        if "COUNT" in request.get("metricAggregations", []):
            raise invalid("The metric aggregation COUNT is not supported.")

    def run(self) -> tuple[Json, int]:
        """
        The answer without metadata and quota, and its price in tokens.
        """
        rows = self._rows()
        answer: Json = {}
        headers = [{"name": name} for name in self.dimensions]
        if len(self.ranges) > 1:
            headers.append({"name": "dateRange"})
        if headers:
            answer["dimensionHeaders"] = headers
        if self.metrics:
            answer["metricHeaders"] = [{"name": name, "type": metadata.METRICS[name].type} for name in self.metrics]
        page = self._sorted(rows)[self.offset : self.offset + min(self.limit, LARGEST_LIMIT)]
        if page:
            answer["rows"] = [self._written(row.dimensions, row.range, row.metrics) for row in page]
        for wanted in dict.fromkeys(self.request.get("metricAggregations", [])):
            name, marker = _AGGREGATIONS.get(wanted, ("", ""))
            if name and rows:
                answer[name] = self._aggregated(rows, wanted, marker)
        if rows:
            answer["rowCount"] = len(rows)
        price = 1 + len(self.dimensions) // 3 + min(len(rows) // 10_000, 3)
        return answer, min(price, 7)

    def _names(self, member: str, kind: str, most: int) -> list[str]:
        asked = self.request.get(member, [])
        if len(asked) > most:
            raise invalid(
                f"Requests are limited to {most} {member} within a nested request.\n"
                f"  This request is for {len(asked)} {member}."
            )
        for one in asked:
            if "expression" in one or "dimensionExpression" in one:
                raise not_played(f"expressions of a {kind}")
            metadata.need(one.get("name", ""), kind)
        return [one["name"] for one in asked]

    def _orders(self) -> list[tuple[str, str, bool]]:
        orders = []
        for order in self.request.get("orderBys", []):
            if "pivot" in order:
                raise not_played("ordering by pivots")
            by = order.get("dimension", {})
            name = by.get("dimensionName") or order.get("metric", {}).get("metricName", "")
            if name not in (*self.dimensions, *self.metrics, *(["dateRange"] if len(self.ranges) > 1 else [])):
                raise invalid(f"Field {name} exists in OrderBy but is not defined in input Dimensions/Metrics list")
            orders.append((name, by.get("orderType", "ALPHANUMERIC"), order.get("desc", False)))
        return orders

    def _rows(self) -> list[Row]:
        rows = []
        needed = list(dict.fromkeys([*self.metrics, *sorted(filters.fields(self.metric_filter))]))
        for name, first, last in self.ranges:
            groups: defaultdict[tuple[str, ...], list[Visits]] = defaultdict(list)
            for one in self.traffic.visits:
                if first <= one.on <= last and filters.passes(self.dimension_filter, one.dimension):
                    groups[tuple(one.dimension(dimension) for dimension in self.dimensions)].append(one)
            for key, visits in groups.items():
                row = Row(key, name, visits, {metric: self._measure(metric, visits) for metric in needed})
                is_shown = self.request.get("keepEmptyRows") or not self.metrics or any(row.metrics.values())
                if is_shown and filters.passes(self.metric_filter, row.metrics.__getitem__):
                    rows.append(row)
        return rows

    def _measure(self, metric: str, visits: list[Visits]) -> float:
        if metadata.METRICS[metric].blocked:
            return 0
        if metric == "totalUsers":
            return self.traffic.users(visits)
        if metric in ("engagementRate", "bounceRate"):
            sessions = total(visits, "sessions")
            rate = total(visits, "engagedSessions") / sessions if sessions else 0.0
            return rate if metric == "engagementRate" or not sessions else 1 - rate
        return total(visits, metric)

    def _sorted(self, rows: list[Row]) -> list[Row]:
        # Google promises no order among equals: here it changes from page to page, so that who does not order by
        # everything sees rows twice and misses others.
        seed = f"{self.offset}/{self.limit}"
        ordered = sorted(rows, key=lambda row: zlib.crc32(f"{seed}{row.dimensions}{row.range}".encode()))
        default = [(self.metrics[0], "", True)] if self.metrics else []
        for name, kind, descending in reversed(self.orders or default):
            ordered.sort(key=partial(self._sort_key, name, kind), reverse=descending)
        return ordered

    def _sort_key(self, name: str, kind: str, row: Row) -> Any:
        if name in row.metrics:
            return row.metrics[name]
        value = row.range if name == "dateRange" else row.dimensions[self.dimensions.index(name)]
        if kind == "NUMERIC":
            return float(value) if re.fullmatch(r"-?\d+(\.\d+)?", value) else float("-inf")
        return value.casefold() if kind == "CASE_INSENSITIVE_ALPHANUMERIC" else value

    def _aggregated(self, rows: list[Row], wanted: str, marker: str) -> list[Json]:
        written = []
        for name, _, _ in self.ranges:
            here = [row for row in rows if row.range == name]
            if not here:
                continue
            if wanted == "TOTAL":
                visits = [one for row in here for one in row.visits]
                values = {metric: self._measure(metric, visits) for metric in self.metrics}
            else:
                pick = min if wanted == "MINIMUM" else max
                values = {metric: pick(row.metrics[metric] for row in here) for metric in self.metrics}
            written.append(self._written(tuple(marker for _ in self.dimensions), name, values))
        return written

    def _written(self, dimensions: tuple[str, ...], range_name: str, metrics: dict[str, float]) -> Json:
        row: Json = {}
        shown = [*dimensions, range_name] if len(self.ranges) > 1 else list(dimensions)
        if shown:
            row["dimensionValues"] = [{"value": value} for value in shown]
        if self.metrics:
            row["metricValues"] = [{"value": number(metrics[name])} for name in self.metrics]
        return row


def number(value: float) -> str:
    """
    A number as the API writes it: 15 significant digits, 17 where 15 would lose some.
    """
    if isinstance(value, int):
        return str(value)
    short = f"{value:.15g}"
    return short if float(short) == value else f"{value:.17g}"


def _ranges(asked: list[Json], today: date) -> list[tuple[str, date, date]]:
    if not asked:
        raise invalid("A dateRange is required.")
    if len(asked) > 4:
        raise invalid(
            "Requests are limited to 4 dateRanges within a nested request.\n"
            f"  This request is for {len(asked)} dateRanges."
        )
    ranges = []
    for at, one in enumerate(asked):
        first, last = _date(one.get("startDate", ""), today), _date(one.get("endDate", ""), today)
        if first > last:
            raise invalid(
                f"start_date must be less than or equal to end_date. start_date = {first} and end_date = {last}"
            )
        if first < EARLIEST:
            raise invalid(f"Dates must be after 2015-08-13. The API received start_date = {first}")
        ranges.append((one.get("name") or f"date_range_{at}", first, last))
    return ranges


def _date(text: str, today: date) -> date:
    ago = {"today": 0, "yesterday": 1}.get(text)
    if found := re.fullmatch(r"(\d{1,5})daysAgo", text):
        ago = int(found[1])
    if ago is not None:
        return today - timedelta(days=ago)
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise invalid(f"Invalid date: {text!r}. Dates must be YYYY-MM-DD, NdaysAgo, yesterday or today.") from None
