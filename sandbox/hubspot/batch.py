"""
Up to a hundred records at once, and what HubSpot answers when only some of them can be done.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sandbox.hubspot import views
from sandbox.hubspot.clock import iso, now_ms
from sandbox.hubspot.object_types import ObjectType
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.removal import put_away
from sandbox.hubspot.store import Item
from sandbox.hubspot.values import as_text
from sandbox.hubspot.web import Answer, Call
from sandbox.hubspot.wording import already_exists, bad_request, invalid_values, required

MOST, MOST_WITH_HISTORY = 100, 50
Json = dict[str, Any]


def _inputs(call: Call, most: int = MOST) -> list[Json]:
    inputs = call.json().get("inputs") or []
    if not isinstance(inputs, list) or not all(isinstance(entry, dict) for entry in inputs):
        raise bad_request("Invalid input JSON: inputs must be an array of objects")
    if len(inputs) > most:
        raise bad_request(
            f"The maximum number of inputs supported in a batch is {most}. Please reduce the number of items and try"
            " again"
        )
    return inputs


def shuffled(results: Iterable[Json]) -> list[Json]:
    """
    Results in an order that has nothing to do with the request's, the same at every run.
    """
    return sorted(results, key=lambda result: zlib.crc32(str(result["id"]).encode()))


def outcome(started: int, status: int, results: Iterable[Json], errors: Sequence[Json]) -> Answer:
    """
    The answer of a batch: its usual status, or 207 as soon as there is an error.
    """
    body: Json = {
        "status": "COMPLETE",
        "results": shuffled(results),
        "startedAt": iso(started),
        "completedAt": iso(now_ms()),
    }
    if errors:
        body |= {"numErrors": len(errors), "errors": list(errors)}
    return Answer(207 if errors else status, body)


def _missing(kind: ObjectType, ids: Sequence[str]) -> list[Json]:
    if not ids:
        return []
    what = f"Could not get some {kind.singular.upper()} objects, they may be deleted or not exist."
    message = f"{what} Check that ids are valid."
    return [{"status": "error", "category": "OBJECT_NOT_FOUND", "message": message, "context": {"ids": list(ids)}}]


def require_unique(portal: Portal, kind: ObjectType, name: str, doing: str) -> None:
    """
    Refuse an `idProperty` that does not tell records apart.

    Raises:
        Answer: 400.
    """
    if name not in portal.store.tables[kind.plural].unique:
        raise bad_request(f"Unable to perform {doing} by non-unique {kind.id} property {name}", idProperty=[name])


def holder(portal: Portal, kind: ObjectType, values: Mapping[str, str]) -> Item | None:
    """
    The record that holds one of the unique values already.
    """
    table = portal.store.tables[kind.plural]
    found = (table.find_by(name, values[name]) for name in table.unique if values.get(name))
    return next((item for item in found if item is not None), None)


def read(portal: Portal, kind: ObjectType, call: Call) -> Answer:
    started, body = now_ms(), call.json()
    with_history = list(body.get("propertiesWithHistory") or [])
    inputs = _inputs(call)
    if with_history and len(inputs) > MOST_WITH_HISTORY:
        raise bad_request("The maximum number of inputs supported in a batch request for property histories is 50")
    table, by = portal.store.tables[kind.plural], str(body.get("idProperty") or "")
    if by and by != "hs_object_id":
        require_unique(portal, kind, by, "read")
    names = portal.catalogue.known(kind, [*(body.get("properties") or []), *with_history])
    found: dict[int, Item] = {}
    missing = []
    for id_ in dict.fromkeys(str(entry.get("id", "")) for entry in inputs):
        by_id = not by or by == "hs_object_id"
        item = table.find(id_, archived=call.flag("archived")) if by_id else table.find_by(by, id_)
        if item is None:
            missing.append(id_)
        else:
            found[item.id] = item
    results = [views.record(kind, item, names) for item in found.values()]
    if with_history:
        known = [name for name in with_history if portal.catalogue.find(kind, name)]
        for result in results:
            result["propertiesWithHistory"] = views.history(table.items[int(result["id"])], known)
    return outcome(started, 200, results, _missing(kind, missing))


class _Writes:
    """
    A batch of writes on its way: what is good, what is refused, and whether refusals stand alone.
    """

    def __init__(self, portal: Portal, kind: ObjectType, inputs: list[Json]) -> None:
        self.portal, self.kind, self.inputs = portal, kind, inputs
        traces = [entry.get("objectWriteTraceId") for entry in inputs]
        self.traced = all(traces) and len(set(map(str, traces))) == len(traces)
        self.errors: list[Json] = []

    def refuse(self, entry: Json, answer: Answer, **context: list[str]) -> None:
        """
        Note a refusal under its trace id.

        Raises:
            Answer: The refusal of the whole batch when its entries cannot be told apart.
        """
        if not self.traced:
            raise answer
        trace = {"objectWriteTraceId": [str(entry["objectWriteTraceId"])], **context}
        self.errors.append({**answer.body, "context": {**answer.body.get("context", {}), **trace}})

    def values(self, entry: Json) -> dict[str, str] | None:
        properties = entry.get("properties")
        if not isinstance(properties, dict):
            raise required("properties")
        values, problems = self.portal.check(self.kind, properties)
        if problems:
            self.refuse(entry, Answer(400, invalid_values(problems)))
            return None
        return values

    def view(self, entry: Json, item: Item, values: Iterable[str]) -> Json:
        view = views.record(self.kind, item, dict.fromkeys([*self.kind.always, *values]))
        if entry.get("objectWriteTraceId"):
            view["objectWriteTraceId"] = str(entry["objectWriteTraceId"])
        return view


def _refuse_repeats(ids: Iterable[str]) -> None:
    repeated = [id_ for id_, n in Counter(ids).items() if n > 1]
    if repeated:
        listed = ", ".join(repeated)
        raise bad_request(f"Duplicate IDs found in batch input: [{listed}]. IDs must be unique", ids=repeated)


def _key(entry: Json) -> str:
    id_ = str(entry.get("id", ""))
    return id_.strip().lower() if entry.get("idProperty") else id_


def update(portal: Portal, kind: ObjectType, call: Call) -> Answer:
    started, inputs = now_ms(), _inputs(call)
    _refuse_repeats(map(_key, inputs))
    table, writes = portal.store.tables[kind.plural], _Writes(portal, kind, inputs)
    good: list[tuple[Json, Item, dict[str, str]]] = []
    missing = []
    for entry in inputs:
        by, id_ = entry.get("idProperty"), str(entry.get("id", ""))
        if by:
            require_unique(portal, kind, by, "update")
        values = writes.values(entry)
        item = table.find_by(by, id_) if by else table.find(id_)
        if values is None:
            continue
        if item is None:
            # An e-mail address given as an id matches nothing, and HubSpot does not say so.
            if by or id_.isdigit():
                missing.append(id_)
            continue
        refused = portal.refusals.get((kind.plural, str(item.id)))
        taken = holder(portal, kind, values)
        if refused is not None:
            writes.refuse(entry, bad_request(refused))
        elif taken is not None and taken is not item:
            writes.refuse(entry, already_exists(kind.singular, str(taken.id)), existingId=[str(taken.id)])
        else:
            good.append((entry, item, values))
    for _, item, values in good:
        portal.write(kind, item, values)
    results = [writes.view(entry, item, values) for entry, item, values in good]
    return outcome(started, 200, results, [*writes.errors, *_missing(kind, missing)])


def create(portal: Portal, kind: ObjectType, call: Call) -> Answer:
    started, inputs = now_ms(), _inputs(call)
    writes = _Writes(portal, kind, inputs)
    good: list[tuple[Json, dict[str, str]]] = []
    claimed: set[tuple[str, str]] = set()
    for entry in inputs:
        values = writes.values(entry)
        if values is None:
            continue
        unique = {(name, values[name].lower()) for name in portal.store.tables[kind.plural].unique if values.get(name)}
        taken = holder(portal, kind, values)
        if taken is not None:
            writes.refuse(entry, already_exists(kind.singular, str(taken.id)), existingId=[str(taken.id)])
        elif unique & claimed:
            writes.refuse(entry, bad_request(f"Duplicate values found in batch input: {sorted(unique & claimed)}"))
        else:
            portal.association_targets(kind, entry.get("associations") or [])
            claimed |= unique
            good.append((entry, values))
    results = []
    for entry, values in good:
        item = portal.create(kind, values)
        portal.associate(kind, item, entry.get("associations") or [])
        results.append(writes.view(entry, item, values))
    return outcome(started, 201, results, writes.errors)


def upsert(portal: Portal, kind: ObjectType, call: Call) -> Answer:
    started, inputs = now_ms(), _inputs(call)
    table, writes = portal.store.tables[kind.plural], _Writes(portal, kind, inputs)
    for entry in inputs:
        if not entry.get("idProperty"):
            raise required("idProperty")
        require_unique(portal, kind, entry["idProperty"], "upsert")
    _refuse_repeats(map(_key, inputs))
    good: list[tuple[Json, dict[str, str]]] = []
    for entry in inputs:
        named = {entry["idProperty"]: as_text(entry.get("id", "")), **(entry.get("properties") or {})}
        values = writes.values({**entry, "properties": named})
        item = table.find_by(entry["idProperty"], str(entry.get("id", "")))
        refused = portal.refusals.get((kind.plural, str(item.id))) if item is not None else None
        if values is not None and refused is not None:
            writes.refuse(entry, bad_request(refused))
        elif values is not None:
            good.append((entry, values))
    results = []
    for entry, values in good:
        item = table.find_by(entry["idProperty"], str(entry["id"]))
        new = item is None
        if item is None:
            item = portal.create(kind, values)
        else:
            portal.write(kind, item, values)
        results.append({**writes.view(entry, item, values), "new": new})
    return outcome(started, 200, results, writes.errors)


def archive(portal: Portal, kind: ObjectType, call: Call) -> Answer:
    for entry in _inputs(call):
        put_away(portal, kind, str(entry.get("id", "")))
    return Answer(204)
