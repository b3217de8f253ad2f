"""
What the tests of the company share.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sandbox.company.ids import long_form

UNTIL = date(2026, 11, 17)
SIZE = 300
Row = dict[str, Any]


def by_id(rows: list[Row], key: str = "id") -> dict[str, Row]:
    return {row[key]: row for row in rows}


def live(rows: list[Row]) -> list[Row]:
    """
    Without deleted and archived ones.
    """
    return [row for row in rows if not row.get("IsDeleted") and not row.get("_archived")]


def eighteen(salesforce_id: str) -> str:
    return long_form(salesforce_id[:15])
