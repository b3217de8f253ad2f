"""
Google Sheets: a report that people may sort, rename and colour, kept up by single atomic updates.

Tabs of the report -> tabs of one spreadsheet, each known by developer metadata. API:
https://developers.google.com/workspace/sheets/api/reference/rest. Limits: 60 reads and 60 writes a minute per service
account, 10,000,000 cells per spreadsheet, 50,000 characters per cell. A service account owns no storage, so a person
creates the spreadsheet and shares it with the account.
"""

from typing import Any

from connectors.contract import Connector, Context, Publisher
from connectors.google_sheets.settings import GoogleSheetsSettings

__all__ = ["CONNECTOR"]


def _publisher(settings: Any, context: Context) -> Publisher:
    from connectors.google_sheets.destination import SheetsPublisher

    return SheetsPublisher(settings, context)


CONNECTOR = Connector(
    kind="google_sheets",
    title="Google Sheets",
    settings=GoogleSheetsSettings,
    publisher=_publisher,
    secrets=("service_account",),
)
