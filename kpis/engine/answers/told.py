"""
What one formula tells of a KPI: values with their reasons, flags, neighbours, intervals and status, row by row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from kpis.engine.answers.evaluate import Evaluator, is_plain_count, is_proportion, own_measures, ratio
from kpis.engine.answers.figures import CODES, Figures, Reasons, because, first_known, is_present
from kpis.engine.answers.numbers import Array, Index, Mask, Numbers
from kpis.engine.answers.rows import Rows
from kpis.engine.calendar import kind_of
from kpis.formula import Formula, InMonths
from kpis.model import Kpi, figures
from kpis.words import FLAGS, STATUSES

Floats = npt.NDArray[np.float64]

RAISABLE = sorted(FLAGS)
"""
Flags in the order of their bits.
"""
STATUS_CODES = {name: number for number, name in enumerate(STATUSES, 1)}
"""
Status -> its number; 0 is no status.
"""
_WILSON = 1.9599639845400545
_HIDING = np.array([CODES["missing_fx_rate"], CODES["not_applicable"]])
"""
Half a sum is no sum: without a rate, or where the figure means nothing, its parts are not shown either.
"""


def told(
    found: Figures, evaluator: Evaluator, kpi: Kpi, formula: Formula, dimensions: Iterable[str], target: Floats | None
) -> dict[str, Array]:
    """
    What a formula gives in the rows of some dimensions that have something to tell.
    """
    rows = found.rows
    cell, parts = evaluator.cell(formula), ratio(formula)
    whole_reasons = first_known(*_reasons(found, kpi, formula), cell.reasons)
    whole = np.where(whole_reasons == 0, cell.value.as_floats(), np.nan)
    beside = _Beside(rows, whole, is_present(found, figures(formula)))
    is_shown = rows.periods.is_asked[rows.period] & rows.of_dimensions(dimensions) & (beside.is_told | rows.is_named)
    place = np.flatnonzero(is_shown)
    value, reasons = whole[place], whole_reasons[place]
    reasons = np.where(np.isnan(value) & (reasons == 0), np.int8(CODES["missing_input"]), reasons)
    top, bottom = (
        (evaluator.cell(part).value.as_floats()[place] for part in parts)
        if parts
        else (cell.value.as_floats()[place], np.full(len(place), np.nan))
    )
    is_hidden = np.isin(reasons, _HIDING)
    flags = _flags(found, evaluator, kpi, formula)
    raised = _bits(flags, len(rows))[place]
    low, high = _interval(kpi, parts, value, bottom, raised)
    aim = np.full(len(place), np.nan) if target is None else target[place]
    return {
        "row": place,
        "value": value,
        "numerator": np.where(is_hidden, np.nan, top),
        "denominator": np.where(is_hidden, np.nan, bottom),
        "reason": reasons,
        "flags": raised,
        "previous": beside.previous[place],
        "year_before": beside.year_before[place],
        "interval_low": low,
        "interval_high": high,
        "target": aim,
        "status": _status(found, kpi, value, aim, rows.periods.is_partial[rows.period[place]]),
    }


class _Beside:
    """
    What the same formula gave in the period before and a year before, and whether there is anything to tell.
    """

    def __init__(self, rows: Rows, value: Floats, present: Mask) -> None:
        periods = rows.periods
        nobody = np.append(value[rows.nobody :], np.nan)  # by period; the last one is of periods that are not loaded

        def at(places: Index, period: Index) -> Floats:
            return np.where(places >= 0, value[places], nobody[period[rows.period]])

        def echo(places: Index) -> Mask:
            return (places >= 0) & present[places]

        self.previous = at(rows.before, periods.before)
        self.year_before = at(rows.year_before, periods.year_before)
        self.is_told = rows.is_org | present | echo(rows.before) | echo(rows.year_before)


def _reasons(found: Figures, kpi: Kpi, formula: Formula) -> Iterator[Reasons]:
    """
    Why a KPI means nothing in a period, whatever its figures say.
    """
    rows, periods = found.rows, found.rows.periods
    senseless = np.array([kind_of(grain) not in kpi.grains for grain in periods.grains])
    yield because(senseless[periods.grain[rows.period]], "not_applicable")
    if not all(found.plan.is_offered(figure) for figure in figures(formula)):
        yield found.nothing("missing_input").reasons
        return
    if kpi.needs_whole_periods() and not found.plan.counts_elapsed:
        yield because(periods.is_partial[rows.period], "partial_period")
    if any(measure.is_cohort for measure in own_measures(formula)):
        yield because(~periods.is_mature[rows.period], "immature_cohort")


def _flags(found: Figures, evaluator: Evaluator, kpi: Kpi, formula: Formula) -> Iterator[tuple[str, Mask]]:
    plan, rows = found.plan, found.rows
    yield "is_partial", rows.periods.is_partial[rows.period]
    for measure in own_measures(formula):
        if measure in plan.columns:
            place = plan.columns[measure]
            for flag, name in place.flags:
                yield flag, found.column(place.scan, name).sign() > 0
    for figure in figures(formula):
        if plan.is_offered(figure):
            yield "missing_fx_rate", found.cell(figure).reasons == CODES["missing_fx_rate"]
    sample = _sample(kpi, ratio(formula))
    if sample is not None and all(plan.is_offered(figure) for figure in figures(sample)):
        size, limit = evaluator.cell(sample).value, plan.options["low_sample_below"]
        assert isinstance(limit, int)
        yield "low_sample", (size.sign() > 0) & size.is_below(Numbers.constant(limit, len(size)))
    for part in formula.walk():
        if isinstance(part, InMonths) and plan.is_offered(part.monthly):
            has_own = rows.of_grain("month") & evaluator.cell(part.monthly).value.known
            is_summed = (evaluator.cell(part.daily).value.sign() > 0) & ~rows.of_grain("day")
            yield "not_deduplicated", is_summed & ~has_own
    for flag in kpi.warnings:
        left, right, share = plan.warnings[kpi, flag]
        assert isinstance(share, Decimal)
        bound = evaluator.cell(right).value * Numbers.constant(1 - share, len(rows))
        yield flag, evaluator.cell(left).value.is_below(bound)
    for flag, figure in kpi.unreported.items():
        if plan.is_offered(figure):
            yield flag, rows.is_org & ~found.cell(figure).value.known


def _sample(kpi: Kpi, parts: tuple[Formula, Formula] | None) -> Formula | None:
    """
    What says how many cases a ratio rests on: its denominator, where that counts.
    """
    if kpi.sample is not None:
        return kpi.sample
    counted = own_measures(parts[1]) if parts else ()
    if parts is None or not counted or not is_plain_count(parts[1]):
        return None
    if kpi.unit == "percent" or all(measure.aggregate.startswith("count") for measure in counted):
        return parts[1]
    return None


def _bits(flags: Iterable[tuple[str, Mask]], size: int) -> Index:
    """
    The flags that are raised, one bit each.
    """
    whole = np.zeros(size, np.int64)
    for flag, raised in flags:
        whole |= raised.astype(np.int64) << RAISABLE.index(flag)
    return whole


def _interval(
    kpi: Kpi, parts: tuple[Formula, Formula] | None, value: Floats, bottom: Floats, raised: Index
) -> tuple[Floats, Floats]:
    """
    Wilson's 95 % interval of a share of few cases.
    """
    if kpi.unit != "percent" or parts is None or not is_proportion(parts):
        return np.full(len(value), np.nan), np.full(len(value), np.nan)
    is_small = (raised >> RAISABLE.index("low_sample") & 1).astype(np.bool_) & (value >= 0) & (value <= 1)
    share, cases = np.where(is_small, value, np.nan), np.where(is_small, bottom, np.nan)
    square = _WILSON * _WILSON
    centre = (share + square / 2 / cases) / (1 + square / cases)
    half = _WILSON * np.sqrt(share * (1 - share) / cases + square / 4 / (cases * cases)) / (1 + square / cases)
    return np.maximum(centre - half, 0), np.minimum(centre + half, 1)


def _status(found: Figures, kpi: Kpi, value: Floats, target: Floats, is_partial: Mask) -> Index:
    """
    What an article says of the value; where a target is set, whether it is met. A running period is not judged by its
    target before its end.
    """
    status, is_open = np.zeros(len(value), np.int64), ~np.isnan(value)
    is_judged = is_open & ~np.isnan(target) & ~is_partial & (kpi.better != "none")
    is_met = value >= target if kpi.better == "higher" else value <= target
    for band in kpi.bands:
        bound = found.plan.options[band.below] if isinstance(band.below, str) else band.below
        if bound is None:
            fits = is_open
        else:
            limit = float(str(bound)) * (-1 if band.below == "traffic_drop" else 1)
            fits = is_open & (value <= limit if band.is_included else value < limit)
        status[fits] = STATUS_CODES[band.status]
        is_open = is_open & ~fits
    return np.where(is_judged, np.where(is_met, STATUS_CODES["met"], STATUS_CODES["missed"]), status)
