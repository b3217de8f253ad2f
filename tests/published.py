"""
The published data sets mapped onto the files that Noria reads, and onto Salesforce's objects for the sandbox.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def opportunities(data: Path, folder: Path) -> Path:
    """
    The sales pipeline of a hardware company as `accounts`, `opportunities`, `owners` and `stages` files.
    """
    folder.mkdir(parents=True)
    deals = pd.read_csv(data / "crm_sales_opportunities" / "sales_pipeline.csv")
    teams = pd.read_csv(data / "crm_sales_opportunities" / "sales_teams.csv").set_index("sales_agent")
    accounts = pd.read_csv(data / "crm_sales_opportunities" / "accounts.csv")
    pd.DataFrame({"id": accounts["account"], "name": accounts["account"], "industry": accounts["sector"]}).to_csv(
        folder / "accounts.csv", index=False
    )
    pd.DataFrame({"id": teams.index, "name": teams.index, "team": "sales", "is_active": "true"}).to_csv(
        folder / "owners.csv", index=False
    )
    closed = deals["deal_stage"].isin(["Won", "Lost"])
    pd.DataFrame(
        {
            "id": deals["opportunity_id"],
            "account_id": deals["account"],
            "kind": "new",
            "pipeline": "sales",
            "stage": deals["deal_stage"],
            "amount": deals["close_value"],
            "currency": "USD",
            # The day is all that is known: midnight in the reporting time zone.
            "created_at": deals["engage_date"].map(lambda day: f"{day}T00:00:00", na_action="ignore"),
            "closed_on": deals["close_date"],
            "is_closed": closed.map({True: "true", False: "false"}),
            "is_won": (deals["deal_stage"] == "Won").map({True: "true", False: "false"}),
            "owner_id": deals["sales_agent"],
            "product_family": deals["product"].replace({"GTXPro": "GTX Pro"}),
            "channel": deals["sales_agent"].map(teams["regional_office"]),
        }
    ).to_csv(folder / "opportunities.csv", index=False)
    return folder


def subscriptions(data: Path, folder: Path) -> Path:
    """
    The subscription periods of the MRR playbook as `accounts` and `subscriptions` files.
    """
    folder.mkdir(parents=True)
    rows = pd.read_csv(data / "mrr_playbook" / "subscription_periods.csv")
    pd.DataFrame({"id": sorted(rows["customer_id"].unique())}).to_csv(folder / "accounts.csv", index=False)
    pd.DataFrame(
        {
            "id": rows["subscription_id"],
            "account_id": rows["customer_id"],
            "product": "plan",
            "mrr": rows["monthly_amount"],
            "currency": "USD",
            "starts_on": rows["start_date"],
            "ends_on": rows["end_date"],
        }
    ).to_csv(folder / "subscriptions.csv", index=False)
    return folder


def purchases(data: Path, folder: Path) -> Path:
    """
    The purchases of a music shop as an `accounts` and a `revenue` file.
    """
    folder.mkdir(parents=True)
    names = ["_", "customer", "day", "units", "dollars"]
    rows = pd.read_csv(data / "cdnow_sample" / "CDNOW_sample.txt", sep=r"\s+", names=names, dtype=str)
    pd.DataFrame({"id": sorted(rows["customer"].unique())}).to_csv(folder / "accounts.csv", index=False)
    pd.DataFrame(
        {
            "id": rows.index,
            "account_id": rows["customer"],
            "kind": "invoice",
            "on": pd.to_datetime(rows["day"]).dt.date,
            "amount": rows["dollars"],
            "currency": "USD",
        }
    ).to_csv(folder / "revenue.csv", index=False)
    return folder


def salesforce(data: Path, folder: Path) -> Path:
    """
    The same pipeline as an export of Salesforce: one CSV per object, with Salesforce's field names.
    """
    folder.mkdir(parents=True)
    deals = pd.read_csv(data / "crm_sales_opportunities" / "sales_pipeline.csv")
    closed = deals["deal_stage"].isin(["Won", "Lost"])
    created = deals["engage_date"].map(lambda day: f"{day}T00:00:00.000+0000", na_action="ignore")
    pd.DataFrame(
        {
            "Id": [f"006{number:012d}" for number in range(len(deals))],
            "Name": deals["opportunity_id"],
            "StageName": deals["deal_stage"]
            .map({"Won": "Closed Won", "Lost": "Closed Lost"})
            .fillna(deals["deal_stage"]),
            "Amount": deals["close_value"],
            "CloseDate": deals["close_date"],
            "CreatedDate": created,
            "Type": "New Business",
            "IsClosed": closed.map({True: "true", False: "false"}),
            "IsWon": (deals["deal_stage"] == "Won").map({True: "true", False: "false"}),
            "IsDeleted": "false",
        }
    ).to_csv(folder / "Opportunity.csv", index=False)
    return folder
