"""
Periods: which ones a question touches, and how a date finds its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlglot import exp

from connectors.errors import WrongUse
from kpis.sql import fill, union

BEGINNING = date(1970, 1, 1)  # shown as the start of `all`, which has none
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_PER_YEAR = {"week": 52, "month": 12, "quarter": 4, "year": 1}


def trailing_days(grain: str) -> int | None:
    """
    The length of a trailing grain such as `90d` [days]; None for the grains of the calendar.
    """
    return int(grain[:-1]) if grain[-1] == "d" and grain[:-1].isdigit() else None


def kind_of(grain: str) -> str:
    """
    The name under which KPIs say whether a grain makes sense for them.
    """
    return "trailing" if trailing_days(grain) else grain


def _days(grain: str) -> int | None:
    """
    Length of a period where all are equally long [days].
    """
    return {"day": 1, "week": 7}.get(grain) or trailing_days(grain)


def start_of(grain: str, day: date, fiscal_year_start: int = 1, last: date | None = None) -> date:
    """
    The first day of the period that a day lies in; weeks are ISO weeks.

    Args:
        last: The day on which trailing periods end.
    """
    if grain == "day":
        return day
    if days := trailing_days(grain):
        back = ((last or day) - day).days // days
        return (last or day) - timedelta(days=(back + 1) * days - 1)
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "all":
        return BEGINNING
    since = (day.month - fiscal_year_start) % 12 % _MONTHS[grain]
    return _add_months(day.replace(day=1), -since)


def step(grain: str, start: date, periods: int) -> date:
    """
    The start of the period so many periods later.
    """
    if grain == "all":
        return start
    if days := _days(grain):
        return start + timedelta(days=periods * days)
    return _add_months(start, periods * _MONTHS[grain])


def _add_months(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(max(year, 1), month + 1, 1)


def months_back(day: date, months: int) -> date:
    """
    The same day so many months earlier, the last day of its month where there is none.
    """
    first = _add_months(day.replace(day=1), -months)
    return min(first + timedelta(days=day.day - 1), _add_months(first, 1) - timedelta(days=1))


def year_before(grain: str, start: date) -> date:
    """
    The start of the same period a year before.
    """
    if grain == "day":
        return months_back(start, 12)
    return step(grain, start, -_PER_YEAR.get(grain, 1))


def as_far(grain: str, today: date, fiscal_year_start: int) -> tuple[int, tuple[date, date, date]]:
    """
    How many days of the running period are over, and the last of as many in it, in the one before and a year before.

    Raises:
        WrongUse: Periods of the grain are never half over.
    """
    if grain == "all" or trailing_days(grain):
        raise WrongUse(
            f"Periods of the length {grain} are never half over.",
            where="question.grains",
            fix="ask by day, week, month, quarter or year",
        )
    start = start_of(grain, today, fiscal_year_start)
    days = (today - start).days + 1

    def last(began: date) -> date:
        return min(began + timedelta(days=days - 1), step(grain, began, 1) - timedelta(days=1))

    return days, (today, last(step(grain, start, -1)), last(year_before(grain, start)))


def month_number(day: date) -> int:
    """
    Months since the year 0: the sequence number of month periods.
    """
    return day.year * 12 + day.month - 1


@dataclass(frozen=True)
class Span:
    """
    The periods of one grain that a question loads.

    Args:
        grain: Length of a period.
        floor: Start of the period that takes everything before the first loaded one.
        asked_from: Start of the first period to show.
        asked_to: Start of the last period to show.
        is_asked: False where the grain only feeds other figures.
        fed_to: Start of the last period that other figures look at, where that is later than the last to show.
    """

    grain: str
    floor: date
    asked_from: date
    asked_to: date
    is_asked: bool = True
    fed_to: date | None = None

    @property
    def last(self) -> date:
        """
        Start of the last loaded period.
        """
        return max(self.asked_to, self.fed_to or self.asked_to)

    @property
    def first(self) -> date:
        """
        Start of the first loaded period.
        """
        return BEGINNING if self.grain == "all" else step(self.grain, self.floor, 1)

    @property
    def sequence(self) -> int:
        return month_number(self.floor) if self.grain == "month" else 0

    def count(self) -> int:
        if self.grain in _MONTHS:
            return (month_number(self.last) - month_number(self.floor)) // _MONTHS[self.grain] + 1
        return (self.last - self.floor).days // (_days(self.grain) or 1) + 1


def spans(
    grains: tuple[str, ...], first: date, last: date, fiscal_year_start: int, months_back: int, years_back: int = 1
) -> tuple[Span, ...]:
    """
    The periods to load per grain: those asked, the same a year before, and one more to compare with.

    Args:
        grains: Lengths of period asked.
        first: Any day of the first period.
        last: Any day of the last period, not after today.
        fiscal_year_start: Month in which the year begins [1 to 12].
        years_back: How many years earlier periods are looked at.
        months_back: How many more months figures look back [months]; above 0, months are loaded in any case.
    """

    def start(grain: str, day: date) -> date:
        return start_of(grain, day, fiscal_year_start, last)

    found = []
    for grain in grains:
        begin, end = start(grain, first), start(grain, last)
        earliest = begin
        for _ in range(years_back):
            earliest = year_before(grain, earliest)
        floor = BEGINNING if grain == "all" else step(grain, earliest, -2)
        found.append(Span(grain, floor, begin, end))
    if months_back:
        earliest = min((span.floor for span in found if span.grain != "all"), default=first)
        floor = step("month", start("month", earliest), -months_back)
        asked = next((span for span in found if span.grain == "month"), None)
        # to the last month of the last period, whichever of its days the question names
        ends = [step(span.grain, span.asked_to, 1) - timedelta(days=1) for span in found if span.grain != "all"]
        found = [span for span in found if span.grain != "month"]
        fed_to = start("month", max([last, *ends]))
        found.append(
            Span("month", floor, asked.asked_from, asked.asked_to, fed_to=fed_to)
            if asked
            else Span("month", floor, start("month", first), fed_to, is_asked=False)
        )
    return tuple(found)


_PERIODS = """
select
    :grain as grain,
    :sequence + i as seq,
    period_start,
    period_end,
    :is_asked and period_start between :asked_from and :asked_to as is_asked,
    period_end >= :as_of and :can_be_partial as is_partial,
    period_end + :window < :as_of as is_mature,
    :year_seq as year_seq,
    year(period_end) * 12 + month(period_end) - 1 as month_seq,
    cast(:months as integer) as months,
    least(period_end, :as_of) as close_on
from (
    select i, cast(:start as date) as period_start, cast(:end as date) as period_end
    from (select unnest(generate_series(0, :last)) as i) as numbers
) as dated
"""


def _step(grain: str) -> exp.Expression:
    if days := _days(grain):
        return fill(f"interval '{days}' day")
    return fill(f"interval '{_MONTHS[grain]}' month")


def periods(found: tuple[Span, ...], as_of: date, window: int) -> exp.Expression:
    """
    A select with one row per period.

    Args:
        found: What to load.
        as_of: Today.
        window: How long a cohort has [days].

    Returns:
        Columns grain, seq, period_start, period_end, is_asked, is_partial, is_mature, year_seq, month_seq (sequence
        number of the month it ends in), months (how many it has, null where that is no whole number), close_on (its
        last day so far).
    """
    selects = []
    for span in found:
        values: dict[str, object] = {
            "grain": span.grain,
            "sequence": span.sequence,
            "is_asked": span.is_asked,
            "asked_from": span.asked_from,
            "asked_to": span.asked_to,
            "as_of": as_of,
            "window": window,
            "can_be_partial": span.grain != "all" and not trailing_days(span.grain),
            "months": _MONTHS.get(span.grain),
        }
        if span.grain == "all":
            values |= {"start": BEGINNING, "end": as_of, "last": 0, "year_seq": fill("cast(null as bigint)")}
        else:
            at = {"floor": span.floor, "step": _step(span.grain)}
            values |= {
                "start": fill(":floor + i * :step", at),
                "end": fill(":floor + (i + 1) * :step - interval '1' day", at),
                "last": span.count() - 1,
                "year_seq": fill("i - date_diff('day', cast(period_start - interval '1' year as date), period_start)")
                if span.grain == "day"
                else fill(":sequence + i - :back", {"sequence": span.sequence, "back": _PER_YEAR.get(span.grain)}),
            }
        selects.append(fill(_PERIODS, values))
    return union(selects)


def bucket(span: Span, at: exp.Expression, fiscal_year_start: int, *, has_history: bool) -> exp.Expression:
    """
    The start of the period that the date `at` lies in; with history, everything earlier falls into the floor.
    """
    if span.grain == "all":
        return fill(":beginning", {"beginning": BEGINNING})
    shift = (fiscal_year_start - 1) % _MONTHS.get(span.grain, 1)
    if has_history:
        at = fill("greatest(:at, :floor)", {"at": at, "floor": span.floor})
    if shift:
        # whole months first, so that no day is lost in a shorter month
        return fill(
            "cast(date_trunc(:grain, date_trunc('month', :at) - :shift * interval '1' month)"
            " + :shift * interval '1' month as date)",
            {"at": at, "shift": shift, "grain": span.grain},
        )
    if days := trailing_days(span.grain):
        return fill(
            "cast(:floor + cast(floor(date_diff('day', :floor, :at) / :days) as integer) * :days as date)",
            {"at": at, "floor": span.floor, "days": days},
        )
    if span.grain == "day":
        return at.copy()
    return fill("cast(date_trunc(:grain, :at) as date)", {"at": at, "grain": span.grain})


def grouping_key(
    span: Span, at: exp.Expression, fiscal_year_start: int, *, has_history: bool
) -> tuple[exp.Expression, exp.Expression]:
    """
    The same in two steps, the costly one of which is taken once per group and not once per row.

    Returns:
        What rows are grouped by, and the start of the period out of that under the name `started`.
    """
    if span.grain == "month":
        day = fill("greatest(:at, :floor)", {"at": at, "floor": span.floor}) if has_history else at
        start = "make_date(cast(started // 12 as integer), cast(started % 12 as integer) + 1, 1)"
        return fill("year(:day) * 12 + month(:day) - 1", {"day": day}), fill(start)
    start_of_row = bucket(span, at, fiscal_year_start, has_history=has_history)
    raw = start_of_row.this if isinstance(start_of_row, exp.Cast) else start_of_row
    return raw.copy(), fill("cast(started as date)")


def shared(found: tuple[Span, ...]) -> tuple[tuple[Span, tuple[Span, ...]], ...]:
    """
    Which grains are added up from which: quarters, years and everything so far from months, the rest from themselves.

    Returns:
        A span to scan by -> the spans that come from it.
    """
    monthly = tuple(span for span in found if span.grain in (*_MONTHS, "all"))
    rest = tuple((span, (span,)) for span in found if span not in monthly)
    if len(monthly) < 2:
        return (*((span, (span,)) for span in monthly), *rest)
    floors = [span.floor for span in monthly if span.grain != "all"]
    base = Span("month", min(floors), max(span.asked_from for span in monthly), max(s.last for s in monthly))
    return ((base, monthly), *rest)
