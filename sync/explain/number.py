"""
A number taken apart: its formula, the value of each part, and the same counted again from the records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kpis.engine.answers.evaluate import ratio
from kpis.engine.calendar import kind_of
from kpis.engine.explain import Asked, Explanation, terms_of
from kpis.facts import FACTS
from kpis.formula import Formula, Known, Operation, Setting, SmallSample
from kpis.formula import Number as Digit
from kpis.measure import Balance, Measure
from kpis.words import Text
from sync import compute
from sync.environment import environment
from sync.explain.asked import Number
from sync.explain.credits import is_split
from sync.explain.measures import meaning
from sync.explain.records import Record, found, listed
from sync.settings import Settings
from sync.warehouse import Session

# Sums of decimals in another order, and nothing more, may differ.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Term:
    """
    One part of a formula.

    Args:
        name: As the formula calls it.
        role: `numerator`, `denominator`, `both`, `part` where there is no quotient, or `condition`: it decides
            whether there is a value or which formula holds.
        meaning: What it counts.
        value: Its value; None where it cannot be known.
        reason: Why it cannot.
        sql: The select behind it; None for a term that is no measure.
        select: The select of its records, one row each.
        is_median: True where the record in the middle counts, not their sum.
        is_split: True where its records are credits of conversions.
        counted: Its value, counted again from the records.
        record_count: How many records there are.
        records: The first of them, or all.
    """

    name: str
    role: str
    meaning: Text
    value: float | None
    reason: str | None
    sql: str | None = None
    select: str | None = None
    is_median: bool = False
    is_split: bool = False
    counted: float | None = None
    record_count: int = 0
    records: tuple[Record, ...] = ()

    @property
    def agrees(self) -> bool:
        return self.value is None or self.counted is None or _same(self.value, self.counted)


@dataclass(frozen=True)
class Explained:
    """
    A number and what stands behind it.

    Args:
        number: Which one.
        row: The answer, in the columns of `kpis.engine.answer`.
        formula: As it ran.
        in_numbers: The same with numbers in place of names.
        ran: The formula itself; None for a KPI made from the values of others.
        statements: The selects that the parts come from, one per fact and date.
        terms: The parts.
        counted: The value, counted again from the records of all parts.
    """

    number: Number
    row: Mapping[str, Any]
    formula: str
    in_numbers: str
    ran: Formula | None = None
    statements: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    counted: float | None = None

    @property
    def record_count(self) -> int:
        return sum(term.record_count for term in self.terms if term.role != "condition")

    @property
    def agrees(self) -> bool:
        """
        False where counting the records again gives another number.
        """
        value = self.row["value"]
        whole = value is None or self.counted is None or _same(float(value), self.counted)
        return whole and all(term.agrees for term in self.terms)


def answered(session: Session, settings: Settings, number: Number, as_of: date) -> dict[str, Any]:
    """
    The answer to a question for one number.

    Raises:
        UserError: Nothing was modelled yet, or an option cannot be used.
    """
    is_cut = number.dimension != "org"
    asked = compute.Asked(
        kpis=(number.kpi.id,),
        grain=number.period.grain,
        first=number.period.start,
        last=number.period.end,
        by=(number.dimension,) if is_cut else (),
        options=number.options,
        members=((number.dimension, number.member_id),) if is_cut else (),
    )
    rows = compute.answer(session, settings, asked, as_of).to_pylist()
    return next(
        row
        for row in rows
        if row["dimension"] == number.dimension
        and row["member_id"] == number.member_id
        and (number.period.grain == "all" or row["period_start"] == number.period.start)
    )


def taken_apart(
    session: Session, settings: Settings, number: Number, as_of: date, *, limit: int | None = 0
) -> Explained:
    """
    A number with its parts and their records.

    Args:
        limit: How many records to list of each part; None for all.
    """
    row = answered(session, settings, number, as_of)
    period = number.period
    if kind_of(period.grain) not in number.kpi.grains:
        return Explained(number, row, str(number.kpi.formula_by(number.dimension)), "")  # it has no parts either
    asked = Asked(number.kpi.id, period.grain, period.start, period.end, as_of, number.dimension, number.member_id)
    options = {**settings.kpis.options, **number.options}
    explanation = Explanation(asked, environment(session, settings), options, {number.kpi.id: number.kpi})
    statements = explanation.statements
    told = explanation.told({name: session.query(select) for name, select in statements.items()})
    values = {name: told.get(name, (None, None))[0] for name in explanation.terms}
    reasons = {name: told.get(name, (None, None))[1] for name in explanation.terms}
    lag = int(session.value("select months from fact_sales_lag") or 0)
    ran = explanation.ran(values)
    terms = tuple(
        _term(session, explanation, name, role, values, reasons[name], lag, limit)
        for name, role in _roles(explanation, ran).items()
    )
    again = {term.name: term.counted if term.counted is not None else term.value for term in terms}
    return Explained(
        number=number,
        row=row,
        formula=str(ran),
        in_numbers=explanation.in_numbers(values),
        ran=ran,
        statements=explanation.passes,
        terms=terms,
        counted=worked_out(ran, again),
    )


def _term(
    session: Session,
    explanation: Explanation,
    name: str,
    role: str,
    values: Mapping[str, float | None],
    reason: str | None,
    lag_months: int,
    limit: int | None,
) -> Term:
    told = meaning(explanation, name, explanation.asked.as_of, lag_months)
    if isinstance(explanation.terms[name], Setting):
        return Term(name, role, told, values[name], reason)
    records = explanation.records_sql(name, values, lag_months)
    if records is None:
        return Term(name, role, told, values[name], reason)
    is_median = explanation.is_median(name)
    figure = explanation.figure(name)
    is_net = isinstance(figure, Balance | Measure) and _is_netted(figure)
    select = found(records, is_median=is_median, is_net=is_net)
    counted = session.rows(
        "select count(*) as records, coalesce(sum(contribution), 0) as total,"
        " coalesce(median(contribution), 0) as middle"
        f" from ({select}) as found"
    )[0]
    return Term(
        name,
        role,
        told,
        values[name],
        reason,
        records,
        select,
        is_median,
        is_split(figure),
        float(counted["middle"] if is_median else counted["total"]),
        int(counted["records"]),
        tuple(listed(session, select, limit)) if limit != 0 else (),
    )


def _is_netted(figure: Balance | Measure) -> bool:
    measure = figure.enters if isinstance(figure, Balance) else figure
    return FACTS[measure.fact].steps


def _roles(explanation: Explanation, ran: Formula) -> dict[str, str]:
    """
    The terms that decided about the number, and what each was in it.
    """
    parts = ratio(ran)
    if parts is None:
        roles = dict.fromkeys(terms_of(ran), "part")
    else:
        top, bottom = (terms_of(part) for part in parts)
        roles = {name: "both" if name in bottom else "numerator" for name in top}
        roles |= {name: "denominator" for name in bottom if name not in roles}
    for part in explanation.formula.walk():
        deciding = part.sample if isinstance(part, SmallSample) else part.where if isinstance(part, Known) else None
        if deciding is not None:
            roles |= {name: "condition" for name in terms_of(deciding) if name not in roles}
    return roles


def worked_out(formula: Formula, values: Mapping[str, float | None]) -> float | None:
    """
    A formula that ran, with these values for its terms; None where one is missing or it divides by nothing.
    """
    if isinstance(formula, Operation):
        left, right = worked_out(formula.left, values), worked_out(formula.right, values)
        if left is None or right is None or (formula.sign == "/" and right == 0):
            return None
        if formula.sign == "/":
            return left / right
        return {"+": left + right, "-": left - right, "*": left * right}[formula.sign]
    return float(formula.value) if isinstance(formula, Digit) else values.get(str(formula))


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= _ROUNDING * max(1.0, abs(one), abs(other))
