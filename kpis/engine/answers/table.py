"""
Answers: one row per KPI, period and member, with its parts, the reason for no value, its flags, and its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpis.engine.answers.evaluate import Evaluator
from kpis.engine.answers.figures import CODES, Figures
from kpis.engine.answers.numbers import Array, Index
from kpis.engine.answers.rows import Rows
from kpis.engine.answers.told import RAISABLE, Floats, told
from kpis.formula import Formula
from kpis.model import Kpi
from kpis.words import STATUSES

_REASONS = pa.array([None, *CODES], pa.string())
_STATUSES = pa.array([None, *STATUSES], pa.string())
_NUMBERS = ("value", "numerator", "denominator", "previous", "year_before", "interval_low", "interval_high", "target")
SCHEMA = pa.schema(
    [
        ("kpi", pa.string()),
        ("grain", pa.string()),
        ("period_start", pa.date32()),
        ("period_end", pa.date32()),
        ("dimension", pa.string()),
        ("member", pa.string()),
        ("member_id", pa.string()),
        ("value", pa.float64()),
        ("numerator", pa.float64()),
        ("denominator", pa.float64()),
        ("reason", pa.string()),
        ("flags", pa.string()),
        ("definition", pa.string()),
        ("previous", pa.float64()),
        ("year_before", pa.float64()),
        ("interval_low", pa.float64()),
        ("interval_high", pa.float64()),
        ("target", pa.float64()),
        ("status", pa.string()),
    ]
)
"""
The columns of every answer.
"""


@dataclass(frozen=True)
class Names:
    """
    What answers say besides what they count.

    Args:
        members: What people call members: dimension, member_id, member.
        targets: The targets that hold: kpi, dimension, member_id, starts_on, ends_on, value.
    """

    members: pa.Table
    targets: pa.Table


def answered(found: Figures, names: Names) -> pa.Table:
    """
    Every KPI of the plan in every period asked.

    Returns:
        The columns of `SCHEMA`, sorted by KPI as asked, grain, period, dimension and member.
    """
    plan, rows = found.plan, found.rows
    if plan.is_future:
        return SCHEMA.empty_table()
    evaluator = Evaluator(found, plan.options)
    targets = _targets(rows, names.targets)
    parts = [_of_kpi(found, evaluator, kpi, targets.get(kpi.id)) for kpi in plan.kpis]
    lengths = [len(part["row"]) for part in parts]
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    place = pa.array(whole["row"])
    member = _member_columns(rows, names.members)
    by_period = {"period_start": rows.periods.start, "period_end": rows.periods.end}
    period = pa.array(rows.period[whole["row"]])
    columns: dict[str, pa.Array] = {
        "kpi": _repeated([kpi.id for kpi in plan.kpis], lengths),
        "grain": pa.array(rows.periods.grains).take(pa.array(rows.periods.grain)).take(period),
        "dimension": pa.array(rows.members.dimensions).take(pa.array(rows.dimension[whole["row"]])),
        "flags": _flag_texts(whole["flags"]),
        "definition": _repeated([_definition(found, kpi) for kpi in plan.kpis], lengths),
        "reason": _REASONS.take(pa.array(whole["reason"])),
        "status": _STATUSES.take(pa.array(whole["status"])),
        **{name: column.take(place) for name, column in member.items()},
        **{name: column.take(period) for name, column in by_period.items()},
        **{name: pa.array(whole[name], from_pandas=True) for name in _NUMBERS},
    }
    return pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def _of_kpi(found: Figures, evaluator: Evaluator, kpi: Kpi, target: Floats | None) -> dict[str, Array]:
    """
    The answers about one KPI, in their order.
    """
    by_formula: dict[Formula, list[str]] = {}
    for (of, dimension), formula in found.plan.formulas.items():
        if of is kpi:
            by_formula.setdefault(formula, []).append(dimension)
    parts = [told(found, evaluator, kpi, formula, names, target) for formula, names in by_formula.items()]
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(found.rows.rank[whole["row"]])
    return {name: column[order] for name, column in whole.items()}


def _flag_texts(bits: Index) -> pa.Array:
    different, which = np.unique(bits, return_inverse=True)
    texts = [",".join(flag for place, flag in enumerate(RAISABLE) if one >> place & 1) for one in different.tolist()]
    return pa.array(texts, pa.string()).take(pa.array(which))


def _definition(found: Figures, kpi: Kpi) -> str:
    options = found.plan.options_of(kpi)
    shown = {name: options[name] for name in kpi.option_names() if options[name] is not None}
    return ", ".join(f"{name}={shown[name]}" for name in sorted(shown))


def _targets(rows: Rows, targets: pa.Table) -> dict[str, Floats]:
    """
    KPI -> its target in every row that has one.
    """
    found: dict[str, Floats] = {}
    spans: dict[tuple[object, object], list[int]] = {}
    for place, span in enumerate(zip(rows.periods.start.to_pylist(), rows.periods.end.to_pylist(), strict=True)):
        spans.setdefault(span, []).append(place)
    for target in targets.to_pylist():
        member = rows.members.number(target["dimension"], target["member_id"])
        for period in spans.get((target["starts_on"], target["ends_on"]), ()):
            place = rows.place(member, period)
            if place >= 0:
                found.setdefault(target["kpi"], np.full(len(rows), np.nan))[place] = float(target["value"])
    return found


def _member_columns(rows: Rows, names: pa.Table) -> dict[str, pa.Array]:
    """
    Id and name of every row's member; a member without a name goes by its id.
    """
    ids = rows.members.ids
    used, which = np.unique(rows.member, return_inverse=True)
    numbers = rows.members.dimension_numbers(names["dimension"]) * len(ids)
    known = pc.index_in(names["member_id"], ids).fill_null(-1)
    known = np.asarray(known, np.int64)
    near = np.minimum(np.searchsorted(used, numbers + known), len(used) - 1)
    hits = np.flatnonzero((known >= 0) & (numbers >= 0) & (used[near] == numbers + known))
    name_of = np.full(len(used), -1, np.int64)
    name_of[near[hits]] = hits
    told = ids.take(pa.array(used % len(ids)))
    called = names["member"].combine_chunks().take(pa.array(name_of, mask=name_of < 0))
    return {
        "member": pc.coalesce(called, told).take(pa.array(which)),
        "member_id": told.take(pa.array(which)),
    }


def _repeated(texts: list[str], lengths: list[int]) -> pa.Array:
    return pa.array(texts, pa.string()).take(pa.array(np.repeat(np.arange(len(texts)), lengths)))
