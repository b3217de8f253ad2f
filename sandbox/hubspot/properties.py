"""
Property definitions and groups: read, create, change, archive, restore.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.hubspot.clock import iso, now_ms
from sandbox.hubspot.definitions import Definition, options_of
from sandbox.hubspot.groups import NAME, handle_groups
from sandbox.hubspot.object_types import ObjectType
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.web import Answer, Call
from sandbox.hubspot.wording import absent, bad_request, error, html, required, unknown_route

MOST_CUSTOM, MOST_UNIQUE, MOST_IN_BATCH = 1000, 10, 100
_PAIRS = {
    "number": {"number"},
    "string": {"text", "textarea", "html", "file", "phonenumber"},
    "date": {"date"},
    "datetime": {"date"},
    "bool": {"booleancheckbox"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox"},
}
_HINTS = {"unformatted", "formatted", "currency", "percentage", "duration", "probability"}
_DEFAULTS: Mapping[str, Any] = {
    "description": "",
    "displayOrder": -1,
    "hidden": False,
    "formField": False,
    "externalOptions": False,
    "hasUniqueValue": False,
    "dataSensitivity": "non_sensitive",
}
_HINT_FIELDS = ("numberDisplayHint", "showCurrencySymbol", "currencyPropertyName", "textDisplayHint")
_CHANGEABLE = {
    "label",
    "description",
    "groupName",
    "options",
    "displayOrder",
    "hidden",
    "formField",
    "type",
    "fieldType",
}
Json = dict[str, Any]


def handle(portal: Portal, call: Call) -> Answer:
    """
    The routes under `/crm/v3/properties/{type}`.
    """
    if not call.parts:
        return unknown_route()
    kind, rest = portal.kind(call.parts[0]), call.parts[1:]
    if rest[:1] == ["groups"]:
        return handle_groups(portal, kind, rest[1:], call)
    if rest[:1] == ["batch"] and len(rest) == 2 and call.method == "POST":
        batches = {"create": _create_many, "read": _read_many, "archive": _archive_many}
        return batches[rest[1]](portal, kind, call) if rest[1] in batches else unknown_route()
    if not rest:
        if call.method == "GET":
            found = listed(portal, kind, archived=call.flag("archived"))
            wanted = call.text("dataSensitivity") or "non_sensitive"
            return Answer(200, {"results": [d for d in found if d["dataSensitivity"] == wanted]})
        if call.method == "POST":
            return Answer(201, create(portal, kind, call.json()))
        return html(405, "Method Not Allowed")
    return _one(portal, kind, rest[0], call) if len(rest) == 1 else unknown_route()


def listed(portal: Portal, kind: ObjectType, *, archived: bool = False) -> list[Definition]:
    return [d for d in portal.catalogue.properties[kind.plural].values() if d["archived"] == archived]


def _one(portal: Portal, kind: ObjectType, name: str, call: Call) -> Answer:
    found = portal.catalogue.properties[kind.plural].get(name)
    if found is None or found["archived"] != (call.flag("archived") if call.method == "GET" else False):
        if call.method == "DELETE":
            return Answer(204)
        raise absent("Property", name)
    if call.method == "GET":
        return Answer(200, found)
    if call.method == "PATCH":
        return Answer(200, _change(portal, kind, found, call.json()))
    if call.method == "DELETE":
        _archive(found)
        return Answer(204)
    return html(405, "Method Not Allowed")


def create(portal: Portal, kind: ObjectType, body: Json) -> Definition:
    """
    A new property; the name of an archived one brings that one back.

    Raises:
        Answer: 400 for a definition that does not hold, 409 for a name that is taken.
    """
    missing = [key for key in ("name", "label", "type", "fieldType", "groupName") if not body.get(key)]
    if missing:
        raise required(*missing)
    name, table = str(body["name"]), portal.catalogue.properties[kind.plural]
    if not NAME.fullmatch(name):
        raise bad_request(
            f"Invalid property name {name}: it must start with a letter and hold lowercase letters, digits and"
            " underscores only, 100 at most",
            name=[name],
        )
    former = table.get(name)
    if former is not None and not former["archived"]:
        raise error(
            409,
            f"A property named '{name}' already exists.",
            "OBJECT_ALREADY_EXISTS",
            subCategory="Properties.PROPERTY_WITH_NAME_EXISTS",
            context={"propertyName": [name]},
        )
    _check(portal, kind, body)
    custom = [d for d in table.values() if not d["hubspotDefined"] and not d["archived"]]
    if len(custom) >= MOST_CUSTOM:
        raise bad_request(f"This account has reached its limit of {MOST_CUSTOM} custom properties.")
    if body.get("hasUniqueValue") and sum(d["hasUniqueValue"] for d in custom) >= MOST_UNIQUE:
        raise bad_request(f"This account has reached its limit of {MOST_UNIQUE} unique properties.")
    moment = iso(now_ms())
    kept = {key: body[key] for key in (*_DEFAULTS, *_HINT_FIELDS) if body.get(key) is not None}
    calculated = body["fieldType"] == "calculation_equation"
    table[name] = {
        **_DEFAULTS,
        **kept,
        "name": name,
        "label": str(body["label"]),
        "type": body["type"],
        "fieldType": body["fieldType"],
        "groupName": body["groupName"],
        "options": _options(body),
        "calculated": calculated,
        **({"calculationFormula": body["calculationFormula"]} if body.get("calculationFormula") else {}),
        "archived": False,
        "hubspotDefined": False,
        "modificationMetadata": {"archivable": True, "readOnlyDefinition": False, "readOnlyValue": calculated},
        "createdAt": moment,
        "updatedAt": moment,
        "createdUserId": "73074756",
        "updatedUserId": "73074756",
    }
    if table[name]["hasUniqueValue"]:
        portal.store.tables[kind.plural].index(name)
    return table[name]


def _check(portal: Portal, kind: ObjectType, body: Json) -> None:
    type_, field_type = str(body["type"]), str(body["fieldType"])
    if type_ not in _PAIRS:
        raise bad_request(f"Property type {type_} is not one of {', '.join(sorted(_PAIRS))}", type=[type_])
    if field_type not in _PAIRS[type_] and field_type != "calculation_equation":
        raise bad_request(f"Field type {field_type} does not go with the property type {type_}", fieldType=[field_type])
    group = portal.catalogue.groups[kind.plural].get(str(body["groupName"]))
    if group is None or group["archived"]:
        raise bad_request(f"Property group {body['groupName']} does not exist", groupName=[str(body["groupName"])])
    hint = body.get("numberDisplayHint")
    if hint is not None and (hint not in _HINTS or type_ != "number"):
        raise bad_request(f"numberDisplayHint {hint} does not go with the property type {type_}")
    values = [str(option.get("value")) for option in body.get("options") or []]
    if len(set(values)) != len(values):
        raise bad_request("The values of the options are not unique")
    if type_ == "bool" and sorted(value.lower() for value in values) != ["false", "true"]:
        raise bad_request("A boolean property needs exactly the options true and false")


def _options(body: Json) -> list[Json]:
    given = body.get("options") or []
    whole = options_of([(str(option.get("value")), str(option.get("label", ""))) for option in given])
    return [{**default, **option} for default, option in zip(whole, given, strict=True)]


def _change(portal: Portal, kind: ObjectType, found: Definition, body: Json) -> Definition:
    changes = {key: value for key, value in body.items() if key in _CHANGEABLE and value is not None}
    if found["modificationMetadata"]["readOnlyDefinition"] and set(changes) - {"label", "groupName", "options"}:
        raise bad_request(f"The definition of {found['name']} is read-only", name=[found["name"]])
    if not found["hubspotDefined"]:
        _check(portal, kind, {**found, **changes})
    if "options" in changes:
        changes["options"] = _options(changes)
    found |= {**changes, **{key: body[key] for key in _HINT_FIELDS if body.get(key) is not None}}
    found["updatedAt"] = iso(now_ms())
    return found


def _archive(found: Definition) -> None:
    if not found["modificationMetadata"]["archivable"]:
        raise error(
            400,
            f"Property {found['name']} cannot be deleted: it is in use or belongs to HubSpot.",
            "VALIDATION_ERROR",
            subCategory="PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE",
        )
    found |= {"archived": True, "archivedAt": iso(now_ms())}


def _inputs(call: Call) -> list[Json]:
    inputs: list[Json] = call.json().get("inputs") or []
    if len(inputs) > MOST_IN_BATCH:
        raise bad_request(f"The maximum number of inputs supported in a batch is {MOST_IN_BATCH}.")
    return inputs


def _many(status: int, started: int, results: list[Json], errors: list[Json]) -> Answer:
    body: Json = {
        "status": "COMPLETE",
        "results": results,
        "startedAt": iso(started),
        "completedAt": iso(now_ms()),
    }
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
    return Answer(207 if errors else status, body)


def _create_many(portal: Portal, kind: ObjectType, call: Call) -> Answer:
    started = now_ms()
    results, errors = [], []
    for body in _inputs(call):
        try:
            results.append(create(portal, kind, body))
        except Answer as refused:
            errors.append({"context": {"name": [str(body.get("name"))]}, **refused.body})
    return _many(201, started, results, errors)


def _read_many(portal: Portal, kind: ObjectType, call: Call) -> Answer:
    started, archived = now_ms(), bool(call.json().get("archived"))
    results, errors = [], []
    for entry in _inputs(call):
        found = portal.catalogue.properties[kind.plural].get(str(entry.get("name")))
        if found is not None and found["archived"] == archived:
            results.append(found)
        else:
            errors.append(absent("Property", str(entry.get("name"))).body)
    return _many(200, started, results, errors)


def _archive_many(portal: Portal, kind: ObjectType, call: Call) -> Answer:
    for entry in _inputs(call):
        found = portal.catalogue.find(kind, str(entry.get("name")))
        if found is not None:
            _archive(found)
    return Answer(204)
