"""
An explained number for programs: one JSON object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from kpis.words import Text
from sync import question
from sync.explain.change import Change, Effect, Moved, TermChange
from sync.explain.credits import Credit
from sync.explain.number import Explained, Term
from sync.explain.records import Key, Record
from sync.explain.story import Story


def told(story: Story, fiscal_year_start: int, *, sql: bool) -> dict[str, Any]:
    """
    A story as JSON types.

    Args:
        sql: True to tell the statements, too.
    """
    one = story.explained
    return {
        **question.row_of(one.row, fiscal_year_start),
        "name": one.number.kpi.name.as_dict(),
        "meaning": one.number.kpi.meaning.as_dict(),
        "unit": one.number.kpi.unit,
        "formula": one.formula,
        "in_numbers": one.in_numbers,
        "counted": one.counted,
        "records": one.record_count,
        "agrees": story.agrees,
        "needs": [text.as_dict() for text in story.needs],
        "terms": [_term(term, story.credits, sql) for term in one.terms],
        "model": story.model,
        "not_broken_even": [{**_record(one_.campaign), "open_days": one_.days} for one_ in story.waiting],
        "objectives": [asdict(objective) for objective in story.objectives],
        "change": None if story.change is None else _change(story.change, one, fiscal_year_start),
        **({"sql": list(one.statements)} if sql else {}),
    }


def _term(term: Term, credits: Mapping[Key, tuple[Credit, ...]], sql: bool) -> dict[str, Any]:
    return {
        "term": term.name,
        "role": term.role,
        "meaning": term.meaning.as_dict(),
        "value": term.value,
        "reason": term.reason,
        "counted": term.counted,
        "records": term.record_count,
        "agrees": term.agrees,
        "first": [_record(record, credits) for record in term.records],
        **({"sql": term.sql} if sql else {}),
    }


def _record(record: Record, credits: Mapping[Key, tuple[Credit, ...]] | None = None) -> dict[str, Any]:
    split = (credits or {}).get((record.table, record.key))
    return {
        "table": record.table,
        "key": record.key,
        "name": record.name,
        "first_on": record.first_on,
        "last_on": record.last_on,
        "contribution": record.contribution,
        "links": [vars(link) for link in record.links],
        **({"touches": [_credit(credit) for credit in split]} if split is not None else {}),
    }


def _credit(credit: Credit) -> dict[str, Any]:
    return {**vars(credit), "links": [vars(link) for link in credit.links]}


def _change(change: Change, now: Explained, fiscal_year_start: int) -> dict[str, Any]:
    here, there = now.row["value"], change.then.row["value"]
    return {
        "versus": change.versus,
        "period": question.period_of(change.then.row, fiscal_year_start),
        "value": there,
        "reason": change.then.row["reason"],
        "change": None if here is None or there is None else here - there,
        "in_numbers": change.then.in_numbers,
        "effects": [_effect(effect) for effect in change.effects],
        "terms": [_term_change(term) for term in change.terms],
    }


def _effect(effect: Effect) -> dict[str, Any]:
    return {**vars(effect), "name": _words(effect.name)}


def _words(text: Text | None) -> dict[str, str] | None:
    return None if text is None else text.as_dict()


def _term_change(term: TermChange) -> dict[str, Any]:
    return {
        "term": term.name,
        "now": term.now,
        "then": term.then,
        "records": dict(term.counts),
        "effects": dict(term.sums),
        "first": [_moved(moved) for moved in term.moved],
    }


def _moved(moved: Moved) -> dict[str, Any]:
    return {"kind": moved.kind, "then": moved.then, "effect": moved.effect, **_record(moved.record)}
