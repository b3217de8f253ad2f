"""
What is read from Salesforce: its objects and, of their fields, those that the normalized tables need.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from connectors.contract import Field, RawType, Stream
from connectors.salesforce.settings import SalesforceSettings

# Rows carry the stamp of the moment their transaction began and show up when it commits, up to ten minutes later.
LAG = timedelta(minutes=10)

# Absent without multicurrency or advanced currency management: an empty list then, no missing permission.
OPTIONAL_OBJECTS = frozenset({"CurrencyType", "DatedConversionRate"})

# What a query adds to its window.
FILTERS = {"LeadHistory": "Field = 'Status'"}

_TYPES: dict[str, RawType] = {
    "Amount": "number",
    "ActualCost": "number",
    "BudgetedCost": "number",
    "Probability": "number",
    "DefaultProbability": "number",
    "ConversionRate": "number",
    "Quantity": "number",
    "UnitPrice": "number",
    "TotalPrice": "number",
    "NumberOfEmployees": "integer",
    "SortOrder": "integer",
    "HasResponded": "boolean",
    "Email": "email",
    "SystemModstamp": "instant",
    "StartDateTime": "instant",
    "CompletedDateTime": "instant",
}
_DATES = {"StartDate", "EndDate", "CloseDate", "ConvertedDate", "FirstRespondedDate", "ActivityDate", "ServiceDate"}


def _type(name: str) -> RawType:
    if name in _TYPES:
        return _TYPES[name]
    if name in _DATES or name == "NextStartDate":
        return "date"
    if name.startswith("Is") and name[2:3].isupper():
        return "boolean"
    return "instant" if name.endswith("Date") else "text"


def _fields(names: str, own: Sequence[Field] = ()) -> tuple[Field, ...]:
    # A trailing ? marks a field that many organisations do not have.
    given = [
        Field(name.rstrip("?"), _type(name.rstrip("?")), required=not name.endswith("?")) for name in names.split()
    ]
    known = {field.name for field in given}
    unique = {field.name: field for field in own if field.name not in known}
    return (*given, *unique.values())


def _stream(name: str, names: str, feeds: str, own: Sequence[Field] = (), cursor: str = "SystemModstamp") -> Stream:
    fields = _fields(f"Id {names} {cursor}", own)
    return Stream(name, key=("Id",), fields=fields, cursor=cursor, lag=LAG, feeds=tuple(feeds.split()))


def _list(name: str, names: str, feeds: str) -> Stream:
    return Stream(name, key=("Id",), fields=_fields(f"Id {names}"), feeds=tuple(feeds.split()), snapshot=True)


def essential(settings: SalesforceSettings) -> dict[tuple[str, str], str]:
    """
    Fields that the mapping names and without which a KPI would be wrong, not just less: (object, field) -> its setting.
    """
    mapping = settings.mapping
    named = {
        "qualified_field": ("Lead", mapping.qualified_field),
        "mrr_field": ("Opportunity", mapping.mrr_field),
        "subscription_starts_field": ("Opportunity", mapping.subscription_starts_field),
        "subscription_ends_field": ("Opportunity", mapping.subscription_ends_field),
    }
    return {(object, field): setting for setting, (object, field) in named.items() if field}


def streams(settings: SalesforceSettings) -> tuple[Stream, ...]:
    """
    The streams that the settings ask for.
    """
    mapping = settings.mapping
    lead = [Field(mapping.qualified_field)] if mapping.qualified_field else []
    own: tuple[tuple[str | None, RawType], ...] = (
        (mapping.mrr_field, "number"),
        (mapping.subscription_starts_field, "date"),
        (mapping.subscription_ends_field, "date"),
    )
    deal = [Field(name, type) for name, type in own if name]
    segment = [Field(mapping.segment_field, _type(mapping.segment_field))]
    return (
        _list("Organization", "Name TimeZoneSidKey? DefaultCurrencyIsoCode?", ""),
        _stream("User", "Name Email IsActive Department", "owners activities"),
        _stream(
            "Account",
            "Name Website Industry NumberOfEmployees BillingCountry OwnerId ParentId MasterRecordId CreatedDate"
            " IsDeleted",
            "accounts",
            segment,
        ),
        _stream(
            "Contact",
            "AccountId Email LeadSource OwnerId MailingCountry? MasterRecordId CreatedDate IsDeleted",
            "leads",
        ),
        _list("LeadStatus", "MasterLabel ApiName IsConverted SortOrder", "leads"),
        _stream(
            "Lead",
            "Status Email LeadSource Industry Country OwnerId IsConverted ConvertedDate ConvertedAccountId"
            " ConvertedContactId ConvertedOpportunityId MasterRecordId CreatedDate IsDeleted",
            "leads opportunities",
            lead,
        ),
        _stream("LeadHistory", "LeadId Field OldValue NewValue IsDeleted", "leads", cursor="CreatedDate"),
        _list("OpportunityStage", "MasterLabel ApiName SortOrder IsClosed IsWon DefaultProbability", "stages"),
        _stream(
            "Opportunity",
            "Name AccountId StageName Amount CurrencyIsoCode? Probability CloseDate Type LeadSource CampaignId IsClosed"
            " IsWon OwnerId CreatedDate IsDeleted",
            "opportunities subscriptions" if mapping.mrr_field else "opportunities",
            deal,
        ),
        _stream(
            "OpportunityHistory",
            "OpportunityId StageName Amount CloseDate Probability IsDeleted",
            "stage_changes opportunities",
            cursor="CreatedDate",
        ),
        _stream("Product2", "Name Family? IsDeleted", "opportunity_lines opportunities"),
        _stream(
            "OpportunityLineItem",
            "OpportunityId Product2Id TotalPrice CurrencyIsoCode? ServiceDate? CreatedDate IsDeleted",
            "opportunity_lines opportunities",
        ),
        _stream(
            "Campaign",
            "Name Type Status ParentId StartDate EndDate ActualCost BudgetedCost CurrencyIsoCode? CreatedDate"
            " IsDeleted",
            "campaigns costs touches",
        ),
        _stream(
            "CampaignMember",
            "CampaignId LeadId ContactId HasResponded FirstRespondedDate CreatedDate IsDeleted",
            "touches",
        ),
        _stream(
            "Task",
            "WhoId WhatId AccountId? OwnerId TaskSubtype? CallType? Status IsClosed ActivityDate CreatedDate"
            " CompletedDateTime? IsDeleted",
            "activities",
        ),
        _stream(
            "Event",
            "WhoId WhatId AccountId? OwnerId StartDateTime ActivityDate IsChild? CreatedDate IsDeleted",
            "activities",
        ),
        _stream("Case", "AccountId ContactId Type ParentId ClosedDate MasterRecordId CreatedDate IsDeleted", "tickets"),
        _list("CurrencyType", "IsoCode ConversionRate IsCorporate", "exchange_rates"),
        _list("DatedConversionRate", "IsoCode ConversionRate StartDate NextStartDate", "exchange_rates"),
    )
