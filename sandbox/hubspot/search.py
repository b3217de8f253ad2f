"""
Search: filters over an index that may lag, pages by offset, and nothing beyond ten thousand results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from sandbox.hubspot import views
from sandbox.hubspot.clock import now_ms, to_ms
from sandbox.hubspot.filters import compile_filters, problem_with
from sandbox.hubspot.object_types import ObjectType
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.store import Item, Table
from sandbox.hubspot.web import Answer, Call
from sandbox.hubspot.wording import bad_request, error

MOST, CAP = 200, 10_000
MOST_GROUPS, MOST_FILTERS, MOST_FILTERS_IN_ALL, LONGEST_QUERY = 5, 6, 18, 3000
Properties = dict[str, str]


def _request_problem(message: str) -> Answer:
    answer = error(
        400, "There was a problem with the request.", "VALIDATION_ERROR", errors=[{"message": message, "in": "body"}]
    )
    answer.rated = False
    return answer


def _number(body: dict[str, Any], name: str, default: int) -> int:
    value = body.get(name)
    if value in (None, ""):
        return default
    text = str(value)
    if isinstance(value, bool) or not text.isdigit():
        raise _request_problem(f"{name} must be an integer, but was {text}")
    return int(text)


def search(portal: Portal, kind: ObjectType, call: Call) -> Answer:
    """
    POST `.../search`.
    """
    body = call.json()
    limit, after = _number(body, "limit", 10), _number(body, "after", 0)
    if not 0 < limit <= MOST:
        raise _request_problem(f"limit must be between 1 and {MOST}, but was {limit}")
    if after + limit > CAP:
        raise _request_problem(f"The search cannot page past the first {CAP} results: after {after}, limit {limit}")
    found = _found(portal, kind, _query(portal, kind, body))
    chosen = found[after : after + limit]
    names = portal.catalogue.known(kind, list(body.get("properties") or []))
    answer: dict[str, Any] = {"total": len(found), "results": [_view(portal, kind, item, names) for item in chosen]}
    if after + limit < len(found):
        answer["paging"] = {"next": {"after": str(after + limit)}}
    return Answer(200, answer, rated=False)


def _query(portal: Portal, kind: ObjectType, body: dict[str, Any]) -> dict[str, Any]:
    groups = [group.get("filters") or [] for group in body.get("filterGroups") or []]
    if body.get("filters"):
        groups.append(body["filters"])
    sorts = body.get("sorts") or []
    if len(groups) > MOST_GROUPS:
        raise _request_problem(f"too many filter groups: {len(groups)}, of at most {MOST_GROUPS}")
    if any(len(group) > MOST_FILTERS for group in groups) or sum(map(len, groups)) > MOST_FILTERS_IN_ALL:
        raise _request_problem(f"too many filters: at most {MOST_FILTERS} in a group and {MOST_FILTERS_IN_ALL} in all")
    if len(sorts) > 1:
        raise _request_problem("only one sort is allowed")
    text = str(body.get("query") or "")
    if len(text) > LONGEST_QUERY:
        raise _request_problem(f"query is longer than {LONGEST_QUERY} characters")
    for group in groups:
        for one in group:
            if message := problem_with(portal, kind, one):
                raise _request_problem(message)
            if _is_epoch(portal, kind, one):
                raise Answer(500, {"status": "error", "message": "internal error"}, rated=False)
    return {"groups": groups, "sort": _sort(portal, kind, sorts), "query": text.lower()}


def _is_epoch(portal: Portal, kind: ObjectType, one: dict[str, Any]) -> bool:
    if portal.catalogue.type_of(kind, one["propertyName"]) not in ("date", "datetime"):
        return False
    return any(one.get(key) not in (None, "") and to_ms(str(one[key])) == 0 for key in ("value", "highValue"))


def _sort(portal: Portal, kind: ObjectType, sorts: list[Any]) -> tuple[str, bool]:
    if not sorts:
        return kind.created, False
    if isinstance(sorts[0], str):
        name, descending = sorts[0].lstrip("-"), sorts[0].startswith("-")
    else:
        name = str(sorts[0].get("propertyName", ""))
        descending = str(sorts[0].get("direction", "ASCENDING")).upper().startswith("DESC")
    if portal.catalogue.find(kind, name) is None:
        raise bad_request(f"Property '{name}' does not exist", propertyName=[name])
    return name, descending


def _lagging(portal: Portal, item: Item) -> bool:
    return portal.index_lag > 0 and now_ms() - item.written < portal.index_lag * 1000


def _indexed(portal: Portal, table: Table) -> Iterator[tuple[Item, Properties]]:
    for number in table.live:
        item = table.items[number]
        if not _lagging(portal, item):
            yield item, item.properties
        elif item.indexed is not None:
            yield item, item.indexed[0]


def _view(portal: Portal, kind: ObjectType, item: Item, names: list[str]) -> dict[str, Any]:
    view = views.record(kind, item, names)
    if item.indexed is not None and _lagging(portal, item):
        old, updated = item.indexed
        view |= {"properties": {name: old.get(name) for name in names}, "updatedAt": updated}
    return view


def _found(portal: Portal, kind: ObjectType, query: dict[str, Any]) -> list[Item]:
    """
    All matches in order; the last query of a type is remembered, since its pages ask the same again.
    """
    table = portal.store.tables[kind.plural]
    key = (table.version, orjson.dumps(query))
    remembered = portal.searches.get(kind.plural)
    if remembered is not None and remembered[0] == key and portal.index_lag <= 0:
        return remembered[1]
    matches = compile_filters(portal, kind, query["groups"])
    text = query["query"]
    rows = [
        (item, properties)
        for item, properties in _indexed(portal, table)
        if matches(item, properties) and (not text or _mentions(kind, properties, text))
    ]
    name, descending = query["sort"]
    value_of = _sort_value(portal.catalogue.type_of(kind, name))
    with_value = [(value_of(row[1][name]), row) for row in rows if row[1].get(name)]
    # Ties by id, so that pages of one query fit together.
    with_value.sort(key=lambda pair: pair[1][0].id)
    with_value.sort(key=lambda pair: pair[0], reverse=descending)
    without = [row for row in rows if not row[1].get(name)]
    found = [row[0] for _, row in with_value] + [row[0] for row in without]
    portal.searches[kind.plural] = (key, found)
    return found


def _mentions(kind: ObjectType, properties: Properties, text: str) -> bool:
    return any(text in (properties.get(name) or "").lower() for name in kind.search)


def _sort_value(type_: str) -> Callable[[str], Any]:
    if type_ == "number":
        return float
    return to_ms if type_ in ("date", "datetime") else str.lower
