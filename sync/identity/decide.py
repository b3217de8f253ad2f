"""
A person's word on who is one: kept, and reversible.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from connectors.errors import WrongUse, close_matches
from sync.identity.links import entities
from sync.lock import run_lock
from sync.warehouse import Session, Warehouse


def decide(warehouse: Warehouse, entity: str, pair: tuple[str, str], is_same: bool | None) -> None:
    """
    Keep a decision.

    Args:
        entity: `account`, `person`, `deal` …
        pair: Two records, each as `source:id`.
        is_same: Whether they are one; None takes the decision back.
    Raises:
        WrongUse: There is no such entity or record.
    """
    known = {one.name: one for one in entities()}
    if entity not in known:
        raise WrongUse(f"There is no entity {entity!r}.", where="--entity", fix=close_matches(entity, known))
    with run_lock(warehouse.file, "noria identity"), warehouse.open() as session:
        for record in pair:
            found = session.value(
                f"select count(*) from stacked.{known[entity].table} where source || ':' || id = ?",
                [record],
            )
            if not found:
                raise WrongUse(
                    f"There is no {entity} {record!r}.",
                    where="noria identity",
                    fix="Write it as source:id, as the list shows it.",
                )
        low, high = sorted(pair)
        session.execute(
            "delete from noria.identity_decisions where entity = ? and least(a, b) = ? and greatest(a, b) = ?",
            [entity, low, high],
        )
        if is_same is not None:
            session.execute(
                "insert into noria.identity_decisions values (?, ?, ?, ?, ?)",
                [entity, low, high, is_same, datetime.now(UTC)],
            )


def overview(session: Session) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """
    How many pairs each reason linked, and the pairs left to decide.
    """
    if not session.has("identity_links", "noria"):
        return [], []
    links = session.rows(
        "select entity, reason, count(*) as pairs from noria.identity_links group by all order by entity, min(trust)"
    )
    return links, session.rows("select * from noria.identity_unsure order by all limit 200")
