"""
What stands at the destinations after a run, read back from the vendors themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.oracle.figures import Figure
from tests.oracle.vendors import Google, HubSpot, Salesforce, Settings

ACCOUNT_FIELDS = {
    "mrr": "Noria_MRR__c",
    "won_revenue": "Noria_Won_Revenue__c",
    "average_ticket": "Noria_Average_Ticket__c",
    "open_pipeline_amount": "Noria_Open_Pipeline_Amount__c",
}
SERIAL_ZERO = date(1899, 12, 30)  # a date in a spreadsheet is the days since then

Key = tuple[str, str, date, str, str]
"""
KPI, grain, first day of the period, dimension, member.
"""


@dataclass(frozen=True)
class Written:
    """
    Everything that the run left behind.

    Args:
        salesforce: The organisation's KPIs, of the object that was made for them.
        history: The rows of the spreadsheet.
        accounts: Salesforce account -> its fields, without the prefix.
        companies: HubSpot company -> its properties, without the prefix.
        campaigns: Salesforce campaign -> its ROI and ROMI [%].
    """

    salesforce: dict[Key, Figure]
    history: dict[Key, Figure]
    accounts: dict[str, dict[str, float | None]]
    companies: dict[str, dict[str, float | None]]
    campaigns: dict[str, tuple[float | None, float | None]]


def number(value: Any) -> float | None:
    return None if value in (None, "") else float(value)


def read(settings: Settings) -> Written:
    return Written(
        _kpi_records(Salesforce(settings)),
        _history(Google(settings)),
        _accounts(Salesforce(settings)),
        _companies(HubSpot(settings)),
        _campaigns(Salesforce(settings)),
    )


def _kpi_records(salesforce: Salesforce) -> dict[Key, Figure]:
    found: dict[Key, Figure] = {}
    fields = "Kpi__c, Period__c, Period_Start__c, Dimension__c, Member__c, Value_Exact__c, Reason__c, IsDeleted"
    for row in salesforce.query(f"SELECT {fields} FROM KPI__c"):
        assert not row["IsDeleted"]
        starts = date.fromisoformat(row["Period_Start__c"])
        key = (row["Kpi__c"], row["Period__c"], starts, row["Dimension__c"], row["Member__c"])
        assert key not in found, f"{key} stands twice in Salesforce"
        found[key] = Figure(number(row["Value_Exact__c"]), row["Reason__c"] or None)
    return found


def _history(google: Google) -> dict[Key, Figure]:
    header, *rows = google.values("History")
    found: dict[Key, Figure] = {}
    for cells in rows:
        row = dict(zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=True))
        starts = SERIAL_ZERO + timedelta(days=int(row["Period start"]))
        key = (row["KPI"], row["Grain"], starts, row["Dimension"], row["Member"])
        own = "" if row["Dimension"] == "org" else f"|{row['Dimension']}|{row['Member']}"
        assert row["Key"] == f"{row['KPI']}|{row['Grain']}|{starts}{own}"
        assert key not in found, f"{key} stands twice in the spreadsheet"
        found[key] = Figure(number(row["Value"]), row["No value because"] or None)
    return found


def _accounts(salesforce: Salesforce) -> dict[str, dict[str, float | None]]:
    rows = salesforce.query(f"SELECT Id, {', '.join(ACCOUNT_FIELDS.values())} FROM Account")
    return {row["Id"]: {name: number(row[field]) for name, field in ACCOUNT_FIELDS.items()} for row in rows}


def _campaigns(salesforce: Salesforce) -> dict[str, tuple[float | None, float | None]]:
    rows = salesforce.query("SELECT Id, Noria_ROI__c, Noria_ROMI__c FROM Campaign")
    return {row["Id"]: (number(row["Noria_ROI__c"]), number(row["Noria_ROMI__c"])) for row in rows}


def _companies(hubspot: HubSpot) -> dict[str, dict[str, float | None]]:
    names = ",".join(f"noria_{name}" for name in ACCOUNT_FIELDS)
    rows = hubspot.pages("/crm/v3/objects/companies", limit=100, properties=names)
    return {row["id"]: {name: number(row["properties"][f"noria_{name}"]) for name in ACCOUNT_FIELDS} for row in rows}
