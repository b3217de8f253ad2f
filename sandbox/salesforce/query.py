"""
Queries, run over the records: columns found, filtered, grouped, ordered and cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any, NoReturn, Protocol

from sandbox.salesforce.aggregates import grouped
from sandbox.salesforce.conditions import Getter, compiled
from sandbox.salesforce.model import Entity, Field, Row
from sandbox.salesforce.soql import parse
from sandbox.salesforce.tree import Item, Query, refuse

_NAME_FIELDS = (
    "Id",
    "Name",
    "FirstName",
    "LastName",
    "Email",
    "Username",
    "IsActive",
    "Title",
    "ProfileId",
    "UserRoleId",
)
_MOST_OFFSET = 2000


class Catalogue(Protocol):
    """
    Objects that can be asked for; `Store` is one, the Tooling API's definitions are another.
    """

    timezone: str

    def now(self) -> datetime: ...

    def entity(self, name: str) -> Entity | None: ...

    def rows(self, entity: Entity) -> list[Row]: ...

    def find(self, row_id: str | None) -> tuple[Entity, Row] | None: ...

    def readable(self, entity: Entity, name: str) -> bool: ...


@dataclass
class Column:
    """
    A column of the result; `path` as it is shown, relationships first.
    """

    path: tuple[str, ...]
    type: str


@dataclass
class Result:
    """
    What a query found, frozen: later changes of records do not show.

    Args:
        rows: Per record its id, the values of `columns`, then of each relation the parent's (type, object, id) or None.
        relations: Relationship path -> place in a row.
        total: How many records there are; for COUNT() all there is.
    """

    entity: Entity
    columns: list[Column]
    rows: list[tuple[Any, ...]]
    total: int
    relations: dict[tuple[str, ...], int] = field(default_factory=dict)
    aggregate: bool = False


def run(catalogue: Catalogue, text: str, *, deleted: bool = False) -> Result:
    """
    Run one query.

    Args:
        deleted: Whether records in the recycle bin count.

    Raises:
        Refusal: In the words of §2.1: INVALID_TYPE, INVALID_FIELD, MALFORMED_QUERY.
    """
    return _Run(catalogue, parse(text), deleted).result()


class _Run:
    def __init__(self, catalogue: Catalogue, query: Query, deleted: bool) -> None:
        self.catalogue, self.query = catalogue, query
        self.deleted = deleted or query.all_rows
        self.timezone = catalogue.timezone
        entity = catalogue.entity(query.entity)
        if entity is None:
            message = f"sObject type '{query.entity}' is not supported. {_hint('object', '__c', 'entity')}"
            refuse(query.text, query.entity_at, "INVALID_TYPE", message)
        self.entity = entity

    def now(self) -> datetime:
        return self.catalogue.now()

    def result(self) -> Result:
        query = self.query
        if query.offset > _MOST_OFFSET:
            at = query.text.lower().rfind("offset")
            refuse(query.text, at, "NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {_MOST_OFFSET}")
        self._expand()
        # Names are looked at before records, so that a wrong query is refused over an empty object too.
        grouping = bool(query.group_by) or any(item.function for item in query.items)
        plan = None if query.count or grouping else self._columns()
        rows = self.matching()
        if query.count:
            return Result(self.entity, [], [], min(len(rows), query.limit if query.limit is not None else len(rows)))
        if plan is None:
            columns, tuples = grouped(self, query, rows)
            made = [Column((name,), kind) for name, kind in columns]
            return Result(self.entity, made, tuples, len(tuples), aggregate=True)
        rows = self._cut(self._ordered(rows))
        columns_, relations, project = plan
        return Result(self.entity, columns_, project(rows), len(rows), relations)

    def matching(self) -> list[Row]:
        rows = self.catalogue.rows(self.entity)
        test = compiled(self, self.query, self.query.where) if self.query.where else None
        if not self.deleted and "IsDeleted" in self.entity.fields:
            rows = [row for row in rows if not row["IsDeleted"]]
            if "IsArchived" in self.entity.fields:
                rows = [row for row in rows if not row["IsArchived"]]
        return [row for row in rows if test(row)] if test else rows

    def subquery(self, query: Query) -> Iterable[Any]:
        inner = _Run(self.catalogue, query, self.deleted)
        if len(query.items) != 1:
            refuse(query.text, query.entity_at, "MALFORMED_QUERY", "A semi join sub-select selects exactly one field")
        _, read = inner.resolve(query, query.items[0])
        return (value for value in map(read, inner.matching()) if value is not None)

    def resolve(self, query: Query, item: Item) -> tuple[Field, Getter]:
        about, read, _ = self._follow(item)
        return about, read

    def _follow(self, item: Item) -> tuple[Field, Getter, tuple[str, ...]]:
        entity = self.entity
        path = item.path[1:] if len(item.path) > 1 and item.path[0].lower() == entity.name.lower() else item.path
        steps: list[str] = []
        shown: list[str] = []
        for relation in path[:-1]:
            link = entity.relation(relation)
            parents = [p for p in map(self.catalogue.entity, link.refers_to) if p] if link else []
            if link is None or not parents or not self.catalogue.readable(entity, link.name):
                self._no_relation(item, relation)
            steps.append(link.name)
            shown.append(link.relationship or relation)
            entity = _name_object(parents) if len(link.refers_to) > 1 else parents[0]
        about = entity.field(path[-1])
        if about is None or not self.catalogue.readable(entity, about.name):
            self._no_column(item, entity, path[-1])
        shown.append(about.name)
        if not steps:
            return about, itemgetter(about.name), tuple(shown)
        return about, self._through(steps, about.name), tuple(shown)

    def _through(self, steps: list[str], last: str) -> Getter:
        find = self.catalogue.find

        def read(row: Row) -> Any:
            for step in steps:
                found = find(row[step])
                if found is None:
                    return None
                entity, row = found
            return entity.name if last == "Type" and "Type" not in entity.fields else row[last]

        return read

    def _no_relation(self, item: Item, relation: str) -> NoReturn:
        hint = _hint("relationship", "__r", "custom relationship")
        message = f"Didn't understand relationship '{relation}' in field path. {hint}"
        refuse(self.query.text, item.at, "INVALID_FIELD", message)

    def _no_column(self, item: Item, entity: Entity, name: str) -> NoReturn:
        message = f"No such column '{name}' on entity '{entity.name}'. {_hint('field', '__c', 'custom field')}"
        refuse(self.query.text, item.at, "INVALID_FIELD", message)

    def _expand(self) -> None:
        if not any(item.function == "FIELDS" for item in self.query.items):
            return
        items: list[Item] = []
        for item in self.query.items:
            if item.function != "FIELDS":
                items.append(item)
                continue
            kind = item.path[0].upper() if item.path else ""
            if kind != "STANDARD" and (self.query.limit or 201) > 200:
                message = "The SOQL FIELDS function must have a LIMIT of at most 200"
                refuse(self.query.text, item.at, "MALFORMED_QUERY", message)
            for name, about in self.entity.fields.items():
                wanted = kind == "ALL" or about.custom == (kind == "CUSTOM")
                if wanted and self.catalogue.readable(self.entity, name):
                    items.append(Item((name,), at=item.at))
        self.query.items = items

    def _columns(
        self,
    ) -> tuple[list[Column], dict[tuple[str, ...], int], Callable[[list[Row]], list[tuple[Any, ...]]]]:
        columns: list[Column] = []
        getters: list[Getter] = []
        seen: set[tuple[str, ...]] = set()
        for item in self.query.items:
            about, read, shown = self._follow(item)
            if shown in seen:
                refuse(self.query.text, item.at, "MALFORMED_QUERY", f"duplicate field selected: {'.'.join(shown)}")
            seen.add(shown)
            columns.append(Column(shown, about.type))
            getters.append(read)
        prefixes = list(dict.fromkeys(c.path[:n] for c in columns for n in range(1, len(c.path))))
        if not prefixes:
            pick = itemgetter("Id", *(column.path[0] for column in columns))
            return columns, {}, lambda rows: list(map(pick, rows))
        relations = {prefix: 1 + len(columns) + place for place, prefix in enumerate(prefixes)}
        readers: list[Getter] = [itemgetter("Id"), *getters, *(self._parent(prefix) for prefix in prefixes)]
        return columns, relations, lambda rows: [tuple(read(row) for read in readers) for row in rows]

    def _parent(self, prefix: tuple[str, ...]) -> Getter:
        steps: list[str] = []
        entity, polymorphic = self.entity, False
        for relation in prefix:
            link = entity.relation(relation)
            if link is None:
                raise AssertionError(relation)
            steps.append(link.name)
            polymorphic = len(link.refers_to) > 1
            parents = [p for p in map(self.catalogue.entity, link.refers_to) if p]
            entity = _name_object(parents) if polymorphic else parents[0]
        find = self.catalogue.find

        def read(row: Row) -> tuple[str, str, str] | None:
            name = ""
            for step in steps:
                found = find(row[step])
                if found is None:
                    return None
                name, row = found[0].name, found[1]
            return ("Name" if polymorphic else name, name, row["Id"])

        return read

    def _ordered(self, rows: list[Row]) -> list[Row]:
        for item, descending, nulls_last in reversed(self.query.order_by):
            if item.function:
                refuse(self.query.text, item.at, "MALFORMED_QUERY", f"unknown function: {item.function}")
            about, read, _ = self._follow(item)
            key = read
            if about.type not in (
                "id",
                "reference",
                "date",
                "datetime",
                "boolean",
                "int",
                "double",
                "currency",
                "percent",
            ):
                key = _lowered(read)
            empty = [row for row in rows if read(row) is None]
            there = sorted((row for row in rows if read(row) is not None), key=key, reverse=descending)
            rows = there + empty if nulls_last else empty + there
        return rows

    def _cut(self, rows: list[Row]) -> list[Row]:
        start = self.query.offset
        end = None if self.query.limit is None else start + self.query.limit
        return rows[start:end] if start or end is not None else rows


def _hint(kind: str, ending: str, name: str) -> str:
    return (
        f"If you are attempting to use a custom {kind}, be sure to append the '{ending}' after the {name} name. "
        "Please reference your WSDL or the describe call for the appropriate names."
    )


def _lowered(read: Getter) -> Getter:
    return lambda row: str(read(row)).lower()


def _name_object(parents: list[Entity]) -> Entity:
    """
    What a reference to one of several objects shows of its parent: the fields of Salesforce's object `Name`.
    """
    entity = Entity("Name", "Name", "Names", "")
    for name in _NAME_FIELDS:
        found = next((p.fields[name] for p in parents if name in p.fields), None)
        if found is not None:
            entity.add(found)
    entity.add(Field("Type", "picklist"))
    return entity
