"""
What a check of the data is: one select over the normalized tables, and what people are told about what it finds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from sqlglot import exp

from kpis.sql import fill, named, output_names, subquery
from kpis.words import Text

_FOLDER = Path(__file__).parent / "selects"

Severity = Literal["error", "warning", "note"]
"""
`error`: numbers have no value or follow a slip; `warning`: records are left out or doubtful; `note`: good to know.
"""

COLUMNS = ("table", "source", "id", "what", "part")


@dataclass(frozen=True)
class Check:
    """
    A kind of nonsense that records may hold.

    Args:
        id: Names what is found; also the name of its select, which gives a row per record: `table`, `source`, `id`,
            `what` (the values at fault) and perhaps `part` (what tells the records apart when there are many).
        severity: How much it matters.
        kpis: The KPIs whose numbers it touches.
        found: What the records have in common.
        effect: What the numbers do about them.
        fix: How to mend it.
        needs: Normalized tables that must have been read whole; read in part they would make it find what is not wrong.
    """

    id: str
    severity: Severity
    kpis: tuple[str, ...]
    found: Text
    effect: Text
    fix: Text
    needs: tuple[str, ...] = ()

    @cached_property
    def text(self) -> str:
        return (_FOLDER / f"{self.id}.sql").read_text(encoding="utf-8")

    def select(self, values: Mapping[str, object]) -> exp.Expression:
        """
        The records found, in the columns `COLUMNS`.

        Args:
            values: What the placeholders stand for; see `kpis.quality.values.placeholders`.
        """
        found = exp.column("part") if "part" in output_names(self.text) else exp.cast(exp.null(), "varchar")
        rest = [exp.column(exp.to_identifier(name, quoted=True)) for name in COLUMNS[:-1]]
        return exp.Select(
            expressions=[*rest, named(found, "part")],
            from_=exp.From(this=subquery(fill(self.text, values), "found")),
        )
