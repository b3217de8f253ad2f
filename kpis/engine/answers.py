"""
Answers: one row per KPI, period and member, with its parts, the reason for no value, and its flags.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlglot import exp

from kpis.engine.calendar import kind_of
from kpis.engine.evaluate import Cell, Evaluator, empty_value, is_plain_count, is_proportion, own_measures, ratio
from kpis.engine.plan import Batch
from kpis.engine.stages import is_named, seen
from kpis.formula import Formula, InMonths, WherePaid, Whole
from kpis.measure import Balance, Measure
from kpis.model import ORG, Kpi, figures
from kpis.sql import columns as columns_of
from kpis.sql import fill, first_known, named, select, subquery, union
from kpis.words import FLAGS

JUDGED = """
select
    place,
    kpi,
    grain,
    period_start,
    period_end,
    dimension,
    member_id,
    case when reason is null then value end as value,
    -- half a sum is no sum: without a rate, or where the figure means nothing, its parts are not shown either
    case when coalesce(reason, '') not in ('missing_fx_rate', 'not_applicable') then numerator end as numerator,
    case when coalesce(reason, '') not in ('missing_fx_rate', 'not_applicable') then denominator end as denominator,
    case when value is null then coalesce(reason, 'missing_input') else reason end as reason,
    flags,
    definition,
    case when grain <> 'all' then previous end as previous,
    case when grain <> 'all' then year_before end as year_before,
    case when reason is null then status end as status,
    better,
    -- Wilson's 95 % interval of a share of few cases
    case when reason is null and is_proportion and contains(flags, 'low_sample') and value between 0 and 1
        then (value + 1.9207294 / denominator) / (1 + 3.8414588 / denominator) end as centre,
    case when reason is null and is_proportion and contains(flags, 'low_sample') and value between 0 and 1
        then 1.9599640 * sqrt(value * (1 - value) / denominator + 0.9603647 / (denominator * denominator))
            / (1 + 3.8414588 / denominator) end as half_width
from answers
"""
RESULT = """
select
    a.kpi,
    a.grain,
    a.period_start,
    a.period_end,
    a.dimension,
    coalesce(m.member, a.member_id) as member,
    a.member_id,
    a.value,
    a.numerator,
    a.denominator,
    a.reason,
    a.flags,
    a.definition,
    a.previous,
    a.year_before,
    case when a.centre is not null then greatest(a.centre - a.half_width, 0) end as interval_low,
    case when a.centre is not null then least(a.centre + a.half_width, 1) end as interval_high,
    t.value as target,
    case
        when a.value is null then null
        -- a running period is not judged before its end
        when t.value is null or a.better = 'none' or contains(a.flags, 'is_partial') then a.status
        when a.better = 'higher' and a.value >= t.value or a.better = 'lower' and a.value <= t.value then 'met'
        else 'missed'
    end as status
from judged as a
left join fact_targets as t
    on t.kpi = a.kpi
    and t.dimension = a.dimension
    and t.member_id = a.member_id
    and t.starts_on = a.period_start
    and t.ends_on = a.period_end
    and t.is_latest
left join fact_members as m on m.dimension = a.dimension and m.member_id = a.member_id
where not :is_future
order by a.place, a.grain, a.period_start, a.dimension, a.member_id
"""
_YEAR_BEFORE = "y.grain = a.grain and y.dimension = a.dimension and y.member_id = a.member_id and y.seq = a.year_seq"
_BEFORE = "over (partition by grain, dimension, member_id order by seq)"


@dataclass(frozen=True)
class _Answered:
    """
    A formula of a KPI and the dimensions that it answers.
    """

    number: int
    place: int
    kpi: Kpi
    formula: Formula
    dimensions: tuple[str, ...]


def _answered(batch: Batch) -> list[_Answered]:
    found: dict[tuple[int, Formula, bool], list[str]] = {}
    for (kpi, dimension), formula in batch.formulas.items():
        # these read other columns for the whole organisation than for its members
        reads_apart = any(isinstance(part, WherePaid | Whole) for part in formula.walk())
        key = (batch.kpis.index(kpi), formula, reads_apart and dimension == ORG)
        found.setdefault(key, []).append(dimension)
    return [
        _Answered(number, place, batch.kpis[place], formula, tuple(dimensions))
        for number, ((place, formula, _), dimensions) in enumerate(found.items())
    ]


def valued_stage(batch: Batch) -> exp.Expression:
    """
    Every formula with its value, why it has none, and whether anything happened, beside the figures that it is made of.
    """
    evaluator = Evaluator(batch.slots, batch.plan.options)
    items: list[exp.Expression] = [exp.Star()]
    for one in _answered(batch):
        whole = evaluator.cell(one.formula, one.dimensions[0])
        items += [
            named(fill("cast(:value as double)", {"value": whole.value}), f"value_{one.number}"),
            named(_reason(batch, one.kpi, one.formula, whole.reasons), f"reason_{one.number}"),
            named(_is_present(batch, one.formula), f"is_present_{one.number}"),
        ]
    return select([exp.Star(), *_of_before(batch)], subquery(select(items, "ready"), "told"))


def _of_before(batch: Batch) -> list[exp.Expression]:
    found = []
    is_next = f"lag(seq) {_BEFORE} = seq - 1"  # a member has no row where it had nothing to tell
    for one in _answered(batch):
        empty = empty_value(one.formula, batch.slots)
        known = f"lag(case when reason_{one.number} is null then value_{one.number} end) {_BEFORE}"
        otherwise = "" if empty is None else f" else {empty}"
        found.append(fill(f"case when {is_next} then {known}{otherwise} end as previous_{one.number}"))
        found.append(fill(f"{is_next} and lag(is_present_{one.number}) {_BEFORE} as was_present_{one.number}"))
    return found


def beside_stage(batch: Batch) -> exp.Expression:
    """
    The periods asked, with what the same formulas gave in the period before and a year before.
    """
    items: list[exp.Expression] = [fill("a.*")]
    for one in _answered(batch):
        empty = empty_value(one.formula, batch.slots)
        known = "" if empty is None else f" when y.grain is null then {empty}"
        value = f"case{known} when y.reason_{one.number} is null then y.value_{one.number} end"
        items.append(fill(f"{value} as year_before_{one.number}"))
        echo = f"coalesce(a.was_present_{one.number}, false) or coalesce(y.is_present_{one.number}, false)"
        items.append(fill(f"{echo} as is_echo_{one.number}"))
    query = select(items, exp.to_table("valued", alias="a"))
    query = query.join(exp.to_table("valued", alias="y"), on=fill(_YEAR_BEFORE), join_type="left", copy=False)
    return query.where(fill("a.is_asked"), copy=False)


def answers_stage(batch: Batch) -> exp.Expression:
    """
    One row per KPI, period and member.
    """
    return union([_answer(batch, one) for one in _answered(batch)])


def _answer(batch: Batch, one: _Answered) -> exp.Expression:
    evaluator = Evaluator(batch.slots, batch.plan.options)
    kpi, dimension, number = one.kpi, one.dimensions[0], one.number
    whole = Cell(exp.column(f"value_{number}"))
    parts = ratio(one.formula)
    top = evaluator.cell(parts[0], dimension).value if parts else whole.value
    bottom = evaluator.cell(parts[1], dimension).value if parts else exp.null()
    is_share = kpi.unit == "percent" and parts is not None and is_proportion(parts)
    query = select(
        [
            named(exp.Literal.number(batch.first_place + one.place), "place"),
            named(exp.Literal.string(kpi.id), "kpi"),
            *columns_of("grain", "period_start", "period_end", "dimension", "member_id"),
            named(exp.column(f"value_{number}"), "value"),
            named(fill("cast(:value as double)", {"value": top}), "numerator"),
            named(fill("cast(:value as double)", {"value": bottom}), "denominator"),
            named(exp.column(f"reason_{number}"), "reason"),
            named(_flags(batch, kpi, one.formula, parts, evaluator, dimension), "flags"),
            named(exp.Literal.string(_definition(batch, kpi)), "definition"),
            named(exp.column(f"previous_{number}"), "previous"),
            named(exp.column(f"year_before_{number}"), "year_before"),
            named(_status(batch, kpi, whole), "status"),
            named(exp.Literal.string(kpi.better), "better"),
            named(exp.true() if is_share else exp.false(), "is_proportion"),
        ],
        "beside",
    )
    shown = {"number": number, "named": is_named(batch.plan)}
    return query.where(
        fill("dimension in (:names)", {"names": list(one.dimensions)}),
        fill(f"dimension = 'org' or is_present_{number} or is_echo_{number} or :named", shown),
        copy=False,
    )


def _status(batch: Batch, kpi: Kpi, whole: Cell) -> exp.Expression:
    """
    What an article says of the value.
    """
    if not kpi.bands:
        return fill("cast(null as varchar)")
    status = exp.Case()
    for band in kpi.bands:
        bound = batch.plan.options[band.below] if isinstance(band.below, str) else band.below
        if band.below == "traffic_drop":
            bound = -Decimal(str(bound))
        at = {"value": whole.value, "bound": bound}
        condition = (
            fill(":value <= :bound" if band.is_included else ":value < :bound", at) if bound is not None else exp.true()
        )
        status = status.when(condition, exp.Literal.string(band.status))
    return status


def _reason(batch: Batch, kpi: Kpi, formula: Formula, reasons: tuple[exp.Expression, ...]) -> exp.Expression:
    found: list[exp.Expression] = []
    senseless = [span.grain for span in batch.plan.spans if kind_of(span.grain) not in kpi.grains]
    if senseless:
        found.append(fill("case when grain in (:grains) then 'not_applicable' end", {"grains": senseless}))
    if not all(batch.slots[figure].is_offered for figure in figures(formula)):
        found.append(exp.Literal.string("missing_input"))
    else:
        if kpi.needs_whole_periods() and not batch.plan.counts_elapsed:
            found.append(fill("case when is_partial then 'partial_period' end"))
        if any(measure.is_cohort for measure in own_measures(formula)):
            found.append(fill("case when not is_mature then 'immature_cohort' end"))
        found += [reason.copy() for reason in reasons]
    return fill("cast(:reason as varchar)", {"reason": first_known(found)})


def _flags(
    batch: Batch,
    kpi: Kpi,
    formula: Formula,
    parts: tuple[Formula, Formula] | None,
    evaluator: Evaluator,
    dimension: str,
) -> exp.Expression:
    conditions: dict[str, list[exp.Expression]] = {"is_partial": [exp.column("is_partial")]}
    for measure in own_measures(formula):
        if measure in batch.columns:
            for flag, name in batch.columns[measure].flags:
                conditions.setdefault(flag, []).append(fill(":count > 0", {"count": exp.column(name)}))
    for figure in figures(formula):
        slot = batch.slots[figure]
        if slot.is_offered and slot.has_reason:
            unconverted = fill(":reason = 'missing_fx_rate'", {"reason": exp.column(f"{slot.key}_reason")})
            conditions.setdefault("missing_fx_rate", []).append(unconverted)
    sample = _sample(batch, kpi, parts)
    if sample is not None and all(batch.slots[figure].is_offered for figure in figures(sample)):
        size = evaluator.cell(sample, dimension).value
        conditions["low_sample"] = [
            fill(
                ":size > 0 and :size < :limit",
                {"size": exp.paren(size.copy()), "limit": batch.plan.options["low_sample_below"]},
            )
        ]
    for part in formula.walk():
        if isinstance(part, InMonths) and batch.slots[part.monthly].is_offered:
            monthly, daily = (batch.slots[figure].cell().value for figure in (part.monthly, part.daily))
            summed = "grain <> 'day' and :daily > 0 and (grain <> 'month' or :monthly is null)"
            conditions["not_deduplicated"] = [fill(summed, {"monthly": monthly, "daily": daily})]
    for flag in kpi.warnings:
        left, right, share = batch.warnings[kpi, flag]
        sides = [evaluator.cell(side, dimension) for side in (left, right)]
        at = {"left": sides[0].value, "right": sides[1].value, "share": share}
        conditions[flag] = [fill(":left < :right * (1 - :share)", at)]
    for flag, figure in kpi.unreported.items():
        slot = batch.slots[figure]
        if dimension == ORG and slot.is_offered:
            conditions[flag] = [fill(":value is null", {"value": exp.column(slot.key)})]
    assert set(conditions) <= set(FLAGS)
    texts = [
        fill("case when :raised then :flag end", {"raised": exp.paren(exp.or_(*conditions[flag])), "flag": flag})
        for flag in sorted(conditions)
    ]
    return fill("concat_ws(',', :texts)", {"texts": texts})


def _sample(batch: Batch, kpi: Kpi, parts: tuple[Formula, Formula] | None) -> Formula | None:
    if kpi.sample is not None:
        return kpi.sample
    if kpi.unit != "percent" or parts is None or not is_plain_count(parts[1]):
        return None
    return parts[1]


def _definition(batch: Batch, kpi: Kpi) -> str:
    options = batch.options_of(kpi)
    shown = {name: options[name] for name in kpi.option_names() if options[name] is not None}
    return ", ".join(f"{name}={shown[name]}" for name in sorted(shown))


def _is_present(batch: Batch, formula: Formula) -> exp.Expression:
    """
    Whether anything of the formula happened or stands in the period.
    """
    conditions: list[exp.Expression] = []
    for figure in figures(formula):
        if isinstance(figure, Measure) and figure in batch.columns:
            conditions.append(fill(":seen = 1", {"seen": exp.column(seen(batch.columns[figure].scan))}))
        elif isinstance(figure, Balance) and batch.slots[figure].is_offered:
            conditions.append(fill(":value <> 0", {"value": exp.column(batch.slots[figure].key)}))
            conditions.append(fill(":seen = 1", {"seen": exp.column(seen(batch.columns[figure.enters].scan))}))
    distinct = list(dict.fromkeys(conditions))
    return fill("coalesce(:any, false)", {"any": exp.or_(*distinct)}) if distinct else exp.false()
