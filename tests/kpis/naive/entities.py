"""
The organisation's records as the KPIs see them: people, deals, accounts and subscriptions, each counted once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from copy import copy
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from connectors.schema import TABLES
from tests.kpis.naive.common import DAY, DEFAULTS, NONE, Fields, Result, UnknownKpi, last_if_unknown, pick

Answerer = Callable[["Naive", str, date, date, str, str], Result | None]


class Naive:
    """
    Args:
        tables: Rows per normalized table.
        as_of: Today.
        timezone: IANA name.
        currency: The reporting currency.
        options: The policies that were chosen; the others hold their defaults.
        offered: The tables that some source offers; all but `revenue` where nothing is said.
    """

    parts: ClassVar[tuple[Answerer, ...]] = ()

    def __init__(
        self,
        tables: dict[str, list[Fields]],
        as_of: date,
        timezone: str,
        currency: str,
        options: Mapping[str, Any] | None = None,
        offered: Collection[str] | None = None,
    ) -> None:
        self.zone, self.currency, self.as_of = ZoneInfo(timezone), currency, as_of
        self.options = DEFAULTS | dict(options or {})
        self.kept: dict[str, Any] = {}
        self.offered = frozenset(TABLES) - {"revenue"} if offered is None else frozenset(offered)
        self.tables = {
            name: [dict.fromkeys(TABLES[name].names) | r for r in rows if not r.get("is_deleted")]
            for name, rows in tables.items()
            if name in self.offered
        }
        self.accounts = self.merged("accounts", "account_key")
        self.campaigns = self.merged("campaigns", "campaign_key")
        self.deals = [self.deal(key, rows) for key, rows in self.merged("opportunities", "opportunity_key").items()]
        self.subscriptions = [s for s in self.rows("subscriptions") if self.is_told(s) and self.is_paid(s)]
        self.customer_at = self.customers()
        self.people = [self.person(key, rows) for key, rows in self.merged("leads", "person_key").items()]

    def offers(self, *tables: str) -> bool:
        return self.offered >= set(tables)

    def chosen(self, **options: Any) -> Naive:
        """
        The same organisation under other options.
        """
        other = copy(self)
        other.options, other.kept = self.options | options, {}
        return other

    def once(self, name: str, make: Callable[[Naive], Any]) -> Any:
        """
        What was worked out before under this name, so that one world is not recounted for every question.
        """
        if name not in self.kept:
            self.kept[name] = make(self)
        return self.kept[name]

    def answer(self, kpi: str, start: date, end: date, dimension: str, member: str) -> Result:
        """
        Value, or the reason why there is none.
        """
        for part in self.parts:
            found = part(self, kpi, start, end, dimension, member)
            if found is not None:
                return found
        raise UnknownKpi(kpi)

    def rows(self, table: str) -> list[Fields]:
        return self.tables.get(table, [])

    def local(self, moment: datetime | None) -> date | None:
        return moment.astimezone(self.zone).date() if moment else None

    def end_of(self, day: date) -> datetime:
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone) + DAY
        return midnight - timedelta(microseconds=1)

    def merged(self, table: str, key: str) -> dict[str, list[Fields]]:
        found: dict[str, list[Fields]] = defaultdict(list)
        for row in self.rows(table):
            if row[key] is not None:
                found[row[key]].append(row)
        for name, listed in found.items():
            listed.sort(
                key=lambda r: (
                    f"{r['source']}:{r['id']}" != name,
                    *last_if_unknown(r.get("created_at")),
                    r["source"],
                    r["id"],
                )
            )
        return found

    def rate(self, currency: str | None, day: date | None) -> Decimal | None:
        if currency is None or currency.upper() == self.currency:
            return Decimal(1)
        known = [
            r
            for r in self.rows("exchange_rates")
            if r["currency"].upper() == currency.upper() and day and r["on"] <= day
        ]
        return Decimal(str(max(known, key=lambda r: r["on"])["rate"])) if known else None

    def convert(self, amount: Decimal | None, currency: str | None, day: date | None) -> Decimal | None:
        rate = self.rate(currency, day)
        return None if amount is None or rate is None else round(amount * rate, 4)

    # entities

    def deal(self, key: str, rows: list[Fields]) -> Fields:
        first = rows[0]
        is_closed = first["is_closed"] if first["is_closed"] is not None else bool(first["is_won"])
        closed_on = (first["closed_on"] or self.local(first["closed_at"])) if is_closed else None
        closed_at = first["closed_at"] if is_closed and self.local(first["closed_at"]) == closed_on else None
        amounts = [r for r in rows if r["amount"] is not None]
        currencies = [r["currency"] for r in amounts if r["currency"] is not None]
        deal = {
            name: pick(rows, name)
            for name in ("owner_key", "channel", "product_family", "kind", "created_at", "campaign_key", "pipeline")
        }
        account = pick(rows, "account_key")
        created_on = self.local(deal["created_at"])
        amount = amounts[0]["amount"] if amounts else None
        currency = currencies[0] if currencies else None
        days = None
        if closed_on and created_on:
            days = (closed_at - deal["created_at"]) / DAY if closed_at else float((closed_on - created_on).days)
        left_on = None
        if is_closed:
            left_on = max((d for d in (closed_on, created_on) if d), default=None)
        return {
            "key": key,
            "account": account,
            "person": pick(rows, "person_key"),
            "segment": self.account(account, "segment"),
            "owner": deal["owner_key"],
            "channel": deal["channel"],
            "campaign": deal["campaign_key"],
            "product": deal["product_family"],
            "pipeline": deal["pipeline"],
            "kind": deal["kind"],
            "records": rows,
            "created_at": deal["created_at"],
            "created_on": created_on,
            "closed_on": closed_on,
            "closing_at": closed_at or (self.end_of(closed_on) if closed_on else None),
            "is_exact": closed_at is not None,
            "left_on": left_on,
            "is_closed": is_closed,
            "is_won": bool(is_closed and first["is_won"]),
            "is_renewal": deal["kind"] == "renewal",
            "days": days,
            "original": amount,
            "amount": self.convert(amount, currency, closed_on or created_on),
        }

    def account(self, key: str | None, field: str) -> Any:
        return pick(self.accounts.get(key or "", []), field)

    def is_told(self, row: Fields) -> bool:
        """
        Of a deal that several sources tell, only the lines of the source whose record it is count, else of the first;
        a source that leaves account, MRR or start open tells nothing.
        """
        deal = row.get("opportunity_key")
        if deal is None:
            return True
        lines = [r for r in self.rows("subscriptions") if r.get("opportunity_key") == deal]
        tellers = {r["source"] for r in lines if None not in (r["account_key"], r["mrr"], r["starts_on"])}
        first = min(tellers, key=lambda source: (not deal.startswith(f"{source}:"), source), default=None)
        return bool(row["source"] == first)

    def channel_of(self, row: Fields) -> str | None:
        """
        The row's own channel, else that of its campaign.
        """
        return row["channel"] or pick(self.campaigns.get(row["campaign_key"] or "", []), "channel")

    def is_paid(self, row: Fields) -> bool:
        return bool(
            not row["is_trial"]
            and row["account_key"]
            and row["mrr"]
            and row["mrr"] > 0
            and row["starts_on"]
            and (row["ends_on"] is None or row["ends_on"] > row["starts_on"])
        )

    def customers(self) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        moments = [
            (d["account"], d["closing_at"]) for d in self.deals if d["is_won"] and d["account"] and d["closed_on"]
        ]
        moments += [(s["account_key"], self.end_of(s["starts_on"])) for s in self.subscriptions]
        for key, at in moments:
            found[key] = min(at, found.get(key, at))
        return found

    def person(self, key: str, rows: list[Fields]) -> Fields:
        by_age = sorted(
            rows,
            key=lambda r: (
                *last_if_unknown(r["created_at"]),
                not key.startswith(f"{r['source']}:"),
                f"{r['source']}:{r['id']}" != key,
                r["source"],
                r["id"],
            ),
        )
        account = pick(rows, "account_key")
        leads = [r for r in rows if r["is_lead"] is not False]  # a contact tells its channel, never a date
        created_at = min((r["created_at"] for r in leads if r["created_at"]), default=None)
        qualified_at = min((r["qualified_at"] for r in leads if r["qualified_at"]), default=None)
        own = min((r["became_customer_at"] for r in leads if r["became_customer_at"]), default=None)
        customer_at = self.customer_at.get(account) if account else own
        responses = [t["at"] for t in self.rows("touches") if t["person_key"] == key and t["is_response"] and t["at"]]
        return {
            "key": key,
            "is_lead": bool(leads),
            "account": account,
            "channel": pick(by_age, "channel"),
            "campaign": pick(by_age, "campaign_key"),
            "owner": pick(rows, "owner_key"),
            "segment": pick(rows, "segment") or self.account(account, "segment"),
            "created_at": created_at,
            "created_on": self.local(created_at),
            "qualified_on": self.local(qualified_at),
            "responded_on": self.local(min(responses, default=None) if leads else None),
            "opportunity_on": self.opportunity_on(key, leads),
            "customer_at": customer_at,
            "customer_on": self.local(customer_at),
            "was_customer": bool(customer_at and created_at and customer_at < created_at),
        }

    def opportunity_on(self, key: str, rows: list[Fields]) -> date | None:
        """
        The day of the person's first deal, else the day its record was converted into one.
        """
        born = [d["created_on"] for d in self.deals if d["person"] == key and d["created_on"]]
        converted = [r["converted_on"] for r in rows if r["converted_on"] and r["opportunity_id"]]
        return min(born, default=None) or min(converted, default=None)

    def new_customers(self) -> list[Fields]:
        found = []
        for key, at in self.customer_at.items():
            people = self.first_leads(key)
            found.append(
                {
                    "account": key,
                    "at": at,
                    "on": self.local(at),
                    "channel": pick(people, "channel"),
                    "campaign": pick(people, "campaign"),
                    "segment": self.account(key, "segment"),
                    "owner": self.account(key, "owner_key"),
                }
            )
        return found

    def first_leads(self, account: str) -> list[Fields]:
        """
        The leads of an account that were there before it was a customer, the first one first.
        """
        people = [p for p in self.people if p["account"] == account and p["created_at"] and not p["was_customer"]]
        return sorted(people, key=lambda p: (p["created_at"], p["key"]))

    def account_channel(self, key: str) -> str | None:
        return pick(self.first_leads(key), "channel")

    def inside(self, day: date | None, start: date, end: date) -> bool:
        return day is not None and start <= day <= min(end, self.as_of)

    def count(self, rows: list[Fields], field: str, start: date, end: date) -> int:
        return sum(1 for r in rows if self.inside(r[field], start, end))

    def mrr_at(self, account: str, day: date, product: str | None) -> dict[str, tuple[Decimal, Decimal | None]]:
        """
        Per currency: the amount as billed and as converted, None where a rate is missing.
        """
        found: dict[str, tuple[Decimal, Decimal | None]] = {}
        for row in self.subscriptions:
            if row["account_key"] != account or (product and (row["product_family"] or NONE) != product):
                continue
            if row["starts_on"] <= day and (row["ends_on"] is None or day < row["ends_on"]):
                currency = (row["currency"] or self.currency).upper()
                before = found.get(currency, (Decimal(0), Decimal(0)))
                more = self.convert(row["mrr"], currency, row["starts_on"])
                found[currency] = (
                    before[0] + row["mrr"],
                    None if more is None or before[1] is None else before[1] + more,
                )
        return found

    def payers(self, dimension: str, member: str) -> list[str]:
        keys = sorted({s["account_key"] for s in self.subscriptions})
        if dimension in ("org", "product"):
            return keys
        values = {
            "segment": lambda key: self.account(key, "segment"),
            "owner": lambda key: self.account(key, "owner_key"),
            "channel": self.account_channel,
        }[dimension]
        return [key for key in keys if (values(key) or NONE) == member]

    def of(self, rows: list[Fields], dimension: str, member: str) -> list[Fields]:
        return rows if dimension == "org" else [r for r in rows if (r.get(dimension) or NONE) == member]
