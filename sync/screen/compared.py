"""
KPI values of one period beside those of the period before and of the year before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table

from kpis.catalogue import CATALOGUE
from kpis.model import ORG, Kpi
from sync import words
from sync.plain import safe
from sync.screen.cells import PARTIAL, Marks, Row, below, codes_of, marked
from sync.screen.style import table
from sync.screen.values import Look, by_member

_COMPARED = ("value", "previous", "year_before")
_NAME_WIDTH, _REMARK_WIDTH = 16, 8


def board(rows: Sequence[Row], currency: str, language: str, kpis: Mapping[str, Kpi] = CATALOGUE) -> Table:
    """
    The KPI table: last closed month beside the month before and the year before.

    Args:
        kpis: KPIs by id.
    """
    titles = {
        "en": ("KPI", "Value", "Month\nbefore", "Year\nbefore", "Status", "Remark"),
        "es": ("KPI", "Valor", "Mes\nanterior", "Año\nanterior", "Estado", "Nota"),
    }[language]
    look = Look(currency, language, kpis=kpis)
    made = table("", *titles, numbers=(1, 2, 3), whole=(4,))
    # What may be broken into lines gives way first, but never so far that it cannot be read.
    made.columns[0].min_width, made.columns[-1].min_width = _NAME_WIDTH, _REMARK_WIDTH
    for row in rows:
        remarks = ", ".join(words.brief(code, language) for code in codes_of(row))
        unit = look.kpis[row["kpi"]].unit
        figures = [words.figure(row[key], unit, language) for key in _COMPARED]
        name = f"{safe(look.name(row['kpi']))} [dim]{safe(look.sign(row['kpi']))}[/]"
        made.add_row(name, *figures, _moved(row, look), f"[dim]{safe(remarks)}[/]")
    return made


def same_days(rows: Sequence[Row], by: Sequence[str], look: Look) -> Iterator[Table]:
    """
    The running period so far beside as many days of the periods before: a line per KPI, or a table per KPI and
    dimension with a line per member.
    """
    marks = Marks(rows)
    kpis = list(dict.fromkeys(row["kpi"] for row in rows))
    if not by:
        yield _compared("", "KPI", {look.name(row["kpi"]): row for row in rows if row["dimension"] == ORG}, marks, look)
        return
    for kpi in kpis:
        for dimension in by:
            own = [row for row in rows if (row["kpi"], row["dimension"]) == (kpi, dimension) and dimension != ORG]
            if not own and dimension != ORG:
                continue
            lines = {member: told[0] for member, told in by_member(own).items()}
            lines |= {look.whole(): row for row in rows if (row["kpi"], row["dimension"]) == (kpi, ORG)}
            yield _compared(look.name(kpi), words.dimension(dimension, look.language), lines, marks, look)


def _compared(title: str, side: str, lines: dict[str, Row], marks: Marks, look: Look) -> Table:
    heads = {
        "en": ("So far", "Same days\nbefore", "Same days\nlast year", "Status"),
        "es": ("Hasta hoy", "Mismos días\nanteriores", "Mismos días\naño anterior", "Estado"),
    }[look.language]
    # They are all of one running period.
    unfinished = marks.of([PARTIAL]) if PARTIAL in marks.numbers else ""
    made = table(safe(title), side, heads[0] + unfinished, *heads[1:], numbers=(1, 2, 3), whole=(4,))
    for name, row in lines.items():
        value, before, year = _numbers(row, look)
        parts = [value + marked(row, marks), *below(row, look.kpis[row["kpi"]].unit, look.language)]
        made.add_row(safe(name), "\n".join(parts), before, year, _moved(row, look))
    return made


def _numbers(row: Row, look: Look) -> list[str]:
    unit = look.kpis[row["kpi"]].unit
    return [words.number(row[key], unit, look.currency, look.language) for key in _COMPARED]


def _moved(row: Row, look: Look) -> str:
    language = look.language
    moved = words.status(look.kpis[row["kpi"]].better, row["value"], row["previous"], language)
    colours = {words.status("higher", 1, 0, language): "green", words.status("higher", 0, 1, language): "red"}
    return f"[{colours.get(moved, 'dim')}]{moved}[/]"
