"""
What keeps a pull small and quick: few openings of the file, small row groups, no library that it does not need.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pyarrow as pa
import pytest

from connectors.contract import Batch, Field, Stream
from sandbox.app import Sandbox
from sandbox.hubspot import HubSpot
from sync import raw
from sync.mailbox import Hasher
from sync.pull import _joined
from sync.warehouse import ROW_GROUP, Warehouse

DEALS = Stream("Deal", key=("Id",), fields=(Field("Id"), Field("Amount", "integer")))
LEADS = Stream("Lead", key=("Id",), fields=(Field("Id"),))
HASHER = Hasher(b"k" * 32)


def batch(*ids: int, amount: int = 0, state: int = 0, replaces=None) -> Batch:
    rows = pa.table({"Id": [str(id) for id in ids], "Amount": [amount] * len(ids)})
    return Batch(rows, {"page": state}, replaces=replaces)


def store(warehouse: Warehouse, given: Batch) -> None:
    with warehouse.open() as session:
        raw.prepare(session, "crm", [DEALS])
        raw.store(session, "crm", DEALS, given, HASHER, first=False)


def test_batches_of_one_stream_are_merged_together():
    """
    Two pages of deals become one batch with the later state; a page that replaces stored rows begins another one, as
    does another stream.
    """
    low = ("Id", "0", "1")
    leads = Batch(pa.table({"Id": ["9"]}), {"page": 4})
    waiting = [
        (DEALS, batch(1, 2, state=1), True),
        (DEALS, batch(3, state=2), False),
        (DEALS, batch(4, state=3, replaces=low), False),
        (LEADS, leads, True),
    ]

    found = [(s.name, b.rows["Id"].to_pylist(), b.state["page"], b.replaces, first) for s, b, first in _joined(waiting)]

    assert [
        ("Deal", ["1", "2", "3"], 2, None, True),
        ("Deal", ["4"], 3, low, False),
        ("Lead", ["9"], 4, None, True),
    ] == found


def test_of_a_key_in_many_pages_the_last_page_counts(tmp_path):
    """
    The same 5,000 records in twenty pages, each page with another amount: the amounts of the twentieth are kept.
    """
    warehouse = Warehouse(tmp_path / "noria.duckdb")
    pages = [batch(*range(5_000), amount=page).rows for page in range(20)]
    store(warehouse, Batch(pa.concat_tables(pages), {}))

    with warehouse.open() as session:
        found = session.rows('select "Amount" as amount, count(*) as n from raw_crm."Deal" group by all')
    assert [{"amount": 19, "n": 5_000}] == found


def test_row_groups_stay_small(tmp_path):
    """
    20,000 records lie in groups of at most 8,192 rows: a commit rewrites no more than the last of them.
    """
    warehouse = Warehouse(tmp_path / "noria.duckdb")
    for start in range(0, 20_000, 5_000):
        store(warehouse, batch(*range(start, start + 5_000)))

    with warehouse.open() as session:
        groups = session.rows(
            "select row_group_id, sum(count) as n from pragma_storage_info('raw_crm.Deal')"
            " where column_name = 'Id' and segment_type <> 'VALIDITY' group by all"
        )
    assert 20_000 == sum(group["n"] for group in groups)
    assert ROW_GROUP >= max(group["n"] for group in groups)


def test_transactions_within_one_are_part_of_it(tmp_path):
    """
    What was stored in an inner transaction goes when the outer one fails.
    """
    warehouse = Warehouse(tmp_path / "noria.duckdb")
    store(warehouse, batch(1))
    with warehouse.open() as session:
        with pytest.raises(ZeroDivisionError), session.transaction():
            raw.store(session, "crm", DEALS, batch(2), HASHER, first=False)
            raise ZeroDivisionError
        assert 1 == session.value('select count(*) from raw_crm."Deal"')


def test_a_pull_imports_no_pandas(tmp_path):
    """
    Contacts, deals with associations and history, owners and stages are pulled twice without it: 45 MB less.
    """
    stamp = "2026-01-05T10:00:00.000Z"
    own = {"createdate": stamp, "_created": stamp, "_updated": stamp}
    linked = {"_associations": {"contacts": ["10"]}}
    portal = HubSpot(
        {
            "contacts": [{"id": "10", "email": "ana@acme.example", "lastmodifieddate": stamp, **own}],
            "deals": [{"id": "20", "dealname": "D", "amount": "5", "hs_lastmodifieddate": stamp, **own, **linked}],
        }
    )
    code = """
        import sys
        from datetime import UTC, datetime
        from pathlib import Path
        from sync import pull, settings
        from sync.warehouse import Warehouse
        own = {"kind": "hubspot", "base_url": sys.argv[1], "access_token": "env:LEAN_TOKEN", "burst_per_10s": 0}
        given = settings.build({"connectors": {"hubspot": own}}, Path(sys.argv[2]))
        for _ in range(2):
            pulled = pull.pull(Warehouse(given.database), given, datetime.now(UTC))
            assert not pulled.failed, pulled.problems
            print(pulled.records["hubspot", "contacts"], pulled.records["hubspot", "deals"])
        print("pandas" in sys.modules)
    """
    with Sandbox([portal]) as served:
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code), served.url, str(tmp_path)],
            env={**os.environ, "LEAN_TOKEN": portal.access_token},
            capture_output=True,
            text=True,
            check=False,
        )
    assert 0 == done.returncode, done.stderr
    assert ["1 1", "False"] == [done.stdout.splitlines()[0], done.stdout.splitlines()[-1]]
