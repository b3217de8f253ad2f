"""
The job: pull, model, compute, push in order; one run record, one lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from connectors.errors import UserError
from sync import compute, lock, model, pull, push, runs
from sync.settings import Settings
from sync.warehouse import Warehouse

ROWS_TOLD = 50
"""
Rows that do not parse are told one by one up to here, then counted.
"""

Tell = Callable[[str], None]


@dataclass
class Report:
    """
    What a job did.

    Args:
        run: Its record.
        values: KPI values kept.
        failed_at: The step that was not finished; empty when all were.
    """

    run: runs.Run
    pulled: pull.Pulled | None = None
    modelled: model.Modelled | None = None
    values: int = 0
    plan: push.Plan | None = None
    applied: list[push.Applied] = field(default_factory=list)
    failed_at: str = ""


def warehouse_of(settings: Settings) -> Warehouse:
    """
    The warehouse that the settings name.
    """
    return Warehouse(settings.database, settings.warehouse.memory)


@contextmanager
def _recorded(warehouse: Warehouse, kind: str) -> Iterator[Report]:
    """
    A run record that is ended whatever happens.
    """
    with lock.run_lock(warehouse.file, f"noria {kind}"):
        report = Report(runs.begin(warehouse, kind, datetime.now(UTC)))
        try:
            yield report
        except BaseException as error:
            report.run.left_out(error if isinstance(error, UserError) else type(error).__name__)
            runs.end(warehouse, report.run, failed_at=report.failed_at or kind)
            raise
        runs.end(warehouse, report.run, failed_at=report.failed_at)


def run(
    settings: Settings,
    *,
    as_of: date | None = None,
    steps: Sequence[str] = ("pull", "compute", "push"),
    kind: str = "run",
    only: Sequence[str] = (),
    overwrite: bool = False,
    show_plan: Callable[[Report], None] | None = None,
    progress: pull.Progress | None = None,
    tell: Tell = lambda text: None,
    stop: threading.Event | None = None,
) -> Report:
    """
    Do the steps asked for.

    Args:
        as_of: The organisation's date for compute; None is today. A push alone takes that of the last compute.
        steps: Of pull, compute (which models first) and push.
        only: Names of connectors to pull or push; empty for all.
        show_plan: Shown the push's plan, and what came before it, before anything is written.
        tell: Told in words what begins.
        stop: When set, the job ends after the current page.
    """
    warehouse = warehouse_of(settings)
    now = datetime.now(UTC)
    day = as_of or compute.today(settings, now)
    with _recorded(warehouse, kind) as report:
        if "pull" in steps:
            tell("pull")
            report.failed_at = "pull"
            report.pulled = pull.pull(warehouse, settings, now, only=only, progress=progress, stop=stop)
            _sum_up_pull(report)
            report.failed_at = f"pull ({', '.join(report.pulled.failed)})" if report.pulled.failed else ""
            if stop is not None and stop.is_set():
                report.failed_at = "pull (stopped)"
                return report
        failed_pull = report.failed_at
        if "compute" in steps:
            tell("model")
            report.failed_at = "model"
            report.modelled = model.model(warehouse, settings, now)
            for problem in report.modelled.problems:
                report.run.left_out(problem)
            report.run.summary["notes"] = report.modelled.notes
            tell("compute")
            report.failed_at = "compute"
            report.values = compute.compute(warehouse, settings, report.run.id, day)
            report.run.summary["values"] = report.values
            report.failed_at = failed_pull
        if "push" in steps and stop is not None and stop.is_set():
            report.failed_at = "push (stopped)"
            return report
        if "push" in steps and not failed_pull:
            tell("push")
            report.failed_at = "push"
            report.plan = push.plan(warehouse, settings, now, only=only, overwrite=overwrite)
            if show_plan is not None:
                show_plan(report)
            report.applied = push.apply(warehouse, settings, report.plan, report.run.id, now)
            _sum_up_push(report)
            stuck = [done.connector for done in report.applied if done.problem is not None or done.stopped]
            report.failed_at = f"push ({', '.join(stuck)})" if stuck else ""
        elif "push" in steps and settings.push:
            report.run.left_out(
                "Nothing was pushed: the pull was not whole, and numbers from half of the records would be wrong."
            )
    return report


def _sum_up_pull(report: Report) -> None:
    pulled = report.pulled
    assert pulled is not None
    report.run.summary["pulled"] = {f"{c}.{s}": n for (c, s), n in pulled.records.items() if n}
    report.run.summary["requests"] = pulled.requests
    for problem in pulled.problems:
        report.run.left_out(problem)
    for note in pulled.notes:
        report.run.left_out(note)
    for row in pulled.rows[:ROWS_TOLD]:
        report.run.left_out(f"{row.file}, line {row.line}, {row.column}: {row.value!r}: {row.why}")
    for file, rows in pulled.left_out.items():
        report.run.left_out(f"{rows} rows of {file} do not parse and were left out.")


def _sum_up_push(report: Report) -> None:
    report.run.summary["pushed"] = {
        done.connector: {
            "written": done.written,
            "unchanged": done.unchanged,
            "rejected": len(done.rejected),
            "conflicts": len(done.conflicts),
            "created": len(done.created),
            "tabs": {tab.title: tab.changed_cells + tab.added_rows for tab in done.tabs},
        }
        for done in report.applied
    }
    for done in report.applied:
        if done.problem is not None:
            report.run.left_out(done.problem)
        for reason in done.stopped:
            report.run.left_out(f"The push to {done.connector} stopped itself: {reason}")
        if done.rejected:
            object, outcome = done.rejected[0]
            report.run.left_out(
                f"{len(done.rejected)} records were refused by {done.connector}, first {object} {outcome.id}:"
                f" {outcome.code} {outcome.message} {outcome.fix}".rstrip()
            )
        if done.conflicts:
            object, cell = done.conflicts[0]
            report.run.left_out(
                f"{len(done.conflicts)} values in {done.connector} were changed by somebody else and left as they are,"
                f" first {object} {cell.record} {cell.field}: {cell.old} stands, {cell.new} was meant."
                " Take ours with `noria push --apply --overwrite`."
            )
