"""
Declarations of the settings as KPIs of the engine, or all that is wrong with them.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping

from connectors.errors import UserError, close_matches
from kpis.catalogue import CATALOGUE
from kpis.custom.checked import Refused
from kpis.custom.facts import OPEN_FACTS
from kpis.custom.formulas import CALLS, Parsed, Unready, built_in, parse
from kpis.custom.measures import Reader
from kpis.custom.settings import CustomKpi
from kpis.facts import FACTS
from kpis.formula import Operation
from kpis.measure import Figure, Measure
from kpis.model import DIMENSIONS, ORG, Kpi, cut, measures
from kpis.words import Text

_NAME = re.compile(r"[a-z](_?[a-z0-9])+")
_MEASURE = re.compile(r"[a-z](_?[a-z0-9])*")
_LONGEST = 40
_HELD = frozenset({"computed_at", "quota"})
"""
Names that a field beside the KPIs, or a target, has already.
"""


def build(declared: Mapping[str, CustomKpi], *, place: str = "kpis.custom") -> tuple[dict[str, Kpi], list[UserError]]:
    """
    KPIs from what the settings declare.

    Args:
        place: Where the declarations stand, for messages.
    Returns:
        Those that can be used, by id, and every problem of the others.
    """
    made: dict[str, Kpi] = {}
    problems: list[UserError] = []
    for id, one in declared.items():
        kpi, found = _kpi(id, one, frozenset(declared), f"{place}.{id}")
        problems += found
        if kpi is not None:
            made[id] = kpi
    return made, problems


def _kpi(id: str, one: CustomKpi, others: frozenset[str], place: str) -> tuple[Kpi | None, list[UserError]]:
    problems = [*_of_id(id, place)]
    own: dict[str, Figure | None] = {}
    for name, given in one.measures.items():
        problems += _of_measure_name(name, f"{place}.measures.{name}")
        reader = Reader(f"{place}.measures.{name}", name, given)
        own[name] = reader.read()
        problems += reader.problems
    parsed: Parsed | None = None
    try:
        parsed = parse(one.formula, own, others)
    except Refused as refused:
        problems.append(UserError(refused.what, where=f"{place}.formula", fix=refused.fix))
    except Unready:
        pass
    if parsed is not None:
        problems += _unused(parsed, own, place)
        problems += _of_unit(one.unit, parsed, f"{place}.unit")
    problems += _of_dimensions(one.by, parsed, own, f"{place}.by")
    if problems or parsed is None:
        return None, problems
    return (
        Kpi(
            id,
            name=Text(en=one.name.en, es=one.name.es),
            meaning=Text(en=one.meaning.en, es=one.meaning.es),
            formula=parsed.formula,
            unit=one.unit,
            better=one.better,
            by=tuple(dict.fromkeys(name for name in one.by if name != ORG)),
            grains=parsed.grains(),
            whole_periods=parsed.whole_periods(),
            is_custom=True,
        ),
        [],
    )


def _of_id(id: str, place: str) -> Iterator[UserError]:
    if not _NAME.fullmatch(id) or len(id) > _LONGEST:
        yield UserError(
            f"The id {id[:80]!r} cannot be the name of a CRM field.",
            where=place,
            fix=f"Use 2 to {_LONGEST} small letters, digits and single underscores, with a letter first.",
        )
    elif id in CATALOGUE or id in _HELD:
        yield UserError(f"There is a built-in {id} already.", where=place, fix="Choose another id.")


def _of_measure_name(name: str, place: str) -> Iterator[UserError]:
    if not _MEASURE.fullmatch(name) or len(name) > _LONGEST or keyword.iskeyword(name) or name in CALLS:
        yield UserError(
            f"The name {name[:80]!r} cannot stand in a formula.",
            where=place,
            fix=f"Use up to {_LONGEST} small letters, digits and single underscores, with a letter first.",
        )
    elif name in built_in() or name in CATALOGUE:
        yield UserError(
            f"There is a built-in {name} already, and one name has one meaning.",
            where=place,
            fix="Choose another name, or leave the measure out and use the built-in one.",
        )


def _unused(parsed: Parsed, own: Mapping[str, Figure | None], place: str) -> Iterator[UserError]:
    used = set(parsed.formula.walk())
    for name, figure in own.items():
        if figure is not None and figure not in used:
            yield UserError(
                f"The measure {name} is not in the formula.",
                where=f"{place}.measures.{name}",
                fix="Use it in the formula, or take it out.",
            )


def _of_unit(unit: str, parsed: Parsed, place: str) -> Iterator[UserError]:
    if unit == "count" and any(isinstance(part, Operation) and part.sign == "/" for part in parsed.formula.walk()):
        yield UserError(
            "A quotient was to be a count, which CRM fields hold as a whole number.",
            where=place,
            fix="Give ratio, percent, days or money.",
        )


def _of_dimensions(
    by: tuple[str, ...], parsed: Parsed | None, own: Mapping[str, Figure | None], place: str
) -> Iterator[UserError]:
    for dimension in by:
        if dimension == ORG:
            continue
        if dimension not in DIMENSIONS:
            yield UserError(
                f"There is no dimension {dimension[:80]!r}.", where=place, fix=close_matches(dimension, DIMENSIONS)
            )
        elif parsed is not None and (lacking := _lacking(parsed, own, dimension)):
            possible = [name for name in DIMENSIONS[1:] if not _lacking(parsed, own, name)]
            yield UserError(
                f"It cannot be cut by {dimension}: {', '.join(lacking)} cannot be told apart by it.",
                where=place,
                fix=f"Cut by {', '.join(possible)}." if possible else "Leave `by` out.",
            )


def _lacking(parsed: Parsed, own: Mapping[str, Figure | None], dimension: str) -> list[str]:
    """
    Names of figures that cannot be cut by a dimension.
    """
    apart = set(cut(parsed.formula))
    mine = {measure: name for name, figure in own.items() if figure is not None for measure in measures(figure)}
    found = [name for measure, name in mine.items() if measure in apart and dimension not in _dimensions(measure)]
    for name, ready in parsed.used:
        theirs = [measure for measure in measures(ready.formula) if measure in apart]
        if theirs and (dimension not in ready.by or any(dimension not in FACTS[m.fact].columns for m in theirs)):
            found.append(name)
    return list(dict.fromkeys(found))


def _dimensions(measure: Measure) -> tuple[str, ...]:
    return OPEN_FACTS[measure.fact.removeprefix("fact_")].dimensions
