"""
Formulas of the settings: arithmetic over names, read node by node and never run.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from connectors.errors import close_matches
from kpis.catalogue import CATALOGUE
from kpis.custom.checked import Refused
from kpis.formula import Formula, Number, Operation
from kpis.measure import Figure
from kpis.model import GRAINS, LENGTHS, Kpi, figures

_LONGEST = 500
_DEEPEST = 40
_LARGEST = 10**9
_SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
CALLS = ("previous", "year_before", "whole")
_ARITHMETIC = "Write + - * / ( ), whole numbers, names of measures and KPIs, previous(x), year_before(x), whole(x)."


@dataclass(frozen=True)
class Ready:
    """
    A built-in figure or KPI as formulas may use it.

    Args:
        formula: What stands for the name.
        grains: Lengths of period for which some built-in KPI gives it.
        by: Dimensions by which some built-in KPI cuts it.
        whole_periods: True where every built-in KPI holds that a part of a period would mislead.
    """

    formula: Formula
    grains: frozenset[str]
    by: frozenset[str]
    whole_periods: bool


@cache
def built_in() -> Mapping[str, Ready]:
    """
    What formulas may use besides their own measures: the figures of built-in KPIs, and those KPIs that are read alike
    however they are cut.
    """
    users: dict[Figure, list[Kpi]] = {}
    for kpi in CATALOGUE.values():
        for figure in figures(kpi.formula):
            users.setdefault(figure, []).append(kpi)
    found = {figure.name: _ready(figure, kpis) for figure, kpis in users.items()}
    for kpi in CATALOGUE.values():
        if not (kpi.over_kpis or kpi.formulas or kpi.defaults):
            found.setdefault(kpi.id, _ready(kpi.formula, [kpi]))
    return found


def _ready(formula: Formula, kpis: list[Kpi]) -> Ready:
    return Ready(
        formula,
        frozenset(grain for kpi in kpis for grain in kpi.grains),
        frozenset(name for kpi in kpis for name in kpi.by if name not in kpi.formulas),
        all(kpi.whole_periods for kpi in kpis),
    )


@dataclass(frozen=True)
class Parsed:
    """
    A formula that may run, and what of the built-in ones it uses.
    """

    formula: Formula
    used: tuple[tuple[str, Ready], ...]

    def grains(self) -> tuple[str, ...]:
        return tuple(grain for grain in LENGTHS if all(grain in ready.grains for _, ready in self.used))

    def whole_periods(self) -> bool:
        return any(ready.whole_periods for _, ready in self.used)


def parse(text: str, own: Mapping[str, Figure | None], others: frozenset[str]) -> Parsed:
    """
    A formula from its text.

    Args:
        own: Name -> measure of the KPI; None for one that cannot be used for a reason told elsewhere.
        others: Ids of the KPIs that the settings declare.
    Raises:
        Refused: It is not arithmetic over known names.
        Unready: It is, and one of the measures cannot be used.
    """
    if len(text) > _LONGEST:
        raise Refused(f"The formula had {len(text)} characters.", f"Keep it within {_LONGEST}.")
    text = " ".join(text.split())
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Refused(f"{text[:80]!r} is no formula.", _ARITHMETIC) from error
    if "#" in text:
        raise Refused(f"{text[:80]!r} holds a comment.", "Take the comment out.")
    reader = _Reader(text, own, others)
    formula = reader.formula(tree.body, 0)
    if reader.is_unready:
        raise Unready(text)
    if not figures(formula):
        raise Refused(f"{text[:80]!r} measures nothing.", "Use at least one measure.")
    parsed = Parsed(formula, tuple(reader.used.items()))
    if not parsed.grains():
        names = ", ".join(name for name, ready in parsed.used if ready.grains < frozenset(GRAINS))
        raise Refused(f"{names} have no length of period in common.", "Use figures that go together.")
    return parsed


class _Reader:
    def __init__(self, text: str, own: Mapping[str, Figure | None], others: frozenset[str]) -> None:
        self._text, self._own, self._others = text, own, others
        self.used: dict[str, Ready] = {}
        self.is_unready = False

    def formula(self, node: ast.expr, depth: int) -> Formula:
        if depth > _DEEPEST:
            raise Refused("The formula was nested too deeply.", "Write it flatter.")
        if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
            left, right = self.formula(node.left, depth + 1), self.formula(node.right, depth + 1)
            return Operation(_SIGNS[type(node.op)], left, right)
        if isinstance(node, ast.Constant) and type(node.value) is int and node.value <= _LARGEST:
            return Number(node.value)
        if isinstance(node, ast.Name):
            return self._named(node.id)
        if isinstance(node, ast.Call):
            return self._call(node)
        raise Refused(f"{self._short(node)} is not allowed in a formula.", _ARITHMETIC)

    def _call(self, node: ast.Call) -> Formula:
        name = node.func.id if isinstance(node.func, ast.Name) else self._short(node.func)
        if name not in CALLS:
            raise Refused(f"The function {name[:80]} is not allowed in a formula.", close_matches(name, CALLS))
        only = node.args[0] if len(node.args) == 1 and not node.keywords else None
        if not isinstance(only, ast.Name):
            raise Refused(f"{self._short(node)} is not of one measure.", f"Write {name}(x) with the name of a measure.")
        of = self._named(only.id)
        if self.is_unready:
            return of
        if not isinstance(of, Figure):
            raise Refused(
                f"{only.id} is made of several measures.", f"Write {name}() around each measure of its formula: {of}."
            )
        made: dict[str, Formula] = {
            "previous": of.previous(),
            "year_before": of.year_before(),
            "whole": of.whole(),
        }
        return made[name]

    def _named(self, name: str) -> Formula:
        if name in self._own:
            figure = self._own[name]
            self.is_unready |= figure is None
            return Number(0) if figure is None else figure
        ready = built_in().get(name)
        if ready is not None:
            self.used[name] = ready
            return ready.formula
        if name in self._others:
            raise Refused(f"{name} is a custom KPI itself.", "Write its formula and measures here as well.")
        if name in CATALOGUE:
            raise Refused(
                f"{name} cannot be part of a formula.", f"Use the measures it is made of: `noria kpis {name}`."
            )
        raise Refused(f"There is no measure {name[:80]!r}.", close_matches(name, [*self._own, *built_in()]))

    def _short(self, node: ast.expr) -> str:
        return repr((ast.get_source_segment(self._text, node) or "")[:80])


class Unready(Exception):
    """
    A measure that cannot be used, for a reason that is told with it.
    """
