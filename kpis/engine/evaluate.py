"""
Formulas as SQL over the small table of figures: a value, and the reasons why there may be none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlglot import exp

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
from kpis.measure import Balance, Figure, Measure, Needs
from kpis.model import figures
from kpis.sql import fill, first_known


@dataclass(frozen=True)
class Cell:
    """
    A formula as SQL.

    Args:
        value: The number.
        reasons: Each a text or null; the first that is not null says why there is no value.
    """

    value: exp.Expression
    reasons: tuple[exp.Expression, ...] = ()

    def reason(self) -> exp.Expression:
        return first_known(reason.copy() for reason in self.reasons)


@dataclass(frozen=True)
class Slot:
    """
    Where a figure stands in the table of figures: columns `<prefix><key>` and `<prefix><key>_reason`.
    """

    key: str
    has_reason: bool
    is_offered: bool
    empty: str

    def cell(self, prefix: str = "") -> Cell:
        if not self.is_offered:
            return Cell(fill("cast(null as double)"), (exp.Literal.string("missing_input"),))
        value = exp.column(f"{prefix}{self.key}")
        return Cell(value, (exp.column(f"{prefix}{self.key}_reason"),) if self.has_reason else ())


def offered(needs: Needs, tables: frozenset[str]) -> bool:
    """
    True when of each group of tables at least one is offered.
    """
    return all(tables & set(group) for group in needs)


class Evaluator:
    """
    Turns resolved formulas into cells.

    Args:
        slots: Where each figure stands.
        options: The options in force.
    """

    def __init__(self, slots: Mapping[Figure, Slot], options: Mapping[str, object]) -> None:
        self._slots = slots
        self._options = options

    def cell(self, formula: Formula, dimension: str) -> Cell:
        if isinstance(formula, Operation):
            return self._operation(formula, dimension)
        if isinstance(formula, Measure | Balance):
            return self._slots[formula].cell()
        if isinstance(formula, Previous):
            return self._slots[formula.of].cell("before_")
        if isinstance(formula, Number):
            return Cell(exp.Literal.number(formula.value))
        if isinstance(formula, YearBefore):
            return self._slots[formula.of].cell("year_")
        if isinstance(formula, Whole):
            return self._slots[formula.of].cell("" if dimension == "org" else "whole_")
        if isinstance(formula, Lagged):
            return self._lagged(formula)
        if isinstance(formula, Base):
            return self._base(formula, dimension)
        if isinstance(formula, LastMonths):
            return self._last_months(formula)
        if isinstance(formula, WherePaid):
            return self._slots[formula.of].cell("paid_" if dimension == "org" else "")
        if isinstance(formula, Known):
            inner = self.cell(formula.of, dimension)
            return Cell(inner.value, (*self.cell(formula.where, dimension).reasons, *inner.reasons))
        if isinstance(formula, InMonths):
            return self._in_months(formula)
        if isinstance(formula, Positive):
            return self._positive(formula, dimension)
        if isinstance(formula, SmallSample):
            return self._small_sample(formula, dimension)
        if isinstance(formula, Setting):
            return self._setting(formula)
        raise TypeError(f"{type(formula).__name__} has to be resolved before it becomes SQL")

    def _operation(self, formula: Operation, dimension: str) -> Cell:
        left, right = self.cell(formula.left, dimension), self.cell(formula.right, dimension)
        both: dict[str, object] = {"left": exp.paren(left.value.copy()), "right": exp.paren(right.value.copy())}
        if formula.sign != "/":
            return Cell(fill(f":left {formula.sign} :right", both), left.reasons + right.reasons)
        nothing = "no_prior_period" if _is_of_before(formula.right) else "zero_denominator"
        over_nothing = fill("case when :right = 0 then :nothing end", {**both, "nothing": nothing})
        return Cell(
            fill("cast(:left as double) / nullif(cast(:right as double), 0)", both),
            (*left.reasons, *right.reasons, over_nothing),
        )

    def _last_months(self, formula: LastMonths) -> Cell:
        cell = self._slots[formula.of].cell(f"months_{formula.months}_")
        if not self._slots[formula.of].is_offered:
            return cell
        too_short = fill(
            "case when :known < :months then 'insufficient_history' end",
            {"known": exp.column(f"months_{formula.months}_known"), "months": formula.months},
        )
        return Cell(fill("coalesce(:value, 0)", {"value": cell.value}), (too_short, *cell.reasons))

    def _lagged(self, formula: Lagged) -> Cell:
        slot = self._slots[formula.of]
        if not slot.is_offered:
            return slot.cell()
        value = exp.column(f"lagged_{slot.key}")
        reasons = [fill("case when months is null then 'not_applicable' end")]
        if slot.has_reason:
            reasons.append(exp.column(f"lagged_{slot.key}_reason"))
        reasons.append(fill("case when :value is null then 'missing_input' end", {"value": value}))
        return Cell(value, tuple(reasons))

    def _in_months(self, formula: InMonths) -> Cell:
        monthly, daily = self._slots[formula.monthly].cell(), self._slots[formula.daily].cell()
        if not self._slots[formula.monthly].is_offered:
            return monthly
        return Cell(
            fill(
                "case when grain = 'month' and :monthly is not null then :monthly else :daily end",
                {"monthly": monthly.value, "daily": daily.value},
            ),
            daily.reasons,
        )

    def _base(self, formula: Base, dimension: str) -> Cell:
        inner = self.cell(formula.of, dimension)
        nothing = fill("case when :value = 0 then :nothing end", {"value": inner.value, "nothing": formula.nothing})
        return Cell(inner.value, (*inner.reasons, nothing))

    def _positive(self, formula: Positive, dimension: str) -> Cell:
        inner = self.cell(formula.of, dimension)
        worthless = fill(
            "case when :value <= 0 then :otherwise end", {"value": inner.value, "otherwise": formula.otherwise}
        )
        return Cell(inner.value, (*inner.reasons, worthless))

    def _small_sample(self, formula: SmallSample, dimension: str) -> Cell:
        sample, small, large = (self.cell(part, dimension) for part in formula.parts())
        choice = "case when :sample < :limit then :small else :large end"
        at = {"sample": sample.value, "limit": self._options["low_sample_below"]}
        return Cell(
            fill(choice, {**at, "small": small.value, "large": large.value}),
            (fill(choice, {**at, "small": small.reason(), "large": large.reason()}),),
        )

    def _setting(self, formula: Setting) -> Cell:
        value = self._options[formula.option]
        if not isinstance(value, Decimal):
            return Cell(fill("cast(null as double)"), (exp.Literal.string("missing_input"),))
        if value <= 0:
            return Cell(fill(":value", {"value": value}), (exp.Literal.string("non_positive_margin"),))
        return Cell(fill(":value", {"value": value}))


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


def empty_value(formula: Formula, slots: Mapping[Figure, Slot]) -> int | None:
    """
    What a formula gives where nothing happened at all: 0 for counts and sums, nothing for the rest.
    """
    if ratio(formula) or not all(slots[part].is_offered and slots[part].empty == "zero" for part in figures(formula)):
        return None
    return 0


def all_columns(slots: Iterable[Slot]) -> list[str]:
    """
    The columns that the slots fill.
    """
    return [name for slot in slots for name in ([slot.key, f"{slot.key}_reason"] if slot.has_reason else [slot.key])]


def is_proportion(parts: tuple[Formula, Formula]) -> bool:
    """
    True for a count of cases out of a count of cases, which a binomial interval fits.
    """
    return all(
        isinstance(part, Measure | Operation | WherePaid) and measure.aggregate == "count(*)"
        for part in parts
        for measure in own_measures(part)
    ) and all(isinstance(figure, Measure | Balance) for part in parts for figure in figures(part))
