"""
What `noria check --data` found: nonsense in records, and KPIs without data.
"""

from __future__ import annotations

from rich.table import Table

from sync import words
from sync.plain import safe
from sync.quality import Found, Lacking, Quality, Record, waiting
from sync.screen.style import table

_MARK = {
    "en": {"error": "[red]error[/]", "warning": "[yellow]warning[/]", "note": "note"},
    "es": {"error": "[red]error[/]", "warning": "[yellow]aviso[/]", "note": "nota"},
}
_PARTS_SHOWN = 5


def quality(seen: Quality, language: str) -> list[Table | str]:
    """
    The checks that found something, the KPIs that lack data, and a closing line.
    """
    shown: list[Table | str] = []
    if seen.found:
        shown.append(_found(seen.found, language))
    if seen.lacking:
        shown.append(_lacking(seen.lacking, language))
    return [*shown, _summary(seen, language)]


def _found(found: tuple[Found, ...], language: str) -> Table:
    heads = {"en": ("", "Records", "Found"), "es": ("", "Registros", "Resultado")}[language]
    shown = table("", *heads, numbers=(1,), whole=(0,))
    for one in found:
        shown.add_row(
            _MARK[language][one.check.severity], words.localized(f"{one.records:,}", language), _told(one, language)
        )
    return shown


def _told(one: Found, language: str) -> str:
    check = one.check
    lines = [
        f"[bold]{safe(getattr(check.found, language))}[/] [dim]{safe(check.id)}[/]",
        safe(getattr(check.effect, language)),
        f"[bold]→ {safe(getattr(check.fix, language))}[/]",
    ]
    if check.kpis:
        lines.append(f"[dim]KPI: {safe(', '.join(check.kpis))}[/]")
    if one.parts:
        lines.append(_parts(one, language))
    lines += [_record(record) for record in one.first]
    rest = one.records - len(one.first)
    if rest > 0:
        number = words.localized(f"{rest:,}", language)
        more = {"en": f"… and {number} more (--limit lists more)", "es": f"… y {number} más (--limit muestra más)"}
        lines.append(f"[dim]{more[language]}[/]")
    return "\n".join(lines)


def _parts(one: Found, language: str) -> str:
    told = [
        f"{safe(part)} ({words.localized(f'{n:,}', language)})" for part, n in list(one.parts.items())[:_PARTS_SHOWN]
    ]
    return ", ".join(told) + (", …" if len(one.parts) > _PARTS_SHOWN else "")


def _record(record: Record) -> str:
    whose = [part for part in (record.source, record.table, record.id) if part]
    return "  ".join(safe(part) for part in (" ".join(whose), record.what, record.url) if part)


def _lacking(lacking: tuple[Lacking, ...], language: str) -> Table:
    title = {"en": "KPIs without data", "es": "KPI sin datos"}[language]
    shown = table(title, {"en": "Why", "es": "Por qué"}[language], "KPI")
    for need, kpis in waiting(lacking, language).items():
        shown.add_row(safe(need), safe(", ".join(kpis)))
    return shown


def _summary(seen: Quality, language: str) -> str:
    skipped = ", ".join(check.id for check in seen.skipped)
    if language == "es":
        text = f"{seen.sound} comprobaciones sin hallazgos, {len(seen.found)} con hallazgos."
        return text + (f" No hechas, por falta de datos: {skipped}." if skipped else "")
    text = f"{seen.sound} checks found nothing, {len(seen.found)} found something."
    return text + (f" Not made for want of data: {skipped}." if skipped else "")
