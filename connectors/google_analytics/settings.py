"""
What a person fills in to have a Google Analytics property read.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from pydantic import Field, field_validator

from connectors.secrets import Secret
from connectors.transport import ConnectorSettings

EARLIEST = date(2015, 8, 14)
"""
No report begins before this day.
"""


class GoogleAnalyticsSettings(ConnectorSettings):
    """
    Settings of one property.
    """

    property_id: str = Field(
        description="Number of the GA4 property: in Google Analytics under Admin, Property details, top right. "
        "Not a measurement id (G-…)."
    )
    service_account: Secret = Field(
        description="Key of a Google service account that is a Viewer of the property: its JSON, or the path of that "
        "file."
    )
    since: date | Literal["all"] | None = Field(
        default=None,
        description="First month to read, as a day in it (2025-01-01), or `all`; left out: 24 months back.",
    )
    revisit_days: int = Field(
        default=3,
        ge=1,
        le=60,
        description="Days before today that every run reads again: Google completes them for up to 48 hours.",
    )
    revisit_weekly_days: int = Field(
        default=35,
        ge=1,
        le=400,
        description="Days read again once a week: key events are credited to earlier days long after.",
    )
    # Server errors have a quota of their own, 10 an hour.
    tries: int = Field(default=3, ge=1, le=20, description="How often a request is sent before the run gives up on it.")

    @field_validator("property_id", mode="before")
    @classmethod
    def _number_of(cls, value: object) -> str:
        text = str(value).strip().removeprefix("properties/")
        if re.fullmatch(r"(G|UA)-[A-Z0-9-]+", text):
            raise ValueError("this is a measurement id, not the property's number")
        if not re.fullmatch(r"\d+", text):
            raise ValueError("this is not a property's number")
        return text

    @field_validator("since")
    @classmethod
    def _not_too_early(cls, value: date | Literal["all"] | None) -> date | Literal["all"] | None:
        if isinstance(value, date) and value < EARLIEST:
            raise ValueError(f"there are no data before {EARLIEST}")
        return value
