"""
Records that go away: archived, or merged into another.
"""

from __future__ import annotations

from sandbox.hubspot.object_types import ObjectType
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.store import Item


def put_away(portal: Portal, kind: ObjectType, id_: str) -> None:
    """
    Archive a record; one that does not exist is passed over, as HubSpot does.
    """
    table = portal.store.tables[kind.plural]
    item = table.find(id_)
    if item is not None:
        portal.store.unlink_all(kind, item.id)
        table.archive(item)


def merge(portal: Portal, kind: ObjectType, kept: Item, gone: Item) -> Item:
    """
    Merge two records: contacts and companies keep the first one's id, deals get a third.
    """
    store, table = portal.store, portal.store.tables[kind.plural]
    computed = {"hs_object_id", kind.created, kind.modified, "hs_lastmodifieddate", "hs_merged_object_ids"}
    values = {**gone.properties, **{name: value for name, value in kept.properties.items() if value}}
    values = {name: value for name, value in values.items() if name not in computed}
    links = [
        (to, other, primary)
        for (here, to), by_id in store.links.items()
        if here == kind.plural
        for id_ in (gone.id, kept.id)
        for other, primary in by_id.get(id_, {}).items()
    ]
    former = [kept.properties.get("hs_merged_object_ids", ""), gone.properties.get("hs_merged_object_ids", "")]
    old_ids = [gone.id, kept.id] if kind.plural == "deals" else [gone.id]
    for old in old_ids:
        store.unlink_all(kind, old)
        table.forget(table.items[old])
    merged = portal.create(kind, {}) if kind.plural == "deals" else kept
    listed = ";".join(dict.fromkeys([text for text in former if text] + [str(old) for old in old_ids]))
    table.write(merged, {**values, "hs_merged_object_ids": listed})
    for number, now in list(table.merged.items()):
        if now in old_ids:
            table.merged[number] = merged.id
    table.merged |= dict.fromkeys(old_ids, merged.id)
    for to, other, primary in links:
        store.link(kind, merged.id, store.tables[to].kind, other, primary=primary)
    return merged
