"""
What the sales organisation keeps in Salesforce.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sandbox.company.model import World
from sandbox.company.salesforce import days, deals, people
from sandbox.company.salesforce.org import Org
from sandbox.vendor import Record, Records


def records(world: World) -> Records:
    """
    All objects: API name -> records.
    """
    org = Org(world)
    _organisation(org)
    people.write(org)
    deals.write(org)
    days.write(org)
    _mistakes(org)
    return org.records


def _organisation(org: Org) -> None:
    begin = datetime(org.world.calendar.start.year - 3, 1, 7, 9, tzinfo=UTC)
    org.add(
        "Organization",
        begin,
        Name="Noria Sandbox S.L.",
        TimeZoneSidKey="Europe/Madrid",
        FiscalYearStartMonth=1,
        UsesStartDateAsFiscalYearName=True,
        DefaultLocaleSidKey="es_ES",
        LanguageLocaleKey="en_US",
        OrganizationType="Developer Edition",
        IsSandbox=False,
        InstanceName="EU47",
        Country="ES",
    )
    for owner in org.world.owners:
        _user(org, begin, owner.first, owner.last, owner.email, owner.team, owner.is_active)
    _user(org, begin, "Noria", "Integration", "integration@noria.example.com", None, True)
    for position, (name, is_converted) in enumerate(people.LEAD_STATUSES, 1):
        org.add(
            "LeadStatus", begin, MasterLabel=name, ApiName=name, SortOrder=position,
            IsDefault=position == 1, IsConverted=is_converted, number=position + 100,
        )  # fmt: skip


def _user(org: Org, begin: datetime, first: str, last: str, email: str, team: str | None, is_active: bool) -> None:
    org.add(
        "User",
        begin,
        Username=email.replace("@", ".crm@"),
        Name=f"{first} {last}",
        FirstName=first,
        LastName=last,
        Email=email,
        Department=team,
        IsActive=is_active,
        TimeZoneSidKey="Europe/Madrid",
        UserType="Standard",
        ProfileId="00e5g0000012345AAA",
        ForecastEnabled=team == "Sales",
    )


def _mistakes(org: Org) -> None:
    """
    Duplicates that were merged, and test records that were deleted.
    """
    some = max(1, org.world.size // 150)
    test: Record = {"LastName": "Test", "Email": "test@test.example.com"}
    changes: dict[str, Record] = {
        "Lead": test,
        "Contact": test,
        "Account": {"Name": "TEST do not use", "Website": None},
    }
    for sobject, step in (("Lead", 41), ("Contact", 19), ("Account", 23)):
        unconverted = [row for row in org.records[sobject] if not row.get("IsConverted")]
        for nth, row in enumerate(unconverted[step % 7 :: step][:some]):
            # Now and then it is the older record that loses.
            org.twin(sobject, row, timedelta(days=-4 if nth % 3 == 2 else 9))
        for row in unconverted[:1]:
            org.drop(sobject, row, **changes[sobject])
    deals = org.records["Opportunity"]
    for row in deals[3 :: max(len(deals) // some, 4)][:some]:
        org.drop("Opportunity", row, Name="Test deal", CampaignId=None)
