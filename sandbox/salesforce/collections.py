"""
Collections of up to 200 records, written in one call: each row has its own result.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from sandbox.salesforce.answers import Refusal, RowRefusal, json, parsed
from sandbox.salesforce.call import Call, Handler
from sandbox.salesforce.ids import normal_id
from sandbox.salesforce.model import Entity
from sandbox.salesforce.records import assigns, entity_named, key_named, shown, success
from sandbox.salesforce.store import Store
from sandbox.salesforce.writes import Writes
from sandbox.vendor import Record

MOST_WRITTEN = 200
MOST_READ = 2000
_MOST_CHUNKS = 10


class CollectionCalls:
    """
    `composite/sobjects…`.
    """

    def __init__(self, store: Store, writes: Writes) -> None:
        self._store, self._writes = store, writes

    def routes(self) -> list[tuple[str, str, Handler]]:
        return [
            ("POST", "composite/sobjects", self._create_many),
            ("PATCH", "composite/sobjects", self._update_many),
            ("DELETE", "composite/sobjects", self._delete_many),
            ("GET", r"composite/sobjects/(\w+)", self._get_many),
            ("POST", r"composite/sobjects/(\w+)", self._get_many),
            ("PATCH", r"composite/sobjects/(\w+)/(\w+)", self._upsert_many),
        ]

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
        entities, assign = self._typed(records), assigns(call)

        def write(entity: Entity, record: Record) -> Any:
            return lambda: success(self._writes.create(entity, record, assign=assign))

        return self._each([write(*pair) for pair in zip(entities, records, strict=True)], all_or_none)

    def _update_many(self, call: Call) -> Response:
        records, all_or_none = self._body(call)
        entities, assign = self._typed(records), assigns(call)

        def write(entity: Entity, record: Record) -> Any:
            row_id = next((value for name, value in record.items() if name.lower() == "id"), None)
            if row_id is None:

                def missing() -> None:
                    raise RowRefusal("MISSING_ARGUMENT", "Id not specified in an update call", ["Id"])

                return missing
            return lambda: success(self._writes.update(entity, row_id, record, assign=assign))

        return self._each([write(*pair) for pair in zip(entities, records, strict=True)], all_or_none)

    def _upsert_many(self, call: Call, name: str, field: str) -> Response:
        entity = entity_named(self._store, name)
        key = key_named(self._store, entity, field)
        records, all_or_none = self._body(call)
        if any(found is not entity for found in self._typed(records)):
            raise Refusal(400, "INVALID_INPUT", f"Every record of this request must be of the type {entity.name}.")
        assign = assigns(call)
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
                return success(row, created=created)

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
                return success(self._writes.delete(found, row_id))

            return work

        all_or_none = call.query.get("allOrNone", "false").lower() == "true"
        return self._each([write(row_id) for row_id in ids], all_or_none)

    def _get_many(self, call: Call, name: str) -> Response:
        entity = entity_named(self._store, name)
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
        return json([shown(self._store, call, entity, r, wanted) if r and not r["IsDeleted"] else None for r in found])
