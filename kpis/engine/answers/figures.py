"""
Figures: what the scans gave, per row, with the reason why a number is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kpis.engine.answers.numbers import Index, Mask, Numbers
from kpis.engine.answers.placed import Placed, placed
from kpis.engine.answers.rows import Members, Periods, Rows
from kpis.engine.passes.scan import NONE, Scan
from kpis.engine.plan import Plan
from kpis.facts import FACTS
from kpis.formula import WherePaid
from kpis.measure import Balance, Figure, Measure
from kpis.words import REASONS

Reasons = npt.NDArray[np.int8]
CODES = {name: number for number, name in enumerate(sorted(REASONS), 1)}
"""
Reason -> its number; 0 is no reason.
"""


@dataclass(frozen=True, eq=False)
class Cell:
    """
    A formula in every row.

    Args:
        value: The number.
        reasons: Why there is no value, see `CODES`.
    """

    value: Numbers
    reasons: Reasons

    def at(self, places: Index) -> Cell:
        reasons = np.where(places >= 0, self.reasons[places], np.int8(0)) if len(self.reasons) else self.reasons
        return Cell(self.value.at(places), reasons.astype(np.int8))


def first_known(*reasons: Reasons) -> Reasons:
    """
    Of several reasons the first.
    """
    whole = reasons[0]
    for each in reasons[1:]:
        whole = np.where(whole == 0, each, whole)
    return whole


def because(condition: Mask, reason: str) -> Reasons:
    """
    A reason wherever a condition holds.
    """
    return condition * np.int8(CODES[reason])


def reason_of(code: int) -> str | None:
    """
    The reason of a number.
    """
    return sorted(REASONS)[code - 1] if code else None


class Figures:
    """
    The figures of a plan, worked out where they are asked for.

    Args:
        plan: The plan.
        periods: The periods, as `kpis.engine.calendar.periods` gives them.
        scans: What each scan gave.
        lag_months: How many months earlier cost counts, see `fact_sales_lag` [months]; None where nobody asks.
    """

    def __init__(
        self, plan: Plan, periods: pa.Table, scans: Mapping[Scan, pa.Table], lag_months: int | None = None
    ) -> None:
        self.plan, self.lag_months = plan, lag_months
        self.rows, self._placed = _rows(plan, Periods(periods), scans)
        self._places = {scan: self.rows.places(found.codes) for scan, found in self._placed.items()}
        self._cells: dict[Figure, Cell] = {}
        self._columns: dict[tuple[Scan, str], Numbers] = {}
        self._seen: dict[Scan, Mask] = {}

    def column(self, scan: Scan, name: str) -> Numbers:
        """
        A column of a scan; unknown where the scan has no row.
        """
        if (scan, name) not in self._columns:
            found = self._placed[scan].column(name)
            self._columns[scan, name] = found.put(self._places[scan], len(self.rows))
        return self._columns[scan, name]

    def seen(self, scan: Scan) -> Mask:
        """
        True where the scan has a row.
        """
        if scan not in self._seen:
            marks = np.zeros(len(self.rows), np.bool_)
            marks[self._places[scan]] = True
            self._seen[scan] = marks
        return self._seen[scan]

    def cell(self, figure: Figure) -> Cell:
        """
        A figure in every row.
        """
        if figure not in self._cells:
            self._cells[figure] = self._worked_out(figure)
        return self._cells[figure]

    def nothing(self, reason: str) -> Cell:
        """
        No value anywhere, for one reason.
        """
        size = len(self.rows)
        return Cell(Numbers.unknown(size), np.full(size, CODES[reason], np.int8))

    @cached_property
    def no_reasons(self) -> Reasons:
        return np.zeros(len(self.rows), np.int8)

    def _worked_out(self, figure: Figure) -> Cell:
        if not self.plan.is_offered(figure):
            return self.nothing("missing_input")
        return self._balance(figure) if isinstance(figure, Balance) else self._measure(figure)

    def _measure(self, figure: Figure) -> Cell:
        assert isinstance(figure, Measure)
        place = self.plan.columns[figure]
        value = self.column(place.scan, place.value)
        reasons = [because(self.column(place.scan, name).sign() > 0, reason) for reason, name in place.faults]
        if figure.empty == "zero":
            value = value.filled()
        else:
            reasons.append(because(~value.known, figure.empty))
        return Cell(value, first_known(self.no_reasons, *reasons))

    def _balance(self, figure: Balance) -> Cell:
        enters = self.plan.columns[figure.enters]
        leaves = self.plan.columns[figure.leaves] if figure.leaves else None
        left = dict(leaves.faults) if leaves else {}

        def standing(entered: str, gone: str | None) -> Numbers:
            value = self._at_edge(enters.scan, entered, figure.edge)
            return value - self._at_edge(leaves.scan, gone, figure.edge) if leaves and gone else value

        value = standing(enters.value, leaves.value if leaves else None)
        faults = [because(standing(name, left.get(reason)).sign() > 0, reason) for reason, name in enters.faults]
        return Cell(value, first_known(self.no_reasons, *faults))

    def _at_edge(self, scan: Scan, name: str, edge: str) -> Numbers:
        change = self.column(scan, name).filled()
        total = change.running(self.rows.starts)
        return total - change if edge == "open" else total

    def before(self, figure: Figure) -> Cell:
        return self._earlier(figure, self.rows.before, self.rows.periods.before)

    def year_before(self, figure: Figure) -> Cell:
        return self._earlier(figure, self.rows.year_before, self.rows.periods.year_before)

    def _earlier(self, figure: Figure, places: Index, period: Index) -> Cell:
        """
        Of an earlier period; where there is no such period, as before everything so far, there is nothing to compare.
        """
        if not self.plan.is_offered(figure):
            return self.cell(figure)
        rows, there = self.rows, period[self.rows.period]
        found = self.cell(figure).at(np.where(places >= 0, places, np.where(there >= 0, rows.nobody + there, -1)))
        return Cell(found.value, first_known(found.reasons, because(there < 0, "no_prior_period")))

    def whole(self, figure: Figure) -> Cell:
        """
        Of the whole organisation.
        """
        return self.cell(figure).at(self.rows.whole) if self.plan.is_offered(figure) else self.cell(figure)

    def paid(self, part: WherePaid) -> Cell:
        """
        A figure; for the whole organisation only of the channels with a cost in the period.
        """
        of, rows = self.cell(part.of), self.rows
        if not self.plan.is_offered(part.of):
            return of
        whole = Numbers.unknown(rows.periods.size)
        if self.plan.is_offered(part.cost):
            cost = self.cell(part.cost).value
            none = rows.members.number("channel", NONE)
            counts = rows.of_dimensions(["channel"]) & cost.known & (rows.member != none)
            whole = of.value.only(counts).grouped(rows.period, rows.periods.size).filled()
        return Cell(whole.at(rows.period).where(rows.is_org, of.value), of.reasons)

    def last_months(self, figure: Figure, months: int) -> Cell:
        """
        Added up over the months that end with a period's last one; nothing where fewer of them are known.
        """
        if not self.plan.is_offered(figure):
            return self.cell(figure)
        places = [self.rows.months_before(back) for back in range(months)]
        has_history, known = self._has_history(figure), np.zeros(len(self.rows), np.int64)
        for month in places:
            known += (month >= 0) & has_history[month]
        found = self._of_months(figure, places)
        return Cell(found.value.filled(), first_known(because(known < months, "insufficient_history"), found.reasons))

    def lagged(self, figure: Figure) -> Cell:
        """
        Of as many months as the period has, one median sales cycle earlier.
        """
        if not self.plan.is_offered(figure):
            return self.cell(figure)
        lengths = self.rows.periods.months[self.rows.period]
        months = []
        if self.lag_months is not None:
            for back in range(int(lengths.max(initial=0))):
                months.append(np.where(lengths > back, self.rows.months_before(self.lag_months + back), -1))
        found = self._of_months(figure, months)
        endless = because(lengths == 0, "not_applicable")
        return Cell(found.value, first_known(endless, found.reasons, because(~found.value.known, "missing_input")))

    def _of_months(self, figure: Figure, months: Iterable[Index]) -> Cell:
        """
        Added up; unknown where no month is known. A month without a row of costs does not undo the others.
        """
        cell = self.cell(figure)
        serious = np.where(cell.reasons == CODES["missing_input"], np.int8(0), cell.reasons)
        total, reasons = Numbers.unknown(len(self.rows)), self.no_reasons
        for places in months:
            one = cell.value.at(places)
            known = total.known | one.known
            summed = total.filled() + one.filled()
            total = summed.only(known)
            reasons = np.maximum(reasons, np.where(places >= 0, serious[places], np.int8(0)))
        return Cell(total, reasons)

    def _has_history(self, figure: Figure) -> Mask:
        """
        True from the first step of a member on, for a figure that goes by steps; else everywhere.
        """
        facts = {part.fact for part in figure.walk() if isinstance(part, Measure)}
        facts |= {FACTS[fact].monthly_of or fact for fact in facts}
        begun = np.zeros(len(self.rows), np.int64)
        stepping = [s for s in self.plan.scans.all() if s.has_history and FACTS[s.fact].steps and s.fact in facts]
        for scan in stepping:
            begun += self.seen(scan)
        if not stepping:
            return np.ones(len(self.rows), np.bool_)
        return Numbers(begun, np.ones(len(begun), np.bool_), 0, len(stepping)).running(self.rows.starts).sign() > 0


def is_present(found: Figures, of: Iterable[Figure]) -> Mask:
    """
    True where anything of these figures happened or stands.
    """
    present = np.zeros(len(found.rows), np.bool_)
    for figure in of:
        if not found.plan.is_offered(figure):
            continue
        if isinstance(figure, Balance):
            present |= found.cell(figure).value.sign() != 0
            present |= found.seen(found.plan.columns[figure.enters].scan)
        elif isinstance(figure, Measure):
            present |= found.seen(found.plan.columns[figure].scan)
    return present


def _rows(plan: Plan, periods: Periods, scans: Mapping[Scan, pa.Table]) -> tuple[Rows, dict[Scan, Placed]]:
    """
    The rows, and what each scan gave.
    """
    dimensions = plan.common.dimensions
    named = pa.chunked_array([pa.array([id for _, id in plan.members], pa.string())])
    members = Members(dimensions, [*(table["member_id"] for table in scans.values()), named])
    found: dict[Scan, Placed] = {}
    at = 0
    for scan, table in scans.items():
        member = members.numbers(table["dimension"], members.codes[at : at + len(table)])
        at += len(table)
        found[scan] = placed(scan, plan.asked_of(scan), table, member, periods, members)
    asked = [members.number(dimension, id) for dimension, id in plan.members if dimension in dimensions]
    return Rows(periods, members, [(found[scan].codes, scan.has_history) for scan in scans], asked), found
