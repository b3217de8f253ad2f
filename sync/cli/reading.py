"""
Commands that read numbers.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from sync.cli.common import AsJson, AsOf, Format, SettingsFile, Spoken, day_of
from sync.console import SETTINGS, answer_json, out, tell
from sync.plain import safe
from sync.settings import load

Board = Annotated[
    str | None,
    typer.Option("--board", help="process, ceo, sales, customer_success, marketing, automation or all."),
]


class Credited(StrEnum):
    """
    What attribution gives credit to.
    """

    CHANNEL = "channel"
    CAMPAIGN = "campaign"


class Converted(StrEnum):
    """
    What attribution takes for a conversion.
    """

    CUSTOMER = "customer"
    WON = "won"
    INVOICES = "invoices"


class Running(StrEnum):
    """
    Periods that an objective is set for.
    """

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


def kpis(
    settings: SettingsFile = SETTINGS,
    id: Annotated[str | None, typer.Argument(help="One KPI in full.")] = None,
    board: Board = None,
    format: AsJson = Format.TABLE,
    language: Spoken = None,
) -> None:
    """
    The KPIs by board, what they mean and how they are computed.
    """
    from kpis.catalogue import CATALOGUE
    from sync import kpis_known, question, screen

    # The catalogue can be read before there are settings.
    loaded = load(settings) if settings.is_file() else None
    known = kpis_known.known(loaded) if loaded else CATALOGUE
    spoken = language or (loaded.organisation.language if loaded else "en")
    if id is not None:
        chosen = [question.kpi(id, known, where="noria kpis")]
    else:
        chosen = question.on_board(board or question.ALL, known)
    cards = [kpi.card() for kpi in chosen]
    if format is Format.JSON:
        answer_json(cards)
    elif id is not None:
        out.print(screen.card(cards[0], spoken))
    else:
        for shown in screen.catalogue(cards, spoken, board):
            out.print(shown)


def show(
    ids: Annotated[list[str] | None, typer.Argument(metavar="KPI...", help="Ids; all KPIs if left out.")] = None,
    settings: SettingsFile = SETTINGS,
    board: Board = None,
    period: Annotated[
        str, typer.Option("--period", help="day, week, month, quarter, year, all (to date) or trailing days as 90d.")
    ] = "month",
    first: Annotated[str | None, typer.Option("--from", help="First period, e.g. 2026-01.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last period, e.g. 2026-10.")] = None,
    by: Annotated[list[str] | None, typer.Option("--by", help="Cut by this dimension; may be repeated.")] = None,
    option: Annotated[list[str] | None, typer.Option("--option", help="Another policy: name=value.")] = None,
    same_days: Annotated[
        bool, typer.Option("--same-days", help="The running period beside as many days of the periods before.")
    ] = False,
    format: AsJson = Format.TABLE,
    as_of: AsOf = None,
    language: Spoken = None,
) -> None:
    """
    KPI values by period, for the organisation or cut by a dimension.
    """
    from sync import job, kpis_known, quality, question, screen
    from sync.compute import answer

    loaded = load(settings)
    known = kpis_known.known(loaded)
    day = day_of(as_of, loaded)
    words = question.Words(ids or (), board, period, first, last, by or (), option or (), same_days)
    asked = question.asked(words, loaded, known, day, tell)
    with job.warehouse_of(loaded).open(read_only=True) as session:
        rows: list[dict[str, Any]] = answer(session, loaded, asked, day).to_pylist()
        missing = {row["kpi"]: known[row["kpi"]] for row in rows if row["reason"] == "missing_input"}
        lacking = list(quality.lacking(session, loaded, missing)) if missing else []
    fiscal = loaded.organisation.fiscal_year_start
    if format is Format.JSON:
        needs = {one.kpi: one.needs for one in lacking}
        told = [row for row in rows if row["dimension"] in (asked.by or ("org",))]
        answer_json([question.row_of(row, fiscal, needs) for row in told])
        return
    spoken = language or loaded.organisation.language
    look = screen.Look(loaded.organisation.currency, spoken, out.width, fiscal, known)
    if asked.by:
        # a KPI that was not cut is in no table, and needs no footnote
        rows = [row for row in rows if {*known[row["kpi"]].by, "org"} & {*asked.by}]
    for shown in screen.same_days(rows, asked.by, look) if same_days else screen.values(rows, asked.by, look):
        out.print(shown)
    for note in screen.notes(rows, spoken):
        out.print(f"[dim]{safe(note)}[/]")
    for need, waiting in quality.waiting(lacking, spoken).items():
        out.print(safe(f"{', '.join(look.name(kpi) for kpi in waiting)}: {need}"))
    if ids or board:
        for caution in screen.cautions([known[id] for id in asked.kpis], spoken):
            out.print(f"[dim]{safe(caution)}[/]")


def attribution(
    settings: SettingsFile = SETTINGS,
    by: Annotated[Credited, typer.Option("--by", help="What credit is given to.")] = Credited.CHANNEL,
    of: Annotated[Converted, typer.Option("--of", help="What a conversion is.")] = Converted.CUSTOMER,
    first: Annotated[
        str | None, typer.Option("--from", help="First period; the last twelve months if left out.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last period.")] = None,
    format: AsJson = Format.TABLE,
    as_of: AsOf = None,
    language: Spoken = None,
) -> None:
    """
    What every attribution model gives each channel or campaign, side by side, and what none can give.
    """
    from sync import attribution as models
    from sync import job, question, screen

    loaded = load(settings)
    begins, ends = question.days(first, last, loaded, day_of(as_of, loaded))
    with job.warehouse_of(loaded).open(read_only=True) as session:
        found = models.compare(session, loaded, begins, ends, by=by.value, of=of.value)
    if format is Format.JSON:
        answer_json(models.rows_of(found))
        return
    spoken = language or loaded.organisation.language
    for shown in screen.attribution(found, loaded.organisation.currency, spoken, out.width):
        out.print(shown)


def objectives(
    settings: SettingsFile = SETTINGS,
    suggest: Annotated[bool, typer.Option("--suggest", help="Objectives worth setting, with their baseline.")] = False,
    period: Annotated[
        Running, typer.Option("--period", help="With --suggest: what to set them for.")
    ] = Running.QUARTER,
    format: AsJson = Format.TABLE,
    as_of: AsOf = None,
    language: Spoken = None,
) -> None:
    """
    The objectives that run: target and what it was before, actual, progress, who answers for it, the next step.
    """
    from sync import job, kpis_known, screen
    from sync import objectives as aims

    loaded = load(settings)
    day = day_of(as_of, loaded)
    look = screen.Look(
        loaded.organisation.currency,
        language or loaded.organisation.language,
        out.width,
        loaded.organisation.fiscal_year_start,
        kpis_known.known(loaded),
    )
    with job.warehouse_of(loaded).open(read_only=True) as session:
        if suggest:
            proposed = list(aims.suggested(session, loaded, period.value, day))
            found = []
        else:
            proposed = []
            found = aims.running(session, loaded, day)
    if format is Format.JSON:
        answer_json([each.row() for each in proposed] if suggest else aims.rows(found, day))
        return
    for shown in screen.suggested(proposed, look) if suggest else screen.objectives(found, day, look):
        out.print(shown)
