"""
Pipelines and their stages, and the owners of records.
"""

from __future__ import annotations

from typing import Any

from sandbox.hubspot.clock import iso, now_ms
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.web import Answer, Call
from sandbox.hubspot.wording import bad_request, not_found, unknown_route
from sandbox.vendor import Record

MOST_OWNERS, DEFAULT_OWNERS = 500, 100


def handle_pipelines(portal: Portal, call: Call) -> Answer:
    """
    The routes under `/crm/v3/pipelines/{type}`.
    """
    if not call.parts:
        return unknown_route()
    kind, rest = portal.kind(call.parts[0]), call.parts[1:]
    pipelines = portal.pipelines.get(kind.plural, [])
    if not rest:
        return Answer(200, {"results": pipelines}) if call.method == "GET" else unknown_route()
    pipeline = _by_id(pipelines, rest[0])
    if len(rest) == 1 and call.method == "GET":
        return Answer(200, pipeline)
    if len(rest) == 1 and call.method == "PATCH":
        _rename(pipeline, call)
        _touch(portal, kind.plural, pipeline)
        return Answer(200, pipeline)
    if rest[1:2] != ["stages"] or len(rest) > 3:
        return unknown_route()
    if len(rest) == 2:
        return Answer(200, {"results": pipeline["stages"]}) if call.method == "GET" else unknown_route()
    stage = _by_id(pipeline["stages"], rest[2])
    if call.method == "PATCH":
        _rename(stage, call)
    return Answer(200, stage) if call.method in ("GET", "PATCH") else unknown_route()


def _by_id(records: list[Record], id_: str) -> Record:
    found = next((record for record in records if record["id"] == id_), None)
    if found is None:
        raise not_found()
    return found


def _rename(record: Record, call: Call) -> None:
    changes = {key: value for key, value in call.json().items() if key in ("label", "displayOrder", "metadata")}
    metadata = {key: str(value) for key, value in changes.pop("metadata", {}).items()}
    if metadata:
        record["metadata"] |= metadata
    record |= {**changes, "updatedAt": iso(now_ms())}


def _touch(portal: Portal, plural: str, pipeline: Record) -> None:
    """
    A renamed pipeline touches every record in it.
    """
    table, moment = portal.store.tables[plural], now_ms()
    name = {"deals": "pipeline", "tickets": "hs_pipeline"}.get(plural)
    for number in table.live if name else ():
        item = table.items[number]
        if item.properties.get(str(name)) == pipeline["id"]:
            table.touch(item, moment)
    table.version += 1


def handle_owners(portal: Portal, call: Call) -> Answer:
    """
    The routes under `/crm/v3/owners`.
    """
    if call.method != "GET" or len(call.parts) > 1:
        return unknown_route()
    archived = call.flag("archived")
    owners = [owner for owner in portal.owners if bool(owner["archived"]) == archived]
    if call.parts:
        key = "userId" if call.text("idProperty") == "userId" else "id"
        found = next((owner for owner in owners if str(owner.get(key)) == call.parts[0]), None)
        if found is None:
            raise not_found()
        return Answer(200, _shown(found))
    if call.text("email"):
        owners = [owner for owner in owners if owner["email"].lower() == call.text("email").lower()]
    limit, after = call.text("limit") or str(DEFAULT_OWNERS), call.text("after") or "0"
    if not limit.isdigit() or not 0 < int(limit) <= MOST_OWNERS or not after.isdigit():
        raise bad_request(f"The limit must be between 1 and {MOST_OWNERS}, but was {limit}.", limit=[limit])
    start, end = int(after), int(after) + int(limit)
    body: dict[str, Any] = {"results": [_shown(owner) for owner in owners[start:end]]}
    if end < len(owners):
        body["paging"] = {"next": {"after": str(end), "link": call.next_link(str(end))}}
    return Answer(200, body)


def _shown(owner: Record) -> Record:
    return {key: value for key, value in owner.items() if value is not None}
