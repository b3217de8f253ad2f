"""
A benchmark that compares different things is worthless: every value of the engine against the analyst's.
"""

from __future__ import annotations

from benchmarks.kpis.questions import Question
from sync.warehouse import Session

# by hand there is a column per KPI, and a value wherever the arithmetic gives one; the engine has a row per value
_LONG = """
create temp table by_hand as
select * from (
    unpivot (select month, dimension, member, columns(* exclude (month, dimension, member))::double from written)
    on columns(* exclude (month, dimension, member)) into name kpi value value
)
"""
_DIFFERENT = """
select a.kpi, a.dimension, count(*) as rows
from asked as a
left join by_hand as h
    on h.kpi = a.kpi and h.month = a.period_start and h.dimension = a.dimension and h.member = a.member_id
where (h.value is null) <> (a.value is null) or abs(h.value - a.value) > 1e-9 * greatest(abs(a.value), 1e-6)
group by a.kpi, a.dimension
order by a.kpi, a.dimension
"""


def compared(session: Session, question: Question) -> int:
    """
    Compare every row of the engine with the analyst's number for the same KPI, month and member.

    Returns:
        How many values there were.

    Raises:
        RuntimeError: One of them differs, or only one side has it.
    """
    asked, written = question.ask(session), question.write(session)
    with session.given("written", written), session.given("asked", asked):
        session.execute(_LONG)
        different = session.rows(_DIFFERENT)
        if different:
            raise RuntimeError("; ".join("{kpi} by {dimension}: {rows} rows differ".format(**row) for row in different))
        return int(session.value("select count(value) from asked") or 0)
