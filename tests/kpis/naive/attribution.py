"""
Orders, new customers, and what the touches before them are worth.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests.kpis.naive.common import Fields, pick
from tests.kpis.naive.entities import Naive
from tests.kpis.naive.models import weights

NOT_MARKETING = ("Outbound", "Partner", "Offline", "Other", "Unassigned", None)


def takes_invoices(naive: Naive) -> bool:
    source = naive.options["revenue_source"]
    return bool(source == "invoices" or (source == "auto" and naive.offers("revenue")))


def orders_of(naive: Naive) -> list[Fields]:
    """
    What was sold: invoices and refunds, or won deals, never both; no renewals, no zero amounts.
    """
    return invoices(naive) if takes_invoices(naive) else won_orders(naive)


def won_orders(naive: Naive) -> list[Fields]:
    return [
        deal
        | {"on": deal["closed_on"], "converted_on": deal["closed_on"], "at": deal["closing_at"]}
        | {"cogs": None, "is_refund": False}
        for deal in naive.deals
        if deal["is_won"] and not deal["is_renewal"] and deal["original"] and deal["closed_on"]
    ]


def invoices(naive: Naive) -> list[Fields]:
    return [r for r in revenue(naive) if not r["is_renewal"] and r["original"]]


def revenue(naive: Naive) -> list[Fields]:
    """
    Invoices and, negative, refunds, each with what its deal tells.
    """
    found: list[Fields] = []
    for row in naive.rows("revenue"):
        if row["amount"] is None or row["on"] is None:
            continue
        deal = next((d for d in naive.deals if d["key"] == row["opportunity_key"]), {})
        account = row["account_key"] or deal.get("account")
        sign = -1 if row["kind"] == "refund" else 1
        amount = naive.convert(row["amount"], row["currency"], row["on"])
        cogs = naive.convert(row["cogs"], row["currency"], row["on"])
        # what is billed was sold when its deal was won: later invoices and refunds share the credit of that day
        is_sold = deal.get("is_won") and deal["closed_on"]
        found.append(
            {name: deal.get(name) for name in ("person", "owner", "channel", "campaign", "product", "created_at")}
            | {
                "key": f"{row['source']}:{row['id']}",
                "deal": row["opportunity_key"],
                "on": row["on"],
                "converted_on": deal["closed_on"] if is_sold else row["on"],
                "at": deal["closing_at"] if is_sold else naive.end_of(row["on"]),
                "account": account,
                "segment": naive.account(account, "segment"),
                "original": sign * row["amount"],
                "amount": None if amount is None else sign * amount,
                "cogs": None if cogs is None else sign * cogs,
                "is_refund": sign < 0,
                "is_renewal": bool(deal.get("is_renewal")),
            }
        )
    return found


def new_customers(naive: Naive) -> list[Fields]:
    """
    One conversion per account that became a customer, and per person without account.
    """
    found: list[Fields] = []
    for customer in naive.new_customers():
        won = [d for d in naive.deals if d["is_won"] and d["account"] == customer["account"] and d["closing_at"]]
        first = next((d for d in sorted(won, key=lambda d: d["key"]) if d["closing_at"] == customer["at"]), {})
        found.append(
            {
                "key": customer["account"],
                "account": customer["account"],
                "person": first.get("person"),
                "at": customer["at"],
                "created_at": first.get("created_at"),
                "channel": first.get("channel"),
                "campaign": first.get("campaign"),
            }
        )
    unknown = dict.fromkeys(("account", "created_at", "channel", "campaign"))
    found += [
        unknown | {"key": p["key"], "person": p["key"], "at": p["customer_at"]}
        for p in naive.people
        if p["is_lead"] and p["account"] is None and p["customer_at"] and not p["was_customer"]
    ]
    one = {"amount": Decimal(1), "original": Decimal(1), "cogs": None}
    days = [naive.local(c["at"]) for c in found]
    return [c | one | {"on": day, "converted_on": day} for c, day in zip(found, days, strict=True)]


def party_of(naive: Naive, account: str | None, person: str | None) -> str | None:
    known = next((p for p in naive.people if p["key"] == person), None)
    return account or (known["account"] or person if known else person)


def touches(naive: Naive) -> list[Fields]:
    """
    Every touch in order, with the party it speaks for.
    """
    return naive.once("touches", _touches)  # type: ignore[no-any-return]


def _touches(naive: Naive) -> list[Fields]:
    people = {p["key"]: p for p in naive.people}
    deals = {d["key"]: d for d in naive.deals}
    found = []
    for touch in naive.rows("touches"):
        if touch["at"] is None:
            continue
        account = (
            touch["account_key"]
            or people.get(touch["person_key"], {}).get("account")
            or deals.get(touch["opportunity_key"], {}).get("account")
        )
        channel = naive.channel_of(touch)
        found.append(
            touch
            | {
                "party": account or touch["person_key"],
                "on": naive.local(touch["at"]),
                "campaign": touch["campaign_key"],
                "channel": channel,
                "is_marketing": touch["team"] == "marketing"
                or (touch["team"] is None and channel not in NOT_MARKETING),
            }
        )
    return sorted(found, key=lambda t: (t["at"], f"{t['source']}:{t['id']}"))


def path_of(naive: Naive, conversion: Fields, days: int | None) -> list[Fields]:
    """
    The party's touches up to the conversion, at most so many days before it.
    """
    party = party_of(naive, conversion["account"], conversion["person"])
    own = [t for t in touches(naive) if party and t["party"] == party and t["at"] <= conversion["at"]]
    return own if days is None else [t for t in own if t["on"] >= conversion["converted_on"] - timedelta(days=days)]


def credits_of(naive: Naive) -> list[Fields]:
    """
    The money of every order, split over what led to it.
    """
    return naive.once("credits", lambda naive: [c for o in orders_of(naive) for c in split(naive, o)])  # type: ignore[no-any-return]


def customer_credits(naive: Naive) -> list[Fields]:
    return naive.once("customer credits", lambda naive: [c for n in new_customers(naive) for c in split(naive, n)])  # type: ignore[no-any-return]


def split(naive: Naive, conversion: Fields) -> list[Fields]:
    model = naive.options["attribution_model"]
    if model == "primary_campaign":
        own = _own(naive, conversion) if conversion["campaign"] else {"channel": None, "campaign": None}
        return [_credit(conversion, 1.0, own)]
    path = path_of(naive, conversion, naive.options["lookback_days"])
    if not path:
        return [_credit(conversion, 1.0, _fallback(naive, conversion))]
    party = party_of(naive, conversion["account"], conversion["person"])
    born = [p["created_at"] for p in naive.people if (p["account"] or p["key"]) == party and p["created_at"]]
    half = naive.options["half_life_days"]
    shares = weights(model, path, min(born, default=None), conversion["created_at"], half)
    return [_credit(conversion, share, touch) for touch, share in zip(path, shares, strict=True) if share]


def _fallback(naive: Naive, conversion: Fields) -> Fields:
    """
    Without touches: the order's own campaign and channel, else its lead's.
    """
    if conversion["channel"] or conversion["campaign"]:
        return _own(naive, conversion)
    person = next((p for p in naive.people if p["key"] == conversion["person"]), {})
    leads = naive.first_leads(conversion["account"]) if conversion["account"] else []
    return {name: person.get(name) or pick(leads, name) for name in ("channel", "campaign")}


def _own(naive: Naive, conversion: Fields) -> Fields:
    named = {"channel": conversion["channel"], "campaign_key": conversion["campaign"]}
    return {"channel": naive.channel_of(named), "campaign": conversion["campaign"]}


def _credit(conversion: Fields, share: float, source: Fields) -> Fields:
    def part(name: str) -> float | None:
        return None if conversion[name] is None else float(conversion[name]) * share

    return {
        "on": conversion["on"],
        "share": share,
        "original": part("original"),
        "amount": part("amount"),
        "cogs": part("cogs"),
        "channel": source["channel"],
        "campaign": source["campaign"],
        "team": source.get("team"),
        "kind": source.get("kind"),
        "known": source["channel"] is not None or source["campaign"] is not None,
    }
