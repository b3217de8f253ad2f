"""
What should stand in the CRM: the KPIs of accounts and campaigns to date, and the organisation's by period.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from connectors.contract import FieldKind, FieldSpec, Update, Value
from kpis.model import Kpi
from sync.compute import Asked, answer
from sync.kpis_known import known
from sync.settings import PushSettings, Settings
from sync.warehouse import Session

COMPUTED_AT = "computed_at"
"""
Stamped beside the values that changed; by itself it is no reason to write.
"""

DECIMALS: dict[FieldKind, int] = {"money": 2, "number": 6, "percent": 6, "integer": 0}

_KINDS: dict[str, FieldKind] = {"money": "money", "percent": "percent", "count": "integer"}
_TABLES = {"accounts": ("account", "accounts"), "campaigns": ("campaign", "campaigns")}

ORGANISATION: tuple[tuple[str, FieldKind, str, str], ...] = (
    ("kpi", "text", "KPI", "Id of the KPI, as `noria kpis` lists it."),
    ("name", "text", "Name", "Name of the KPI."),
    ("period", "text", "Grain", "month, quarter or year."),
    ("period_start", "date", "Period start", "First day of the period."),
    ("dimension", "text", "Dimension", "What the value is cut by; org is the whole organisation."),
    ("member", "text", "Member", "Which part of the dimension."),
    ("value", "number", "Value", "The value, rounded to six decimals; ratios are fractions."),
    ("value_exact", "text", "Value, exact", "The value with all its digits."),
    ("numerator", "number", "Numerator", "What the value was divided from."),
    ("denominator", "number", "Denominator", "What the value was divided by."),
    ("unit", "text", "Unit", "Unit of the value."),
    ("reason", "text", "No value because", "Why there is no value."),
    (COMPUTED_AT, "datetime", "Computed at", "When Noria computed the value."),
)


@dataclass(frozen=True)
class Wanted:
    """
    The fields of one kind of record and the values they should have.

    Args:
        object: `accounts`, `campaigns` or `organisation`.
        specs: The fields.
        updates: One per record, with all its values.
    """

    object: str
    specs: tuple[FieldSpec, ...]
    updates: tuple[Update, ...]


def wanted(
    session: Session,
    settings: Settings,
    connector: str,
    own: PushSettings,
    objects: Sequence[str],
    as_of: date,
) -> Iterator[Wanted]:
    """
    What one destination should carry.

    Args:
        connector: Its name in the settings: only records of this CRM are written there.
        objects: What it can carry.
    """
    for object in ("accounts", "campaigns"):
        ids: tuple[str, ...] = getattr(own, object)
        if object in objects and ids:
            yield _records(session, settings, connector, object, ids, as_of)
    if "organisation" in objects and own.organisation:
        yield _organisation(session, settings, own)


def rounded(value: float | int | None, kind: FieldKind) -> Decimal | int | None:
    """
    A value as its field can hold it, so that what is compared is what is written.
    """
    if value is None:
        return None
    exact = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-DECIMALS[kind]), rounding=ROUND_HALF_EVEN)
    return int(exact) if kind == "integer" else exact


def _spec(object: str, kpi: Kpi, language: str) -> FieldSpec:
    return FieldSpec(
        object=object,
        name=kpi.id,
        label=getattr(kpi.name, language),
        help=getattr(kpi.meaning, language),
        kind=_KINDS.get(str(kpi.unit), "number"),
    )


def _stamp(object: str, language: str) -> FieldSpec:
    label, help = {
        "en": ("Computed at", "When Noria last changed one of these values."),
        "es": ("Calculado el", "Cuándo cambió Noria por última vez uno de estos valores."),
    }[language]
    return FieldSpec(object, COMPUTED_AT, label, help, "datetime")


def _records(
    session: Session, settings: Settings, connector: str, object: str, ids: tuple[str, ...], as_of: date
) -> Wanted:
    dimension, table = _TABLES[object]
    language = settings.organisation.language
    answered = answer(session, settings, Asked(ids, grain="all", by=(dimension,)), as_of)
    session.execute(
        "create or replace temp table answered"
        " (kpi varchar, dimension varchar, member_id varchar, value double, reason varchar)"
    )
    session.load("answered", answered.select(["kpi", "dimension", "member_id", "value", "reason"]))
    # Of a KPI whose tables are not all there nothing is known for now: what stands is neither changed nor blanked.
    unknown = {
        row["kpi"]
        for row in session.rows("select kpi from answered where dimension = 'org' and reason = 'missing_input'")
    }
    ids = tuple(id for id in ids if id not in unknown)
    if not ids:
        return Wanted(object, (), ())
    kpis = known(settings)
    specs = {id: _spec(object, kpis[id], language) for id in ids}
    merged = "and live.merged_into is null" if object == "accounts" else ""
    rows = session.rows(
        f"""
        select keys.id, answered.kpi, answered.value
        from answered
        join noria.keys_{table} as keys on keys.key = answered.member_id and keys.source = ?
        join stacked.{table} as live on live.source = keys.source and live.id = keys.id
        where answered.dimension = ? and answered.kpi in (select unnest(?)) and not live.is_deleted {merged}
        order by keys.id, answered.kpi""",
        [connector, dimension, list(ids)],
    )
    values: dict[str, dict[str, Value]] = {}
    for row in rows:
        values.setdefault(row["id"], dict.fromkeys(ids))[row["kpi"]] = rounded(row["value"], specs[row["kpi"]].kind)
    # A record about which nothing is known, and nothing was ever written, is left alone.
    updates = tuple(Update(object, id, own) for id, own in values.items() if any(v is not None for v in own.values()))
    return Wanted(object, (*specs.values(), _stamp(object, language)), updates)


def _organisation(session: Session, settings: Settings, own: PushSettings) -> Wanted:
    specs = tuple(FieldSpec("organisation", name, label, help, kind) for name, kind, label, help in ORGANISATION)
    rows = session.rows("select * from kpi_values where dimension = 'org' order by kpi, grain, period_start")
    kpis = known(settings)
    # Of a KPI without input in any period nothing is known for now: what stands is neither changed nor blanked.
    # The same of one that the settings declare no more.
    told = {row["kpi"] for row in rows if row["reason"] != "missing_input"} & kpis.keys()
    listed = told if own.organisation == ("all",) else told & set(own.organisation)
    months = sorted({row["period_start"] for row in rows if row["grain"] == "month"})[-own.months :]
    # Quarters and years are kept up a little longer than months, so that each has its year before.
    oldest = date(months[-1].year - own.months // 12 - 1, 1, 1) if months else date.min
    updates = []
    for row in rows:
        if row["kpi"] not in listed or row["period_start"] < oldest:
            continue
        if row["grain"] == "month" and row["period_start"] < months[0]:
            continue
        updates.append(Update("organisation", key(row), _cells(row, kpis, settings.organisation.language)))
    return Wanted("organisation", specs, tuple(updates))


def key(row: dict[str, Any]) -> str:
    """
    What tells two values apart: `win_rate|month|2026-10-01`, and the member for a cut value.
    """
    cut = "" if row["dimension"] == "org" else f"|{row['dimension']}|{row['member_id'] or row['member']}"
    return f"{row['kpi']}|{row['grain']}|{row['period_start'].isoformat()}{cut}"


def _cells(row: dict[str, Any], kpis: Mapping[str, Kpi], language: str) -> dict[str, Value]:
    kpi = kpis[row["kpi"]]
    return {
        "kpi": row["kpi"],
        "name": getattr(kpi.name, language),
        "period": row["grain"],
        "period_start": row["period_start"],
        "dimension": row["dimension"],
        "member": row["member"],
        "value": rounded(row["value"], "number"),
        "value_exact": None if row["value"] is None else repr(row["value"]),
        "numerator": rounded(row["numerator"], "number"),
        "denominator": rounded(row["denominator"], "number"),
        "unit": str(kpi.unit),
        "reason": row["reason"],
    }
