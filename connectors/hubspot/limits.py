"""
HubSpot's budgets, kept on our side so that no request is refused, and its words for "not now".

https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
"""

from __future__ import annotations

import hashlib
import threading

import orjson
from pyrate_limiter import Limiter, Rate

from connectors.hubspot.settings import HubSpotSettings
from connectors.transport import TRANSIENT, Answer, Kind, Verdict, retry_after

SEARCH = "search"
ASSOCIATIONS = "associations"
GENERAL = ""

# A window a little longer than HubSpot's: it stamps a request on arrival, we on sending, and the way varies.
_MARGIN = 1.02
_ASSOCIATIONS_SHARE = 150 / 190
_MIGRATING = 477

_shared: dict[tuple[str, int, int], Budget] = {}
_lock = threading.Lock()


class Budget:
    """
    What one portal allows; shared by all that speak to it in this process. A burst of 0 is no budget at all.
    """

    def __init__(self, burst: int, searches: int) -> None:
        self._lanes: dict[str, Limiter] = {}
        if burst == 0:
            return
        self._lanes = {
            GENERAL: Limiter(Rate(burst, round(10_000 * _MARGIN)), buffer_ms=5),
            SEARCH: Limiter(Rate(searches, round(1_000 * _MARGIN)), buffer_ms=5),
            ASSOCIATIONS: Limiter(Rate(max(1, int(burst * _ASSOCIATIONS_SHARE)), round(10_000 * _MARGIN)), buffer_ms=5),
        }

    def __call__(self, lane: str) -> None:
        if not self._lanes:
            return
        # Only the search has a bucket of its own; associations count in the general one as well.
        if lane == ASSOCIATIONS:
            self._lanes[GENERAL].try_acquire(GENERAL)
        self._lanes[lane].try_acquire(lane)


def budget(settings: HubSpotSettings, token: str) -> Budget:
    """
    The budget of the portal that a token opens.
    """
    portal = hashlib.sha256(f"{settings.base_url}\n{token}".encode()).hexdigest()
    with _lock:
        key = (portal, settings.burst_per_10s, settings.search_per_second)
        if key not in _shared:
            _shared[key] = Budget(settings.burst_per_10s, settings.search_per_second)
        return _shared[key]


class Judge:
    """
    What an answer of HubSpot means for the sender.

    Args:
        pause: Seconds of the first back-off; HubSpot's windows are counted in it where it names no wait.
    """

    def __init__(self, pause: float) -> None:
        self._pause = pause

    def __call__(self, answer: Answer) -> Verdict:
        asked = retry_after(answer.headers)
        if answer.status == 429:
            return Verdict(Kind.WAIT, self._window(answer) if asked is None else asked)
        if answer.status == _MIGRATING:
            return Verdict(Kind.WAIT, 24 * 3600.0 if asked is None else asked)
        if answer.status == 423:
            return Verdict(Kind.WAIT, 2 * self._pause if asked is None else asked)
        if answer.status in TRANSIENT:
            return Verdict(Kind.RETRY, asked)
        return Verdict(Kind.DONE)

    def _window(self, answer: Answer) -> float:
        policy = str(fields(answer).get("policyName", ""))
        if policy == "DAILY":
            return 24 * 3600.0  # until midnight of the portal: longer than any run waits
        return (1 if policy == "SECONDLY" else 10) * self._pause


def fields(answer: Answer) -> dict[str, object]:
    """
    The members of an error body; none where it is not JSON, as Cloudflare's pages are not.
    """
    try:
        body = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}
