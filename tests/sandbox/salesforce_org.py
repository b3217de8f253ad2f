"""
A small organisation for the tests, and the vendor's own client pointed at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce as Client

from sandbox.app import Sandbox
from sandbox.salesforce import Salesforce
from sandbox.vendor import Records

ANA, BEN = "005000000000001AAA", "005000000000002AAA"
ACME, BOLT, GONE = "001000000000001AAA", "001000000000002AAA", "001000000000003AAA"
NEW_DEAL, WON_DEAL, LOST_DEAL = "006000000000001AAA", "006000000000002AAA", "006000000000003AAA"
OPEN_LEAD, CONVERTED_LEAD = "00Q000000000001EAA", "00Q000000000002EAA"


def stamped(day: str) -> dict[str, str]:
    at = f"{day}T10:00:00.000+0000"
    return {"CreatedDate": at, "LastModifiedDate": at, "SystemModstamp": at}


def records() -> Records:
    """
    Two people, three accounts (one deleted), three deals, two leads (one converted).
    """
    return {
        "User": [
            {"Id": ANA, "Name": "Ana Sol", "LastName": "Sol", "FirstName": "Ana", "Username": "ana@example.com",
             "Email": "ana@example.com", "IsActive": True, "Department": "Sales", **stamped("2025-01-01")},
            {"Id": BEN, "LastName": "Mar", "FirstName": "Ben", "Username": "ben@example.com",
             "Email": "ben@example.com", "IsActive": False, "Department": None, **stamped("2025-01-01")},
        ],
        "Account": [
            {"Id": ACME, "Name": "Acme", "Industry": "Banking", "NumberOfEmployees": 50, "AnnualRevenue": 12345678,
             "OwnerId": ANA, "IsDeleted": False, **stamped("2025-01-02")},
            {"Id": BOLT, "Name": "bolt & \"Co\"\nBerlin", "Industry": None, "OwnerId": BEN, **stamped("2025-01-03")},
            {"Id": GONE, "Name": "Gone", "MasterRecordId": ACME, "OwnerId": ANA, "IsDeleted": True,
             **stamped("2025-02-01")},
        ],
        "Opportunity": [
            {"Id": NEW_DEAL, "Name": "New", "AccountId": ACME, "StageName": "Proposal", "Amount": 1000,
             "CloseDate": "2025-06-30", "IsClosed": False, "IsWon": False, "OwnerId": ANA, "MRR__c": None,
             **stamped("2025-03-01")},
            {"Id": WON_DEAL, "Name": "Won", "AccountId": ACME, "StageName": "Closed Won", "Amount": 2500.5,
             "CloseDate": "2025-05-15", "IsClosed": True, "IsWon": True, "OwnerId": ANA, "MRR__c": 208.38,
             **stamped("2025-05-15")},
            {"Id": LOST_DEAL, "Name": "Lost", "AccountId": None, "StageName": "Closed Lost", "Amount": None,
             "CloseDate": "2025-05-20", "IsClosed": True, "IsWon": False, "OwnerId": BEN, **stamped("2025-05-20")},
        ],
        "OpportunityStage": [
            {"Id": "01J000000000001EAA", "ApiName": "Proposal", "MasterLabel": "Proposal", "SortOrder": 1,
             "DefaultProbability": 40, "IsActive": True},
            {"Id": "01J000000000002EAA", "ApiName": "Closed Won", "MasterLabel": "Closed Won", "SortOrder": 2,
             "IsClosed": True, "IsWon": True, "DefaultProbability": 100, "IsActive": True},
        ],
        "Lead": [
            {"Id": OPEN_LEAD, "LastName": "O'Hara", "FirstName": "Kim", "Company": "Kiosk", "Status": "New",
             "Email": "kim@example.com", "OwnerId": BEN, **stamped("2025-04-01")},
            {"Id": CONVERTED_LEAD, "LastName": "Ruiz", "Company": "Ruiz SA", "Status": "Qualified",
             "IsConverted": True, "ConvertedAccountId": ACME, "OwnerId": ANA, **stamped("2025-04-02")},
        ],
    }  # fmt: skip


class ToSandbox(HTTPAdapter):
    """
    Sends what the client would send to Salesforce to the sandbox instead.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        host = request.url.split("/", 3)[2]
        request.url = request.url.replace(f"https://{host}", self._url, 1)
        return super().send(request, *args, **kwargs)


def session(url: str) -> requests.Session:
    made = requests.Session()
    made.trust_env = False
    made.mount("https://", ToSandbox(url))
    return made


class Org:
    """
    A running sandbox and a client that is signed in by client credentials.
    """

    def __init__(self, sandbox: Sandbox, vendor: Salesforce) -> None:
        self.sandbox, self.vendor, self.url = sandbox, vendor, sandbox.url
        self.session = session(sandbox.url)
        self.client = self.sign_in()

    def fresh(self) -> Org:
        """
        The same, as it was at the beginning.
        """
        self.vendor.reset()
        self.sandbox.control.reset()
        self.client = self.sign_in()
        return self

    def sign_in(self) -> Client:
        return Client(
            consumer_key=self.vendor.client_id,
            consumer_secret=self.vendor.client_secret,
            domain="noria-sandbox.my",
            session=self.session,
        )

    def record(self, name: str, row_id: str) -> dict[str, Any]:
        """
        A record as it stands at the vendor.
        """
        return next(row for row in self.vendor.state()["records"][name] if row["Id"] == row_id)

    def rest(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        """
        A plain request, below the version, with the client's token.
        """
        headers = {"Authorization": f"Bearer {self.client.session_id}", **kwargs.pop("headers", {})}
        return self.session.request(method, f"{self.url}/services/data/v59.0/{path}", headers=headers, **kwargs)


@contextmanager
def running(content: Records | None = None, **options: Any) -> Iterator[Org]:
    vendor = Salesforce(records() if content is None else content, **options)
    with Sandbox([vendor]) as sandbox:
        yield Org(sandbox, vendor)
