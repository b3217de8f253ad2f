"""
Answers: one row per KPI, period and member, with its parts, the reason for no value, and its flags.
"""

from __future__ import annotations

from sqlglot import exp

from kpis import calendar
from kpis.evaluate import Evaluator, empty_value, is_plain_count, own_measures, ratio
from kpis.facts import FACTS
from kpis.formula import Formula, WherePaid
from kpis.measure import Balance, Measure
from kpis.model import ORG, Kpi, figures
from kpis.plan import Plan
from kpis.sql import columns as columns_of
from kpis.sql import fill, first_known, named, select
from kpis.stages import KEY, seen
from kpis.words import FLAGS

JUDGED = """
select
    place,
    kpi,
    grain,
    seq,
    dimension,
    member_id,
    case when reason is null then value end as value,
    -- half a sum is no sum: without a rate, or where the figure means nothing, its parts are not shown either
    case when coalesce(reason, '') not in ('missing_fx_rate', 'not_applicable') then numerator end as numerator,
    case when coalesce(reason, '') not in ('missing_fx_rate', 'not_applicable') then denominator end as denominator,
    case when value is null then coalesce(reason, 'missing_input') else reason end as reason,
    flags,
    definition,
    is_present,
    empty_value
from answers
"""
RESULT = """
select
    a.kpi,
    a.grain,
    p.period_start,
    p.period_end,
    a.dimension,
    coalesce(m.member, a.member_id) as member,
    a.member_id,
    a.value,
    a.numerator,
    a.denominator,
    a.reason,
    a.flags,
    a.definition,
    case when a.grain = 'all' then null when b.kpi is null then a.empty_value else b.value end as previous,
    case when a.grain = 'all' then null when y.kpi is null then a.empty_value else y.value end as year_before
from judged as a
join periods as p on p.grain = a.grain and p.seq = a.seq
left join judged as b
    on b.kpi = a.kpi
    and b.grain = a.grain
    and b.dimension = a.dimension
    and b.member_id = a.member_id
    and b.seq = a.seq - 1
left join judged as y
    on y.kpi = a.kpi
    and y.grain = a.grain
    and y.dimension = a.dimension
    and y.member_id = a.member_id
    and y.seq = p.year_seq
left join fact_members as m on m.dimension = a.dimension and m.member_id = a.member_id
where p.is_asked
    and not :is_future
    and (a.dimension = 'org' or a.is_present or coalesce(b.is_present, false) or coalesce(y.is_present, false))
order by a.place, a.grain, p.period_start, a.dimension, a.member_id
"""


def _number(value: int | None) -> exp.Expression:
    return fill("cast(null as double)") if value is None else fill("cast(:value as double)", {"value": value})


def answers_stage(plan: Plan) -> exp.Expression:
    """
    One row per KPI, period and member.
    """
    selects: list[exp.Expression] = []
    for place, kpi in enumerate(plan.kpis):
        groups: dict[tuple[Formula, bool], list[str]] = {}
        for (owner, dimension), formula in plan.formulas.items():
            if owner is kpi:
                reads_apart = dimension == ORG and any(isinstance(part, WherePaid) for part in formula.walk())
                groups.setdefault((formula, reads_apart), []).append(dimension)
        selects += [_answer(plan, place, kpi, formula, names) for (formula, _), names in groups.items()]
    return calendar.union(selects)


def _answer(plan: Plan, place: int, kpi: Kpi, formula: Formula, dimensions: list[str]) -> exp.Expression:
    evaluator = Evaluator(plan.slots, plan.options)
    dimension = dimensions[0]
    whole = evaluator.cell(formula, dimension)
    parts = ratio(formula)
    top = evaluator.cell(parts[0], dimension).value if parts else whole.value
    bottom = evaluator.cell(parts[1], dimension).value if parts else exp.null()
    as_double = [fill("cast(:value as double)", {"value": value}) for value in (whole.value, top, bottom)]
    return select(
        [
            named(exp.Literal.number(place), "place"),
            named(exp.Literal.string(kpi.id), "kpi"),
            *columns_of(*KEY),
            named(as_double[0], "value"),
            named(as_double[1], "numerator"),
            named(as_double[2], "denominator"),
            named(_reason(plan, kpi, formula, whole.reasons), "reason"),
            named(_flags(plan, kpi, formula, parts, evaluator, dimension), "flags"),
            named(exp.Literal.string(_definition(plan, kpi, formula)), "definition"),
            named(_is_present(plan, formula), "is_present"),
            named(_number(empty_value(formula, plan.slots)), "empty_value"),
        ],
        "ready",
    ).where(fill("dimension in (:names)", {"names": dimensions}), copy=False)


def _reason(plan: Plan, kpi: Kpi, formula: Formula, reasons: tuple[exp.Expression, ...]) -> exp.Expression:
    spans = {span.grain for span in plan.spans}
    found: list[exp.Expression] = []
    if spans - set(kpi.grains):
        found.append(fill("case when grain not in (:grains) then 'not_applicable' end", {"grains": list(kpi.grains)}))
    if not all(plan.slots[figure].is_offered for figure in figures(formula)):
        found.append(exp.Literal.string("missing_input"))
    else:
        if kpi.needs_whole_periods():
            found.append(fill("case when is_partial then 'partial_period' end"))
        if any(measure.is_cohort for measure in own_measures(formula)):
            found.append(fill("case when not is_mature then 'immature_cohort' end"))
        found += [reason.copy() for reason in reasons]
    return fill("cast(:reason as varchar)", {"reason": first_known(found)})


def _flags(
    plan: Plan,
    kpi: Kpi,
    formula: Formula,
    parts: tuple[Formula, Formula] | None,
    evaluator: Evaluator,
    dimension: str,
) -> exp.Expression:
    conditions: dict[str, list[exp.Expression]] = {"is_partial": [exp.column("is_partial")]}
    for measure in own_measures(formula):
        if measure in plan.columns:
            for flag, name in plan.columns[measure].flags:
                conditions.setdefault(flag, []).append(fill(":count > 0", {"count": exp.column(name)}))
    for figure in figures(formula):
        slot = plan.slots[figure]
        if slot.is_offered and slot.has_reason:
            unconverted = fill(":reason = 'missing_fx_rate'", {"reason": exp.column(f"{slot.key}_reason")})
            conditions.setdefault("missing_fx_rate", []).append(unconverted)
    sample = _sample(plan, kpi, parts)
    if sample is not None and all(plan.slots[figure].is_offered for figure in figures(sample)):
        size = evaluator.cell(sample, dimension).value
        conditions["low_sample"] = [
            fill(
                ":size > 0 and :size < :limit",
                {"size": exp.paren(size.copy()), "limit": plan.options["low_sample_below"]},
            )
        ]
    for flag, figure in kpi.unreported.items():
        slot = plan.slots[figure]
        if dimension == ORG and slot.is_offered:
            conditions[flag] = [fill(":value is null", {"value": exp.column(slot.key)})]
    assert set(conditions) <= set(FLAGS)
    texts = [
        fill("case when :raised then :flag end", {"raised": exp.paren(exp.or_(*conditions[flag])), "flag": flag})
        for flag in sorted(conditions)
    ]
    return fill("concat_ws(',', :texts)", {"texts": texts})


def _sample(plan: Plan, kpi: Kpi, parts: tuple[Formula, Formula] | None) -> Formula | None:
    if kpi.sample is not None:
        return kpi.sample
    if kpi.unit != "percent" or parts is None or not is_plain_count(parts[1]):
        return None
    return parts[1]


def _definition(plan: Plan, kpi: Kpi, formula: Formula) -> str:
    shown = {name: plan.options[name] for name in kpi.option_names() if plan.options[name] is not None}
    for measure in own_measures(formula):
        for name in FACTS[measure.fact].settings:
            shown[name] = getattr(plan.environment, name)
    return ", ".join(f"{name}={shown[name]}" for name in sorted(shown))


def _is_present(plan: Plan, formula: Formula) -> exp.Expression:
    """
    Whether anything of the formula happened or stands in the period.
    """
    conditions: list[exp.Expression] = []
    for figure in figures(formula):
        if isinstance(figure, Measure) and figure in plan.columns:
            conditions.append(fill(":seen = 1", {"seen": exp.column(seen(plan.columns[figure].scan))}))
        elif isinstance(figure, Balance) and plan.slots[figure].is_offered:
            conditions.append(fill(":value <> 0", {"value": exp.column(plan.slots[figure].key)}))
            conditions.append(fill(":seen = 1", {"seen": exp.column(seen(plan.columns[figure.enters].scan))}))
    distinct = list(dict.fromkeys(conditions))
    return fill("coalesce(:any, false)", {"any": exp.or_(*distinct)}) if distinct else exp.false()
