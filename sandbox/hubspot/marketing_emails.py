"""
Marketing e-mails and their statistics.
"""

from __future__ import annotations

import base64
import operator
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

from sandbox.hubspot.clock import iso, to_ms
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.web import Answer, Call
from sandbox.hubspot.wording import bad_request, not_found, required, unknown_route
from sandbox.vendor import Record

MOST, DEFAULT = 300, 10
Test = Callable[[Record], bool]
COUNTERS = (
    "selected sent delivered open click bounce hardbounced softbounced unsubscribed spamreport contactslost dropped"
    " notsent suppressed pending reply"
).split()
_RATIOS = {
    "openratio": ("open", "delivered"),
    "clickratio": ("click", "delivered"),
    "clickthroughratio": ("click", "open"),
    "deliveredratio": ("delivered", "sent"),
    "bounceratio": ("bounce", "sent"),
    "contactslostratio": ("contactslost", "sent"),
    "notsentratio": ("notsent", "selected"),
    "replyratio": ("reply", "delivered"),
    "unsubscribedratio": ("unsubscribed", "delivered"),
    "spamreportratio": ("spamreport", "delivered"),
}
_UNIT = {"HOUR": timedelta(hours=1), "DAY": timedelta(days=1), "WEEK": timedelta(weeks=1)}
_MOMENTS = {"created": "createdAt", "updated": "updatedAt", "published": "publishDate"}


def encoded_offset(offset: int) -> str:
    """
    An `after` as HubSpot hands it out here: base64, already percent-encoded.
    """
    return quote(base64.b64encode(str(offset).encode()).decode(), safe="")


def decoded_offset(after: str) -> int:
    """
    The offset behind an `after`, sent back as it came or decoded once.

    Raises:
        Answer: 400 when it is neither.
    """
    try:
        return int(base64.b64decode(unquote(after), validate=True)) if after else 0
    except ValueError:
        raise bad_request(f"The after cursor {after} is not one of ours.", after=[after]) from None


def page_limit(call: Call, most: int, default: int) -> int:
    text = call.text("limit") or str(default)
    if not text.isdigit() or not 0 < int(text) <= most:
        raise bad_request(f"The limit must be between 1 and {most}, but was {text}.", limit=[text])
    return int(text)


def statistics(counters: Record) -> Record:
    """
    Counters with what HubSpot derives from them: ratios in percent, three decimals.
    """
    whole = {name: int(counters.get(name) or 0) for name in COUNTERS}
    ratios = {
        name: round(100 * whole[part] / whole[base], 3) if whole[base] else 0.0
        for name, (part, base) in _RATIOS.items()
    }
    devices = {
        "open_device_type": {"computer": whole["open"], "mobile": 0, "unknown": 0},
        "click_device_type": {"computer": whole["click"], "mobile": 0, "unknown": 0},
    }
    return {"counters": whole, "ratios": ratios, "deviceBreakdown": devices, "qualifierStats": {}}


def _counters(email: Record) -> Record:
    stats: Record = email.get("stats") or {}
    counters: Record = stats.get("counters") or stats
    return counters


def _published(email: Record) -> bool:
    return bool(email.get("isPublished", str(email.get("state", "")).startswith("PUBLISHED")))


def _view(portal: Portal, email: Record, *, with_stats: bool, only: Iterable[str] = ()) -> Record:
    campaign = next((c for c in portal.campaigns if c["id"] == email.get("campaign")), None)
    moment = email.get("publishDate") or "2024-01-01T00:00:00Z"
    view = {
        "id": str(email["id"]),
        "name": email.get("name", ""),
        "subject": email.get("subject", ""),
        "state": email.get("state", "DRAFT"),
        "type": email.get("type", "BATCH_EMAIL"),
        "subcategory": "batch",
        "isPublished": _published(email),
        "isTransactional": False,
        "sendOnPublish": True,
        "archived": bool(email.get("archived") or email.get("_archived")),
        "createdAt": email.get("createdAt") or moment,
        "updatedAt": email.get("updatedAt") or moment,
        "from": {"fromName": "Marketing", "replyTo": "marketing@noria.example"},
        "to": {"limitSendFrequency": False, "suppressGraymail": False, "contactIds": {}, "contactLists": {}},
        "content": {"templatePath": "@hubspot/email/dnd/welcome.html"},
        "webversion": {"enabled": True},
        "language": "en",
        "activeDomain": "",
    }
    if email.get("publishDate"):
        view["publishDate"] = email["publishDate"]
    if email.get("campaign"):
        view |= {"campaign": email["campaign"], "campaignName": campaign["hs_name"] if campaign else ""}
    if with_stats:
        view["stats"] = statistics(_counters(email))
    wanted = set(only)
    return {key: value for key, value in view.items() if key in wanted | {"id"}} if wanted else view


def handle(portal: Portal, call: Call) -> Answer:
    """
    The routes under `/marketing/v3/emails`.
    """
    if call.method != "GET":
        return unknown_route()
    if not call.parts:
        return _page(portal, call)
    if call.parts == ["statistics", "list"]:
        return _sums(portal, call)
    if call.parts == ["statistics", "histogram"]:
        return _histogram(portal, call)
    if len(call.parts) > 1:
        return unknown_route()
    found = next((email for email in portal.marketing_emails if str(email["id"]) == call.parts[0]), None)
    if found is None:
        raise not_found()
    view = _view(portal, found, with_stats=call.flag("includeStats"), only=call.many("includedProperties"))
    return Answer(200, view)


def _page(portal: Portal, call: Call) -> Answer:
    limit, start = page_limit(call, MOST, DEFAULT), decoded_offset(call.text("after"))
    with_stats = call.flag("includeStats")
    emails = [_view(portal, email, with_stats=with_stats) for email in portal.marketing_emails if _listed(email, call)]
    tests = _tests(call)
    emails = [email for email in emails if all(test(email) for test in tests)]
    sort = call.text("sort") or "-createdAt"
    emails.sort(key=lambda email: (str(email.get(sort.lstrip("-"), "")), email["id"]), reverse=sort.startswith("-"))
    chosen = emails[start : start + limit]
    if only := set(call.many("includedProperties")):
        chosen = [{key: value for key, value in email.items() if key in only | {"id"}} for email in chosen]
    body: dict[str, Any] = {"total": len(emails), "results": chosen}
    if start + limit < len(emails):
        after = encoded_offset(start + limit)
        body["paging"] = {"next": {"after": after, "link": call.next_link(after)}}
    return Answer(200, body)


def _listed(email: Record, call: Call) -> bool:
    if bool(email.get("archived") or email.get("_archived")) != call.flag("archived"):
        return False
    # With statistics HubSpot leaves out what was never sent: drafts and scheduled ones are only listed without them.
    return bool(_counters(email).get("sent")) or not call.flag("includeStats")


def _when(key: str, fits: Callable[[int, int], bool], bound: int) -> Test:
    return lambda email: bool(email.get(key)) and fits(to_ms(email[key]), bound)


def _equal(key: str, wanted: object) -> Test:
    return lambda email: bool(email.get(key) == wanted)


def _tests(call: Call) -> list[Test]:
    tests: list[Test] = []
    for word, key in _MOMENTS.items():
        for suffix, fits in (("At", operator.eq), ("After", operator.gt), ("Before", operator.lt)):
            if text := call.text(word + suffix):
                try:
                    tests.append(_when(key, fits, to_ms(text)))
                except ValueError:
                    raise bad_request(f"{text} was not a valid date.", **{word + suffix: [text]}) from None
    tests += [_equal(name, call.text(name)) for name in ("type", "campaign") if call.text(name)]
    if call.text("isPublished"):
        tests.append(_equal("isPublished", call.flag("isPublished")))
    return tests


def _sent(portal: Portal, call: Call) -> list[tuple[int, Record]]:
    missing = [name for name in ("startTimestamp", "endTimestamp") if not call.text(name)]
    if missing:
        raise required(*missing)
    try:
        start, end = to_ms(call.text("startTimestamp")), to_ms(call.text("endTimestamp"))
    except ValueError:
        raise bad_request("startTimestamp and endTimestamp must be ISO 8601 instants") from None
    wanted = set(call.many("emailIds"))
    return [
        (to_ms(email["publishDate"]), email)
        for email in portal.marketing_emails
        if email.get("publishDate")
        and _counters(email).get("sent")
        and start <= to_ms(email["publishDate"]) < end
        and (not wanted or str(email["id"]) in wanted)
    ]


def _added(emails: Iterable[Record]) -> Record:
    total = dict.fromkeys(COUNTERS, 0)
    for email in emails:
        for name in COUNTERS:
            total[name] += int(_counters(email).get(name) or 0)
    return statistics(total)


def _sums(portal: Portal, call: Call) -> Answer:
    sent = [email for _, email in _sent(portal, call)]
    ids = [int(email["id"]) for email in sent]
    return Answer(200, {"emails": ids, "campaignAggregations": {}, "aggregate": _added(sent)})


def _interval(moment: datetime, unit: str) -> tuple[datetime, datetime]:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "MONTH":
        first = day.replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1)
    if unit == "WEEK":
        day -= timedelta(days=day.weekday())
    start = moment.replace(minute=0, second=0, microsecond=0) if unit == "HOUR" else day
    return start, start + _UNIT[unit]


def _histogram(portal: Portal, call: Call) -> Answer:
    unit = (call.text("interval") or "DAY").upper()
    if unit not in (*_UNIT, "MONTH"):
        raise bad_request(f"interval {unit} is not one of HOUR, DAY, WEEK, MONTH", interval=[unit])
    sent = _sent(portal, call)
    results: list[Record] = []
    end_ms, at = to_ms(call.text("endTimestamp")), to_ms(call.text("startTimestamp"))
    while at < end_ms:
        start, end = (round(m.timestamp() * 1000) for m in _interval(datetime.fromtimestamp(at / 1000, UTC), unit))
        inside = [email for moment, email in sent if start <= moment < end]
        empty: Record = {"counters": {}, "ratios": {}, "deviceBreakdown": {}, "qualifierStats": {}}
        results.append(
            {"interval": {"start": iso(start), "end": iso(end)}, "aggregations": _added(inside) if inside else empty}
        )
        at = end
    return Answer(200, {"total": len(results), "results": results})
