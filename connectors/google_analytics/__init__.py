"""
Google Analytics 4: reports `traffic_day` and `users_month` -> `web_traffic`.

API: https://developers.google.com/analytics/devguides/reporting/data/v1. Limits: 200,000 tokens a day and property,
14,000 an hour and project, 10 requests at a time; a run takes about ten tokens. Figures of the last two days still
grow, so every run reads them again; key events move for weeks, so once a week more days are. Users do not add up over
days or channels: each grain is a report of its own.
"""

from pathlib import Path
from typing import Any

from connectors.contract import Connector, Context, Source
from connectors.google_analytics.settings import GoogleAnalyticsSettings

__all__ = ["CONNECTOR"]


def _source(settings: Any, context: Context) -> Source:
    from connectors.google_analytics.source import GoogleAnalyticsSource

    return GoogleAnalyticsSource(settings, context)


CONNECTOR = Connector(
    kind="google_analytics",
    title="Google Analytics",
    settings=GoogleAnalyticsSettings,
    source=_source,
    normalize=Path(__file__).parent / "normalize",
    secrets=("service_account",),
)
