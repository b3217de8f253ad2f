"""
Salesforce: its objects become our tables, our KPIs become its custom fields.

Account -> accounts · Lead, LeadHistory, Contact -> leads · Opportunity -> opportunities, subscriptions (won, with
recurring revenue) · OpportunityHistory -> stage_changes · OpportunityStage -> stages · OpportunityLineItem, Product2 ->
opportunity_lines · User -> owners · Campaign -> campaigns, costs · CampaignMember -> touches · Task, Event ->
activities · Case -> tickets · CurrencyType, DatedConversionRate -> exchange_rates.

APIs: REST query and sObject Collections, Bulk API 2.0 (query, ingest), Tooling (CustomField), Metadata (CustomObject);
https://developer.salesforce.com/docs/apis. Limits: 2,000 records per query page, 200 per collections call, a 24-hour
request allocation (15,000 and up) of which a run takes at most `daily_share`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from connectors.contract import Connector, Context, Destination, Placeholder, Source
from connectors.salesforce.settings import SalesforceSettings


def _source(settings: SalesforceSettings, context: Context) -> Source:
    from connectors.salesforce.source import SalesforceSource

    return SalesforceSource(settings, context)


def _destination(settings: SalesforceSettings, context: Context) -> Destination:
    from connectors.salesforce.destination import SalesforceDestination

    return SalesforceDestination(settings, context)


def _placeholders(settings: SalesforceSettings, context: Context) -> Mapping[str, Placeholder]:
    from connectors.salesforce.placeholders import placeholders

    return placeholders(settings, context)


CONNECTOR = Connector(
    kind="salesforce",
    title="Salesforce",
    settings=SalesforceSettings,
    source=_source,
    destination=_destination,
    normalize=Path(__file__).parent / "normalize",
    placeholders=_placeholders,
    secrets=("client_secret", "private_key", "access_token"),
)

__all__ = ["CONNECTOR"]
