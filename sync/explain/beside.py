"""
What only some KPIs have to say: a fitted model, campaigns that have not paid yet, data that is missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kpis.model import Kpi
from kpis.words import Text
from sync.explain.records import Record, listed
from sync.quality import lacking
from sync.settings import Settings
from sync.warehouse import Session

_LIFETIME = "fact_lifetime"
_BREAKEVEN = "campaign_breakeven_days"


@dataclass(frozen=True)
class Waiting:
    """
    A campaign that has not earned back what it cost.

    Args:
        campaign: The campaign; its day is the one on which it began.
        days: For how long it has been open [days].
    """

    campaign: Record
    days: int


def needed(session: Session, settings: Settings, kpi: Kpi) -> tuple[Text, ...]:
    """
    What a KPI lacks, in words; empty where nothing is lacking.
    """
    return next((one.needs for one in lacking(session, settings, {kpi.id: kpi})), ())


def fitted(session: Session, kpi: Kpi) -> Mapping[str, Any] | None:
    """
    What the model behind a KPI says of itself; None for a KPI without one.
    """
    if not any(measure.fact == _LIFETIME for measure in kpi.all_measures()):
        return None
    told = session.recall("lifetime")
    return None if told is None else dict(json.loads(told))


def open_campaigns(
    session: Session, row: Mapping[str, Any], selects: Mapping[str, str | None], as_of: date, limit: int | None
) -> tuple[Waiting, ...]:
    """
    Of the break-even of campaigns those that have not got there.

    Args:
        row: The answer; where it is not known when a campaign paid for itself, none is told of.
        selects: Term -> the select of its records.
        as_of: The organisation's day.
        limit: How many to list; None for all.
    """
    if row["kpi"] != _BREAKEVEN or row["reason"] not in (None, "not_applicable"):
        return ()
    started = next((select for name, select in selects.items() if name.startswith("campaigns_with_cost")), None)
    paid = next((select for name, select in selects.items() if name.startswith("campaigns_broken_even")), None)
    if started is None or paid is None:
        return ()
    rest = f"select * from ({started}) as started where record_key not in (select record_key from ({paid}) as paid)"
    return tuple(
        Waiting(record, (as_of - record.first_on).days)
        for record in listed(session, rest, limit)
        if record.first_on is not None
    )
