"""
Single records, over REST.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from sandbox.salesforce.answers import Refusal, RowRefusal, json, not_found
from sandbox.salesforce.call import Call, Handler
from sandbox.salesforce.clock import read_instant
from sandbox.salesforce.model import Entity, Field, Row
from sandbox.salesforce.store import Store
from sandbox.salesforce.writes import Writes
from sandbox.vendor import Record

_STATUS = {"ENTITY_IS_DELETED": 404, "INVALID_CROSS_REFERENCE_KEY": 404, "INSUFFICIENT_ACCESS_OR_READONLY": 403}


def success(row: Row, **more: bool) -> dict[str, Any]:
    """
    The result of a row that was written.
    """
    return {"id": row["Id"], "success": True, "errors": [], **more}


def _refused(refusal: RowRefusal) -> Refusal:
    return Refusal(_STATUS.get(refusal.code, 400), refusal.code, refusal.message, refusal.fields)


def assigns(call: Call) -> bool:
    """
    Whether active assignment rules may act: they do unless the request forbids it.
    """
    return call.headers.get("sforce-auto-assign", "true").lower() != "false"


def entity_named(store: Store, name: str) -> Entity:
    """
    An object that the user may see.

    Raises:
        Refusal: There is none of that name.
    """
    entity = store.entity(name)
    if entity is None:
        raise not_found()
    return entity


def key_named(store: Store, entity: Entity, name: str) -> Field:
    """
    A field that records can be looked up by.

    Raises:
        Refusal: It is none.
    """
    key = entity.field(name)
    usable = key is not None and (key.external_id or key.id_lookup) and store.readable(entity, key.name)
    if key is None or not usable:
        message = f"Provided external ID field does not exist or is not accessible: {name}"
        raise Refusal(404, "NOT_FOUND", message)
    return key


def shown(store: Store, call: Call, entity: Entity, row: Row, fields: list[str] | None = None) -> Record:
    """
    A record as it is answered.

    Args:
        fields: What is shown of it beside its id; None for all that the user may see.

    Raises:
        Refusal: A field is unknown or hidden.
    """
    shown: Record = {"attributes": {"type": entity.name, "url": f"{call.root}/sobjects/{entity.name}/{row['Id']}"}}
    if fields is None:
        fields = [about for about in entity.fields if store.readable(entity, about)]
    else:
        shown["Id"] = row["Id"]
    for name in fields:
        about = entity.field(name)
        if about is None or not store.readable(entity, about.name):
            raise Refusal(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {entity.name}")
        shown[about.name] = row[about.name]
    return shown


class RecordCalls:
    """
    `sobjects/X/…`.
    """

    def __init__(self, store: Store, writes: Writes) -> None:
        self._store, self._writes = store, writes

    def routes(self) -> list[tuple[str, str, Handler]]:
        one, keyed = r"sobjects/(\w+)/([^/]+)", r"sobjects/(\w+)/(\w+)/([^/]+)"
        return [
            ("GET", r"sobjects/(\w+)/(deleted|updated)", self._changes),
            ("POST", r"sobjects/(\w+)", self._create),
            ("GET", one, self._get),
            ("PATCH", one, self._update),
            ("DELETE", one, self._delete),
            ("GET", keyed, self._get_keyed),
            ("PATCH", keyed, self._upsert),
            ("DELETE", keyed, self._delete_keyed),
        ]

    def _create(self, call: Call, name: str) -> Response:
        entity = entity_named(self._store, name)
        try:
            row = self._writes.create(entity, call.json(), assign=assigns(call))
        except RowRefusal as refusal:
            raise _refused(refusal) from refusal
        return json(success(row), 201, {"Location": f"{call.root}/sobjects/{entity.name}/{row['Id']}"})

    def _found(self, entity: Entity, row_id: str) -> Row:
        row = self._store.get(entity, row_id)
        if row is None:
            raise not_found()
        if row["IsDeleted"]:
            raise Refusal(404, "ENTITY_IS_DELETED", "entity is deleted", [])
        return row

    def _get(self, call: Call, name: str, row_id: str) -> Response:
        entity = entity_named(self._store, name)
        fields = call.query.get("fields")
        wanted = [part.strip() for part in fields.split(",")] if fields else None
        return json(shown(self._store, call, entity, self._found(entity, row_id), wanted))

    def _update(self, call: Call, name: str, row_id: str) -> Response:
        entity, values = entity_named(self._store, name), call.json()
        if any(field.lower() == "id" for field in values):
            raise Refusal(400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.")
        try:
            self._writes.update(entity, row_id, values, assign=assigns(call))
        except RowRefusal as refusal:
            raise _refused(refusal) from refusal
        return Response(status_code=204)

    def _delete(self, call: Call, name: str, row_id: str) -> Response:
        try:
            self._writes.delete(entity_named(self._store, name), row_id)
        except RowRefusal as refusal:
            raise _refused(refusal) from refusal
        return Response(status_code=204)

    def _by_key(self, entity: Entity, key: Field, value: str) -> list[Row]:
        found = [row for row in (self._store.get(entity, value),) if row] if key.name == "Id" else []
        return found or self._writes.by_key(entity, key, value)

    def _get_keyed(self, call: Call, name: str, field: str, value: str) -> Response:
        entity = entity_named(self._store, name)
        found = self._by_key(entity, key_named(self._store, entity, field), value)
        if len(found) > 1:
            return self._several(call, entity, found)
        if not found:
            raise not_found()
        return json(shown(self._store, call, entity, found[0]))

    def _several(self, call: Call, entity: Entity, found: list[Row]) -> Response:
        return json([f"{call.root}/sobjects/{entity.name}/{row['Id']}" for row in found], 300)

    def _upsert(self, call: Call, name: str, field: str, value: str) -> Response:
        entity, values = entity_named(self._store, name), call.json()
        key = key_named(self._store, entity, field)
        if any(told.lower() in (key.name.lower(), "id") for told in values):
            raise Refusal(400, "INVALID_FIELD", f"The {key.name} field should not be specified in the sobject data.")
        try:
            if key.name != "Id":
                found = self._writes.by_key(entity, key, value)
                if len(found) > 1:
                    return self._several(call, entity, found)
            row, created = self._writes.upsert(entity, key, value, values, assign=assigns(call))
        except RowRefusal as refusal:
            raise _refused(refusal) from refusal
        return json(success(row, created=created), 201 if created else 200)

    def _delete_keyed(self, call: Call, name: str, field: str, value: str) -> Response:
        entity = entity_named(self._store, name)
        found = self._by_key(entity, key_named(self._store, entity, field), value)
        if len(found) > 1:
            return self._several(call, entity, found)
        if not found:
            raise not_found()
        return self._delete(call, name, found[0]["Id"])

    def _changes(self, call: Call, name: str, which: str) -> Response:
        entity = entity_named(self._store, name)
        try:
            start, end = (read_instant(call.query[edge].replace(" ", "+")) for edge in ("start", "end"))
        except (KeyError, ValueError):
            raise Refusal(400, "INVALID_REPLICATION_DATE", "start and end must be dateTimes") from None
        if start >= end:
            raise Refusal(400, "INVALID_REPLICATION_DATE", "endDate must be at least one minute greater than startDate")
        deleted = which.lower() == "deleted"
        rows = [
            row
            for row in self._store.rows(entity)
            if bool(row["IsDeleted"]) == deleted and start <= read_instant(row["SystemModstamp"]) < end
        ]
        latest = end.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        if not deleted:
            return json({"ids": [row["Id"] for row in rows], "latestDateCovered": latest})
        return json(
            {
                "deletedRecords": [{"id": row["Id"], "deletedDate": row["SystemModstamp"]} for row in rows],
                "earliestDateAvailable": min((row["CreatedDate"] for row in self._store.rows(entity)), default=latest),
                "latestDateCovered": latest,
            }
        )
