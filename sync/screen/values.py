"""
KPI values with their periods side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from rich.table import Table

from kpis.catalogue import CATALOGUE
from kpis.engine.calendar import trailing_days
from kpis.model import ORG, Kpi
from sync import vocabulary, words
from sync.periods import label
from sync.screen.cells import PARTIAL, Marks, Row, cell, codes_of
from sync.screen.fitted import Side, fitted, told_apart

Lines = dict[Side, Mapping[date, str]]


@dataclass(frozen=True)
class Look:
    """
    How values are to look.

    Args:
        currency: Of the organisation.
        language: `en` or `es`.
        width: Of the screen [characters]; periods that find no room go into a further table.
        fiscal_year_start: Month in which years and quarters begin.
        kpis: KPIs by id.
    """

    currency: str
    language: str
    width: int = 100
    fiscal_year_start: int = 1
    kpis: Mapping[str, Kpi] = field(default_factory=lambda: CATALOGUE)

    def name(self, kpi: str) -> str:
        return str(getattr(self.kpis[kpi].name, self.language))

    def sign(self, kpi: str) -> str:
        return words.unit_sign(self.kpis[kpi].unit, self.currency, self.language)

    def title(self, kpi: str) -> str:
        return self.name(kpi) + (f" ({sign})" if (sign := self.sign(kpi)) else "")

    def whole(self) -> str:
        return words.dimension(ORG, self.language)

    def cell(self, row: Row, marks: Marks) -> str:
        return cell(row, self.kpis[row["kpi"]].unit, marks, self.language)


def values(rows: Sequence[Row], by: Sequence[str], look: Look) -> list[Table]:
    """
    Answers of `noria show`: one line per KPI, or one table per KPI and dimension with one line per member.

    Args:
        by: Dimensions that it was cut by; the organisation is then the last line.
    """
    marks = Marks(rows)
    heads = _heads(rows, marks, look)
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["kpi"], row["dimension"]), []).append(row)
    kpis = list(dict.fromkeys(row["kpi"] for row in rows))
    if not by:
        whole: Lines = {
            (look.name(kpi), look.sign(kpi)): _cells(groups.get((kpi, ORG), ()), marks, look) for kpi in kpis
        }
        return fitted("", ("KPI", ""), whole, heads, look.width)
    tables: list[Table] = []
    for kpi in kpis:
        for dimension in by:
            members = () if dimension == ORG else groups.get((kpi, dimension), ())
            if not members and dimension != ORG:
                continue
            lines: Lines = {(member,): _cells(told, marks, look) for member, told in by_member(members).items()}
            lines[look.whole(),] = _cells(groups.get((kpi, ORG), ()), marks, look)
            sides = (words.dimension(dimension, look.language),)
            tables += fitted(look.title(kpi), sides, lines, heads, look.width)
    return tables


def by_member(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """
    Rows by what their member is called, in its order; members of one name are told apart by their ids.
    """
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(str(row["member_id"]), []).append(row)
    names = told_apart({member: str(told[-1]["member"]) for member, told in groups.items()})
    return {name: groups[member] for member, name in sorted(names.items(), key=lambda each: each[1].casefold())}


def _heads(rows: Sequence[Row], marks: Marks, look: Look) -> dict[date, str]:
    heads: dict[date, str] = {}
    for row in sorted(rows, key=lambda row: (row["period_start"], PARTIAL not in codes_of(row))):
        if row["period_start"] in heads:
            continue
        text = label(row["grain"], row["period_start"], look.language, look.fiscal_year_start)
        if trailing_days(row["grain"]):
            text = f"{row['grain']} {vocabulary.UNTIL[look.language]}\n{row['period_end']}"
        heads[row["period_start"]] = text + (marks.of([PARTIAL]) if PARTIAL in codes_of(row) else "")
    return heads


def _cells(rows: Sequence[Row], marks: Marks, look: Look) -> dict[date, str]:
    return {row["period_start"]: look.cell(row, marks) for row in rows}
