"""
Published examples of existing customers: what they buy, use and ask, whom they bring, and who looks after them.
"""

from __future__ import annotations

from datetime import date, timedelta

from tests.kpis.build import Answer, Row, account, deal, instant, lead, row, subscription
from tests.kpis.examples import recurring
from tests.kpis.examples.asking import Inputs, ask


def _active(number: int, **fields: object) -> list[Row]:
    """
    So many accounts that pay from before March on.
    """
    return [subscription(f"a{place}", "2025-06-01", None, 10, **fields) for place in range(number)]


def upsell_rate(given: Inputs) -> Answer:
    if "accounts" in given:
        rows, settings, question = recurring.rows_and_period(given)
        return ask("upsell_rate", rows, settings, **question)
    rows = _active(given["active_accounts_start"])
    rows += [deal(kind="upsell", account_key=f"a{place}") for place in range(given["accounts_with_upsell"])]
    # A second one of the same account, and one of an account that was not there yet, change nothing.
    rows += [deal(kind="upsell", account_key="a0"), deal(kind="upsell", account_key="newcomer")]
    return ask("upsell_rate", rows, parts=(given["accounts_with_upsell"], given["active_accounts_start"]))


def upsell_offer_acceptance_rate(given: Inputs) -> Answer:
    rows = [
        row(
            "offers",
            account_key=f"a{place}",
            kind="upsell",
            offered_at=instant("2026-03-10"),
            accepted_at=instant("2026-05-05") if place < given["accepted"] else None,
        )
        for place in range(given["offered"])
    ]
    rows.append(row("offers", account_key="a0", kind="cross_sell", offered_at=instant("2026-03-10")))
    return ask("upsell_offer_acceptance_rate", rows, parts=(given["accepted"], given["offered"]))


def repeat_purchase_rate(given: Inputs) -> Answer:
    rows = [deal(account_key=f"a{place}", amount=10, closed="2025-07-01") for place in range(given["customers"])]
    rows += [deal(account_key=f"a{place}", amount=10) for place in range(given["repeat_customers"])]
    # A second order on the day of the first is no return.
    rows += [deal(account_key=f"a{given['customers'] - 1}", amount=10, closed="2025-07-01")]
    return ask("repeat_purchase_rate", rows, parts=(given["repeat_customers"], given["customers"]))


def referral_rate(given: Inputs) -> Answer:
    rows = _active(given["customers"])
    for place in range(given["referred_customers"]):
        person = lead("2026-03-02", account_key=f"new{place}")
        rows += [
            person,
            deal(account_key=f"new{place}"),
            row(
                "referrals",
                account_key=f"a{place}",
                person_key=person[1]["person_key"],
                at=instant("2026-03-02"),
            ),
        ]
    return ask("referral_rate", rows, parts=(given["referred_customers"], given["customers"]))


def product_adoption_rate(given: Inputs) -> Answer:
    """
    Who adopts uses the product on three days of the month, the others on one.
    """
    rows = _active(given["active"])
    for place in range(given["active"]):
        days = (5, 12, 20) if place < given["adopting"] else (5,)
        rows += [
            row("product_usage", account_key=f"a{place}", product="app", on=date(2026, 3, day), events=3)
            for day in days
        ]
    return ask("product_adoption_rate", rows, parts=(given["adopting"], given["active"]))


def _ticket(place: int, account_key: str) -> Row:
    table, values = row("tickets", account_key=account_key, kind="question", created_at=instant("2026-03-10"))
    return table, {"ticket_key": f"salesforce:{values['id']}", **values}


def tickets_per_account(given: Inputs) -> Answer:
    tickets = [_ticket(place, f"a{place}") for place in range(given["tickets"])]
    parts = (given["tickets"], given["active"])
    return ask("tickets_per_account", _active(given["active"]) + tickets, parts=parts)


def tickets_per_ticketing_account(given: Inputs) -> Answer:
    asking = given["accounts_with_ticket"]
    tickets = [_ticket(place, f"a{place % asking}") for place in range(given["tickets"])]
    parts = (given["tickets"], asking)
    return ask("tickets_per_ticketing_account", _active(asking + 10) + tickets, parts=parts)


def onboarding_completion_rate(given: Inputs) -> Answer:
    rows = [
        row(
            "onboardings",
            account_key=f"a{place}",
            state="completed" if place < given["completed"] else "cancelled" if place % 2 else "running",
            started_at=instant("2026-03-10"),
            completed_at=instant("2026-05-05") if place < given["completed"] else None,
        )
        for place in range(given["started"])
    ]
    return ask("onboarding_completion_rate", rows, parts=(given["completed"], given["started"]))


def _activity(place: int, kind: str = "call", **fields: object) -> Row:
    """
    An activity in a minute of its own.
    """
    moment = instant("2026-03-02")
    assert moment is not None
    values = {"kind": kind, "direction": "out", "at": moment + timedelta(minutes=place), "is_mass": False}
    table, values = row("activities", **values | fields)
    return table, {"activity_key": f"salesforce:{values['id']}", **values}


def account_coverage(given: Inputs) -> Answer:
    reached = given["distinct_accounts"]
    rows = [account(f"a{place}") for place in range(reached + 10)]
    rows += [_activity(place, account_key=f"a{place % reached}") for place in range(given["activities"])]
    return ask("account_coverage", rows)


def activities_per_opportunity(given: Inputs) -> Answer:
    opened = [deal("open", account_key=f"a{place}") for place in range(given["opportunities_created"])]
    done = [_activity(place, given["kind"], account_key="a0") for place in range(given["activities"])]
    others = [_activity(place, "meeting", account_key="a0") for place in range(10)]
    parts = (given["activities"], given["opportunities_created"])
    return ask("activities_per_opportunity", opened + done + others, parts=parts, by="kind", member=given["kind"])


BUILDERS = (
    upsell_rate,
    upsell_offer_acceptance_rate,
    repeat_purchase_rate,
    referral_rate,
    product_adoption_rate,
    tickets_per_account,
    tickets_per_ticketing_account,
    onboarding_completion_rate,
    account_coverage,
    activities_per_opportunity,
)
