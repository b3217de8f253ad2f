"""
The plan of a question: which figures it needs and which scans give them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from kpis.engine import calendar
from kpis.engine.passes.layout import Asked
from kpis.engine.passes.scan import Columns, Scan, Scans
from kpis.facts import Environment
from kpis.formula import Choice, Formula, Lagged, LastMonths, WherePaid, YearBefore
from kpis.measure import Balance, Figure, Measure
from kpis.model import ORG, Kpi, figures

LONGEST_LAG = 24
"""
Cost is shifted by no more than this, however long deals take [months].
"""


class Plan:
    """
    Everything that an answer is made of.

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
    ) -> None:
        self.kpis, self.options, self.environment, self.as_of = kpis, options, environment, as_of
        self.dimensions, self.members, self.counts_elapsed = dimensions, members, bool(elapsed)
        self.is_future = first > as_of
        self.formulas = {
            (kpi, dimension): kpi.formula_by(dimension).resolve(
                {**self.options_of(kpi), "offered": environment.offered}
            )
            for kpi in kpis
            for dimension in (ORG, *(name for name in dimensions if name in kpi.by))
        }
        self.warnings = {
            (kpi, flag): (below.left.resolve(options), below.right.resolve(options), options[below.share_off])
            for kpi in kpis
            for flag, below in kpi.warnings.items()
        }
        self.scans = Scans({**options, "as_of": as_of, "timezone": environment.timezone})
        self.columns: dict[Measure, Columns] = {}
        for figure in dict.fromkeys(self._figures()):
            if self.is_offered(figure):
                for measure in _inner(figure):
                    self.columns[measure] = self.scans.add(measure, has_history=isinstance(figure, Balance))
        parts = [part for formula in self._everything() for part in formula.walk()]
        # which leads come from paid channels is known per channel, asked for or not
        reads_paid = any(isinstance(part, WherePaid) for part in parts)
        scanned = (*dimensions, *(["channel"] if reads_paid and "channel" not in dimensions else []))
        self.reads_lag = any(isinstance(part, Lagged) for part in parts)
        back = max([part.months for part in parts if isinstance(part, LastMonths)], default=0)
        back = max(back, LONGEST_LAG + 12 if self.reads_lag else 0)
        begins = environment.fiscal_year_start
        # what is said of a year before looks a year back itself
        years = 2 if any(isinstance(part, YearBefore) for part in parts) else 1
        self.spans = calendar.spans(grains, first, min(last, as_of), begins, back, years)
        self.common = Asked(self.spans, scanned, as_of, begins, options, elapsed)
        plain = calendar.spans(grains, first, min(last, as_of), begins, 0)
        self._near = Asked(plain, scanned, as_of, begins, options, elapsed)
        looking = [part.of for part in parts if isinstance(part, LastMonths | Lagged | YearBefore)]
        self._looking_back = {self.columns[m].scan for f in looking for m in _inner(f) if m in self.columns}

    def asked_of(self, scan: Scan) -> Asked:
        """
        What is asked of a scan: what lies farther back than a year only where figures of it look back on it.
        """
        return self.common if scan in self._looking_back else self._near

    def options_of(self, kpi: Kpi) -> dict[str, object]:
        """
        The options in force, with the KPI's own default where nobody chose.
        """
        choices = [part for formula in kpi.all_formulas() for part in formula.walk() if isinstance(part, Choice)]
        own = {**{choice.option: choice.branches[0][0] for choice in choices}, **kpi.defaults}
        given = self.options
        return {**given, **{name: value for name, value in own.items() if given[name] is None}}

    def is_offered(self, figure: Figure) -> bool:
        """
        True when of each group of tables that it needs some source offers one.
        """
        offered = self.environment.offered
        return all(offered & set(group) for measure in _inner(figure) for group in measure.all_needs)

    def _everything(self) -> Iterator[Formula]:
        yield from self.formulas.values()
        for left, right, _ in self.warnings.values():
            yield from (left, right)

    def _figures(self) -> Iterator[Figure]:
        for formula in self._everything():
            yield from figures(formula)
        for kpi in self.kpis:
            yield from ([kpi.sample] if kpi.sample else [])
            yield from kpi.unreported.values()


def _inner(figure: Figure) -> tuple[Measure, ...]:
    if isinstance(figure, Balance):
        return (figure.enters, figure.leaves) if figure.leaves else (figure.enters,)
    assert isinstance(figure, Measure)
    return (figure,)
