"""
Columns of numbers with holes, exact as money has to be: whole digits and a scale until the last division.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Mask = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
Array = npt.NDArray[Any]

_ROOM = 2**62


@dataclass(frozen=True, eq=False)
class Numbers:
    """
    A column of numbers.

    Args:
        digits: The number times ten to the scale, as int64; as Python's own integers where those are too small; or, at
            scale 0, float64. Anything where the number is unknown: 0.
        known: False where there is no number.
        scale: Decimal places.
        bound: No digit is farther from 0 than this; means nothing for floats.
    """

    digits: Array
    known: Mask
    scale: int = 0
    bound: int = 0

    @classmethod
    def unknown(cls, size: int) -> Numbers:
        return cls(np.zeros(size, np.int64), np.zeros(size, np.bool_))

    @classmethod
    def constant(cls, value: int | Decimal, size: int) -> Numbers:
        """
        The same number everywhere.
        """
        sign, figures, exponent = Decimal(value).as_tuple()
        assert isinstance(exponent, int)
        digits = int("".join(map(str, figures))) * 10 ** max(exponent, 0) * (-1 if sign else 1)
        kind = np.int64 if abs(digits) < _ROOM else object
        return cls(np.full(size, digits, kind), np.ones(size, np.bool_), max(-exponent, 0), abs(digits))

    @classmethod
    def of(cls, column: pa.ChunkedArray | pa.Array) -> Numbers:
        """
        A column of an answer: integers, decimals or fractions.
        """
        array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        known = np.asarray(array.is_valid())
        if pa.types.is_decimal(array.type):
            digits = _digits_of(array, known)
            return cls(digits, known, array.type.scale, _bound(digits))
        if pa.types.is_null(array.type):
            return cls.unknown(len(array))
        if pa.types.is_floating(array.type):
            return cls(np.asarray(array.fill_null(0.0).cast(pa.float64())), known)
        digits = np.asarray(array.cast(pa.int64()).fill_null(0))
        return cls(digits, known, 0, _bound(digits))

    def __len__(self) -> int:
        return len(self.digits)

    @property
    def is_float(self) -> bool:
        return self.digits.dtype == np.float64

    def as_floats(self) -> npt.NDArray[np.float64]:
        """
        The numbers as fractions; not-a-number where unknown.
        """
        if self.is_float:
            plain = self.digits
        elif self.digits.dtype == object:
            plain = np.array([float(digit / 10**self.scale) for digit in self.digits], np.float64)
        else:
            plain = self.digits / 10**self.scale if self.scale else self.digits.astype(np.float64)
        return np.where(self.known, plain, np.nan)

    def __add__(self, other: Numbers) -> Numbers:
        return self._joined(other, np.add)

    def __sub__(self, other: Numbers) -> Numbers:
        return self._joined(other, np.subtract)

    def _joined(self, other: Numbers, how: Callable[[Array, Array], Array]) -> Numbers:
        left, right = _alike(self, other)
        known = left.known & right.known
        if left.is_float:
            return Numbers(np.where(known, how(left.digits, right.digits), 0.0), known)
        bound = left.bound + right.bound
        left, right = _with_room(left, bound), _with_room(right, bound)
        return Numbers(_blank(how(left.digits, right.digits), known), known, left.scale, bound)

    def __mul__(self, other: Numbers) -> Numbers:
        known = self.known & other.known
        if self.is_float or other.is_float:
            left, right = _alike(self, other)
            return Numbers(np.where(known, left.digits * right.digits, 0.0), known)
        bound = self.bound * other.bound
        left, right = _with_room(self, bound), _with_room(other, bound)
        return Numbers(_blank(left.digits * right.digits, known), known, self.scale + other.scale, bound)

    def __truediv__(self, other: Numbers) -> Numbers:
        """
        The quotient as a fraction, unknown over 0.
        """
        top, bottom = self.as_floats(), other.as_floats()
        known = self.known & other.known & (bottom != 0)
        return Numbers(np.divide(top, bottom, out=np.zeros(len(self)), where=known), known)

    def sign(self) -> npt.NDArray[np.int8]:
        """
        1 above 0, -1 below, 0 at 0 and where unknown.
        """
        return (self.digits > 0).astype(np.int8) - (self.digits < 0).astype(np.int8)

    def is_zero(self) -> Mask:
        return np.asarray(self.known & (self.digits == 0))

    def is_below(self, other: Numbers) -> Mask:
        """
        True where both are known and this one is smaller.
        """
        left, right = _alike(self, other)
        return np.asarray(left.known & right.known & (left.digits < right.digits), np.bool_)

    def filled(self) -> Numbers:
        """
        0 where unknown.
        """
        return Numbers(self.digits, np.ones(len(self), np.bool_), self.scale, self.bound)

    def where(self, condition: Mask, other: Numbers) -> Numbers:
        """
        These numbers where the condition holds, the others elsewhere.
        """
        left, right = _alike(self, other)
        known = np.where(condition, left.known, right.known)
        digits = np.where(condition, left.digits, right.digits)
        return Numbers(digits, known, left.scale, max(left.bound, right.bound))

    def only(self, condition: Mask) -> Numbers:
        """
        Unknown wherever the condition does not hold.
        """
        known = self.known & condition
        return Numbers(_blank(self.digits, known), known, self.scale, self.bound)

    def at(self, places: Index) -> Numbers:
        """
        The numbers at other places; unknown at places below 0.
        """
        if not len(self):
            return Numbers.unknown(len(places))
        known = self.known[places] & (places >= 0)
        return Numbers(_blank(self.digits[places], known), known, self.scale, self.bound)

    def put(self, places: Index, size: int) -> Numbers:
        """
        The numbers at these places of a longer column that is unknown elsewhere.
        """
        digits, known = np.zeros(size, self.digits.dtype), np.zeros(size, np.bool_)
        digits[places], known[places] = self.digits, self.known
        return Numbers(_blank(digits, known), known, self.scale, self.bound)

    def running(self, starts: Mask) -> Numbers:
        """
        The sum so far; anew at each start. What is unknown adds nothing.

        Args:
            starts: True where a run begins; the first row begins one.
        """
        known = np.ones(len(self), np.bool_)
        runs = np.cumsum(starts) - 1
        if self.is_float:
            # each run by itself: a large one must not blur the next
            begins = np.flatnonzero(starts)
            parts = [np.cumsum(part) for part in np.split(self.digits, begins[1:])]
            return Numbers(np.concatenate(parts) if len(self) else self.digits, known)
        bound = self._largest_sum()
        whole = _with_room(self, bound)
        total = np.cumsum(whole.digits)
        before = (total - whole.digits)[starts]
        return Numbers(total - before[runs], known, self.scale, bound)

    def grouped(self, groups: Index, size: int, how: Literal["sum", "max", "min"] = "sum") -> Numbers:
        """
        The sum, largest or smallest per group; unknown where nothing known is in it.
        """
        counted = np.zeros(size, np.bool_)
        counted[groups[self.known]] = True
        if how != "sum":
            extremes = np.zeros(size, self.digits.dtype)
            order = np.argsort(self.digits, kind="stable")[:: 1 if how == "max" else -1]
            order = order[self.known[order]]
            extremes[groups[order]] = self.digits[order]  # the last one written stays
            return Numbers(extremes, counted, self.scale, self.bound)
        bound = 0 if self.is_float else self._largest_sum()
        whole = self if self.is_float else _with_room(self, bound)
        sums = np.zeros(size, whole.digits.dtype)
        np.add.at(sums, groups, whole.digits)
        return Numbers(sums, counted, self.scale, bound)

    def _largest_sum(self) -> int:
        """
        No sum of some of the digits is farther from 0 than this.
        """
        return int(np.abs(self.digits).sum(dtype=np.float64) * 1.001) + 1


def _blank(digits: Array, known: Mask) -> Array:
    return np.where(known, digits, 0) if not known.all() else digits


def _bound(digits: Array) -> int:
    return max(-int(digits.min()), int(digits.max())) if len(digits) else 0


def _digits_of(array: pa.Array, known: Mask) -> Array:
    """
    The digits of decimals; a decimal is kept as 128 bits, of which numbers of any likely size fill the lower half.
    """
    if len(array) == 0:
        return np.zeros(0, np.int64)
    halves = np.frombuffer(array.buffers()[1], np.int64).reshape(-1, 2)[array.offset : array.offset + len(array)]
    low, high = halves[:, 0], halves[:, 1]
    if ((high == low >> 63) & (low > -_ROOM) & (low < _ROOM) | ~known).all():
        return np.where(known, low, 0)
    whole = high.astype(object) * 2**64 + low.view(np.uint64).astype(object)
    return np.where(known, whole, 0)


def _alike(left: Numbers, right: Numbers) -> tuple[Numbers, Numbers]:
    """
    Two columns in the same kind and scale.
    """
    if left.is_float or right.is_float:
        return _fractions(left), _fractions(right)
    scale = max(left.scale, right.scale)
    left, right = _scaled(left, scale), _scaled(right, scale)
    if (left.digits.dtype == object) != (right.digits.dtype == object):
        return _large(left), _large(right)
    return left, right


def _fractions(column: Numbers) -> Numbers:
    return column if column.is_float else Numbers(np.where(column.known, column.as_floats(), 0.0), column.known)


def _scaled(column: Numbers, scale: int) -> Numbers:
    if column.scale == scale:
        return column
    times = 10 ** (scale - column.scale)
    # the factor itself may be too large, even where all is 0
    column = _with_room(column, max(column.bound, 1) * times)
    return Numbers(column.digits * times, column.known, scale, column.bound * times)


def _with_room(column: Numbers, bound: int) -> Numbers:
    """
    The column in a kind that holds numbers up to a bound.
    """
    return column if bound < _ROOM else _large(column)


def _large(column: Numbers) -> Numbers:
    return Numbers(column.digits.astype(object), column.known, column.scale, column.bound)
