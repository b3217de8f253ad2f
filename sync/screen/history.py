"""
What ran and how it ended, what a check found, who is one with whom.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from sync import words
from sync.check import Checked
from sync.plain import safe
from sync.pull import Pulled
from sync.runs import Run
from sync.screen.style import table

_MARK = {
    "en": {"ok": "[green]ok[/]", "warning": "[yellow]warning[/]", "error": "[red]error[/]"},
    "es": {"ok": "[green]bien[/]", "warning": "[yellow]aviso[/]", "error": "[red]error[/]"},
}


def pulled(found: Pulled, language: str) -> Table:
    """
    What a pull brought, connector by connector.
    """
    title, *heads = {
        "en": ("Pulled", "Connector", "Records", "Requests"),
        "es": ("Leído", "Conector", "Registros", "Llamadas"),
    }[language]
    shown = table(title, *heads, numbers=(1, 2))
    for connector in sorted(found.requests):
        records = sum(number for (name, _), number in found.records.items() if name == connector)
        shown.add_row(
            safe(connector),
            words.localized(f"{records:,}", language),
            words.localized(f"{found.requests[connector]:,}", language),
        )
    return shown


def runs(history: Sequence[Run], zone: Any, language: str) -> Table:
    """
    The latest runs.
    """
    heads = {
        "en": ("Run", "Kind", "Started", "Took", "Status", "Left out"),
        "es": ("Ejecución", "Tipo", "Empezó", "Duró", "Estado", "Fuera"),
    }[language]
    shown = table("", *heads, numbers=(3, 5), whole=(0, 2))
    for run in history:
        shown.add_row(
            safe(run.id),
            safe(words.run_kind(run.kind, language)),
            f"{run.started_at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
            _took(run, language),
            _status(run, language),
            str(len(run.problems) or ""),
        )
    return shown


def run_details(run: Run, zone: Any, language: str) -> Iterator[Table]:
    """
    One run in full, its problems apart.
    """
    yield runs([run], zone, language)
    for key, titles in (
        ("pulled", {"en": "Pulled", "es": "Leído"}),
        ("requests", {"en": "Requests", "es": "Llamadas"}),
    ):
        if run.summary.get(key):
            shown = table(titles[language], "", "", numbers=(1,))
            shown.show_header = False
            for name, number in sorted(run.summary[key].items()):
                shown.add_row(safe(name), words.localized(f"{number:,}", language))
            yield shown
    if run.summary.get("pushed"):
        title, *heads = {
            "en": ("Written", "Destination", "Object", "Written", "As it\nwas", "Refused", "Left\nalone", "Created"),
            "es": ("Escrito", "Destino", "Objeto", "Escritos", "Ya\nestaba", "Recha-\nzados", "Se\nrespeta", "Creados"),
        }[language]
        shown = table(title, *heads, numbers=range(2, 7), whole=(0, 1))
        for name, told in run.summary["pushed"].items():
            others = [str(told.get(key) or "–") for key in ("unchanged", "rejected", "conflicts", "created")]
            written = {**told["written"], **told.get("tabs", {})} or {"–": 0}
            for index, (object, number) in enumerate(written.items()):
                rest = others if index == 0 else [""] * 4
                shown.add_row(safe(name), safe(object), words.localized(f"{number:,}", language), *rest)
        yield shown


def _took(run: Run, language: str) -> str:
    if run.ended_at is None:
        return ""
    return words.localized(f"{(run.ended_at - run.started_at).total_seconds():,.1f} s", language)


def _status(run: Run, language: str) -> str:
    colour = "green" if run.status == "done" else "yellow" if run.status.startswith(("done", "running")) else "red"
    return f"[{colour}]{safe(words.run_status(run.status, language))}[/]"


def findings(found: Sequence[Checked], language: str) -> Table:
    """
    The findings of `noria check`: what needs a person first.
    """
    heads = {"en": ("Connector", "", "About", "Found"), "es": ("Conector", "", "Sobre", "Resultado")}[language]
    shown = table("", *heads, whole=(0, 1))
    worst = {"error": 0, "warning": 1, "ok": 2}
    for one in sorted(found, key=lambda each: worst[each.finding.level]):
        finding = one.told(language)
        fix = f"\n[bold]→ {safe(finding.fix)}[/]" if finding.fix and finding.level != "ok" else ""
        shown.add_row(
            safe(one.connector), _MARK[language][finding.level], safe(finding.about), safe(finding.text) + fix
        )
    return shown


def identity(links: Sequence[Mapping[str, Any]], unsure: Sequence[Mapping[str, Any]], language: str) -> list[Table]:
    """
    How many records were linked and why, and the pairs to decide.
    """
    titles = {
        "en": (("Linked", "Entity", "Because", "Pairs"), ("To decide", "Entity", "One", "Other", "Because")),
        "es": (("Unidos", "Qué", "Porque", "Pares"), ("Por decidir", "Qué", "Uno", "Otro", "Porque")),
    }[language]
    linked = table(*titles[0], numbers=(2,))
    for row in links:
        linked.add_row(safe(row["entity"]), safe(row["reason"]), words.localized(f"{row['pairs']:,}", language))
    open_pairs = table(*titles[1])
    for row in unsure:
        open_pairs.add_row(*(safe(row[key]) for key in ("entity", "a", "b", "reason")))
    return [linked, open_pairs]
