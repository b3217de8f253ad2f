"""
What a person fills in to have a report kept in a Google spreadsheet.
"""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator

from connectors.secrets import Secret
from connectors.transport import ConnectorSettings

_IN_URL = re.compile(r"/spreadsheets/d/([A-Za-z0-9_-]+)")
_ID = re.compile(r"[A-Za-z0-9_-]{10,}")


class GoogleSheetsSettings(ConnectorSettings):
    """
    Settings of one spreadsheet.
    """

    spreadsheet_id: str = Field(
        description="The spreadsheet's address in the browser, or the id in it between /d/ and /edit. "
        "Create it yourself and share it with the service account as an editor."
    )
    service_account: Secret = Field(
        description="Key of a Google service account (Google Cloud, IAM, Service accounts, Keys): its JSON, or the "
        "path of that file."
    )
    language: Literal["en", "es"] | None = Field(
        default=None, description="Language of this report; leave out for the organisation's."
    )

    @field_validator("spreadsheet_id")
    @classmethod
    def _id_of(cls, value: str) -> str:
        found = _IN_URL.search(value)
        if found:
            return found[1]
        if not _ID.fullmatch(value.strip()):
            raise ValueError("this is neither a spreadsheet's address nor its id")
        return value.strip()
