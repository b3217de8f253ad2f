"""
What the commands print of a job: what came in, what a plan says, how it ended.
"""

from __future__ import annotations

import typer

from sync import job, screen, words
from sync.console import FAILED, LEFT_OUT, out, say, tell
from sync.outcome import names
from sync.push import Plan
from sync.settings import Settings


def print_pull(report: job.Report, settings: Settings) -> None:
    """
    What came in.
    """
    if report.pulled is not None:
        out.print(screen.pulled(report.pulled, settings.organisation.language))


def print_values(report: job.Report, settings: Settings) -> None:
    """
    How much was computed.
    """
    if report.values:
        language = settings.organisation.language
        number = words.localized(f"{report.values:,}", language)
        say({"en": f"{number} KPI values computed.", "es": f"{number} valores de KPI calculados."}[language])


def print_plan(made: Plan, settings: Settings, limit: int) -> None:
    """
    A plan.

    Args:
        limit: Changes and conflicts shown per object.
    """
    with job.warehouse_of(settings).open(read_only=True) as session:
        called = names(session, made, limit)
    for shown in screen.plan(made, settings.organisation.language, limit=limit, names=called):
        out.print(shown)


def print_what_next(made: Plan, settings: Settings, given: str) -> None:
    """
    What a person does with a plan.

    Args:
        given: The options that the plan was made with: other options would write something else.
    """
    if not settings.push:
        said = {
            "en": "Nothing is written anywhere: the settings have no [push.NAME].",
            "es": "No se escribe en ningún sitio: la configuración no tiene [push.NOMBRE].",
        }
    elif any(one.problem is not None or one.stopped for one in made.destinations):
        said = {"en": "Nothing was written.", "es": "No se escribió nada."}
    elif all(one.is_empty for one in made.destinations) and any(one.conflicts for one in made.destinations):
        said = {
            "en": "Nothing else is left to write. Nothing was written.",
            "es": "No queda nada más que escribir. No se escribió nada.",
        }
    elif all(one.is_empty for one in made.destinations):
        said = {
            "en": "Everything stands as it should. Nothing was written.",
            "es": "Todo está como debe. No se escribió nada.",
        }
    else:
        command = f"noria push --apply{given}"
        said = {
            "en": f"Nothing was written. Write it with: {command}",
            "es": f"No se escribió nada. Para escribirlo: {command}",
        }
    say(said[settings.organisation.language])


_SHOWN = 20
"""
Problems printed at the end of a run; `noria runs ID` has them all.
"""


def end(report: job.Report, settings: Settings, *, quiet: bool = False) -> None:
    """
    Say how it ended and leave with the exit status that goes with it.

    Args:
        quiet: The answer says it already.
    """
    problems = report.run.problems
    for problem in problems[:_SHOWN]:
        tell(problem)
    language = settings.organisation.language
    if len(problems) > _SHOWN:
        rest = len(problems) - _SHOWN
        more = {"en": f"… and {rest} more", "es": f"… y {rest} más"}[language]
        tell(f"{more}: noria runs {report.run.id}")
    if not quiet:
        named = {"en": "run", "es": "ejecución"}[language]
        line = f"{named} {report.run.id}: {words.run_status(report.run.status, language)}"
        (tell if report.failed_at else say)(line)
    if report.failed_at:
        raise typer.Exit(FAILED)
    if problems:
        raise typer.Exit(LEFT_OUT)
