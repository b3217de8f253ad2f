"""
A small company whose figures are known by heart, and pushes to its CRMs and spreadsheet that are killed at a chosen
request.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from sandbox.control import Control, Fault
from sandbox.serve import PlayedCompany, open_sandbox, write_settings
from sync import job, runs
from sync.settings import Settings, load
from sync.warehouse import Warehouse

TODAY = date(2026, 11, 20)
ACCOUNTS = range(1, 8)
CHUNK = 3
SOLD = {"salesforce": 100, "hubspot": 10}  # account n bought for n times as much
KEPT = ("new_opportunities", "win_rate")
WAREHOUSE = ("settings.duckdb", "settings.duckdb.key")
PUSH = """
accounts = ["won_revenue", "average_ticket"]
campaigns = []
organisation = ["new_opportunities"]
months = 2
max_changed_share = 1.0
"""

# A process that has everything imported and is copied for each command: a start of its own takes seconds.
_nursery = multiprocessing.get_context("forkserver")
_nursery.set_forkserver_preload(
    [
        __name__,
        *("sync.cli.work", "sync.reporting", "sync.screen", "simple_salesforce"),
        *("hubspot", "hubspot.crm.objects", "hubspot.crm.properties", "hubspot.crm.pipelines", "hubspot.crm.owners"),
        *(f"connectors.{vendor}.destination" for vendor in ("salesforce", "hubspot", "google_sheets")),
    ]
)


@dataclass(frozen=True)
class Moment:
    """
    When a process is killed.

    Args:
        vendor, method, path: The request that it is killed at.
        when: `taken`: the vendor has the request and did nothing yet; `done`: the vendor did it and the answer never
            comes; `next`: it was answered, and the next request is under way.
        nth: Which of the requests that fit.
    """

    vendor: str
    method: str
    path: str
    when: Literal["taken", "done", "next"]
    nth: int = 1


class Killer:
    """
    Sees each request that the sandbox gets, and kills who sent the one that is meant.
    """

    def __init__(self, control: Control, moment: Moment | None) -> None:
        self._control, self._moment = control, moment
        self._seen, self._is_due, self._is_done = 0, False, moment is None
        self._started = threading.Event()
        self._victim: Any = None

    def __enter__(self) -> Killer:
        vars(self._control).update(next_fault=self._arrived, note=self._answered)
        return self

    def __exit__(self, *error: object) -> None:
        del vars(self._control)["next_fault"], vars(self._control)["note"]

    def start(self, victim: Any) -> None:
        victim.start()
        self._victim = victim
        self._started.set()

    def _arrived(self, vendor: str, method: str, path: str) -> Fault | None:
        if self._is_due or self._is_meant("taken", vendor, method, path):
            self._kill()
            return Fault("unavailable")  # nothing is done of it
        return Control.next_fault(self._control, vendor, method, path)

    def _answered(self, vendor: str, method: str, path: str, query: str, status: int) -> None:
        Control.note(self._control, vendor, method, path, query, status)
        if self._is_meant("done", vendor, method, path):
            self._kill()
        self._is_due = self._is_due or self._is_meant("next", vendor, method, path)

    def _is_meant(self, when: str, vendor: str, method: str, path: str) -> bool:
        moment = self._moment
        if self._is_done or moment is None or moment.when != when:
            return False
        if (vendor, method) != (moment.vendor, moment.method) or moment.path not in path:
            return False
        self._seen += 1
        return self._seen == moment.nth

    def _kill(self) -> None:
        self._started.wait()
        os.kill(self._victim.pid, signal.SIGKILL)
        multiprocessing.connection.wait([self._victim.sentinel], 30)
        self._is_due, self._is_done = False, True


def command(words: list[str], log: str, dies_at_the_end: bool) -> None:
    """
    The command line, in a process of its own, with chunks so small that a kill can fall between any two.
    """
    import sync.cli
    import sync.push

    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.modules["sync.push.apply"].CHUNK = CHUNK  # type: ignore[attr-defined]
    if dies_at_the_end:
        runs.end = lambda *given, **how: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment,return-value]
    sys.argv = ["noria", *words]
    sync.cli.main()


class Company:
    """
    A sandbox with seven accounts in each CRM, and settings that use it.
    """

    def __init__(self, sandbox: PlayedCompany, folder: Path) -> None:
        self.sandbox, self.file = sandbox, folder / "settings.toml"
        write_settings(sandbox, self.file)
        text = self.file.read_text().replace("burst_per_10s", "pause = 0.01\nburst_per_10s")
        for name in ("salesforce", "hubspot"):
            text = text.replace(f"[push.{name}]", f"[push.{name}]{PUSH}")
        self.file.write_text(text)

    @property
    def settings(self) -> Settings:
        return load(self.file)

    @property
    def warehouse(self) -> Warehouse:
        return job.warehouse_of(self.settings)

    def session(self, *, read_only: bool = True) -> Any:
        return self.warehouse.open(read_only=read_only)

    def run(self, *steps: str, **given: Any) -> job.Report:
        steps = steps or ("push",)
        return job.run(self.settings, as_of=TODAY, steps=steps, kind="run" if len(steps) > 1 else steps[0], **given)

    def kill(self, *words: str, at: Moment | None) -> int:
        """
        A command that is killed.

        Args:
            at: When; None where all is written and only the record of the run is still to be closed.
        Returns:
            Its process id.
        """
        log = self.file.with_name("noria.log")
        victim = _nursery.Process(
            target=command, args=([*words, "--settings", str(self.file)], str(log), at is None), daemon=True
        )
        with Killer(self.sandbox.control, at) as killer:
            killer.start(victim)
            victim.join(60)
        assert -signal.SIGKILL == victim.exitcode, log.read_text() if log.exists() else "it did not even start"
        return int(victim.pid or 0)

    def kill_push(self, at: Moment | None, *words: str) -> int:
        return self.kill("push", "--apply", *words, at=at)

    def unpushed(self, folder: Path) -> Path:
        """
        A copy of the warehouse that was computed and never pushed, with the values of two KPIs: enough for a
        spreadsheet.
        """
        folder.mkdir()
        for name in WAREHOUSE:
            shutil.copy(self.file.with_name(name), folder / name)
        with Warehouse(folder / WAREHOUSE[0]).open() as session:
            session.execute(f"delete from kpi_values where kpi not in {KEPT}")
            for table in ("runs", "writes", "written"):
                session.execute(f"delete from noria.{table}")
            session.execute("delete from noria.facts_of where key like 'pushed:%'")
        return folder

    def sell(self, factor: int) -> None:
        """
        Every deal and every value becomes so many times as large, as a pull and a compute would make it.
        """
        with self.session(read_only=False) as session:
            session.execute(f"update fact_orders set amount = amount * {factor}")
            session.execute(f"update fact_deals set amount = amount * {factor}")
            session.execute(f"update kpi_values set value = value * {factor}, numerator = numerator * {factor}")

    def revenue(self, vendor: str) -> dict[int, float]:
        """
        Number of the account -> what stands in the CRM as its revenue; only where something stands.
        """
        if vendor == "salesforce":
            records = self.sandbox.salesforce.state()["records"]["Account"]
            shown = [(record["Name"], record.get("Noria_Won_Revenue__c")) for record in records]
        else:
            companies = self.sandbox.hubspot.state()["objects"]["companies"]
            shown = [(one["properties"]["name"], one["properties"].get("noria_won_revenue")) for one in companies]
        return {int(name.split()[1]): float(value) for name, value in shown if value not in (None, "")}

    def records(self) -> dict[str, Any]:
        """
        Every record that carries a value of ours, as it stands, with the moment it was changed.
        """
        found = self.sandbox.salesforce.state()["records"]
        made = {row["Key__c"]: row for row in found.get("KPI__c", ())}
        assert len(made) == len(found.get("KPI__c", ()))
        sold = {row["Id"]: row for row in found["Account"] if row.get("Noria_Won_Revenue__c") is not None}
        companies = {
            one["id"]: dict(one["properties"])
            for one in self.sandbox.hubspot.state()["objects"]["companies"]
            if one["properties"].get("noria_won_revenue")
        }
        return {**made, **sold, **companies}

    def tabs(self) -> dict[str, list[list[Any]]]:
        """
        Our tabs and their cells.
        """
        [book] = self.sandbox.google.state()["spreadsheets"].values()
        return {sheet["title"]: sheet["values"] for sheet in book["sheets"] if sheet["title"] != "Sheet1"}


def values(records: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """
    Record -> our values, without the moment of the writing.
    """
    return {
        id: {
            name: value
            for name, value in row.items()
            if (name.endswith("__c") or name.startswith("noria_")) and "omputed_" not in name and value is not None
        }
        for id, row in records.items()
    }


@contextmanager
def company(folder: Path, computed: Path | None = None) -> Iterator[Company]:
    """
    The company, served until the block ends.

    Args:
        computed: Folder of the warehouse to begin with; None begins with nothing.
    """
    exports = folder / "exports"
    with open_sandbox(salesforce=_salesforce(exports / "salesforce"), hubspot=_hubspot(exports / "hubspot")) as sandbox:
        made = Company(sandbox, folder)
        if computed is not None:
            for name in WAREHOUSE:
                shutil.copy(computed / name, folder / name)
        yield made


def _salesforce(folder: Path) -> Path:
    started = "2026-10-01T00:00:00Z"
    _write(folder, "Account", "Id,Name,CreatedDate", (f"0015g0000{n:06d},Account {n},{started}" for n in ACCOUNTS))
    _write(
        folder,
        "Opportunity",
        "Id,Name,AccountId,StageName,Amount,CloseDate,CreatedDate,Type,IsClosed,IsWon",
        (
            f"0065g0000{n:06d},Deal {n},0015g0000{n:06d},Closed Won,{SOLD['salesforce'] * n},2026-10-{n:02d},{started},"
            "New Business,true,true"
            for n in ACCOUNTS
        ),
    )
    return folder


def _hubspot(folder: Path) -> Path:
    _write(folder, "companies", "id,name,createdate", (f"{500 + n},Company {n},2026-10-01" for n in ACCOUNTS))
    stages = "pipeline,pipeline_label,stage,label,is_closed,probability"
    _write(folder, "deal_pipelines", stages, ["sales,Sales,won,Won,true,1.0"])
    _write(
        folder,
        "deals",
        "id,dealname,amount,createdate,closedate,pipeline,dealstage,hs_is_closed,hs_is_closed_won,"
        "associations.companies",
        (
            f"{900 + n},Deal {n},{SOLD['hubspot'] * n},2026-10-01,2026-10-{n:02d}T12:00:00Z,sales,won,true,true,"
            f"{500 + n}"
            for n in ACCOUNTS
        ),
    )
    return folder


def _write(folder: Path, name: str, columns: str, rows: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.csv").write_text("\n".join([columns, *rows, ""]))
