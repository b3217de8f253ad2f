"""
The plan of a question: which figures it needs and which scans give them.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property

from kpis import calendar
from kpis.evaluate import Slot, offered
from kpis.facts import Environment
from kpis.formula import LastMonths, Previous, WherePaid
from kpis.measure import Balance, Figure, Measure
from kpis.model import ORG, Kpi, figures
from kpis.scan import Columns, Scan, Scans


class Plan:
    """
    Everything that a statement is made of.

    Args:
        kpis: What to compute.
        grains: Lengths of period.
        dimensions: What to cut by besides the organisation.
        first: Any day of the first period.
        last: Any day of the last period.
        as_of: Today.
        options: The options in force.
        environment: What the organisation is.
    """

    def __init__(
        self,
        kpis: tuple[Kpi, ...],
        grains: tuple[str, ...],
        dimensions: tuple[str, ...],
        first: date,
        last: date,
        as_of: date,
        options: dict[str, object],
        environment: Environment,
    ) -> None:
        self.kpis, self.asked, self.options, self.environment, self.as_of = (
            kpis,
            dimensions,
            options,
            environment,
            as_of,
        )
        self.formulas = {
            (kpi, dimension): kpi.formula_by(dimension).resolve(options)
            for kpi in kpis
            for dimension in (ORG, *(name for name in dimensions if name in kpi.by))
        }
        parts = [part for formula in self.formulas.values() for part in formula.walk()]
        self.months = sorted({part.months for part in parts if isinstance(part, LastMonths)})
        self.paid = list(dict.fromkeys(part for part in parts if isinstance(part, WherePaid)))
        self.compared = list(dict.fromkeys(part.of for part in parts if isinstance(part, Previous)))
        self.monthly = list(dict.fromkeys(part.of for part in parts if isinstance(part, LastMonths)))
        # which leads come from paid channels is known per channel, asked for or not
        self.scanned = (*dimensions, *(["channel"] if self.paid and "channel" not in dimensions else []))
        self.spans = calendar.spans(
            grains, first, min(last, as_of), environment.fiscal_year_start, max(self.months, default=0)
        )
        self.is_future = first > as_of
        self.scans = Scans({**options, "as_of": as_of})
        self.slots: dict[Figure, Slot] = {}
        self.columns: dict[Measure, Columns] = {}
        for figure in self._all_figures():
            self._place(figure)

    def _all_figures(self) -> list[Figure]:
        found = [figure for formula in self.formulas.values() for figure in figures(formula)]
        for kpi in self.kpis:
            found += [*([kpi.sample] if kpi.sample else []), *kpi.unreported.values()]
        return list(dict.fromkeys(found))

    def _place(self, figure: Figure) -> None:
        inner = _inner(figure)
        is_offered = all(offered(measure.all_needs, self.environment.offered) for measure in inner)
        if is_offered:
            for measure in inner:
                self.columns[measure] = self.scans.add(measure, has_history=isinstance(figure, Balance))
        empty = figure.empty if isinstance(figure, Measure) else "zero"
        has_reason = any(measure.faults for measure in inner) or empty != "zero"
        self.slots[figure] = Slot(f"figure_{len(self.slots) + 1}", has_reason, is_offered, empty)

    @cached_property
    def history_scans(self) -> list[Scan]:
        return [scan for scan in self.scans.all() if scan.has_history]


def _inner(figure: Figure) -> tuple[Measure, ...]:
    if isinstance(figure, Balance):
        return (figure.enters, figure.leaves) if figure.leaves else (figure.enters,)
    assert isinstance(figure, Measure)
    return (figure,)
