"""
The demo: the whole job on this machine, and nothing left of it.
"""

from __future__ import annotations

import os
import subprocess
import sys


def test_the_demo_does_the_whole_job_and_leaves_nothing(tmp_path):
    """
    It pulls, computes, pushes, prints the numbers, writes nothing the second time, and takes its files with it. The
    guard that every process of the tests inherits lets no connection leave this machine.
    """
    command = [sys.executable, "-m", "sync.cli", "demo", "--accounts", "20"]
    env = {**os.environ, "TMPDIR": str(tmp_path), "COLUMNS": "110"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=env)
    assert 0 == done.returncode, done.stdout + done.stderr
    for word in ("Cost per lead", "Gross MRR churn", "salesforce", "hubspot", "google_sheets", "wrote 0 records"):
        assert word in done.stdout
    assert [] == [file.name for file in tmp_path.iterdir() if file.name.startswith("noria")]
