"""
The vendors over plain HTTP: no client, no code of the project, every record that they give.
"""

from __future__ import annotations

import base64
import json
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd
import requests
from dotenv import dotenv_values
from google.auth import crypt, jwt

Rows = list[dict[str, Any]]

SALESFORCE = {
    "Account": "Id, IsDeleted, MasterRecordId, Name, Website, CreatedDate",
    "Contact": "Id, IsDeleted, MasterRecordId, AccountId, Email, LeadSource, CreatedDate",
    "Lead": (
        "Id, IsDeleted, MasterRecordId, Email, Status, LeadSource, CreatedDate, ConvertedDate, ConvertedAccountId, "
        "ConvertedContactId, ConvertedOpportunityId"
    ),
    "LeadHistory": "Id, IsDeleted, LeadId, Field, NewValue, CreatedDate",
    "Opportunity": (
        "Id, IsDeleted, AccountId, StageName, Amount, Type, LeadSource, CreatedDate, CloseDate, IsClosed, "
        "IsWon, MRR__c, Contract_Start__c, Contract_End__c"
    ),
    "OpportunityHistory": "Id, IsDeleted, OpportunityId, StageName, CreatedDate",
    "OpportunityStage": "Id, ApiName, IsClosed, IsWon",
    "Campaign": "Id, IsDeleted, Name, Type, StartDate, EndDate, ActualCost",
    "CampaignMember": "Id, IsDeleted, LeadId, ContactId, HasResponded, FirstRespondedDate, CreatedDate",
    "Task": "Id, IsDeleted, IsClosed, AccountId, WhatId, WhoId, TaskSubtype, CompletedDateTime, ActivityDate",
    "Event": "Id, IsDeleted, IsChild, AccountId, WhatId, WhoId, StartDateTime",
    "Case": "Id, IsDeleted, MasterRecordId, ParentId, AccountId, ContactId, Type, CreatedDate",
}

CONTACT = (
    "email createdate hs_analytics_source associatedcompanyid salesforcecontactid salesforceleadid salesforceaccountid "
    "hs_merged_object_ids hs_v2_date_entered_marketingqualifiedlead hs_v2_date_entered_customer "
    "hs_analytics_first_timestamp first_conversion_date"
)
COMPANY = "name domain createdate salesforceaccountid hs_merged_object_ids"
DEAL = (
    "amount deal_currency_code dealtype dealstage pipeline createdate closedate hs_is_closed hs_is_closed_won hs_mrr "
    "hs_analytics_source hs_primary_associated_company hs_salesforceopportunityid hs_merged_object_ids"
)
LINE = (
    "amount quantity price hs_mrr hs_line_item_currency_code recurringbillingfrequency hs_term_in_months "
    "hs_recurring_billing_period hs_recurring_billing_start_date hs_recurring_billing_end_date"
)
CAMPAIGN = "hs_name hs_start_date hs_end_date hs_currency_code hs_spend_items_sum_amount hs_utm"
PLURALS = {
    "contacts": CONTACT,
    "companies": COMPANY,
    "deals": DEAL,
    "line_items": LINE,
    "tickets": "createdate hs_ticket_category salesforcecaseid hs_merged_object_ids",
    "calls": "hs_timestamp hs_call_status",
    "emails": "hs_timestamp hs_email_status",
    "meetings": "hs_timestamp hs_meeting_start_time hs_meeting_outcome",
}
TALKS = ("calls", "emails", "meetings")


@dataclass(frozen=True)
class Settings:
    """
    What the settings file tells anybody who reads it.
    """

    folder: Path
    values: dict[str, Any]
    secrets: dict[str, str]

    @classmethod
    def read(cls, file: Path) -> Settings:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
        given = dotenv_values(file.parent / values["env_file"])
        return cls(file.parent, values, {name: value or "" for name, value in given.items()})

    def connector(self, name: str) -> dict[str, Any]:
        return dict(self.values["connectors"][name])

    def mapping(self, name: str) -> dict[str, Any]:
        return dict(self.connector(name)["mapping"])

    def table(self, name: str) -> pd.DataFrame:
        folder = self.folder / self.connector("files")["folder"]
        return pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)


class Api:
    """
    One vendor's host and the headers that every call carries.
    """

    def __init__(self, base: str, token: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        answer = self.session.get(self.base + path, params=params, timeout=60)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
        body: dict[str, Any] = answer.json()
        return body

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.session.post(self.base + path, json=body, timeout=60)
        assert answer.status_code in (200, 207), f"{path}: {answer.status_code} {answer.text[:500]}"
        found: dict[str, Any] = answer.json()
        return found


class Salesforce(Api):
    def __init__(self, settings: Settings) -> None:
        own = settings.connector("salesforce")
        basic = base64.b64encode(f"{own['client_id']}:{settings.secrets['SALESFORCE_CLIENT_SECRET']}".encode()).decode()
        answer = requests.post(
            f"{own['base_url']}/services/oauth2/token",
            data={"grant_type": "client_credentials"},
            headers={"Authorization": f"Basic {basic}"},
            timeout=60,
        )
        assert answer.status_code == 200, answer.text
        super().__init__(own["base_url"], answer.json()["access_token"])

    def query(self, soql: str) -> Rows:
        """
        Every row, deleted and merged ones too.
        """
        page = self.get("/services/data/v59.0/queryAll", q=soql)
        rows: Rows = list(page["records"])
        while not page["done"]:
            page = self.get(page["nextRecordsUrl"])
            rows += page["records"]
        return [{name: value for name, value in row.items() if name != "attributes"} for row in rows]

    def objects(self) -> dict[str, Rows]:
        return {name: self.query(f"SELECT {fields} FROM {name}") for name, fields in SALESFORCE.items()}


class HubSpot(Api):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.connector("hubspot")["base_url"], settings.secrets["HUBSPOT_ACCESS_TOKEN"])

    def pages(self, path: str, **params: Any) -> Rows:
        rows: Rows = []
        after: dict[str, str] = {}
        while True:
            page = self.get(path, **params, **after)
            rows += page["results"]
            following = page.get("paging", {}).get("next", {}).get("after")
            if following is None:
                return rows
            after = {"after": unquote(following)}

    def listed(self, kind: str, history: str = "") -> Rows:
        """
        Live records and archived ones, each with its properties beside `id` and `archived`.
        """
        params: dict[str, Any] = {"properties": PLURALS[kind].replace(" ", ","), "limit": 50 if history else 100}
        if history:
            params["propertiesWithHistory"] = history
        found = [
            *self.pages(f"/crm/v3/objects/{kind}", archived="false", **params),
            *self.pages(f"/crm/v3/objects/{kind}", archived="true", **params),
        ]
        return [
            {
                **row["properties"],
                "id": row["id"],
                "archived": row["archived"],
                "history": row.get("propertiesWithHistory"),
            }
            for row in found
        ]

    def associations(self, source: str, target: str, ids: list[str]) -> dict[str, list[str]]:
        """
        Record -> those it is associated with, each once, the primary one first.
        """
        found: dict[str, list[str]] = {}
        for start in range(0, len(ids), 500):
            inputs = [{"id": one} for one in ids[start : start + 500]]
            answer = self.post(f"/crm/v4/associations/{source}/{target}/batch/read", {"inputs": inputs})
            for row in answer["results"]:
                assert "paging" not in row, "no record here has more than a page of associations"
                ordered = sorted(
                    row["to"], key=lambda to: not any("Primary" in (a["label"] or "") for a in to["associationTypes"])
                )
                found[str(row["from"]["id"])] = list(dict.fromkeys(str(to["toObjectId"]) for to in ordered))
        return found

    def emails(self) -> Rows:
        """
        Marketing emails; asking for statistics leaves some out, so each one's are asked for by its id.
        """
        every = {row["id"]: row for row in self.pages("/marketing/v3/emails", limit=100)}
        return [
            row | self.get(f"/marketing/v3/emails/{email_id}", includeStats="true") for email_id, row in every.items()
        ]

    def campaigns(self) -> Rows:
        rows = self.pages("/marketing/v3/campaigns", limit=100, properties=CAMPAIGN.replace(" ", ","))
        return [
            {
                **row["properties"],
                "id": row["id"],
                "budget": self.get(f"/marketing/v3/campaigns/{row['id']}/budget/totals"),
            }
            for row in rows
        ]

    def objects(self) -> dict[str, Any]:
        deals = self.listed("deals", history="dealstage")
        talks = {kind: self.listed(kind) for kind in TALKS}
        return {
            **{f"{kind} of the CRM": rows for kind, rows in talks.items()},
            "parties": {
                kind: {to: self.associations(kind, to, [row["id"] for row in rows]) for to in ("companies", "contacts")}
                for kind, rows in talks.items()
            },
            "tickets": self.listed("tickets"),
            "companies": self.listed("companies"),
            "contacts": self.listed("contacts"),
            "deals": deals,
            "line_items": self.listed("line_items"),
            "deal_lines": self.associations("deals", "line_items", [row["id"] for row in deals]),
            "pipelines": self.get("/crm/v3/pipelines/deals")["results"],
            "emails": self.emails(),
            "campaigns": self.campaigns(),
        }


class Google(Api):
    """
    Analytics and Sheets, by a token that the service account's key was exchanged for.
    """

    SCOPES = "https://www.googleapis.com/auth/analytics.readonly https://www.googleapis.com/auth/spreadsheets.readonly"

    def __init__(self, settings: Settings) -> None:
        own = settings.connector("google_analytics")
        key = json.loads(settings.secrets["GOOGLE_SERVICE_ACCOUNT"])
        now = int(time.time())
        claims = {"iss": key["client_email"], "scope": self.SCOPES, "iat": now, "exp": now + 3600}
        claims["aud"] = "https://oauth2.googleapis.com/token"
        signer = crypt.RSASigner.from_service_account_info(key)
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": jwt.encode(signer, claims).decode(),
        }
        answer = requests.post(key["token_uri"], data=form, timeout=60)
        assert answer.status_code == 200, answer.text
        super().__init__(own["base_url"], answer.json()["access_token"])
        self.property_id = own["property_id"]
        self.spreadsheet_id = settings.values["connectors"].get("google_sheets", {}).get("spreadsheet_id", "")

    def report(self, dimensions: list[str], metrics: list[str], start: str, end: str) -> pd.DataFrame:
        order = [{"dimension": {"dimensionName": name}} for name in dimensions]
        rows: list[list[str]] = []
        while True:
            body = {
                "dimensions": [{"name": name} for name in dimensions],
                "metrics": [{"name": name} for name in metrics],
                "dateRanges": [{"startDate": start, "endDate": end}],
                "orderBys": order,
                "limit": "100000",
                "offset": str(len(rows)),
            }
            page = self.post(f"/v1beta/properties/{self.property_id}:runReport", body)
            for row in page.get("rows", []):
                cells = [*row.get("dimensionValues", []), *row.get("metricValues", [])]
                rows.append([cell["value"] for cell in cells])
            if len(rows) >= page.get("rowCount", 0):
                found = pd.DataFrame(rows, columns=[*dimensions, *metrics])
                return found.astype(dict.fromkeys(metrics, "int64"))

    def values(self, sheet: str) -> list[list[Any]]:
        path = f"/v4/spreadsheets/{self.spreadsheet_id}/values/{sheet}"
        rows: list[list[Any]] = self.get(path, valueRenderOption="UNFORMATTED_VALUE").get("values", [])
        return rows
