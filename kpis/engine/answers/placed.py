"""
What a scan gave, by member and period: longer periods and the whole organisation are added up from its parts here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpis.engine.answers.numbers import Index, Numbers
from kpis.engine.answers.rows import Members, Periods
from kpis.engine.passes.layout import Asked
from kpis.engine.passes.scan import Scan, together
from kpis.engine.passes.within import least


@dataclass(frozen=True)
class Placed:
    """
    The rows of a scan in their places.

    Args:
        scan: The scan.
        table: What it gave.
        codes: Member and period of each place, as `kpis.engine.answers.rows.Rows` numbers them; each once.
        taken: The rows of the table that count.
        groups: The place that each of them belongs to; None where each has its own.
    """

    scan: Scan
    table: pa.Table
    codes: Index
    taken: Index
    groups: Index | None

    def column(self, name: str) -> Numbers:
        """
        A column, one number per place.
        """
        found = Numbers.of(self.table[name]).at(self.taken)
        if self.groups is None:
            return found
        [how] = [together(tree) for tree, own in self.scan.columns.items() if own == name]
        return found.grouped(self.groups, len(self.codes), how)


def placed(scan: Scan, asked: Asked, table: pa.Table, member: Index, periods: Periods, members: Members) -> Placed:
    """
    The rows of a scan in the periods that are loaded.

    Args:
        member: The member of each row of the table.
    """
    if not scan.adds_up:
        period = periods.found(table["grain"], table["period_start"])
        taken = np.flatnonzero(period >= 0)
        return Placed(scan, table, member[taken] * periods.size + period[taken], taken, None)
    added = least(scan, asked.dimensions)
    to_org = np.zeros(len(member), np.bool_) if added is None else members.are_of(member, added)
    codes, rows = [], []
    grain = table["grain"].combine_chunks()
    for base, spans in asked.bases:
        own = np.flatnonzero(np.asarray(pc.equal(grain, base.grain)))
        start = np.asarray(table["period_start"].cast(pa.int32()))[own]
        for span in spans:
            period = periods.containing(span.grain, start)
            for which, whose in (
                (period >= 0, member[own]),
                ((period >= 0) & to_org[own], np.zeros(len(own), np.int64)),
            ):
                codes.append(whose[which] * periods.size + period[which])
                rows.append(own[which])
    different, groups = np.unique(np.concatenate(codes), return_inverse=True)
    return Placed(scan, table, different, np.concatenate(rows), groups)
