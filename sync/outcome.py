"""
Plans and outcomes as JSON, for programs, and the names by which people know the records of a plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sync.push import Applied, Plan
from sync.warehouse import Session


def plan_json(made: Plan, limit: int | None = None) -> dict[str, Any]:
    """
    A plan: what would be created and changed, destination by destination.

    Args:
        limit: How many changes per object are listed; the counts are whole.
    """
    return {
        "as_of": made.as_of,
        "destinations": [
            {
                "destination": one.connector.name,
                "creates": one.creates,
                "requests": one.calls,
                "stopped": one.stopped,
                "problem": str(one.problem) if one.problem else None,
                "objects": [
                    {
                        "object": each.wanted.object,
                        "records": len({cell.record for cell in each.cells}),
                        "changes": len(each.cells),
                        "unchanged": each.unchanged,
                        "gone": each.gone,
                        "cells": [vars(cell) for cell in each.cells[:limit]],
                        "conflicts": [vars(cell) for cell in each.conflicts[:limit]],
                    }
                    for each in one.objects
                ],
                "tabs": [vars(tab) for tab in one.tabs],
            }
            for one in made.destinations
        ],
    }


def applied_json(done: Sequence[Applied]) -> dict[str, Any]:
    """
    What was written, refused and left as it is.
    """
    return {
        "destinations": [
            {
                "destination": one.connector,
                "created": one.created,
                "written": one.written,
                "unchanged": one.unchanged,
                "rejected": [{"object": object, **vars(outcome)} for object, outcome in one.rejected],
                "conflicts": [{"object": object, **vars(cell)} for object, cell in one.conflicts],
                "tabs": [vars(tab) for tab in one.tabs],
                "stopped": one.stopped,
                "problem": str(one.problem) if one.problem else None,
                "url": one.url,
            }
            for one in done
        ]
    }


def names(session: Session, made: Plan, limit: int) -> dict[tuple[str, str, str], str]:
    """
    What the records that a plan shows are called.

    Args:
        limit: Changes and conflicts shown per object.
    Returns:
        Connector, object, record -> name.
    """
    called: dict[tuple[str, str, str], str] = {}
    for one in made.destinations:
        source = one.connector.name
        for each in one.objects:
            object = each.wanted.object
            shown = sorted({cell.record for cell in [*each.cells[:limit], *each.conflicts[:limit]]})
            if object in ("accounts", "campaigns") and shown:
                marks = ", ".join("?" for _ in shown)
                for row in session.rows(
                    f"select id, name from stacked.{object} where source = ? and id in ({marks}) and name is not null",
                    [source, *shown],
                ):
                    called[source, object, row["id"]] = row["name"]
    return called
