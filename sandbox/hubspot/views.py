"""
Records as JSON.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.hubspot.object_types import ObjectType, has_primary
from sandbox.hubspot.portal import Portal, record_url
from sandbox.hubspot.store import Item

ASSOCIATIONS_SHOWN = 100


def record(kind: ObjectType, item: Item, names: Iterable[str]) -> dict[str, Any]:
    """
    A record with the properties named, null where they are unset.
    """
    get = item.properties.get
    view = {
        "id": str(item.id),
        "properties": {name: get(name) for name in names},
        "createdAt": item.created,
        "updatedAt": item.updated,
        "archived": item.archived,
        "url": record_url(kind, item.id),
    }
    if item.archived:
        view["archivedAt"] = item.archived_at
    return view


def history(item: Item, names: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    return {name: item.history_of(name) for name in names}


def association_rows(portal: Portal, kind: ObjectType, item: Item, to: ObjectType) -> list[dict[str, str]]:
    """
    The links of a record as version 3 tells them; a primary one comes twice, as HubSpot sends it.
    """
    plain = f"{kind.singular}_to_{to.singular}"
    labelled = has_primary(kind, to)
    rows = []
    for id_, primary in portal.store.linked(kind, item.id, to).items():
        if primary:
            rows.append({"id": str(id_), "type": plain})
        rows.append({"id": str(id_), "type": f"{plain}_unlabeled" if labelled else plain})
    return rows


def associations(
    portal: Portal, kind: ObjectType, item: Item, to_kinds: Iterable[ObjectType], base_url: str
) -> dict[str, Any]:
    """
    The first links of a record by type name, and where the others are.
    """
    found: dict[str, Any] = {}
    for to in to_kinds:
        rows = association_rows(portal, kind, item, to)
        if not rows:
            continue
        shown: dict[str, Any] = {"results": rows[:ASSOCIATIONS_SHOWN]}
        if len(rows) > ASSOCIATIONS_SHOWN:
            path = f"/crm/v3/objects/{kind.plural}/{item.id}/associations/{to.plural}"
            link = f"{base_url}{path}?after={ASSOCIATIONS_SHOWN}&limit={ASSOCIATIONS_SHOWN}"
            shown["paging"] = {"next": {"after": str(ASSOCIATIONS_SHOWN), "link": link}}
        found[to.plural.replace("_", " ")] = shown
    return found
