"""
Which number is to be explained: a KPI, one period, the organisation or one member of a dimension.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any

from connectors.errors import WrongUse
from kpis.engine import calendar, why_uncut
from kpis.facts import FACTS
from kpis.model import DIMENSIONS, ORG, Kpi
from sync import periods
from sync.warehouse import Session

NONE = "(none)"
_MOVEMENTS = ("new", "reactivation", "expansion", "contraction", "churn", "intra_month", "exchange")
_LISTED = 20  # names in one message; a thousand accounts are no help


@dataclass(frozen=True)
class Period:
    """
    One period.

    Args:
        grain: Its length: day, week, month, quarter, year, all (to date), or trailing days such as `90d`.
        start: Its first day.
        end: Its last day.
    """

    grain: str
    start: date
    end: date

    def before(self, versus: str) -> Period:
        """
        The period to compare with.

        Args:
            versus: `previous` or `year`.
        """
        if versus == "previous":
            start = calendar.step(self.grain, self.start, -1)
        elif calendar.trailing_days(self.grain):
            start = calendar.months_back(self.start, 12)
        else:
            start = calendar.year_before(self.grain, self.start)
        return replace(self, start=start, end=calendar.step(self.grain, start, 1) - timedelta(days=1))

    def name(self, language: str, fiscal_year_start: int) -> str:
        return periods.label(self.grain, self.start, language, fiscal_year_start, end=self.end)


@dataclass(frozen=True)
class Number:
    """
    The number to explain.

    Args:
        kpi: The KPI.
        period: The period.
        dimension: What it is cut by, `org` for nothing.
        member_id: The member.
        member: Its label.
        options: Other policies than the settings have.
    """

    kpi: Kpi
    period: Period
    dimension: str = ORG
    member_id: str = "all"
    member: str = "all"
    options: Mapping[str, Any] = field(default_factory=dict)


def period_of(text: str, as_of: date, fiscal_year_start: int) -> Period:
    """
    The period that a text names.

    Args:
        text: As `periods.span` reads it, or `all`, or so many days up to `as_of` such as `90d`.

    Raises:
        WrongUse: It names no period, or one that has not begun.
    """
    if text == "all":
        return Period("all", calendar.BEGINNING, as_of)
    if days := re.fullmatch(r"(\d+)d", text):
        grain = periods.grain(text, where="PERIOD")
        return Period(grain, as_of - timedelta(days=int(days[1]) - 1), as_of)
    start, end = periods.span(text, where="PERIOD", fiscal_year_start=fiscal_year_start)
    if start > as_of:
        raise WrongUse(
            f"{text} had not begun on {as_of}.",
            where="PERIOD",
            fix="Ask for a period that has, or give a later --as-of.",
        )
    lengths = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
    return Period(next(grain for grain, days in lengths.items() if (end - start).days < days), start, end)


def dimension_of(kpi: Kpi, text: str) -> tuple[str, str]:
    """
    The dimension and the member that `--by` names, as `dimension=member`.

    Raises:
        WrongUse: There is no such dimension, or the KPI cannot be cut by it.
    """
    name, separator, member = text.partition("=")
    if name not in DIMENSIONS:
        raise WrongUse(f"There is no dimension {name!r}.", where="--by", fix=near(name, DIMENSIONS))
    if name == ORG:
        return ORG, "all"
    if name not in kpi.by:
        raise WrongUse(
            f"{kpi.id} could not be cut by {name}: {why_uncut(kpi, name)}.",
            where=f"kpi {kpi.id}",
            fix=f"Cut it by {' or '.join(kpi.by)}." if kpi.by else "Ask for the whole organisation: leave --by out.",
        )
    if not separator or not member:
        raise WrongUse(f"{text!r} named no member.", where="--by", fix=f"Write --by {name}=MEMBER.")
    return name, member


def members(session: Session, kpi: Kpi, dimension: str) -> dict[str, str]:
    """
    Every member of a dimension that the records of a KPI know.

    Returns:
        Member id -> label.
    """
    found: dict[str, str] = {}
    for fact in sorted({measure.fact for measure in kpi.all_measures()}):
        if dimension == "movement" and FACTS[fact].monthly_of:
            found |= dict(zip(_MOVEMENTS, _MOVEMENTS, strict=True))
        table = FACTS[fact].monthly_of or fact
        if not session.has(table) or dimension not in _columns(session, table):
            continue
        rows = session.rows(
            f'select distinct coalesce(f."{dimension}", ?) as id, m.member as label from "{table}" as f'
            f' left join fact_members as m on m.dimension = ? and m.member_id = f."{dimension}"',
            [NONE, dimension],
        )
        found |= {row["id"]: row["label"] or row["id"] for row in rows}
    return found


def _columns(session: Session, table: str) -> set[str]:
    rows = session.rows("select column_name from information_schema.columns where table_name = ?", [table])
    return {row["column_name"] for row in rows}


def member_of(known: Mapping[str, str], dimension: str, word: str) -> tuple[str, str]:
    """
    The member that a word names by its key or its label.

    Args:
        known: Member id -> label.

    Returns:
        Its id and its label.

    Raises:
        WrongUse: No member or several are called so.
    """
    if word in known:
        return word, known[word]
    for same in (str, str.casefold):
        alike = [id for id, label in known.items() if same(label) == same(word)]
        if len(alike) == 1:
            return alike[0], known[alike[0]]
        if alike:
            raise WrongUse(
                f"{len(alike)} members of {dimension} were called {word!r}.",
                where="--by",
                fix="Name one by its key: " + ", ".join(sorted(alike)[:_LISTED]),
            )
    raise WrongUse(
        f"There is no {dimension} {word!r}.",
        where="--by",
        fix=near(word, [*known.values(), *known], f"noria show --by {dimension}"),
    )


def near(word: str, known: Iterable[str], command: str | None = None) -> str:
    """
    The names closest to a word that is none, and all of them or where they are listed.
    """
    names = sorted(set(known))
    close = get_close_matches(word, names, n=3, cutoff=0.6)
    hint = [f"did you mean {' or '.join(close)}?"] if close else []
    more = len(names) - _LISTED
    if command is not None and (close or more > 0):
        return " ".join([*hint, f"List them: {command}"])
    return " ".join([*hint, f"known: {', '.join(names)}"])
