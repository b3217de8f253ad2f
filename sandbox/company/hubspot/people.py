"""
Contacts and companies.
"""

from __future__ import annotations

from datetime import datetime

from sandbox.company import ids
from sandbox.company.hubspot.portal import Portal, company_id, only, owner_id
from sandbox.company.ids import hubspot_id, hubspot_time, salesforce_id
from sandbox.company.model import Account, Person, Touch
from sandbox.company.salesforce.org import contact_id as salesforce_contact_id
from sandbox.company.salesforce.org import lead_id as salesforce_lead_id

SOURCES = {
    "Organic Search": "ORGANIC_SEARCH",
    "Paid Search": "PAID_SEARCH",
    "Paid Social": "PAID_SOCIAL",
    "Organic Social": "SOCIAL_MEDIA",
    "Email": "EMAIL_MARKETING",
    "Referral": "REFERRALS",
    "Direct": "DIRECT_TRAFFIC",
    "Display": "OTHER_CAMPAIGNS",
}
OFFLINE = "OFFLINE"
_INDUSTRIES = {
    "Technology": "COMPUTER_SOFTWARE",
    "Manufacturing": "MACHINERY",
    "Retail": "RETAIL",
    "Healthcare": "HOSPITAL_HEALTH_CARE",
    "Finance": "FINANCIAL_SERVICES",
    "Education": "EDUCATION_MANAGEMENT",
    "Logistics": "LOGISTICS_AND_SUPPLY_CHAIN",
    "Hospitality": "HOSPITALITY",
}
_STAGES = ("lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer")
_TITLES = ("CEO", "Head of Sales", "Marketing Manager", "COO", "IT Manager", "Comercial", "Controller")


def write(portal: Portal) -> None:
    for account in portal.world.accounts:
        if account.in_hubspot:
            _company(portal, account)
    for person in portal.world.people:
        if person.in_hubspot:
            _contact(portal, person)


def linked(long: str | None, number: int) -> str | None:
    """
    A Salesforce id as the sync wrote it: 18 characters, of old versions 15.
    """
    return long[:15] if long and number % 7 == 3 else long


def _company(portal: Portal, account: Account) -> None:
    customer_at = account.customer_at
    deals = account.deals
    stage = "customer" if customer_at else "opportunity" if deals else "lead"
    moments = {"lead": account.created_at}
    if deals:
        moments["opportunity"] = min(deal.created_at for deal in deals)
    if customer_at:
        moments["customer"] = customer_at
    won = [deal for deal in deals if deal.is_won]
    salesforce = salesforce_id("Account", account.number) if account.is_linked else None
    last = max((deal.visits[-1][1] for deal in deals), default=account.created_at)
    portal.add(
        "companies",
        account.number,
        account.created_at,
        last,
        {
            "name": account.name,
            "domain": account.domain,
            "website": account.domain,
            "industry": _INDUSTRIES[account.industry],
            "numberofemployees": str(account.employees),
            "country": account.country,
            "lifecyclestage": stage,
            "closedate": hubspot_time(customer_at) if customer_at else None,
            "hubspot_owner_id": owner_id(account.owner),
            "hs_parent_company_id": company_id(account.parent),
            "num_associated_deals": str(len(deals)) if deals else None,
            "hs_num_open_deals": str(sum(not deal.is_closed for deal in deals)),
            "total_revenue": str(sum(deal.amount or 0 for deal in won)) if won else None,
            "hs_analytics_source": _source(account.people[0]) if account.people else OFFLINE,
            "salesforceaccountid": linked(salesforce, account.number),
            "salesforcelastsynctime": hubspot_time(last) if salesforce else None,
            "hs_merged_object_ids": _merged(portal, "companies", account.number),
            **{f"hs_v2_date_entered_{name}": hubspot_time(at) for name, at in moments.items()},
        },
        history={"lifecyclestage": _history(moments)},
    )


def _merged(portal: Portal, plural: str, number: int) -> str | None:
    """
    The old id of a duplicate that went into this record.
    """
    return hubspot_id(plural, number + 2_000_000) if number % max(portal.world.size // 2, 90) == 29 else None


def _source(person: Person) -> str:
    return SOURCES.get(person.channel, OFFLINE)


def lifecycle(person: Person) -> dict[str, datetime]:
    """
    When a person entered each stage of the life cycle; stages passed over are absent.
    """
    account = person.account
    moments = {"lead": person.created_at}
    if person.qualified_at:
        moments["marketingqualifiedlead"] = person.qualified_at
    if person.converted_at:
        moments["salesqualifiedlead"] = person.converted_at
    if account:
        joined = person.converted_at or person.created_at
        if account.deals and (person.converted_at or not person.is_lead):
            moments["opportunity"] = max(joined, min(deal.created_at for deal in account.deals))
            if account.customer_at:
                moments["customer"] = max(moments["opportunity"], account.customer_at)
    return moments


def _history(moments: dict[str, datetime]) -> list[tuple[str, datetime]]:
    return [(name, moments[name]) for name in _STAGES if name in moments]


def _contact(portal: Portal, person: Person) -> None:
    moments, end = lifecycle(person), portal.world.calendar.end
    stage = _history(moments)[-1][0]
    touches = [t for t in person.touches if not t.campaign.is_in_salesforce and t.at <= end]
    calls = [activity.at for activity in person.activities]
    last = max([*moments.values(), *calls, *(t.at for t in touches)])
    customer_at = moments.get("customer")
    lead = salesforce_lead_id(person) if person.is_linked else None
    contact = salesforce_contact_id(person) if person.is_linked else None
    company = company_id(person.account)
    opens = person.number * 7 % 11
    portal.add(
        "contacts",
        person.number,
        person.created_at,
        last,
        {
            "email": person.email,
            "firstname": person.first,
            "lastname": person.last,
            "company": person.company,
            "jobtitle": _TITLES[person.number % len(_TITLES)],
            "phone": f"+34 900 {person.number % 1_000_000:06d}",
            "country": person.country,
            "industry": person.industry,
            "lifecyclestage": stage,
            "hs_lead_status": _lead_status(stage),
            "hubspot_owner_id": owner_id(person.owner) if person.qualified_at or person.account else None,
            "associatedcompanyid": company,
            "closedate": hubspot_time(customer_at) if customer_at else None,
            "days_to_close": str(1 + (customer_at - person.created_at).days) if customer_at else None,
            "hs_email_open": str(opens),
            "hs_email_click": str(opens // 4),
            "hs_email_delivered": str(opens + 9),
            "hs_email_optout": "true" if person.number % 61 == 0 else None,
            "hs_marketable_status": "true",
            "hs_object_source": "INTEGRATION" if _source(person) == OFFLINE else "FORM",
            "hs_analytics_num_visits": str(1 + person.number % 6) if _source(person) != OFFLINE else "0",
            "hs_analytics_num_page_views": str(2 + person.number % 19) if _source(person) != OFFLINE else "0",
            "hs_analytics_first_timestamp": hubspot_time(person.created_at),
            "hs_pipeline": "contacts-lifecycle-pipeline",
            "num_associated_deals": str(len(person.account.deals)) if person.account and person.account.deals else None,
            "num_conversion_events": "1" if _source(person) != OFFLINE else "0",
            "notes_last_contacted": hubspot_time(max(calls)) if calls else None,
            "salesforceleadid": linked(lead, person.number),
            "salesforcecontactid": linked(contact, person.number),
            "salesforceaccountid": linked(salesforce_id("Account", person.account.number), person.number)
            if contact and person.account
            else None,
            "salesforcelastsynctime": hubspot_time(last) if lead or contact else None,
            "hs_merged_object_ids": _merged(portal, "contacts", person.number),
            **_origin(person, touches),
            **{f"hs_v2_date_entered_{name}": hubspot_time(at) for name, at in moments.items()},
            "hs_v2_date_entered_current_stage": hubspot_time(moments[stage]),
        },
        {"companies": only(company)},
        {"lifecyclestage": _history(moments)},
    )


def _lead_status(stage: str) -> str | None:
    return {"lead": "NEW", "marketingqualifiedlead": "OPEN", "opportunity": "OPEN_DEAL"}.get(stage)


def _origin(person: Person, touches: list[Touch]) -> dict[str, str | None]:
    """
    Where a person came from first and last, with the campaign where it is HubSpot's own.
    """
    source = _source(person)
    first = next((t for t in touches if t.campaign is person.campaign), None)
    answered = [t for t in touches if t.is_response]
    last = answered[-1] if answered else None
    detail = {
        "PAID_SEARCH": "Auto-tagged PPC",
        "PAID_SOCIAL": "LinkedIn",
        "SOCIAL_MEDIA": "LinkedIn",
        "REFERRALS": "directory.example.com",
        "ORGANIC_SEARCH": "Unknown keywords (SSL)",
        "DIRECT_TRAFFIC": "noria.example.com/demo",
        OFFLINE: {"Events": "IMPORT", "Partner": "CRM_UI", "Outbound": "INTEGRATION"}.get(person.channel),
    }.get(source)
    came = first.campaign.utm if first else None
    return {
        "hs_analytics_source": source,
        "hs_analytics_source_data_1": came or detail,
        "hs_analytics_source_data_2": detail if came else None,
        "hs_analytics_first_touch_converting_campaign": ids.guid("campaign", first.campaign.number) if first else None,
        "hs_analytics_last_touch_converting_campaign": ids.guid("campaign", last.campaign.number) if last else None,
        "hs_latest_source": SOURCES.get(last.campaign.channel, OFFLINE) if last else source,
        "hs_latest_source_data_1": last.campaign.utm if last else came or detail,
        "hs_latest_source_timestamp": hubspot_time(last.at if last else person.created_at),
        "first_conversion_date": hubspot_time(person.created_at) if source != OFFLINE else None,
        "first_conversion_event_name": "Demo: request form" if source != OFFLINE else None,
        "recent_conversion_date": hubspot_time(person.created_at) if source != OFFLINE else None,
    }
