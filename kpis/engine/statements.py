"""
The selects that a plan takes: a pass per fact and date, the periods, and what members and targets are called.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from kpis.engine import calendar
from kpis.engine.passes import stages as passes
from kpis.engine.plan import Plan
from kpis.facts import shadows
from kpis.sql import fill, select

_MEMBERS = "select dimension, member_id, member from fact_members where dimension in (:dimensions)"
_TARGETS = """
select kpi, dimension, member_id, starts_on, ends_on, cast(value as double) as value
from fact_targets
where is_latest and kpi in (:kpis)
"""
_LAG = "select months from fact_sales_lag"


def statements(plan: Plan) -> Iterator[tuple[str, exp.Expression]]:
    """
    Name and select of everything that has to be asked; those of scans are named like them.
    """
    window = plan.options["cohort_window_days"]
    assert isinstance(window, int)
    yield "periods", calendar.periods(plan.spans, plan.as_of, window)
    yield "members", fill(_MEMBERS, {"dimensions": list(plan.dimensions)})
    yield "targets", fill(_TARGETS, {"kpis": [kpi.id for kpi in plan.kpis]})
    if plan.reads_lag:
        yield "lag", fill(_LAG)
    for scan in plan.scans.all():
        asked = plan.asked_of(scan)
        stages = passes(scan, asked)
        name, last = stages.pop()
        assert name == scan.name
        read = {table.name for _, query in [*stages, (name, last)] for table in query.find_all(exp.Table)}
        before = shadows(plan.environment, plan.options, {scan.fact})
        if "periods" in read:
            before.append(("periods", calendar.periods(asked.spans, plan.as_of, window)))
        yield name, _with([*before, *stages], last)


def _with(stages: list[tuple[str, exp.Expression]], last: exp.Expression) -> exp.Expression:
    if not stages:
        return last
    tables = [exp.CTE(this=query, alias=exp.TableAlias(this=exp.to_identifier(name))) for name, query in stages]
    whole = select([exp.Star()], exp.Subquery(this=last, alias=exp.TableAlias(this=exp.to_identifier("told"))))
    whole.set("with_", exp.With(expressions=tables))
    return whole
