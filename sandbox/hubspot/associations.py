"""
Associations v4: which records belong to which, with their types.
"""

from __future__ import annotations

from typing import Any

from sandbox.hubspot.clock import iso, now_ms
from sandbox.hubspot.object_types import ASSOCIATION_TYPES, ObjectType
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.store import Link
from sandbox.hubspot.web import Answer, Call
from sandbox.hubspot.wording import bad_request, html, not_found, unknown_route

MOST_READ, MOST_WRITTEN, PAGE = 1000, 2000, 500
Json = dict[str, Any]


def types_of(kind: ObjectType, to: ObjectType, *, primary: bool) -> list[Json]:
    """
    The association types of one link, the primary one first.
    """
    plain, first = ASSOCIATION_TYPES.get((kind.singular, to.singular), (0, None))
    types = [{"category": "HUBSPOT_DEFINED", "typeId": plain, "label": None}]
    if primary and first is not None:
        types.insert(0, {"category": "HUBSPOT_DEFINED", "typeId": first, "label": "Primary"})
    return types


def _rows(kind: ObjectType, to: ObjectType, links: Link, after: str, limit: int) -> tuple[list[Json], str]:
    ids = sorted(links)
    start = int(after) if after.isdigit() else 0
    chosen = ids[start : start + limit]
    rows: list[Json] = [
        {"toObjectId": id_, "associationTypes": types_of(kind, to, primary=links[id_])} for id_ in chosen
    ]
    return rows, str(start + limit) if start + limit < len(ids) else ""


def handle(portal: Portal, call: Call) -> Answer:
    """
    The routes under `/crm/v4/associations/{from}/{to}`.
    """
    if len(call.parts) < 3:
        return unknown_route()
    kind, to = portal.kind(call.parts[0]), portal.kind(call.parts[1])
    rest = "/".join(call.parts[2:])
    if rest == "labels" and call.method == "GET":
        return Answer(200, {"results": types_of(kind, to, primary=True)})
    posts = {
        "batch/read": _read,
        "batch/create": _create,
        "batch/associate/default": _create_default,
        "batch/archive": _archive,
    }
    if rest in posts:
        return posts[rest](portal, kind, to, call) if call.method == "POST" else html(405, "Method Not Allowed")
    return unknown_route()


def _inputs(call: Call, most: int) -> list[Json]:
    inputs: list[Json] = call.json().get("inputs") or []
    if len(inputs) > most:
        raise bad_request(f"The maximum number of inputs supported in a batch is {most}, but {len(inputs)} were sent.")
    return inputs


def _read(portal: Portal, kind: ObjectType, to: ObjectType, call: Call) -> Answer:
    started = now_ms()
    results, errors = [], []
    for entry in _inputs(call, MOST_READ):
        id_, after = str(entry.get("id", "")), str(entry.get("after") or "")
        if not id_.isdigit():
            errors.append(_invalid(id_))
            continue
        links = portal.store.linked(kind, int(id_), to)
        if not links:
            errors.append(_nothing(kind, to, id_))
            continue
        rows, following = _rows(kind, to, links, after, PAGE)
        result: Json = {"from": {"id": id_}, "to": rows}
        if following:
            link = f"{call.base_url}/crm/v4/objects/{kind.plural}/{id_}/associations/{to.plural}?after={following}"
            result["paging"] = {"next": {"after": following, "link": f"{link}&limit={PAGE}"}}
        results.append(result)
    body: Json = {
        "status": "COMPLETE",
        "results": results,
        "startedAt": iso(started),
        "completedAt": iso(now_ms()),
    }
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
    return Answer(207 if errors else 200, body)


def _nothing(kind: ObjectType, to: ObjectType, id_: str) -> Json:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {to.singular} is associated with {kind.singular} {id_}.",
        "context": {"fromObjectId": [id_], "fromObjectType": [kind.singular], "toObjectType": [to.singular]},
    }


def _invalid(id_: str) -> Json:
    return {
        "status": "error",
        "category": "VALIDATION_ERROR",
        "subCategory": "crm.associations.INVALID_IDENTIFIER",
        "message": f"{id_} is not a valid object id.",
        "context": {"id": [id_]},
    }


def one_record(portal: Portal, kind: ObjectType, call: Call) -> Answer:
    """
    `/crm/v4/objects/{type}/{id}/associations/{to}`: one record's links.
    """
    id_, rest = call.parts[1], call.parts[3:]
    if rest[0] == "default" and len(rest) == 3 and call.method == "PUT":
        to = portal.kind(rest[1])
        pairs = _link(portal, kind, to, [{"from": {"id": id_}, "to": {"id": rest[2]}}])
        return Answer(200, _default_body(kind, to, pairs))
    to = portal.kind(rest[0])
    if len(rest) == 1 and call.method == "GET":
        return _page(portal, kind, to, call)
    if len(rest) == 2 and call.method in ("PUT", "DELETE"):
        entry = {"from": {"id": id_}, "to": {"id": rest[1]}}
        if call.method == "DELETE":
            _unlink(portal, kind, to, entry)
            return Answer(204)
        pairs = _link(portal, kind, to, [entry])
        return Answer(200, _labels(kind, to, *pairs[0]))
    return unknown_route()


def _page(portal: Portal, kind: ObjectType, to: ObjectType, call: Call) -> Answer:
    item = portal.store.tables[kind.plural].find(call.parts[1])
    if item is None:
        raise not_found()
    limit = call.text("limit") or str(PAGE)
    if not limit.isdigit() or not 0 < int(limit) <= PAGE:
        raise bad_request(f"The limit must be between 1 and {PAGE}, but was {limit}.", limit=[limit])
    # A merged-away record is found under its new id, but its own links are gone.
    links = portal.store.linked(kind, int(call.parts[1]), to)
    rows, following = _rows(kind, to, links, call.text("after"), int(limit))
    body: Json = {"results": rows}
    if following:
        body["paging"] = {"next": {"after": following, "link": call.next_link(following)}}
    return Answer(200, body)


def _link(portal: Portal, kind: ObjectType, to: ObjectType, entries: list[Json]) -> list[tuple[int, int]]:
    primary_type = ASSOCIATION_TYPES.get((kind.singular, to.singular), (0, None))[1]
    pairs = []
    for entry in entries:
        here = portal.store.tables[kind.plural].find(str(entry["from"]["id"]))
        there = portal.store.tables[to.plural].find(str(entry["to"]["id"]))
        if here is None or there is None:
            bad = str(entry["from"]["id"] if here is None else entry["to"]["id"])
            raise bad_request("One or more associations are invalid", INVALID_OBJECT_IDS=[bad])
        primary = any(spec.get("associationTypeId") == primary_type for spec in entry.get("types") or [])
        portal.store.link(kind, here.id, to, there.id, primary=primary and primary_type is not None)
        pairs.append((here.id, there.id))
    return pairs


def _unlink(portal: Portal, kind: ObjectType, to: ObjectType, entry: Json) -> None:
    targets = entry["to"] if isinstance(entry["to"], list) else [entry["to"]]
    for target in targets:
        if str(entry["from"]["id"]).isdigit() and str(target["id"]).isdigit():
            portal.store.unlink(kind, int(entry["from"]["id"]), to, int(target["id"]))


def _labels(kind: ObjectType, to: ObjectType, here: int, there: int) -> Json:
    return {
        "fromObjectTypeId": kind.id,
        "fromObjectId": str(here),
        "toObjectTypeId": to.id,
        "toObjectId": str(there),
        "labels": [],
    }


def _default_body(kind: ObjectType, to: ObjectType, pairs: list[tuple[int, int]]) -> Json:
    moment = iso(now_ms())
    plain = types_of(kind, to, primary=False)[0]
    spec = {"associationCategory": plain["category"], "associationTypeId": plain["typeId"]}
    rows = [{"from": {"id": str(a)}, "to": {"id": str(b)}, "associationSpec": spec} for a, b in pairs]
    return {"status": "COMPLETE", "results": rows, "startedAt": moment, "completedAt": moment}


def _create(portal: Portal, kind: ObjectType, to: ObjectType, call: Call) -> Answer:
    moment = iso(now_ms())
    pairs = _link(portal, kind, to, _inputs(call, MOST_WRITTEN))
    rows = [_labels(kind, to, *pair) for pair in pairs]
    return Answer(201, {"status": "COMPLETE", "results": rows, "startedAt": moment, "completedAt": iso(now_ms())})


def _create_default(portal: Portal, kind: ObjectType, to: ObjectType, call: Call) -> Answer:
    return Answer(200, _default_body(kind, to, _link(portal, kind, to, _inputs(call, MOST_WRITTEN))))


def _archive(portal: Portal, kind: ObjectType, to: ObjectType, call: Call) -> Answer:
    for entry in _inputs(call, MOST_WRITTEN):
        _unlink(portal, kind, to, entry)
    return Answer(204)
