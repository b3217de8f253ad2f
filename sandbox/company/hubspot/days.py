"""
Tickets, calls, e-mails and meetings.
"""

from __future__ import annotations

from datetime import timedelta

from sandbox.company.hubspot.people import linked
from sandbox.company.hubspot.portal import Portal, company_id, contact_id, deal_id, only, owner_id
from sandbox.company.ids import hubspot_time, salesforce_id
from sandbox.company.model import Activity, Ticket

_PLURALS = {"call": "calls", "email": "emails", "meeting": "meetings"}
_CATEGORIES = {"Question": "GENERAL_INQUIRY", "Problem": "PRODUCT_ISSUE", "Feature Request": "FEATURE_REQUEST"}


def write(portal: Portal) -> None:
    for ticket in portal.world.tickets:
        if ticket.in_hubspot:
            _ticket(portal, ticket)
    for activity in portal.world.activities:
        if activity.in_hubspot:
            _engagement(portal, activity)


def _ticket(portal: Portal, ticket: Ticket) -> None:
    closed = ticket.closed_at
    portal.add(
        "tickets",
        ticket.number,
        ticket.created_at,
        closed,
        {
            "subject": ticket.subject,
            "content": None,
            "hs_pipeline": "0",
            "hs_pipeline_stage": "4" if closed else "1",
            "hs_ticket_category": _CATEGORIES[ticket.kind],
            "hs_ticket_priority": "MEDIUM",
            "hubspot_owner_id": owner_id(ticket.owner),
            "closed_date": hubspot_time(closed) if closed else None,
            "time_to_close": str(int((closed - ticket.created_at).total_seconds() * 1000)) if closed else None,
            "salesforcecaseid": linked(salesforce_id("Case", ticket.number), ticket.number)
            if ticket.in_salesforce
            else None,
        },
        {"companies": only(company_id(ticket.account)), "contacts": only(contact_id(ticket.person))},
    )


def _engagement(portal: Portal, activity: Activity) -> None:
    kind, at = activity.kind, activity.at
    properties: dict[str, str | None] = {
        "hs_timestamp": hubspot_time(at),
        "hubspot_owner_id": owner_id(activity.owner),
    }
    if kind == "call":
        properties |= {
            "hs_call_title": "Call",
            "hs_call_direction": "INBOUND" if activity.is_incoming else "OUTBOUND",
            "hs_call_duration": str(60_000 + 41_000 * (activity.number % 29)),
            "hs_call_status": "COMPLETED",
        }
    elif kind == "email":
        properties |= {
            "hs_email_subject": "Next steps",
            "hs_email_direction": "INCOMING_EMAIL" if activity.is_incoming else "EMAIL",
            "hs_email_status": "SENT",
        }
    else:
        properties |= {
            "hs_meeting_title": "Meeting",
            "hs_meeting_start_time": hubspot_time(at),
            "hs_meeting_end_time": hubspot_time(at + timedelta(minutes=45)),
            "hs_meeting_outcome": "NO_SHOW" if activity.number % 19 == 0 else "COMPLETED",
        }
    portal.add(
        _PLURALS[kind],
        activity.number,
        at,
        None,
        properties,
        {
            "contacts": only(contact_id(activity.person)),
            "companies": only(company_id(activity.account)),
            "deals": only(deal_id(activity.deal)),
        },
    )
