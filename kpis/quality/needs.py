"""
What a KPI needs and nobody connected gives, in plain words.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from kpis.facts import Environment
from kpis.formula import Choice, OverKpis, Setting, SettingOr
from kpis.measure import Measure
from kpis.model import Kpi, measures
from kpis.options import in_force
from kpis.sql import fill, placeholder_names
from kpis.words import Text

_COSTS = "costs"

# What of a table a KPI needs, where its measures do not say so by themselves.
_ONLY_SOME: dict[tuple[str, str], Text] = {
    ("pipeline_coverage", "targets"): Text(en="with kpi quota or won_revenue", es="con kpi quota o won_revenue"),
}


def needs(
    kpi: Kpi,
    offered: frozenset[str],
    *,
    options: Mapping[str, object] | None = None,
    cost_kinds: frozenset[str] | None = None,
    unread: frozenset[str] = frozenset(),
) -> tuple[Text, ...]:
    """
    Why a KPI cannot be computed; empty when everything it needs is there.

    Args:
        kpi: The KPI.
        offered: The normalized tables that some connected source offers whole.
        options: The options in force; None takes the defaults.
        cost_kinds: The kinds that some cost has; None does not look at them.
        unread: Tables that have records but were not read to the end.
    """
    known = in_force({}, Environment("UTC", "XXX", offered)) if options is None else dict(options)
    formula = kpi.formula.resolve(known | _own_defaults(kpi, known))
    found = measures(formula)
    instead = _instead(kpi, known)
    told: dict[Text, None] = {}
    own = formula.needs if isinstance(formula, OverKpis) else ()
    for group in sorted({*own, *(group for measure in found for group in measure.all_needs)}):
        if not offered & set(group):
            kinds = _kinds(found) if group == (_COSTS,) else ()
            told[_of_tables(kpi, group, kinds, unread, instead.get(group))] = None
        elif group == (_COSTS,) and cost_kinds is not None:
            told |= dict.fromkeys(_of_kind(kind) for kind in _kinds(found) if kind not in cost_kinds)
    unset = [part.option for part in formula.walk() if isinstance(part, Setting) and known.get(part.option) is None]
    told |= dict.fromkeys(_of_option(option) for option in unset)
    return tuple(told)


def _own_defaults(kpi: Kpi, options: Mapping[str, object]) -> dict[str, object]:
    """
    What the KPI takes where nobody chose: its own default, else the first branch of the choice.
    """
    choices = [part for part in kpi.formula.walk() if isinstance(part, Choice)]
    own = {**{choice.option: choice.branches[0][0] for choice in choices}, **kpi.defaults}
    return {name: value for name, value in own.items() if options.get(name) is None}


def _instead(kpi: Kpi, options: Mapping[str, object]) -> dict[tuple[str, ...], str]:
    """
    Group of tables -> the option that, once set, makes them needless.
    """
    unset = [part for part in kpi.formula.walk() if isinstance(part, SettingOr) and options.get(part.option) is None]
    return {group: part.option for part in unset for m in measures(part.otherwise) for group in m.all_needs}


def _kinds(found: tuple[Measure, ...]) -> tuple[str, ...]:
    """
    The kinds of cost without which there is no value: those of measures that count one kind alone.
    """
    every = [_kind(m) for m in found if (_COSTS,) in m.all_needs and m.empty == "missing_input"]
    return tuple(sorted({kind for kind in every if kind is not None}))


def _kind(measure: Measure) -> str | None:
    if measure.where is None:
        return None
    tree = fill(measure.where, dict.fromkeys(placeholder_names(measure.where))).unnest()
    parts = tree.flatten() if isinstance(tree, exp.And) else [tree]
    for part in parts:
        if isinstance(part, exp.EQ) and isinstance(part.this, exp.Column) and part.this.name == "kind":
            return str(part.expression.name)
    return None


def _of_tables(
    kpi: Kpi, group: tuple[str, ...], kinds: tuple[str, ...], unread: frozenset[str], instead: str | None
) -> Text:
    some = [_ONLY_SOME[kpi.id, table] for table in group if (kpi.id, table) in _ONLY_SOME]
    if kinds:
        some.append(Text(en=f"with kind {' and '.join(kinds)}", es=f"con kind {' y '.join(kinds)}"))
    what_en, what_es = (
        " ".join([joint.join(group), *(getattr(text, language) for text in some)])
        for language, joint in (("en", " or "), ("es", " o "))
    )
    if unread & set(group):
        return Text(
            en=f"needs {what_en}: they were not read to the end; see `noria check`, then run `noria pull`",
            es=f"necesita {what_es}: no se leyeron hasta el final; vea `noria check` y ejecute `noria pull`",
        )
    files = [f"{table}.csv" for table in group]
    or_set, o_ponga = (f", or set {instead}", f", o ponga {instead}") if instead else ("", "")
    return Text(
        en=f"needs {what_en}: connect a source or add {' or '.join(files)}{or_set}",
        es=f"necesita {what_es}: conecte una fuente o añada {' o '.join(files)}{o_ponga}",
    )


def _of_kind(kind: str) -> Text:
    return Text(
        en=f"needs costs with kind {kind}: connect a source that has them or add them to costs.csv",
        es=f"necesita costs con kind {kind}: conecte una fuente que los tenga o añádalos a costs.csv",
    )


def _of_option(option: str) -> Text:
    return Text(
        en=f"needs the option {option}: set it under [kpis.options]",
        es=f"necesita la opción {option}: póngala en [kpis.options]",
    )
