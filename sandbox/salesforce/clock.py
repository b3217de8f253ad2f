"""
Instants, as they stand in records.
"""

from __future__ import annotations

from datetime import UTC, datetime


def instant(at: datetime) -> str:
    """
    How an instant stands in a record: UTC, to the second.
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def read_instant(text: str) -> datetime:
    """
    An instant written in ISO 8601; without an offset it is UTC.

    Raises:
        ValueError: It is none.
    """
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
