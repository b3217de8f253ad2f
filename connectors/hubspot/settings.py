"""
What a person fills in to connect a HubSpot portal.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from connectors.errors import close_matches
from connectors.schema import CHANNELS
from connectors.secrets import Secret
from connectors.transport import ConnectorSettings

PropertyName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,99}$")]
ObjectType = Literal["contacts", "companies", "deals", "line_items", "tickets", "calls", "meetings", "emails"]
Engagement = Literal["calls", "meetings", "emails"]
DealKind = Literal["new", "upsell", "cross_sell", "renewal"]
Team = Literal["marketing", "sales", "service"]

# HubSpot accepts about 8,000 characters of address; with them all properties of one object still fit a request.
EXTRAS_LENGTH = 4_000

SOURCES = {
    "ORGANIC_SEARCH": "Organic Search",
    "PAID_SEARCH": "Paid Search",
    "EMAIL_MARKETING": "Email",
    "SOCIAL_MEDIA": "Organic Social",
    "PAID_SOCIAL": "Paid Social",
    "REFERRALS": "Referral",
    "DIRECT_TRAFFIC": "Direct",
    "OTHER_CAMPAIGNS": "Paid Other",
    "AI_REFERRALS": "AI Assistant",
    "OFFLINE": "Offline",
}
TEAMS: dict[str, Team] = {
    "marketing": "marketing",
    "sales": "sales",
    "ventas": "sales",
    "service": "service",
    "support": "service",
    "customer success": "service",
    "servicio": "service",
    "soporte": "service",
}


def _known(channels: dict[str, str]) -> dict[str, str]:
    for word, channel in channels.items():
        if channel not in CHANNELS:
            raise ValueError(f"{channel!r} (for {word!r}) is not a channel; {close_matches(channel, CHANNELS)}")
    return channels


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Mapping(_Part):
    """
    How this portal's own words become the common ones.
    """

    qualified_stage: str = Field(
        default="marketingqualifiedlead",
        pattern=r"^[A-Za-z0-9_]+$",
        description="Internal name of the life-cycle stage in which a contact counts as qualified"
        " (Settings > Objects > Contacts > Lifecycle Stage).",
    )
    customer_stage: str = Field(
        default="customer",
        pattern=r"^[A-Za-z0-9_]+$",
        description="Internal name of the life-cycle stage in which a contact counts as a customer.",
    )
    contacts_are_leads: bool = Field(default=True, description="Whether contacts count as leads.")
    segment_property: PropertyName = Field(
        default="industry", description="Internal name of the company property by which KPIs are cut into segments."
    )
    channels: dict[str, str] = Field(
        default=SOURCES,
        description="Original source (`hs_analytics_source`) -> channel; sources you name are added to the defaults,"
        " any other becomes Other.",
    )
    campaign_channels: dict[str, str] = Field(
        default={}, description="Name or UTM value of a campaign -> channel; HubSpot's campaigns carry none."
    )
    deal_kinds: dict[str, DealKind] = Field(
        default={"newbusiness": "new", "existingbusiness": "upsell"},
        description="Deal type (`dealtype`) -> new, upsell, cross_sell or renewal; types you name are added.",
    )
    mrr_property: PropertyName = Field(
        default="hs_mrr", description="Internal name of the deal property with the monthly recurring revenue."
    )
    subscription_starts_property: PropertyName | None = Field(
        default=None, description="Deal property with the first day of the contract; left out: the close date."
    )
    subscription_ends_property: PropertyName | None = Field(
        default=None,
        description="Deal property with the day on which the contract no longer runs; left out: it runs until renewed.",
    )
    product_family_property: PropertyName = Field(
        default="name", description="Line item property that names the product family, e.g. `name` or `hs_sku`."
    )
    teams: dict[str, Team] = Field(
        default=TEAMS,
        description="Word in the name of an owner's team -> marketing, sales or service; words you name are added.",
    )
    salesforce_connector: str = Field(
        default="salesforce",
        description="Name of the Salesforce connector in these settings, where HubSpot is synchronised with it.",
    )

    @field_validator("channels", mode="after")
    @classmethod
    def _channels(cls, given: dict[str, str]) -> dict[str, str]:
        return SOURCES | _known(given)

    @field_validator("campaign_channels", mode="after")
    @classmethod
    def _campaign_channels(cls, given: dict[str, str]) -> dict[str, str]:
        return _known(given)

    @field_validator("deal_kinds", mode="after")
    @classmethod
    def _deal_kinds(cls, given: dict[str, DealKind]) -> dict[str, DealKind]:
        return {"newbusiness": "new", "existingbusiness": "upsell", **given}

    @field_validator("teams", mode="after")
    @classmethod
    def _teams(cls, given: dict[str, Team]) -> dict[str, Team]:
        # First match wins when a team's name is read, so what a person says comes before the defaults.
        own = {word.lower(): team for word, team in given.items()}
        return own | {word: team for word, team in TEAMS.items() if word not in own}


class HubSpotSettings(ConnectorSettings):
    """
    Settings of a HubSpot connector.
    """

    kind: Literal["hubspot"] = Field(default="hubspot", description="Which vendor this is.")
    access_token: Secret = Field(
        description="Where the token of a service key or private app lies, as env:NAME or keyring:NAME"
        " (Settings > Development > Keys > Service keys)."
    )
    burst_per_10s: int = Field(
        default=190,
        ge=0,
        le=250,
        description="Requests that the portal allows per 10 seconds: 100 for Free and Starter, 190 for Professional and"
        " Enterprise, 250 with the limit increase; 0 sends without any pause, for a sandbox without limits.",
    )
    search_per_second: int = Field(
        default=4, ge=1, le=5, description="Search requests per second; HubSpot allows 5 for all apps of a portal."
    )
    look_back_minutes: int = Field(
        default=60,
        ge=5,
        le=24 * 60,
        description="How far each pull looks back behind the last one: HubSpot's search shows changes late.",
    )
    reconcile_hours: int = Field(default=24, ge=1, description="Hours between two looks for deleted records.")
    full_read_days: int = Field(
        default=7,
        ge=1,
        description="Days between two full reads; they bring what moves without a trace (computed properties,"
        " associations) and drop what was erased.",
    )
    engagements: tuple[Engagement, ...] = Field(
        default=("calls", "meetings", "emails"),
        description="Activities to read; leave out what the token has no scope for.",
    )
    properties: dict[ObjectType, tuple[PropertyName, ...]] = Field(
        default={}, description="Further properties to keep in the raw tables, per object type."
    )
    mapping: Mapping = Field(default=Mapping(), description="How this portal's own words become the common ones.")

    @field_validator("properties", mode="after")
    @classmethod
    def _length(cls, given: dict[ObjectType, tuple[PropertyName, ...]]) -> dict[ObjectType, tuple[PropertyName, ...]]:
        for kind, names in given.items():
            if sum(len(name) + len("&properties=") for name in names) > EXTRAS_LENGTH:
                raise ValueError(f"too many properties for {kind}: one request holds about {EXTRAS_LENGTH // 30}")
        return given

    @field_validator("engagements", mode="before")
    @classmethod
    def _listed(cls, given: object) -> object:
        return tuple(given) if isinstance(given, list) else given
