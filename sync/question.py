"""
Questions from the command line, and their answers for programs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from connectors.errors import UserError, WrongUse, close_matches
from kpis.catalogue import CATALOGUE
from kpis.facts import Environment
from kpis.model import DIMENSIONS
from kpis.options import OPTIONS, in_force
from sync import periods
from sync.compute import Asked
from sync.settings import Settings


def asked(
    settings: Settings,
    day: date,
    ids: list[str],
    period: str,
    first: str | None,
    last: str | None,
    by: list[str],
    option: list[str],
    tell: Callable[[str], None],
) -> Asked:
    """
    A question as the command line puts it.

    Args:
        day: The organisation's date.
        first: The first period, as `periods.span` reads it.
        last: The last one.
        option: Each as name=value.
        tell: Told what is left out of the answer.
    Raises:
        WrongUse: It names what is not there, or no time that has begun.
    """
    options = dict(_options(option))
    for where, kind, names, known in (
        ("noria show", "KPI", ids, CATALOGUE),
        ("--period", "period", [period], periods.GRAINS),
        ("--by", "dimension", by, DIMENSIONS),
        ("--option", "option", list(options), OPTIONS),
    ):
        for name in names:
            if name not in known:
                raise WrongUse(f"There is no {kind} {name!r}.", where=where, fix=close_matches(name, known))
    _check_options(options, settings)
    fiscal = settings.organisation.fiscal_year_start
    begins = periods.span(first, where="--from", fiscal_year_start=fiscal)[0] if first else None
    ends = periods.span(last, where="--to", fiscal_year_start=fiscal)[1] if last else None
    if begins and begins > day:
        raise WrongUse(
            f"{first} had not begun on {day}.",
            where="--from",
            fix="Ask for a period that has, or give a later --as-of.",
        )
    if begins and ends and ends < begins:
        raise WrongUse(f"{last} ended before {first} began.", where="--to", fix="Swap --from and --to.")
    for dimension in by:
        uncut = [id for id in ids if dimension != "org" and dimension not in CATALOGUE[id].by]
        if uncut and len(uncut) < len(ids):
            tell(f"{', '.join(uncut)} cannot be cut by {dimension} and is left out of it.")
    return Asked(
        kpis=tuple(ids or (kpi.id for kpi in CATALOGUE.values() if not kpi.supporting)),
        grain=period,
        first=begins,
        last=ends,
        by=tuple(dict.fromkeys(by)),
        options=options,
    )


def row_of(row: dict[str, Any], fiscal_year_start: int) -> dict[str, Any]:
    """
    An answer for programs: its period by name, its flags as a list.
    """
    grain = row["grain"]
    name = "all" if grain == "all" else periods.label(grain, row["period_start"], "en", fiscal_year_start)
    flags = [flag for flag in (row["flags"] or "").split(",") if flag]
    return {"kpi": row["kpi"], "period": name, **row, "flags": flags}


def _options(given: list[str]) -> Iterator[tuple[str, Any]]:
    for text in given:
        name, separator, value = text.partition("=")
        if not separator:
            raise WrongUse(f"{text!r} is no option.", where="--option", fix="Write it as name=value.")
        try:
            yield name, json.loads(value)
        except json.JSONDecodeError:
            yield name, value


def _check_options(given: Mapping[str, Any], settings: Settings) -> None:
    try:
        in_force(given, Environment(settings.organisation.timezone, settings.organisation.currency, frozenset()))
    except UserError as error:
        raise WrongUse(error.what, where="--option", fix=error.fix) from error
