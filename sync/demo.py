"""
The demo: the whole job against the sandbox, and what a marketer wants to see of it.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.panel import Panel

from kpis.catalogue import CATALOGUE
from sync import compute, job, screen
from sync.push.tabs import last_closed
from sync.settings import Settings, load


def run_demo(out: Console, err: Console, *, keep: bool, accounts: int, seed: int, folder: Path | None) -> int:
    """
    Start the sandbox, do the job twice, print the numbers.

    Args:
        keep: Leave the sandbox running until interrupted.
        folder: Where the settings and the warehouse go; None takes a temporary folder that goes with the demo.
    Returns:
        The exit status.
    """
    from sandbox.serve import open_sandbox, write_settings

    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        if folder is None:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="noria-demo-")))
        else:
            place = folder
            place.mkdir(parents=True, exist_ok=True)
        with err.status("The sandbox founds a company …"):
            sandbox = open_sandbox(port=0, seed=seed, accounts=accounts)
            stack.enter_context(sandbox)
            file = place / "settings.toml"
            write_settings(sandbox, file)
        settings = load(file)
        with err.status("Pulling from Salesforce, HubSpot, Google Analytics and files …") as status:
            names = {"model": "Who is one with whom …", "compute": "Computing …", "push": "Writing back …"}
            report = job.run(settings, tell=lambda step: status.update(names.get(step, step)))
        _tell(out, settings, report)
        again = job.run(settings, steps=("push",), kind="push")
        writes = sum(sum(done.written.values()) for done in again.applied)
        out.print(f"A second push with nothing changed wrote {writes} records.", markup=False)
        out.print(f"Whole demo: {time.monotonic() - began:.1f} s", markup=False)
        if keep:
            _look_further(out, file, sandbox.url)
            with contextlib.suppress(KeyboardInterrupt):
                sandbox.wait()
        else:
            out.print("\nLook further: [bold]noria demo --keep --folder noria-demo[/] leaves it running.")
        return 1 if report.failed_at else 0


def _tell(out: Console, settings: Settings, report: job.Report) -> None:
    currency, language = settings.organisation.currency, settings.organisation.language
    assert report.pulled is not None
    records = sum(report.pulled.records.values())
    requests = sum(report.pulled.requests.values())
    out.print(f"Pulled {records:,} records in {requests} requests; {report.values:,} KPI values.", markup=False)
    with job.warehouse_of(settings).open(read_only=True) as session:
        rows = compute.kept(session, "dimension = 'org' and grain = 'month'", [])
        month = last_closed(rows)
        order = {kpi: index for index, kpi in enumerate(CATALOGUE)}
        shown = sorted((row for row in rows if row["period_start"] == month), key=lambda row: order[row["kpi"]])
        people = session.value("select count(distinct person_key) from leads where not is_deleted")
        held = session.value("select count(*) from leads where not is_deleted")
    out.print(f"{held:,} person records are {people:,} people: who stands in both CRMs counts once.\n", markup=False)
    out.print(Panel.fit(f"{settings.organisation.name} · {month:%Y-%m}" if month else settings.organisation.name))
    out.print(screen.board(shown, currency, language))
    out.print(screen.applied(report.applied))
    for problem in report.run.problems:
        out.print(problem, markup=False)


def _look_further(out: Console, file: Path, url: str) -> None:
    out.print(f"\nThe sandbox goes on at {url} (Ctrl+C ends it). In another shell:", markup=False)
    for command in (
        f"noria show win_rate --by channel --settings {file}",
        f"noria show mrr arpa customer_churn_rate --period quarter --settings {file}",
        f"noria push --settings {file}",
        f"noria runs --settings {file}",
    ):
        out.print(f"  {command}", markup=False)
    out.print(f"  as seen from outside: {url}/_sandbox/state ({datetime.now(UTC):%H:%M} UTC)", markup=False)
