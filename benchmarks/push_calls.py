"""
Write-back: how many requests it takes to change so many records in either CRM.
"""

from __future__ import annotations

import math
import os
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from connectors.contract import Destination, FieldSpec, Update
from connectors.hubspot import CONNECTOR as HUBSPOT
from connectors.salesforce import CONNECTOR as SALESFORCE
from sandbox.app import Sandbox
from sandbox.hubspot import HubSpot
from sandbox.salesforce import Salesforce
from sync.push.plan import destination
from sync.settings import Settings, build

SPEC = FieldSpec("accounts", "mrr", "MRR", "Monthly recurring revenue.", "money")


def run(records: int) -> dict[str, object]:
    """
    Change so many accounts and companies once.

    Returns:
        Write requests, the fewest possible, and seconds.
    """
    stamp = "2026-01-01T00:00:00.000+0000"
    accounts = [_account(number, stamp) for number in range(records)]
    companies = [{"id": str(10_000 + number), "name": f"Company {number}"} for number in range(records)]
    crm, portal = Salesforce({"Account": accounts}), HubSpot({"companies": companies})
    with Sandbox([crm, portal]) as served:
        os.environ["NORIA_BENCH_SECRET"], os.environ["NORIA_BENCH_TOKEN"] = crm.client_secret, portal.access_token
        settings = build(
            {
                "connectors": {
                    "salesforce": {
                        "kind": SALESFORCE.kind,
                        "base_url": served.url,
                        "domain": "bench.my",
                        "client_id": crm.client_id,
                        "client_secret": "env:NORIA_BENCH_SECRET",
                    },
                    "hubspot": {"kind": HUBSPOT.kind, "base_url": served.url, "access_token": "env:NORIA_BENCH_TOKEN"},
                }
            },
            Path(),
        )
        salesforce = _written(
            served, settings, "salesforce", [str(row["Id"]) for row in accounts], "/composite/sobjects"
        )
        hubspot = _written(served, settings, "hubspot", [row["id"] for row in companies], "/batch/update")
    return {
        "changed records": records,
        "Salesforce, write requests": salesforce[0],
        "Salesforce, fewest possible": math.ceil(records / 200),
        "Salesforce [s]": salesforce[1],
        "HubSpot, write requests": hubspot[0],
        "HubSpot, fewest possible": math.ceil(records / 100),
        "HubSpot [s]": hubspot[1],
    }


def _account(number: int, stamp: str) -> dict[str, object]:
    id15 = f"001Bn{number:010d}"
    bits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    suffix = "".join(bits[sum(1 << i for i, c in enumerate(id15[p : p + 5]) if c.isupper())] for p in (0, 5, 10))
    return {
        "Id": id15 + suffix,
        "Name": f"Account {number}",
        "IsDeleted": False,
        "CreatedDate": stamp,
        "LastModifiedDate": stamp,
        "SystemModstamp": stamp,
    }


def _written(served: Sandbox, settings: Settings, name: str, ids: list[str], path: str) -> tuple[int, float]:
    connected = settings.connectors[name]
    now = datetime.now(UTC)
    target: Destination = destination(connected, settings, now)
    target.prepare([SPEC])
    updates = [Update("accounts", id, {"mrr": Decimal(index)}) for index, id in enumerate(ids)]
    before = served.control.requests(name, path=path)
    began = time.perf_counter()
    outcomes = target.apply("accounts", updates)
    seconds = time.perf_counter() - began
    target.close()
    assert {"written"} == {outcome.status for outcome in outcomes}
    return served.control.requests(name, path=path) - before, seconds
