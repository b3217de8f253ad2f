"""
What moved a number since another period, for people.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table

from sync import words
from sync.explain import Change, Effect, Explained, TermChange
from sync.plain import safe
from sync.screen.numbers import Reader, plainly
from sync.screen.records import lines
from sync.screen.style import table

_KINDS = {
    "came": {"en": "[green]came[/]", "es": "[green]vino[/]"},
    "went": {"en": "[red]went[/]", "es": "[red]se fue[/]"},
    "changed": {"en": "[yellow]changed[/]", "es": "[yellow]cambió[/]"},
}


def changed(change: Change, now: Explained, reader: Reader) -> Iterator[RenderableType]:
    """
    Both values, where the difference came from, and the records that came and went.
    """
    kpi, then = now.number.kpi, change.then
    period = then.number.period.name(reader.language, reader.fiscal_year_start)
    value, before = now.row["value"], then.row["value"]
    against = reader.say(f"Against {period}", f"Frente a {period}")
    yield f"\n[bold]{safe(against)}[/]  {safe(reader.number(before, kpi))}"
    if before is None:
        yield safe(words.reason(then.row["reason"], reader.language) or "")
    else:
        numbers = words.localized(then.in_numbers, reader.language)
        yield f"[dim]{safe(numbers)} = {safe(reader.number(before, kpi))}[/]"
        if value is not None:
            yield f"[bold]{reader.say('Change', 'Cambio')}[/]  {safe(reader.moved(value - before, kpi))}"
    if change.effects:
        yield _effects(change.effects, now, reader)
    for term in change.terms:
        if term.counts:
            yield _moved(term, reader)


def _effects(effects: tuple[Effect, ...], now: Explained, reader: Reader) -> Table:
    heads = {
        "en": ("Came from", "Then", "Now", "Did to the number"),
        "es": ("Viene de", "Antes", "Ahora", "Efecto en la cifra"),
    }[reader.language]
    shown = table("", *heads, numbers=(1, 2, 3))
    for effect in effects:
        name = f"[bold]{safe(getattr(effect.name, reader.language))}[/] " if effect.name else ""
        shown.add_row(
            f"{name}{safe(effect.part)}",
            plainly(effect.then, reader.language),
            plainly(effect.now, reader.language),
            safe(reader.moved(effect.effect, now.number.kpi)),
        )
    return shown


def _moved(term: TermChange, reader: Reader) -> Table:
    then, now = (plainly(value, reader.language) for value in (term.then, term.now))
    counted = ", ".join(
        f"{_KINDS[kind][reader.language]} {words.localized(f'{term.counts[kind]:,}', reader.language)}"
        f" ({_signed(term.sums[kind], reader.language)})"
        for kind in _KINDS
        if kind in term.counts
    )
    heads = {"en": ("", "Record", "Then", "Now"), "es": ("", "Registro", "Antes", "Ahora")}[reader.language]
    shown = table(f"{safe(term.name)}: {then} → {now}  {counted}", *heads, numbers=(2, 3), whole=(0,))
    for one in term.moved:
        shown.add_row(
            _KINDS[one.kind][reader.language],
            "\n".join(lines(one.record)),
            "" if one.kind == "came" else plainly(one.then, reader.language),
            "" if one.kind == "went" else plainly(one.record.contribution, reader.language),
        )
    rest = sum(term.counts.values()) - len(term.moved)
    if rest > 0:
        number = words.localized(f"{rest:,}", reader.language)
        more = reader.say(f"… and {number} more (--limit lists more)", f"… y {number} más (--limit muestra más)")
        shown.add_row("", f"[dim]{more}[/]", "", "")
    return shown


def _signed(value: float, language: str) -> str:
    return ("+" if value > 0 else "") + plainly(value, language)
