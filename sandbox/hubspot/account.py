"""
The account itself: who it is, its currencies, its limits, the calls it has used.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sandbox.hubspot.clock import iso, now_ms
from sandbox.hubspot.limits import Limits
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.properties import MOST_CUSTOM
from sandbox.hubspot.store import PORTAL_ID
from sandbox.hubspot.web import Answer, Call
from sandbox.hubspot.wording import error, unknown_route
from sandbox.vendor import Record

_NAMES = {
    "EUR": "Euro",
    "USD": "US Dollar",
    "GBP": "British Pound",
    "CHF": "Swiss Franc",
    "JPY": "Japanese Yen",
    "MXN": "Mexican Peso",
    "SEK": "Swedish Krona",
}
_OVERALL = 10_000


def handle_account(portal: Portal, limits: Limits, call: Call) -> Answer:
    """
    The routes under `/account-info/v3`.
    """
    if call.method != "GET":
        return unknown_route()
    if call.parts == ["details"]:
        return Answer(200, _details(portal))
    if call.parts == ["api-usage", "daily", "private-apps"]:
        usage = {
            "name": "private-apps-api-calls-daily",
            "usageLimit": limits.daily,
            "currentUsage": limits.used_today,
            "collectedAt": iso(now_ms()),
            "fetchStatus": "SUCCESS",
            "resetsAt": iso(round(limits.resets_at().timestamp() * 1000)),
        }
        return Answer(200, {"results": [usage]})
    return unknown_route()


def _details(portal: Portal) -> Record:
    offset = datetime.now(ZoneInfo(portal.timezone)).utcoffset()
    seconds = int(offset.total_seconds()) if offset is not None else 0
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return {
        "portalId": PORTAL_ID,
        "accountType": "STANDARD",
        "timeZone": portal.timezone,
        "companyCurrency": portal.currency,
        "additionalCurrencies": _other_currencies(portal),
        "utcOffset": f"{'-' if seconds < 0 else '+'}{hours:02d}:{minutes:02d}",
        "utcOffsetMilliseconds": seconds * 1000,
        "uiDomain": "app.hubspot.com",
        "dataHostingLocation": "na1",
    }


def _other_currencies(portal: Portal) -> list[str]:
    deals = portal.store.tables["deals"].items.values()
    found = {item.properties.get("deal_currency_code") or "" for item in deals}
    return sorted(found - {"", portal.currency})


def handle_currencies(portal: Portal, call: Call) -> Answer:
    """
    The routes under `/settings/v3/currencies`.
    """
    if call.method != "GET":
        return unknown_route()
    if call.parts == ["company-currency"]:
        return Answer(200, {"id": "1", "currencyCode": portal.currency, "createdAt": "2024-01-01T00:00:00Z"})
    if call.parts == ["codes"]:
        return Answer(200, {"results": [{"currencyCode": c, "currencyName": name} for c, name in _NAMES.items()]})
    if call.parts == ["exchange-rates"]:
        return Answer(200, {"results": _rates(portal)})
    if call.parts == ["exchange-rates", "current"]:
        newest = {
            rate["fromCurrencyCode"]: rate for rate in sorted(_rates(portal), key=lambda r: str(r["effectiveAt"]))
        }
        return Answer(200, {"results": list(newest.values())})
    return unknown_route()


def _rates(portal: Portal) -> list[Record]:
    """
    The rates among the records, else those that the deals carry.
    """
    given = [(r["currency"], float(r["rate"]), str(r["on"])) for r in portal.exchange_rates]
    if not given:
        day = datetime.now(UTC).date().replace(month=1, day=1).isoformat()
        carried = {}
        for item in portal.store.tables["deals"].items.values():
            code, rate = item.properties.get("deal_currency_code"), item.properties.get("hs_exchange_rate")
            if code and rate and code != portal.currency:
                carried[code] = float(rate)
        given = [(code, rate, day) for code, rate in sorted(carried.items())]
    return [
        {
            "id": str(position + 1),
            "fromCurrencyCode": code,
            "toCurrencyCode": portal.currency,
            "conversionRate": rate,
            "effectiveAt": f"{day}T00:00:00Z",
            "createdAt": f"{day}T00:00:00Z",
            "updatedAt": f"{day}T00:00:00Z",
            "visibleInUI": True,
        }
        for position, (code, rate, day) in enumerate(given)
    ]


def handle_limits(portal: Portal, call: Call) -> Answer:
    """
    The routes under `/crm/v3/limits`.
    """
    if call.method != "GET" or call.parts != ["custom-properties"]:
        return unknown_route()
    rows: list[Record] = []
    for plural, table in portal.catalogue.properties.items():
        usage = sum(not d["hubspotDefined"] and not d["archived"] for d in table.values())
        kind = portal.store.tables[plural].kind
        rows.append(
            {
                "objectTypeId": kind.id,
                "singularLabel": kind.singular.replace("_", " ").capitalize(),
                "pluralLabel": kind.plural.replace("_", " ").capitalize(),
                "limit": MOST_CUSTOM,
                "usage": usage,
                "percentage": 100 * usage / MOST_CUSTOM,
            }
        )
    used = sum(row["usage"] for row in rows)
    overall = {"overallLimit": _OVERALL, "overallUsage": used, "overallPercentage": 100 * used / _OVERALL}
    return Answer(200, {**overall, "byObjectType": rows})


def handle_schemas(portal: Portal, call: Call) -> Answer:
    """
    The routes under `/crm-object-schemas/v3/schemas`: an account without custom objects.
    """
    if call.parts == ["schemas"] and call.method == "GET":
        return Answer(200, {"results": []})
    if call.parts == ["schemas"] and call.method == "POST":
        raise error(403, "This account may not define custom objects: it needs an Enterprise subscription.", "BANNED")
    if call.parts[:1] == ["schemas"] and call.method == "GET":
        raise error(404, f"Unable to infer object type from: {call.parts[1]}", "OBJECT_NOT_FOUND")
    return unknown_route()
