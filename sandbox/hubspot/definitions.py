"""
The property definitions that a portal has from the start.

What is known by name has its real type; of the rest of the properties seen in the records each is a text.
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.hubspot.object_types import ObjectType

Definition = dict[str, Any]

STAGES = (
    ("subscriber", "Subscriber"),
    ("lead", "Lead"),
    ("marketingqualifiedlead", "Marketing Qualified Lead"),
    ("salesqualifiedlead", "Sales Qualified Lead"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
    ("evangelist", "Evangelist"),
    ("other", "Other"),
)

_SOURCES = (
    "ORGANIC_SEARCH PAID_SEARCH EMAIL_MARKETING SOCIAL_MEDIA REFERRALS OTHER_CAMPAIGNS DIRECT_TRAFFIC OFFLINE"
    " PAID_SOCIAL AI_REFERRALS"
)
_OPTIONS = {
    "lifecyclestage": STAGES,
    "hs_lead_status": tuple(
        (word, word.replace("_", " ").capitalize())
        for word in "NEW OPEN IN_PROGRESS OPEN_DEAL UNQUALIFIED ATTEMPTED_TO_CONTACT CONNECTED BAD_TIMING".split()
    ),
    "dealtype": (("newbusiness", "New Business"), ("existingbusiness", "Existing Business")),
    "recurringbillingfrequency": tuple(
        (word, word.replace("_", " ").capitalize())
        for word in "weekly biweekly monthly quarterly per_six_months annually per_two_years per_three_years".split()
    ),
    **{
        name: tuple((word, word.replace("_", " ").capitalize()) for word in _SOURCES.split())
        for name in ("hs_analytics_source", "hs_latest_source", "hs_analytics_latest_source")
    },
}
# Options that come from elsewhere: pipelines and owners.
EXTERNAL = ("dealstage", "pipeline", "hs_pipeline", "hs_pipeline_stage", "hubspot_owner_id", "hubspot_team_id")

_NAMED: dict[str, dict[str, str]] = {
    "contacts": {
        "string": "email firstname lastname company jobtitle phone mobilephone website address city state zip country"
        " hs_analytics_source_data_1 hs_analytics_source_data_2 hs_latest_source_data_1 hs_latest_source_data_2"
        " hs_analytics_first_touch_converting_campaign hs_analytics_last_touch_converting_campaign"
        " hs_analytics_first_url first_conversion_event_name recent_conversion_event_name hs_calculated_merged_vids",
        "enumeration": "lifecyclestage hs_lead_status hs_analytics_source hs_latest_source hubspot_owner_id hs_pipeline"
        " hs_all_contact_vids hs_merged_object_ids hs_marketable_status",
        "datetime": "createdate lastmodifieddate hs_lastmodifieddate closedate hs_latest_source_timestamp"
        " hs_analytics_first_timestamp first_conversion_date recent_conversion_date first_deal_created_date"
        " recent_deal_close_date hs_first_outreach_date notes_last_contacted hs_email_first_open_date"
        " hs_email_last_open_date hs_v2_date_entered_current_stage",
        "number": "hs_object_id associatedcompanyid num_associated_deals recent_deal_amount days_to_close hubspotscore"
        " hs_analytics_num_visits hs_analytics_num_page_views hs_analytics_revenue num_conversion_events"
        " hs_time_to_first_engagement hs_email_open hs_email_click hs_email_delivered hs_email_bounce hs_email_replied",
        "bool": "hs_email_optout",
    },
    "companies": {
        "string": "name domain website phone address city state zip country description hs_analytics_source_data_1"
        " hs_analytics_source_data_2",
        "enumeration": "industry lifecyclestage hs_lead_status hs_analytics_source hubspot_owner_id"
        " hs_merged_object_ids type",
        "datetime": "createdate hs_lastmodifieddate closedate first_deal_created_date recent_deal_close_date"
        " notes_last_contacted",
        "number": "hs_object_id numberofemployees annualrevenue hs_total_deal_value total_revenue recent_deal_amount"
        " num_associated_contacts num_associated_deals hs_num_open_deals hs_parent_company_id days_to_close",
        "bool": "hs_current_customer",
    },
    "deals": {
        "string": "dealname description closed_lost_reason closed_won_reason hs_campaign hs_next_step"
        " hs_analytics_source_data_1 hs_analytics_source_data_2",
        "enumeration": "dealstage pipeline dealtype deal_currency_code hubspot_owner_id hs_analytics_source"
        " hs_analytics_latest_source hs_manual_forecast_category hs_merged_object_ids hubspot_team_id",
        "datetime": "createdate closedate hs_lastmodifieddate hs_closed_won_date hs_v2_date_entered_current_stage"
        " hs_v2_time_in_current_stage",
        "number": "hs_object_id amount amount_in_home_currency hs_exchange_rate hs_mrr hs_arr hs_acv hs_tcv"
        " hs_deal_stage_probability hs_projected_amount hs_projected_amount_in_home_currency hs_closed_amount"
        " hs_closed_amount_in_home_currency hs_is_closed_count hs_is_open_count hs_closed_won_count days_to_close"
        " hs_days_to_close_raw hs_forecast_amount hs_forecast_probability hs_manual_campaign_ids"
        " num_associated_contacts hs_primary_associated_company hs_num_of_associated_line_items",
        "bool": "hs_is_closed hs_is_closed_won hs_is_closed_lost hs_is_stalled",
    },
    "tickets": {
        "string": "subject content",
        "enumeration": "hs_pipeline hs_pipeline_stage hs_ticket_priority hs_ticket_category hubspot_owner_id"
        " hs_merged_object_ids",
        "datetime": "createdate closed_date hs_lastmodifieddate first_agent_reply_date",
        "number": "hs_object_id time_to_close time_to_first_agent_reply",
    },
    "line_items": {
        "string": "name description hs_sku hs_recurring_billing_period",
        "enumeration": "recurringbillingfrequency hs_line_item_currency_code",
        "datetime": "createdate hs_lastmodifieddate",
        "date": "hs_recurring_billing_start_date hs_recurring_billing_end_date",
        "number": "hs_object_id price quantity amount discount hs_discount_percentage tax hs_cost_of_goods_sold hs_mrr"
        " hs_arr hs_acv hs_tcv hs_margin hs_term_in_months hs_product_id",
    },
    "calls": {
        "string": "hs_call_title hs_call_body hs_call_disposition",
        "enumeration": "hs_call_direction hs_call_status hubspot_owner_id",
        "number": "hs_call_duration",
    },
    "emails": {
        "string": "hs_email_subject hs_email_text",
        "enumeration": "hs_email_direction hs_email_status hubspot_owner_id",
    },
    "meetings": {
        "string": "hs_meeting_title hs_meeting_body",
        "enumeration": "hs_meeting_outcome hubspot_owner_id",
        "datetime": "hs_meeting_start_time hs_meeting_end_time",
    },
    "notes": {"string": "hs_note_body", "enumeration": "hubspot_owner_id"},
    "tasks": {
        "string": "hs_task_subject hs_task_body",
        "enumeration": "hs_task_status hs_task_priority hs_task_type hubspot_owner_id",
    },
}
_EVERYWHERE = {"number": "hs_object_id", "datetime": "hs_createdate hs_lastmodifieddate hs_timestamp"}
_RULES = (
    (re.compile(r"hs_v2_date_(entered|exited)_|hs_date_(entered|exited)_"), "datetime"),
    (re.compile(r".*(_timestamp|createdate|modifieddate|lastsynctime)$"), "datetime"),
    (re.compile(r"hs_v2_(latest|cumulative)_time_in_|hs_time_in_|num_|hs_num_|hs_analytics_num_"), "number"),
    (re.compile(r"hs_is_"), "bool"),
)
_FIELD_TYPES = {
    "string": "text",
    "enumeration": "select",
    "datetime": "date",
    "date": "date",
    "number": "number",
    "bool": "booleancheckbox",
}
# On the record types that have a life of their own at HubSpot, an `hs_` property is computed unless it is one of these.
_COMPUTED_TYPES = ("contacts", "companies", "deals", "tickets", "line_items", "products")
_WRITABLE = set(
    "hs_lead_status hs_manual_campaign_ids hs_campaign hs_parent_company_id hs_next_step hs_pipeline"
    " hs_pipeline_stage hs_ticket_priority hs_ticket_category hs_forecast_amount hs_forecast_probability"
    " hs_manual_forecast_category hs_priority hs_mrr hs_arr hs_acv hs_tcv hs_exchange_rate"
    " hs_recurring_billing_period hs_recurring_billing_start_date hs_recurring_billing_end_date hs_product_id hs_sku"
    " hs_cost_of_goods_sold hs_discount_percentage hs_term_in_months hs_line_item_currency_code hs_timestamp"
    " hs_content_membership_notes hs_language hs_ticket_id".split()
)
_READ_ONLY = set(
    "hs_object_id hs_createdate hs_lastmodifieddate lastmodifieddate associatedcompanyid num_associated_deals"
    " num_associated_contacts num_conversion_events total_revenue recent_deal_amount recent_deal_close_date"
    " hubspotscore first_deal_created_date days_to_close amount_in_home_currency first_conversion_date"
    " first_conversion_event_name recent_conversion_date recent_conversion_event_name notes_last_contacted"
    " time_to_close time_to_first_agent_reply first_agent_reply_date salesforcecontactid salesforceleadid"
    " salesforceaccountid salesforcecaseid salesforcelastsynctime hs_salesforceopportunityid".split()
)
_LINE_ITEM_RESULTS = {"amount", "hs_mrr", "hs_arr", "hs_acv", "hs_tcv"}


def is_read_only(kind: ObjectType, name: str) -> bool:
    if name in _READ_ONLY or name.startswith(("hs_v2_", "hs_analytics_")):
        return True
    if kind.plural == "line_items" and name in _LINE_ITEM_RESULTS:
        return True
    if name == "createdate":
        return kind.plural in ("contacts", "companies")
    return kind.plural in _COMPUTED_TYPES and name.startswith("hs_") and name not in _WRITABLE


def _type_of(kind: ObjectType, name: str, named: dict[str, str]) -> str:
    return named.get(name) or next((type_ for rule, type_ in _RULES if rule.match(name)), "string")


def _field_type(kind: ObjectType, name: str, type_: str) -> tuple[str, bool]:
    if is_read_only(kind, name):
        if name.startswith(("num_associated", "hs_num_", "total_revenue")):
            return "calculation_rollup", False
        if name.startswith(("hs_v2_", "hs_is_", "days_to_close", "amount_in_", "hs_projected", "hs_closed")):
            return "calculation_equation", True
    if type_ == "string" and "phone" in name:
        return "phonenumber", False
    return _FIELD_TYPES[type_], False


def options_of(values: list[tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        {"label": label, "value": value, "displayOrder": position, "hidden": False, "description": ""}
        for position, (value, label) in enumerate(values)
    ]


def definition(kind: ObjectType, name: str, type_: str, seen: set[str]) -> Definition:
    """
    The definition of a property that HubSpot brings along.

    Args:
        kind: The object type.
        name: The property.
        type_: Its value type.
        seen: The values that stand in the records, so that no option misses one.
    """
    field_type, calculated = _field_type(kind, name, type_)
    read_only = is_read_only(kind, name)
    options: list[dict[str, Any]] = []
    if type_ == "bool":
        options = options_of([("true", "True"), ("false", "False")])
    elif type_ == "enumeration" and name not in EXTERNAL and name != "hs_merged_object_ids":
        listed = list(_OPTIONS.get(name, ()))
        known = {value for value, _ in listed}
        options = options_of(listed + [(value, value) for value in sorted(seen - known)])
    group = "analyticsinformation" if "analytics" in name else f"{kind.singular.replace('_', '')}information"
    return {
        "updatedAt": "2025-06-12T08:00:00.000Z",
        "createdAt": "2020-06-30T15:57:37.247Z",
        "name": name,
        "label": name.removeprefix("hs_").replace("_", " ").capitalize(),
        "type": type_,
        "fieldType": field_type,
        "description": "",
        "groupName": group,
        "options": options,
        **({"referencedObjectType": "OWNER"} if name == "hubspot_owner_id" else {}),
        "displayOrder": -1,
        "calculated": calculated,
        "externalOptions": name in EXTERNAL,
        "archived": False,
        "hasUniqueValue": kind.plural == "contacts" and name == "email",
        "hidden": False,
        "hubspotDefined": True,
        "modificationMetadata": {
            "archivable": False,
            "readOnlyDefinition": True,
            "readOnlyOptions": name != "lifecyclestage",
            "readOnlyValue": read_only,
        },
        "formField": not read_only and type_ == "string",
        "dataSensitivity": "non_sensitive",
    }


def standard_definitions(kind: ObjectType, seen: dict[str, set[str]], stages: list[str]) -> dict[str, Definition]:
    """
    All definitions of a type at the start.

    Args:
        kind: The object type.
        seen: Property -> the values that stand in the records (of enumerations; else empty).
        stages: The stages for which HubSpot keeps the moments of entry and exit.
    """
    named = types_by_name(kind)
    moments = [f"hs_v2_date_{way}_{stage}" for stage in stages for way in ("entered", "exited")]
    names = [*named, *kind.always, *moments, *seen]
    return {
        name: definition(kind, name, _type_of(kind, name, named), seen.get(name, set()))
        for name in dict.fromkeys(names)
    }


def types_by_name(kind: ObjectType) -> dict[str, str]:
    own = _NAMED.get(kind.plural, {})
    always = _EVERYWHERE if kind.created == "hs_createdate" else {"number": "hs_object_id"}
    return {name: type_ for table in (own, always) for type_, names in table.items() for name in names.split()}
