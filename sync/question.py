"""
Questions from the command line, and their answers for programs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connectors.errors import UserError, WrongUse, close_matches
from kpis.engine import why_uncut
from kpis.engine.calendar import trailing_days
from kpis.facts import Environment
from kpis.model import DIMENSIONS, ORG, Kpi
from kpis.options import OPTIONS, in_force
from kpis.words import BOARDS, Text
from sync import periods
from sync.compute import Asked, back
from sync.settings import Settings

ALL = "all"
LISTED = "`noria kpis` lists them."
Known = Mapping[str, Kpi]
Needs = Mapping[str, Sequence[Text]]
"""
KPI -> what nobody connected gives it.
"""


@dataclass(frozen=True)
class Words:
    """
    A question in the words of the command line.

    Args:
        ids: KPIs; all of the board, or all there are, if none is named.
        board: A board instead of ids.
        period: Length of period, as `periods.grain` reads it.
        first: The first period, as `periods.span` reads it.
        last: The last one.
        by: Dimensions.
        option: Each as name=value.
        same_days: Only the running period, beside the same days of those before.
    """

    ids: Sequence[str] = ()
    board: str | None = None
    period: str = "month"
    first: str | None = None
    last: str | None = None
    by: Sequence[str] = ()
    option: Sequence[str] = field(default=())
    same_days: bool = False


def asked(words: Words, settings: Settings, known: Known, day: date, tell: Callable[[str], None]) -> Asked:
    """
    A question as the command line puts it.

    Args:
        known: KPIs by id.
        day: The organisation's date.
        tell: Told what is left out of the answer.
    Raises:
        WrongUse: It names what is not there, or no time that has begun.
    """
    ids = chosen(words.ids, words.board, known)
    grain = periods.grain(words.period, where="--period")
    for name in words.by:
        if name not in DIMENSIONS:
            fix = f"{_near(name, DIMENSIONS)}There are: {', '.join(DIMENSIONS)}."
            raise WrongUse(f"There is no dimension {name!r}.", where="--by", fix=fix)
    options = options_of(words.option, settings)
    if words.same_days:
        _check_same_days(words, grain)
    first, last = _bounds(words, settings.organisation.fiscal_year_start, day)
    for told in _uncut([known[id] for id in ids], words.by):
        tell(told)
    return Asked(
        kpis=ids,
        grain=grain,
        first=first,
        last=last,
        by=tuple(dict.fromkeys(words.by)),
        options=options,
        same_days=words.same_days,
    )


def chosen(ids: Sequence[str], board: str | None, known: Known) -> tuple[str, ...]:
    """
    The KPIs named, those of a board, or all.

    Raises:
        WrongUse: There is no such KPI or board.
    """
    for id in ids:
        kpi(id, known, where="noria show")
    if board is None:
        return tuple(dict.fromkeys(ids)) or tuple(each.id for each in known.values() if not each.supporting)
    if ids:
        raise WrongUse(f"Both KPIs and the board {board} were asked for.", where="--board", fix="Name one of the two.")
    return tuple(each.id for each in on_board(board, known))


def kpi(id: str, known: Known, *, where: str) -> Kpi:
    """
    A KPI by id.

    Raises:
        WrongUse: There is none of that name.
    """
    if id not in known:
        raise WrongUse(f"There is no KPI {id!r}.", where=where, fix=_near(id, known) + LISTED)
    return known[id]


def on_board(board: str, known: Known) -> list[Kpi]:
    """
    The KPIs that stand on a board; `all` has every one.

    Raises:
        WrongUse: There is no such board.
    """
    if board not in (*BOARDS, ALL):
        every = f"There are: {', '.join((*BOARDS, ALL))}."
        raise WrongUse(f"There is no board {board!r}.", where="--board", fix=_near(board, (*BOARDS, ALL)) + every)
    return [each for each in known.values() if (board == ALL and not each.supporting) or board in each.boards]


def options_of(given: Sequence[str], settings: Settings) -> dict[str, Any]:
    """
    Options of one question, each written name=value.

    Raises:
        WrongUse: One is unknown, takes a new `compute`, or does not take that value.
    """
    options = dict(_options(given))
    check_options(options, settings)
    return options


def check_options(options: Mapping[str, Any], settings: Settings, where: str = "--option") -> None:
    """
    Refuse what no single question can choose.

    Raises:
        WrongUse: An option is unknown, takes a new `compute`, or does not take that value.
    """
    for name in options:
        if name not in OPTIONS:
            every = f"There are: {', '.join(sorted(OPTIONS))}."
            raise WrongUse(f"There is no option {name!r}.", where=where, fix=_near(name, OPTIONS) + every)
        if OPTIONS[name].only_settings:
            fix = "Set it under [kpis.options], then run `noria compute`."
            raise WrongUse(f"The option {name} cannot be chosen for one question.", where=where, fix=fix)
    try:
        in_force(options, Environment(settings.organisation.timezone, settings.organisation.currency, frozenset()))
    except UserError as error:
        raise WrongUse(error.what, where=where, fix=error.fix) from error


def row_of(row: Mapping[str, Any], fiscal_year_start: int, needs: Needs | None = None) -> dict[str, Any]:
    """
    An answer for programs: its period by name, its flags as a list, what it waits for in words.
    """
    flags = [flag for flag in (row["flags"] or "").split(",") if flag]
    waits = (needs or {}).get(row["kpi"], ()) if row["reason"] == "missing_input" else ()
    told = {language: [getattr(text, language) for text in waits] for language in ("en", "es")}
    return {
        "kpi": row["kpi"],
        "period": period_of(row, fiscal_year_start),
        **row,
        "flags": flags,
        "needs": told if waits else None,
    }


def period_of(row: Mapping[str, Any], fiscal_year_start: int) -> str:
    """
    What a row's period is called by programs.
    """
    if row["grain"] == ALL:
        return ALL
    return periods.label(row["grain"], row["period_start"], "en", fiscal_year_start, end=row["period_end"])


def days(first: str | None, last: str | None, settings: Settings, day: date) -> tuple[date, date]:
    """
    The days from the first period to the last: those of the last twelve months up to today where nothing is said.

    Raises:
        WrongUse: A text names no period, or no time that has begun.
    """
    words = Words(first=first, last=last)
    begins, ends = _bounds(words, settings.organisation.fiscal_year_start, day)
    last_day = min(ends or day, day)
    return begins or back(last_day, "month", 12), last_day


def _near(name: str, known: Iterable[str]) -> str:
    hint = close_matches(name, known)
    return f"{hint} " if hint.startswith("did you mean") else ""


def _bounds(words: Words, fiscal_year_start: int, day: date) -> tuple[date | None, date | None]:
    begins, ends = (
        periods.span(text, where=where, fiscal_year_start=fiscal_year_start)[index] if text else None
        for index, (text, where) in enumerate(((words.first, "--from"), (words.last, "--to")))
    )
    if begins and begins > day:
        raise WrongUse(
            f"{words.first} had not begun on {day}.",
            where="--from",
            fix="Ask for a period that has, or give a later --as-of.",
        )
    if begins and ends and ends < begins:
        raise WrongUse(f"{words.last} ended before {words.first} began.", where="--to", fix="Swap --from and --to.")
    return begins, ends


def _check_same_days(words: Words, grain: str) -> None:
    if grain == ALL or trailing_days(grain):
        fix = "Ask by day, week, month, quarter or year."
        raise WrongUse(f"Periods of the length {grain} are never half over.", where="--same-days", fix=fix)
    if words.first or words.last:
        fix = "Leave --from and --to out; --as-of moves the day."
        raise WrongUse("The same days are told of the running period alone.", where="--same-days", fix=fix)


def _uncut(kpis: Sequence[Kpi], by: Iterable[str]) -> Iterator[str]:
    """
    What is left out of a dimension, and why; nothing where no KPI can be cut by it, which the engine refuses.
    """
    for dimension in by:
        uncut = [each for each in kpis if dimension not in (ORG, *each.by)]
        if len(uncut) == len(kpis):
            continue
        why: dict[str, list[str]] = {}
        for each in uncut:
            why.setdefault(why_uncut(each, dimension), []).append(each.id)
        for reason, ids in why.items():
            yield f"Not cut by {dimension}, since {reason}: {', '.join(ids)}."


def _options(given: Iterable[str]) -> Iterator[tuple[str, Any]]:
    for text in given:
        name, separator, value = text.partition("=")
        if not separator:
            raise WrongUse(f"{text!r} is no option.", where="--option", fix="Write it as name=value.")
        try:
            yield name, json.loads(value)
        except json.JSONDecodeError:
            yield name, value
