"""
Measures of the settings as measures of the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from connectors.errors import UserError, close_matches
from kpis.custom import expressions
from kpis.custom.checked import Checked, Refused
from kpis.custom.facts import OPEN_FACTS, OpenFact
from kpis.custom.settings import CustomMeasure
from kpis.measure import WITHIN, Balance, Figure, Measure, Rule, Standing, Trailing, balance

# what each rule reads besides fact, where and empty; the first ones it cannot do without
_READS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "flow": (("at",), ("aggregate", "per")),
    "cohort": (("at",), ("reached",)),
    "trailing": (("at",), ("days", "months", "aggregate", "per")),
    "standing": (("at", "until"), ("aggregate", "per")),
    "balance": (("opens", "closes"), ("edge", "aggregate")),
}
_Found = TypeVar("_Found")
_DATES = ("at", "until", "reached", "opens", "closes")
_NO_RATE = "count_if(is_unconverted)"


@dataclass(frozen=True)
class _Parts:
    """
    What has been checked of a measure.
    """

    dates: dict[str, str]
    aggregate: str
    summed: Checked | None
    where: Checked | None


class Reader:
    """
    Reads one measure and collects all that is wrong with it.

    Args:
        place: Where it stands, `settings.toml, kpis.custom.ID.measures.NAME`.
    """

    def __init__(self, place: str, name: str, given: CustomMeasure) -> None:
        self._place, self._name, self._given = place, name, given
        self.problems: list[UserError] = []

    def read(self) -> Figure | None:
        """
        The measure; None where there are problems.
        """
        fact = OPEN_FACTS.get(self._given.fact)
        if fact is None:
            self._tell(
                "fact", f"There is no fact {self._given.fact[:80]!r}.", close_matches(self._given.fact, OPEN_FACTS)
            )
            return None
        self.problems += self._misplaced()
        dates = {
            key: self._try(key, partial(expressions.date_column, given, fact))
            for key in _DATES
            if (given := getattr(self._given, key)) is not None
        }
        taken = self._try("aggregate", lambda: expressions.aggregate(self._given.aggregate, fact))
        where = self._where(fact)
        if self._given.per is not None and self._given.per not in fact.units():
            known = close_matches(self._given.per, fact.units()) if fact.units() else "Take it out."
            self._tell("per", f"Rows of {fact.name} cannot be counted by {self._given.per[:80]!r}.", known)
        if taken is not None:
            self.problems += self._empty(taken[0])
        if self.problems or taken is None:
            return None
        parts = _Parts({key: text for key, text in dates.items() if text is not None}, *taken, where)
        return self._balance(fact, parts) if self._given.rule == "balance" else self._measure(fact, parts)

    # -- checks

    def _misplaced(self) -> Iterator[UserError]:
        given, rule = self._given, self._given.rule
        needed, possible = _READS[rule]
        for key in needed:
            if getattr(given, key) is None:
                described = CustomMeasure.model_fields[key].description or ""
                yield UserError(f"A {rule} had no {key}.", where=f"{self._place}.{key}", fix=f"Give it: {described}")
        for key in sorted({key for _, more in _READS.values() for key in more} | set(_DATES)):
            told = key in given.model_fields_set and getattr(given, key) is not None
            if told and key not in needed + possible:
                rules = [name for name, reads in _READS.items() if key in reads[0] + reads[1]]
                yield UserError(
                    f"A {rule} has no {key}.",
                    where=f"{self._place}.{key}",
                    fix=f"Take it out, or give another rule: {', '.join(rules)}.",
                )
        if rule == "trailing" and (given.days is None) == (given.months is None):
            yield UserError(
                "A trailing measure takes either days or months.", where=f"{self._place}.days", fix="Give one of them."
            )
        if given.per is not None and given.aggregate.replace(" ", "").lower() != "count(*)":
            yield UserError(
                f"per counts, and the aggregate was {given.aggregate[:80]!r}.",
                where=f"{self._place}.aggregate",
                fix='Take it out, or write "count(*)".',
            )

    def _where(self, fact: OpenFact) -> Checked | None:
        if self._given.where is None:
            return None
        text = self._given.where
        return self._try("where", lambda: expressions.condition(text, fact))

    def _empty(self, aggregate: str) -> Iterator[UserError]:
        given, rule = self._given, self._given.rule
        if aggregate == "median" and rule == "balance":
            yield UserError(
                "A balance has no median.", where=f"{self._place}.aggregate", fix="Give the rule standing instead."
            )
        if aggregate == "median" and given.empty == "zero":
            yield UserError(
                "A median of nothing was to be zero.", where=f"{self._place}.empty", fix="Take it out: it is unknown."
            )
        if given.empty == "missing_input" and (rule in ("balance", "cohort") or aggregate == "count"):
            yield UserError(
                "A count of nothing is zero, and so is what never began to stand.",
                where=f"{self._place}.empty",
                fix="Take it out: it is for sums.",
            )

    def _try(self, key: str, make: Callable[[], _Found]) -> _Found | None:
        try:
            return make()
        except Refused as refused:
            self._tell(key, refused.what, refused.fix)
            return None

    def _tell(self, key: str, what: str, fix: str) -> None:
        self.problems.append(UserError(what, where=f"{self._place}.{key}", fix=fix))

    # -- measures

    def _balance(self, fact: OpenFact, parts: _Parts) -> Balance:
        where, is_unrated, columns = self._rows(fact, parts, None)
        return balance(
            self._name,
            fact.table,
            _aggregate(parts),
            opens=parts.dates["opens"],
            closes=parts.dates["closes"],
            edge=self._given.edge or "close",
            where=where,
            needs=fact.needs(columns),
            faults={"missing_fx_rate": _NO_RATE} if is_unrated else None,
        )

    def _measure(self, fact: OpenFact, parts: _Parts) -> Measure:
        given, dates = self._given, parts.dates
        waited = None
        if "reached" in dates:
            until, at = dates["reached"], dates["at"]
            waited = f"{until} >= {at} and {until} - {at} <= :cohort_window_days and {until} <= :as_of"
        where, is_unrated, columns = self._rows(fact, parts, waited)
        faults = (("missing_fx_rate", _NO_RATE),) if is_unrated else ()
        units: tuple[tuple[str, str], ...] = ()
        flags = fact.flags if given.per is None else ()
        if given.per is not None:
            units = (("rows_that_count", f"count_if({where})" if where else "count(*)"),)
            where = "rows_that_count > 0"
            if is_unrated:
                units += (("rows_without_rate", _NO_RATE),)
                faults = (("missing_fx_rate", "sum(rows_without_rate)"),)
        return Measure(
            self._name,
            fact.table,
            _aggregate(parts),
            dates["at"],
            where,
            self._nothing(fact, parts.aggregate),
            fact.needs(columns),
            faults,
            flags,
            is_cohort=given.rule == "cohort",
            rule=self._rule(dates),
            per=fact.units()[given.per] if given.per is not None else None,
            units=units,
        )

    def _rows(self, fact: OpenFact, parts: _Parts, waited: str | None) -> tuple[str | None, bool, frozenset[str]]:
        """
        Which rows count, whether an unknown exchange rate matters to them, and the columns that are read.
        """
        columns = frozenset(name.strip('"') for name in parts.dates.values())
        filtered = parts.where.columns if parts.where else frozenset()
        columns |= filtered | (parts.summed.columns if parts.summed else frozenset())
        is_unrated = fact.has_currency and any(fact.columns[name] == "money" for name in columns)
        where = parts.where.sql if parts.where else None
        if where and any(fact.columns[name] == "money" for name in filtered) and fact.has_currency:
            # whether a row counts is unknown where its amount is: it is kept, and the figure has no value
            where = f"coalesce({where}, is_unconverted)"
        conditions = [text for text in (fact.keep, where, waited) if text]
        return " and ".join(conditions) or None, is_unrated, columns

    def _nothing(self, fact: OpenFact, aggregate: str) -> str:
        if aggregate == "median":
            return self._given.empty or "zero_denominator"
        return self._given.empty or (fact.empty if aggregate == "sum" else "zero")

    def _rule(self, dates: dict[str, str]) -> Rule:
        if self._given.rule == "standing":
            return Standing(dates["until"])
        if self._given.rule == "trailing":
            size, unit = (self._given.days, "day") if self._given.days is not None else (self._given.months, "month")
            assert size is not None
            return Trailing(size, "day" if unit == "day" else "month")
        return WITHIN


def _aggregate(parts: _Parts) -> str:
    return f"{parts.aggregate}({parts.summed.sql})" if parts.summed else "count(*)"
