"""
Which rows an answer is made of, and which of them are neighbours.
"""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpis.engine import calendar
from kpis.engine.answers.rows import Members, Periods, Rows
from kpis.sql import DIALECT

TODAY = date(2024, 3, 15)


def periods(*grains: str, first: date = date(2024, 1, 1), months_back: int = 0) -> Periods:
    """
    The periods of a question asked on 15 March 2024.
    """
    spans = calendar.spans(grains, first, TODAY, 1, months_back)
    return Periods(duckdb.sql(calendar.periods(spans, TODAY, 90).sql(DIALECT)).to_arrow_table())


ASKED = {
    "month": periods("month"),
    "several": periods("month", "quarter", "all"),
    "day": periods("day", first=date(2024, 2, 27)),
    "week": periods("week"),
    "months behind": periods("quarter", months_back=6),
}


def members() -> Members:
    return Members(("channel",), [pa.chunked_array([pa.array(["Email", "Events"])])])


@settings(deadline=None)
@given(st.sampled_from(sorted(ASKED)), st.lists(st.tuples(st.integers(3, 5), st.integers(0, 10**6), st.booleans())))
def test_rows_are_those_that_tell_something(asked: str, told: list[tuple[int, int, bool]]) -> None:
    """
    The organisation in every period; a member where a scan has a row, in the period after and a year after, and from
    its first row on where balances run over the scan; one that is named always.
    """
    known, named = ASKED[asked], 4
    codes = [(member * known.size + place % known.size, runs) for member, place, runs in told]
    scans = [(np.array(sorted({code for code, runs in codes if runs == which}), np.int64), which) for which in (0, 1)]
    nobody = range(len(members()) * known.size, (len(members()) + 1) * known.size)  # what there is of one never told of
    expected = {*range(known.size), *nobody, *(named * known.size + place for place in range(known.size))}
    for code, runs in codes:
        member, place = divmod(code, known.size)
        grain = known.grain[place]
        later = [p for p in range(known.size) if known.grain[p] == grain and (p == place + 1 or (runs and p > place))]
        later += [p for p in range(known.size) if known.year_before[p] == place]
        expected |= {code, *(member * known.size + p for p in later)}

    rows = Rows(known, members(), [(found, bool(which)) for found, which in scans], [named])

    assert rows.codes.tolist() == sorted(expected)
    assert rows.codes[rows.nobody :].tolist() == [*nobody]
    for place, code in enumerate(rows.codes.tolist()):
        member, period = divmod(code, known.size)
        before = member * known.size + period - 1 if not known.is_first[period] else -1
        assert rows.before[place] == (rows.codes.tolist().index(before) if before in expected else -1)
        assert rows.codes[rows.whole[place]] == period


@pytest.mark.parametrize(
    ("grain", "start", "before"),
    [
        ("day", date(2024, 2, 29), date(2023, 2, 28)),
        ("day", date(2024, 2, 28), date(2023, 2, 28)),
        ("week", date(2024, 1, 1), date(2023, 1, 2)),
        ("month", date(2024, 2, 1), date(2023, 2, 1)),
    ],
)
def test_a_year_before(grain: str, start: date, before: date) -> None:
    """
    The same day, the last of February where there is none; 52 weeks; twelve months.
    """
    known = ASKED[grain]

    assert known.year_before[known.starting(grain, start)] == known.starting(grain, before)


def test_days_find_their_period() -> None:
    """
    What lies before the first period belongs to it, since balances run from there; what lies after the last to none.
    """
    known = ASKED["month"]
    days = [date(2020, 5, 1), date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 1)]
    found = known.containing("month", np.array([(day - date(1970, 1, 1)).days for day in days]))

    assert found.tolist() == [0, known.starting("month", date(2024, 2, 1)), known.size - 1, -1]


def test_months_before_a_quarter_ends() -> None:
    """
    The last quarter ends in March; three months before it is December, and none is loaded a hundred months before.
    """
    known = ASKED["months behind"]
    last = known.starting("quarter", date(2024, 1, 1))

    assert known.months_before(0)[last] == known.starting("month", date(2024, 3, 1))
    assert known.months_before(3)[last] == known.starting("month", date(2023, 12, 1))
    assert known.months_before(100)[last] == -1
