"""
HubSpot: its objects become our tables, our KPIs become properties of its companies.

contacts -> leads, touches · companies -> accounts · deals with the history of their stage -> opportunities,
stage_changes, subscriptions (won, with recurring revenue) · line_items -> opportunity_lines, subscriptions · deal
pipelines -> stages · owners -> owners · campaigns -> campaigns, costs · marketing e-mails -> email_sends · calls,
meetings, emails -> activities · tickets -> tickets · currencies -> exchange_rates.

APIs: CRM objects, search, associations v4, properties, pipelines, owners; marketing e-mails and campaigns; account
info; https://developers.hubspot.com/docs/api-reference. Limits: 100 records per list page (50 with history), 200 per
search page and at most 10,000 per search, 100 per batch; 100 to 250 requests per 10 seconds, searches 5 per second,
associations 150 per 10 seconds, 250,000 requests a day and up.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from connectors.contract import Connector, Context, Destination, Placeholder, Source
from connectors.hubspot.settings import HubSpotSettings


def _source(settings: HubSpotSettings, context: Context) -> Source:
    from connectors.hubspot.source import HubSpotSource

    return HubSpotSource(settings, context)


def _destination(settings: HubSpotSettings, context: Context) -> Destination:
    from connectors.hubspot.destination import HubSpotDestination

    return HubSpotDestination(settings, context)


def _placeholders(settings: HubSpotSettings, context: Context) -> Mapping[str, Placeholder]:
    from connectors.hubspot.mapping import placeholders

    return placeholders(settings, context)


CONNECTOR = Connector(
    kind="hubspot",
    title="HubSpot",
    settings=HubSpotSettings,
    source=_source,
    destination=_destination,
    normalize=Path(__file__).parent / "normalize",
    placeholders=_placeholders,
    secrets=("access_token",),
)

__all__ = ["CONNECTOR"]
