"""
Compute: facts once, then every KPI over them; kept in `kpi_values` and asked by `show`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from connectors.errors import UserError
from kpis import engine, objectives
from kpis.engine.calendar import trailing_days
from sync.environment import environment
from sync.kpis_known import listed
from sync.settings import Settings
from sync.warehouse import Session, Warehouse

KEPT_GRAINS = ("month", "quarter", "year")
KEPT_DIMENSIONS = ("channel", "campaign", "owner", "segment", "target")
"""
What a run computes ahead; `show` computes anything else on the spot.
"""


@dataclass(frozen=True)
class Asked:
    """
    A question as a person puts it.

    Args:
        kpis: Ids.
        grain: `day`, `week`, `month`, `quarter`, `year`, `all` (to date), or so many trailing days such as `90d`.
        first: A day of the first period; None takes the last twelve periods.
        last: A day of the last period; None takes that of `as_of`.
        by: Dimensions besides the whole organisation.
        options: Other policies than the settings have.
        same_days: Of the running period and the ones before it only as many days as have passed.
        members: Dimension and member id of those that are told of even where nothing happened.
    """

    kpis: tuple[str, ...]
    grain: str = "month"
    first: date | None = None
    last: date | None = None
    by: tuple[str, ...] = ()
    options: Mapping[str, Any] | None = None
    same_days: bool = False
    members: tuple[tuple[str, str], ...] = ()


def today(settings: Settings, now: datetime) -> date:
    """
    The organisation's own date.
    """
    return now.astimezone(settings.zone).date()


def answer(session: Session, settings: Settings, asked: Asked, as_of: date) -> pa.Table:
    """
    Compute a question.

    Returns:
        One row per KPI, period, dimension and member; columns as `kpis.engine.answer` says.
    Raises:
        UserError: A name is unknown, or a KPI cannot be cut by a dimension.
    """
    if not session.has("fact_people"):
        raise UserError(
            "Nothing was modelled yet.", where="warehouse", fix="Run `noria run`, or `noria pull` and `noria compute`."
        )
    last = min(asked.last or as_of, as_of)
    first = asked.first or back(last, asked.grain, 12)
    question = engine.Question(
        kpis=asked.kpis,
        grains=(asked.grain,),
        first=first,
        last=last,
        as_of=as_of,
        dimensions=asked.by,
        options={**settings.kpis.options, **(asked.options or {})},
        custom=settings.kpis.custom,
        same_days=asked.same_days,
        members=asked.members,
    )
    return objectives.answer(question, environment(session, settings), session)


def compute(warehouse: Warehouse, settings: Settings, run: str, as_of: date, months: int = 36) -> int:
    """
    Rebuild the facts and the kept values.

    Args:
        months: How far back values are kept.
    Returns:
        How many values there are now.
    """
    from sync.facts import build as build_facts  # fits models: what that takes loads slowly, and reading needs none

    with warehouse.open() as session, session.transaction():
        build_facts(session, settings, as_of)
        own = environment(session, settings)
        session.execute("drop table if exists kpi_values")
        # one question for all, so that each fact is read once per date
        question = engine.Question(
            kpis=listed(settings),
            grains=KEPT_GRAINS,
            first=back(as_of, "month", months),
            last=as_of,
            as_of=as_of,
            dimensions=KEPT_DIMENSIONS,
            options=dict(settings.kpis.options),
            custom=settings.kpis.custom,
        )
        with session.given("answered", objectives.answer(question, own, session)):
            session.execute(f"create table kpi_values as select *, '{run}' as run_id from answered")
        session.remember("computed_as_of", as_of.isoformat())
        session.forget("computed_without")
        session.remember("computed_custom", json.dumps(_fingerprints(settings)))
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


def _fingerprints(settings: Settings) -> dict[str, str]:
    """
    What tells two definitions of a custom KPI apart.
    """
    told = {kpi.id: repr((kpi.formula, kpi.unit, kpi.by, kpi.all_measures())) for kpi in settings.kpis.custom.values()}
    return {id: hashlib.sha256(text.encode()).hexdigest() for id, text in told.items()}


def redefined(session: Session, settings: Settings) -> tuple[str, ...]:
    """
    Custom KPIs of which the kept values were computed by another definition than the settings have now.
    """
    held = json.loads(session.recall("computed_custom") or "{}")
    return tuple(id for id, now in _fingerprints(settings).items() if held.get(id, now) != now)


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


def back(day: date, grain: str, periods: int) -> date:
    """
    A day of the first of so many periods, the last of which holds the day given.
    """
    if grain == "all":
        return day
    if days := trailing_days(grain):
        return day - timedelta(days=(min(periods, max(1, 365 // days)) - 1) * days)
    months = {"day": 1, "week": 3, "month": periods - 1, "quarter": 3 * (periods - 1), "year": 12 * 5}[grain]
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def kept(session: Session, where: str, parameters: Sequence[Any]) -> list[dict[str, Any]]:
    """
    Rows of the kept values.
    """
    return session.rows(f"select * from kpi_values where {where}", parameters)
