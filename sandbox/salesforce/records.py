"""
Single records and collections of up to 200, over REST.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from sandbox.salesforce.answers import Refusal, RowRefusal, json, not_found, parsed
from sandbox.salesforce.call import Call, Handler
from sandbox.salesforce.ids import normal_id
from sandbox.salesforce.model import Entity, Field, Row
from sandbox.salesforce.store import Store, read_instant
from sandbox.salesforce.writes import Writes
from sandbox.vendor import Record

MOST_WRITTEN = 200
MOST_READ = 2000
_MOST_CHUNKS = 10
_STATUS = {"ENTITY_IS_DELETED": 404, "INVALID_CROSS_REFERENCE_KEY": 404, "INSUFFICIENT_ACCESS_OR_READONLY": 403}


def _success(row: Row, **more: bool) -> dict[str, Any]:
    return {"id": row["Id"], "success": True, "errors": [], **more}


def _refused(refusal: RowRefusal) -> Refusal:
    return Refusal(_STATUS.get(refusal.code, 400), refusal.code, refusal.message, refusal.fields)


def _assigns(call: Call) -> bool:
    return call.headers.get("sforce-auto-assign", "true").lower() != "false"


class RecordCalls:
    """
    `sobjects/X/…` and `composite/sobjects…`.
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
            ("POST", "composite/sobjects", self._create_many),
            ("PATCH", "composite/sobjects", self._update_many),
            ("DELETE", "composite/sobjects", self._delete_many),
            ("GET", r"composite/sobjects/(\w+)", self._get_many),
            ("POST", r"composite/sobjects/(\w+)", self._get_many),
            ("PATCH", r"composite/sobjects/(\w+)/(\w+)", self._upsert_many),
        ]

    def _entity(self, name: str) -> Entity:
        entity = self._store.entity(name)
        if entity is None:
            raise not_found()
        return entity

    def _key(self, entity: Entity, name: str) -> Field:
        key = entity.field(name)
        usable = key is not None and (key.external_id or key.id_lookup) and self._store.readable(entity, key.name)
        if key is None or not usable:
            message = f"Provided external ID field does not exist or is not accessible: {name}"
            raise Refusal(404, "NOT_FOUND", message)
        return key

    # Single records

    def _create(self, call: Call, name: str) -> Response:
        entity = self._entity(name)
        try:
            row = self._writes.create(entity, call.json(), assign=_assigns(call))
        except RowRefusal as refusal:
            raise _refused(refusal) from refusal
        return json(_success(row), 201, {"Location": f"{call.root}/sobjects/{entity.name}/{row['Id']}"})

    def _shown(self, call: Call, entity: Entity, row: Row, fields: list[str] | None = None) -> Record:
        shown: Record = {"attributes": {"type": entity.name, "url": f"{call.root}/sobjects/{entity.name}/{row['Id']}"}}
        if fields is None:
            fields = [about for about in entity.fields if self._store.readable(entity, about)]
        else:
            shown["Id"] = row["Id"]
        for name in fields:
            about = entity.field(name)
            if about is None or not self._store.readable(entity, about.name):
                raise Refusal(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {entity.name}")
            shown[about.name] = row[about.name]
        return shown

    def _found(self, entity: Entity, row_id: str) -> Row:
        row = self._store.get(entity, row_id)
        if row is None:
            raise not_found()
        if row["IsDeleted"]:
            raise Refusal(404, "ENTITY_IS_DELETED", "entity is deleted", [])
        return row

    def _get(self, call: Call, name: str, row_id: str) -> Response:
        entity = self._entity(name)
        fields = call.query.get("fields")
        wanted = [part.strip() for part in fields.split(",")] if fields else None
        return json(self._shown(call, entity, self._found(entity, row_id), wanted))

    def _update(self, call: Call, name: str, row_id: str) -> Response:
        entity, values = self._entity(name), call.json()
        if any(field.lower() == "id" for field in values):
            raise Refusal(400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.")
        try:
            self._writes.update(entity, row_id, values, assign=_assigns(call))
        except RowRefusal as refusal:
            raise _refused(refusal) from refusal
        return Response(status_code=204)

    def _delete(self, call: Call, name: str, row_id: str) -> Response:
        try:
            self._writes.delete(self._entity(name), row_id)
        except RowRefusal as refusal:
            raise _refused(refusal) from refusal
        return Response(status_code=204)

    def _by_key(self, entity: Entity, key: Field, value: str) -> list[Row]:
        found = [row for row in (self._store.get(entity, value),) if row] if key.name == "Id" else []
        return found or self._writes.by_key(entity, key, value)

    def _get_keyed(self, call: Call, name: str, field: str, value: str) -> Response:
        entity = self._entity(name)
        found = self._by_key(entity, self._key(entity, field), value)
        if len(found) > 1:
            return self._several(call, entity, found)
        if not found:
            raise not_found()
        return json(self._shown(call, entity, found[0]))

    def _several(self, call: Call, entity: Entity, found: list[Row]) -> Response:
        return json([f"{call.root}/sobjects/{entity.name}/{row['Id']}" for row in found], 300)

    def _upsert(self, call: Call, name: str, field: str, value: str) -> Response:
        entity, values = self._entity(name), call.json()
        key = self._key(entity, field)
        if any(told.lower() in (key.name.lower(), "id") for told in values):
            raise Refusal(400, "INVALID_FIELD", f"The {key.name} field should not be specified in the sobject data.")
        try:
            if key.name != "Id":
                found = self._writes.by_key(entity, key, value)
                if len(found) > 1:
                    return self._several(call, entity, found)
            row, created = self._writes.upsert(entity, key, value, values, assign=_assigns(call))
        except RowRefusal as refusal:
            raise _refused(refusal) from refusal
        return json(_success(row, created=created), 201 if created else 200)

    def _delete_keyed(self, call: Call, name: str, field: str, value: str) -> Response:
        entity = self._entity(name)
        found = self._by_key(entity, self._key(entity, field), value)
        if len(found) > 1:
            return self._several(call, entity, found)
        if not found:
            raise not_found()
        return self._delete(call, name, found[0]["Id"])

    def _changes(self, call: Call, name: str, which: str) -> Response:
        entity = self._entity(name)
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

    # Collections

    def _body(self, call: Call) -> tuple[list[Record], bool]:
        body = parsed(call.body)
        records = body.get("records") if isinstance(body, dict) else None
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise Refusal(400, "INVALID_INPUT", "The request body must hold a list of sobjects under 'records'.")
        if len(records) > MOST_WRITTEN:
            message = f"record limit reached. cannot submit more than {MOST_WRITTEN} records into this call"
            raise Refusal(400, "EXCEEDED_ID_LIMIT", message)
        return records, bool(body.get("allOrNone", False))

    def _typed(self, records: list[Record]) -> list[Entity]:
        entities: list[Entity] = []
        for record in records:
            attributes = record.get("attributes")
            name = attributes.get("type") if isinstance(attributes, dict) else None
            if not name:
                message = 'Include an entity type in the sobject\'s attributes: {"attributes": {"type": "Account"}}.'
                raise Refusal(400, "INVALID_INPUT", message)
            entity = self._store.entity(str(name))
            if entity is None:
                raise Refusal(400, "INVALID_TYPE", f"sObject type '{name}' is not supported.")
            entities.append(entity)
        chunks = sum(1 for i, entity in enumerate(entities) if i == 0 or entities[i - 1] is not entity)
        if chunks > _MOST_CHUNKS:
            message = f"A request may hold at most {_MOST_CHUNKS} chunks of records of one type; this one has {chunks}."
            raise Refusal(400, "LIMIT_EXCEEDED", message)
        return entities

    def _each(self, work: list[Any], all_or_none: bool) -> Response:
        self._writes.begin()
        results: list[dict[str, Any]] = []
        for write in work:
            try:
                results.append(write())
            except RowRefusal as refusal:
                results.append(refusal.as_result())
        if all_or_none and not all(result["success"] for result in results):
            self._writes.take_back()
            message = "Record rolled back because not all records were valid and the request was using AllOrNone header"
            rolled_back = RowRefusal("ALL_OR_NONE_OPERATION_ROLLED_BACK", message)
            results = [rolled_back.as_result() if result["success"] else result for result in results]
        self._writes.keep()
        return json(results)

    def _create_many(self, call: Call) -> Response:
        records, all_or_none = self._body(call)
        entities, assign = self._typed(records), _assigns(call)

        def write(entity: Entity, record: Record) -> Any:
            return lambda: _success(self._writes.create(entity, record, assign=assign))

        return self._each([write(*pair) for pair in zip(entities, records, strict=True)], all_or_none)

    def _update_many(self, call: Call) -> Response:
        records, all_or_none = self._body(call)
        entities, assign = self._typed(records), _assigns(call)

        def write(entity: Entity, record: Record) -> Any:
            row_id = next((value for name, value in record.items() if name.lower() == "id"), None)
            if row_id is None:

                def missing() -> None:
                    raise RowRefusal("MISSING_ARGUMENT", "Id not specified in an update call", ["Id"])

                return missing
            return lambda: _success(self._writes.update(entity, row_id, record, assign=assign))

        return self._each([write(*pair) for pair in zip(entities, records, strict=True)], all_or_none)

    def _upsert_many(self, call: Call, name: str, field: str) -> Response:
        entity = self._entity(name)
        key = self._key(entity, field)
        records, all_or_none = self._body(call)
        if any(found is not entity for found in self._typed(records)):
            raise Refusal(400, "INVALID_INPUT", f"Every record of this request must be of the type {entity.name}.")
        assign = _assigns(call)
        seen: set[Any] = set()

        def write(record: Record) -> Any:
            def work() -> dict[str, Any]:
                value = next((v for n, v in record.items() if n.lower() == key.name.lower()), None)
                if key.name != "Id" and any(n.lower() == "id" for n in record):
                    message = "cannot specify Id in an upsert call by external id"
                    raise RowRefusal("INVALID_FIELD_FOR_INSERT_UPDATE", message, ["Id"])
                if value is not None and value in seen:
                    raise RowRefusal("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", [key.name])
                seen.add(value)
                values = {n: v for n, v in record.items() if n.lower() != key.name.lower()}
                row, created = self._writes.upsert(entity, key, value, values, assign=assign)
                return _success(row, created=created)

            return work

        return self._each([write(record) for record in records], all_or_none)

    def _delete_many(self, call: Call) -> Response:
        ids = [part for part in call.query.get("ids", "").split(",") if part]
        if not ids:
            raise Refusal(400, "MISSING_ARGUMENT", "The ids parameter is required.")
        if len(ids) > MOST_WRITTEN:
            message = f"record limit reached. cannot submit more than {MOST_WRITTEN} records into this call"
            raise Refusal(400, "EXCEEDED_ID_LIMIT", message)

        def write(row_id: str) -> Any:
            def work() -> dict[str, Any]:
                found = self._store.entity(self._store.prefixes.get(row_id[:3], ""))
                if found is None or normal_id(row_id) is None:
                    raise RowRefusal("MALFORMED_ID", f"malformed id {row_id}", ["Id"])
                return _success(self._writes.delete(found, row_id))

            return work

        all_or_none = call.query.get("allOrNone", "false").lower() == "true"
        return self._each([write(row_id) for row_id in ids], all_or_none)

    def _get_many(self, call: Call, name: str) -> Response:
        entity = self._entity(name)
        if call.method == "POST":
            body = call.json()
            ids, fields = body.get("ids") or [], body.get("fields") or []
        else:
            ids, fields = (call.query.get(part, "").split(",") for part in ("ids", "fields"))
        if len(ids) > MOST_READ:
            raise Refusal(
                400, "EXCEEDED_ID_LIMIT", f"record limit reached. cannot ask for more than {MOST_READ} records"
            )
        wanted = [str(field).strip() for field in fields if field and str(field).strip().lower() != "id"]
        found = [self._store.get(entity, str(row_id)) for row_id in ids]
        return json([self._shown(call, entity, r, wanted) if r and not r["IsDeleted"] else None for r in found])
