"""
The rows of an answer: which period and member each is about, and where its neighbours stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpis.engine.answers.numbers import Index, Mask
from kpis.model import ORG

EVERYBODY = "all"
"""
The member id of the whole organisation.
"""


class Periods:
    """
    The periods that a question loads, each with a place; those of a grain stand one after another.

    Args:
        table: As `kpis.engine.calendar.periods` gives them.
    """

    def __init__(self, table: pa.Table) -> None:
        table = table.sort_by([("grain", "ascending"), ("seq", "ascending")])
        grains = table["grain"].to_pylist()
        self.size = len(grains)
        self.grains: tuple[str, ...] = tuple(dict.fromkeys(grains))
        self.first: dict[str, int] = {grain: grains.index(grain) for grain in self.grains}
        self.count: dict[str, int] = {grain: grains.count(grain) for grain in self.grains}
        self.grain = np.array([self.grains.index(grain) for grain in grains], np.int64)
        self.start, self.end = table["period_start"].combine_chunks(), table["period_end"].combine_chunks()
        self.is_asked, self.is_partial, self.is_mature = (
            np.array(table[name].to_pylist(), np.bool_) for name in ("is_asked", "is_partial", "is_mature")
        )
        self.months = np.array([months or 0 for months in table["months"].to_pylist()], np.int64)
        self._sequence: dict[str, int] = {grain: table["seq"][self.first[grain]].as_py() for grain in self.grains}
        years = zip(grains, table["year_seq"].to_pylist(), strict=True)
        # the place of the period a year before; -1 where it is not loaded
        self.year_before = np.array([-1 if y is None else self.place(grain, y) for grain, y in years], np.int64)
        self._closing_month = np.array(table["month_seq"].to_pylist(), np.int64)

    def months_before(self, months: int) -> Index:
        """
        The place of the month so many months before the one that each period ends in; -1 where it is not loaded.
        """
        if "month" not in self.first:
            return np.full(self.size, -1, np.int64)
        number = self._closing_month - months - self._sequence["month"]
        is_loaded = (number >= 0) & (number < self.count["month"])
        return np.where(is_loaded, self.first["month"] + number, -1)

    def place(self, grain: str, sequence: int) -> int:
        """
        The place of a period; -1 where it is not loaded.
        """
        if grain not in self.first:
            return -1
        number: int = sequence - self._sequence[grain]
        return int(self.first[grain] + number) if 0 <= number < self.count[grain] else -1

    def starting(self, grain: str, start: date) -> int:
        """
        The place of the period of a grain that begins on a day, the only one of `all`; -1 where it is not loaded.
        """
        if grain not in self.first:
            return -1
        first = self.first[grain]
        if grain == "all":
            return first
        own: list[date] = self.start[first : first + self.count[grain]].to_pylist()
        return first + own.index(start) if start in own else -1

    @property
    def is_first(self) -> Mask:
        """
        True for the earliest period of each grain.
        """
        return np.append(True, self.grain[1:] != self.grain[:-1])

    @cached_property
    def before(self) -> Index:
        """
        The place of the period before; -1 where it is not loaded.
        """
        return np.where(self.is_first, -1, np.arange(self.size) - 1)

    def found(self, grain: pa.ChunkedArray, start: pa.ChunkedArray) -> Index:
        """
        The places of the periods of these grains that begin on these days; -1 where none is loaded.
        """
        which = np.asarray(pc.index_in(grain, pa.array(self.grains)).fill_null(-1))
        day = np.asarray(start.cast(pa.int32()))
        starts = np.asarray(self.start.cast(pa.int32()))
        places = np.full(len(day), -1, np.int64)
        for number, name in enumerate(self.grains):
            own = starts[self.first[name] : self.first[name] + self.count[name]]
            near = np.minimum(np.searchsorted(own, day), len(own) - 1)
            hit = (which == number) & (own[near] == day)
            places[hit] = self.first[name] + near[hit]
        return places

    def containing(self, grain: str, day: Index) -> Index:
        """
        The places of the periods of a grain that days lie in, the earliest for all before it; -1 after the last.

        Args:
            day: Days since 1970.
        """
        first, count = self.first[grain], self.count[grain]
        starts = np.asarray(self.start.cast(pa.int32()))[first : first + count]
        end = np.asarray(self.end.cast(pa.int32()))[first + count - 1]
        number = np.maximum(np.searchsorted(starts, day, "right") - 1, 0)
        return np.asarray(np.where(day <= end, first + number, -1))


class Members:
    """
    Every member that any scan tells of, as one number each; the organisation is 0.

    Args:
        dimensions: What is cut by.
        ids: Member ids, with repetitions.
    """

    def __init__(self, dimensions: Sequence[str], ids: Iterable[pa.ChunkedArray]) -> None:
        self.dimensions = (ORG, *dimensions)
        chunks = [pa.array([EVERYBODY], pa.string()), *(chunk for each in ids for chunk in each.chunks)]
        encoded = pa.chunked_array(chunks).combine_chunks().dictionary_encode()
        self.ids: pa.Array = encoded.dictionary
        self.codes = np.asarray(encoded.indices, np.int64)[1:]

    def __len__(self) -> int:
        return len(self.dimensions) * len(self.ids)

    def numbers(self, dimension: pa.ChunkedArray, ids: Index) -> Index:
        """
        The members of these dimensions and ids.
        """
        return self.dimension_numbers(dimension) * len(self.ids) + ids

    def dimension_numbers(self, names: pa.ChunkedArray | pa.Array) -> Index:
        return np.asarray(pc.index_in(names, pa.array(self.dimensions)).fill_null(-1), np.int64)

    def are_of(self, numbers: Index, dimension: str) -> Mask:
        """
        True for members of a dimension.
        """
        return np.asarray(numbers // len(self.ids) == self.dimensions.index(dimension))

    def number(self, dimension: str, member_id: str) -> int:
        """
        One member; -1 where no scan told of it.
        """
        place = self.ids.index(member_id).as_py()
        if place < 0 or dimension not in self.dimensions:
            return -1
        return self.dimensions.index(dimension) * len(self.ids) + int(place)


class Rows:
    """
    Rows sorted by member and period: the organisation in every period; a member where it has something to tell, now, in
    the period before or a year before, and from its first event on where balances run; one that is named always.

    Args:
        periods: The periods.
        members: The members.
        scans: Member and period of each row of each scan, and whether balances run over the scan.
        named: Members that are told of even where nothing happened.
    """

    def __init__(
        self,
        periods: Periods,
        members: Members,
        scans: Iterable[tuple[Index, bool]],
        named: Iterable[int] = (),
    ) -> None:
        self.periods, self.members = periods, members
        told = [(codes, runs) for codes, runs in scans if len(codes)]
        size, every = periods.size, np.arange(periods.size)
        occurring = _unique([codes[codes >= size] for codes, _ in told])
        found = [every, occurring, *self._echoes(occurring)]
        running = [codes for codes, runs in told if runs]
        if running:
            found.append(self._from_first_on(_unique(running)))
        found += [number * size + every for number in named]
        # a member of whom nothing was ever told: what others have where they have no row
        found.append(len(members) * size + every)
        self.codes = _unique(found)
        self.member, self.period = np.divmod(self.codes, size)
        self.dimension = self.member // len(members.ids)
        self._months_before: dict[int, Index] = {}
        self.is_named = np.isin(self.member, np.array([*named], np.int64))

    def __len__(self) -> int:
        return len(self.codes)

    def _echoes(self, codes: Index) -> Iterable[Index]:
        member, period = np.divmod(codes, self.periods.size)
        is_last = np.append(self.periods.is_first[1:], True)
        yield codes[~is_last[period]] + 1
        later = np.argsort(self.periods.year_before, kind="stable")
        before = self.periods.year_before[later]
        low, high = np.searchsorted(before, period, "left"), np.searchsorted(before, period, "right")
        for nth in range(int((high - low).max(initial=0))):
            has = high - low > nth
            yield member[has] * self.periods.size + later[low[has] + nth]

    def _from_first_on(self, codes: Index) -> Index:
        member, period = np.divmod(codes, self.periods.size)
        grain = self.periods.grain[period]
        is_first = np.append(True, (member[1:] != member[:-1]) | (grain[1:] != grain[:-1]))
        ends = np.array([self.periods.first[name] + self.periods.count[name] for name in self.periods.grains])
        begins, lengths = codes[is_first], (ends[grain] - period)[is_first]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return np.asarray(np.repeat(begins, lengths) + within)

    def places(self, codes: Index) -> Index:
        """
        Where rows of these members and periods stand; -1 where there is none.
        """
        near = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        return np.asarray(np.where(self.codes[near] == codes, near, -1))

    def place(self, member: int, period: int) -> int:
        """
        Where the row of a member and period stands; -1 where there is none.
        """
        if member < 0 or period < 0:
            return -1
        return int(self.places(np.array([member * self.periods.size + period]))[0])

    def _of(self, period: Index) -> Index:
        return np.asarray(np.where(period < 0, -1, self.places(self.member * self.periods.size + period)))

    @cached_property
    def starts(self) -> Mask:
        """
        True for the first row of each member and grain.
        """
        grain = self.periods.grain[self.period]
        return np.append(True, (self.member[1:] != self.member[:-1]) | (grain[1:] != grain[:-1]))

    @cached_property
    def before(self) -> Index:
        """
        The same member in the period before; -1 where it had nothing to tell.
        """
        follows = np.append(False, self.codes[1:] == self.codes[:-1] + 1) & ~self.starts
        return np.where(follows, np.arange(len(self)) - 1, -1)

    @cached_property
    def year_before(self) -> Index:
        return self._of(self.periods.year_before[self.period])

    @cached_property
    def whole(self) -> Index:
        """
        The whole organisation in the same period.
        """
        return self.period  # it is member 0 and has a row in every period

    def months_before(self, months: int) -> Index:
        """
        The same member so many months before the one that the period ends in; -1 where it had nothing to tell.
        """
        if months not in self._months_before:
            self._months_before[months] = self._of(self.periods.months_before(months)[self.period])
        return self._months_before[months]

    @property
    def nobody(self) -> int:
        """
        Where the rows begin of a member of whom nothing was ever told, one for each period.
        """
        return len(self) - self.periods.size

    @cached_property
    def is_org(self) -> Mask:
        return np.asarray(self.dimension == 0)

    def of_grain(self, grain: str) -> Mask:
        if grain not in self.periods.first:
            return np.zeros(len(self), np.bool_)
        return np.asarray(self.periods.grain[self.period] == self.periods.grains.index(grain))

    def of_dimensions(self, names: Iterable[str]) -> Mask:
        return np.isin(self.dimension, [self.members.dimensions.index(name) for name in names])

    @cached_property
    def rank(self) -> Index:
        """
        The place of each row where they are sorted by grain, start, dimension and member id, as text.
        """
        ids = np.empty(len(self.members.ids), np.int64)
        ids[np.asarray(pc.sort_indices(self.members.ids))] = np.arange(len(ids))
        names = np.append(np.argsort(np.argsort(self.members.dimensions)), len(self.members.dimensions))
        order = np.lexsort((ids[self.member % len(ids)], names[self.dimension], self.period))
        rank = np.empty(len(self), np.int64)
        rank[order] = np.arange(len(self))
        return rank


def _unique(codes: Sequence[Index]) -> Index:
    return np.unique(np.concatenate(codes)) if codes else np.zeros(0, np.int64)
