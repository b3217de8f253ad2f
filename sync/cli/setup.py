"""
Commands that come first: the demo, the sandbox, settings, and what they are worth.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from connectors.errors import UserError, WrongUse
from sync.cli.common import AsJson, Format, Only, SettingsFile, day_of, known
from sync.console import DONE, FAILED, LEFT_OUT, SETTINGS, answer_json, err, out, say, tell, with_settings
from sync.settings import Settings, load


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


def check(
    settings: SettingsFile = SETTINGS,
    format: AsJson = Format.TABLE,
    only: Only = None,
    data: Annotated[
        bool, typer.Option("--data", help="Look for nonsense in the records pulled so far, and ask no vendor.")
    ] = False,
    limit: Annotated[int, typer.Option(min=0, help="With --data: how many records to list per finding.")] = 5,
) -> None:
    """
    Try every connector: credentials, permissions, fields, limits. With --data, look at the records instead.
    """
    from sync import screen
    from sync.check import check as look

    loaded = load(settings)
    chosen = known(loaded, only)
    if data:
        raise typer.Exit(_check_data(loaded, format, chosen, limit))
    found = list(look(loaded, datetime.now(UTC), chosen))
    if format is Format.JSON:
        answer_json([{"connector": one.connector, **vars(one.finding)} for one in found])
    else:
        out.print(screen.findings(found, loaded.organisation.language))
    raise typer.Exit(_worst({one.finding.level for one in found}))


def _check_data(loaded: Settings, format: Format, only: tuple[str, ...], limit: int) -> int:
    from sync import job, quality, screen

    with job.warehouse_of(loaded).open(read_only=True) as session:
        seen = quality.inspect(session, loaded, day_of(None, loaded), only=only, limit=limit)
    if format is Format.JSON:
        answer_json(quality.rows(seen))
    else:
        for shown in screen.quality(seen, loaded.organisation.language):
            out.print(shown)
    return _worst({one.check.severity for one in seen.found})


def _worst(levels: Collection[str]) -> int:
    return FAILED if "error" in levels else LEFT_OUT if "warning" in levels else DONE
