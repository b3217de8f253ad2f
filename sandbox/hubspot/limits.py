"""
HubSpot's rate limits: a rolling window of ten seconds, a day, and a bucket of its own for searches and associations.
"""

from __future__ import annotations

import math
import time
from collections import deque
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.hubspot.store import APP_ID, PORTAL_ID
from sandbox.hubspot.wording import rate_limited


class Window:
    """
    So many calls within so many seconds.

    Args:
        most: Calls allowed.
        seconds: Length of the rolling window [s].
    """

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self._calls: deque[float] = deque()

    def _forget(self, now: float) -> None:
        while self._calls and self._calls[0] <= now - self.seconds:
            self._calls.popleft()

    def take(self) -> float:
        """
        Count a call; 0 when it is allowed, else how long to wait [s].
        """
        now = time.monotonic()
        self._forget(now)
        if len(self._calls) < self.most:
            self._calls.append(now)
            return 0.0
        return self._calls[0] + self.seconds - now

    def clear(self) -> None:
        self._calls.clear()

    @property
    def left(self) -> int:
        self._forget(time.monotonic())
        return max(0, self.most - len(self._calls))


class Limits:
    """
    The limits of one account; off until they are switched on.

    Args:
        timezone: IANA name; the day ends at its midnight.
    """

    def __init__(self, timezone: str) -> None:
        self.on = False
        self.retry_after = True
        self.burst = Window(190, 10.0)
        self.search = Window(5, 1.0)
        self.associations = Window(150, 10.0)
        self.oauth = Window(110, 10.0)
        self.daily = 625_000
        self.used_today = 0
        self._zone = ZoneInfo(timezone)
        self._day = ""

    def set(self, on: bool) -> None:
        self.on, self.used_today = on, 0
        for window in (self.burst, self.search, self.associations, self.oauth):
            window.clear()

    def _window(self, area: str, *, oauth: bool) -> Window:
        if area == "crm/associations":
            return self.associations
        return self.oauth if oauth else self.burst

    def take(self, area: str, *, search: bool, oauth: bool) -> None:
        """
        Count a call.

        Raises:
            Answer: 429 in the words of the policy that is used up.
        """
        today = datetime.now(self._zone).date().isoformat()
        if today != self._day:
            self._day, self.used_today = today, 0
        self.used_today += 1
        if not self.on:
            return
        if self.used_today > self.daily and not oauth:
            self.used_today -= 1
            raise rate_limited("DAILY", PORTAL_ID, APP_ID, self._told(self._to_midnight()))
        window = self.search if search else self._window(area, oauth=oauth)
        if wait := window.take():
            policy = "SECONDLY" if search else "TEN_SECONDLY_ROLLING"
            raise rate_limited(policy, PORTAL_ID, APP_ID, self._told(wait))

    def _told(self, wait: float) -> int | None:
        return math.ceil(wait) if self.retry_after else None

    def _to_midnight(self) -> float:
        now = datetime.now(self._zone)
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return (midnight - now).total_seconds()

    def resets_at(self) -> datetime:
        return datetime.now(self._zone) + timedelta(seconds=self._to_midnight())

    def headers(self, area: str, *, oauth: bool, used_up: bool = False) -> list[tuple[bytes, bytes]]:
        """
        What every answer tells about the limits; without limits the windows look as if nobody else had called.

        Args:
            area: What the request was about.
            oauth: Whether an OAuth app asked: those have no daily limit.
            used_up: Whether nothing is left, as a refusal tells.
        """
        window = self._window(area, oauth=oauth)
        left = 0 if used_up else window.left if self.on else window.most - 1
        headers = [
            (b"x-hubspot-ratelimit-interval-milliseconds", str(int(window.seconds * 1000)).encode()),
            (b"x-hubspot-ratelimit-max", str(window.most).encode()),
            (b"x-hubspot-ratelimit-remaining", str(left).encode()),
        ]
        if not oauth:
            remaining = max(0, self.daily - self.used_today)
            headers += [
                (b"x-hubspot-ratelimit-daily", str(self.daily).encode()),
                (b"x-hubspot-ratelimit-daily-remaining", str(remaining).encode()),
            ]
        return headers
