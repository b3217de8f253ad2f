"""
Random companies as normalized tables: nulls, ties, deletions, records that share a key, instants at the edges of days.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

Fields = dict[str, Any]

# Both sides of local midnights, of month ends, and of the clock changes in Madrid
_EDGES = (
    "2025-10-25T22:00",
    "2025-10-26T23:00",
    "2026-01-31T22:59",
    "2026-01-31T23:00",
    "2026-02-28T23:30",
    "2026-03-29T00:59",
    "2026-03-29T01:00",
    "2026-03-31T21:59",
    "2026-03-31T22:00",
)
INSTANTS = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in _EDGES]
FIRST, SPAN = date(2025, 12, 1), 160
DAYS = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)]
# Seen from long after, from the last day of a month, and from the middle of one
TODAYS = (date(2026, 12, 31), date(2026, 3, 31), date(2026, 4, 15))

MONEY = [Decimal(text) for text in ("0", "10.01", "33.3333", "100", "250.5")]
SOURCES = ("salesforce", "hubspot")
ACCOUNTS = ("salesforce:a1", "hubspot:a2", "salesforce:a3", "salesforce:a0")
PEOPLE = tuple(f"salesforce:l{number}" for number in range(6)) + tuple(f"hubspot:l{number}" for number in range(6))
DEALS = tuple(f"salesforce:o{number}" for number in range(8)) + tuple(f"hubspot:o{number}" for number in range(6))
OWNERS = ("salesforce:u1", "hubspot:u2")
CAMPAIGNS = ("hubspot:c1", "salesforce:c2")
CHANNELS = ("Email", "Paid Search", "Organic Search", "Direct", "Partner")
SEGMENTS = ("small", "large")
PRODUCTS = ("core", "extra")
TEAMS = ("marketing", "sales", "service")
CURRENCIES = (*("EUR",) * 6, "USD", "usd", None)
_MOVING = [(date(2025, 1, 1), 0.9), (date(2026, 3, 1), 0.8)]
RATES = ([], [(date(2025, 1, 1), 0.5)], _MOVING, _MOVING, [(date(2026, 1, 15), 2.0)])

# Salesforce has one unnamed pipeline, HubSpot a named one, and another that nobody describes; two stages tie.
STAGES = (
    ("salesforce", None, "demo", 1, False, False),
    ("salesforce", None, "offer", 2, False, False),
    ("salesforce", None, "won", 3, True, True),
    ("salesforce", None, "lost", 4, True, False),
    ("hubspot", "default", "lost", 1, True, False),
    ("hubspot", "default", "won", 2, True, True),
    ("hubspot", "default", "offer", 3, False, False),
    ("hubspot", "default", "demo", 3, None, None),
)
STANDING = ("demo", "offer", "won", "lost", "unheard of")
# Calendar spans that targets set
SPANS = (
    (date(2026, 2, 1), date(2026, 2, 28)),
    (date(2026, 3, 1), date(2026, 3, 31)),
    (date(2026, 4, 1), date(2026, 4, 30)),
    (date(2026, 1, 1), date(2026, 3, 31)),
    (date(2026, 1, 1), date(2026, 12, 31)),
)


class World:
    """
    Args:
        seed: Which company; the same seed gives the same one.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.as_of = self.one(TODAYS)
        self.organisation = self.one((None, "org"))  # how targets of the whole name it
        self.quota = self.one(("quota", "won_revenue"))
        self.standing: dict[tuple[str, str], str | None] = {}  # one stage per deal and system
        self.deals = self.believed("opportunity_key", self.rows("x", 34, self.deal))
        self.tables: dict[str, list[Fields]] = {
            "accounts": self.believed("account_key", self.rows("y", 5, self.account)),
            "leads": self.believed("person_key", self.rows("z", 26, self.lead)),
            "opportunities": self.deals,
            "stage_changes": self.rows("s", 60 if self.deals else 0, self.stage_change),
            "campaigns": [*map(self.named_campaign, CAMPAIGNS), *self.rows("m", 3, self.campaign)],
            "touches": self.rows("t", 40, self.touch),
            "costs": self.rows("k", 20, self.cost),
            "subscriptions": self.rows("b", 18, self.subscription) + self.chain("x") + self.chain("y"),
            "revenue": self.rows("i", 24, self.revenue),
            "activities": self.rows("v", 40, self.activity),
            "email_sends": self.rows("e", 12, self.email),
            "web_traffic": self.rows("w", 30, self.web),
            "tickets": self.rows("q", 24, self.ticket),
            "product_usage": self.rows("u", 40, self.usage),
            "onboardings": self.rows("n", 18, self.onboarding),
            "referrals": self.rows("f", 16, self.referral),
            "offers": self.rows("p", 20, self.offer),
            "targets": _unlike(self.rows("g", 14, self.target), "kpi", "dimension", "member", "starts_on", "ends_on"),
            "owners": [
                # what a target calls an owner: key, id or name
                {"source": "salesforce", "id": "u1", "owner_key": OWNERS[0], "name": "Ana", "team": "sales"},
                {"source": "hubspot", "id": "u2", "owner_key": OWNERS[1], "name": "Bea", "team": "service"},
            ],
            "stages": [
                dict(zip(("source", "pipeline", "stage", "position", "is_closed", "is_won"), stage, strict=True))
                | {"id": f"{stage[1]}/{stage[2]}"}
                for stage in STAGES
            ],
            "exchange_rates": [
                {"source": "files", "id": f"r{number}", "currency": "USD", "on": on, "rate": value}
                for number, (on, value) in enumerate(self.one(RATES))
            ],
        }

    def rows(self, letter: str, size: int, make: Callable[[], Fields]) -> list[Fields]:
        made = [make() for _ in range(self.random.randint(size // 2, size))]
        return [
            {"source": self.one(SOURCES), "is_deleted": self.one((None, *(False,) * 6, True))}
            | row
            | {"id": f"{letter}{number}"}
            for number, row in enumerate(made)
        ]

    def believed(self, key: str, rows: list[Fields]) -> list[Fields]:
        """
        The record after which a key is named stands among those that share it, and lives as long as any of them.
        """
        named: dict[str, Fields] = {}
        for row in sorted(rows, key=lambda r: bool(r["is_deleted"])):
            if f"{row['source']}:" == row[key][: len(row["source"]) + 1]:
                named.setdefault(row[key], row)
        for name, row in named.items():
            row["id"] = name.split(":")[1]
        return [row for row in rows if row[key] in named]

    def one(self, values: Sequence[Any]) -> Any:
        return self.random.choice(values)

    def maybe(self, value: Any) -> Any:
        return value if self.random.random() < 0.8 else None

    def flag(self) -> bool | None:
        return self.one((None, False, True))

    def day(self) -> date:
        return FIRST + timedelta(days=self.random.randint(0, SPAN)) if self.random.random() < 0.8 else self.one(DAYS)

    def at(self) -> datetime:
        day = self.day()
        made = datetime(day.year, day.month, day.day, self.one((0, 9, 23)), tzinfo=UTC)
        return made if self.random.random() < 0.8 else self.one(INSTANTS)

    def count(self, most: int) -> int:
        return self.random.randint(0, most)

    # people, accounts, deals

    def account(self) -> Fields:
        return {
            "account_key": self.one(ACCOUNTS),
            "segment": self.maybe(self.one(SEGMENTS)),
            "owner_key": self.maybe(self.one(OWNERS)),
            "created_at": self.maybe(self.at()),
        }

    def lead(self) -> Fields:
        return self.account() | {
            "kind": self.one(("lead", "contact")),
            "is_lead": self.one((None, True, True, False)),
            "person_key": self.one(PEOPLE),
            "account_key": self.maybe(self.one(ACCOUNTS)),
            "channel": self.maybe(self.one(CHANNELS)),
            "campaign_key": self.one((None, *CAMPAIGNS)),
            "qualified_at": self.maybe(self.at()),
            "became_customer_at": self.maybe(self.at()),
            "converted_on": self.maybe(self.day()),
            "opportunity_id": self.one((None, "o1")),
        }

    def deal(self) -> Fields:
        source, key = self.one(SOURCES), self.one(DEALS)
        return {
            "source": source,
            "opportunity_key": key,
            "account_key": self.maybe(self.one(ACCOUNTS)),
            "person_key": self.maybe(self.one(PEOPLE)),
            "owner_key": self.maybe(self.one(OWNERS)),
            "channel": self.maybe(self.one(CHANNELS)),
            "campaign_key": self.one((None, *CAMPAIGNS)),
            "product_family": self.maybe(self.one(PRODUCTS)),
            "kind": self.maybe(self.one(("new", "upsell", "cross_sell", "renewal"))),
            "pipeline": _pipeline(source, key),
            "stage": self.standing.setdefault((source, key), self.maybe(self.one(STANDING))),
            "created_at": self.maybe(self.at()),
            "closed_on": self.maybe(self.day()),
            "closed_at": self.maybe(self.at()),
            "is_closed": self.maybe(self.one((True, True, False))),
            "is_won": self.maybe(self.one((True, True, False))),
            "amount": self.maybe(self.one(MONEY)),
            "currency": self.one(CURRENCIES),
        }

    def stage_change(self) -> Fields:
        record = self.one(self.deals)
        return {
            "source": record["source"],
            "opportunity_key": record["opportunity_key"],
            "pipeline": record["pipeline"],
            "stage": self.one(STANDING),
            "at": self.maybe(self.at()),
        }

    # marketing

    def campaign(self) -> Fields:
        return {
            "campaign_key": self.one(CAMPAIGNS),
            "name": self.one(("Spring", "Fair")),
            "channel": self.maybe(self.one(CHANNELS)),
            "starts_on": self.maybe(self.day()),
        }

    def named_campaign(self, key: str) -> Fields:
        source, name = key.split(":")
        return self.campaign() | {"campaign_key": key, "source": source, "id": name, "is_deleted": False}

    def touch(self) -> Fields:
        return {
            "person_key": self.maybe(self.one(PEOPLE)),
            "account_key": self.one((None, None, *ACCOUNTS)),
            "opportunity_key": self.one((None, *DEALS)),
            "campaign_key": self.one((None, *CAMPAIGNS)),
            "channel": self.maybe(self.one(CHANNELS)),
            "kind": self.maybe(self.one(("form", "ad_click", "meeting"))),
            "team": self.one((None, None, *TEAMS)),
            "at": self.maybe(self.at()),
            "is_response": self.flag(),
            "is_direct": self.flag(),
        }

    def cost(self) -> Fields:
        start = self.day()
        return {
            "kind": self.one(("media", "media", "salary", "sales", "automation")),
            "channel": self.maybe(self.one(CHANNELS)),
            "campaign_key": self.one((None, *CAMPAIGNS)),
            "amount": self.maybe(self.one(MONEY)),
            "currency": self.one(CURRENCIES),
            "starts_on": self.maybe(start),
            "ends_on": self.maybe(start + timedelta(days=self.random.randint(-3, 60))),
        }

    def email(self) -> Fields:
        opens = self.count(50)
        return {
            "campaign_key": self.one((None, *CAMPAIGNS)),
            "sent_at": self.maybe(self.at()),
            "delivered": self.maybe(opens + self.count(50)),
            "unique_opens": self.maybe(opens),
            "unique_clicks": self.maybe(self.count(50)),
            "automated_opens": self.maybe(self.random.randint(0, opens)),
        }

    def web(self) -> Fields:
        sessions = self.maybe(self.count(9))
        return {
            "grain": self.one(("day", "day", "month")),
            "on": self.day(),
            "channel": self.maybe(self.one(CHANNELS)),
            "sessions": sessions,
            "engaged_sessions": None if sessions is None else self.maybe(self.random.randint(0, sessions)),
            "total_users": self.maybe(self.count(9)),
        }

    # money

    def subscription(self) -> Fields:
        start = self.one((self.day(), self.day(), date(2025, 2, 1), date(2025, 8, 1)))
        return {
            "account_key": self.maybe(self.one(ACCOUNTS)),
            "product": self.maybe(self.one(("core basic", "core pro"))),
            "product_family": self.maybe(self.one(PRODUCTS)),
            "plan": self.maybe(self.one(("basic", "pro"))),
            "mrr": self.maybe(self.one(MONEY)),
            "currency": self.one(CURRENCIES),
            "starts_on": self.maybe(start),
            "ends_on": self.maybe(self.one((start + timedelta(days=self.random.randint(-3, 360)), self.one(DAYS)))),
            "is_trial": self.one((None, False, False, True)),
        }

    def chain(self, letter: str) -> list[Fields]:
        """
        Subscriptions of one account that follow each other: plans change, months are skipped, or only days.
        """
        found: list[Fields] = []
        start = self.one((FIRST, date(2026, 1, 1), self.day()))
        always = {name: self.subscription()[name] for name in ("account_key", "currency", "product_family")}
        for number in range(self.random.randint(2, 6)):
            end = start + timedelta(days=self.one((5, 12, 31, 31, 59)))
            dates = {"starts_on": start, "ends_on": end, "is_trial": False, "mrr": self.one(MONEY[1:])}
            told = {"source": self.one(SOURCES), "id": f"{letter}{number}", "opportunity_key": self.one((None, *DEALS))}
            found.append(self.subscription() | always | dates | told)
            start = end + timedelta(days=self.one((0, 0, 0, 1, 9, 40)))
        return found

    def revenue(self) -> Fields:
        return {
            "account_key": self.maybe(self.one(ACCOUNTS)),
            "opportunity_key": self.one((None, *DEALS)),
            "kind": self.one(("invoice", "invoice", "refund")),
            "on": self.maybe(self.day()),
            "amount": self.maybe(self.one(MONEY)),
            "cogs": self.maybe(self.one((Decimal(0), Decimal("5.5"), Decimal(40)))),
            "currency": self.one(CURRENCIES),
        }

    # service

    def activity(self) -> Fields:
        return {
            "activity_key": f"salesforce:v{self.random.randint(0, 25)}",
            "account_key": self.maybe(self.one(ACCOUNTS)),
            "person_key": self.one((None, *PEOPLE)),
            "opportunity_key": self.one((None, *DEALS)),
            "owner_key": self.maybe(self.one(OWNERS)),
            "team": self.maybe(self.one(TEAMS)),
            "kind": self.maybe(self.one(("Call", "call", "MEETING", "email", "note"))),
            "direction": self.maybe(self.one(("in", "out"))),
            "at": self.maybe(self.at() + timedelta(seconds=self.one((0, 0, 20, 70)))),
            "is_mass": self.one((None, False, False, True)),
        }

    def ticket(self) -> Fields:
        return {
            "ticket_key": f"salesforce:q{self.random.randint(0, 12)}",
            "account_key": self.maybe(self.one(ACCOUNTS)),
            "kind": self.maybe(self.one(("question", "bug", "spam", "internal"))),
            "product": self.maybe(self.one(PRODUCTS)),
            "parent_id": self.one((None, None, None, "q0")),
            "created_at": self.maybe(self.at()),
        }

    def usage(self) -> Fields:
        return {
            "account_key": self.maybe(self.one(ACCOUNTS)),
            "product": self.maybe(self.one((*PRODUCTS, "core pro"))),
            "feature": self.maybe("export"),
            "on": self.one((*DAYS, *(day - timedelta(days=1) for day in DAYS), self.day())),
            "events": self.maybe(self.count(3)),
            "users": self.maybe(self.count(3)),
        }

    def onboarding(self) -> Fields:
        started = self.at()
        return {
            "account_key": self.maybe(self.one(ACCOUNTS)),
            "owner_key": self.maybe(self.one(OWNERS)),
            "product": self.maybe(self.one(PRODUCTS)),
            "state": self.maybe(self.one(("open", "done", "cancelled"))),
            "started_at": self.maybe(started),
            "completed_at": self.maybe(started + timedelta(hours=self.random.randint(-50, 2500))),
        }

    def referral(self) -> Fields:
        return {
            "account_key": self.maybe(self.one(ACCOUNTS)),
            "person_key": self.maybe(self.one(PEOPLE)),
            "at": self.maybe(self.at()),
        }

    def offer(self) -> Fields:
        offered = self.at()
        return {
            "account_key": self.maybe(self.one(ACCOUNTS)),
            "kind": self.one(("upsell", "cross_sell")),
            "offered_at": self.maybe(offered),
            "accepted_at": self.maybe(offered + timedelta(hours=self.random.randint(-20, 3000))),
        }

    def target(self) -> Fields:
        first, last = self.one(SPANS)
        dimension, members = self.one(
            (
                (self.organisation, (None,)),
                ("owner", ("hubspot:u2", "u2", "Bea")),
                ("channel", ("Email", "Direct")),
                ("segment", SEGMENTS),
            )
        )
        return {
            "source": "hubspot",
            "kpi": self.one((self.quota, "new_leads", "mrr", "win_rate", "support_tickets")),
            "dimension": dimension,
            "member": self.one(members),
            "starts_on": first,
            "ends_on": last,
            "baseline": self.maybe(float(self.count(3))),
            "value": self.maybe(float(self.count(9))),
            "owner_key": self.maybe(self.one(OWNERS)),
        }


def _unlike(rows: list[Fields], *columns: str) -> list[Fields]:
    """
    The last of the rows that say the same.
    """
    return list({tuple(row[column] for column in columns): row for row in rows}.values())


def _pipeline(source: str, deal: str) -> str | None:
    if source == "salesforce":
        return None
    return "other" if deal.endswith("3") else "default"
