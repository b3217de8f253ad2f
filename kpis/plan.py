"""
The plan of a question: scans, stacked long, regrouped wide, formulas over the small result, neighbours beside them.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property

from sqlglot import exp

from kpis import calendar
from kpis.evaluate import Evaluator, Slot, all_columns, empty_value, is_plain_count, offered, own_measures, ratio
from kpis.facts import FACTS, Environment
from kpis.formula import Formula, LastMonths, Previous, WherePaid
from kpis.measure import Balance, Figure, Measure
from kpis.model import ORG, Kpi, figures
from kpis.scan import NONE, Columns, Scan, Scans, scan_query
from kpis.sql import columns as columns_of
from kpis.sql import fill, first_known, named, select, subquery
from kpis.words import FLAGS

_KEY = ("grain", "seq", "dimension", "member_id")
_MEMBER = "partition by grain, dimension, member_id order by seq"


class Plan:
    """
    Everything that `statement` is made of.

    Args:
        kpis: What to compute.
        grains: Lengths of period.
        dimensions: What to cut by besides the organisation.
        first: Any day of the first period.
        last: Any day of the last period.
        as_of: Today.
        options: The options in force.
        environment: What the organisation is.
    """

    def __init__(
        self,
        kpis: tuple[Kpi, ...],
        grains: tuple[str, ...],
        dimensions: tuple[str, ...],
        first: date,
        last: date,
        as_of: date,
        options: dict[str, object],
        environment: Environment,
    ) -> None:
        self.kpis, self.asked, self.options, self.environment, self.as_of = (
            kpis,
            dimensions,
            options,
            environment,
            as_of,
        )
        self.formulas = {
            (kpi, dimension): kpi.formula_by(dimension).resolve(options)
            for kpi in kpis
            for dimension in (ORG, *(name for name in dimensions if name in kpi.by))
        }
        parts = [part for formula in self.formulas.values() for part in formula.walk()]
        self.months = sorted({part.months for part in parts if isinstance(part, LastMonths)})
        self.paid = list(dict.fromkeys(part for part in parts if isinstance(part, WherePaid)))
        self.compared = list(dict.fromkeys(part.of for part in parts if isinstance(part, Previous)))
        self.monthly = list(dict.fromkeys(part.of for part in parts if isinstance(part, LastMonths)))
        # which leads come from paid channels is known per channel, asked for or not
        self.scanned = (*dimensions, *(["channel"] if self.paid and "channel" not in dimensions else []))
        self.spans = calendar.spans(
            grains, first, min(last, as_of), environment.fiscal_year_start, max(self.months, default=0)
        )
        self.is_future = first > as_of
        self.scans = Scans({**options, "as_of": as_of})
        self.slots: dict[Figure, Slot] = {}
        self.columns: dict[Measure, Columns] = {}
        for figure in self._all_figures():
            self._place(figure)

    def _all_figures(self) -> list[Figure]:
        found = [figure for formula in self.formulas.values() for figure in figures(formula)]
        for kpi in self.kpis:
            found += [*([kpi.sample] if kpi.sample else []), *kpi.unreported.values()]
        return list(dict.fromkeys(found))

    def _place(self, figure: Figure) -> None:
        inner = _inner(figure)
        is_offered = all(offered(measure.all_needs, self.environment.offered) for measure in inner)
        if is_offered:
            for measure in inner:
                self.columns[measure] = self.scans.add(measure, has_history=isinstance(figure, Balance))
        empty = figure.empty if isinstance(figure, Measure) else "zero"
        has_reason = any(measure.faults for measure in inner) or empty != "zero"
        self.slots[figure] = Slot(f"figure_{len(self.slots) + 1}", has_reason, is_offered, empty)

    @cached_property
    def balances(self) -> list[Balance]:
        return [figure for figure in self.slots if isinstance(figure, Balance) and self.slots[figure].is_offered]

    @cached_property
    def history_scans(self) -> list[Scan]:
        return [scan for scan in self.scans.all() if scan.has_history]

    # The statement, stage by stage

    def statement(self) -> exp.Select:
        """
        The whole statement.
        """
        window = self.options["cohort_window_days"]
        assert isinstance(window, int)
        stages: list[tuple[str, exp.Expression]] = [("periods", calendar.periods(self.spans, self.as_of, window))]
        stages += [
            (scan.name, scan_query(scan, self.spans, self.scanned, self.as_of, self.environment.fiscal_year_start))
            for scan in self.scans.all()
        ]
        stages += [("gathered", self._gathered()), ("keys", self._keys()), ("wide", self._wide())]
        stages += [
            ("figures", self._figures()),
            *([("paid", self._paid())] if self.paid else []),
            ("ready", self._ready()),
        ]
        stages += [("answers", self._answers()), ("judged", fill(_JUDGED))]
        whole = fill(_RESULT, {"is_future": self.is_future})
        tables = [exp.CTE(this=query, alias=exp.TableAlias(this=exp.to_identifier(name))) for name, query in stages]
        whole.set("with_", exp.With(expressions=tables))
        result: exp.Select = whole
        return result

    def _gathered(self) -> exp.Expression:
        """
        The scans stacked and regrouped: one row per period and member, one column per aggregate.
        """
        columns = [name for scan in self.scans.all() for name in (*scan.columns.values(), _seen(scan))]
        stacked: list[exp.Expression] = []
        for scan in self.scans.all():
            own = {*scan.columns.values()}
            values = [
                exp.column(name) if name in own else named(fill("1" if name == _seen(scan) else "null"), name)
                for name in columns
            ]
            keys = columns_of("grain", "period_start", "dimension", "member_id")
            stacked.append(select([*keys, *values], scan.name))
        if not stacked:
            return fill(
                "select grain, seq, cast(null as varchar) as dimension, cast(null as varchar) as member_id"
                " from periods where false"
            )
        keys = [*columns_of("grain", "seq", of="p"), *columns_of("dimension", "member_id", of="s")]
        sums = [named(exp.Max(this=exp.column(name, table="s")), name) for name in columns]
        query = select([*keys, *sums], subquery(calendar.union(stacked), "s"))
        query = query.join("periods as p", on=fill("p.grain = s.grain and p.period_start = s.period_start"), copy=False)
        return query.group_by(*(key.copy() for key in keys), copy=False)

    def _keys(self) -> exp.Expression:
        """
        Which rows there are: the organisation in every period; a member where it has something to tell, now, in the
        period before or a year before, and from its first event on where balances run.
        """
        selects = [
            _ORG_KEYS,
            _MEMBER_KEYS,
            _ECHO_KEYS.format("p.seq = g.seq + 1"),
            _ECHO_KEYS.format("p.year_seq = g.seq"),
        ]
        whole = " union ".join(selects)
        if self.history_scans:
            seen = " or ".join(f"{_seen(scan)} = 1" for scan in self.history_scans)
            whole += f" union {_RUNNING_KEYS.format(seen)}"
        return fill(whole)

    def _wide(self) -> exp.Expression:
        scans = self.scans.all()
        columns = [name for scan in scans for name in (*scan.columns.values(), _seen(scan))]
        items = [
            *columns_of(*_KEY, of="k"),
            *columns_of(*_PERIOD_NAMES, of="p"),
            *columns_of(*columns, of="g"),
        ]
        query = select(items, exp.to_table("keys", alias="k"))
        query = query.join("periods as p", on=fill("p.grain = k.grain and p.seq = k.seq"), copy=False)
        on = fill(" and ".join(f"g.{name} = k.{name}" for name in _KEY))
        return query.join("gathered as g", on=on, join_type="left", copy=False)

    def _figures(self) -> exp.Expression:
        """
        Every figure with its value and, where there may be one, the reason why it has none.
        """
        columns: list[exp.Expression] = []
        for figure, slot in self.slots.items():
            if not slot.is_offered:
                continue
            value, reasons = self._balance(figure) if isinstance(figure, Balance) else self._measure(figure)
            columns.append(named(value, slot.key))
            if slot.has_reason:
                columns.append(named(first_known(reasons), f"{slot.key}_reason"))
        flags = dict.fromkeys(name for place in self.columns.values() for _, name in place.flags)
        seen = [_seen(scan) for scan in self.scans.all()]
        history = " + ".join(f"coalesce({_seen(scan)}, 0)" for scan in self.history_scans if FACTS[scan.fact].steps)
        if self.monthly and history:
            running = f"sum({history}) over ({_MEMBER} rows unbounded preceding) > 0"
            columns.append(named(fill(running), "has_history"))
        elif self.monthly:
            columns.append(named(exp.false(), "has_history"))
        return select([*columns_of(*_KEY, *_PERIOD_NAMES, *flags, *seen), *columns], "wide")

    def _measure(self, figure: Figure) -> tuple[exp.Expression, list[exp.Expression]]:
        assert isinstance(figure, Measure)
        place = self.columns[figure]
        reasons: list[exp.Expression] = [
            fill("case when :fault > 0 then :reason end", {"fault": exp.column(name), "reason": reason})
            for reason, name in place.faults
        ]
        if figure.empty == "zero":
            return fill("coalesce(:value, 0)", {"value": exp.column(place.value)}), reasons
        nothing = fill(
            "case when :value is null then :reason end", {"value": exp.column(place.value), "reason": figure.empty}
        )
        return exp.column(place.value), [*reasons, nothing]

    def _balance(self, figure: Balance) -> tuple[exp.Expression, list[exp.Expression]]:
        enters = self.columns[figure.enters]
        leaves = self.columns[figure.leaves] if figure.leaves else None
        value = _running(enters.value, leaves.value if leaves else None, figure.edge)
        left = dict(leaves.faults) if leaves else {}
        reasons = [
            fill(
                "case when :standing > 0 then :reason end",
                {"standing": _running(name, left.get(reason), figure.edge), "reason": reason},
            )
            for reason, name in enters.faults
        ]
        return value, reasons

    def _paid(self) -> exp.Expression:
        """
        Figures of the organisation that count only channels with a cost in the period.
        """
        sums = []
        for part in self.paid:
            of, cost = self.slots[part.of], self.slots[part.cost]
            if of.is_offered and cost.is_offered:
                condition = {"value": exp.column(of.key), "cost": exp.column(cost.key), "none": NONE}
                total = fill("sum(:value) filter (where :cost is not null and member_id <> :none)", condition)
                sums.append(named(total, f"paid_{of.key}"))
        query = select([*columns_of("grain", "seq"), *sums], "figures")
        query = query.where(fill("dimension = 'channel'"), copy=False)
        return query.group_by(*columns_of("grain", "seq"), copy=False)

    def _ready(self) -> exp.Expression:
        """
        Figures with what they were before, of the last months, and of paid channels.
        """
        columns: list[exp.Expression] = []
        for figure in self.compared:
            slot = self.slots[figure]
            if slot.is_offered:
                for name in all_columns([slot]):
                    value = fill(_BEFORE, {"column": exp.column(name, table="f")})
                    if slot.empty == "zero" and name == slot.key:
                        value = fill("coalesce(:value, 0)", {"value": value})
                    columns.append(named(value, f"before_{name}"))
        for part in self.paid:
            of, cost = self.slots[part.of], self.slots[part.cost]
            if of.is_offered:
                key = f"paid_{of.key}"
                value = fill(f"coalesce(paid.{key}, 0)") if cost.is_offered else fill("cast(null as bigint)")
                columns.append(named(value, key))
                if of.has_reason:
                    columns.append(named(exp.column(f"{of.key}_reason", table="f"), f"{key}_reason"))
        items = [fill("f.*"), *columns]
        for months in self.months:
            items += columns_of(f"months_{months}_known", *self._month_columns(months), of=f"months_{months}")
        query = select(items, exp.to_table("figures", alias="f"))
        if self.paid:
            on = fill("paid.grain = f.grain and paid.seq = f.seq")
            query = query.join("paid", on=on, join_type="left", copy=False)
        for months in self.months:
            name = f"months_{months}"
            on = fill(" and ".join(f"{name}.{key} = f.{key}" for key in _KEY))
            query = query.join(subquery(self._last_months(months), name), on=on, join_type="left", copy=False)
        return query

    def _month_columns(self, months: int) -> dict[str, exp.Expression]:
        found: dict[str, exp.Expression] = {}
        for figure in self.monthly:
            slot = self.slots[figure]
            if slot.is_offered:
                found[f"months_{months}_{slot.key}"] = exp.Sum(this=exp.column(slot.key, table="m"))
                if slot.has_reason:
                    found[f"months_{months}_{slot.key}_reason"] = exp.Max(
                        this=exp.column(f"{slot.key}_reason", table="m")
                    )
        return found

    def _last_months(self, months: int) -> exp.Expression:
        """
        Monthly figures added up over the months that end with a period's last one.
        """
        items = [
            *columns_of(*_KEY, of="f"),
            fill(f"coalesce(sum(cast(m.has_history as integer)), 0) as months_{months}_known"),
            *(named(tree, name) for name, tree in self._month_columns(months).items()),
        ]
        on = (
            "m.grain = 'month' and m.dimension = f.dimension and m.member_id = f.member_id"
            " and m.seq between f.month_seq - :back and f.month_seq"
        )
        query = select(items, exp.to_table("figures", alias="f"))
        query = query.join(
            exp.to_table("figures", alias="m"), on=fill(on, {"back": months - 1}), join_type="left", copy=False
        )
        return query.group_by(*columns_of(*_KEY, of="f"), copy=False)

    def _answers(self) -> exp.Expression:
        """
        One row per KPI, period and member.
        """
        selects: list[exp.Expression] = []
        for place, kpi in enumerate(self.kpis):
            groups: dict[tuple[Formula, bool], list[str]] = {}
            for (owner, dimension), formula in self.formulas.items():
                if owner is kpi:
                    reads_apart = dimension == ORG and any(isinstance(part, WherePaid) for part in formula.walk())
                    groups.setdefault((formula, reads_apart), []).append(dimension)
            selects += [self._answer(place, kpi, formula, names) for (formula, _), names in groups.items()]
        return calendar.union(selects)

    def _answer(self, place: int, kpi: Kpi, formula: Formula, dimensions: list[str]) -> exp.Expression:
        evaluator = Evaluator(self.slots, self.options)
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
                *columns_of(*_KEY),
                named(as_double[0], "value"),
                named(as_double[1], "numerator"),
                named(as_double[2], "denominator"),
                named(self._reason(kpi, formula, whole.reasons), "reason"),
                named(self._flags(kpi, formula, parts, evaluator, dimension), "flags"),
                named(exp.Literal.string(self._definition(kpi, formula)), "definition"),
                named(self._is_present(formula), "is_present"),
                named(_number(empty_value(formula, self.slots)), "empty_value"),
            ],
            "ready",
        ).where(fill("dimension in (:names)", {"names": dimensions}), copy=False)

    def _reason(self, kpi: Kpi, formula: Formula, reasons: tuple[exp.Expression, ...]) -> exp.Expression:
        spans = {span.grain for span in self.spans}
        found: list[exp.Expression] = []
        if spans - set(kpi.grains):
            found.append(
                fill("case when grain not in (:grains) then 'not_applicable' end", {"grains": list(kpi.grains)})
            )
        if not all(self.slots[figure].is_offered for figure in figures(formula)):
            found.append(exp.Literal.string("missing_input"))
        else:
            if kpi.needs_whole_periods():
                found.append(fill("case when is_partial then 'partial_period' end"))
            if any(measure.is_cohort for measure in own_measures(formula)):
                found.append(fill("case when not is_mature then 'immature_cohort' end"))
            found += [reason.copy() for reason in reasons]
        return fill("cast(:reason as varchar)", {"reason": first_known(found)})

    def _flags(
        self,
        kpi: Kpi,
        formula: Formula,
        parts: tuple[Formula, Formula] | None,
        evaluator: Evaluator,
        dimension: str,
    ) -> exp.Expression:
        conditions: dict[str, list[exp.Expression]] = {"is_partial": [exp.column("is_partial")]}
        for measure in own_measures(formula):
            if measure in self.columns:
                for flag, name in self.columns[measure].flags:
                    conditions.setdefault(flag, []).append(fill(":count > 0", {"count": exp.column(name)}))
        for figure in figures(formula):
            slot = self.slots[figure]
            if slot.is_offered and slot.has_reason:
                unconverted = fill(":reason = 'missing_fx_rate'", {"reason": exp.column(f"{slot.key}_reason")})
                conditions.setdefault("missing_fx_rate", []).append(unconverted)
        sample = self._sample(kpi, parts)
        if sample is not None and all(self.slots[figure].is_offered for figure in figures(sample)):
            size = evaluator.cell(sample, dimension).value
            conditions["low_sample"] = [
                fill(
                    ":size > 0 and :size < :limit",
                    {"size": exp.paren(size.copy()), "limit": self.options["low_sample_below"]},
                )
            ]
        for flag, figure in kpi.unreported.items():
            slot = self.slots[figure]
            if dimension == ORG and slot.is_offered:
                conditions[flag] = [fill(":value is null", {"value": exp.column(slot.key)})]
        assert set(conditions) <= set(FLAGS)
        texts = [
            fill("case when :raised then :flag end", {"raised": exp.paren(exp.or_(*conditions[flag])), "flag": flag})
            for flag in sorted(conditions)
        ]
        return fill("concat_ws(',', :texts)", {"texts": texts})

    def _sample(self, kpi: Kpi, parts: tuple[Formula, Formula] | None) -> Formula | None:
        if kpi.sample is not None:
            return kpi.sample
        if kpi.unit != "percent" or parts is None or not is_plain_count(parts[1]):
            return None
        return parts[1]

    def _definition(self, kpi: Kpi, formula: Formula) -> str:
        shown = {name: self.options[name] for name in kpi.option_names() if self.options[name] is not None}
        for measure in own_measures(formula):
            for name in FACTS[measure.fact].settings:
                shown[name] = getattr(self.environment, name)
        return ", ".join(f"{name}={shown[name]}" for name in sorted(shown))

    def _is_present(self, formula: Formula) -> exp.Expression:
        """
        Whether anything of the formula happened or stands in the period.
        """
        conditions: list[exp.Expression] = []
        for figure in figures(formula):
            if isinstance(figure, Measure) and figure in self.columns:
                conditions.append(fill(":seen = 1", {"seen": exp.column(_seen(self.columns[figure].scan))}))
            elif isinstance(figure, Balance) and self.slots[figure].is_offered:
                conditions.append(fill(":value <> 0", {"value": exp.column(self.slots[figure].key)}))
                conditions.append(fill(":seen = 1", {"seen": exp.column(_seen(self.columns[figure.enters].scan))}))
        distinct = list(dict.fromkeys(conditions))
        return fill("coalesce(:any, false)", {"any": exp.or_(*distinct)}) if distinct else exp.false()


def _inner(figure: Figure) -> tuple[Measure, ...]:
    if isinstance(figure, Balance):
        return (figure.enters, figure.leaves) if figure.leaves else (figure.enters,)
    assert isinstance(figure, Measure)
    return (figure,)


def _seen(scan: Scan) -> str:
    return f"{scan.name}_seen"


def _number(value: int | None) -> exp.Expression:
    return fill("cast(null as double)") if value is None else fill("cast(:value as double)", {"value": value})


def _running(enters: str, leaves: str | None, edge: str) -> exp.Expression:
    change = f"coalesce({enters}, 0)" + (f" - coalesce({leaves}, 0)" if leaves else "")
    total = f"sum({change}) over ({_MEMBER} rows unbounded preceding)"
    return fill(f"{total} - ({change})" if edge == "open" else total)


_PERIOD_NAMES = ("period_end", "is_floor", "is_asked", "is_partial", "is_mature", "month_seq")
_BEFORE = """
max(:column) over (
    partition by f.grain, f.dimension, f.member_id order by f.seq range between 1 preceding and 1 preceding
)
"""
_ORG_KEYS = "select grain, seq, 'org' as dimension, 'all' as member_id from periods"
_MEMBER_KEYS = "select grain, seq, dimension, member_id from gathered where dimension <> 'org'"
_ECHO_KEYS = (
    "select p.grain, p.seq, g.dimension, g.member_id from gathered as g"
    " join periods as p on p.grain = g.grain and {} where g.dimension <> 'org'"
)
_RUNNING_KEYS = (
    "select p.grain, p.seq, g.dimension, g.member_id from"
    " (select grain, dimension, member_id, min(seq) as first_seq from gathered where {}"
    " group by grain, dimension, member_id) as g"
    " join periods as p on p.grain = g.grain and p.seq >= g.first_seq"
)
_JUDGED = """
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
_RESULT = """
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
    on b.kpi = a.kpi and b.grain = a.grain and b.dimension = a.dimension and b.member_id = a.member_id and b.seq = a.seq - 1
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
