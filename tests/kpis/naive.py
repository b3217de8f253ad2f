"""
The same KPIs worked out row by row in plain Python, slowly and obviously: what the engine is held against.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

Fields = dict[str, Any]
Result = tuple[float | None, str | None]
DAY = timedelta(days=1)
NONE = "(none)"


class Naive:
    """
    Args:
        tables: Rows per normalized table.
        as_of: Today.
        timezone: IANA name.
        currency: The reporting currency.
    """

    def __init__(self, tables: dict[str, list[Fields]], as_of: date, timezone: str, currency: str) -> None:
        self.zone, self.currency, self.as_of = ZoneInfo(timezone), currency, as_of
        self.tables = {name: [r for r in rows if not r.get("is_deleted")] for name, rows in tables.items()}
        self.accounts = self.merged("accounts", "account_key")
        self.deals = [self.deal(key, rows) for key, rows in self.merged("opportunities", "opportunity_key").items()]
        self.subscriptions = [s for s in self.rows("subscriptions") if self.is_paid(s)]
        self.customer_at = self.customers()
        self.people = [self.person(key, rows) for key, rows in self.merged("leads", "person_key").items()]
        self.orders = [order for order in map(self.order, self.deals) if order]
        self.credits = [credit for order in self.orders for credit in self.split(order)]

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
                key=lambda r: (f"{r['source']}:{r['id']}" != name, *_last(r.get("created_at")), r["source"], r["id"])
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
            name: _pick(rows, name)
            for name in ("owner_key", "channel", "product_family", "kind", "created_at", "campaign_key")
        }
        account = _pick(rows, "account_key")
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
            "person": _pick(rows, "person_key"),
            "segment": self.account(account, "segment"),
            "owner": deal["owner_key"],
            "channel": deal["channel"],
            "campaign": deal["campaign_key"],
            "product": deal["product_family"],
            "created_at": deal["created_at"],
            "created_on": created_on,
            "closed_on": closed_on,
            "closing_at": closed_at or (self.end_of(closed_on) if closed_on else None),
            "left_on": left_on,
            "is_closed": is_closed,
            "is_won": bool(is_closed and first["is_won"]),
            "is_renewal": deal["kind"] == "renewal",
            "days": days,
            "original": amount,
            "amount": self.convert(amount, currency, closed_on or created_on),
        }

    def account(self, key: str | None, field: str) -> Any:
        return _pick(self.accounts.get(key or "", []), field)

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
                *_last(r["created_at"]),
                not key.startswith(f"{r['source']}:"),
                f"{r['source']}:{r['id']}" != key,
                r["source"],
                r["id"],
            ),
        )
        account = _pick(rows, "account_key")
        created_at = min((r["created_at"] for r in rows if r["created_at"]), default=None)
        qualified_at = min((r["qualified_at"] for r in rows if r["qualified_at"]), default=None)
        own = min((r["became_customer_at"] for r in rows if r["became_customer_at"]), default=None)
        customer_at = self.customer_at.get(account) if account else own
        responses = [t["at"] for t in self.rows("touches") if t["person_key"] == key and t["is_response"]]
        return {
            "key": key,
            "account": account,
            "channel": _pick(by_age, "channel"),
            "campaign": _pick(rows, "campaign_key"),
            "owner": _pick(rows, "owner_key"),
            "segment": _pick(rows, "segment") or self.account(account, "segment"),
            "created_at": created_at,
            "created_on": self.local(created_at),
            "qualified_on": self.local(qualified_at),
            "responded_on": self.local(min(responses, default=None)),
            "customer_on": self.local(customer_at),
            "was_customer": bool(customer_at and created_at and customer_at < created_at),
        }

    def new_customers(self) -> list[Fields]:
        found = []
        for key, at in self.customer_at.items():
            people = [p for p in self.people if p["account"] == key and p["created_at"] and not p["was_customer"]]
            people.sort(key=lambda p: (p["created_at"], p["key"]))
            found.append(
                {
                    "on": self.local(at),
                    "channel": _pick(people, "channel"),
                    "campaign": _pick(people, "campaign"),
                    "segment": self.account(key, "segment"),
                    "owner": self.account(key, "owner_key"),
                }
            )
        return found

    def account_channel(self, key: str) -> str | None:
        people = [p for p in self.people if p["account"] == key and p["created_at"] and not p["was_customer"]]
        return _pick(sorted(people, key=lambda p: (p["created_at"], p["key"])), "channel")

    # money attributed to touches

    def order(self, deal: Fields) -> Fields | None:
        if not (deal["is_won"] and not deal["is_renewal"] and deal["original"] and deal["closed_on"]):
            return None
        return deal | {"on": deal["closed_on"]}

    def party(self, account: str | None, person: str | None) -> str | None:
        known = next((p for p in self.people if p["key"] == person), None)
        return account or (known["account"] or person if known else person)

    def split(self, order: Fields) -> list[Fields]:
        party = self.party(order["account"], order["person"])
        path = []
        for touch in self.rows("touches"):
            account = touch["account_key"]
            if not account and touch["person_key"] not in {p["key"] for p in self.people}:
                account = next((d["account"] for d in self.deals if d["key"] == touch["opportunity_key"]), None)
            elif not account:
                known = next(p for p in self.people if p["key"] == touch["person_key"])
                account = known["account"] or next(
                    (d["account"] for d in self.deals if d["key"] == touch["opportunity_key"]), None
                )
            owner = account or touch["person_key"]
            near = order["on"] - timedelta(days=90)
            if party and owner == party and touch["at"] <= order["closing_at"] and self.local(touch["at"]) >= near:
                path.append(touch)
        path.sort(key=lambda t: (t["at"], f"{t['source']}:{t['id']}"))
        if not path:
            person = next((p for p in self.people if p["key"] == order["person"]), None)
            known = bool(order["campaign"] or order["channel"])
            lead = (person or {}).get("channel") or (
                self.account_channel(order["account"]) if order["account"] else None
            )
            channel = order["channel"] if known else lead
            return [
                {"on": order["on"], "channel": channel, "amount": order["amount"], "known": known or lead is not None}
            ]
        created = [p["created_at"] for p in self.people if (p["account"] or p["key"]) == party and p["created_at"]]
        weights = _weights([t["at"] for t in path], min(created, default=None), order["created_at"])
        return [
            {
                "on": order["on"],
                "channel": touch["channel"],
                "amount": None if order["amount"] is None else float(order["amount"]) * weight,
                "known": touch["channel"] is not None or touch["campaign_key"] is not None,
            }
            for touch, weight in zip(path, weights, strict=True)
        ]

    # KPIs

    def inside(self, day: date | None, start: date, end: date) -> bool:
        return day is not None and start <= day <= min(end, self.as_of)

    def count(self, rows: list[Fields], field: str, start: date, end: date) -> int:
        return sum(1 for r in rows if self.inside(r[field], start, end))

    def cost(self, start: date, end: date, kinds: Any, channel: str | None = None) -> Result:
        total, touched = Decimal(0), False
        for row in self.rows("costs"):
            first, last = row["starts_on"] or row["ends_on"], row["ends_on"] or row["starts_on"]
            if row["amount"] is None or first is None or not kinds(row["kind"]):
                continue
            if channel and (row["channel"] or NONE) != channel:
                continue
            last = max(first, last)
            days = (last - first).days + 1
            for number in range(days):
                day = first + number * DAY
                if self.inside(day, start, end):
                    touched = True
                    rate = self.rate(row["currency"], day)
                    if rate is None:
                        return None, "missing_fx_rate"
                    total += row["amount"] / days * rate
        return (float(total), None) if touched else (None, "missing_input")

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

    def recurring(self, kpi: str, start: date, end: date, dimension: str, member: str) -> Result:
        product = member if dimension == "product" else None
        accounts = self.payers(dimension, member)
        close_day = min(end, self.as_of)
        opening = {key: self.mrr_at(key, start - DAY, product) for key in accounts}
        closing = {key: self.mrr_at(key, close_day, product) for key in accounts}
        if kpi == "mrr":
            total = _total(closing)
            return (None, "missing_fx_rate") if total is None else (total, None)
        if kpi == "arpa":
            total, payers = _total(closing), sum(1 for c in closing.values() if c)
            if total is None:
                return None, "missing_fx_rate"
            return (total / payers, None) if payers else (None, "zero_denominator")
        if start <= self.as_of <= end:
            return None, "partial_period"
        active = [key for key in accounts if opening[key]]
        if kpi == "customer_churn_rate":
            lost = sum(1 for key in active if not closing[key])
            return (lost / len(active), None) if active else (None, "zero_denominator")
        base = _total(opening)
        if base is None or any(self.unrated_change(key, start, end, product) for key in active):
            return None, "missing_fx_rate"
        lost_mrr = sum(max(-_real_change(opening[key], closing[key]), 0.0) for key in active)
        return (lost_mrr / base, None) if base else (None, "zero_denominator")

    def unrated_change(self, account: str, start: date, end: date, product: str | None) -> bool:
        change = 0
        for row in self.subscriptions:
            is_own = row["account_key"] == account and (not product or (row["product_family"] or NONE) == product)
            if is_own and self.rate(row["currency"], row["starts_on"]) is None:
                change += self.inside(row["starts_on"], start, end) - self.inside(row["ends_on"], start, end)
        return change != 0

    def lifetime(self, start: date, end: date, dimension: str, member: str) -> Result:
        if start <= self.as_of <= end:
            return None, "partial_period"
        arpa, why = self.recurring("arpa", start, end, dimension, member)
        month = end.replace(day=1)
        months = [_months_before(month, number) for number in range(6)]
        accounts = self.payers(dimension, member)
        first = min((s["starts_on"] for s in self.subscriptions if s["account_key"] in accounts), default=None)
        active = {m: [key for key in accounts if self.mrr_at(key, m - DAY, None)] for m in months}
        if len(active[month]) >= 30:
            months = months[:1]
        lost = sum(1 for m in months for key in active[m] if not self.mrr_at(key, _months_before(m, -1) - DAY, None))
        base = sum(len(active[m]) for m in months)
        if why:
            return None, why
        if len(months) == 6 and (first is None or first >= _months_before(months[-1], -1)):
            return None, "insufficient_history"
        if not base or not lost or arpa is None:
            return None, "zero_denominator"
        return arpa / (lost / base), None

    def of(self, rows: list[Fields], dimension: str, member: str) -> list[Fields]:
        return rows if dimension == "org" else [r for r in rows if (r.get(dimension) or NONE) == member]

    def answer(self, kpi: str, start: date, end: date, dimension: str, member: str) -> Result:
        """
        Value, or the reason why there is none.
        """
        people, deals = self.of(self.people, dimension, member), self.of(self.deals, dimension, member)
        prospects = [p for p in people if not p["was_customer"]]
        business = [d for d in deals if not d["is_renewal"]]
        if kpi in ("mrr", "arpa", "gross_mrr_churn_rate", "customer_churn_rate"):
            return self.recurring(kpi, start, end, dimension, member)
        if kpi == "customer_lifetime_value":
            return self.lifetime(start, end, dimension, member)
        if kpi == "new_leads":
            return self.count(people, "created_on", start, end), None
        if kpi == "new_qualified_leads":
            return self.count(people, "qualified_on", start, end), None
        if kpi in ("qualified_lead_rate", "lead_conversion_rate_cohort"):
            outcome, rows = ("qualified_on", people) if kpi[0] == "q" else ("customer_on", prospects)
            born = [p for p in rows if self.inside(p["created_on"], start, end)]
            if end + timedelta(days=90) >= self.as_of:
                return None, "immature_cohort"
            done = [
                p for p in born if p[outcome] and (p[outcome] - p["created_on"]).days <= 90 and p[outcome] <= self.as_of
            ]
            return _ratio(len(done), len(born))
        if kpi == "lead_conversion_rate_period":
            customers = self.count(self.of(self.new_customers(), dimension, member), "on", start, end)
            alone = [p for p in people if p["account"] is None and not p["was_customer"]]
            return _ratio(
                customers + self.count(alone, "customer_on", start, end),
                self.count(prospects, "created_on", start, end),
            )
        if kpi == "lead_velocity_rate":
            if start <= self.as_of <= end:
                return None, "partial_period"
            before = self.count(people, "qualified_on", _months_before(start, 1), start - DAY)
            now = self.count(people, "qualified_on", start, end)
            return ((now - before) / before, None) if before else (None, "no_prior_period")
        if kpi == "cost_per_lead":
            return self.cost_per_lead(start, end, dimension, member)
        if kpi in ("website_visits", "organic_visits"):
            rows = [w for w in self.of(self.rows("web_traffic"), dimension, member) if w["grain"] == "day"]
            rows = [w for w in rows if kpi == "website_visits" or w["channel"] == "Organic Search"]
            return sum(w["sessions"] or 0 for w in rows if self.inside(w["on"], start, end)), None
        if kpi in ("email_open_rate", "email_click_through_rate"):
            what = "unique_opens" if "open" in kpi else "unique_clicks"
            sends = [e for e in self.rows("email_sends") if self.inside(self.local(e["sent_at"]), start, end)]
            sends = [e for e in sends if e["delivered"] is not None and e[what] is not None]
            return _ratio(sum(e[what] for e in sends), sum(e["delivered"] for e in sends))
        won = [d for d in deals if d["is_won"] and self.inside(d["closed_on"], start, end)]
        if kpi == "win_rate":
            closed = [d for d in business if d["is_closed"] and self.inside(d["closed_on"], start, end)]
            return _ratio(sum(d["is_won"] for d in closed), len(closed))
        if kpi == "close_rate_pipeline":
            there = [d for d in business if d["created_on"] and d["created_on"] < start]
            standing = [d for d in there if d["left_on"] is None or d["left_on"] >= start]
            wins = sum(1 for d in won if not d["is_renewal"])
            return _ratio(wins, len(standing) + self.count(business, "created_on", start, end))
        if kpi == "sales_cycle_length":
            days = [d["days"] for d in won if d["days"] is not None and d["days"] >= 0]
            return _ratio(sum(days), len(days))
        if kpi == "stage_duration":
            return self.stage_duration(start, end, dimension, member)
        return self.money(kpi, start, end, dimension, member)

    def cost_per_lead(self, start: date, end: date, dimension: str, member: str) -> Result:
        channel = member if dimension == "channel" else None
        spent, why = self.cost(start, end, lambda kind: kind == "media", channel)
        if why:
            return None, why
        people = self.of(self.people, dimension, member)
        if dimension == "org":
            people = [
                p
                for p in people
                if p["channel"]
                and self.cost(start, end, lambda kind: kind == "media", p["channel"])[1] != "missing_input"
            ]
        return _ratio(spent or 0.0, self.count(people, "created_on", start, end))

    def stage_duration(self, start: date, end: date, dimension: str, member: str) -> Result:
        stays: list[float] = []
        for deal in self.of(self.deals, dimension if dimension != "stage" else "org", member):
            changes = [
                c for c in self.rows("stage_changes") if c["opportunity_key"] == deal["key"] and c["at"] and c["stage"]
            ]
            changes.sort(key=lambda c: (c["at"], c["id"]))
            visits: list[list[Any]] = []
            for change in changes:
                if not visits or visits[-1][0] != change["stage"]:
                    if visits:
                        visits[-1][2] = change["at"]
                    visits.append([change["stage"], change["at"], None])
            for stage in {v[0] for v in visits}:
                own = [v for v in visits if v[0] == stage]
                if (
                    any(v[2] is None for v in own)
                    or stage in ("won", "lost")
                    or (dimension == "stage" and stage != member)
                ):
                    continue
                if self.inside(self.local(max(v[2] for v in own)), start, end):
                    stays.append(sum((v[2] - v[1]) / DAY for v in own))
        return _ratio(sum(stays), len(stays))

    def money(self, kpi: str, start: date, end: date, dimension: str, member: str) -> Result:
        channel = member if dimension == "channel" else None
        customers = self.count(self.of(self.new_customers(), dimension, member), "on", start, end)
        kinds: dict[str, Any] = {
            "customer_acquisition_cost": lambda kind: True,
            "romi": lambda kind: kind not in ("sales", "automation"),
        }
        wanted = kinds.get(kpi, lambda kind: kind != "sales")
        if kpi in ("customer_acquisition_cost", "marketing_cac") and channel:
            wanted = lambda kind: kind == "media"  # noqa: E731
        spent, why = self.cost(start, end, wanted, channel)
        orders = [o for o in self.of(self.orders, dimension, member) if self.inside(o["on"], start, end)]
        unrated = any(o["amount"] is None for o in orders)
        ticket = None if unrated or not orders else float(sum(o["amount"] for o in orders)) / len(orders)
        if kpi == "average_ticket":
            if unrated:
                return None, "missing_fx_rate"
            return (ticket, None) if ticket and ticket > 0 else (None, "zero_denominator")
        if kpi in ("customer_acquisition_cost", "marketing_cac"):
            return (None, why) if why else _ratio(spent or 0.0, customers)
        if kpi == "cac_to_ticket_ratio":
            if why:
                return None, why
            if not customers:
                return None, "missing_fx_rate" if unrated and customers else "zero_denominator"
            if unrated:
                return None, "missing_fx_rate"
            return ((spent or 0.0) / customers / ticket, None) if ticket and ticket > 0 else (None, "zero_denominator")
        credits = [
            c for c in self.of(self.credits, dimension, member) if self.inside(c["on"], start, end) and c["known"]
        ]
        if any(c["amount"] is None for c in credits):
            return None, "missing_fx_rate"
        if kpi == "romi" and credits:
            return None, "missing_input"
        if why:
            return None, why
        income = sum(float(c["amount"]) for c in credits)
        return _ratio(income - (spent or 0.0), spent or 0.0)


def _last(value: Any) -> tuple[bool, Any]:
    return (value is None, value or datetime.max)


def _pick(rows: list[Fields], field: str) -> Any:
    return next((r[field] for r in rows if r.get(field) is not None), None)


def _ratio(top: float, bottom: float) -> Result:
    return (float(top) / float(bottom), None) if bottom else (None, "zero_denominator")


def _total(amounts: dict[str, dict[str, tuple[Decimal, Decimal | None]]]) -> float | None:
    found = [converted for each in amounts.values() for _, converted in each.values()]
    return None if any(value is None for value in found) else float(sum(v for v in found if v is not None))


def _real_change(
    opening: dict[str, tuple[Decimal, Decimal | None]], closing: dict[str, tuple[Decimal, Decimal | None]]
) -> float:
    """
    The change that the customer decided, at the opening rate: what moved only because a rate moved is left out.
    """
    change = 0.0
    for currency in set(opening) | set(closing):
        billed, value = opening.get(currency, (Decimal(0), Decimal(0)))
        billed_then, value_then = closing.get(currency, (Decimal(0), Decimal(0)))
        before = float(value or 0)
        now = before / float(billed) * float(billed_then) if billed else float(value_then or 0)
        change += now - before
    return change


def _weights(touches: list[datetime], lead_at: datetime | None, deal_at: datetime | None) -> list[float]:
    size = len(touches)
    if lead_at is None or deal_at is None:
        if size <= 2:
            return [1 / size] * size
        return [0.4 if place in (0, size - 1) else 0.2 / (size - 2) for place in range(size)]
    milestones = [0]
    for moment in (lead_at, deal_at):
        milestones += [max((place for place in range(size) if touches[place] <= moment), default=-1)]
    weights = [0.3 * milestones.count(place) for place in range(size)]
    rest = [place for place in range(size) if place not in milestones]
    for place in rest:
        weights[place] = 0.1 / len(rest)
    return [weight / sum(weights) for weight in weights]


def _months_before(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
