"""
Compute: facts once, then every KPI over them; kept in `kpi_values` and asked by `show`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from connectors.errors import UserError
from kpis import engine, facts
from kpis.catalogue import CATALOGUE
from sync.model import offered
from sync.settings import Settings
from sync.warehouse import Session, Warehouse

KEPT_GRAINS = ("month", "quarter", "year")
KEPT_DIMENSIONS = ("channel", "campaign", "owner", "segment")
"""
What a run computes ahead; `show` computes anything else on the spot.
"""


@dataclass(frozen=True)
class Asked:
    """
    A question as a person puts it.

    Args:
        kpis: Ids.
        grain: `day`, `week`, `month`, `quarter`, `year`, or `all` (to date).
        first: A day of the first period; None takes the last twelve periods.
        last: A day of the last period; None takes that of `as_of`.
        by: Dimensions besides the whole organisation.
        options: Other policies than the settings have.
    """

    kpis: tuple[str, ...]
    grain: str = "month"
    first: date | None = None
    last: date | None = None
    by: tuple[str, ...] = ()
    options: Mapping[str, Any] | None = None


def environment(session: Session, settings: Settings) -> facts.Environment:
    """
    What the facts must know of the organisation.
    """
    margin = settings.kpis.options.get("gross_margin")
    return facts.Environment(
        timezone=settings.organisation.timezone,
        currency=settings.organisation.currency,
        fiscal_year_start=settings.organisation.fiscal_year_start,
        offered=offered(session),
        gross_margin=None if margin is None else Decimal(str(margin)),
    )


def build_facts(session: Session, settings: Settings) -> None:
    """
    Make the fact tables anew from the normalized ones.
    """
    for statement in facts.statements(environment(session, settings)):
        session.execute(statement.sql)


def today(settings: Settings, now: datetime) -> date:
    """
    The organisation's own date.
    """
    return now.astimezone(settings.zone).date()


def answer(session: Session, settings: Settings, asked: Asked, as_of: date) -> pa.Table:
    """
    Compute a question.

    Returns:
        One row per KPI, period, dimension and member; columns as `kpis.engine.compile` says.
    Raises:
        UserError: A name is unknown, or a KPI cannot be cut by a dimension.
    """
    if not session.has("fact_people"):
        raise UserError(
            "Nothing was modelled yet.", where="warehouse", fix="Run `noria run`, or `noria pull` and `noria compute`."
        )
    last = min(asked.last or as_of, as_of)
    first = asked.first or _back(last, asked.grain, 12)
    question = engine.Question(
        kpis=asked.kpis,
        grains=(asked.grain,),
        first=first,
        last=last,
        as_of=as_of,
        dimensions=asked.by,
        options={**settings.kpis.options, **(asked.options or {})},
    )
    return session.query(engine.compile(question, environment(session, settings)))


def compute(warehouse: Warehouse, settings: Settings, run: str, as_of: date, months: int = 36) -> int:
    """
    Rebuild the facts and the kept values.

    Args:
        months: How far back values are kept.
    Returns:
        How many values there are now.
    """
    with warehouse.open() as session, session.transaction():
        build_facts(session, settings)
        own = environment(session, settings)
        session.execute("drop table if exists kpi_values")
        made = False
        for by, ids in _groups(CATALOGUE.values()):
            question = engine.Question(
                kpis=ids,
                grains=KEPT_GRAINS,
                first=_back(as_of, "month", months),
                last=as_of,
                as_of=as_of,
                dimensions=by,
                options=dict(settings.kpis.options),
            )
            select = f"select *, '{run}' as run_id from ({engine.compile(question, own)}) as answered"
            session.execute(f"insert into kpi_values {select}" if made else f"create table kpi_values as {select}")
            made = True
        session.remember("computed_as_of", as_of.isoformat())
        session.forget("computed_without")
        session.execute(
            "insert into noria.facts_of select 'computed_without', string_agg(value, '; ' order by key)"
            " from noria.facts_of where key like 'pull failed:%' or key like 'model lacks:%'"
        )
        return int(session.value("select count(*) from kpi_values") or 0)


def computed_without(session: Session) -> str:
    """
    The connectors whose records the kept values lack; empty when they are whole.
    """
    return session.recall("computed_without") or ""


def computed_as_of(session: Session) -> date:
    """
    The organisation's day that the kept values are of.

    Raises:
        UserError: Nothing was computed yet.
    """
    found = session.recall("computed_as_of")
    if found is None:
        raise UserError("Nothing was computed yet.", where="warehouse", fix="Run `noria run`, or `noria compute`.")
    return date.fromisoformat(found)


def _groups(catalogue: Iterable[Any]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """
    KPIs that can be cut the same way go into one statement, so that each fact is scanned once for all of them.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for kpi in catalogue:
        if not kpi.supporting:
            by = tuple(d for d in KEPT_DIMENSIONS if d in kpi.by)
            groups.setdefault(by, []).append(kpi.id)
    return [(by, tuple(ids)) for by, ids in groups.items()]


def _back(day: date, grain: str, periods: int) -> date:
    if grain == "all":
        return day
    months = {"day": 1, "week": 3, "month": periods - 1, "quarter": 3 * (periods - 1), "year": 12 * 5}[grain]
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def kept(session: Session, where: str, parameters: Sequence[Any]) -> list[dict[str, Any]]:
    """
    Rows of the kept values.
    """
    return session.rows(f"select * from kpi_values where {where}", parameters)
