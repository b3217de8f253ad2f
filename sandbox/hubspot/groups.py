"""
Property groups: read, create, rename, archive.
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.hubspot.object_types import ObjectType
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.web import Answer, Call
from sandbox.hubspot.wording import absent, bad_request, error, html, required

NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
"""
What a property or a group may be called.
"""
Json = dict[str, Any]


def handle_groups(portal: Portal, kind: ObjectType, rest: list[str], call: Call) -> Answer:
    """
    The routes under `/crm/v3/properties/{type}/groups`.
    """
    table = portal.catalogue.groups[kind.plural]
    if not rest:
        if call.method == "GET":
            return Answer(
                200, {"results": [_shown(g) for g in table.values() if g["archived"] == call.flag("archived")]}
            )
        return _create_group(table, call.json()) if call.method == "POST" else html(405, "Method Not Allowed")
    group = table.get(rest[0])
    if group is None or group["archived"]:
        return Answer(204) if call.method == "DELETE" else absent("Property group", rest[0])
    if call.method == "PATCH":
        group |= {key: value for key, value in call.json().items() if key in ("label", "displayOrder")}
    elif call.method == "DELETE":
        definitions = portal.catalogue.properties[kind.plural].values()
        if any(d["groupName"] == rest[0] and not d["archived"] for d in definitions):
            raise error(
                400,
                f"Property group {rest[0]} has active properties.",
                "VALIDATION_ERROR",
                subCategory="PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES",
            )
        group["archived"] = True
        return Answer(204)
    return Answer(200, _shown(group))


def _shown(group: Json) -> Json:
    return {key: value for key, value in group.items() if key != "createdHere"}


def _create_group(table: dict[str, Json], body: Json) -> Answer:
    missing = [key for key in ("name", "label") if not body.get(key)]
    if missing:
        raise required(*missing)
    name = str(body["name"])
    if name in table and not table[name]["archived"]:
        raise error(
            409,
            f"A property group named '{name}' already exists.",
            "OBJECT_ALREADY_EXISTS",
            subCategory="Properties.GROUP_WITHNAME_EXISTS",
        )
    if not NAME.fullmatch(name):
        raise bad_request(f"Invalid property group name {name}", name=[name])
    order = body.get("displayOrder")
    table[name] = {
        "name": name,
        "label": str(body["label"]),
        "displayOrder": -1 if order is None else order,
        "archived": False,
        "createdHere": True,
    }
    return Answer(201, _shown(table[name]))
