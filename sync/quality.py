"""
Quality: what the modelled records hold that cannot be true, and which KPIs lack data; reads, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.errors import UserError
from connectors.schema import TABLES
from kpis.facts import Environment
from kpis.model import Kpi
from kpis.options import in_force
from kpis.quality import CHECKS, Check
from kpis.quality.check import COLUMNS
from kpis.quality.needs import needs
from kpis.quality.values import placeholders
from kpis.words import Text
from sync.kpis_known import known
from sync.model import offered
from sync.settings import Settings
from sync.sql import DIALECT, name
from sync.warehouse import Session

PARTS = 20
"""
Most parts told of one check; the largest come first.
"""

# A record without a page of its own is found by that of the record it belongs to.
_BELONGS = (("opportunity_id", "opportunities"), ("lead_id", "leads"), ("account_id", "accounts"))


@dataclass(frozen=True)
class Record:
    """
    A record at fault.

    Args:
        table: Its normalized table.
        source: The connector it came from; None for a setting.
        id: The vendor's id.
        what: The values at fault.
        url: Its page at the vendor, or that of the record it belongs to.
    """

    table: str
    source: str | None
    id: str | None
    what: str | None
    url: str | None = None


@dataclass(frozen=True)
class Found:
    """
    What one check found.

    Args:
        check: The check.
        records: How many records.
        parts: What tells them apart -> records, the largest first; empty where nothing does.
        first: The first records.
    """

    check: Check
    records: int
    parts: dict[str, int]
    first: tuple[Record, ...]


@dataclass(frozen=True)
class Lacking:
    """
    A KPI that cannot be computed, and why.
    """

    kpi: str
    name: Text
    needs: tuple[Text, ...]


@dataclass(frozen=True)
class Quality:
    """
    What a look at the data brought.

    Args:
        found: Checks that found something, the worst first.
        lacking: KPIs that cannot be computed.
        sound: How many checks found nothing.
        skipped: Checks that were not made, since a table they need was not read whole.
    """

    found: tuple[Found, ...]
    lacking: tuple[Lacking, ...]
    sound: int
    skipped: tuple[Check, ...]


def inspect(
    session: Session,
    settings: Settings,
    today: date,
    *,
    only: tuple[str, ...] = (),
    limit: int = 5,
    kpis: Mapping[str, Kpi] | None = None,
) -> Quality:
    """
    Make every check over the modelled records.

    Args:
        today: The organisation's own date; what happened after it cannot have happened.
        only: Only records of these connectors; empty for all.
        limit: How many records to list per check.
        kpis: The KPIs that there are; None takes all that are known.
    Raises:
        UserError: Nothing was modelled yet, or an option of the settings is none.
    """
    if not session.has("leads"):
        raise UserError(
            "Nothing was modelled yet.", where="warehouse", fix="Run `noria run`, or `noria pull` and `noria compute`."
        )
    environment = _environment(session, settings)
    whole = environment.offered
    kpis = known(settings) if kpis is None else kpis
    values = placeholders(environment, today, _margin(settings), kpis)
    possible = [check for check in CHECKS.values() if whole >= set(check.needs)]
    found = [one for check in possible if (one := _made(session, check, values, only, limit)) is not None]
    worst = {"error": 0, "warning": 1, "note": 2}
    return Quality(
        found=tuple(sorted(found, key=lambda one: worst[one.check.severity])),
        lacking=tuple(lacking(session, settings, kpis)),
        sound=len(possible) - len(found),
        skipped=tuple(check for check in CHECKS.values() if check not in possible),
    )


def _environment(session: Session, settings: Settings) -> Environment:
    return Environment(
        timezone=settings.organisation.timezone,
        currency=settings.organisation.currency,
        offered=offered(session),
        fiscal_year_start=settings.organisation.fiscal_year_start,
    )


def _margin(settings: Settings) -> Decimal | None:
    """
    The margin as it was typed; what is no number is refused with the other options.
    """
    try:
        return Decimal(str(settings.kpis.options["gross_margin"]))
    except (KeyError, InvalidOperation):
        return None


def _made(session: Session, check: Check, values: dict[str, object], only: tuple[str, ...], limit: int) -> Found | None:
    select = check.select(values).sql(DIALECT)
    where, given = ("", []) if not only else ("where source in (select unnest(?))", [list(only)])
    counted = session.rows(
        f"select part, count(*) as records from ({select}) as found {where} group by part order by records desc, part",
        given,
    )
    if not counted:
        return None
    listed = session.rows(
        f"select {', '.join(map(name, COLUMNS[:-1]))} from ({select}) as found {where}"
        ' order by "table", source, id, what limit ?',
        [*given, limit],
    )
    return Found(
        check=check,
        records=sum(row["records"] for row in counted),
        parts={row["part"]: row["records"] for row in counted[:PARTS] if row["part"] is not None},
        first=tuple(_with_pages(session, [Record(**row) for row in listed])),
    )


def _with_pages(session: Session, records: Iterable[Record]) -> Iterator[Record]:
    for record in records:
        yield Record(record.table, record.source, record.id, record.what, _page(session, record))


def _page(session: Session, record: Record) -> str | None:
    if record.table not in TABLES or record.id is None:
        return None
    pages, joins = ["own.url"], []
    for pointer, table in _BELONGS:
        if pointer in TABLES[record.table].names:
            pages.append(f"{table}.url")
            joins.append(f"left join {table} on {table}.source = own.source and {table}.id = own.{pointer}")
    found = session.value(
        f"select coalesce({', '.join(pages)}, null) as url from {name(record.table)} as own {' '.join(joins)}"
        " where own.source = ? and own.id = ? limit 1",
        [record.source, record.id],
    )
    return None if found is None else str(found)


def lacking(session: Session, settings: Settings, kpis: Mapping[str, Kpi] | None = None) -> Iterator[Lacking]:
    """
    The KPIs that cannot be computed for want of data, and what they need.

    Args:
        kpis: Those to look at; None takes all that are known.
    Raises:
        UserError: An option of the settings is none.
    """
    environment = _environment(session, settings)
    # The margin is left to its own check: one that is refused would hide everything else.
    chosen = {option: value for option, value in settings.kpis.options.items() if option != "gross_margin"}
    options = in_force(chosen, environment) | {"gross_margin": _margin(settings)}
    kinds = {
        row["kind"] for row in session.rows("select distinct kind from costs where not coalesce(is_deleted, false)")
    }
    unread = frozenset(
        table
        for table in TABLES
        if table not in environment.offered and session.value(f"select 1 from {name(table)} limit 1")
    )
    for kpi in (known(settings) if kpis is None else kpis).values():
        if kpi.supporting:
            continue
        told = needs(kpi, environment.offered, options=options, cost_kinds=frozenset(kinds), unread=unread)
        if told:
            yield Lacking(kpi.id, kpi.name, told)


def waiting(lacking: Iterable[Lacking], language: str) -> dict[str, list[str]]:
    """
    What is needed, in words -> the KPIs that wait for it.
    """
    found: dict[str, list[str]] = {}
    for one in lacking:
        for text in one.needs:
            found.setdefault(getattr(text, language), []).append(one.kpi)
    return found


def rows(seen: Quality) -> list[dict[str, Any]]:
    """
    What was seen as JSON types: an object per check that found something, then one per KPI that lacks data.
    """
    return [
        {
            "check": one.check.id,
            "level": one.check.severity,
            "records": one.records,
            "text": one.check.found.as_dict(),
            "effect": one.check.effect.as_dict(),
            "fix": one.check.fix.as_dict(),
            "kpis": list(one.check.kpis),
            "parts": [{"part": part, "records": records} for part, records in one.parts.items()],
            "first": [vars(record) for record in one.first],
        }
        for one in seen.found
    ] + [
        {
            "check": "kpi_without_data",
            "level": "note",
            "kpi": one.kpi,
            "text": {
                "en": "; ".join(text.en for text in one.needs),
                "es": "; ".join(text.es for text in one.needs),
            },
        }
        for one in seen.lacking
    ]
