"""
What is read from HubSpot: object types, the properties asked for, their associations and histories.

Associations and histories are columns of the record they belong to (`contact_ids`, `stage_history`), so that one row
carries all of a record and is stored or not stored as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from connectors.contract import Field, RawType, Stream
from connectors.hubspot.settings import HubSpotSettings

HISTORY = "stage_history"
PASS = "read_pass"  # noqa: S105 - counts full reads
COMPUTED_PER_STAGE = "hs_v2_"


@dataclass(frozen=True)
class ObjectType:
    """
    An object type of the CRM.

    Args:
        stream: How it is stored.
        modified: The property that every change moves.
        properties: What is asked for, in the order of the columns.
        links: Associated type -> column with the associated ids, joined by `;`, lowest first.
        history: The property whose past values are read too, as `<instant> <value>` joined by `;`, newest first.
    """

    stream: Stream
    modified: str
    properties: tuple[Field, ...]
    links: dict[str, str] = field(default_factory=dict)
    history: str | None = None

    @property
    def name(self) -> str:
        return self.stream.name


def _text(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name) for name in names)


def _typed(type: RawType, *names: str) -> tuple[Field, ...]:
    return tuple(Field(name, type) for name in names)


def _maybe(type: RawType, *names: str) -> tuple[Field, ...]:
    """
    Properties that many portals lack: those of integrations, editions, older accounts.
    """
    return tuple(Field(name, type, required=False) for name in names)


def object_types(settings: HubSpotSettings) -> list[ObjectType]:
    """
    The object types that the settings ask for.
    """
    mapping = settings.mapping
    stages = (mapping.qualified_stage, mapping.customer_stage)
    lag = timedelta(minutes=settings.look_back_minutes)
    further: dict[str, tuple[str, ...]] = {str(kind): names for kind, names in settings.properties.items()}

    def made(
        name: str,
        properties: Sequence[Field],
        feeds: tuple[str, ...],
        links: dict[str, str] | None = None,
        history: str | None = None,
        modified: str = "hs_lastmodifieddate",
    ) -> ObjectType:
        extras = _maybe("text", *further.get(name, ()))
        asked = _unique([*properties, *_typed("instant", modified), *extras])
        own = [Field("id"), Field("url"), Field("archived", "boolean"), Field(PASS, "integer")]
        side = [Field(column) for column in (links or {}).values()] + ([Field(HISTORY)] if history else [])
        fields = _unique([*own, *side, *asked])
        stream = Stream(name, key=("id",), fields=fields, cursor=modified, lag=lag, feeds=feeds)
        taken = {f.name for f in own + side}
        return ObjectType(stream, modified, tuple(f for f in asked if f.name not in taken), links or {}, history)

    contacts = made(
        "contacts",
        (
            *_typed("instant", "createdate", *(f"hs_v2_date_entered_{stage}" for stage in stages)),
            *_maybe(
                "instant", *(f"hs_lifecyclestage_{stage}_date" for stage in stages), "hs_analytics_first_timestamp"
            ),
            *_typed("email", "email"),
            *_text("lifecyclestage", "hs_analytics_source", "hs_analytics_source_data_1", "hubspot_owner_id"),
            *_text("associatedcompanyid"),
            *_maybe("text", "hs_analytics_source_data_2", "country", "hs_object_source", "hs_merged_object_ids"),
            *_maybe(
                "text", "hs_latest_source", "hs_latest_source_data_1", "hs_analytics_first_touch_converting_campaign"
            ),
            *_maybe("text", "hs_analytics_last_touch_converting_campaign", "salesforcecontactid", "salesforceleadid"),
            *_maybe("instant", "hs_latest_source_timestamp", "first_conversion_date"),
        ),
        ("leads", "touches"),
        modified="lastmodifieddate",
    )
    companies = made(
        "companies",
        (
            *_text("name", "domain", mapping.segment_property, "hubspot_owner_id"),
            *_typed("instant", "createdate"),
            *_maybe("number", "numberofemployees"),
            *_maybe(
                "text", "industry", "country", "hs_parent_company_id", "hs_merged_object_ids", "salesforceaccountid"
            ),
        ),
        ("accounts",),
    )
    deals = made(
        "deals",
        (
            *_text("dealname", "dealstage", "pipeline", "dealtype", "hubspot_owner_id"),
            *_typed("number", "amount", mapping.mrr_property),
            *_typed("instant", "createdate", "closedate"),
            *_maybe("number", "hs_deal_stage_probability"),
            *_maybe("boolean", "hs_is_closed", "hs_is_closed_won"),
            *_maybe("text", "deal_currency_code", "hs_analytics_source", "hs_manual_campaign_ids"),
            *_maybe("text", "hs_primary_associated_company", "hs_merged_object_ids", "hs_salesforceopportunityid"),
            *_text(*filter(None, (mapping.subscription_starts_property, mapping.subscription_ends_property))),
        ),
        ("opportunities", "stage_changes", "subscriptions"),
        links={"companies": "company_ids", "contacts": "contact_ids"},
        history="dealstage",
    )
    line_items = made(
        "line_items",
        (
            *_text("name", mapping.product_family_property),
            *_typed("number", "amount"),
            *_maybe("number", "hs_mrr", "hs_term_in_months"),
            *_maybe("text", "recurringbillingfrequency", "hs_line_item_currency_code"),
            *_maybe("date", "hs_recurring_billing_start_date", "hs_recurring_billing_end_date"),
        ),
        ("opportunity_lines", "subscriptions"),
        links={"deals": "deal_ids"},
    )
    tickets = made(
        "tickets",
        (
            *_typed("instant", "createdate"),
            *_maybe("instant", "closed_date"),
            *_text("hs_pipeline", "hs_pipeline_stage"),
            *_maybe("text", "hs_ticket_category", "hs_merged_object_ids", "salesforcecaseid"),
        ),
        ("tickets",),
        links={"companies": "company_ids", "contacts": "contact_ids"},
    )
    details = {
        "calls": _maybe("text", "hs_call_direction", "hs_call_status"),
        "meetings": (*_maybe("text", "hs_meeting_outcome"), *_maybe("instant", "hs_meeting_start_time")),
        "emails": _maybe("text", "hs_email_direction", "hs_email_status"),
    }
    engagements = [
        made(
            name,
            (*_typed("instant", "hs_timestamp"), *_text("hubspot_owner_id"), *details[name]),
            ("activities",) if name in settings.engagements else (),
            links={"contacts": "contact_ids", "companies": "company_ids", "deals": "deal_ids"},
        )
        for name in details
    ]
    return [companies, contacts, deals, line_items, tickets, *engagements]


def _unique(fields: Sequence[Field]) -> tuple[Field, ...]:
    kept: dict[str, Field] = {}
    for each in fields:
        kept.setdefault(each.name, each)
    return tuple(kept.values())


ACCOUNT = Stream(
    "account",
    key=("portal_id",),
    fields=(Field("portal_id"), Field("currency"), Field("timezone"), Field("ui_domain")),
    snapshot=True,
)
OWNERS = Stream(
    "owners",
    key=("id",),
    fields=(
        Field("id"),
        Field("name"),
        Field("email", "email"),
        Field("team_names"),
        Field("archived", "boolean"),
        Field("updated_at", "instant"),
    ),
    feeds=("owners",),
)
_STAGE_FIELDS = (
    Field("pipeline"),
    Field("stage"),
    Field("pipeline_label"),
    Field("label"),
    Field("position", "integer"),
    Field("is_closed", "boolean"),
    Field("probability", "number"),
    Field("updated_at", "instant"),
)
DEAL_STAGES = Stream("deal_stages", ("pipeline", "stage"), _STAGE_FIELDS, feeds=("stages",), snapshot=True)
TICKET_STAGES = Stream("ticket_stages", ("pipeline", "stage"), _STAGE_FIELDS, feeds=("tickets",), snapshot=True)
CAMPAIGN_PROPERTIES: dict[str, RawType] = {
    "hs_name": "text",
    "hs_start_date": "date",
    "hs_end_date": "date",
    "hs_campaign_status": "text",
    "hs_utm": "text",
    "hs_currency_code": "text",
    "hs_object_id": "text",
    "hs_budget_items_sum_amount": "number",
    "hs_spend_items_sum_amount": "number",
}
CAMPAIGNS = Stream(
    "campaigns",
    key=("id",),
    fields=(
        Field("id"),
        Field("created_at", "instant"),
        Field("updated_at", "instant"),
        *(Field(name, type) for name, type in CAMPAIGN_PROPERTIES.items()),
    ),
    feeds=("campaigns", "costs"),
    snapshot=True,
)
EXCHANGE_RATES = Stream(
    "exchange_rates",
    key=("id",),
    fields=(
        Field("id"),
        Field("from_currency"),
        Field("to_currency"),
        Field("rate", "number"),
        Field("effective_at", "instant"),
    ),
    feeds=("exchange_rates",),
    snapshot=True,
)
COUNTERS = ("sent", "delivered", "open", "click", "bounce", "unsubscribed")
MARKETING_EMAILS = Stream(
    "marketing_emails",
    key=("id",),
    fields=(
        Field("id"),
        Field("name"),
        Field("state"),
        Field("campaign"),
        Field("published_at", "instant"),
        Field("updated_at", "instant"),
        Field("archived", "boolean"),
        *(Field(name, "integer") for name in COUNTERS),
    ),
    feeds=("email_sends",),
)
