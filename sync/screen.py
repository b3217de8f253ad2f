"""
Tables that a person likes to read; nothing here prints.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from connectors.errors import redact
from kpis.catalogue import CATALOGUE
from sync import words
from sync.check import Checked
from sync.periods import label
from sync.push import Applied, Plan
from sync.runs import Run

_MARK = {"ok": "[green]ok[/]", "warning": "[yellow]warning[/]", "error": "[red]error[/]"}


def safe(text: object) -> str:
    """
    Outside text for the screen: no markup, no control characters, no secret.
    """
    return escape(redact(str(text)))


def table(title: str, *headers: str, numbers: Sequence[int] = ()) -> Table:
    """
    An empty table in the house style.

    Args:
        numbers: Indexes of columns that hold numbers.
    """
    made = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", header_style="bold")
    for index, header in enumerate(headers):
        made.add_column(header, justify="right" if index in numbers else "left", overflow="fold")
    return made


def values(rows: Sequence[Mapping[str, Any]], grain: str, currency: str, language: str, by: Sequence[str]) -> Table:
    """
    Answers of `noria show`: periods side by side, one line per KPI and member.
    """
    starts = sorted({row["period_start"] for row in rows})
    cut = bool(by)
    heads = ["KPI", *(["/".join(by)] if cut else []), *(label(grain, start) for start in starts)]
    offset = 2 if cut else 1
    made = table("", *heads, numbers=range(offset, len(heads)))
    lines: dict[tuple[str, str, str], dict[date, Mapping[str, Any]]] = {}
    for row in rows:
        lines.setdefault((row["kpi"], row["dimension"], row["member"]), {})[row["period_start"]] = row
    for (kpi, _, member), cells in lines.items():
        one = CATALOGUE[kpi]
        shown = [_cell(cells.get(start), str(one.unit), currency, language) for start in starts]
        made.add_row(safe(getattr(one.name, language)), *([safe(member)] if cut else []), *shown)
    return made


def _cell(row: Mapping[str, Any] | None, unit: str, currency: str, language: str) -> str:
    if row is None:
        return ""
    if row["value"] is None:
        return f"[dim]{safe(row['reason'] or '–')}[/]"
    mark = "*" if row["flags"] else ""
    return words.number(row["value"], unit, currency, language) + mark


def notes(rows: Iterable[Mapping[str, Any]], language: str) -> list[str]:
    """
    The reasons and flags that occur, explained once each.
    """
    found: dict[str, str] = {}
    for row in rows:
        if row["reason"]:
            found[row["reason"]] = words.reason(row["reason"], language) or ""
        for flag in filter(None, (row["flags"] or "").split(",")):
            found[f"* {flag}"] = words.flags(flag, language) or ""
    return [f"{code}: {text}" for code, text in sorted(found.items())]


def board(rows: Sequence[Mapping[str, Any]], currency: str, language: str) -> Table:
    """
    The KPI table: last closed month beside the month before and the year before.
    """
    titles = {
        "en": ("KPI", "Value", "Month before", "Year before", "Status", "Remark"),
        "es": ("KPI", "Valor", "Mes anterior", "Año anterior", "Estado", "Nota"),
    }[language]
    made = table("", *titles, numbers=(1, 2, 3))
    colours = {words.status("higher", 1, 0, language): "green", words.status("higher", 0, 1, language): "red"}
    for row in rows:
        kpi = CATALOGUE[row["kpi"]]
        unit = str(kpi.unit)
        status = words.status(kpi.better, row["value"], row["previous"], language)
        remark = words.reason(row["reason"], language) or words.flags(row["flags"], language) or ""
        made.add_row(
            safe(getattr(kpi.name, language)),
            words.number(row["value"], unit, currency, language),
            words.number(row["previous"], unit, currency, language),
            words.number(row["year_before"], unit, currency, language),
            f"[{colours.get(status, 'dim')}]{status}[/]",
            f"[dim]{safe(remark)}[/]",
        )
    return made


def plan(made: Plan) -> Table:
    """
    What a push would do.
    """
    shown = table("Plan", "Destination", "What", "Creates", "Changes", "Unchanged", "Conflicts", numbers=(2, 3, 4, 5))
    for one in made.destinations:
        name = one.connector.name
        if one.problem is not None:
            shown.add_row(safe(name), f"[red]{safe(one.problem.what)}[/]", "", "", "", "")
            continue
        if one.creates:
            shown.add_row(safe(name), "fields and permissions", str(len(one.creates)), "", "", "")
        for each in one.objects:
            records = len({cell.record for cell in each.cells})
            shown.add_row(
                safe(name),
                f"{each.wanted.object}: {records} records",
                "",
                str(len(each.cells)),
                str(each.unchanged),
                str(len(each.conflicts)),
            )
        for tab in one.tabs:
            changes = tab.changed_cells + tab.added_rows + tab.removed_rows
            shown.add_row(safe(name), f"tab {safe(tab.title)}", "1" if tab.is_new else "", str(changes), "", "")
        for reason in one.stopped:
            shown.add_row(safe(name), f"[red]stopped: {safe(reason)}[/]", "", "", "", "")
    return shown


def cells(made: Plan, limit: int) -> Table:
    """
    The first changes of a plan, old beside new.
    """
    shown = table("", "Destination", "Record", "Field", "Now", "New", numbers=(3, 4))
    for one in made.destinations:
        for each in one.objects:
            for cell in each.cells[:limit]:
                shown.add_row(
                    safe(one.connector.name),
                    f"{each.wanted.object} {safe(cell.record)}",
                    safe(cell.field),
                    safe("" if cell.old is None else cell.old),
                    safe("" if cell.new is None else cell.new),
                )
            if len(each.cells) > limit:
                shown.add_row("", f"[dim]… {len(each.cells) - limit} more in {each.wanted.object}[/]", "", "", "")
    return shown


def applied(done: Sequence[Applied]) -> Table:
    """
    What a push did.
    """
    shown = table("Written", "Destination", "What", "Created", "Written", "Refused", "Conflicts", numbers=(2, 3, 4, 5))
    for one in done:
        written = ", ".join(f"{n} {object}" for object, n in one.written.items())
        tabs = ", ".join(t.title for t in one.tabs if t.is_new or t.changed_cells or t.added_rows or t.removed_rows)
        what = written or (f"tabs {tabs}" if tabs else "nothing changed")
        total = sum(one.written.values()) or sum(t.changed_cells + t.added_rows for t in one.tabs)
        if one.problem is not None:
            what = f"[red]{safe(one.problem.what)}[/]"
        elif one.stopped:
            what = f"[red]stopped: {safe(one.stopped[0])}[/]"
        else:
            what = safe(what)
        shown.add_row(
            safe(one.connector),
            what,
            str(len(one.created) or ""),
            str(total or ""),
            str(len(one.rejected) or ""),
            str(len(one.conflicts) or ""),
        )
    return shown


def runs(history: Sequence[Run], zone: Any) -> Table:
    """
    The latest runs.
    """
    shown = table("", "Run", "Kind", "Started", "Took", "Status", "Left out", numbers=(3, 5))
    for run in history:
        took = f"{(run.ended_at - run.started_at).total_seconds():.1f} s" if run.ended_at else ""
        colour = "green" if run.status == "done" else "yellow" if run.status.startswith(("done", "running")) else "red"
        shown.add_row(
            run.id,
            run.kind,
            f"{run.started_at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
            took,
            f"[{colour}]{safe(run.status)}[/]",
            str(len(run.problems) or ""),
        )
    return shown


def findings(found: Sequence[Checked]) -> Table:
    """
    The findings of `noria check`.
    """
    shown = table("", "Connector", "", "About", "Found", "What to do")
    for one in found:
        finding = one.finding
        shown.add_row(
            safe(one.connector), _MARK[finding.level], safe(finding.about), safe(finding.text), safe(finding.fix)
        )
    return shown


def catalogue(cards: Sequence[Mapping[str, Any]], language: str) -> Table:
    """
    The list of KPIs.
    """
    titles = {"en": ("Id", "Name", "Formula", "Unit", "Better"), "es": ("Id", "Nombre", "Fórmula", "Unidad", "Mejor")}
    shown = table("", *titles[language])
    for card in cards:
        shown.add_row(
            safe(card["kpi"]),
            safe(card["name"][language]),
            safe(card["formula"]),
            safe(card["unit"]),
            safe(card["better"]),
        )
    return shown
