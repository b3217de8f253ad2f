"""
Pull and store contacts: the connector against the official client's raw answers stored in DuckDB by hand.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import orjson
import pyarrow as pa

PROPERTIES = 40


def run(contacts: int, repeats: int = 3) -> dict[str, object]:
    """
    Time both ways against one stand-in, each in a process of its own, and take the best of several runs.

    Returns:
        Seconds, their ratio, peak memory [MB] and requests of either way.
    """
    portal = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.portal", str(contacts), str(PROPERTIES)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert portal.stdout is not None
    url, token = portal.stdout.readline().strip(), portal.stdout.readline().strip()
    try:
        pairs = [(_measured("by_hand", url, token), _measured("connector", url, token)) for _ in range(repeats)]
    finally:
        portal.kill()
    hand = min((hand for hand, _ in pairs), key=lambda figures: figures["seconds"])
    ours = min((ours for _, ours in pairs), key=lambda figures: figures["seconds"])
    return {
        "contacts": contacts,
        "by hand [s]": hand["seconds"],
        "connector, merged by key [s]": ours["seconds"],
        "ratio (goal 1.2)": ours["seconds"] / hand["seconds"],
        "by hand, peak memory [MB]": hand["peak"],
        "connector, peak memory [MB] (goal 150)": ours["peak"],
        "by hand, requests": hand["requests"],
        "connector, requests": ours["requests"],
        "unchanged pull [s]": ours["again"],
        "unchanged pull, requests": ours["again_requests"],
    }


def _measured(way: str, url: str, token: str) -> dict[str, float]:
    code = f"from benchmarks import pull_time; pull_time.child({way!r}, {url!r})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "NORIA_BENCH_TOKEN": token},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def child(way: str, url: str) -> None:
    """
    One way, measured from within its own process.
    """
    ways: dict[str, Callable[[str, Path], dict[str, float]]] = {"by_hand": _by_hand, "connector": _connector}
    with tempfile.TemporaryDirectory() as folder:
        figures = ways[way](url, Path(folder))
    figures["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures))


def _names() -> list[str]:
    return [
        "email", "createdate", "lastmodifieddate", "lifecyclestage", "hs_analytics_source", "country",
        *(f"extra_{index:02d}" for index in range(PROPERTIES - 7)),
    ]  # fmt: skip


def _by_hand(url: str, folder: Path) -> dict[str, float]:
    from hubspot import HubSpot

    began = time.perf_counter()
    client = HubSpot(access_token=os.environ["NORIA_BENCH_TOKEN"], host=url)
    api = client.crm.contacts.basic_api
    names = _names()
    columns = ["id", *names]
    connection = duckdb.connect(str(folder / "hand.duckdb"))
    connection.execute(f"create table contacts ({', '.join(f'{name} varchar' for name in columns)})")
    after, requests = None, 0
    while True:
        answer = api.get_page(limit=100, after=after, properties=names, _preload_content=False)
        requests += 1
        page = orjson.loads(answer.data)
        rows = [[row["id"], *(row["properties"].get(name) for name in names)] for row in page["results"]]
        table = pa.Table.from_arrays([pa.array(list(c), pa.string()) for c in zip(*rows, strict=True)], names=columns)
        connection.register("page", table)
        connection.execute("insert into contacts select * from page")
        after = page.get("paging", {}).get("next", {}).get("after")
        if after is None:
            break
    stored = connection.execute("select count(*) from contacts").fetchone()
    connection.close()
    assert stored and stored[0]
    return {"seconds": time.perf_counter() - began, "requests": requests}


def _connector(url: str, folder: Path) -> dict[str, float]:
    from datetime import UTC, datetime

    from connectors.hubspot import CONNECTOR
    from sync.pull import pull
    from sync.settings import build
    from sync.warehouse import Warehouse

    own = {"kind": CONNECTOR.kind, "base_url": url, "access_token": "env:NORIA_BENCH_TOKEN", **_only_contacts()}
    settings = build({"connectors": {"hubspot": own}}, folder)
    warehouse = Warehouse(settings.database)
    began = time.perf_counter()
    first = pull(warehouse, settings, datetime.now(UTC))
    seconds = time.perf_counter() - began
    again_began = time.perf_counter()
    again = pull(warehouse, settings, datetime.now(UTC))
    return {
        "seconds": seconds,
        "requests": first.requests["hubspot"],
        "again": time.perf_counter() - again_began,
        "again_requests": again.requests["hubspot"],
    }


def _only_contacts() -> dict[str, object]:
    return {"burst_per_10s": 0, "properties": {"contacts": [f"extra_{index:02d}" for index in range(PROPERTIES - 7)]}}
