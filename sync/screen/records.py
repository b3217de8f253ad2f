"""
Records as people read them: their name, their key, their pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sync.explain import Record
from sync.plain import safe


def lines(record: Record) -> Iterator[str]:
    """
    What a record is called, then a line per page in the CRM.
    """
    name = f"[bold]{safe(record.name)}[/] " if record.name else ""
    yield f"{name}[dim]{safe(record.table or '')} {safe(record.key or '')}[/]".rstrip()
    yield from (safe(link.url) for link in record.links if link.url)


def days(record: Record) -> str:
    """
    The day of a record, or the first and the last.
    """
    if record.first_on == record.last_on:
        return day(record.first_on)
    return f"{day(record.first_on)}\n{day(record.last_on)}"


def day(on: date | None) -> str:
    """
    A day; nothing where nobody says it.
    """
    return "" if on is None else on.isoformat()
