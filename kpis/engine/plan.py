"""
The plan of a question: which figures it needs and which scans give them.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property

from kpis.engine import calendar
from kpis.engine.evaluate import Slot, offered
from kpis.engine.layout import Asked
from kpis.engine.scan import Columns, Scan, Scans
from kpis.facts import Environment
from kpis.formula import Choice, Lagged, LastMonths, Previous, WherePaid, Whole, YearBefore
from kpis.measure import Balance, Figure, Measure
from kpis.model import ORG, Kpi, figures

LONGEST_LAG = 24
"""
Cost is shifted by no more than this, however long deals take [months].
"""


TOGETHER = 32
"""
How many KPIs are answered by one statement.
"""
APART = 12
"""
How many at a time where there are more: sides of hundreds of columns take much memory, however few their rows are.
"""


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
        elapsed: Grain -> how many days of each period count; empty for whole periods [days].
        members: Dimension and member id of those that are told of even where nothing happened.
        together: How many KPIs are evaluated in one table.
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
        elapsed: tuple[tuple[str, int], ...] = (),
        members: tuple[tuple[str, str], ...] = (),
        together: int = TOGETHER,
    ) -> None:
        self.options, self.environment, self.as_of = options, environment, as_of
        self.dimensions, self.members, self.counts_elapsed = dimensions, members, bool(elapsed)
        self.is_future = first > as_of
        self.scans = Scans({**options, "as_of": as_of, "timezone": environment.timezone})
        self.batches = [Batch(self, kpis[at : at + together], first_place=at) for at in range(0, len(kpis), together)]
        # which leads come from paid channels is known per channel, asked for or not
        reads_paid = any(batch.paid for batch in self.batches)
        scanned = (*dimensions, *(["channel"] if reads_paid and "channel" not in dimensions else []))
        back = max(batch.months_back for batch in self.batches)
        self.spans = calendar.spans(grains, first, min(last, as_of), environment.fiscal_year_start, back)
        self.common = Asked(self.spans, scanned, as_of, environment.fiscal_year_start, options, elapsed)


class Batch:
    """
    KPIs that are evaluated together.

    Args:
        plan: The question that they are part of; its scans are shared.
        kpis: What to compute.
        first_place: The place of the first of them in the question.
    """

    def __init__(self, plan: Plan, kpis: tuple[Kpi, ...], first_place: int) -> None:
        self.plan, self.kpis, self.first_place = plan, kpis, first_place
        options, tables = plan.options, plan.environment.offered
        self.formulas = {
            (kpi, dimension): kpi.formula_by(dimension).resolve({**self.options_of(kpi), "offered": tables})
            for kpi in kpis
            for dimension in (ORG, *(name for name in plan.dimensions if name in kpi.by))
        }
        self.warnings = {
            (kpi, flag): (below.left.resolve(options), below.right.resolve(options), options[below.share_off])
            for kpi in kpis
            for flag, below in kpi.warnings.items()
        }
        self._everything = [*self.formulas.values(), *(side for pair in self.warnings.values() for side in pair[:2])]
        parts = [part for formula in self._everything for part in formula.walk()]
        self.months = sorted({part.months for part in parts if isinstance(part, LastMonths)})
        self.paid = list(dict.fromkeys(part for part in parts if isinstance(part, WherePaid)))
        self.compared = list(dict.fromkeys(part.of for part in parts if isinstance(part, Previous)))
        self.monthly = list(dict.fromkeys(part.of for part in parts if isinstance(part, LastMonths)))
        self.lagged = list(dict.fromkeys(part.of for part in parts if isinstance(part, Lagged)))
        self.year_before = list(dict.fromkeys(part.of for part in parts if isinstance(part, YearBefore)))
        self.whole = list(dict.fromkeys(part.of for part in parts if isinstance(part, Whole)))
        self.slots: dict[Figure, Slot] = {}
        self.columns: dict[Measure, Columns] = {}
        for figure in self._figures():
            self._place(figure)

    @property
    def months_back(self) -> int:
        """
        How many months its figures look back [months].
        """
        return max([*self.months, *([LONGEST_LAG + 12] if self.lagged else [])], default=0)

    def options_of(self, kpi: Kpi) -> dict[str, object]:
        """
        The options in force, with the KPI's own default where nobody chose.
        """
        choices = [part for formula in kpi.all_formulas() for part in formula.walk() if isinstance(part, Choice)]
        own = {**{choice.option: choice.branches[0][0] for choice in choices}, **kpi.defaults}
        given = self.plan.options
        return {**given, **{name: value for name, value in own.items() if given[name] is None}}

    def _figures(self) -> list[Figure]:
        found = [figure for formula in self._everything for figure in figures(formula)]
        for kpi in self.kpis:
            found += [*([kpi.sample] if kpi.sample else []), *kpi.unreported.values()]
        return list(dict.fromkeys(found))

    def _place(self, figure: Figure) -> None:
        inner = _inner(figure)
        is_offered = all(offered(measure.all_needs, self.plan.environment.offered) for measure in inner)
        if is_offered:
            for measure in inner:
                self.columns[measure] = self.plan.scans.add(measure, has_history=isinstance(figure, Balance))
        empty = figure.empty if isinstance(figure, Measure) else "zero"
        has_reason = any(measure.faults for measure in inner) or empty != "zero"
        self.slots[figure] = Slot(f"figure_{len(self.slots) + 1}", has_reason, is_offered, empty)

    @cached_property
    def used(self) -> dict[Scan, list[str]]:
        """
        The scans that its figures come from, and the columns of each.
        """
        found: dict[Scan, dict[str, None]] = {}
        for place in self.columns.values():
            names = (place.value, *(name for _, name in place.faults + place.flags))
            found.setdefault(place.scan, {}).update(dict.fromkeys(names))
        return {scan: list(names) for scan, names in found.items()}

    @cached_property
    def history_scans(self) -> list[Scan]:
        return [scan for scan in self.used if scan.has_history]


def _inner(figure: Figure) -> tuple[Measure, ...]:
    if isinstance(figure, Balance):
        return (figure.enters, figure.leaves) if figure.leaves else (figure.enters,)
    assert isinstance(figure, Measure)
    return (figure,)
