"""
What the commands share: their parameters, and how they do steps of the job.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from connectors.errors import WrongUse, close_matches
from sync.console import Watched
from sync.settings import Settings


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


def day_of(text: str | None, settings: Settings) -> date:
    """
    The organisation's day that an answer is of.

    Raises:
        WrongUse: The text is no day.
    """
    from sync.compute import today

    if text is None:
        return today(settings, datetime.now(UTC))
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongUse(f"{text!r} is no day.", where="--as-of", fix="Write it as 2026-10-31.") from error


def known(settings: Settings, only: list[str] | None) -> tuple[str, ...]:
    """
    The connectors chosen.

    Raises:
        WrongUse: One is not in the settings.
    """
    for name in only or ():
        if name not in settings.connectors:
            raise WrongUse(
                f"There is no connector {name!r}.", where="--only", fix=close_matches(name, settings.connectors)
            )
    return tuple(only or ())


def do_steps(settings: Settings, **how: Any) -> Any:
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
