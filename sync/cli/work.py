"""
Commands that do the job, whole or step by step.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from connectors.errors import WrongUse
from sync import console
from sync.cli.common import AsJson, AsOf, Format, Only, SettingsFile, day_of, do_steps, known
from sync.console import DONE, FAILED, SETTINGS, answer_json, out, tell, with_settings
from sync.settings import load


def pull(settings: SettingsFile = SETTINGS, only: Only = None) -> None:
    """
    Bring the records up to date; goes on where the last pull stopped.
    """
    from sync import reporting

    loaded = load(settings)
    report = do_steps(loaded, steps=("pull",), kind="pull", only=known(loaded, only))
    reporting.print_pull(report, loaded)
    reporting.end(report, loaded)


def compute(settings: SettingsFile = SETTINGS, as_of: AsOf = None) -> None:
    """
    Compute all KPIs from the records pulled so far.
    """
    from sync import reporting

    loaded = load(settings)
    report = do_steps(loaded, steps=("compute",), kind="compute", as_of=day_of(as_of, loaded))
    reporting.print_values(report, loaded)
    reporting.end(report, loaded)


def push(
    settings: SettingsFile = SETTINGS,
    apply: Annotated[
        bool, typer.Option("--apply", help="Write what the plan shows; without it nothing is written.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Take our value where somebody else changed ours.")
    ] = False,
    only: Only = None,
    limit: Annotated[int, typer.Option(min=0, help="How many changes per object to show.")] = 10,
    format: AsJson = Format.TABLE,
) -> None:
    """
    Show what would be written to the CRM and the spreadsheet; with --apply, write it.
    """
    from sync import job, reporting, screen
    from sync import push as pushing
    from sync.outcome import applied_json, plan_json

    loaded = load(settings)
    chosen = known(loaded, only)
    for name in chosen:
        if name not in loaded.push:
            fix = f"Add [push.{name}], or name one of: {', '.join(loaded.push) or 'none is there'}."
            raise WrongUse(f"Nothing is written to {name!r}.", where="--only", fix=fix)
    if apply:

        def show(report: job.Report) -> None:
            if format is Format.TABLE:
                reporting.print_plan(report.plan or pushing.Plan(), loaded, limit)

        report = do_steps(loaded, steps=("push",), kind="push", only=chosen, overwrite=overwrite, show_plan=show)
        if format is Format.JSON:
            answer_json({"run": report.run.id, "status": report.run.status, **applied_json(report.applied)})
        else:
            out.print(screen.applied(report.applied, loaded.organisation.language))
        reporting.end(report, loaded, quiet=format is Format.JSON)
        return
    made = pushing.plan(job.warehouse_of(loaded), loaded, datetime.now(UTC), only=chosen, overwrite=overwrite)
    if format is Format.JSON:
        answer_json(plan_json(made, limit))
    else:
        reporting.print_plan(made, loaded, limit)
        given = [*(f" --only {name}" for name in chosen)]
        given += [" --overwrite" if overwrite else "", with_settings(settings)]
        reporting.print_what_next(made, loaded, "".join(given))
    problems = [one.problem for one in made.destinations if one.problem is not None]
    for problem in problems:
        tell(problem)
    raise typer.Exit(FAILED if problems or any(one.stopped for one in made.destinations) else DONE)


def run(settings: SettingsFile = SETTINGS, as_of: AsOf = None, only: Only = None) -> None:
    """
    The whole job: pull, compute, push.
    """
    from sync import reporting, screen

    loaded = load(settings)

    def show(report: Any) -> None:
        reporting.print_pull(report, loaded)
        reporting.print_values(report, loaded)
        reporting.print_plan(report.plan, loaded, 0)

    report = do_steps(loaded, as_of=day_of(as_of, loaded), only=known(loaded, only), show_plan=show)
    if report.plan is None:
        reporting.print_pull(report, loaded)
        reporting.print_values(report, loaded)
    if report.applied:
        out.print(screen.applied(report.applied, loaded.organisation.language))
    reporting.end(report, loaded)


def serve(
    settings: SettingsFile = SETTINGS,
    at_once: Annotated[bool, typer.Option("--now", help="Run when it starts, too.")] = False,
) -> None:
    """
    Run the job by cron in the organisation's time zone until SIGTERM, which lets the current page be stored.
    """
    from sync import schedule

    loaded = load(settings)
    console.log_to_stderr(logging.WARNING)

    def stamped(text: str) -> None:
        tell(f"{datetime.now(loaded.zone):%Y-%m-%d %H:%M:%S} {text}")

    following = schedule.next_time(loaded, datetime.now(UTC))
    upcoming = f"next run {following:%Y-%m-%d %H:%M}" if following else "which never comes"
    stamped(f"serving {loaded.schedule.cron!r} ({loaded.organisation.timezone}), {upcoming}")
    schedule.serve(loaded, stamped, at_once=at_once)
