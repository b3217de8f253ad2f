"""
What moved a number since another period: which parts changed, which records came and went.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kpis.catalogue import CATALOGUE
from kpis.engine.answers.evaluate import ratio
from kpis.formula import Formula, Operation
from kpis.words import Text
from sync.explain.number import Explained, Term, worked_out
from sync.explain.records import Record, with_pages
from sync.warehouse import Session


@dataclass(frozen=True)
class Moved:
    """
    A record that is behind only one of two numbers, or behind both with another weight.

    Args:
        record: The record; its contribution is that of now, 0 where it went.
        then: What it contributed before, 0 where it came.
        kind: `came`, `went` or `changed`.
    """

    record: Record
    then: float
    kind: str

    @property
    def effect(self) -> float:
        return self.record.contribution - self.then


@dataclass(frozen=True)
class TermChange:
    """
    One part then and now.

    Args:
        name: As the formula calls it.
        now: Its value.
        then: What it was.
        counts: `came`, `went`, `changed` -> how many records.
        sums: The same -> what they changed together.
        moved: The first records, the largest effect first.
    """

    name: str
    now: float | None
    then: float | None
    counts: Mapping[str, int]
    sums: Mapping[str, float]
    moved: tuple[Moved, ...]


@dataclass(frozen=True)
class Effect:
    """
    How much of a change came from one side of the formula.

    Args:
        part: The side as the formula has it.
        name: What people call it, where it is a KPI of its own.
        role: `numerator`, `denominator`, or `part` of a sum.
        now: Its value.
        then: What it was.
        effect: What it did to the number [unit of the KPI].
    """

    part: str
    name: Text | None
    role: str
    now: float
    then: float
    effect: float


@dataclass(frozen=True)
class Change:
    """
    A number against the same of another period.

    Args:
        versus: `previous` or `year`.
        then: The other number.
        effects: Where the change came from; they add up to it. Empty where one of the numbers is not known.
        terms: The parts then and now.
    """

    versus: str
    then: Explained
    effects: tuple[Effect, ...]
    terms: tuple[TermChange, ...]


def change(session: Session, now: Explained, then: Explained, versus: str, limit: int | None) -> Change:
    """
    Hold two numbers against each other.

    Args:
        versus: `previous` or `year`.
        limit: How many records to list of each part; None for all.
    """
    before = {term.name: term for term in then.terms}
    terms = tuple(
        _term_change(session, term, before[term.name], limit)
        for term in now.terms
        if term.name in before and term.role != "condition"
    )
    return Change(versus, then, _effects(now, then), terms)


def _term_change(session: Session, here: Term, there: Term, limit: int | None) -> TermChange:
    if here.select is None or there.select is None:
        return TermChange(here.name, here.value, there.value, {}, {}, ())
    # what a model splits over a whole day together has no record to hold against another
    grouped = [
        "select record_table, record_key, min(first_on) as first_on, max(last_on) as last_on,"
        f" sum(contribution) as contribution from ({term.select}) as found where record_key is not null"
        " group by record_table, record_key"
        for term in (here, there)
    ]
    moved = (
        "select coalesce(n.record_table, t.record_table) as record_table,"
        " coalesce(n.record_key, t.record_key) as record_key,"
        " coalesce(n.first_on, t.first_on) as first_on, coalesce(n.last_on, t.last_on) as last_on,"
        " coalesce(n.contribution, 0) as now, coalesce(t.contribution, 0) as before,"
        " case when t.record_table is null then 'came' when n.record_table is null then 'went'"
        " else 'changed' end as kind"
        f" from ({grouped[0]}) as n full join ({grouped[1]}) as t"
        " on n.record_table = t.record_table and n.record_key = t.record_key"
        # the same up to the order in which decimals were added
        " where n.record_table is null or t.record_table is null or abs(n.contribution - t.contribution) > 0.000001"
    )
    totals = session.rows(
        f"select kind, count(*) as records, sum(now - before) as total from ({moved}) as moved group by kind"
    )
    rows = session.rows(
        f"select * from ({moved}) as moved order by abs(now - before) desc, kind, first_on, record_table, record_key"
        + ("" if limit is None else f" limit {limit:d}")
    )
    records = with_pages(
        session,
        [
            Record(row["record_table"], row["record_key"], row["first_on"], row["last_on"], float(row["now"]))
            for row in rows
        ],
    )
    return TermChange(
        here.name,
        here.value,
        there.value,
        {row["kind"]: int(row["records"]) for row in totals},
        {row["kind"]: float(row["total"]) for row in totals},
        tuple(Moved(record, float(row["before"]), row["kind"]) for record, row in zip(records, rows, strict=True)),
    )


def _effects(now: Explained, then: Explained) -> tuple[Effect, ...]:
    if now.ran is None or then.ran is None or now.row["value"] is None or then.row["value"] is None:
        return ()
    sides, sides_then = ratio(now.ran), ratio(then.ran)
    if sides is None or sides_then is None:
        return tuple(_summands(now, then))
    top, bottom = (_side(side, now) for side in sides)
    top_then, bottom_then = (_side(side, then) for side in sides_then)
    if None in (top, bottom, top_then, bottom_then) or not bottom or not bottom_then:
        return ()
    assert top is not None and top_then is not None
    # half with the other side as it was, half as it is: the two effects add up to the whole change
    of_top = (top - top_then) * (1 / bottom + 1 / bottom_then) / 2
    of_bottom = (1 / bottom - 1 / bottom_then) * (top + top_then) / 2
    return (
        Effect(str(sides[0]), _called(sides[0]), "numerator", top, top_then, of_top),
        Effect(str(sides[1]), _called(sides[1]), "denominator", bottom, bottom_then, of_bottom),
    )


def _side(formula: Formula, one: Explained) -> float | None:
    return worked_out(formula, {term.name: term.value for term in one.terms})


def _summands(now: Explained, then: Explained) -> list[Effect]:
    """
    Of a sum or difference what each summand did; nothing where the two formulas differ.
    """
    if now.ran is None or str(now.ran) != str(then.ran):
        return []
    found = []
    for sign, part in _signed(now.ran, 1):
        here, there = _side(part, now), _side(part, then)
        if here is None or there is None:
            return []
        found.append(Effect(str(part), _called(part), "part", here, there, sign * (here - there)))
    return found if len(found) > 1 else []


def _signed(formula: Formula, sign: int) -> list[tuple[int, Formula]]:
    if isinstance(formula, Operation) and formula.sign in "+-":
        right = sign if formula.sign == "+" else -sign
        return [*_signed(formula.left, sign), *_signed(formula.right, right)]
    return [(sign, formula)]


def _called(part: Formula) -> Text | None:
    """
    The name of the KPI that a part of a formula is, whatever months it is taken over.
    """
    if not isinstance(part, Operation):
        return None
    text = re.sub(r" of (the last month|\d+ months)", "", str(part))
    return next((kpi.name for kpi in CATALOGUE.values() if str(kpi.formula) == text), None)
