"""
The command line: with `console.py` the only place that prints or exits.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from connectors.errors import UserError, WrongUse, close_matches
from sync import console
from sync.console import DONE, FAILED, LEFT_OUT, SETTINGS, Watched, answer_json, err, out, say, tell, with_settings
from sync.plain import safe
from sync.settings import Settings, load

app = typer.Typer(
    name="noria",
    cls=console.Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Lifts CRM and analytics records, computes KPIs, and pours them back into the CRM and Google Sheets.",
    epilog="Exit status: 0 done, 1 failed, 2 wrong use, 3 done with something left out.",
)


class Format(StrEnum):
    """
    How an answer is printed.
    """

    TABLE = "table"
    JSON = "json"


class Language(StrEnum):
    """
    Languages that KPIs have.
    """

    EN = "en"
    ES = "es"


SettingsFile = Annotated[Path, typer.Option("--settings", help="The settings file.", show_default=True)]
AsJson = Annotated[Format, typer.Option("--format", help="table for people, json for programs.")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="Compute as of this day, e.g. 2026-10-31; today if left out.")
]
Only = Annotated[list[str] | None, typer.Option("--only", help="Only this connector; may be repeated.")]
Spoken = Annotated[Language | None, typer.Option("--language", help="That of the settings if left out.")]
_STOPPING = "Ending after the current page; once more ends at once."


def main() -> None:
    """
    Entry point of the command `noria`.
    """
    console.start(app)


def _day(text: str | None, settings: Settings) -> date:
    from sync.compute import today

    if text is None:
        return today(settings, datetime.now(UTC))
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongUse(f"{text!r} is no day.", where="--as-of", fix="Write it as 2026-10-31.") from error


def _known(settings: Settings, only: list[str] | None) -> tuple[str, ...]:
    for name in only or ():
        if name not in settings.connectors:
            raise WrongUse(
                f"There is no connector {name!r}.", where="--only", fix=close_matches(name, settings.connectors)
            )
    return tuple(only or ())


def _work(settings: Settings, **how: Any) -> Any:
    """
    Do steps of the job with progress on the screen; SIGTERM and Ctrl+C let the current page be stored.
    """
    from sync import job
    from sync.stopping import stopped_by_signals

    show: Callable[[job.Report], None] | None = how.pop("show_plan", None)
    with stopped_by_signals(_STOPPING) as stop, Watched(settings.organisation.language) as watched:

        def show_plan(report: job.Report) -> None:
            # Nothing may redraw the screen below the plan.
            watched.end()
            if show is not None:
                show(report)

        return job.run(settings, progress=watched.records, tell=watched.step, stop=stop, show_plan=show_plan, **how)


# -- commands ----------------------------------------------------------------------------------------------------------


@app.command()
def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the sandbox running and say how to look further.")
    ] = False,
    accounts: Annotated[int, typer.Option(min=5, help="Size of the company that the sandbox plays.")] = 300,
    seed: Annotated[int, typer.Option(help="Another seed plays another company.")] = 7,
    folder: Annotated[
        Path | None, typer.Option(help="Where the demo keeps its files; a temporary folder if left out.")
    ] = None,
) -> None:
    """
    Play the whole job on this machine: sandbox, pull, compute, push, and the numbers a marketer wants to see.
    """
    from sync.demo import run_demo

    raise typer.Exit(run_demo(out, err, keep=keep, accounts=accounts, seed=seed, folder=folder))


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Port on this machine; 0 takes a free one.")] = 8013,
    seed: Annotated[int, typer.Option(help="Another seed plays another company.")] = 7,
    accounts: Annotated[int, typer.Option(min=5, help="How many accounts the company has.")] = 300,
    settings_out: Annotated[Path | None, typer.Option(help="Write settings that use this sandbox.")] = None,
    salesforce: Annotated[Path | None, typer.Option(help="Serve the CSV files of this folder as Salesforce.")] = None,
    hubspot: Annotated[Path | None, typer.Option(help="Serve the CSV files of this folder as HubSpot.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day of the company's history; today if left out.")] = None,
) -> None:
    """
    Play Salesforce, HubSpot and Google on this machine until interrupted.
    """
    from sandbox.serve import open_sandbox, write_settings
    from sync.stopping import stopped_by_signals

    try:
        last = date.fromisoformat(until) if until else None
    except ValueError as error:
        raise WrongUse(f"{until!r} is no day.", where="--until", fix="Write it as 2026-10-31.") from error
    try:
        served = open_sandbox(
            port=port, seed=seed, accounts=accounts, until=last, salesforce=salesforce, hubspot=hubspot
        )
    except OSError as error:
        fix = "Give another port with --port; 0 takes a free one."
        raise UserError(f"The sandbox could not start: {error.strerror or error}.", where="--port", fix=fix) from error
    except ValueError as error:
        fix = "Mend that file, or name another folder."
        raise UserError(f"The sandbox could not start: {error}.", where="noria sandbox", fix=fix) from error
    with stopped_by_signals() as stop, served:
        if settings_out is not None:
            write_settings(served, settings_out)
            tell(f"settings: {settings_out} (secrets beside it)")
        tell(f"sandbox: {served.url} (Ctrl+C ends it)")
        stop.wait()
    tell("ended")


@app.command()
def init(settings: SettingsFile = SETTINGS) -> None:
    """
    Write a settings file to fill in: every key with its meaning and its default.
    """
    from sync.example import text

    if settings.exists():
        raise UserError(
            f"{settings} is there already.", where="--settings", fix="Move it away first, or name another file."
        )
    settings.write_text(text(), encoding="utf-8")
    command = f"noria check{with_settings(settings)}"
    say(f"{settings}: fill in the lines without a leading #, then try it with: {command}")


@app.command()
def check(settings: SettingsFile = SETTINGS, format: AsJson = Format.TABLE, only: Only = None) -> None:
    """
    Try every connector: credentials, permissions, fields, limits.
    """
    from sync import screen
    from sync.check import check as look

    loaded = load(settings)
    found = list(look(loaded, datetime.now(UTC), _known(loaded, only)))
    if format is Format.JSON:
        answer_json([{"connector": one.connector, **vars(one.finding)} for one in found])
    else:
        out.print(screen.findings(found, loaded.organisation.language))
    if any(one.finding.level == "error" for one in found):
        raise typer.Exit(FAILED)
    if any(one.finding.level == "warning" for one in found):
        raise typer.Exit(LEFT_OUT)


@app.command()
def pull(settings: SettingsFile = SETTINGS, only: Only = None) -> None:
    """
    Bring the records up to date; goes on where the last pull stopped.
    """
    from sync import reporting

    loaded = load(settings)
    report = _work(loaded, steps=("pull",), kind="pull", only=_known(loaded, only))
    reporting.print_pull(report, loaded)
    reporting.end(report, loaded)


@app.command()
def compute(settings: SettingsFile = SETTINGS, as_of: AsOf = None) -> None:
    """
    Compute all KPIs from the records pulled so far.
    """
    from sync import reporting

    loaded = load(settings)
    report = _work(loaded, steps=("compute",), kind="compute", as_of=_day(as_of, loaded))
    reporting.print_values(report, loaded)
    reporting.end(report, loaded)


@app.command()
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
    chosen = _known(loaded, only)
    for name in chosen:
        if name not in loaded.push:
            fix = f"Add [push.{name}], or name one of: {', '.join(loaded.push) or 'none is there'}."
            raise WrongUse(f"Nothing is written to {name!r}.", where="--only", fix=fix)
    if apply:

        def show(report: job.Report) -> None:
            if format is Format.TABLE:
                reporting.print_plan(report.plan or pushing.Plan(), loaded, limit)

        report = _work(loaded, steps=("push",), kind="push", only=chosen, overwrite=overwrite, show_plan=show)
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


@app.command()
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

    report = _work(loaded, as_of=_day(as_of, loaded), only=_known(loaded, only), show_plan=show)
    if report.plan is None:
        reporting.print_pull(report, loaded)
        reporting.print_values(report, loaded)
    if report.applied:
        out.print(screen.applied(report.applied, loaded.organisation.language))
    reporting.end(report, loaded)


@app.command()
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


@app.command()
def runs(
    settings: SettingsFile = SETTINGS,
    id: Annotated[str | None, typer.Argument(help="One run in full.")] = None,
    format: AsJson = Format.TABLE,
    limit: Annotated[int, typer.Option(min=1)] = 20,
) -> None:
    """
    The history of runs, newest first; with an id, what was left out of that run.
    """
    from sync import job, screen
    from sync import runs as history

    loaded = load(settings)
    with job.warehouse_of(loaded).open(read_only=True) as session:
        found = history.history(session, 10_000 if id else limit)
    if id is not None:
        found = [run for run in found if run.id == id]
        if not found:
            raise WrongUse(f"There is no run {id!r}.", where="noria runs", fix="List them: noria runs")
    language = loaded.organisation.language
    if format is Format.JSON:
        answer_json([{**vars(run), "problems": run.problems} for run in found])
    elif id is None:
        out.print(screen.runs(found, loaded.zone, language))
    else:
        for shown in screen.run_details(found[0], loaded.zone, language):
            out.print(shown)
        for problem in found[0].problems:
            say(problem)


@app.command()
def kpis(
    settings: SettingsFile = SETTINGS,
    id: Annotated[str | None, typer.Argument(help="One KPI in full.")] = None,
    format: AsJson = Format.TABLE,
    language: Spoken = None,
) -> None:
    """
    The KPIs, what they mean and how they are computed.
    """
    from kpis.catalogue import CATALOGUE
    from sync import screen

    if id is not None and id not in CATALOGUE:
        raise WrongUse(f"There is no KPI {id!r}.", where="noria kpis", fix=close_matches(id, CATALOGUE))
    chosen = [CATALOGUE[id]] if id else [kpi for kpi in CATALOGUE.values() if not kpi.supporting]
    cards = [kpi.card() for kpi in chosen]
    if format is Format.JSON:
        answer_json(cards)
        return
    # The catalogue can be read before there are settings.
    spoken = language or (load(settings).organisation.language if settings.is_file() else "en")
    out.print(screen.card(cards[0], spoken) if id else screen.catalogue(cards, spoken))


@app.command()
def show(
    ids: Annotated[list[str] | None, typer.Argument(metavar="KPI...", help="Ids; all KPIs if left out.")] = None,
    settings: SettingsFile = SETTINGS,
    period: Annotated[
        str, typer.Option("--period", help="day, week, month, quarter, year or all (to date).")
    ] = "month",
    first: Annotated[str | None, typer.Option("--from", help="First period, e.g. 2026-01.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last period, e.g. 2026-10.")] = None,
    by: Annotated[list[str] | None, typer.Option("--by", help="Cut by this dimension; may be repeated.")] = None,
    option: Annotated[list[str] | None, typer.Option("--option", help="Another policy: name=value.")] = None,
    format: AsJson = Format.TABLE,
    as_of: AsOf = None,
    language: Spoken = None,
) -> None:
    """
    KPI values by period, for the organisation or cut by a dimension.
    """
    from sync import job, question, screen
    from sync.compute import answer

    loaded = load(settings)
    day = _day(as_of, loaded)
    asked = question.asked(loaded, day, ids or [], period, first, last, by or [], option or [], tell)
    with job.warehouse_of(loaded).open(read_only=True) as session:
        rows: list[dict[str, Any]] = answer(session, loaded, asked, day).to_pylist()
    fiscal = loaded.organisation.fiscal_year_start
    if format is Format.JSON:
        answer_json([question.row_of(row, fiscal) for row in rows if row["dimension"] in (asked.by or ("org",))])
        return
    spoken = language or loaded.organisation.language
    for shown in screen.values(
        rows,
        period,
        asked.by,
        currency=loaded.organisation.currency,
        language=spoken,
        width=out.width,
        fiscal_year_start=fiscal,
    ):
        out.print(shown)
    for note in screen.notes(rows, spoken):
        out.print(f"[dim]{safe(note)}[/]")


@app.command()
def identity(
    settings: SettingsFile = SETTINGS,
    same: Annotated[tuple[str, str] | None, typer.Option(help="Two records are one: source:id source:id.")] = None,
    different: Annotated[tuple[str, str] | None, typer.Option(help="Two records are not one.")] = None,
    forget: Annotated[tuple[str, str] | None, typer.Option(help="Take a decision back.")] = None,
    entity: Annotated[
        str, typer.Option(help="account, person, deal, campaign, owner, activity or ticket.")
    ] = "account",
    format: AsJson = Format.TABLE,
) -> None:
    """
    Who is one with whom, and the pairs that a person should decide.
    """
    from sync import job, screen
    from sync.identity import decide

    loaded = load(settings)
    warehouse = job.warehouse_of(loaded)
    if same or different or forget:
        pair = same or different or forget
        assert pair is not None
        decide.decide(warehouse, entity, pair, None if forget else bool(same))
        say("Kept. It takes effect with the next `noria compute` or `noria run`.")
        return
    with warehouse.open(read_only=True) as session:
        links, unsure = decide.overview(session)
    if format is Format.JSON:
        answer_json({"links": links, "unsure": unsure})
        return
    for shown in screen.identity(links, unsure, loaded.organisation.language):
        out.print(shown)


if __name__ == "__main__":
    main()
