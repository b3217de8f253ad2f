"""
What the CRM computes by itself after a write, without moving the moments of modification.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.hubspot.object_types import ObjectType
from sandbox.hubspot.store import Item

Stages = Mapping[str, Mapping[str, Any]]
"""
Stage id -> the stage with its metadata.
"""


def is_backward(old: str, new: str, order: list[str]) -> bool:
    """
    Whether a life-cycle stage would move back, which HubSpot passes over in silence.
    """
    return old in order and new in order and order.index(new) < order.index(old)


def follow_ups(
    kind: ObjectType, item: Item, before: Mapping[str, str], stages: Stages, currency: str
) -> dict[str, str]:
    """
    The computed properties that change with what was written.

    Args:
        kind: The type of the record.
        item: The record, already written.
        before: Its properties before that.
        stages: The stages of this type's pipelines.
        currency: The portal's home currency.
    """
    stage_property = {"deals": "dealstage", "tickets": "hs_pipeline_stage"}.get(kind.plural, "lifecyclestage")
    old, new = before.get(stage_property, ""), item.properties.get(stage_property, "")
    found: dict[str, str] = {}
    if new != old:
        moment = item.updated  # of this write
        if new:
            found[f"hs_v2_date_entered_{new}"] = moment
        if old:
            found[f"hs_v2_date_exited_{old}"] = moment
        if kind.plural == "deals" and new in stages:
            found |= _outcome(stages[new], moment)
    if kind.plural == "deals":
        found |= _amounts(item, before, found, currency)
    return found


def _outcome(stage: Mapping[str, Any], moment: str) -> dict[str, str]:
    closed = stage["metadata"].get("isClosed") == "true"
    probability = stage["metadata"].get("probability", "0.0")
    won = closed and float(probability) == 1
    return {
        "hs_is_closed": str(closed).lower(),
        "hs_is_closed_won": str(won).lower(),
        "hs_is_closed_lost": str(closed and not won).lower(),
        # HubSpot shows the binary fraction that it computes with, digit by digit.
        "hs_deal_stage_probability": format(Decimal(float(probability)), "f"),
        **({"hs_closed_won_date": moment} if won else {}),
    }


def _amounts(item: Item, before: Mapping[str, str], found: Mapping[str, str], currency: str) -> dict[str, str]:
    properties = {**item.properties, **found}
    watched = ("amount", "deal_currency_code", "hs_exchange_rate", "dealstage")
    if all(properties.get(name) == before.get(name) for name in watched):
        return {}
    if not properties.get("amount"):
        return {name: "" for name in ("amount_in_home_currency", "hs_projected_amount") if properties.get(name)}
    try:
        amount = Decimal(properties["amount"])
        home = properties.get("deal_currency_code") in (None, "", currency)
        rate = Decimal(1) if home else Decimal(properties.get("hs_exchange_rate") or "1")
        probability = Decimal(properties.get("hs_deal_stage_probability") or "0")
    except InvalidOperation:
        return {}
    return {
        "amount_in_home_currency": format(amount * rate, "f"),
        "hs_projected_amount": format(amount * probability, "f"),
    }
