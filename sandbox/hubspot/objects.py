"""
Single records: list, get, create, update, archive, merge and the deletion for good.
"""

from __future__ import annotations

from collections.abc import Callable

from sandbox.hubspot import batch, views
from sandbox.hubspot.associations import one_record as associations_of_one
from sandbox.hubspot.object_types import ObjectType
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.removal import merge, put_away
from sandbox.hubspot.search import search
from sandbox.hubspot.store import Item
from sandbox.hubspot.web import Answer, Call
from sandbox.hubspot.wording import (
    already_exists,
    bad_request,
    html,
    invalid_values,
    not_found,
    not_numeric,
    required,
    unknown_route,
)

MOST, MOST_WITH_HISTORY, MOST_ASSOCIATIONS = 100, 50, 500


def handle(portal: Portal, call: Call) -> Answer:
    """
    The routes under `/crm/v3/objects/{type}`.
    """
    if not call.parts:
        return unknown_route()
    kind = portal.kind(call.parts[0])
    rest = call.parts[1:]
    if not rest:
        if call.method == "GET":
            return _page(portal, kind, call)
        return _create(portal, kind, call) if call.method == "POST" else html(405, "Method Not Allowed")
    posts: dict[str, Callable[[Portal, ObjectType, Call], Answer]] = {
        "search": search,
        "batch/read": batch.read,
        "batch/create": batch.create,
        "batch/update": batch.update,
        "batch/upsert": batch.upsert,
        "batch/archive": batch.archive,
        "merge": _merge,
        "gdpr-delete": _delete_for_good,
    }
    if call.method == "POST" and "/".join(rest) in posts:
        return posts["/".join(rest)](portal, kind, call)
    if len(rest) == 3 and rest[1] == "associations" and call.version == "v3" and call.method == "GET":
        return _linked(portal, kind, call)
    if len(rest) >= 3 and rest[1] == "associations" and call.version != "v3":
        return associations_of_one(portal, kind, call)
    singles = {"GET": _get, "PATCH": _update, "DELETE": _archive}
    if len(rest) == 1 and call.method in singles:
        return singles[call.method](portal, kind, call)
    return unknown_route()


def _limit(call: Call, most: int, default: int = 10) -> int:
    text = call.text("limit") or str(default)
    if not text.lstrip("-").isdigit():
        raise bad_request(f"{text} was not a valid long.", limit=[text])
    if not 0 < int(text) <= most:
        raise bad_request(f"The limit must be between 1 and {most}, but was {text}.", limit=[text])
    return int(text)


def _view(portal: Portal, kind: ObjectType, item: Item, call: Call) -> dict[str, object]:
    view = views.record(kind, item, portal.catalogue.known(kind, call.many("properties")))
    with_history = call.many("propertiesWithHistory")
    if with_history:
        known = [name for name in with_history if portal.catalogue.find(kind, name)]
        view["propertiesWithHistory"] = views.history(item, known)
        view["properties"] |= {name: item.properties.get(name) for name in known}
    if call.many("associations"):
        to_kinds = [portal.kind(name) for name in call.many("associations")]
        if found := views.associations(portal, kind, item, to_kinds, call.base_url):
            view["associations"] = found
    return view


def _page(portal: Portal, kind: ObjectType, call: Call) -> Answer:
    limit = _limit(call, MOST_WITH_HISTORY if call.many("propertiesWithHistory") else MOST)
    after = call.text("after")
    if after and not after.isdigit():
        raise bad_request(f"The after cursor {after} is not one of ours.", after=[after])
    items, following = portal.store.tables[kind.plural].page(after, limit, archived=call.flag("archived"))
    if call.many("propertiesWithHistory") or call.many("associations"):
        results = [_view(portal, kind, item, call) for item in items]
    else:
        names = portal.catalogue.known(kind, call.many("properties"))
        results = [views.record(kind, item, names) for item in items]
    body: dict[str, object] = {"results": results}
    if following:
        body["paging"] = {"next": {"after": following, "link": call.next_link(following)}}
    return Answer(200, body)


def find(portal: Portal, kind: ObjectType, id_: str, id_property: str, *, archived: bool = False) -> Item:
    """
    The record that a path means.

    Raises:
        Answer: 404, or 400 for an `idProperty` that is not unique.
    """
    table = portal.store.tables[kind.plural]
    if id_property and id_property != "hs_object_id":
        batch.require_unique(portal, kind, id_property, "read")
        item = table.find_by(id_property, id_)
    elif not id_.isdigit():
        raise not_numeric(id_)
    else:
        item = table.find(id_, archived=archived)
    if item is None:
        raise not_found()
    return item


def _get(portal: Portal, kind: ObjectType, call: Call) -> Answer:
    item = find(portal, kind, call.parts[1], call.text("idProperty"), archived=call.flag("archived"))
    return Answer(200, _view(portal, kind, item, call))


def _linked(portal: Portal, kind: ObjectType, call: Call) -> Answer:
    to = portal.kind(call.parts[3])
    rows = views.association_rows(portal, kind, find(portal, kind, call.parts[1], ""), to)
    limit, after = _limit(call, MOST_ASSOCIATIONS, MOST_ASSOCIATIONS), call.text("after") or "0"
    if not after.isdigit():
        raise bad_request(f"The after cursor {after} is not one of ours.", after=[after])
    end = int(after) + limit
    body: dict[str, object] = {"results": rows[int(after) : end]}
    if end < len(rows):
        body["paging"] = {"next": {"after": str(end), "link": call.next_link(str(end))}}
    return Answer(200, body)


def _create(portal: Portal, kind: ObjectType, call: Call) -> Answer:
    body = call.json()
    properties = body.get("properties")
    if not isinstance(properties, dict):
        raise required("properties")
    values, problems = portal.check(kind, properties)
    if problems:
        raise Answer(400, invalid_values(problems))
    taken = batch.holder(portal, kind, values)
    if taken is not None:
        raise already_exists(kind.singular, str(taken.id))
    associations = body.get("associations") or []
    portal.association_targets(kind, associations)
    item = portal.create(kind, values)
    portal.associate(kind, item, associations)
    view = views.record(kind, item, [*kind.always, *values])
    location = f"{call.base_url}/crm/v3/objects/{kind.id}/{item.id}"
    return Answer(201, view, {"Location": location})


def _update(portal: Portal, kind: ObjectType, call: Call) -> Answer:
    properties = call.json().get("properties")
    if not isinstance(properties, dict):
        raise required("properties")
    if not properties:
        raise bad_request("No properties found to update, please provide at least one.")
    item = find(portal, kind, call.parts[1], call.text("idProperty"))
    values, problems = portal.check(kind, properties)
    if problems:
        raise Answer(400, invalid_values(problems))
    refused = portal.refusals.get((kind.plural, str(item.id)))
    if refused is not None:
        raise bad_request(refused)
    taken = batch.holder(portal, kind, values)
    if taken is not None and taken is not item:
        raise already_exists(kind.singular, str(taken.id))
    portal.write(kind, item, values)
    return Answer(200, views.record(kind, item, dict.fromkeys([*kind.always, *values])))


def _archive(portal: Portal, kind: ObjectType, call: Call) -> Answer:
    put_away(portal, kind, call.parts[1])
    return Answer(204)


def _delete_for_good(portal: Portal, kind: ObjectType, call: Call) -> Answer:
    if kind.plural != "contacts":
        return unknown_route()
    body = call.json()
    if not body.get("objectId"):
        raise required("objectId")
    item = find(portal, kind, str(body["objectId"]), str(body.get("idProperty") or ""))
    portal.store.unlink_all(kind, item.id)
    portal.store.tables[kind.plural].forget(item)
    return Answer(204)


def _merge(portal: Portal, kind: ObjectType, call: Call) -> Answer:
    body = call.json()
    missing = [name for name in ("objectIdToMerge", "primaryObjectId") if not body.get(name)]
    if missing:
        raise required(*missing)
    kept = find(portal, kind, str(body["primaryObjectId"]), "")
    gone = find(portal, kind, str(body["objectIdToMerge"]), "")
    if kept is gone:
        raise bad_request("A record cannot be merged with itself.", ids=[str(kept.id)])
    merged = merge(portal, kind, kept, gone)
    return Answer(200, views.record(kind, merged, kind.always))
