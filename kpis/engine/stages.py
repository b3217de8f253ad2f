"""
The stages between scans and answers: the scans side by side, figures with their reasons, neighbours beside them.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from kpis.engine.evaluate import all_columns
from kpis.engine.plan import LONGEST_LAG, Batch, Plan
from kpis.engine.scan import NONE, Scan
from kpis.facts import FACTS
from kpis.measure import Balance, Figure, Measure
from kpis.sql import columns as columns_of
from kpis.sql import fill, first_known, named, select, subquery, union

KEY = ("grain", "seq", "dimension", "member_id")
_PERIOD_NAMES = ("period_start", "period_end", "is_asked", "is_partial", "is_mature", "month_seq", "months", "year_seq")
_MEMBER = "partition by grain, dimension, member_id order by seq"
_BEFORE = """
case when lag(f.seq) over (partition by f.grain, f.dimension, f.member_id order by f.seq) = f.seq - 1
    then lag(:column) over (partition by f.grain, f.dimension, f.member_id order by f.seq) end
"""
_ORG_KEYS = "select grain, seq, 'org' as dimension, 'all' as member_id from periods"
_MEMBER_KEYS = "select grain, seq, dimension, member_id from occurring where dimension <> 'org'"
_ECHO_KEYS = (
    "select p.grain, p.seq, g.dimension, g.member_id from occurring as g"
    " join periods as p on p.grain = g.grain and {} where g.dimension <> 'org'"
)
_RUNNING_KEYS = (
    "select p.grain, p.seq, g.dimension, g.member_id from"
    " (select grain, dimension, member_id, min(seq) as first_seq from occurring where has_history"
    " group by grain, dimension, member_id) as g"
    " join periods as p on p.grain = g.grain and p.seq >= g.first_seq"
)
_NAMED_KEYS = "select grain, seq, :dimension as dimension, named.member_id from periods cross join :ids"


def seen(scan: Scan) -> str:
    return f"{scan.name}_seen"


def occurring_stage(plan: Plan) -> exp.Expression:
    """
    Periods and members in which any scan found rows.
    """
    found: list[exp.Expression] = []
    for scan in plan.scans.all():
        keys = columns_of("grain", "period_start", "dimension", "member_id")
        history = named(exp.true() if scan.has_history else exp.false(), "has_history")
        found.append(select([*keys, history], scan.name))
    if not found:
        return fill(
            "select grain, seq, cast(null as varchar) as dimension, cast(null as varchar) as member_id,"
            " false as has_history from periods where false"
        )
    items = [*columns_of("grain", "seq", of="p"), *columns_of("dimension", "member_id", of="s")]
    query = select([*items, fill("bool_or(s.has_history) as has_history")], subquery(union(found), "s"))
    query = query.join(
        exp.to_table("periods", alias="p"), on=fill("p.grain = s.grain and p.period_start = s.period_start"), copy=False
    )
    return query.group_by(*(item.copy() for item in items), copy=False)


def keys_stage(plan: Plan) -> exp.Expression:
    """
    Which rows there are: the organisation in every period; a member where it has something to tell, now, in the
    period before or a year before, and from its first event on where balances run; one that the question names always.
    """
    selects = [
        _ORG_KEYS,
        _MEMBER_KEYS,
        _ECHO_KEYS.format("p.seq = g.seq + 1"),
        _ECHO_KEYS.format("p.year_seq = g.seq"),
    ]
    if any(scan.has_history for scan in plan.scans.all()):
        selects.append(_RUNNING_KEYS)
    keys: exp.Expression = fill(" union ".join(selects))
    for dimension, ids in _named(plan).items():
        values = {"dimension": dimension, "ids": exp.values([(id,) for id in ids], "named", ["member_id"])}
        keys = exp.Union(this=keys, expression=fill(_NAMED_KEYS, values), distinct=True)
    items = [*columns_of(*KEY, of="k"), *columns_of(*_PERIOD_NAMES, of="p")]
    query = select(items, subquery(keys, "k"))
    return query.join(exp.to_table("periods", alias="p"), on=fill("p.grain = k.grain and p.seq = k.seq"), copy=False)


def is_named(plan: Plan) -> exp.Expression:
    """
    Whether the question names the member of an answer.
    """
    ones = [
        fill("dimension = :dimension and member_id in (:ids)", {"dimension": dimension, "ids": ids})
        for dimension, ids in _named(plan).items()
    ]
    return fill(":any", {"any": exp.or_(*ones)}) if ones else exp.false()


def _named(plan: Plan) -> dict[str, list[str]]:
    return {name: [id for dimension, id in plan.members if dimension == name] for name, _ in plan.members}


def wide_stage(batch: Batch) -> exp.Expression:
    """
    The scans side by side: one row per period and member, one column per aggregate. Stacked and regrouped, since a join
    per scan takes much more memory.
    """
    names = [name for own in batch.used.values() for name in own]
    marks = [seen(scan) for scan in batch.used]
    place = ("grain", "period_start", "dimension", "member_id")
    dated = tuple(name for name in ("seq", *_PERIOD_NAMES) if name not in place)
    stacked = [select([*columns_of(*place, *dated), *_nulls(names), *_nulls(marks)], "keys")]
    for scan, own in batch.used.items():
        values = [exp.column(name) if name in own else named(exp.null(), name) for name in names]
        ones = [named(exp.Literal.number(1) if name == seen(scan) else exp.null(), name) for name in marks]
        stacked.append(select([*columns_of(*place), *_nulls(dated), *values, *ones], scan.name))
    largest = [named(exp.Max(this=exp.column(name)), name) for name in (*dated, *names, *marks)]
    query = select([*columns_of(*place), *largest], subquery(union(stacked), "stacked"))
    query = query.group_by(*columns_of(*place), copy=False)
    return query.having(fill("max(seq) is not null"), copy=False)


def _nulls(names: Iterable[str]) -> list[exp.Expression]:
    return [named(exp.null(), name) for name in names]


def figures_stage(batch: Batch) -> exp.Expression:
    """
    Every figure with its value and, where there may be one, the reason why it has none.
    """
    columns: list[exp.Expression] = []
    for figure, slot in batch.slots.items():
        if not slot.is_offered:
            continue
        value, reasons = _balance(batch, figure) if isinstance(figure, Balance) else _measure(batch, figure)
        columns.append(named(value, slot.key))
        if slot.has_reason:
            columns.append(named(first_known(reasons), f"{slot.key}_reason"))
    flags = dict.fromkeys(name for place in batch.columns.values() for _, name in place.flags)
    marks = [seen(scan) for scan in batch.used]
    if batch.monthly:
        stepping = [seen(scan) for scan in batch.history_scans if FACTS[scan.fact].steps]
        history = " + ".join(f"coalesce({name}, 0)" for name in stepping)
        known = f"sum({history}) over ({_MEMBER} rows unbounded preceding) > 0" if stepping else "true"
        columns.append(fill(f"{known} as has_history"))
    return select([*columns_of(*KEY, *_PERIOD_NAMES, *flags, *marks), *columns], "wide")


def _measure(batch: Batch, figure: Figure) -> tuple[exp.Expression, list[exp.Expression]]:
    assert isinstance(figure, Measure)
    place = batch.columns[figure]
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


def _balance(batch: Batch, figure: Balance) -> tuple[exp.Expression, list[exp.Expression]]:
    enters = batch.columns[figure.enters]
    leaves = batch.columns[figure.leaves] if figure.leaves else None
    value = _standing(enters.value, leaves.value if leaves else None, figure.edge)
    left = dict(leaves.faults) if leaves else {}
    reasons = [
        fill(
            "case when :standing > 0 then :reason end",
            {"standing": _standing(name, left.get(reason), figure.edge), "reason": reason},
        )
        for reason, name in enters.faults
    ]
    return value, reasons


def _standing(enters: str, leaves: str | None, edge: str) -> exp.Expression:
    parts = [_at_edge(name, edge) for name in (enters, *([leaves] if leaves else []))]
    return fill(" - ".join(f"({part})" for part in parts))


def _at_edge(name: str, edge: str) -> str:
    total = f"sum(coalesce({name}, 0)) over ({_MEMBER} rows unbounded preceding)"
    return f"{total} - coalesce({name}, 0)" if edge == "open" else total


def paid_stage(batch: Batch) -> exp.Expression:
    """
    Figures of the organisation that count only channels with a cost in the period.
    """
    sums = []
    for part in batch.paid:
        of, cost = batch.slots[part.of], batch.slots[part.cost]
        if of.is_offered and cost.is_offered:
            condition = {"value": exp.column(of.key), "cost": exp.column(cost.key), "none": NONE}
            total = fill("sum(:value) filter (where :cost is not null and member_id <> :none)", condition)
            sums.append(named(total, f"paid_{of.key}"))
    query = select([*columns_of("grain", "seq"), *sums], "figures")
    query = query.where(fill("dimension = 'channel'"), copy=False)
    return query.group_by(*columns_of("grain", "seq"), copy=False)


def ready_stage(batch: Batch) -> exp.Expression:
    """
    Figures with what they were before, a year before, of the whole, of the last months, and of paid channels.
    """
    columns: list[exp.Expression] = []
    for part in batch.paid:
        of, cost = batch.slots[part.of], batch.slots[part.cost]
        if of.is_offered:
            key = f"paid_{of.key}"
            value = fill(f"coalesce(paid.{key}, 0)") if cost.is_offered else fill("cast(null as bigint)")
            columns.append(named(value, key))
            if of.has_reason:
                columns.append(named(exp.column(f"{of.key}_reason", table="f"), f"{key}_reason"))
    for figure in batch.compared:
        slot = batch.slots[figure]
        for name in all_columns([slot]) if slot.is_offered else ():
            value = fill(_BEFORE, {"column": exp.column(name, table="f")})
            columns.append(named(_nothing(value, slot.empty == "zero" and name == slot.key), f"before_{name}"))
    columns += _neighbours(batch, batch.year_before, "year")
    columns += _neighbours(batch, batch.whole, "whole")
    items = [fill("f.*"), *columns]
    for months in batch.months:
        items += columns_of(f"months_{months}_known", *_month_columns(batch, months), of=f"months_{months}")
    if batch.lagged:
        items += columns_of(*_lagged_columns(batch), of="lagged")
    query = select(items, exp.to_table("figures", alias="f"))
    if batch.paid:
        on = fill("paid.grain = f.grain and paid.seq = f.seq")
        query = query.join("paid", on=on, join_type="left", copy=False)
    same_member = "{0}.grain = f.grain and {0}.dimension = f.dimension and {0}.member_id = f.member_id"
    if any(batch.slots[figure].is_offered for figure in batch.year_before):
        on = fill(f"{same_member.format('year')} and year.seq = f.year_seq")
        query = query.join(exp.to_table("figures", alias="year"), on=on, join_type="left", copy=False)
    if any(batch.slots[figure].is_offered for figure in batch.whole):
        on = fill("whole.grain = f.grain and whole.seq = f.seq and whole.dimension = 'org'")
        query = query.join(exp.to_table("figures", alias="whole"), on=on, join_type="left", copy=False)
    joined = {f"months_{months}": _last_months(batch, months) for months in batch.months}
    if batch.lagged:
        joined["lagged"] = _of_earlier_months(batch)
    for name, earlier in joined.items():
        on = fill(" and ".join(f"{name}.{key} = f.{key}" for key in KEY))
        query = query.join(subquery(earlier, name), on=on, join_type="left", copy=False)
    return query


def _nothing(value: exp.Expression, is_zero: bool) -> exp.Expression:
    return fill("coalesce(:value, 0)", {"value": value}) if is_zero else value


def _neighbours(batch: Batch, figures: list[Figure], alias: str) -> list[exp.Expression]:
    found = []
    for figure in figures:
        slot = batch.slots[figure]
        if slot.is_offered:
            for name in all_columns([slot]):
                value = exp.column(name, table=alias)
                found.append(named(_nothing(value, slot.empty == "zero" and name == slot.key), f"{alias}_{name}"))
    return found


def _month_columns(batch: Batch, months: int) -> dict[str, exp.Expression]:
    return _summed(batch, batch.monthly, f"months_{months}_")


def _lagged_columns(batch: Batch) -> dict[str, exp.Expression]:
    return _summed(batch, batch.lagged, "lagged_")


def _summed(batch: Batch, figures: list[Figure], prefix: str) -> dict[str, exp.Expression]:
    found: dict[str, exp.Expression] = {}
    for figure in figures:
        slot = batch.slots[figure]
        if slot.is_offered:
            found[f"{prefix}{slot.key}"] = exp.Sum(this=exp.column(slot.key, table="m"))
            if slot.has_reason:
                reason = exp.column(f"{slot.key}_reason", table="m")
                # a month without a row of costs does not undo the others
                serious = fill("max(:reason) filter (where :reason <> 'missing_input')", {"reason": reason})
                found[f"{prefix}{slot.key}_reason"] = serious
    return found


_SAME_MEMBER = "m.grain = 'month' and m.dimension = f.dimension and m.member_id = f.member_id"


def _last_months(batch: Batch, months: int) -> exp.Expression:
    """
    Monthly figures added up over the months that end with a period's last one.
    """
    items = [
        *columns_of(*KEY, of="f"),
        fill(f"coalesce(sum(cast(m.has_history as integer)), 0) as months_{months}_known"),
        *(named(tree, name) for name, tree in _month_columns(batch, months).items()),
    ]
    on = fill(f"{_SAME_MEMBER} and m.seq between f.month_seq - :back and f.month_seq", {"back": months - 1})
    return _of_months(items, on)


def _of_earlier_months(batch: Batch) -> exp.Expression:
    """
    Monthly figures of as many months as the period has, one median sales cycle earlier.
    """
    items = [*columns_of(*KEY, of="f"), *(named(tree, name) for name, tree in _lagged_columns(batch).items())]
    on = fill(f"{_SAME_MEMBER} and m.seq between f.month_seq - l.months - (f.months - 1) and f.month_seq - l.months")
    lag = fill("select least(months, :longest) as months from fact_sales_lag", {"longest": LONGEST_LAG})
    return _of_months(items, on, lag)


def _of_months(items: list[exp.Expression], on: exp.Expression, lag: exp.Expression | None = None) -> exp.Expression:
    query = select(items, exp.to_table("figures", alias="f"))
    if lag is not None:
        query = query.join(subquery(lag, "l"), join_type="cross", copy=False)
    query = query.join(exp.to_table("figures", alias="m"), on=on, join_type="left", copy=False)
    return query.group_by(*columns_of(*KEY, of="f"), copy=False)
