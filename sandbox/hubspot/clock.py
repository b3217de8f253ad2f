"""
Instants as HubSpot writes them: ISO 8601 in UTC, the fraction left out when it is zero, or epoch milliseconds.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

_DIGITS = re.compile(r"-?\d+")


def now_ms() -> int:
    return int(time.time() * 1000)


def iso(ms: int) -> str:
    moment = datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{moment}.{ms % 1000:03d}Z" if ms % 1000 else f"{moment}Z"


def to_ms(text: str) -> int:
    """
    Epoch milliseconds of an ISO instant, of a calendar date (its UTC midnight) or of milliseconds as text.

    Raises:
        ValueError: When it is none of these.
    """
    if _DIGITS.fullmatch(text):
        return int(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)
