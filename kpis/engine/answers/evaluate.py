"""
Formulas over figures: a value in every row, or the reason why there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import numpy as np

from kpis.engine.answers.figures import Cell, Figures, because, first_known
from kpis.engine.answers.numbers import Numbers
from kpis.formula import (
    Base,
    Formula,
    InMonths,
    Known,
    Lagged,
    LastMonths,
    Number,
    Operation,
    Positive,
    Previous,
    Setting,
    SmallSample,
    WherePaid,
    Whole,
    YearBefore,
)
from kpis.measure import Balance, Measure
from kpis.model import figures


class Evaluator:
    """
    Turns resolved formulas into cells, each once.

    Args:
        figures: The figures that they are made of.
        options: The options in force.
    """

    def __init__(self, figures: Figures, options: Mapping[str, object]) -> None:
        self._figures, self._options = figures, options
        self._cells: dict[Formula, Cell] = {}

    def cell(self, formula: Formula) -> Cell:
        if formula not in self._cells:
            self._cells[formula] = self._worked_out(formula)
        return self._cells[formula]

    def _worked_out(self, formula: Formula) -> Cell:
        match formula:
            case Measure() | Balance():
                return self._figures.cell(formula)
            case Operation():
                return self._operation(formula)
            case Number():
                return self._constant(formula.value)
            case Setting():
                return self._setting(formula)
            case Previous():
                return self._figures.before(formula.of)
            case YearBefore():
                return self._figures.year_before(formula.of)
            case Whole():
                return self._figures.whole(formula.of)
            case Lagged():
                return self._figures.lagged(formula.of)
            case LastMonths():
                return self._figures.last_months(formula.of, formula.months)
            case WherePaid():
                return self._figures.paid(formula)
            case InMonths():
                return self._in_months(formula)
            case Known():
                inner = self.cell(formula.of)
                return Cell(inner.value, first_known(self.cell(formula.where).reasons, inner.reasons))
            case Base():
                inner = self.cell(formula.of)
                return Cell(inner.value, first_known(inner.reasons, because(inner.value.is_zero(), formula.nothing)))
            case Positive():
                inner = self.cell(formula.of)
                is_worthless = inner.value.known & (inner.value.sign() <= 0)
                return Cell(inner.value, first_known(inner.reasons, because(is_worthless, formula.otherwise)))
            case SmallSample():
                return self._small_sample(formula)
        raise TypeError(f"{type(formula).__name__} has to be resolved before it has a value")

    def _operation(self, formula: Operation) -> Cell:
        left, right = self.cell(formula.left), self.cell(formula.right)
        reasons = first_known(left.reasons, right.reasons)
        match formula.sign:
            case "+":
                return Cell(left.value + right.value, reasons)
            case "-":
                return Cell(left.value - right.value, reasons)
            case "*":
                return Cell(left.value * right.value, reasons)
        nothing = "no_prior_period" if _is_of_before(formula.right) else "zero_denominator"
        return Cell(left.value / right.value, first_known(reasons, because(right.value.is_zero(), nothing)))

    def _constant(self, value: int | Decimal) -> Cell:
        return Cell(Numbers.constant(value, len(self._figures.rows)), self._figures.no_reasons)

    def _setting(self, formula: Setting) -> Cell:
        value = self._options[formula.option]
        if not isinstance(value, Decimal):
            return self._figures.nothing("missing_input")
        known = self._constant(value)
        return known if value > 0 else Cell(known.value, self._figures.nothing("non_positive_margin").reasons)

    def _in_months(self, formula: InMonths) -> Cell:
        monthly, daily = self.cell(formula.monthly), self.cell(formula.daily)
        if not self._figures.plan.is_offered(formula.monthly):
            return monthly
        rows = self._figures.rows
        is_told = rows.of_grain("month") & monthly.value.known
        return Cell(monthly.value.where(is_told, daily.value), daily.reasons)

    def _small_sample(self, formula: SmallSample) -> Cell:
        sample, small, large = (self.cell(part) for part in formula.parts())
        limit = self._options["low_sample_below"]
        assert isinstance(limit, int)
        is_small = sample.value.is_below(Numbers.constant(limit, len(sample.value)))
        return Cell(small.value.where(is_small, large.value), np.where(is_small, small.reasons, large.reasons))


def _is_of_before(formula: Formula) -> bool:
    """
    True where everything in a formula is of an earlier period.
    """
    if isinstance(formula, Previous | YearBefore):
        return True
    return bool(formula.parts()) and all(_is_of_before(part) for part in formula.parts())


def ratio(formula: Formula) -> tuple[Formula, Formula] | None:
    """
    Numerator and denominator of a formula that is a quotient.
    """
    if isinstance(formula, Positive | Base):
        return ratio(formula.of)
    return (formula.left, formula.right) if isinstance(formula, Operation) and formula.sign == "/" else None


def own_measures(formula: Formula) -> tuple[Measure, ...]:
    """
    The measures behind a resolved formula, those of balances included.
    """
    return tuple(dict.fromkeys(part for part in formula.walk() if isinstance(part, Measure)))


def is_plain_count(formula: Formula) -> bool:
    """
    True for a denominator that counts cases, whose size says how far to trust the ratio.
    """
    return all(not measure.faults for measure in own_measures(formula))


def is_proportion(parts: tuple[Formula, Formula]) -> bool:
    """
    True for a count of cases out of a count of cases, which a binomial interval fits.
    """
    return all(
        isinstance(part, Measure | Operation | WherePaid) and measure.aggregate == "count(*)"
        for part in parts
        for measure in own_measures(part)
    ) and all(isinstance(figure, Measure | Balance) for part in parts for figure in figures(part))
