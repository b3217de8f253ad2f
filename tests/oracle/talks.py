"""
What was said between the company and its customers: tickets, calls, e-mails, meetings, and answers to campaigns.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from tests.oracle.identity import Record, alive_hubspot, long_id
from tests.oracle.vendors import TALKS, Rows
from tests.oracle.words import Words

if TYPE_CHECKING:
    from tests.oracle.records import Reader

NEVER_TOOK_PLACE = {
    "calls": ("hs_call_status", {"CANCELED", "FAILED", "QUEUED", "CONNECTING", "RINGING"}),
    "emails": ("hs_email_status", {"BOUNCED", "FAILED", "SCHEDULED", "SENDING"}),
    "meetings": ("hs_meeting_outcome", {"CANCELED", "NO_SHOW", "RESCHEDULED"}),
}


def tickets_on(words: Words, salesforce: dict[str, Rows], hubspot: dict[str, Any]) -> pd.Series[Any]:
    """
    The day of each ticket: a case and its copy once, what follows up an earlier ticket not at all.
    """
    cases = {row["Id"]: row for row in salesforce["Case"] if not row["IsDeleted"] and not row["MasterRecordId"]}
    found = [words.local(row["CreatedDate"]) for row in cases.values() if not row["ParentId"]]
    for row in alive_hubspot(hubspot["tickets"]):
        if long_id(row["salesforcecaseid"]) not in cases:
            found.append(words.local(row["createdate"]))
    return pd.Series(found)


class Talks:
    """
    Finds whom each talk was with.
    """

    def __init__(self, reader: Reader, persons: pd.DataFrame) -> None:
        self.reader = reader
        self.contacts = {row["Id"]: row for row in reader.contacts}
        self.leads = {row["Id"]: row for row in reader.leads}
        self.companies = {row["id"]: row["associatedcompanyid"] for row in reader.marketed}
        self.persons = persons["account"].to_dict()

    def interactions(self) -> pd.DataFrame:
        """
        Day and account of whatever was with an account that is known.
        """
        rows = [(on, account) for on, account in self._all() if account is not None]
        return pd.DataFrame(rows, columns=["on", "account"])

    def _all(self) -> Iterator[tuple[date | None, Record | None]]:
        words, salesforce = self.reader.words, self.reader.salesforce
        for row in salesforce["Task"]:
            if row["IsClosed"] and not row["IsDeleted"] and row["TaskSubtype"] != "ListEmail":
                on = words.local(row["CompletedDateTime"]) or date.fromisoformat(row["ActivityDate"])
                yield on, self._of_seller(row, row["WhoId"])
        for row in salesforce["Event"]:
            if not row["IsDeleted"] and not row["IsChild"]:
                yield words.local(row["StartDateTime"]), self._of_seller(row, row["WhoId"])
        for row in salesforce["CampaignMember"]:
            if row["HasResponded"] and not row["IsDeleted"]:
                answered = row["FirstRespondedDate"]
                on = date.fromisoformat(answered) if answered else words.local(row["CreatedDate"])
                yield on, self._of_seller({}, row["ContactId"] or row["LeadId"])
        yield from self._of_marketing()

    def _of_marketing(self) -> Iterator[tuple[date | None, Record | None]]:
        words, hubspot = self.reader.words, self.reader.hubspot
        for kind in TALKS:
            parties, (field, words_for_none) = hubspot["parties"][kind], NEVER_TOOK_PLACE[kind]
            for row in hubspot[f"{kind} of the CRM"]:
                if not row["archived"] and (row[field] or "").upper() not in words_for_none:
                    company = parties["companies"].get(row["id"], [None])[0]
                    contact = parties["contacts"].get(row["id"], [None])[0]
                    at = row.get("hs_meeting_start_time") or row["hs_timestamp"]
                    yield words.local(at), self._of_marketer(company, contact)
        for row in self.reader.marketed:
            form = row["first_conversion_date"]
            if form and row["hs_analytics_source"]:
                first = pd.Timestamp(row["hs_analytics_first_timestamp"] or row["createdate"])
                if pd.Timestamp(form) >= first:
                    yield words.local(form), self._of_marketer(None, row["id"])

    def _of_seller(self, row: dict[str, Any], who: str | None) -> Record | None:
        about = row.get("WhatId") or ""
        contact, lead = self.contacts.get(who or "", {}), self.leads.get(who or "", {})
        ids = (
            row.get("AccountId"),
            about if about.startswith("001") else None,
            contact.get("AccountId"),
            lead.get("ConvertedAccountId"),
        )
        own = next((one for one in ids if one), None)
        kind = "Contact" if contact else "Lead"
        return self.reader.account("salesforce", own) or self._of_person(("salesforce", kind, who or ""))

    def _of_marketer(self, company: str | None, contact: str | None) -> Record | None:
        own = company or self.companies.get(contact or "")
        return self.reader.account("hubspot", own) or self._of_person(("hubspot", "contact", contact or ""))

    def _of_person(self, record: Record) -> Record | None:
        """
        The account of the same person elsewhere.
        """
        account = self.persons.get(self.reader.person_keys.of(record))
        return account if isinstance(account, tuple) else None
