"""
Commands that tell what ran, and who is one with whom.
"""

from __future__ import annotations

from typing import Annotated

import typer

from connectors.errors import WrongUse
from sync.cli.common import AsJson, Format, SettingsFile
from sync.console import SETTINGS, answer_json, out, say
from sync.settings import load


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
    from sync.lock import is_held

    loaded = load(settings)
    warehouse = job.warehouse_of(loaded)
    with warehouse.open(read_only=True) as session:
        found = history.history(session, 10_000 if id else limit, is_running=is_held(warehouse.file))
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
