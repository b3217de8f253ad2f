"""
A small company in the sandbox and settings that use it, for tests of whole runs.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sandbox.serve import PlayedCompany, open_sandbox, write_settings
from sync import job
from sync.settings import Settings, build
from sync.warehouse import Warehouse

TODAY = date(2026, 11, 20)
WRITES = (
    ("salesforce", "PATCH", "/composite/sobjects"),
    ("salesforce", "POST", "/jobs/ingest"),
    ("salesforce", "POST", "/tooling/"),
    ("hubspot", "POST", "/batch/update"),
    ("hubspot", "POST", "/properties/"),
    ("google", "POST", ":batchUpdate"),
)


@dataclass
class Organisation:
    """
    A sandbox, settings, and the file they stand in.
    """

    sandbox: PlayedCompany
    file: Path

    def settings(self, *connectors: str, **own: dict[str, Any]) -> Settings:
        """
        The settings with only these connectors, impatient, and with further keys of a connector.
        """
        content = tomllib.loads(self.file.read_text())
        for table in ("connectors", "push"):
            content[table] = {
                name: value for name, value in content[table].items() if not connectors or name in connectors
            }
        for name, connector in content["connectors"].items():
            connector.update({"pause": 0.01, "tries": 2, "read_timeout": 20, **own.get(name, {})})
        return build(content, self.file.parent)

    def warehouse(self, *connectors: str) -> Warehouse:
        return job.warehouse_of(self.settings(*connectors))

    def run(self, settings: Settings, **given: Any) -> job.Report:
        return job.run(settings, as_of=TODAY, **given)

    def writes(self) -> int:
        """
        Requests so far that write at a vendor.
        """
        return sum(self.sandbox.control.requests(vendor, method, path) for vendor, method, path in WRITES)


@contextmanager
def organisation(folder: Path, accounts: int = 12) -> Iterator[Organisation]:
    """
    A company of so many accounts, served until the block ends.
    """
    with open_sandbox(seed=3, accounts=accounts, until=TODAY) as sandbox:
        write_settings(sandbox, folder / "settings.toml")
        yield Organisation(sandbox, folder / "settings.toml")
