"""
The demo: the whole job against the sandbox, and what a marketer wants to see of it.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from pathlib import Path

from rich.console import Console
from rich.panel import Panel

from kpis.words import BOARDS
from sync import compute, job, screen, words
from sync.kpis_known import known
from sync.plain import plain, safe
from sync.push.tabs import last_closed
from sync.settings import Settings, load
from sync.stopping import stopped_by_signals


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
        stop = stack.enter_context(stopped_by_signals("Ending the demo."))
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
        report = _job(settings, err, stop)
        if report.failed_at or report.pulled is None:
            for problem in report.run.problems:
                err.print(plain(problem), markup=False, soft_wrap=True)
            return 1
        _tell(out, settings, report)
        again = job.run(settings, steps=("push",), kind="push", stop=stop)
        if stop.is_set():
            return 1
        records = sum(sum(done.written.values()) for done in again.applied)
        cells = sum(
            tab.changed_cells + tab.added_rows + tab.removed_rows for done in again.applied for tab in done.tabs
        )
        out.print(f"A second push with nothing changed wrote {records} records and {cells} cells.")
        out.print(f"Whole demo: {time.monotonic() - began:.1f} s, everything on this machine.")
        _look_further(out, file, sandbox.url, keep=keep)
        if keep:
            stop.wait()
        return 1 if again.failed_at else 0


def _job(settings: Settings, err: Console, stop: threading.Event) -> job.Report:
    language = settings.organisation.language
    with err.status(words.step("pull", language)) as status:
        return job.run(settings, tell=lambda step: status.update(f"{words.step(step, language)} …"), stop=stop)


def _tell(out: Console, settings: Settings, report: job.Report) -> None:
    currency, language = settings.organisation.currency, settings.organisation.language
    assert report.pulled is not None
    records = sum(report.pulled.records.values())
    requests = sum(report.pulled.requests.values())
    with job.warehouse_of(settings).open(read_only=True) as session:
        rows = compute.kept(session, "dimension = 'org' and grain = 'month'", [])
        people = session.value("select count(distinct person_key) from leads where not is_deleted")
        held = session.value("select count(*) from leads where not is_deleted")
    month = last_closed(rows)
    told = {row["kpi"]: row for row in rows if row["period_start"] == month}
    out.print(f"Pulled {records:,} records in {requests} requests from {', '.join(sorted(report.pulled.requests))}.")
    out.print(f"{held:,} person records are {people:,} people: who stands in both CRMs counts once.")
    out.print(f"Computed {report.values:,} KPI values.\n")
    heading = f"{settings.organisation.name} · {month:%Y-%m}" if month else settings.organisation.name
    out.print(Panel.fit(safe(heading)))
    for name in ("process", "ceo"):
        out.print(f"\n[bold]{safe(getattr(BOARDS[name], language))}[/]")
        on_board = [told[kpi.id] for kpi in known(settings).values() if name in kpi.boards and kpi.id in told]
        out.print(screen.board(on_board, currency, language, known(settings)))
    others = {"en": f"All {len(told)} KPIs: noria show", "es": f"Los {len(told)} KPI: noria show"}[language]
    out.print(f"{others}\n", highlight=False)
    out.print(screen.applied(report.applied, language))
    for problem in report.run.problems:
        out.print(plain(problem), markup=False)


def _look_further(out: Console, file: Path, url: str, *, keep: bool) -> None:
    if keep:
        out.print(f"\nThe sandbox goes on at {url} (Ctrl+C ends it). In another shell:", markup=False)
    else:
        out.print("\nNothing was left running. To look further, start it with: noria demo --keep --folder noria-demo")
        out.print("and in another shell:")
        file = Path("noria-demo") / file.name
    for command in (
        "noria show --board marketing",
        "noria show win_rate --by channel",
        "noria explain romi 2026-10 --versus previous",
        "noria objectives",
        "noria show mrr arpa customer_churn_rate --period quarter",
        "noria kpis customer_acquisition_cost",
        "noria push",
        "noria runs",
    ):
        out.print(f"  {command} --settings {file}", markup=False, soft_wrap=True)
    if keep:
        out.print(f"  as seen from outside: {url}/_sandbox/state", markup=False, soft_wrap=True)
