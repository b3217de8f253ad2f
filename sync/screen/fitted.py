"""
Wide tables on narrow screens: columns that find no room go into a further table below.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeVar

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from sync.plain import safe
from sync.screen.style import table

Key = TypeVar("Key")
Side = tuple[str, ...]
"""
What stands at the side of a line.
"""

_ROOM = Console(width=10_000)
_NARROW = 60  # below it the texts at the side may break, so that numbers need not


def fitted(
    title: str,
    sides: Side,
    lines: Mapping[Side, Mapping[Key, str]],
    heads: Mapping[Key, str],
    width: int,
) -> list[Table]:
    """
    As few tables as the width allows, with about as many columns each; numbers are never broken.

    Args:
        sides: Headings of the columns at the side, which stand in every table.
        lines: Side -> column -> cell, ready to print.
        heads: Column -> heading.
        width: Of the screen [characters].
    """
    keys = list(heads)

    def made(part: Sequence[Key]) -> Table:
        whole = range(len(sides)) if width >= _NARROW else ()
        numbers = range(len(sides), len(sides) + len(part))
        shown = table(safe(title), *sides, *(heads[key] for key in part), numbers=numbers, whole=whole)
        for side, cells in lines.items():
            shown.add_row(*map(safe, side), *(cells.get(key, "") for key in part))
        return shown

    count = 1
    while count < len(keys) and any(_width(made(part)) > width for part in _parts(keys, count)):
        count += 1
    return [made(part) for part in _parts(keys, count)]


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """
    Id -> name, with the id beside it where several have one name.
    """
    times = Counter(names.values())
    return {id: name if times[name] == 1 else f"{name} ({id})" for id, name in names.items()}


def _parts(keys: Sequence[Key], count: int) -> list[Sequence[Key]]:
    size = max(1, -(-len(keys) // count))
    return [keys[at : at + size] for at in range(0, len(keys), size)]


def _width(made: Table) -> int:
    return Measurement.get(_ROOM, _ROOM.options, made).maximum
