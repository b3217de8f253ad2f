"""
Columns of numbers with holes: exact like decimals on paper, however large, and unknown where anything is.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.engine.answers.numbers import Numbers

AMOUNTS = st.none() | st.decimals(-(10**22), 10**22, places=4) | st.decimals(-100, 100, places=4)
COLUMNS = st.lists(st.tuples(AMOUNTS, AMOUNTS, st.integers(0, 2), st.booleans()), min_size=1, max_size=12)


def column(values: list[Decimal | None], scale: int = 4) -> Numbers:
    return Numbers.of(pa.array(values, pa.decimal128(38, scale)))


def plain(numbers: Numbers) -> list[Fraction | None]:
    """
    The numbers as they would stand on paper.
    """
    pairs = zip(numbers.digits.tolist(), numbers.known.tolist(), strict=True)
    return [Fraction(digits) / 10**numbers.scale if known else None for digits, known in pairs]


@given(COLUMNS)
def test_sums_differences_and_products_are_exact(rows: list[tuple[Decimal | None, Decimal | None, int, bool]]) -> None:
    """
    To the last digit, beyond what 64 bits hold, whatever the scales; nothing comes of what is unknown.
    """
    left, right = [row[0] for row in rows], [row[1] for row in rows]
    one, other = column(left), column(right, 8)
    both = [None if a is None or b is None else (Fraction(a), Fraction(b)) for a, b in zip(left, right, strict=True)]

    assert plain(one + other) == [None if pair is None else pair[0] + pair[1] for pair in both]
    assert plain(one - other) == [None if pair is None else pair[0] - pair[1] for pair in both]
    assert plain(one * other) == [None if pair is None else pair[0] * pair[1] for pair in both]
    assert one.is_below(other).tolist() == [pair is not None and pair[0] < pair[1] for pair in both]


@given(COLUMNS)
def test_quotients_are_unknown_over_nothing(rows: list[tuple[Decimal | None, Decimal | None, int, bool]]) -> None:
    """
    A quotient is a fraction of the two numbers, and never infinite.
    """
    found = column([row[0] for row in rows]) / column([row[1] for row in rows])

    for value, known, (top, bottom, *_) in zip(found.digits, found.known, rows, strict=True):
        assert known == (top is not None and bool(bottom))
        if top is not None and bottom:
            assert value == pytest.approx(float(Fraction(top) / Fraction(bottom)), rel=1e-12)


@given(COLUMNS)
def test_running_and_grouped_sums_are_exact(rows: list[tuple[Decimal | None, Decimal | None, int, bool]]) -> None:
    """
    Sums so far begin anew at each start; a group in which nothing is known has no sum.
    """
    values = column([row[0] for row in rows])
    starts = np.array([place == 0 or row[3] for place, row in enumerate(rows)])
    so_far, expected = Fraction(0), []
    for (value, *_), begins in zip(rows, starts, strict=True):
        so_far = (Fraction(0) if begins else so_far) + (Fraction(value) if value is not None else 0)
        expected.append(so_far)
    groups = np.array([row[2] for row in rows])
    sums = [[Fraction(row[0]) for row in rows if row[2] == group and row[0] is not None] for group in range(3)]

    assert plain(values.running(starts)) == expected
    assert plain(values.grouped(groups, 3)) == [sum(known, Fraction(0)) if known else None for known in sums]
    assert plain(values.grouped(groups, 3, "max")) == [max(known, default=None) for known in sums]
    assert plain(values.grouped(groups, 3, "min")) == [min(known, default=None) for known in sums]


def test_fractions_stay_apart_from_run_to_run() -> None:
    """
    A run of large fractions does not blur the small ones after it.
    """
    found = Numbers.of(pa.array([1e17, 0.1, 0.2])).running(np.array([True, True, False]))

    assert found.digits.tolist() == [1e17, 0.1, 0.1 + 0.2]


def test_places_scales_and_choices() -> None:
    """
    Taken from other places, filled, chosen between: what is unknown stays unknown and never becomes 0 by itself.
    """
    money = column([Decimal("1.5"), None, Decimal("-2")])
    counts = Numbers.of(pa.array([3, 4, None]))

    assert plain(money.at(np.array([2, -1, 1]))) == [-2, None, None]
    assert plain(money.filled()) == [Fraction(3, 2), 0, -2]
    assert plain(money.where(np.array([True, True, False]), counts)) == [Fraction(3, 2), None, None]
    assert plain(money.put(np.array([4, 0, 2]), 5)) == [None, None, -2, None, Fraction(3, 2)]
    assert plain(Numbers.constant(Decimal("0.30"), 2) + Numbers.of(pa.array([1, 2]))) == [
        Fraction(13, 10),
        Fraction(23, 10),
    ]
    assert plain(Numbers.of(pa.nulls(2))) == [None, None]
    assert Numbers.of(pa.array([0.25, None])).as_floats()[0] == 0.25


def test_what_is_larger_than_64_bits_is_read_whole() -> None:
    """
    Sums of decimals come with up to 38 digits.
    """
    large = Decimal("12345678901234567890123456789.1234")

    assert plain(column([large, None, Decimal("-0.0001")])) == [Fraction(large), None, Fraction(-1, 10000)]
