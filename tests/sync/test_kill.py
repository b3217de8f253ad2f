"""
A process that dies in the middle of a first pull loses nothing and repeats nothing.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from sync.pull import pull
from sync.warehouse import Warehouse
from tests.sync.organisation import organisation

PULL = """
import sys, tomllib
from datetime import UTC, datetime
from pathlib import Path
from sync import job, raw, pull
from sync.settings import load
pull._Work.ROWS = 1      # each batch is committed at once, so that a kill can fall between any two
settings = load(Path(sys.argv[1]))
pull.pull(job.warehouse_of(settings), settings, datetime.now(UTC), only=(sys.argv[2],), page_size=5)
"""


@pytest.mark.parametrize("connector", ["hubspot", "salesforce"])
def test_kill_in_the_middle_of_a_first_pull(tmp_path, connector):
    """
    Kill -9 at several moments, then pull again: the same content as an undisturbed pull, no record twice, none missing.
    """
    from datetime import UTC, datetime

    with organisation(tmp_path, accounts=30) as company:
        settings = company.settings(connector)
        undisturbed = Warehouse(tmp_path / "undisturbed.duckdb")
        pull(undisturbed, settings, datetime.now(UTC))
        ends = []
        for requests_seen in (12, 20, 30):
            company.sandbox.control.reset()
            child = subprocess.Popen([sys.executable, "-c", PULL, str(company.file), connector])
            deadline = time.monotonic() + 30
            while company.sandbox.control.requests(connector) < requests_seen and time.monotonic() < deadline:
                if child.poll() is not None:
                    break
                time.sleep(0.002)
            child.kill()
            ends.append(child.wait())
        assert -signal.SIGKILL == ends[0]
        killed = Warehouse(settings.database)
        pulled = pull(killed, settings, datetime.now(UTC))
        assert [] == [str(problem) for problem in pulled.problems]
        assert content(undisturbed, connector) == content(killed, connector)


def content(warehouse, connector):
    """
    Table -> its rows, sorted; hashes of addresses left out, since each warehouse has a key of its own.
    """
    found = {}
    with warehouse.open(read_only=True) as session:
        tables = session.rows(
            "select distinct table_name from information_schema.tables where table_schema = ?", [f"raw_{connector}"]
        )
        for row in tables:
            table = row["table_name"]
            columns = [
                c["column_name"]
                for c in session.rows(
                    "select column_name from information_schema.columns where table_schema = ? and table_name = ?",
                    [f"raw_{connector}", table],
                )
            ]
            hashed = {c.removesuffix("_is_shared") for c in columns if c.endswith("_is_shared")}
            kept = ", ".join(f'"{c}"' for c in columns if c not in hashed)
            rows = session.rows(f'select {kept} from raw_{connector}."{table}"')
            found[table] = sorted(str(sorted(r.items(), key=str)) for r in rows)
            assert len(set(found[table])) == len(found[table]) or table.endswith("History")
    return found
