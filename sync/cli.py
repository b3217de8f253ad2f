"""
The command line: the only place that prints or exits.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from connectors.errors import UserError, close_matches, redact
from sync.settings import Settings, load

DONE, FAILED, WRONG_USE, LEFT_OUT = 0, 1, 2, 3

app = typer.Typer(
    name="noria",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Lifts CRM and analytics records, computes KPIs, and pours them back into the CRM and Google Sheets.",
)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class Format(StrEnum):
    """
    How an answer is printed.
    """

    TABLE = "table"
    JSON = "json"


SettingsFile = Annotated[Path, typer.Option("--settings", help="The settings file.", show_default=True)]
AsJson = Annotated[Format, typer.Option("--format", help="table for people, json for programs.")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="Compute as of this day, e.g. 2026-10-31; today if left out.")
]
Only = Annotated[list[str] | None, typer.Option("--only", help="Only this connector; may be repeated.")]
_SETTINGS = Path("settings.toml")


def main() -> None:
    """
    Entry point of the command `noria`.
    """
    _log_to_stderr()
    try:
        app()
    except UserError as error:
        err.print(str(error), markup=False)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(FAILED)


def _log_to_stderr() -> None:
    def clean(logger: Any, method: str, event: Any) -> Any:
        return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            clean,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def _day(text: str | None, settings: Settings) -> date:
    from sync.compute import today

    if text is None:
        return today(settings, datetime.now(UTC))
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"{text!r} is no day.", where="--as-of", fix="Write it as 2026-10-31.") from error


def _known(settings: Settings, only: list[str] | None) -> tuple[str, ...]:
    for name in only or ():
        if name not in settings.connectors:
            raise UserError(
                f"There is no connector {name!r}.", where="--only", fix=close_matches(name, settings.connectors)
            )
    return tuple(only or ())


@contextmanager
def _bars() -> Iterator[Any]:
    """
    Progress of a pull on the screen; silent where nobody watches.
    """
    if not err.is_terminal:
        yield None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        tasks: dict[tuple[str, str], Any] = {}

        def told(connector: str, stream: str, done: int, total: int | None) -> None:
            if (connector, stream) not in tasks:
                tasks[connector, stream] = progress.add_task(f"{connector} {stream}", total=total)
            progress.update(tasks[connector, stream], completed=done, total=total)

        yield told


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

    try:
        last = date.fromisoformat(until) if until else None
        served = open_sandbox(
            port=port, seed=seed, accounts=accounts, until=last, salesforce=salesforce, hubspot=hubspot
        )
    except (ValueError, OSError) as error:
        raise UserError(
            f"The sandbox could not start: {error}.", where="noria sandbox", fix="Mend that and start again."
        ) from error
    with served:
        if settings_out is not None:
            write_settings(served, settings_out)
            err.print(f"settings: {settings_out} (secrets beside it)", markup=False)
        err.print(f"sandbox: {served.url} (Ctrl+C ends it)", markup=False)
        try:
            served.wait()
        except KeyboardInterrupt:
            err.print("ended", markup=False)


@app.command()
def init(settings: SettingsFile = _SETTINGS) -> None:
    """
    Write a settings file to fill in: every key with its meaning and its default.
    """
    from sync.example import text

    if settings.exists():
        raise UserError(
            f"{settings} is there already.", where="--settings", fix="Move it away first, or name another file."
        )
    settings.write_text(text(), encoding="utf-8")
    out.print(f"{settings}: fill in the lines without a leading #, then try it with: noria check", markup=False)


@app.command()
def check(settings: SettingsFile = _SETTINGS, format: AsJson = Format.TABLE, only: Only = None) -> None:
    """
    Try every connector: credentials, permissions, fields, limits.
    """
    from sync import screen
    from sync.check import check as look

    loaded = load(settings)
    found = list(look(loaded, datetime.now(UTC), _known(loaded, only)))
    if format is Format.JSON:
        _json([{"connector": one.connector, **vars(one.finding)} for one in found])
    else:
        out.print(screen.findings(found))
    if any(one.finding.level == "error" for one in found):
        raise typer.Exit(FAILED)
    if any(one.finding.level == "warning" for one in found):
        raise typer.Exit(LEFT_OUT)


@app.command()
def pull(settings: SettingsFile = _SETTINGS, only: Only = None) -> None:
    """
    Bring the records up to date; goes on where the last pull stopped.
    """
    from sync import job

    loaded = load(settings)
    with _bars() as progress:
        report = job.run(loaded, steps=("pull",), kind="pull", only=_known(loaded, only), progress=progress)
    _print_pull(report)
    _end(report)


@app.command()
def compute(settings: SettingsFile = _SETTINGS, as_of: AsOf = None) -> None:
    """
    Compute all KPIs from the records pulled so far.
    """
    from sync import job

    loaded = load(settings)
    report = job.run(loaded, steps=("compute",), kind="compute", as_of=_day(as_of, loaded))
    out.print(f"{report.values} values", markup=False)
    _end(report)


@app.command()
def push(
    settings: SettingsFile = _SETTINGS,
    apply: Annotated[
        bool, typer.Option("--apply", help="Write what the plan shows; without it nothing is written.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Take our value where somebody else changed ours.")
    ] = False,
    only: Only = None,
    limit: Annotated[int, typer.Option(min=0, help="How many changes per object to show.")] = 10,
    format: AsJson = Format.TABLE,
    as_of: AsOf = None,
) -> None:
    """
    Show what would be written to the CRM and the spreadsheet; with --apply, write it.
    """
    from sync import job, screen
    from sync import push as pushing
    from sync.outcome import applied_json, plan_json

    loaded = load(settings)
    day = _day(as_of, loaded)
    chosen = _known(loaded, only)
    if not apply:
        warehouse = job.warehouse_of(loaded)
        made = pushing.plan(warehouse, loaded, datetime.now(UTC), day, only=chosen, overwrite=overwrite)
        if format is Format.JSON:
            _json(plan_json(made, limit))
        else:
            _print_plan(made, limit)
            out.print("Nothing was written. Write it with: noria push --apply", markup=False)
        problems = [one.problem for one in made.destinations if one.problem is not None]
        for problem in problems:
            err.print(str(problem), markup=False)
        raise typer.Exit(FAILED if problems or any(one.stopped for one in made.destinations) else DONE)

    def show(made: pushing.Plan) -> None:
        if format is Format.TABLE:
            _print_plan(made, limit)

    report = job.run(loaded, steps=("push",), kind="push", as_of=day, only=chosen, overwrite=overwrite, show_plan=show)
    if format is Format.JSON:
        _json({"run": report.run.id, "status": report.run.status, **applied_json(report.applied)})
    else:
        out.print(screen.applied(report.applied))
    _end(report)


@app.command()
def run(settings: SettingsFile = _SETTINGS, as_of: AsOf = None, only: Only = None) -> None:
    """
    The whole job: pull, compute, push.
    """
    from sync import job, screen

    loaded = load(settings)
    with _bars() as progress:
        report = job.run(loaded, as_of=_day(as_of, loaded), only=_known(loaded, only), progress=progress)
    _print_pull(report)
    out.print(f"{report.values} values computed", markup=False)
    if report.plan is not None:
        out.print(screen.plan(report.plan))
        out.print(screen.applied(report.applied))
    _end(report)


@app.command()
def serve(settings: SettingsFile = _SETTINGS) -> None:
    """
    Run the job on schedule until SIGTERM.
    """
    from sync import schedule

    loaded = load(settings)

    def tell(text: str) -> None:
        err.print(f"{datetime.now(loaded.zone):%Y-%m-%d %H:%M:%S} {text}", markup=False)

    following = schedule.next_time(loaded, datetime.now(loaded.zone))
    tell(f"serving {loaded.schedule.cron!r} ({loaded.organisation.timezone}), next run {following:%Y-%m-%d %H:%M}")
    schedule.serve(loaded, tell)


@app.command()
def runs(
    settings: SettingsFile = _SETTINGS,
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
            raise UserError(f"There is no run {id!r}.", where="noria runs", fix="List them: noria runs")
    if format is Format.JSON:
        _json([vars(run) for run in found])
        return
    out.print(screen.runs(found, loaded.zone))
    if id is not None:
        for problem in found[0].problems:
            out.print(problem, markup=False)


@app.command()
def kpis(
    settings: SettingsFile = _SETTINGS,
    id: Annotated[str | None, typer.Argument(help="One KPI in full.")] = None,
    format: AsJson = Format.TABLE,
    language: Annotated[str | None, typer.Option(help="en or es; that of the settings if left out.")] = None,
) -> None:
    """
    The KPIs, what they mean and how they are computed.
    """
    from kpis.catalogue import CATALOGUE
    from sync import screen

    if language is None:
        language = load(settings).organisation.language if settings.is_file() else "en"
    if language not in ("en", "es"):
        raise UserError(f"There is no language {language!r}.", where="--language", fix="known: en, es")
    if id is not None and id not in CATALOGUE:
        raise UserError(f"There is no KPI {id!r}.", where="noria kpis", fix=close_matches(id, CATALOGUE))
    chosen = [CATALOGUE[id]] if id else [kpi for kpi in CATALOGUE.values() if not kpi.supporting]
    cards = [kpi.card() for kpi in chosen]
    if format is Format.JSON:
        _json(cards)
    elif id is None:
        out.print(screen.catalogue(cards, language))
    else:
        for key, value in cards[0].items():
            shown = value[language] if isinstance(value, Mapping) and language in value else value
            out.print(f"[bold]{key}[/]  {screen.safe(shown)}")


@app.command()
def show(
    ids: Annotated[list[str] | None, typer.Argument(metavar="KPI...", help="Ids; all KPIs if left out.")] = None,
    settings: SettingsFile = _SETTINGS,
    period: Annotated[
        str, typer.Option("--period", help="day, week, month, quarter, year or all (to date).")
    ] = "month",
    first: Annotated[str | None, typer.Option("--from", help="First period, e.g. 2026-01.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last period, e.g. 2026-10.")] = None,
    by: Annotated[list[str] | None, typer.Option("--by", help="Cut by this dimension; may be repeated.")] = None,
    option: Annotated[list[str] | None, typer.Option("--option", help="Another policy: name=value.")] = None,
    format: AsJson = Format.TABLE,
    as_of: AsOf = None,
    language: Annotated[str | None, typer.Option(help="en or es.")] = None,
) -> None:
    """
    KPI values by period, for the organisation or cut by a dimension.
    """
    from kpis.catalogue import CATALOGUE
    from sync import job, periods, screen
    from sync.compute import Asked, answer

    loaded = load(settings)
    if period not in periods.GRAINS:
        raise UserError(f"There is no period {period!r}.", where="--period", fix=close_matches(period, periods.GRAINS))
    day = _day(as_of, loaded)
    asked = Asked(
        kpis=tuple(ids or (kpi.id for kpi in CATALOGUE.values() if not kpi.supporting)),
        grain=period,
        first=periods.day_in(first, where="--from") if first else None,
        last=periods.day_in(last, where="--to") if last else None,
        by=tuple(by or ()),
        options=dict(_options(option or [])),
    )
    with job.warehouse_of(loaded).open(read_only=True) as session:
        rows: list[dict[str, Any]] = answer(session, loaded, asked, day).to_pylist()
    wanted = set(asked.by) or {"org"}
    rows = [row for row in rows if row["dimension"] in wanted]
    if format is Format.JSON:
        for row in rows:
            row["period"] = periods.label(row["grain"], row["period_start"]) if row["grain"] != "all" else "all"
            row["flags"] = [flag for flag in (row["flags"] or "").split(",") if flag]
        _json(rows)
        return
    spoken = language or loaded.organisation.language
    out.print(screen.values(rows, period, loaded.organisation.currency, spoken, asked.by))
    for note in screen.notes(rows, spoken):
        out.print(f"[dim]{screen.safe(note)}[/]")


def _options(given: list[str]) -> Iterator[tuple[str, Any]]:
    for text in given:
        name, separator, value = text.partition("=")
        if not separator:
            raise UserError(f"{text!r} is no option.", where="--option", fix="Write it as name=value.")
        try:
            yield name, json.loads(value)
        except json.JSONDecodeError:
            yield name, value


@app.command()
def identity(
    settings: SettingsFile = _SETTINGS,
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
        out.print("Kept. It takes effect with the next `noria compute` or `noria run`.", markup=False)
        return
    with warehouse.open(read_only=True) as session:
        links, unsure = decide.overview(session)
    if format is Format.JSON:
        _json({"links": links, "unsure": unsure})
        return
    shown = screen.table("Linked", "Entity", "Because", "Pairs", numbers=(2,))
    for row in links:
        shown.add_row(screen.safe(row["entity"]), screen.safe(row["reason"]), str(row["pairs"]))
    out.print(shown)
    open_pairs = screen.table("To decide", "Entity", "One", "Other", "Because")
    for row in unsure:
        open_pairs.add_row(*(screen.safe(row[key]) for key in ("entity", "a", "b", "reason")))
    out.print(open_pairs)


# -- printing ----------------------------------------------------------------------------------------------------------


def _print_pull(report: Any) -> None:
    from sync import screen

    if report.pulled is None:
        return
    shown = screen.table("Pulled", "Connector", "Records", "Requests", numbers=(1, 2))
    totals: dict[str, int] = {}
    for (connector, _), records in report.pulled.records.items():
        totals[connector] = totals.get(connector, 0) + records
    for connector, records in totals.items():
        shown.add_row(screen.safe(connector), f"{records:,}", str(report.pulled.requests.get(connector, 0)))
    out.print(shown)


def _print_plan(made: Any, limit: int) -> None:
    from sync import screen

    out.print(screen.plan(made))
    for one in made.destinations:
        for thing in one.creates:
            out.print(f"  {one.connector.name} would create {thing}", markup=False)
    if any(each.cells for one in made.destinations for each in one.objects) and limit:
        out.print(screen.cells(made, limit))


def _end(report: Any) -> None:
    """
    Say how it ended and leave with the exit status that goes with it.
    """
    for problem in report.run.problems:
        err.print(problem, markup=False)
    line = f"run {report.run.id}: {report.run.status}"
    (err if report.failed_at else out).print(line, markup=False)
    if report.failed_at:
        raise typer.Exit(FAILED)
    if report.run.problems:
        raise typer.Exit(LEFT_OUT)


if __name__ == "__main__":
    main()
