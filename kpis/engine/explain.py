"""
How a number came about: its formula in words and in numbers, each part with its SQL and the records behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

import pyarrow as pa
from sqlglot import exp

from kpis.engine import Question, calendar, compile, known_kpis
from kpis.engine.answers.evaluate import Evaluator
from kpis.engine.answers.figures import reason_of
from kpis.engine.plan import LONGEST_LAG
from kpis.engine.records import Records, Window
from kpis.facts import Environment, shadows
from kpis.formula import (
    Base,
    Formula,
    InMonths,
    Known,
    Lagged,
    LastMonths,
    Operation,
    Positive,
    Previous,
    Setting,
    SmallSample,
    WherePaid,
    Whole,
    YearBefore,
)
from kpis.measure import Balance, Figure, Measure
from kpis.model import Kpi
from kpis.options import in_force
from kpis.sql import DIALECT, select, union


@dataclass(frozen=True)
class Asked:
    """
    Which number is to be explained.

    Args:
        kpi: Its id.
        grain: Length of the period.
        start: First day of the period.
        end: Last day of the period.
        as_of: Today; later events do not count.
        dimension: What it is cut by, `org` for nothing.
        member_id: The member.
    """

    kpi: str
    grain: str
    start: date
    end: date
    as_of: date
    dimension: str = "org"
    member_id: str = "all"


Values = Mapping[str, float | None]


class Explanation:
    """
    What stands behind a number.

    Args:
        asked: Which number.
        environment: What the organisation is.
        options: Other policies than those of the environment.
        custom: KPIs of the settings.
    Raises:
        WrongUse: A name is unknown.
    """

    def __init__(
        self,
        asked: Asked,
        environment: Environment,
        options: Mapping[str, object] | None = None,
        custom: Mapping[str, Kpi] | None = None,
    ) -> None:
        self.asked, self._environment = asked, environment
        self._options = in_force(options or {}, environment)
        self.kpi = known_kpis((asked.kpi,), custom or {})[0]
        member = () if asked.dimension == "org" else ((asked.dimension, asked.member_id),)
        question = Question(
            (asked.kpi,),
            (asked.grain,),
            asked.start,
            asked.end,
            asked.as_of,
            tuple(dimension for dimension, _ in member),
            options or {},
            custom or {},
            members=member,
        )
        self._compiled = compile(question, environment)
        self.formula = self._compiled.plan.formulas[self.kpi, asked.dimension]
        self.terms = {str(leaf): leaf for leaf in _leaves(self.formula)}
        self.options = self._compiled.plan.options_of(self.kpi)
        self._records = Records(self.options, environment.timezone, environment.fiscal_year_start)

    @property
    def statements(self) -> Mapping[str, str]:
        """
        Name -> select of everything that the terms are worked out from.
        """
        return self._compiled.statements

    @property
    def passes(self) -> tuple[str, ...]:
        """
        Of the statements those that read facts, one per fact and date.
        """
        return tuple(self.statements[scan.name] for scan in self._compiled.plan.scans.all())

    def told(self, tables: Mapping[str, pa.Table]) -> dict[str, tuple[float | None, str | None]]:
        """
        The value of each term, or the reason why it has none.

        Args:
            tables: What the statements gave, under their names.
        """
        figures, one = self._compiled.figures(tables), self.asked
        evaluator = Evaluator(figures, self.options)
        member = figures.rows.members.number(one.dimension, one.member_id)
        place = figures.rows.place(member, figures.rows.periods.starting(one.grain, one.start))
        if place < 0:
            return {}
        found = {}
        for name, leaf in self.terms.items():
            cell = evaluator.cell(leaf)
            value = float(cell.value.as_floats()[place]) if cell.value.known[place] else None
            found[name] = value, reason_of(int(cell.reasons[place]))
        return found

    def records_sql(self, term: str, values: Values, lag_months: int = 0) -> str | None:
        """
        A select of the records behind a term: record_table, record_key, on, contribution. None where it has none.

        Args:
            term: One of `terms`.
            values: The value of every term, as `told` gives them.
            lag_months: What `fact_sales_lag` says [months].
        """
        lists = [self._records.of(*behind) for behind in self._behind(self.terms[term], values, lag_months)]
        if not lists:
            return None
        whole = union(lists)
        facts = {table.name for table in whole.find_all(exp.Table)}
        made = shadows(self._environment, self._options, facts)
        if made:
            query = select(
                [exp.Star()], exp.Subquery(this=whole, alias=exp.TableAlias(this=exp.to_identifier("found")))
            )
            ctes = [exp.CTE(this=tree, alias=exp.TableAlias(this=exp.to_identifier(name))) for name, tree in made]
            query.set("with_", exp.With(expressions=ctes))
            whole = query
        return whole.sql(DIALECT)

    def figure(self, term: str) -> Figure | None:
        """
        The measure or balance that a term is taken of; None for one that is no figure.
        """
        leaf = self.terms[term]
        if isinstance(leaf, Measure | Balance):
            return leaf
        if isinstance(leaf, InMonths):
            return leaf.daily
        of = getattr(leaf, "of", None)
        return of if isinstance(of, Measure | Balance) else None

    def is_median(self, term: str) -> bool:
        """
        True where the records of a term are not added up: the one in the middle counts.
        """
        figure = self.figure(term)
        return isinstance(figure, Measure) and figure.aggregate.startswith("median(")

    def recounted(self, term: str, contributions: list[float]) -> float:
        """
        A term counted again from its records.
        """
        if self.is_median(term):
            return median(contributions) if contributions else 0.0
        return sum(contributions)

    def ran(self, values: Values) -> Formula:
        """
        The formula as it came to the number: arithmetic over terms, with what the sample decides decided.

        Args:
            values: The value of every term, as `told` gives them.
        """
        return _ran(self.formula, values, self._options)

    def in_numbers(self, values: Values) -> str:
        """
        The formula with its numbers in place of names.
        """
        return str(_with_numbers(self.ran(values), values))

    def _window(self, start: date | None = None, end: date | None = None, grain: str | None = None) -> Window:
        one = self.asked
        return Window(grain or one.grain, start or one.start, end or one.end, one.as_of, one.dimension, one.member_id)

    def _behind(self, leaf: Formula, values: Values, lag_months: int) -> Iterator[tuple[Figure, Window]]:
        one = self.asked
        if isinstance(leaf, Measure | Balance):
            yield leaf, self._window()
        elif isinstance(leaf, Previous | YearBefore):
            before = calendar.step(one.grain, one.start, -1)
            start = before if isinstance(leaf, Previous) else calendar.year_before(one.grain, one.start)
            yield leaf.of, self._window(start, calendar.step(one.grain, start, 1) - timedelta(days=1))
        elif isinstance(leaf, Whole):
            yield leaf.of, Window(one.grain, one.start, one.end, one.as_of)
        elif isinstance(leaf, WherePaid):
            window = self._window()
            if one.dimension == "org":
                assert isinstance(leaf.cost, Measure)
                window = Window(one.grain, one.start, one.end, one.as_of, channels=leaf.cost)
            yield leaf.of, window
        elif isinstance(leaf, LastMonths):
            last = calendar.start_of("month", one.end)
            yield from self._months(leaf.of, last, leaf.months)
        elif isinstance(leaf, Lagged):
            last = calendar.step("month", calendar.start_of("month", one.end), -min(lag_months, LONGEST_LAG))
            yield from self._months(leaf.of, last, {"month": 1, "quarter": 3, "year": 12}.get(one.grain, 0))
        elif isinstance(leaf, InMonths):
            # what whole months say is tried first; records of days stand in where there is none
            figure = leaf.monthly if one.grain == "month" and values.get(str(leaf.monthly)) is not None else leaf.daily
            yield figure, self._window()

    def _months(self, figure: Figure, last: date, count: int) -> Iterator[tuple[Figure, Window]]:
        for back in range(count):
            start = calendar.step("month", last, -back)
            yield figure, self._window(start, calendar.step("month", start, 1) - timedelta(days=1), "month")


_LEAVES = (Measure, Balance, Previous, YearBefore, Whole, WherePaid, LastMonths, Lagged, InMonths, Setting)


def _leaves(formula: Formula) -> Iterator[Formula]:
    """
    The parts of a resolved formula that have a number of their own.
    """
    if isinstance(formula, _LEAVES):
        yield formula
        if isinstance(formula, InMonths):
            yield formula.monthly
        return
    for part in formula.parts():
        yield from _leaves(part)


@dataclass(frozen=True)
class _Figures(Formula):
    """
    A number as it is read.
    """

    text: str

    def __str__(self) -> str:
        return self.text


def _ran(formula: Formula, values: Values, options: Mapping[str, object]) -> Formula:
    if isinstance(formula, Operation):
        return Operation(formula.sign, _ran(formula.left, values, options), _ran(formula.right, values, options))
    if isinstance(formula, SmallSample):
        limit = options["low_sample_below"]
        assert isinstance(limit, int)
        is_small = (values.get(str(formula.sample)) or 0) < limit
        return _ran(formula.small if is_small else formula.large, values, options)
    if isinstance(formula, Positive | Base | Known):
        return _ran(formula.of, values, options)
    return formula


def _with_numbers(formula: Formula, values: Values) -> Formula:
    if isinstance(formula, Operation):
        return Operation(formula.sign, _with_numbers(formula.left, values), _with_numbers(formula.right, values))
    if not isinstance(formula, _LEAVES):
        return formula
    value = values.get(str(formula))
    if value is None:
        return _Figures("?")
    text = f"{value:,.10g}" if abs(value) < 1e10 else f"{value:,.2f}"
    return _Figures(f"({text})" if value < 0 else text)


def terms_of(formula: Formula) -> tuple[str, ...]:
    """
    The terms that a formula that ran is made of, in its order.
    """
    if isinstance(formula, Operation):
        return tuple(dict.fromkeys(name for part in formula.parts() for name in terms_of(part)))
    return (str(formula),) if isinstance(formula, _LEAVES) else ()
