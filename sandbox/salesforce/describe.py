"""
Describing objects and fields: only what the user may see.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from sandbox.salesforce.answers import json, not_found
from sandbox.salesforce.call import Call, Handler
from sandbox.salesforce.limits import Limits
from sandbox.salesforce.model import Entity, Field
from sandbox.salesforce.store import Store

_SOAP = {
    "id": "tns:ID", "reference": "tns:ID", "boolean": "xsd:boolean", "int": "xsd:int", "double": "xsd:double",
    "currency": "xsd:double", "percent": "xsd:double", "date": "xsd:date", "datetime": "xsd:dateTime",
    "address": "urn:address", "anyType": "xsd:anyType",
}  # fmt: skip


class Describe:
    """
    `sobjects`, `sobjects/X/describe`, `limits` and `limits/recordCount`.
    """

    def __init__(self, store: Store, limits: Limits) -> None:
        self._store, self._limits = store, limits

    def routes(self) -> list[tuple[str, str, Handler]]:
        return [
            ("GET", "", self._resources),
            ("GET", "sobjects", self._all),
            ("GET", r"sobjects/(\w+)", self._basic),
            ("GET", r"sobjects/(\w+)/describe", self._one),
            ("GET", "limits", lambda call: json(self._limits.body())),
            ("GET", "limits/recordCount", self._counts),
        ]

    def _resources(self, call: Call) -> Response:
        names = ("sobjects", "query", "queryAll", "limits", "composite", "jobs", "tooling")
        return json({name: f"{call.root}/{name}" for name in names})

    def _all(self, call: Call) -> Response:
        found = [self._flags(call, entity) for entity in self._store.entities()]
        found.sort(key=lambda entity: str(entity["name"]))
        return json({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": found})

    def _entity(self, name: str) -> Entity:
        entity = self._store.entity(name)
        if entity is None:
            raise not_found()
        return entity

    def _basic(self, call: Call, name: str) -> Response:
        return json({"objectDescribe": self._flags(call, self._entity(name)), "recentItems": []})

    def _one(self, call: Call, name: str) -> Response:
        entity = self._entity(name)
        visible = [about for about in entity.fields.values() if self._store.readable(entity, about.name)]
        return json(
            {
                "actionOverrides": [],
                **self._flags(call, entity),
                "childRelationships": self._children(entity),
                "fields": [self._field(entity, about) for about in visible],
                "recordTypeInfos": [
                    {
                        "active": True, "available": True, "defaultRecordTypeMapping": True, "developerName": "Master",
                        "master": True, "name": "Master", "recordTypeId": "012000000000000AAA",
                    }
                ],
            }
        )  # fmt: skip

    def _flags(self, call: Call, entity: Entity) -> dict[str, Any]:
        may = self._store.may
        url = f"{call.root}/sobjects/{entity.name}"
        changeable = not entity.read_only
        return {
            "activateable": False,
            "createable": changeable and may(entity, "PermissionsCreate"),
            "custom": entity.custom,
            "customSetting": False,
            "deletable": changeable and may(entity, "PermissionsDelete"),
            "deprecatedAndHidden": False,
            "feedEnabled": False,
            "hasSubtypes": False,
            "isInterface": False,
            "isSubtype": False,
            "keyPrefix": entity.prefix,
            "label": entity.label,
            "labelPlural": entity.plural,
            "layoutable": changeable,
            "mergeable": entity.name in ("Account", "Case", "Contact", "Lead"),
            "mruEnabled": changeable,
            "name": entity.name,
            "queryable": True,
            "replicateable": "SystemModstamp" in entity.fields,
            "retrieveable": True,
            "searchable": changeable,
            "triggerable": changeable,
            "undeletable": "IsDeleted" in entity.fields and changeable and entity.name != "CampaignMember",
            "updateable": changeable and may(entity, "PermissionsEdit"),
            "urls": {"rowTemplate": url + "/{ID}", "describe": url + "/describe", "sobject": url},
        }

    def _children(self, entity: Entity) -> list[dict[str, Any]]:
        return [
            {
                "cascadeDelete": False, "childSObject": other.name, "deprecatedAndHidden": False, "field": about.name,
                "junctionIdListNames": [], "junctionReferenceTo": [], "relationshipName": None,
                "restrictedDelete": False,
            }
            for other in self._store.entities()
            for about in other.fields.values()
            if entity.name in about.refers_to and self._store.readable(other, about.name)
        ]  # fmt: skip

    def _field(self, entity: Entity, about: Field) -> dict[str, Any]:
        editable = self._store.editable(entity, about.name)
        number = about.type in ("double", "currency", "percent")
        grouped = about.type not in ("double", "currency", "percent", "textarea", "address", "datetime", "anyType")
        return {
            "aggregatable": about.type not in ("boolean", "address", "textarea", "anyType"),
            "aiPredictionField": False,
            "autoNumber": about.auto_number,
            "byteLength": about.length * 3 if about.type not in ("id", "reference") else about.length,
            "calculated": False,
            "calculatedFormula": None,
            "cascadeDelete": False,
            "caseSensitive": about.case_sensitive,
            "compoundFieldName": about.compound or None,
            "controllerName": None,
            "createable": about.createable and editable and not entity.read_only,
            "custom": about.custom,
            "defaultValue": about.default if about.default is not None else False if about.type == "boolean" else None,
            "defaultValueFormula": None,
            "defaultedOnCreate": about.type == "boolean" or about.default is not None or not about.createable,
            "dependentPicklist": False,
            "deprecatedAndHidden": False,
            "digits": about.digits,
            "displayLocationInDecimal": False,
            "encrypted": False,
            "externalId": about.external_id,
            "extraTypeInfo": None,
            "filterable": about.filterable,
            "filteredLookupInfo": None,
            "formulaTreatNullNumberAsZero": False,
            "groupable": grouped,
            "highScaleNumber": False,
            "htmlFormatted": False,
            "idLookup": about.id_lookup or about.external_id,
            "inlineHelpText": about.help,
            "label": about.label,
            "length": about.length,
            "mask": None,
            "maskType": None,
            "name": about.name,
            "nameField": about.name == "Name" or (entity.name == "Case" and about.name == "CaseNumber"),
            "namePointing": len(about.refers_to) > 1,
            "nillable": about.nillable,
            "permissionable": about.permissionable,
            "picklistValues": self._picklist(entity, about),
            "polymorphicForeignKey": len(about.refers_to) > 1,
            "precision": about.precision if number else 0,
            "queryByDistance": False,
            "referenceTargetField": None,
            "referenceTo": list(about.refers_to),
            "relationshipName": about.relationship,
            "relationshipOrder": None,
            "restrictedDelete": False,
            "restrictedPicklist": False,
            "scale": about.scale,
            "searchPrefilterable": False,
            "soapType": _SOAP.get(about.type, "xsd:string"),
            "sortable": about.type not in ("address", "textarea", "anyType"),
            "type": about.type,
            "unique": about.unique,
            "updateable": about.updateable and editable and not entity.read_only,
            "writeRequiresMasterRead": False,
        }

    def _picklist(self, entity: Entity, about: Field) -> list[dict[str, Any]]:
        if about.type != "picklist":
            return []
        sources = {("Opportunity", "StageName"): "OpportunityStage", ("Lead", "Status"): "LeadStatus"}
        source = sources.get((entity.name, about.name))
        table = self._store.tables[source] if source else None
        if table is not None and table.rows:
            rows = sorted(table.rows.values(), key=lambda row: row["SortOrder"] or 0)
            values = [row["ApiName"] or row["MasterLabel"] for row in rows]
        else:
            values = sorted({row.get(about.name) for row in self._store.tables[entity.name].rows.values()} - {None})
        return [
            {"active": True, "defaultValue": False, "label": value, "validFor": None, "value": value}
            for value in values
        ]

    def _counts(self, call: Call) -> Response:
        asked = [name for name in call.query.get("sObjects", "").split(",") if name]
        entities = [e for e in map(self._store.entity, asked) if e] if asked else list(self._store.entities())
        counted = ((entity.name, sum(not row["IsDeleted"] for row in self._store.rows(entity))) for entity in entities)
        return json({"sObjects": [{"count": count, "name": name} for name, count in counted if count]})
