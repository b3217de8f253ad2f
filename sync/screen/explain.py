"""
How a number came about, for people: the value, its formula in words and in numbers, its parts, the records behind them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlglot
from rich.console import RenderableType
from rich.table import Table

from kpis.sql import DIALECT
from sync import words
from sync.explain import Credit, Explained, Story, Term
from sync.explain.records import Key
from sync.plain import safe
from sync.screen.aims import aims
from sync.screen.changed import changed
from sync.screen.numbers import Reader, plainly
from sync.screen.records import day, days, lines
from sync.screen.style import table

_ROLES = {
    "numerator": {"en": "above the line", "es": "sobre la línea"},
    "denominator": {"en": "below the line", "es": "bajo la línea"},
    "both": {"en": "above and below", "es": "sobre y bajo la línea"},
    "part": {"en": "", "es": ""},
    "condition": {"en": "decides", "es": "decide"},
}


@dataclass(frozen=True)
class Asked:
    """
    What to show.

    Args:
        records: True to list the records.
        sql: True to show the statements.
    """

    records: bool = False
    sql: bool = False


def explained(story: Story, reader: Reader, asked: Asked) -> Iterator[RenderableType]:
    """
    A story from the value to its records.
    """
    one = story.explained
    yield from _value(one, reader)
    yield from (f"[bold]→[/] {safe(getattr(need, reader.language))}" for need in story.needs)
    yield from _formula(one, reader)
    if one.terms:
        yield _terms(one, reader)
    yield from _recount(one, reader)
    if story.model is not None:
        yield from _model(story.model, reader)
    yield from _waiting(story, reader)
    yield from aims(story, reader)
    if asked.records:
        yield from (
            _records(term, story.credits, reader) for term in one.terms if term.records and term.role != "condition"
        )
    if story.change is not None:
        yield from changed(story.change, one, reader)
    if asked.sql:
        yield from _statements(one, reader)


def _value(one: Explained, reader: Reader) -> Iterator[str]:
    row, number = one.row, one.number
    title = [getattr(number.kpi.name, reader.language), number.period.name(reader.language, reader.fiscal_year_start)]
    if number.dimension != "org":
        title.append(f"{words.dimension(number.dimension, reader.language)}: {number.member}")
    yield f"[bold]{safe(' · '.join(title))}[/]  [dim]{safe(number.kpi.id)}[/]"
    yield f"[dim]{safe(getattr(number.kpi.meaning, reader.language))}[/]"
    beside = []
    if row["interval_low"] is not None:
        low, high = row["interval_low"], row["interval_high"]
        beside.append(f"95 %: {words.span(low, high, number.kpi.unit, reader.language)}")
    if row["target"] is not None:
        beside.append(f"{reader.say('target', 'objetivo')}: {reader.number(row['target'], number.kpi)}")
    value = f"\n[bold]{safe(reader.number(row['value'], number.kpi))}[/]"
    yield value + (f"  ({safe('; '.join(beside))})" if beside else "")
    told = [words.reason(row["reason"], reader.language), words.flags(row["flags"], reader.language)]
    is_over = "is_partial" not in (row["flags"] or "").split(",")
    if row["status"] and (row["target"] is None or is_over):
        told.append(words.judged(row["status"], reader.language))
    yield from (safe(text) for text in dict.fromkeys(told) if text)
    if number.period.grain != "all":
        before, year = (reader.number(row[key], number.kpi) for key in ("previous", "year_before"))
        compared = reader.say(f"period before {before}, year before {year}", f"antes {before}, hace un año {year}")
        yield f"[dim]{safe(compared)}[/]"
    if row["definition"]:
        yield f"[dim]{reader.say('options in force', 'opciones en vigor')}: {safe(row['definition'])}[/]"


def _formula(one: Explained, reader: Reader) -> Iterator[str]:
    yield f"\n[bold]{reader.say('Formula', 'Fórmula')}[/]  {safe(one.formula)}"
    if one.in_numbers:
        numbers = words.localized(one.in_numbers, reader.language)
        value = reader.number(one.row["value"], one.number.kpi)
        yield f"[bold]{reader.say('Numbers', 'Números')}[/]  {safe(numbers)}" + (
            f" = {safe(value)}" if one.row["value"] is not None else ""
        )


def _terms(one: Explained, reader: Reader) -> Table:
    heads = {
        "en": ("Part", "Value", "Records", "What it counts"),
        "es": ("Parte", "Valor", "Registros", "Qué cuenta"),
    }[reader.language]
    shown = table("", *heads, numbers=(1, 2))
    for term in one.terms:
        role = _ROLES[term.role][reader.language]
        told = safe(getattr(term.meaning, reader.language))
        reason = words.reason(term.reason, reader.language) if term.value is None or term.reason else None
        shown.add_row(
            f"[bold]{safe(term.name)}[/]" + (f"\n[dim]{role}[/]" if role else ""),
            safe(plainly(term.value, reader.language)),
            words.localized(f"{term.record_count:,}", reader.language) if term.sql else "",
            told + (f"\n[yellow]{safe(reason)}[/]" if reason else ""),
        )
    return shown


def _recount(one: Explained, reader: Reader) -> Iterator[str]:
    if not one.terms:
        return
    count = words.localized(f"{one.record_count:,}", reader.language)
    if one.agrees:
        if one.row["value"] is not None:
            again = reader.number(one.counted, one.number.kpi)
            yield safe(
                reader.say(f"Counted again from {count} records: {again}", f"Recontado con {count} registros: {again}")
            )
        return
    loud = reader.say("COUNTED AGAIN, THE RECORDS GIVE ANOTHER NUMBER", "RECONTADOS, LOS REGISTROS DAN OTRA CIFRA")
    yield f"[bold red]{loud}[/]"
    wrong = [(term.name, term.value, term.counted) for term in one.terms if not term.agrees]
    if not wrong:
        wrong = [(one.number.kpi.id, one.row["value"], one.counted)]
    for name, told, counted in wrong:
        yield f"[red]{safe(name)}: {plainly(told, reader.language)} ≠ {plainly(counted, reader.language)}[/]"
    yield reader.say(
        "Do not use this number; please report it with the output of --sql.",
        "No use esta cifra; comuníquelo con lo que muestra --sql.",
    )


def _model(model: Mapping[str, object], reader: Reader) -> Iterator[str]:
    yield f"\n[bold]{reader.say('Model', 'Modelo')}[/]  {safe(model.get('model') or '–')}"
    for key in ("meaning", "interval", "holdout", "scarce"):
        told = model.get(key)
        if isinstance(told, Mapping):
            yield safe(told[reader.language])
    low, high = model.get("low"), model.get("high")
    if isinstance(low, float | int) and isinstance(high, float | int):
        yield safe(f"{plainly(low, reader.language)} – {plainly(high, reader.language)}")


def _waiting(story: Story, reader: Reader) -> Iterator[RenderableType]:
    if not story.waiting:
        return
    title = reader.say("Not broken even yet", "Aún sin recuperar")
    shown = table(title, reader.say("Campaign", "Campaña"), reader.say("Began", "Empezó"), "")
    for one in story.waiting:
        days = words.localized(f"{one.days:,}", reader.language)
        since = reader.say(f"open since {days} days", f"abierta desde hace {days} días")
        shown.add_row("\n".join(lines(one.campaign)), day(one.campaign.first_on), since)
    yield shown


def _records(term: Term, credits: Mapping[Key, tuple[Credit, ...]], reader: Reader) -> Table:
    heads = {"en": ("Record", "Day", "Adds"), "es": ("Registro", "Día", "Aporta")}[reader.language]
    shown = table(safe(term.name), *heads, numbers=(2,), whole=(1,))
    for record in term.records:
        split = credits.get((record.table, record.key), ())
        told = [*lines(record), *(_credit(credit, reader) for credit in split)]
        shown.add_row("\n".join(told), days(record), plainly(record.contribution, reader.language))
    rest = term.record_count - len(term.records)
    if rest > 0:
        number = words.localized(f"{rest:,}", reader.language)
        more = reader.say(f"… and {number} more (--limit lists more)", f"… y {number} más (--limit muestra más)")
        shown.add_row(f"[dim]{more}[/]", "", "")
    return shown


def _credit(credit: Credit, reader: Reader) -> str:
    told = [credit.kind, credit.channel, credit.campaign]
    share = words.figure(credit.share, "percent", reader.language)
    amount = "" if credit.amount is None else f" = {plainly(credit.amount, reader.language)}"
    link = next((safe(link.url) for link in credit.links if link.url), "")
    what = " · ".join(safe(text) for text in told if text) or reader.say("unknown", "desconocido")
    return f"  {day(credit.on) or '–'}  {what}  {share} %{amount}" + (f"\n    {link}" if link else "")


def _statements(one: Explained, reader: Reader) -> Iterator[str]:
    if one.statements:
        yield f"\n[bold]{reader.say('SQL of the parts', 'SQL de las partes')}[/]"
        yield from (_pretty(statement) for statement in one.statements)
    for term in one.terms:
        if term.sql:
            yield f"\n[bold]{reader.say('SQL of the records of', 'SQL de los registros de')} {safe(term.name)}[/]"
            yield _pretty(term.sql)


def _pretty(sql: str) -> str:
    tree = sqlglot.parse_one(sql, dialect=DIALECT)
    return "\n".join(safe_line(line) for line in tree.sql(DIALECT, pretty=True).splitlines())


def safe_line(line: str) -> str:
    """
    A line of a statement: as `safe`, with its indentation.
    """
    return " " * (len(line) - len(line.lstrip())) + safe(line)
