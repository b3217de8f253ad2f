"""
Marketing campaigns: properties, budget and spend, metrics and assets.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from sandbox.hubspot.clock import iso, now_ms, to_ms
from sandbox.hubspot.marketing_emails import decoded_offset, encoded_offset, page_limit, statistics
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.store import Item
from sandbox.hubspot.web import Answer, Call
from sandbox.hubspot.wording import bad_request, error, not_found, unknown_route
from sandbox.vendor import Record

MOST, DEFAULT, MOST_IN_BATCH = 100, 50, 50
READABLE = frozenset(
    "hs_name hs_start_date hs_end_date hs_notes hs_audience hs_goal hs_owner hs_currency_code hs_campaign_status hs_utm"
    " hs_color_hex hs_object_id hs_created_by_user_id hs_budget_items_sum_amount hs_spend_items_sum_amount".split()
)
ASSET_TYPES = frozenset(
    "AD_CAMPAIGN BLOG_POST CALL CASE_STUDY CTA EXTERNAL_WEB_URL FORM KNOWLEDGE_ARTICLE LANDING_PAGE MARKETING_EMAIL"
    " MARKETING_EVENT MARKETING_SMS MEETING_EVENT OBJECT_LIST PODCAST_EPISODE SALES_DOCUMENT SEQUENCE SITE_PAGE"
    " SOCIAL_BROADCAST WEB_INTERACTIVE".split()
)
_MODELS = frozenset(
    "LINEAR FIRST_INTERACTION LAST_INTERACTION FULL_PATH U_SHAPED W_SHAPED TIME_DECAY J_SHAPED INVERSE_J_SHAPED".split()
)
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_FIRST, _LAST = "hs_analytics_first_touch_converting_campaign", "hs_analytics_last_touch_converting_campaign"


def handle(portal: Portal, call: Call) -> Answer:
    """
    The routes under `/marketing/v3/campaigns`.
    """
    if call.parts == ["batch", "read"] and call.method == "POST":
        return _read_many(portal, call)
    if call.method != "GET":
        return unknown_route()
    if not call.parts:
        return _page(portal, call)
    campaign = _find(portal, call.parts[0])
    rest = call.parts[1:]
    if not rest:
        assets = {"MARKETING_EMAIL": {"results": _emails(portal, campaign, call)}}
        with_assets = {name: asset for name, asset in assets.items() if asset["results"]}
        return Answer(200, {**_view(campaign, _names(call.many("properties"))), "assets": with_assets})
    routes: dict[str, Callable[[Portal, Record, Call], Answer]] = {
        "budget/totals": _totals,
        "reports/metrics": _metrics,
        "reports/revenue": _revenue,
    }
    if "/".join(rest) in routes:
        return routes["/".join(rest)](portal, campaign, call)
    if len(rest) == 2 and rest[0] == "assets":
        return _assets(portal, campaign, call)
    if len(rest) == 3 and rest[:2] == ["reports", "contacts"]:
        return _contacts(portal, campaign, call)
    return unknown_route()


def _find(portal: Portal, guid: str) -> Record:
    found = next((campaign for campaign in portal.campaigns if campaign["id"] == guid.lower()), None)
    if found is None and not _GUID.fullmatch(guid):
        raise bad_request(f"Invalid campaign id: {guid}", campaignGuid=[guid])
    if found is None:
        raise not_found()
    return found


def _names(asked: list[str]) -> list[str]:
    wrong = [name for name in asked if name.startswith("hs_") and name not in READABLE]
    if wrong:
        raise bad_request(f"Properties cannot be read here: {', '.join(wrong)}", properties=wrong)
    return asked


def _view(campaign: Record, names: list[str]) -> Record:
    start = campaign.get("hs_start_date") or "2024-01-01"
    created = campaign.get("createdAt") or campaign.get("_created") or f"{start}T08:00:00Z"
    return {
        "id": campaign["id"],
        "properties": {name: campaign[name] for name in names if campaign.get(name) is not None and name[0] != "_"},
        "createdAt": created,
        "updatedAt": campaign.get("updatedAt") or campaign.get("_updated") or created,
        "businessUnits": [{"id": 0}],
    }


def _page(portal: Portal, call: Call) -> Answer:
    limit, start = page_limit(call, MOST, DEFAULT), decoded_offset(call.text("after"))
    names, part = _names(call.many("properties")), call.text("name").lower()
    views = [_view(c, ["hs_name", *names]) for c in portal.campaigns if part in str(c.get("hs_name", "")).lower()]
    sort = call.text("sort") or "hs_name"
    key = sort.lstrip("-")
    if key not in ("hs_name", "createdAt", "updatedAt"):
        raise bad_request(f"sort {sort} is not one of hs_name, createdAt, updatedAt", sort=[sort])
    views.sort(key=lambda view: (str(view.get(key) or view["properties"].get(key, "")), view["id"]))
    if sort.startswith("-"):
        views.reverse()
    chosen = views[start : start + limit]
    for view in chosen:
        if "hs_name" not in names:
            view["properties"].pop("hs_name", None)
    body: dict[str, Any] = {"total": len(views), "results": chosen}
    if start + limit < len(views):
        after = encoded_offset(start + limit)
        body["paging"] = {"next": {"after": after, "link": call.next_link(after)}}
    return Answer(200, body)


def _read_many(portal: Portal, call: Call) -> Answer:
    started, inputs = now_ms(), call.json().get("inputs") or []
    if len(inputs) > MOST_IN_BATCH:
        raise bad_request(f"The maximum number of inputs supported in a batch is {MOST_IN_BATCH}.")
    names = _names(call.many("properties"))
    by_id = {campaign["id"]: campaign for campaign in portal.campaigns}
    ids = [str(entry.get("id", "")) for entry in inputs]
    results = [{**_view(by_id[guid], names), "assets": {}} for guid in ids if guid in by_id]
    errors = [
        {
            "status": "error",
            "category": "VALIDATION_ERROR",
            "subCategory": "CampaignApiError.INVALID_REQUEST",
            "message": f"Invalid campaign id: {guid}",
            "context": {"campaignGuid": [guid]},
        }
        for guid in ids
        if not _GUID.fullmatch(guid)
    ]
    body: Record = {
        "status": "COMPLETE",
        "results": results,
        "startedAt": iso(started),
        "completedAt": iso(now_ms()),
    }
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
    return Answer(207 if errors else 200, body)


def _items(entries: list[Record]) -> list[Record]:
    items = []
    for position, entry in enumerate(entries):
        moment = to_ms(str(entry.get("createdAt") or "2024-01-01"))
        items.append(
            {
                "id": str(entry.get("id") or position + 1),
                "name": entry.get("name", ""),
                "amount": float(entry["amount"]),
                "order": position,
                "createdAt": moment,
                "updatedAt": moment,
            }
        )
    return items


def _totals(portal: Portal, campaign: Record, call: Call) -> Answer:
    budget, spend = _items(campaign.get("_budget_items") or []), _items(campaign.get("_spend_items") or [])
    budget_total = sum(item["amount"] for item in budget) or float(campaign.get("hs_budget_items_sum_amount") or 0)
    spend_total = sum(item["amount"] for item in spend) or float(campaign.get("hs_spend_items_sum_amount") or 0)
    if budget_total and not budget:
        start = campaign.get("hs_start_date") or "2024-01-01"
        budget = _items([{"name": "Budget", "amount": budget_total, "createdAt": start}])
    return Answer(
        200,
        {
            "currencyCode": campaign.get("hs_currency_code") or portal.currency,
            "budgetItems": budget,
            "spendItems": spend,
            "budgetTotal": round(budget_total, 2),
            "spendTotal": round(spend_total, 2),
            "remainingBudget": round(budget_total - spend_total, 2),
        },
    )


def _range(call: Call) -> Callable[[str], bool]:
    """
    Whether a moment lies on or between the days asked for.
    """
    days = []
    for name in ("startDate", "endDate"):
        text = call.text(name)
        try:
            days.append(date.fromisoformat(text).isoformat() if text else "")
        except ValueError:
            raise bad_request(f"{text} was not a valid date.", **{name: [text]}) from None
    start, end = days
    return lambda moment: (not start or moment[:10] >= start) and (not end or moment[:10] <= end)


def _touched(portal: Portal, campaign: Record, call: Call, *names: str) -> list[Item]:
    inside, table = _range(call), portal.store.tables["contacts"]
    marks = {str(campaign.get(key)) for key in ("hs_name", "hs_utm", "id") if campaign.get(key)}
    items = (table.items[number] for number in table.live)
    return [
        item for item in items if inside(item.created) and any(item.properties.get(name) in marks for name in names)
    ]


def _metrics(portal: Portal, campaign: Record, call: Call) -> Answer:
    given = campaign.get("_metrics") or {}
    derived = {
        "newContactsFirstTouch": len(_touched(portal, campaign, call, _FIRST)),
        "newContactsLastTouch": len(_touched(portal, campaign, call, _LAST)),
        "influencedContacts": len(_touched(portal, campaign, call, _FIRST, _LAST)),
    }
    return Answer(200, {"sessions": 0, **derived, **given})


def _revenue(portal: Portal, campaign: Record, call: Call) -> Answer:
    model = call.text("attributionModel") or "LINEAR"
    if model not in _MODELS:
        raise bad_request(f"attributionModel {model} is not one of {', '.join(sorted(_MODELS))}")
    inside, table = _range(call), portal.store.tables["deals"]
    ids = {str(campaign.get("hs_object_id") or ""), campaign["id"]} - {""}
    deals = [
        item.properties
        for item in (table.items[number] for number in table.live)
        if ids & set((item.properties.get("hs_manual_campaign_ids") or "").split(";"))
        and inside(item.properties.get("closedate") or "")
    ]
    won = [deal for deal in deals if deal.get("hs_is_closed_won") == "true"]
    amounts = [float(deal.get("amount_in_home_currency") or deal.get("amount") or 0) for deal in deals]
    revenue = [float(deal.get("amount_in_home_currency") or deal.get("amount") or 0) for deal in won]
    return Answer(
        200,
        {
            "currencyCode": portal.currency,
            "contactsNumber": len(_touched(portal, campaign, call, _FIRST, _LAST)),
            "dealsNumber": len(deals),
            "dealAmount": round(sum(amounts), 2),
            "revenueAmount": round(sum(revenue), 2),
        },
    )


def _contacts(portal: Portal, campaign: Record, call: Call) -> Answer:
    names = {
        "contactFirstTouch": (_FIRST,),
        "contactLastTouch": (_LAST,),
        "influencedContacts": (_FIRST, _LAST),
    }.get(call.parts[3])
    if names is None:
        raise bad_request(f"Unknown contact type {call.parts[3]}", contactType=[call.parts[3]])
    rows = [{"id": str(item.id)} for item in _touched(portal, campaign, call, *names)]
    return _sliced(rows, call)


def _sliced(rows: list[Record], call: Call) -> Answer:
    limit, start = page_limit(call, MOST, MOST), decoded_offset(call.text("after"))
    body: Record = {"results": rows[start : start + limit]}
    if start + limit < len(rows):
        after = encoded_offset(start + limit)
        body["paging"] = {"next": {"after": after, "link": call.next_link(after)}}
    return Answer(200, body)


def _emails(portal: Portal, campaign: Record, call: Call) -> list[Record]:
    inside = _range(call)
    dated = bool(call.text("startDate") and call.text("endDate"))
    rows = []
    for email in portal.marketing_emails:
        if email.get("campaign") != campaign["id"]:
            continue
        row: Record = {"id": str(email["id"]), "name": email.get("name", "")}
        if dated and inside(email.get("publishDate") or ""):
            counters = statistics((email.get("stats") or {}).get("counters") or email.get("stats") or {})["counters"]
            row["metrics"] = {name.upper(): counters[name] for name in ("sent", "delivered", "open", "click")}
        rows.append(row)
    return rows


def _assets(portal: Portal, campaign: Record, call: Call) -> Answer:
    kind = call.parts[2].upper()
    if kind not in ASSET_TYPES:
        raise error(400, f"Unknown asset type {call.parts[2]}", "VALIDATION_ERROR", context={"assetType": [kind]})
    return _sliced(_emails(portal, campaign, call) if kind == "MARKETING_EMAIL" else [], call)
