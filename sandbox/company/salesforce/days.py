"""
Tasks, events and cases.
"""

from __future__ import annotations

from datetime import timedelta

from sandbox.company.ids import salesforce_id, salesforce_time
from sandbox.company.model import Activity, Ticket
from sandbox.company.salesforce.org import Org, account_id, contact_id, lead_id, user_id
from sandbox.vendor import Record

_SUBJECTS = {"call": "Call", "email": "Email: next steps", "meeting": "Meeting"}


def write(org: Org) -> None:
    for activity in org.world.activities:
        if activity.in_salesforce:
            _activity(org, activity)
    for ticket in org.world.tickets:
        if ticket.in_salesforce:
            _case(org, ticket)


def _activity(org: Org, activity: Activity) -> None:
    account, deal, person = activity.account, activity.deal, activity.person
    at_account = account_id(account) if account and account.in_salesforce else None
    who = None
    if person:
        # A talk before the conversion was with the lead, and moves to the contact with it.
        who = contact_id(person) or lead_id(person)
    fields: Record = {
        "WhoId": who,
        "WhatId": salesforce_id("Opportunity", deal.number) if deal and at_account else at_account,
        "AccountId": at_account,
        "OwnerId": user_id(activity.owner),
        "Subject": _SUBJECTS[activity.kind],
        "ActivityDate": activity.at.date().isoformat(),
        "IsArchived": False,
        "IsRecurrence": False,
    }
    if activity.kind == "meeting":
        minutes = 30 + 15 * (activity.number % 3)
        org.add(
            "Event",
            activity.at,
            number=activity.number,
            **fields,
            StartDateTime=salesforce_time(activity.at),
            EndDateTime=salesforce_time(activity.at + timedelta(minutes=minutes)),
            ActivityDateTime=salesforce_time(activity.at),
            DurationInMinutes=minutes,
            IsAllDayEvent=False,
            IsChild=False,
            IsGroupEvent=False,
            EventSubtype="Event",
        )
        return
    is_call = activity.kind == "call"
    direction = "Inbound" if activity.is_incoming else "Outbound"
    org.add(
        "Task",
        activity.at,
        number=activity.number,
        **fields,
        Status="Completed",
        Priority="Normal",
        IsClosed=True,
        IsHighPriority=False,
        TaskSubtype="Call" if is_call else "Email",
        CallType=direction if is_call else None,
        CallDurationInSeconds=60 + 41 * (activity.number % 29) if is_call else None,
        CompletedDateTime=salesforce_time(activity.at),
    )


def _case(org: Org, ticket: Ticket) -> None:
    org.add(
        "Case",
        ticket.created_at,
        ticket.closed_at,
        number=ticket.number,
        CaseNumber=f"{1000 + ticket.number:08d}",
        AccountId=account_id(ticket.account),
        ContactId=contact_id(ticket.person) if ticket.person else None,
        Type=ticket.kind,
        Subject=ticket.subject,
        Origin="Email",
        Priority="Medium",
        Status="Closed" if ticket.closed_at else "New",
        IsClosed=ticket.closed_at is not None,
        IsEscalated=False,
        ClosedDate=salesforce_time(ticket.closed_at) if ticket.closed_at else None,
        ParentId=salesforce_id("Case", ticket.parent.number) if ticket.parent else None,
        MasterRecordId=None,
        OwnerId=user_id(ticket.owner),
    )
