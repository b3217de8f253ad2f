"""
Existing customers, recounted account by account: what more they buy, who buys again, whom they bring.
"""

from __future__ import annotations

from datetime import date

from tests.kpis.naive.attribution import orders_of, revenue, takes_invoices
from tests.kpis.naive.bases import (
    active_at,
    among,
    close_of,
    in_window,
    is_immature,
    knows_customers,
    member_of,
    share,
    stands,
)
from tests.kpis.naive.common import DAY, NONE, Fields, Result, ratio
from tests.kpis.naive.entities import Naive

Event = tuple[str, str | None]


def answer(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result | None:
    if kpi in ("upsell_rate", "cross_sell_rate"):
        return more_sold(naive, kpi.removesuffix("_rate"), start, end, dimension, member)
    if kpi in ("upsell_offer_acceptance_rate", "cross_sell_offer_acceptance_rate"):
        return accepted(naive, kpi.removesuffix("_offer_acceptance_rate"), start, end, dimension, member)
    if kpi == "repeat_purchase_rate":
        return repeated(naive, end, dimension, member)
    if kpi in ("referrals", "referred_customers", "referral_rate"):
        return referred(naive, kpi, start, end, dimension, member)
    return None


# upsell and cross-sell


def more_sold(naive: Naive, kind: str, start: date, end: date, dimension: str, member: str) -> Result:
    if not knows_customers(naive):
        return None, "missing_input"
    base = among(naive, active_at(naive, start - DAY), dimension, member)
    events = [*deals_of(naive, kind, start, end), *(upgrades if kind == "upsell" else additions)(naive, start, end)]
    if dimension == "product":
        events = [(account, product) for account, product in events if (product or NONE) == member]
    return share({account for account, _ in events} & base, base)


def deals_of(naive: Naive, kind: str, start: date, end: date) -> list[Event]:
    won = [deal for deal in naive.deals if deal["is_won"] and naive.inside(deal["closed_on"], start, end)]
    return [(deal["account"], deal["product"]) for deal in won if deal["account"] and deal["kind"] == kind]


def upgrades(naive: Naive, start: date, end: date) -> list[Event]:
    """
    A plan gave way, on the day it ended, to another plan of the same product family at more MRR.
    """
    found: list[Event] = []
    for row in naive.subscriptions:
        if not naive.inside(row["starts_on"], start, end):
            continue
        for before in naive.subscriptions:
            is_same = (before["account_key"], before["product_family"]) == (row["account_key"], row["product_family"])
            plans = (before.get("plan"), row.get("plan"))
            if not is_same or before["ends_on"] != row["starts_on"] or None in plans or plans[0] == plans[1]:
                continue
            if currency_of(naive, before) == currency_of(naive, row) and before["mrr"] < row["mrr"]:
                found.append((row["account_key"], row["product_family"]))
    return found


def additions(naive: Naive, start: date, end: date) -> list[Event]:
    """
    An account that paid on the day before starts a product family that it never paid for.
    """
    found: list[Event] = []
    for row in naive.subscriptions:
        family = row["product_family"]
        if family is None or not naive.inside(row["starts_on"], start, end):
            continue
        before = [
            other
            for other in naive.subscriptions
            if other["account_key"] == row["account_key"] and other["starts_on"] < row["starts_on"]
        ]
        is_paying = any(stands(other, row["starts_on"] - DAY) for other in before)
        if is_paying and all(other["product_family"] != family for other in before):
            found.append((row["account_key"], family))
    return found


def currency_of(naive: Naive, row: Fields) -> str:
    return str(row["currency"] or naive.currency).upper()


def accepted(naive: Naive, kind: str, start: date, end: date, dimension: str, member: str) -> Result:
    if not naive.offers("offers"):
        return None, "missing_input"
    if is_immature(naive, end):
        return None, "immature_cohort"
    made = done = 0
    for row in naive.rows("offers"):
        offered_on = naive.local(row["offered_at"])
        if row["kind"] != kind or not naive.inside(offered_on, start, end):
            continue
        if dimension == "org" or member_of(naive, row["account_key"], dimension) == member:
            made += 1
            done += in_window(naive, offered_on, naive.local(row["accepted_at"]))
    return ratio(done, made)


# orders


def repeated(naive: Naive, end: date, dimension: str, member: str) -> Result:
    table = "revenue" if takes_invoices(naive) else "opportunities"
    if not naive.offers(table):
        return None, "missing_input"
    close = close_of(naive, end)
    since = months_earlier(close + DAY, naive.options["repeat_months"])
    days: dict[str, set[date]] = {}
    for order in orders_of(naive):
        if is_kept(naive, order) and naive.inside(order["on"], since, close):
            days.setdefault(order["account"], set()).add(order["on"])
    buyers = among(naive, days, dimension, member)
    return share([account for account in buyers if len(days[account]) >= 2], buyers)


def months_earlier(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    first = date(number // 12, number % 12 + 1, 1)
    after = date((number + 1) // 12, (number + 1) % 12 + 1, 1)
    return min(date.fromordinal(first.toordinal() + day.day - 1), after - DAY)


def is_kept(naive: Naive, order: Fields) -> bool:
    """
    Sold for something to somebody, and not wholly given back since.
    """
    if order["is_refund"] or not order["account"] or order["original"] <= 0:
        return False
    deal = order["deal"] if "deal" in order else order["key"]
    refunds = [row for row in revenue(naive) if row["is_refund"] and deal is not None and row["deal"] == deal]
    return bool(order["original"] + sum(row["original"] for row in refunds if row["on"] <= naive.as_of) > 0)


# referrals


def referred(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result:
    if not naive.offers("referrals"):
        return None, "missing_input"
    brought = [
        each for each in referrals_of(naive) if dimension == "org" or member_of(naive, each["by"], dimension) == member
    ]
    if kpi == "referrals":
        return float(len({each["person"] for each in brought if naive.inside(each["on"], start, end)})), None
    new = {key: naive.local(at) for key, at in naive.customer_at.items()}
    came = {
        each["account"]
        for each in brought
        if (became := new.get(each["account"])) and naive.inside(became, start, end) and each["on"] <= became
    }
    if kpi == "referred_customers":
        return float(len(came)), None
    if not knows_customers(naive):
        return None, "missing_input"
    return ratio(len(came), len(among(naive, active_at(naive, start - DAY), dimension, member)))


def referrals_of(naive: Naive) -> list[Fields]:
    """
    Referrals with a day, a referrer and a known lead, who does not belong to the referrer.
    """
    found = []
    for row in naive.rows("referrals"):
        person = next((p for p in naive.people if p["key"] == row["person_key"]), None)
        if (
            person
            and person["is_lead"]
            and row["at"]
            and row["account_key"]
            and person["account"] != row["account_key"]
        ):
            found.append(
                {
                    "on": naive.local(row["at"]),
                    "by": row["account_key"],
                    "person": person["key"],
                    "account": person["account"],
                }
            )
    return found
