"""
KPI values: periods side by side, and the board of a month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from kpis.catalogue import CATALOGUE
from sync import words
from sync.periods import label
from sync.plain import safe
from sync.screen.style import table

Row = Mapping[str, Any]

Lines = Mapping[tuple[str, ...], Mapping[date, str]]
"""
What stands at the side of a line -> period -> cell.
"""

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_PARTIAL = "is_partial"  # said of a whole period, so it stands in the heading
_ROOM = Console(width=10_000)


class _Marks:
    """
    Small raised numbers in place of reasons and flags, so that a cell stays as narrow as its number.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        occurring = {code for row in rows for code in _codes(row)}
        self.numbers = {code: index for index, code in enumerate(sorted(occurring), 1)}

    def of(self, codes: Sequence[str]) -> str:
        numbers = sorted(self.numbers[code] for code in codes)
        return ",".join(str(number) for number in numbers).translate(_RAISED).replace(",", "˒")


def _codes(row: Row) -> list[str]:
    flags = [flag for flag in (row["flags"] or "").split(",") if flag]
    return [row["reason"], *flags] if row["reason"] else flags


def values(
    rows: Sequence[Row],
    grain: str,
    by: Sequence[str],
    *,
    currency: str,
    language: str,
    width: int,
    fiscal_year_start: int = 1,
) -> list[Table]:
    """
    Answers of `noria show`: periods side by side, one line per KPI, or one table per KPI and one line per member.

    Args:
        by: Dimensions that it was cut by; the organisation is then the last line.
        width: Of the screen [characters]; periods that find no room go into a further table.
    """
    marks = _Marks(rows)
    unfinished = {row["period_start"] for row in rows if _PARTIAL in _codes(row)}
    heads = {
        start: label(grain, start, language, fiscal_year_start) + (marks.of([_PARTIAL]) if start in unfinished else "")
        for start in sorted({row["period_start"] for row in rows})
    }
    kpis = list(dict.fromkeys(row["kpi"] for row in rows))
    if not by:
        whole: Lines = {
            (getattr(CATALOGUE[kpi].name, language), words.unit_sign(str(CATALOGUE[kpi].unit), currency, language)): (
                _line(rows, kpi, "org", None, marks, language)
            )
            for kpi in kpis
        }
        return _fitted("", ("KPI", ""), whole, heads, width)
    tables: list[Table] = []
    for kpi in kpis:
        sign = words.unit_sign(str(CATALOGUE[kpi].unit), currency, language)
        title = getattr(CATALOGUE[kpi].name, language) + (f" ({sign})" if sign else "")
        for dimension in by:
            lines = _members(rows, kpi, dimension, marks, language)
            if lines or dimension == "org":
                lines[words.dimension("org", language),] = _line(rows, kpi, "org", None, marks, language)
                tables += _fitted(title, (words.dimension(dimension, language),), lines, heads, width)
    return tables


def _members(
    rows: Sequence[Row], kpi: str, dimension: str, marks: _Marks, language: str
) -> dict[tuple[str, ...], Mapping[date, str]]:
    if dimension == "org":
        return {}
    members = {str(row["member"]) for row in rows if row["kpi"] == kpi and row["dimension"] == dimension}
    return {
        (member,): _line(rows, kpi, dimension, member, marks, language) for member in sorted(members, key=str.casefold)
    }


def _line(
    rows: Sequence[Row], kpi: str, dimension: str, member: str | None, marks: _Marks, language: str
) -> dict[date, str]:
    unit = str(CATALOGUE[kpi].unit)
    return {
        row["period_start"]: words.figure(row["value"], unit, language)
        + marks.of([code for code in _codes(row) if code != _PARTIAL])
        for row in rows
        if row["kpi"] == kpi and row["dimension"] == dimension and (member is None or str(row["member"]) == member)
    }


def _fitted(
    title: str,
    sides: tuple[str, ...],
    lines: Lines,
    heads: Mapping[date, str],
    width: int,
) -> list[Table]:
    """
    As few tables as the width allows, with about as many periods each; numbers are never broken.
    """
    starts = list(heads)

    def made(part: Sequence[date]) -> Table:
        whole = range(len(sides)) if width >= 60 else ()
        shown = table(
            safe(title),
            *sides,
            *(heads[start] for start in part),
            numbers=range(len(sides), len(sides) + len(part)),
            whole=whole,
        )
        for side, cells in lines.items():
            shown.add_row(*map(safe, side), *(cells.get(start, "") for start in part))
        return shown

    count = 1
    while count < len(starts):
        if all(_width(made(part)) <= width for part in _parts(starts, count)):
            break
        count += 1
    return [made(part) for part in _parts(starts, count)]


def _parts(starts: Sequence[date], count: int) -> list[Sequence[date]]:
    size = max(1, -(-len(starts) // count))
    return [starts[at : at + size] for at in range(0, len(starts), size)]


def _width(made: Table) -> int:
    return Measurement.get(_ROOM, _ROOM.options, made).maximum


def notes(rows: Sequence[Row], language: str) -> list[str]:
    """
    The reasons and flags that occur, explained once each under the mark that they have in the table.
    """
    marks = _Marks(rows)
    return [
        f"{marks.of([code])} {words.reason(code, language) if code in _reasons(rows) else words.flags(code, language)}"
        for code in marks.numbers
    ]


def _reasons(rows: Sequence[Row]) -> set[str]:
    return {row["reason"] for row in rows if row["reason"]}


def board(rows: Sequence[Row], currency: str, language: str) -> Table:
    """
    The KPI table: last closed month beside the month before and the year before.
    """
    titles = {
        "en": ("KPI", "Value", "Month before", "Year before", "Status", "Remark"),
        "es": ("KPI", "Valor", "Mes anterior", "Año anterior", "Estado", "Nota"),
    }[language]
    made = table("", *titles, numbers=(1, 2, 3), whole=(4,))
    colours = {words.status("higher", 1, 0, language): "green", words.status("higher", 0, 1, language): "red"}
    for row in rows:
        kpi = CATALOGUE[row["kpi"]]
        unit = str(kpi.unit)
        status = words.status(kpi.better, row["value"], row["previous"], language)
        made.add_row(
            safe(getattr(kpi.name, language)),
            *(words.number(row[key], unit, currency, language) for key in ("value", "previous", "year_before")),
            f"[{colours.get(status, 'dim')}]{status}[/]",
            f"[dim]{safe(', '.join(words.brief(code, language) for code in _codes(row)))}[/]",
        )
    return made
