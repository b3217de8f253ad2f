"""
The command that opens a number to its records.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from sync.cli.common import AsJson, AsOf, Format, SettingsFile, Spoken, day_of
from sync.console import DONE, FAILED, SETTINGS, answer_json, out
from sync.settings import load


class Versus(StrEnum):
    """
    What a number is held against.
    """

    PREVIOUS = "previous"
    YEAR = "year"


def explain(
    kpi: Annotated[str, typer.Argument(metavar="KPI", help="Its id; `noria kpis` lists them.")],
    period: Annotated[
        str, typer.Argument(metavar="PERIOD", help="2026-10, 2026-Q3, 2026, 2026-W07, 2026-10-31, all, or 90d.")
    ],
    settings: SettingsFile = SETTINGS,
    by: Annotated[
        str | None, typer.Option("--by", help="One member, e.g. owner=Ana; the whole organisation if left out.")
    ] = None,
    records: Annotated[bool, typer.Option("--records", help="List the records behind each part.")] = False,
    versus: Annotated[
        Versus | None, typer.Option("--versus", help="What changed since the period before, or a year before.")
    ] = None,
    sql: Annotated[bool, typer.Option("--sql", help="Show the statements.")] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="How many records of each part: 20; in JSON all.")
    ] = None,
    option: Annotated[list[str] | None, typer.Option("--option", help="Another policy: name=value.")] = None,
    format: AsJson = Format.TABLE,
    as_of: AsOf = None,
    language: Spoken = None,
) -> None:
    """
    How a number came about: formula, parts, SQL and records, and what changed since another period.
    """
    from sync import explain as explaining
    from sync import job, kpis_known, question, screen

    loaded = load(settings)
    day = day_of(as_of, loaded)
    wanted = explaining.Wanted(
        kpi,
        period,
        by,
        question.options_of(option or (), loaded),
        records,
        limit if limit or format is Format.JSON else 20,
        versus.value if versus else None,
    )
    with job.warehouse_of(loaded).open(read_only=True) as session:
        story = explaining.explain(session, loaded, wanted, day)
    organisation = loaded.organisation
    if format is Format.JSON:
        answer_json(explaining.told(story, organisation.fiscal_year_start, sql=sql))
    else:
        reader = screen.Reader(
            language or organisation.language,
            organisation.currency,
            organisation.fiscal_year_start,
            kpis_known.known(loaded),
        )
        for shown in screen.explained(story, reader, screen.Asked(records, sql)):
            out.print(shown)
    raise typer.Exit(DONE if story.agrees else FAILED)
