"""
The records of the Salesforce organisation while they are written, and the ids by which they name each other.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.company.ids import PREFIXES, salesforce_id, salesforce_time
from sandbox.company.model import Account, Owner, Person, World
from sandbox.vendor import Record, Records


class Org:
    """
    The records of the organisation while they are written.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.records: Records = {name: [] for name in PREFIXES}
        self._integration = salesforce_id("User", len(world.owners) + 1)

    def add(
        self, sobject: str, created: datetime, modified: datetime | None = None, /, *, number: int = 0, **fields: Any
    ) -> Record:
        """
        A record with the system fields that its object has.
        """
        rows = self.records[sobject]
        moment = salesforce_time(created)
        stamp = salesforce_time(modified) if modified and modified > created else moment
        row: Record = {
            "Id": salesforce_id(sobject, number or len(rows) + 1),
            "IsDeleted": False,
            "CreatedDate": moment,
            "CreatedById": fields.get("OwnerId") or self._integration,
            "LastModifiedDate": stamp,
            "LastModifiedById": fields.get("OwnerId") or self._integration,
            "SystemModstamp": stamp,
            **fields,
        }
        for name in LACKING.get(sobject, ()):
            del row[name]
        rows.append(row)
        return row

    def twin(self, sobject: str, original: Record, later: timedelta) -> None:
        """
        A duplicate that was merged into the original some time later, and so deleted.
        """
        end = self.world.calendar.end
        created = datetime.fromisoformat(original["CreatedDate"])
        merged = salesforce_time(min(created + 3 * abs(later), end).astimezone(UTC))
        row = {
            **original,
            "Id": salesforce_id(sobject, len(self.records[sobject]) + 9_000_000),
            "IsDeleted": True,
            "MasterRecordId": original["Id"],
            "CreatedDate": salesforce_time(min(created + later, end).astimezone(UTC)),
            "LastModifiedDate": merged,
            "SystemModstamp": merged,
        }
        self.records[sobject].append(row)

    def drop(self, sobject: str, original: Record, **fields: Any) -> None:
        """
        A record that somebody entered by mistake and deleted.
        """
        row = {
            **original,
            "Id": salesforce_id(sobject, len(self.records[sobject]) + 8_000_000),
            "IsDeleted": True,
            **fields,
        }
        self.records[sobject].append(row)


# System fields that an object does not have.
_HISTORY = ("LastModifiedDate", "LastModifiedById", "SystemModstamp")
LACKING = {
    "User": ("IsDeleted",),
    "Organization": ("IsDeleted",),
    "LeadStatus": ("IsDeleted",),
    "OpportunityStage": ("IsDeleted",),
    "LeadHistory": _HISTORY,
    "OpportunityHistory": ("LastModifiedDate", "LastModifiedById"),
}


def user_id(owner: Owner) -> str:
    return salesforce_id("User", owner.number)


def account_id(account: Account) -> str:
    return salesforce_id("Account", account.number)


def lead_id(person: Person) -> str | None:
    """
    The Lead that a person came as; None for those that sales added as contacts.
    """
    return salesforce_id("Lead", person.number) if person.is_lead and person.in_salesforce else None


def contact_id(person: Person) -> str | None:
    """
    The Contact that a person is; None while they are a lead only.
    """
    at_account = person.account is not None and person.account.in_salesforce
    known = person.in_salesforce and at_account and (person.converted_at or not person.is_lead)
    return salesforce_id("Contact", person.number) if known else None
