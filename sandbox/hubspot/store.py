"""
The records of the portal and how they are linked, in memory.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sandbox.hubspot.clock import iso, now_ms
from sandbox.hubspot.object_types import OBJECT_TYPES, ObjectType, has_primary, object_type
from sandbox.vendor import Records

PORTAL_ID = 48221107
APP_ID = 6748263
_DAWN = "2020-01-01T00:00:00Z"

Link = dict[int, bool]
"""
Linked id -> whether it is the primary one.
"""


class Item:
    """
    One record of the CRM.

    Args:
        id: Its id.
        properties: Property -> text; unset ones are left out.
    """

    __slots__ = ("archived", "archived_at", "created", "history", "id", "indexed", "properties", "updated", "written")

    def __init__(self, id_: int, properties: dict[str, str], created: str, updated: str) -> None:
        self.id = id_
        self.properties = properties
        self.created, self.updated = created, updated
        self.archived, self.archived_at = False, ""
        self.history: dict[str, list[dict[str, Any]]] = {}
        # What a search still sees while its index lags behind: the properties before the last write, None for nothing.
        self.indexed: tuple[dict[str, str], str] | None = None
        self.written = 0

    def history_of(self, name: str) -> list[dict[str, Any]]:
        """
        The values that a property had, newest first.
        """
        if name not in self.history:
            value = self.properties.get(name)
            entry = {"value": value, "timestamp": self.created, "sourceType": "CRM_UI", "sourceId": "userId:73074756"}
            return [] if value is None else [{**entry, "updatedByUserId": 73074756}]
        return self.history[name]


class Table:
    """
    The records of one object type.
    """

    def __init__(self, kind: ObjectType) -> None:
        self.kind = kind
        self.items: dict[int, Item] = {}
        self.live: list[int] = []
        self.archived: list[int] = []
        self.merged: dict[int, int] = {}
        self.unique: dict[str, dict[str, int]] = {"email": {}} if kind.plural == "contacts" else {}
        self.version = 0
        # New ids start high, and one that was merged or deleted for good is never given again.
        self._last_id = 50_000_000_000

    def add(self, item: Item) -> None:
        self.items[item.id] = item
        insort(self.archived if item.archived else self.live, item.id)
        if not item.archived:
            for name, index in self.unique.items():
                if value := item.properties.get(name):
                    index[value.lower()] = item.id
        self.version += 1

    def find(self, id_: str, *, archived: bool = False) -> Item | None:
        """
        A record by its id, or by the id of one that was merged into it.
        """
        number = int(id_) if id_.isascii() and id_.isdigit() else -1
        item = self.items.get(self.merged.get(number, number))
        return item if item is not None and item.archived == archived else None

    def find_by(self, name: str, value: str) -> Item | None:
        """
        A live record by the value of a unique property, whatever its capitals.
        """
        number = self.unique.get(name, {}).get(value.strip().lower())
        return None if number is None else self.items[number]

    def page(self, after: str, limit: int, *, archived: bool) -> tuple[list[Item], str]:
        """
        Records by id, and the cursor of the next page (empty at the end).
        """
        ids = self.archived if archived else self.live
        start = bisect_left(ids, int(after)) if after else 0
        chosen = ids[start : start + limit]
        more = start + limit < len(ids)
        return [self.items[number] for number in chosen], str(chosen[-1] + 1) if more else ""

    def next_id(self) -> int:
        self._last_id = max(self.live[-1:] + self.archived[-1:] + [self._last_id]) + 1
        return self._last_id

    def index(self, name: str) -> None:
        """
        Keep a property unique from now on.
        """
        self.unique[name] = {
            self.items[n].properties[name].lower(): n for n in self.live if self.items[n].properties.get(name)
        }

    def write(self, item: Item, values: Mapping[str, str], *, calculated: bool = False) -> None:
        """
        Set properties; a calculated change leaves no trace in the moments of modification.
        """
        moment = now_ms()
        if not calculated:
            item.indexed, item.written = (dict(item.properties), item.updated), moment
        for name, value in values.items():
            source = "CALCULATED" if calculated else "INTEGRATION"
            entry = {"value": value, "timestamp": iso(moment), "sourceType": source, "sourceId": str(APP_ID)}
            item.history[name] = [entry, *item.history_of(name)]
            if name in self.unique:
                self.unique[name].pop(item.properties.get(name, "").lower(), None)
                if value:
                    self.unique[name][value.lower()] = item.id
            item.properties[name] = value
        if not calculated:
            self.touch(item, moment)
        self.version += 1

    def touch(self, item: Item, moment: int) -> None:
        """
        Move the moments of modification. Contacts have two of them, and HubSpot sets them one after the other.
        """
        item.updated = item.properties[self.kind.modified] = iso(moment)
        if self.kind.modified != "hs_lastmodifieddate":
            item.properties["hs_lastmodifieddate"] = iso(moment + 3)

    def archive(self, item: Item) -> None:
        moment = now_ms()
        item.archived, item.archived_at = True, iso(moment)
        self.forget(item)
        self.items[item.id] = item
        insort(self.archived, item.id)
        item.updated = iso(moment)

    def forget(self, item: Item) -> None:
        """
        Leave nothing of a live record.
        """
        del self.items[item.id]
        del self.live[bisect_left(self.live, item.id)]
        for name, index in self.unique.items():
            index.pop(item.properties.get(name, "").lower(), None)
        self.version += 1


class Store:
    """
    All object types and the links between their records.

    Args:
        records: As `sandbox.vendor.Records`; keys that are no object type are left to others.
    """

    def __init__(self, records: Records) -> None:
        self.tables = {kind.plural: Table(kind) for kind in OBJECT_TYPES}
        self.links: dict[tuple[str, str], dict[int, Link]] = {}
        for plural, table in self.tables.items():
            for record in records.get(plural, ()):
                table.add(_item(table, record))
        for plural, table in self.tables.items():
            for record in records.get(plural, ()):
                self._load_links(table, record)
            table.merged = dict(_merges(table))

    def _load_links(self, table: Table, record: Mapping[str, Any]) -> None:
        here = table.items[int(record["id"])]
        for to, ids in (record.get("_associations") or {}).items():
            target = object_type(to)
            if target is None:
                raise ValueError(f"{table.kind.plural} {here.id}: there is no object type {to!r} to associate with")
            there = self.tables[target.plural]
            known = [int(i) for i in ids if int(i) in there.items and not there.items[int(i)].archived]
            wanted = here.properties.get("associatedcompanyid") or here.properties.get("hs_primary_associated_company")
            primary = int(wanted) if wanted and int(wanted) in known else next(iter(known), -1)
            primary = primary if target.plural == "companies" and has_primary(table.kind, target) else -1
            for number in known if not here.archived else ():
                self.link(table.kind, here.id, there.kind, number, primary=number == primary)

    def link(self, kind: ObjectType, id_: int, to_kind: ObjectType, to_id: int, *, primary: bool = False) -> None:
        """
        Link two records both ways; a link that is there already keeps being primary.
        """
        for (a, x), (b, y) in (((kind, id_), (to_kind, to_id)), ((to_kind, to_id), (kind, id_))):
            links = self.links.setdefault((a.plural, b.plural), {}).setdefault(x, {})
            links[y] = links.get(y, False) or primary

    def unlink(self, kind: ObjectType, id_: int, to_kind: ObjectType, to_id: int) -> None:
        for (a, x), (b, y) in (((kind, id_), (to_kind, to_id)), ((to_kind, to_id), (kind, id_))):
            self.links.get((a.plural, b.plural), {}).get(x, {}).pop(y, None)

    def linked(self, kind: ObjectType, id_: int, to_kind: ObjectType) -> Link:
        return self.links.get((kind.plural, to_kind.plural), {}).get(id_, {})

    def unlink_all(self, kind: ObjectType, id_: int) -> None:
        """
        Cut every link of a record that goes away.
        """
        for (here, to), links in list(self.links.items()):
            if here == kind.plural:
                for other in list(links.get(id_, ())):
                    self.unlink(kind, id_, self.tables[to].kind, other)


def _item(table: Table, record: Mapping[str, Any]) -> Item:
    kind = table.kind
    number = int(record["id"])
    given = {name: value for name, value in record.items() if name[0] != "_" and name != "id" and value is not None}
    created = record.get("_created") or given.get(kind.created) or _DAWN
    updated = record.get("_updated") or given.get(kind.modified) or created
    given.setdefault(kind.created, created)
    given.setdefault(kind.modified, updated)
    given.setdefault("hs_lastmodifieddate", updated)
    given["hs_object_id"] = str(number)
    if kind.plural == "contacts" and given.get("email"):
        given["email"] = given["email"].lower()
    item = Item(number, given, created, updated)
    item.history = {name: list(entries) for name, entries in (record.get("_history") or {}).items()}
    if record.get("_archived"):
        item.archived, item.archived_at = True, record.get("_archived_at") or updated
    return item


def _merges(table: Table) -> Iterator[tuple[int, int]]:
    for item in list(table.items.values()):
        old_ids: Iterable[str] = (item.properties.get("hs_merged_object_ids") or "").split(";")
        for old in old_ids:
            if old.isdigit() and int(old) not in table.items:
                yield int(old), item.id
