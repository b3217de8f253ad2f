"""
What a person fills in under `[connectors.NAME]` for Salesforce.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.schema import CHANNELS
from connectors.secrets import Secret
from connectors.transport import ConnectorSettings

OpportunityKind = Literal["new", "upsell", "cross_sell", "renewal"]
Team = Literal["marketing", "sales", "service"]

_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_PREFIX = re.compile(r"[A-Za-z](?:[A-Za-z0-9]|_(?!_)){0,18}_")


class Mapping(BaseModel):
    """
    How this organisation's own fields and words translate into Noria's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    qualified_statuses: tuple[str, ...] = Field(
        default=("Qualified",),
        description="Lead statuses that make a lead qualified, as Setup > Object Manager > Lead > Lead Status lists"
        " them. The date comes from the lead's history: turn on Field History Tracking for Lead Status.",
    )
    qualified_field: str | None = Field(
        default=None,
        description="API name of an own Lead date or date/time field that says when a lead was qualified; it then"
        " decides in place of `qualified_statuses`.",
    )
    contacts_are_leads: bool = Field(
        default=False, description="True to count each Contact as a lead too; converted leads are never counted twice."
    )
    mrr_field: str | None = Field(
        default=None, description="API name of the Opportunity field with the monthly recurring revenue, e.g. MRR__c."
    )
    subscription_starts_field: str | None = Field(
        default=None,
        description="API name of the Opportunity date field on which the subscription begins; the close date if empty.",
    )
    subscription_ends_field: str | None = Field(
        default=None,
        description="API name of the Opportunity date field with the first day no longer covered; open-ended if empty.",
    )
    segment_field: str = Field(default="Industry", description="API name of the Account field to segment by.")
    opportunity_kinds: dict[str, OpportunityKind] = Field(
        default={
            "New Business": "new",
            "New Customer": "new",
            "Upsell": "upsell",
            "Existing Customer - Upgrade": "upsell",
            "Cross-sell": "cross_sell",
            "Cross-Sell": "cross_sell",
            "Existing Customer - Replacement": "renewal",
            "Renewal": "renewal",
        },
        description="Opportunity Type -> new, upsell, cross_sell or renewal; types not listed count as new.",
    )
    channels: dict[str, str] = Field(
        default_factory=dict, description="Lead Source -> channel; sources not listed count as Other."
    )
    campaign_channels: dict[str, str] = Field(
        default_factory=dict,
        description="Campaign Type -> channel; types not listed are looked up in `channels`, and count as Other if they"
        " are not there either.",
    )
    campaign_cost_kind: Literal["media", "software", "salary", "agency", "sales", "automation"] = Field(
        default="media", description="Which kind of cost the Actual Cost of a campaign is."
    )
    teams: dict[str, Team] = Field(
        default={
            "Marketing": "marketing",
            "Sales": "sales",
            "Service": "service",
            "Support": "service",
            "Customer Service": "service",
            "Customer Success": "service",
        },
        description="Department of a User -> marketing, sales or service.",
    )

    @field_validator(
        "qualified_field", "mrr_field", "subscription_starts_field", "subscription_ends_field", "segment_field"
    )
    @classmethod
    def _api_name(cls, value: str | None) -> str | None:
        if value is not None and not _API_NAME.fullmatch(value):
            raise ValueError(f"{value!r} is no API name of a field; it looks like MRR__c")
        return value

    @property
    def all_campaign_channels(self) -> dict[str, str]:
        """
        Campaign Type -> channel, with the words of lead sources behind those of campaigns.
        """
        own = {word.lower() for word in self.campaign_channels}
        return self.campaign_channels | {word: told for word, told in self.channels.items() if word.lower() not in own}

    @field_validator("channels", "campaign_channels")
    @classmethod
    def _known_channels(cls, value: dict[str, str]) -> dict[str, str]:
        for word, channel in value.items():
            if channel not in CHANNELS:
                raise ValueError(f"{channel!r} (for {word!r}) is not a channel; known: {', '.join(CHANNELS)}")
        return value


class SalesforceSettings(ConnectorSettings):
    """
    Sign-in, reading and writing.
    """

    kind: Literal["salesforce"] = Field(default="salesforce", description="Which vendor this is.")
    domain: str | None = Field(
        default=None,
        description="My Domain of the organisation without `.salesforce.com`, e.g. `acme.my`, or"
        " `acme--test.sandbox.my` for a sandbox; Setup > My Domain shows it.",
    )
    client_id: str | None = Field(
        default=None, description="Consumer key of the External Client App (Setup > External Client App Manager)."
    )
    client_secret: Secret | None = Field(
        default=None, description="Consumer secret of that app, for the client credentials flow."
    )
    username: str | None = Field(default=None, description="Integration user, for the JWT flow.")
    private_key: Secret | None = Field(
        default=None, description="Private key (PEM) whose certificate the app knows, for the JWT flow."
    )
    access_token: Secret | None = Field(
        default=None, description="A ready access token instead; it cannot be renewed when it runs out."
    )
    instance_url: str | None = Field(
        default=None,
        description="With `access_token`: the organisation's address, e.g. https://acme.my.salesforce.com.",
    )
    api_version: str = Field(default="59.0", pattern=r"^\d{2}\.0$", description="Version of the Salesforce API.")
    currency: str | None = Field(
        default=None,
        pattern=r"^[A-Z]{3}$",
        description="ISO code of the organisation's currency where it has only one and that is not the reporting one.",
    )
    since: date | None = Field(
        default=None, description="Leave out records that have not changed since this day; all of them if empty."
    )
    formula_days: float = Field(
        default=1,
        gt=0,
        description="Days between two full reads of an object whose mapped field is a formula: a formula changes"
        " without a trace on its record.",
    )
    use_bulk_above: int = Field(
        default=20_000, ge=0, description="From how many records on a query goes through Bulk API 2.0; 0 is never."
    )
    bulk_patience: float = Field(
        default=3600, gt=0, description="Seconds to wait for a Bulk API job; the next run goes on waiting for it."
    )
    daily_share: float = Field(
        default=0.25, gt=0, le=1, description="Most of the daily API request allocation that one run may use, 0 to 1."
    )
    field_prefix: str = Field(default="Noria_", description="Beginning of the API names of the fields Noria creates.")
    permission_set: str = Field(
        default="Noria", pattern=r"^[A-Za-z][A-Za-z0-9_]*$", description="Permission set that lets people see them."
    )
    kpi_object: str = Field(
        default="KPI__c", pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}__c$", description="Custom object for organisation KPIs."
    )
    mapping: Mapping = Field(default_factory=Mapping, description="The organisation's own fields and words.")

    @field_validator("domain")
    @classmethod
    def _my_domain(cls, value: str | None) -> str | None:
        if value is None:
            return None
        host = urlsplit(value).netloc if "://" in value else value
        host = host.strip("/").removesuffix(".salesforce.com")
        if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", host) or host.endswith(".lightning.force.com"):
            raise ValueError(f"{value!r} is no My Domain; it looks like acme.my")
        return host

    @field_validator("field_prefix")
    @classmethod
    def _prefix(cls, value: str) -> str:
        if not _PREFIX.fullmatch(value):
            raise ValueError(f"{value!r} must be up to 20 letters and digits that end in one underscore, like Noria_")
        return value

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.access_token is not None:
            if self.instance_url is None and self.domain is None:
                raise ValueError("access_token needs instance_url (or domain) beside it")
            return self
        if self.client_id is None or self.domain is None:
            raise ValueError(
                "give domain, client_id and client_secret; or domain, client_id, username and private_key;"
                " or access_token and instance_url"
            )
        if self.client_secret is None and (self.username is None or self.private_key is None):
            raise ValueError("beside client_id give client_secret, or username and private_key")
        return self

    @property
    def site(self) -> str:
        """
        Where people open the organisation's records.
        """
        if self.instance_url:
            return self.instance_url.rstrip("/")
        return f"https://{self.domain}.salesforce.com"
