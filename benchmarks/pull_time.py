"""
Pull and store records: our connectors against the vendors' official clients, stored in DuckDB by hand.

By hand means the least that a person would write who knows both libraries well: the client's raw answers, parsed by
orjson, appended page by page in one transaction. It merges nothing by key, hashes no address, keeps no state and
survives no crash.
"""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.stand_in import FIELDS, extras, running

HUBSPOT = ["email", "createdate", "lastmodifieddate", "lifecyclestage", "hs_analytics_source", "country"]
SALESFORCE = (
    "Id Name AccountId StageName Amount Probability CloseDate Type LeadSource CampaignId IsClosed IsWon OwnerId"
    " CreatedDate LastModifiedDate SystemModstamp IsDeleted"
).split()
WAYS = {
    "hubspot": {"by hand": "hubspot_by_hand", "connector": "hubspot_connector"},
    "salesforce, REST": {"by hand": "rest_by_hand", "connector": "rest_connector"},
    "salesforce, Bulk": {"by hand": "bulk_by_hand", "connector": "bulk_connector"},
}
"""
What is pulled -> how.
"""


def run(records: int, repeats: int = 3) -> dict[str, dict[str, float]]:
    """
    Time either way against one stand-in, in turns, each in a process of its own; the best of several counts.

    Returns:
        What was pulled -> seconds, their ratio, peak memory [MB] and requests of either way.
    """
    found = {}
    for vendor in ("hubspot", "salesforce"):
        with running(vendor, records) as at:
            for what in (each for each in WAYS if each.startswith(vendor)):
                for way in WAYS[what].values():
                    _measured(way, at)  # the stand-in learns its answers
                turns = [{name: _measured(way, at) for name, way in WAYS[what].items()} for _ in range(repeats)]
                found[what] = {"records": float(records), **_best(turns)}
    return found


def _best(turns: list[dict[str, dict[str, float]]]) -> dict[str, float]:
    hand = min((turn["by hand"] for turn in turns), key=lambda figures: figures["seconds"])
    ours = min((turn["connector"] for turn in turns), key=lambda figures: figures["seconds"])
    return {
        "by_hand_seconds": hand["seconds"],
        "connector_seconds": ours["seconds"],
        "ratio": ours["seconds"] / hand["seconds"],
        "by_hand_peak_mb": hand["peak"],
        "connector_peak_mb": ours["peak"],
        "by_hand_requests": hand["requests"],
        "connector_requests": ours["requests"],
        "unchanged_seconds": ours["again"],
        "unchanged_requests": ours["again_requests"],
    }


def _measured(way: str, at: dict[str, str]) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", f"from benchmarks import pull_time; pull_time.child({way!r})"],
        env={**os.environ, "NORIA_BENCH": json.dumps(at), "NORIA_BENCH_SECRET": at["secret"]},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def child(way: str) -> None:
    """
    One way, measured from within its own process.
    """
    with tempfile.TemporaryDirectory() as folder:
        figures = globals()[way](json.loads(os.environ["NORIA_BENCH"]), Path(folder))
    figures["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures))


def hubspot_by_hand(at: dict[str, str], folder: Path) -> dict[str, float]:
    """
    Pages of the official client, its typed models left out.
    """
    import orjson
    from hubspot import HubSpot

    names = [*HUBSPOT, *extras(FIELDS - 7)]

    def pages() -> Iterator[list[list[Any]]]:
        api = HubSpot(access_token=at["secret"], host=at["url"]).crm.contacts.basic_api
        after = None
        while True:
            answer = api.get_page(limit=100, after=after, properties=names, _preload_content=False)
            page = orjson.loads(answer.data)
            yield [[row["id"], *(row["properties"].get(name) for name in names)] for row in page["results"]]
            after = page.get("paging", {}).get("next", {}).get("after")
            if after is None:
                return

    return _stored(pages(), ["id", *names], folder)


def rest_by_hand(at: dict[str, str], folder: Path) -> dict[str, float]:
    """
    Pages of the official client, its answers taken before it makes objects of them.
    """
    import orjson

    names = opportunity_fields()

    def pages() -> Iterator[list[list[Any]]]:
        client = _client(at)
        address = f"{client.base_url}query/"
        asked: dict[str, Any] = {"params": {"q": f"SELECT {', '.join(names)} FROM Opportunity"}}
        while True:
            page = orjson.loads(
                client._call_salesforce("GET", address, headers={"X-PrettyPrint": None}, **asked).content
            )
            yield [[row[name] if row[name] is None else str(row[name]) for name in names] for row in page["records"]]
            if page["done"]:
                return
            address, asked = f"https://{client.sf_instance}{page['nextRecordsUrl']}", {}

    return _stored(pages(), names, folder)


def bulk_by_hand(at: dict[str, str], folder: Path) -> dict[str, float]:
    """
    Pages of the official client's Bulk 2.0 query, each a CSV for Arrow's reader.
    """
    import pyarrow as pa
    from pyarrow import csv

    names = opportunity_fields()

    def pages() -> Iterator[pa.Table]:
        soql = f"SELECT {', '.join(names)} FROM Opportunity"
        for text in _client(at).bulk2.Opportunity.query(soql, max_records=20_000, wait=0.1):
            yield csv.read_csv(
                io.BytesIO(text.encode()),
                convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
            )

    return _stored(pages(), names, folder)


def _stored(pages: Iterable[Any], names: list[str], folder: Path) -> dict[str, float]:
    import duckdb
    import pyarrow as pa

    began, requests = time.perf_counter(), 0
    connection = duckdb.connect(str(folder / "hand.duckdb"))
    connection.execute("begin transaction")
    connection.execute(f"create table records ({', '.join(f'{name} varchar' for name in names)})")
    for page in pages:
        requests += 1
        if isinstance(page, list):
            columns = [pa.array(list(column), pa.string()) for column in zip(*page, strict=True)]
            page = pa.Table.from_arrays(columns, names=names)
        connection.register("page", page)
        connection.execute("insert into records select * from page")
    connection.execute("commit")
    connection.close()
    return {"seconds": time.perf_counter() - began, "requests": requests}


def hubspot_connector(at: dict[str, str], folder: Path) -> dict[str, float]:
    """
    Our HubSpot connector, as `noria pull` runs it.
    """
    own = {"kind": "hubspot", "access_token": "env:NORIA_BENCH_SECRET", "burst_per_10s": 0}
    return _pulled(at, folder, {**own, "properties": {"contacts": extras(FIELDS - 7)}})


def rest_connector(at: dict[str, str], folder: Path) -> dict[str, float]:
    """
    Our Salesforce connector through REST.
    """
    return _pulled(at, folder, {**_salesforce(at), "use_bulk_above": 0}, _opportunities)


def bulk_connector(at: dict[str, str], folder: Path) -> dict[str, float]:
    """
    Our Salesforce connector through Bulk.
    """
    return _pulled(at, folder, {**_salesforce(at), "use_bulk_above": 1_000}, _opportunities)


def _pulled(
    at: dict[str, str], folder: Path, own: dict[str, Any], source: Callable[[Any, Any], Any] | None = None
) -> dict[str, float]:
    from sync.pull import pull
    from sync.settings import build
    from sync.warehouse import Warehouse

    settings = build({"connectors": {"crm": {**own, "base_url": at["url"]}}}, folder)
    if source is not None:
        crm = settings.connectors["crm"]
        crm = replace(crm, connector=replace(crm.connector, source=source))
        settings = replace(settings, connectors={"crm": crm})
    warehouse = Warehouse(settings.database)
    began = time.perf_counter()
    first = pull(warehouse, settings, datetime.now(UTC))
    seconds = time.perf_counter() - began
    assert not first.failed, first.problems
    again_began = time.perf_counter()
    again = pull(warehouse, settings, datetime.now(UTC))
    return {
        "seconds": seconds,
        "requests": first.requests["crm"],
        "again": time.perf_counter() - again_began,
        "again_requests": again.requests["crm"],
    }


def _opportunities(settings: Any, context: Any) -> Any:
    # The settings cannot ask for fields that no KPI needs: the stream is widened here to as many as by hand.
    from connectors.contract import Field
    from connectors.salesforce.source import SalesforceSource

    class Source(SalesforceSource):
        def streams(self) -> list[Any]:
            stream = next(each for each in super().streams() if each.name == "Opportunity")
            known = {field.name for field in stream.fields}
            further = [Field(name) for name in opportunity_fields() if name not in known]
            return [replace(stream, fields=(*stream.fields, *further))]

    return Source(settings, context)


def _salesforce(at: dict[str, str]) -> dict[str, Any]:
    return {
        "kind": "salesforce",
        "domain": "bench.my",
        "client_id": at["client_id"],
        "client_secret": "env:NORIA_BENCH_SECRET",
    }


def opportunity_fields() -> list[str]:
    """
    All fields of the opportunities.
    """
    return [*SALESFORCE, *(f"{name}__c" for name in extras(FIELDS - len(SALESFORCE)))]


def _client(at: dict[str, str]) -> Any:
    import requests
    from requests.adapters import HTTPAdapter
    from simple_salesforce.api import Salesforce

    class Local(HTTPAdapter):
        def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
            request.url = request.url.replace("https:", "http:", 1)
            return super().send(request, *args, **kwargs)

    session = requests.Session()
    session.trust_env = False
    answer = session.post(
        f"{at['url']}/services/oauth2/token",
        {"grant_type": "client_credentials", "client_id": at["client_id"], "client_secret": at["secret"]},
        timeout=30,
    ).json()
    session.mount("https://", Local())
    return Salesforce(
        session_id=answer["access_token"], instance_url=at["url"].replace("http:", "https:"), session=session
    )
