"""
What a push would do, and what it did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from sync import words
from sync.plain import safe
from sync.push import Applied, DestinationPlan, Plan
from sync.screen.style import table

Names = Mapping[tuple[str, str, str], str]
"""
Connector, object, record -> what people call it.
"""


def plan(made: Plan, language: str, *, limit: int, names: Names | None = None) -> Iterator[Table | str]:
    """
    A plan, from the whole to the single value: what is created, how much changes, examples, what is left alone.

    Args:
        limit: Changes and conflicts shown per object.
    """
    yield _overview(made, language)
    calls = [f"{safe(one.connector.name)} {_count(one.calls, language)}" for one in made.destinations if one.calls]
    if calls:
        requests = {"en": "Requests that write:", "es": "Llamadas que escriben:"}[language]
        yield f"{requests} {', '.join(calls)}\n"
    yield from _created(made, language)
    if limit:
        changes, conflicts = _examples(made, language, limit, names or {})
        for shown in (changes, conflicts):
            if shown.row_count:
                yield shown
    for one in made.destinations:
        for reason in one.stopped:
            held = {"en": "stops itself, nothing is written there:", "es": "se detiene, no se escribe nada ahí:"}
            yield f"[red]{safe(one.connector.name)} {held[language]} {safe(reason)}[/]"
        for tab in one.tabs:
            yield from (f"[dim]{safe(one.connector.name)}, {safe(tab.title)}: {safe(note)}[/]" for note in tab.notes)


def _overview(made: Plan, language: str) -> Table:
    title, *heads = {
        "en": ("Plan", "Destination", "What", "Records", "Values", "Blanked", "As it is", "Left alone"),
        "es": ("Plan", "Destino", "Qué", "Registros", "Valores", "Vaciados", "Ya está", "Se respeta"),
    }[language]
    shown = table(title, *heads, numbers=range(2, 7), whole=(0,))
    for one in made.destinations:
        name = safe(one.connector.name)
        if one.problem is not None:
            shown.add_row(name, f"[red]{safe(one.problem.what)}[/]")
            continue
        if one.creates:
            what = {"en": "to create, see below", "es": "por crear, ver abajo"}[language]
            shown.add_row(name, what, _count(len(one.creates), language))
        for each in one.objects:
            shown.add_row(
                name,
                safe(each.wanted.object),
                _count(len({cell.record for cell in each.cells}), language),
                _count(len(each.cells), language),
                _count(sum(1 for cell in each.cells if cell.new is None), language),
                _count(each.unchanged, language),
                _count(len(each.conflicts), language),
            )
        for tab in one.tabs:
            shown.add_row(
                name,
                _tab(tab, language),
                "",
                _count(tab.changed_cells + tab.added_rows, language),
                _count(tab.removed_rows, language),
            )
    return shown


def _tab(tab: Any, language: str) -> str:
    new = {"en": "new tab", "es": "hoja nueva"} if tab.is_new else {"en": "tab", "es": "hoja"}
    return f"{new[language]} {safe(tab.title)}"


def _created(made: Plan, language: str) -> Iterator[str]:
    would = {"en": "would create", "es": "crearía"}[language]
    for one in made.destinations:
        for thing in one.creates:
            yield f"  {safe(one.connector.name)} {would} {safe(thing)}"
        if one.creates:
            yield ""


def _examples(made: Plan, language: str, limit: int, names: Names) -> tuple[Table, Table]:
    first = {"en": f"The first {limit} changes per object", "es": f"Los primeros {limit} cambios por objeto"}[language]
    heads = {
        "en": ("Destination", "Record", "Field", "Stands there", "New"),
        "es": ("Destino", "Registro", "Campo", "Hay ahora", "Nuevo"),
    }[language]
    changes = table(first, *heads, numbers=(3, 4))
    title = {
        "en": "Changed by somebody else and left alone (--overwrite takes ours)",
        "es": "Cambiados por otra persona y respetados (--overwrite pone los nuestros)",
    }[language]
    ours = {"en": "Ours", "es": "Nuestro"}[language]
    conflicts = table(title, *heads[:-1], ours, numbers=(3, 4))
    for one in made.destinations:
        for each in one.objects:
            # A record of a KPI value has a dozen fields; which value it is says its key.
            telling = [cell for cell in each.cells if each.wanted.object != "organisation" or cell.field == "value"]
            for target, cells in ((changes, telling), (conflicts, each.conflicts)):
                for cell in cells[:limit]:
                    target.add_row(*_cell(one, each.wanted.object, cell, names))
            if len(each.cells) > limit and telling:
                more = {"en": "more in", "es": "más en"}[language]
                rest = _count(len(each.cells) - len(telling[:limit]), language)
                changes.add_row("", f"[dim]… {rest} {more} {safe(each.wanted.object)}[/]", "", "", "")
    return changes, conflicts


def _cell(one: DestinationPlan, object: str, cell: Any, names: Names) -> tuple[str, ...]:
    called = names.get((one.connector.name, object, cell.record))
    record = f"{safe(called)} [dim]{safe(cell.record)}[/]" if called else safe(cell.record)
    return (safe(one.connector.name), record, safe(cell.field), _value(cell.old), _value(cell.new))


def _value(value: object) -> str:
    return "[dim]–[/]" if value is None or value == "" else safe(value)


def _count(number: int, language: str) -> str:
    return words.localized(f"{number:,}", language) if number else "–"


def applied(done: Sequence[Applied], language: str) -> Table:
    """
    What a push did.
    """
    title, *heads = {
        "en": ("Written", "Destination", "What", "Created", "Written", "Refused", "Left alone"),
        "es": ("Escrito", "Destino", "Qué", "Creados", "Escritos", "Rechazados", "Se respeta"),
    }[language]
    shown = table(title, *heads, numbers=range(2, 6), whole=(0,))
    nothing = {"en": "nothing had changed", "es": "nada había cambiado"}[language]
    for one in done:
        name, created = safe(one.connector), _count(len(one.created), language)
        if one.problem is not None or one.stopped:
            why = one.problem.what if one.problem is not None else one.stopped[0]
            shown.add_row(name, f"[red]{safe(why)}[/]", created)
            continue
        refused = [object for object, _ in one.rejected]
        conflicts = [object for object, _ in one.conflicts]
        for index, object in enumerate(dict.fromkeys([*one.written, *refused, *conflicts])):
            shown.add_row(
                name,
                safe(object),
                created if index == 0 else "–",
                _count(one.written.get(object, 0), language),
                _count(refused.count(object), language),
                _count(conflicts.count(object), language),
            )
        changed = [tab for tab in one.tabs if tab.is_new or tab.changed_cells or tab.added_rows or tab.removed_rows]
        for tab in changed:
            written = _count(tab.changed_cells + tab.added_rows, language)
            shown.add_row(name, _tab(tab, language), "–", written, "–", "–")
        if not (one.written or refused or conflicts or changed):
            shown.add_row(name, f"[dim]{nothing}[/]", created, "–", "–", "–")
    return shown
