"""
The stages between scans and answers: stacked long, regrouped wide, figures with their reasons, neighbours beside them.
"""

from __future__ import annotations

from sqlglot import exp

from kpis import calendar
from kpis.evaluate import all_columns
from kpis.facts import FACTS
from kpis.measure import Balance, Figure, Measure
from kpis.plan import Plan
from kpis.scan import NONE, Scan
from kpis.sql import columns as columns_of
from kpis.sql import fill, first_known, named, select, subquery

KEY = ("grain", "seq", "dimension", "member_id")
_MEMBER = "partition by grain, dimension, member_id order by seq"
_PERIOD_NAMES = ("period_end", "is_asked", "is_partial", "is_mature", "month_seq")
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


def seen(scan: Scan) -> str:
    return f"{scan.name}_seen"


def _running(enters: str, leaves: str | None, edge: str) -> exp.Expression:
    change = f"coalesce({enters}, 0)" + (f" - coalesce({leaves}, 0)" if leaves else "")
    total = f"sum({change}) over ({_MEMBER} rows unbounded preceding)"
    return fill(f"{total} - ({change})" if edge == "open" else total)


def gathered_stage(plan: Plan) -> exp.Expression:
    """
    The scans stacked and regrouped: one row per period and member, one column per aggregate.
    """
    columns = [name for scan in plan.scans.all() for name in (*scan.columns.values(), seen(scan))]
    stacked: list[exp.Expression] = []
    for scan in plan.scans.all():
        own = {*scan.columns.values()}
        values = [
            exp.column(name) if name in own else named(fill("1" if name == seen(scan) else "null"), name)
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
    query = query.join(
        exp.to_table("periods", alias="p"), on=fill("p.grain = s.grain and p.period_start = s.period_start"), copy=False
    )
    return query.group_by(*(key.copy() for key in keys), copy=False)


def keys_stage(plan: Plan) -> exp.Expression:
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
    if plan.history_scans:
        moved = " or ".join(f"{seen(scan)} = 1" for scan in plan.history_scans)
        whole += f" union {_RUNNING_KEYS.format(moved)}"
    return fill(whole)


def wide_stage(plan: Plan) -> exp.Expression:
    scans = plan.scans.all()
    columns = [name for scan in scans for name in (*scan.columns.values(), seen(scan))]
    items = [
        *columns_of(*KEY, of="k"),
        *columns_of(*_PERIOD_NAMES, of="p"),
        *columns_of(*columns, of="g"),
    ]
    query = select(items, exp.to_table("keys", alias="k"))
    query = query.join(exp.to_table("periods", alias="p"), on=fill("p.grain = k.grain and p.seq = k.seq"), copy=False)
    on = fill(" and ".join(f"g.{name} = k.{name}" for name in KEY))
    return query.join(exp.to_table("gathered", alias="g"), on=on, join_type="left", copy=False)


def figures_stage(plan: Plan) -> exp.Expression:
    """
    Every figure with its value and, where there may be one, the reason why it has none.
    """
    columns: list[exp.Expression] = []
    for figure, slot in plan.slots.items():
        if not slot.is_offered:
            continue
        value, reasons = _balance(plan, figure) if isinstance(figure, Balance) else _measure(plan, figure)
        columns.append(named(value, slot.key))
        if slot.has_reason:
            columns.append(named(first_known(reasons), f"{slot.key}_reason"))
    flags = dict.fromkeys(name for place in plan.columns.values() for _, name in place.flags)
    marks = [seen(scan) for scan in plan.scans.all()]
    history = " + ".join(f"coalesce({seen(scan)}, 0)" for scan in plan.history_scans if FACTS[scan.fact].steps)
    if plan.monthly and history:
        running = f"sum({history}) over ({_MEMBER} rows unbounded preceding) > 0"
        columns.append(named(fill(running), "has_history"))
    elif plan.monthly:
        columns.append(named(exp.false(), "has_history"))
    return select([*columns_of(*KEY, *_PERIOD_NAMES, *flags, *marks), *columns], "wide")


def _measure(plan: Plan, figure: Figure) -> tuple[exp.Expression, list[exp.Expression]]:
    assert isinstance(figure, Measure)
    place = plan.columns[figure]
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


def _balance(plan: Plan, figure: Balance) -> tuple[exp.Expression, list[exp.Expression]]:
    enters = plan.columns[figure.enters]
    leaves = plan.columns[figure.leaves] if figure.leaves else None
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


def paid_stage(plan: Plan) -> exp.Expression:
    """
    Figures of the organisation that count only channels with a cost in the period.
    """
    sums = []
    for part in plan.paid:
        of, cost = plan.slots[part.of], plan.slots[part.cost]
        if of.is_offered and cost.is_offered:
            condition = {"value": exp.column(of.key), "cost": exp.column(cost.key), "none": NONE}
            total = fill("sum(:value) filter (where :cost is not null and member_id <> :none)", condition)
            sums.append(named(total, f"paid_{of.key}"))
    query = select([*columns_of("grain", "seq"), *sums], "figures")
    query = query.where(fill("dimension = 'channel'"), copy=False)
    return query.group_by(*columns_of("grain", "seq"), copy=False)


def ready_stage(plan: Plan) -> exp.Expression:
    """
    Figures with what they were before, of the last months, and of paid channels.
    """
    columns: list[exp.Expression] = []
    for figure in plan.compared:
        slot = plan.slots[figure]
        if slot.is_offered:
            for name in all_columns([slot]):
                value = fill(_BEFORE, {"column": exp.column(name, table="f")})
                if slot.empty == "zero" and name == slot.key:
                    value = fill("coalesce(:value, 0)", {"value": value})
                columns.append(named(value, f"before_{name}"))
    for part in plan.paid:
        of, cost = plan.slots[part.of], plan.slots[part.cost]
        if of.is_offered:
            key = f"paid_{of.key}"
            value = fill(f"coalesce(paid.{key}, 0)") if cost.is_offered else fill("cast(null as bigint)")
            columns.append(named(value, key))
            if of.has_reason:
                columns.append(named(exp.column(f"{of.key}_reason", table="f"), f"{key}_reason"))
    items = [fill("f.*"), *columns]
    for months in plan.months:
        items += columns_of(f"months_{months}_known", *_month_columns(plan, months), of=f"months_{months}")
    query = select(items, exp.to_table("figures", alias="f"))
    if plan.paid:
        on = fill("paid.grain = f.grain and paid.seq = f.seq")
        query = query.join("paid", on=on, join_type="left", copy=False)
    for months in plan.months:
        name = f"months_{months}"
        on = fill(" and ".join(f"{name}.{key} = f.{key}" for key in KEY))
        query = query.join(subquery(_last_months(plan, months), name), on=on, join_type="left", copy=False)
    return query


def _month_columns(plan: Plan, months: int) -> dict[str, exp.Expression]:
    found: dict[str, exp.Expression] = {}
    for figure in plan.monthly:
        slot = plan.slots[figure]
        if slot.is_offered:
            found[f"months_{months}_{slot.key}"] = exp.Sum(this=exp.column(slot.key, table="m"))
            if slot.has_reason:
                found[f"months_{months}_{slot.key}_reason"] = exp.Max(this=exp.column(f"{slot.key}_reason", table="m"))
    return found


def _last_months(plan: Plan, months: int) -> exp.Expression:
    """
    Monthly figures added up over the months that end with a period's last one.
    """
    items = [
        *columns_of(*KEY, of="f"),
        fill(f"coalesce(sum(cast(m.has_history as integer)), 0) as months_{months}_known"),
        *(named(tree, name) for name, tree in _month_columns(plan, months).items()),
    ]
    on = (
        "m.grain = 'month' and m.dimension = f.dimension and m.member_id = f.member_id"
        " and m.seq between f.month_seq - :back and f.month_seq"
    )
    query = select(items, exp.to_table("figures", alias="f"))
    query = query.join(
        exp.to_table("figures", alias="m"), on=fill(on, {"back": months - 1}), join_type="left", copy=False
    )
    return query.group_by(*columns_of(*KEY, of="f"), copy=False)
