"""
The Tooling API: custom fields as records, and queries over definitions.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.responses import Response

from sandbox.salesforce import definitions
from sandbox.salesforce.answers import Refusal, RowRefusal, json, not_found
from sandbox.salesforce.call import Call, Handler
from sandbox.salesforce.model import Entity, Field, Row
from sandbox.salesforce.query import Result
from sandbox.salesforce.rest_query import Queries
from sandbox.salesforce.store import Store

_FIELDS = {
    "CustomField": (
        "00N",
        "Id DeveloperName TableEnumOrId EntityDefinitionId NamespacePrefix FullName Metadata Length Precision Scale "
        "InlineHelpText ManageableState",
    ),
    "CustomObject": ("01I", "Id DeveloperName NamespacePrefix Description ManageableState"),
    "EntityDefinition": (
        "000",
        "Id DurableId QualifiedApiName DeveloperName Label PluralLabel MasterLabel KeyPrefix NamespacePrefix "
        "IsCustomizable IsQueryable DeploymentStatus",
    ),
}
_KINDS = {
    "Id": "id", "Metadata": "complexvalue", "Length": "int", "Precision": "int", "Scale": "int",
    "IsCustomizable": "boolean", "IsQueryable": "boolean",
}  # fmt: skip
_ONE_AT_A_TIME = ("Metadata", "FullName")


class Definitions:
    """
    Objects and custom fields as records, whether the user may see their data or not.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.timezone = store.timezone
        self._entities: dict[str, Entity] = {}
        for name, (prefix, fields) in _FIELDS.items():
            entity = self._entities[name.lower()] = Entity(name, name, name, prefix)
            for field in fields.split():
                entity.add(Field(field, _KINDS.get(field, "string"), filterable=field not in _ONE_AT_A_TIME))

    def now(self) -> datetime:
        return self._store.now()

    def entity(self, name: str) -> Entity | None:
        return self._entities.get(name.lower())

    def readable(self, entity: Entity, name: str) -> bool:
        return True

    def find(self, row_id: str | None) -> tuple[Entity, Row] | None:
        return None

    def rows(self, entity: Entity) -> list[Row]:
        owners = self._store.all_entities()
        if entity.name == "CustomField":
            rows = [_field_row(owner, about) for owner in owners for about in owner.fields.values() if about.custom]
        elif entity.name == "CustomObject":
            rows = [_object_row(owner) for owner in owners if owner.custom]
        else:
            rows = [_definition_row(owner) for owner in owners]
        return sorted(rows, key=lambda row: str(row["Id"]))

    def field(self, row_id: str) -> tuple[Entity, Field] | None:
        """
        A custom field and its object by the id of its definition.
        """
        for owner in self._store.all_entities():
            for about in owner.fields.values():
                if about.custom and about.id and row_id[:15] == about.id[:15]:
                    return owner, about
        return None


def _field_row(owner: Entity, about: Field) -> Row:
    table = owner.id or owner.name
    meta = definitions.metadata_of(about)
    return Row(
        Id=about.id, DeveloperName=about.name.removesuffix("__c"), TableEnumOrId=table, EntityDefinitionId=table,
        FullName=f"{owner.name}.{about.name}", Metadata=meta, Length=about.length or None, ManageableState="unmanaged",
        Precision=about.precision or None, Scale=about.scale if about.precision else None, InlineHelpText=about.help,
    )  # fmt: skip


def _object_row(owner: Entity) -> Row:
    return Row(Id=owner.id, DeveloperName=owner.name.removesuffix("__c"), ManageableState="unmanaged")


def _definition_row(owner: Entity) -> Row:
    durable = owner.id or owner.name
    return Row(
        Id=durable, DurableId=durable, QualifiedApiName=owner.name, DeveloperName=owner.name.removesuffix("__c"),
        Label=owner.label, MasterLabel=owner.label, PluralLabel=owner.plural, KeyPrefix=owner.prefix,
        IsCustomizable=True, IsQueryable=True, DeploymentStatus="Deployed" if owner.custom else None,
    )  # fmt: skip


class _ToolingQueries(Queries):
    def checked(self, result: Result) -> None:
        named = any(column.path[-1] in _ONE_AT_A_TIME for column in result.columns)
        if named and not result.aggregate and len(result.rows) > 1:
            message = (
                "When retrieving results with Metadata or FullName fields, the query qualifications must specify no "
                f"more than one row for retrieval. Result size: {len(result.rows)}"
            )
            raise Refusal(400, "MALFORMED_QUERY", message)


class Tooling:
    """
    `tooling/…`.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._definitions = Definitions(store)
        self.queries = _ToolingQueries(self._definitions, store, "tooling/")

    def routes(self) -> list[tuple[str, str, Handler]]:
        one = "tooling/sobjects/CustomField/([^/]+)"
        return [
            *self.queries.routes(),
            ("POST", "tooling/sobjects/CustomField", self._create),
            ("POST", r"tooling/sobjects/(CustomObject|EntityDefinition)", self._no_object),
            ("GET", one, self._get),
            ("PATCH", one, self._update),
            ("DELETE", one, self._delete),
        ]

    def _create(self, call: Call) -> Response:
        body = call.json()
        name, meta = body.get("FullName"), body.get("Metadata")
        if not isinstance(name, str) or not isinstance(meta, dict):
            missing = "FullName" if not isinstance(name, str) else "Metadata"
            raise Refusal(400, "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{missing}]", [missing])
        try:
            made = definitions.create_field(self._store, name, _told(meta))
        except RowRefusal as refusal:
            raise Refusal(400, refusal.code, refusal.message, refusal.fields) from refusal
        return json({"id": made.id, "success": True, "errors": [], "warnings": [], "infos": []}, 201)

    def _no_object(self, call: Call, name: str) -> Response:
        message = f"entity type cannot be inserted: {name}"
        raise Refusal(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message, [])

    def _found(self, row_id: str) -> tuple[Entity, Field]:
        found = self._definitions.field(row_id)
        if found is None:
            raise not_found()
        return found

    def _get(self, call: Call, row_id: str) -> Response:
        owner, about = self._found(row_id)
        url = f"{call.root}/tooling/sobjects/CustomField/{about.id}"
        return json({"attributes": {"type": "CustomField", "url": url}, **_field_row(owner, about)})

    def _update(self, call: Call, row_id: str) -> Response:
        owner, about = self._found(row_id)
        meta = call.json().get("Metadata")
        try:
            definitions.update_field(self._store, f"{owner.name}.{about.name}", _told(meta or {}))
        except RowRefusal as refusal:
            raise Refusal(400, refusal.code, refusal.message, refusal.fields) from refusal
        return Response(status_code=204)

    def _delete(self, call: Call, row_id: str) -> Response:
        owner, about = self._found(row_id)
        definitions.delete_field(self._store, f"{owner.name}.{about.name}")
        return Response(status_code=204)


def _told(meta: dict[str, Any]) -> dict[str, Any]:
    # A client that reads a definition, changes a word and sends it back sends every attribute, most of them null.
    return {name: value for name, value in meta.items() if value is not None}
