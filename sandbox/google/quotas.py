"""
Google's quotas: requests per minute for Sheets and Drive, tokens per hour and day for Analytics.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox.google.errors import ApiError, Json, error_info

PROJECT = "project_number:100000000001"
_PACIFIC = ZoneInfo("America/Los_Angeles")  # where the day of a daily quota ends

ANALYTICS = {
    "tokensPerDay": 200_000,
    "tokensPerHour": 40_000,
    "concurrentRequests": 10,
    "serverErrorsPerProjectPerHour": 10,
    "potentiallyThresholdedRequestsPerHour": 120,
    "tokensPerProjectPerHour": 14_000,
}
_TOKENS = ("tokensPerProjectPerHour", "tokensPerHour", "tokensPerDay")  # the first runs out first
_EXHAUSTED = {
    "tokensPerProjectPerHour": "Exhausted property tokens for a project per hour. These quota tokens will return in "
    "under an hour.",
    "tokensPerHour": "Exhausted property tokens per hour. These quota tokens will return in under an hour.",
    "tokensPerDay": "Exhausted property tokens per day. These quota tokens will return at midnight Pacific time.",
    "concurrentRequests": "Exhausted concurrent requests quota.",
    "potentiallyThresholdedRequestsPerHour": "Exhausted potentially thresholded requests quota.",
    "serverErrorsPerProjectPerHour": "Exhausted server errors quota.",
}


def analytics_exhausted(bucket: str) -> ApiError:
    return ApiError(429, _EXHAUSTED[bucket], reason="rateLimitExceeded")


@dataclass
class AnalyticsQuota:
    """
    The six buckets of one property.

    Args:
        clock: The present instant.
        on: Whether an empty bucket refuses; counted in any case once on.
    """

    clock: Callable[[], datetime]
    on: bool = False
    sizes: dict[str, int] = field(default_factory=lambda: dict(ANALYTICS))
    _spent: Counter[tuple[str, str]] = field(default_factory=Counter)

    def admit(self) -> None:
        """
        Raises:
            ApiError: 429; a bucket is empty.
        """
        if self.on:
            for bucket in (*_TOKENS, "serverErrorsPerProjectPerHour"):
                if self._left(bucket) <= 0:
                    raise analytics_exhausted(bucket)

    def fail(self) -> None:
        """
        Count a 500 or 503: too many of them in an hour, and nothing is answered any more.
        """
        if self.on:
            self._spent[self._window("serverErrorsPerProjectPerHour")] += 1

    def spend(self, tokens: int) -> Json:
        """
        Take the tokens of one report and tell what is left, as `propertyQuota` does.
        """
        if self.on:
            for bucket in _TOKENS:
                self._spent[self._window(bucket)] += tokens
        return {
            bucket: {"consumed": tokens if bucket.startswith("tokens") else 0, "remaining": max(self._left(bucket), 0)}
            for bucket in self.sizes
        }

    def _left(self, bucket: str) -> int:
        return self.sizes[bucket] - self._spent[self._window(bucket)]

    def _window(self, bucket: str) -> tuple[str, str]:
        now = self.clock()
        return bucket, f"{now.astimezone(_PACIFIC):%Y-%m-%d}" if bucket == "tokensPerDay" else f"{now:%Y-%m-%dT%H}"


@dataclass
class MinuteQuota:
    """
    Requests per minute and user.

    Args:
        clock: The present instant.
        on: Whether a used-up minute refuses.
        size: Requests per minute, of each kind.
    """

    clock: Callable[[], datetime]
    on: bool = False
    size: int = 60
    _spent: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def charge(self, kind: str, email: str) -> None:
        """
        Args:
            kind: `Read` or `Write`.
            email: The caller; a service account is one user however many customers share it.

        Raises:
            ApiError: 429; this minute is used up.
        """
        if not self.on:
            return
        window = kind, email, f"{self.clock():%Y-%m-%dT%H:%M}"
        if self._spent[window] >= self.size:
            raise sheets_exhausted(kind, f"{self.clock():%Y-%m-%dT%H:%M:00Z}", self.size)
        self._spent[window] += 1


def sheets_exhausted(kind: str, window_start: str, size: int = 60) -> ApiError:
    """
    Sheets' refusal; it carries no Retry-After.
    """
    info = error_info(
        "RATE_LIMIT_EXCEEDED",
        {
            "consumer": f"projects/{PROJECT.partition(':')[2]}",
            "quota_limit": f"{kind}RequestsPerMinutePerUser",
            "quota_limit_value": str(size),
            "quota_location": "global",
            "quota_metric": f"sheets.googleapis.com/{kind.lower()}_requests",
            "quota_unit": "1/min/{project}/{user}",
            "service": "sheets.googleapis.com",
            "window_start_time": window_start,
        },
    )
    links = {
        "@type": "type.googleapis.com/google.rpc.Help",
        "links": [
            {
                "description": "Request a higher quota limit.",
                "url": "https://cloud.google.com/docs/quotas/help/request_increase",
            }
        ],
    }
    message = (
        f"Quota exceeded for quota metric '{kind} requests' and limit '{kind} requests per minute per user' of service "
        f"'sheets.googleapis.com' for consumer '{PROJECT}'."
    )
    return ApiError(429, message, details=[info, links])


def drive_exhausted() -> ApiError:
    return ApiError(403, "User Rate Limit Exceeded", reason="userRateLimitExceeded")
