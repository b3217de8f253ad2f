"""
A small portal written by hand, and what a test does to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from connectors.contract import Batch, Context, FieldSpec
from connectors.hubspot import CONNECTOR
from connectors.hubspot.destination import HubSpotDestination
from connectors.hubspot.settings import HubSpotSettings
from connectors.hubspot.source import HubSpotSource
from sandbox.app import Sandbox
from sandbox.hubspot import HubSpot

TOKEN = "NORIA_TEST_HUBSPOT_TOKEN"
LONG_AGO = "2025-02-01T09:00:00Z"


def record(id: str, modified: str = LONG_AGO, *, kind: str = "", **values: Any) -> dict[str, Any]:
    """
    A record with the moments that every record has.
    """
    stamp = "lastmodifieddate" if kind == "contacts" else "hs_lastmodifieddate"
    return {
        "id": id,
        "createdate": "2025-01-05T09:00:00Z",
        "hs_object_id": id,
        stamp: modified,
        "_created": "2025-01-05T09:00:00Z",
        "_updated": modified,
        **values,
    }


def records() -> dict[str, list[dict[str, Any]]]:
    """
    Five contacts, three companies, three deals and what hangs on them.
    """
    won = [
        {"value": "closedwon", "timestamp": "2025-01-20T10:00:00Z", "sourceType": "CRM_UI"},
        {"value": "appointmentscheduled", "timestamp": "2025-01-05T09:00:00Z", "sourceType": "CRM_UI"},
    ]
    opened = [{"value": "appointmentscheduled", "timestamp": "2025-01-05T09:00:00Z", "sourceType": "CRM_UI"}]
    return {
        "companies": [
            record("101", name="Acme", domain="acme.example", industry="RETAIL", numberofemployees="51"),
            record("102", name="Globex", domain="globex.example", hs_merged_object_ids="99"),
            record("103", name="Initech", domain="initech.example", salesforceaccountid="0015g000001ABCD"),
        ],
        "contacts": [
            record(
                str(200 + n),
                kind="contacts",
                email=f"person{n}@acme.example",
                lifecyclestage="lead",
                hs_analytics_source="PAID_SEARCH",
                hs_analytics_source_data_1="brand",
                associatedcompanyid="101",
            )
            for n in range(1, 6)
        ],
        "deals": [
            record(
                "301",
                dealname="Won",
                amount="1500.00",
                dealstage="closedwon",
                pipeline="default",
                closedate="2025-01-20T10:00:00Z",
                hs_primary_associated_company="101",
                _history={"dealstage": won},
                _associations={"companies": ["101"], "contacts": ["202", "201"]},
            ),
            *(
                record(
                    id,
                    dealname="Open",
                    dealstage="appointmentscheduled",
                    pipeline="default",
                    _history={"dealstage": opened},
                    _associations={"companies": ["102"], "contacts": []},
                )
                for id in ("302", "303")
            ),
        ],
        "calls": [
            record("601", hs_timestamp=LONG_AGO, hs_call_direction="INBOUND", _associations={"contacts": ["201"]}),
        ],
        "owners": [
            {"id": "71", "email": "ana@noria.example", "firstName": "Ana", "lastName": "Ruiz", "archived": False,
             "teams": [{"id": "1", "name": "EMEA Sales", "primary": True}]},
            {"id": "72", "email": "bo@noria.example", "firstName": "Bo", "lastName": "", "archived": True},
        ],
        "campaigns": [
            {"id": f"00000000-0000-0000-0000-00000000000{n}", "hs_name": f"Campaign {n}", "hs_utm": f"utm{n}",
             "hs_start_date": "2025-01-01", "hs_end_date": "2025-01-31", "hs_spend_items_sum_amount": "310.00",
             "hs_currency_code": "EUR"}
            for n in range(1, 4)
        ],
        "marketing_emails": [
            {"id": str(800 + n), "name": f"News {n}", "subject": "News", "publishDate": LONG_AGO, "state": "PUBLISHED",
             "campaign": None, "stats": {"sent": 10, "delivered": 9, "open": 4, "click": 1, "bounce": 1}}
            for n in range(1, 4)
        ],
    }  # fmt: skip


@dataclass
class Stored:
    """
    What a warehouse would hold after the batches of a stream.
    """

    key: tuple[str, ...]
    rows: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)
    state: Mapping[str, Any] | None = None
    batches: list[Batch] = field(default_factory=list)

    def take(self, batch: Batch) -> None:
        if batch.replaces is not None:
            column, low, high = batch.replaces
            self.rows = {key: row for key, row in self.rows.items() if not low <= row[column] <= high}
        for row in batch.rows.to_pylist():
            self.rows[tuple(row[name] for name in self.key)] = row
        self.state = batch.state
        self.batches.append(batch)

    def ids(self) -> set[str]:
        return {row["id"] for row in self.rows.values()}

    def by_id(self, id: str) -> dict[str, Any]:
        return self.rows[(id,)]


class Portal:
    """
    The running portal with a source, and an account of the requests.
    """

    def __init__(self, hubspot: HubSpot, sandbox: Sandbox) -> None:
        self.hubspot = hubspot
        self.sandbox = sandbox
        self.control = sandbox.control
        self.sources: list[Any] = []

    def settings(self, **own: Any) -> HubSpotSettings:
        given = {"access_token": f"env:{TOKEN}", "base_url": self.sandbox.url, "pause": 0.01, "search_per_second": 5}
        return HubSpotSettings(**{**given, **own})

    def context(self, **own: Any) -> Context:
        return Context(**{"name": "hubspot", "timezone": "Europe/Madrid", "currency": "EUR", "page_size": 2, **own})

    def source(self, now: datetime | None = None, page_size: int | None = 2, **own: Any) -> HubSpotSource:
        made = CONNECTOR.source(self.settings(**own), self.context(started_at=now, page_size=page_size))
        self.sources.append(made)
        return made

    def destination(self, **own: Any) -> HubSpotDestination:
        made = CONNECTOR.destination(self.settings(**own), self.context())
        self.sources.append(made)
        return made

    def pull(self, name: str, stored: Stored | None = None, *, stop_after: int = 0, **own: Any) -> Stored:
        """
        Pull one stream into what is stored; end in the middle after so many batches, as a killed process would.
        """
        source = self.source(**own)
        stream = next(stream for stream in source.streams() if stream.name == name)
        stored = stored or Stored(stream.key)
        stored.batches = []
        if stream.snapshot:
            stored.rows = {}
        for batch in source.read(stream, stored.state):
            stored.take(batch)
            if stop_after and len(stored.batches) == stop_after:
                break
        return stored

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """
        What another user of the portal does.
        """
        answer = requests.request(
            method,
            self.sandbox.url + path,
            json=body,
            headers={"Authorization": f"Bearer {self.hubspot.access_token}"},
            timeout=5,
        )
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def change(self, kind: str, id: str, **values: str) -> None:
        self.send("PATCH", f"/crm/v3/objects/{kind}/{id}", {"properties": values})

    def requests(self, method: str = "", path: str = "") -> int:
        return self.control.requests("hubspot", method, path)


@contextmanager
def running(monkeypatch: pytest.MonkeyPatch, own: dict[str, list[dict[str, Any]]] | None = None) -> Iterator[Portal]:
    """
    A portal over its own records, or those of this file.
    """
    hubspot = HubSpot(own or records())
    monkeypatch.setenv(TOKEN, hubspot.access_token)
    with Sandbox([hubspot]) as sandbox:
        portal = Portal(hubspot, sandbox)
        try:
            yield portal
        finally:
            for source in portal.sources:
                source.close()


def spec(name: str, kind: str, object: str = "accounts") -> FieldSpec:
    return FieldSpec(object, name, f"{name} label", f"What {name} means.", kind)


def later(**delta: float) -> datetime:
    """
    A run that starts so much later than now.
    """
    return datetime.now(UTC) + timedelta(**delta)
