"""
Subscriptions, tickets, onboardings, offers.
"""

from __future__ import annotations

from tests.kpis.build import Row, day, instant, row, subscription

CUSTOMERS: dict[str, list[Row]] = {
    "subscription_ends_before_start": [
        subscription("acme", "2026-03-01", "2026-02-28", 5, id="bad"),
        subscription("acme", "2026-03-01", "2026-03-01", 5, id="bad same day"),
        subscription("acme", "2026-03-01", "2026-03-02", 5, id="good"),
        subscription("acme", "2026-03-01", None, 5, id="good open"),
    ],
    "subscription_with_negative_mrr": [
        subscription("acme", "2026-03-01", None, -5, id="bad"),
        subscription("acme", "2026-03-01", None, 0, id="good"),
    ],
    "subscription_without_mrr": [
        subscription("acme", "2026-03-01", None, None, id="bad"),
        subscription("acme", "2026-03-01", None, None, id="good trial", is_trial=True),
        subscription("acme", "2026-03-01", None, 0, id="good free"),
    ],
    "subscription_without_start": [
        row("subscriptions", id="bad", account_key="acme", mrr=5),
        subscription("acme", "2026-03-01", None, 5, id="good"),
    ],
    "subscription_without_account": [
        row("subscriptions", id="bad", account_id="gone", mrr=5, starts_on=day("2026-03-01")),
        subscription("acme", "2026-03-01", None, 5, id="good"),
    ],
    "subscription_twice": [
        subscription("acme", "2026-01-01", "2026-04-01", 5, id="good first", plan="pro"),
        subscription("acme", "2026-03-01", None, 5, id="bad", plan="pro"),
        subscription("best", "2026-01-01", "2026-04-01", 5, id="good until", plan="pro"),
        subscription("best", "2026-04-01", None, 5, id="good renewed", plan="pro"),
        subscription("best", "2026-04-01", None, 6, id="good dearer", plan="pro"),
        # one deal in two CRMs: its subscription counts once already
        subscription("core", "2026-01-01", None, 5, id="good one", opportunity_key="salesforce:d"),
        subscription("core", "2026-01-01", None, 5, id="good two", source="hubspot", opportunity_key="salesforce:d"),
    ],
    "ticket_closed_before_created": [
        row("tickets", id="bad", created_at=instant("2026-03-02"), closed_at=instant("2026-03-01")),
        row("tickets", id="good", created_at=instant("2026-03-02")),
    ],
    "ticket_without_creation_date": [
        row("tickets", id="bad"),
        row("tickets", id="good", created_at=instant("2026-03-02")),
    ],
    "ticket_parent_unknown": [
        row("tickets", id="good parent"),
        row("tickets", id="gone", is_deleted=True),
        row("tickets", id="good", parent_id="good parent"),
        row("tickets", id="bad", parent_id="nowhere"),
        row("tickets", id="bad deleted", parent_id="gone"),
    ],
    "onboarding_completed_before_started": [
        row("onboardings", id="bad", started_at=instant("2026-03-02"), completed_at=instant("2026-03-01")),
        row("onboardings", id="good", started_at=instant("2026-03-02"), completed_at=instant("2026-03-02")),
    ],
    "onboarding_without_start": [
        row("onboardings", id="bad", completed_at=instant("2026-03-02")),
        row("onboardings", id="good", started_at=instant("2026-03-02")),
    ],
    "offer_accepted_before_offered": [
        row("offers", id="bad", offered_at=instant("2026-03-02"), accepted_at=instant("2026-03-01")),
        row("offers", id="good", offered_at=instant("2026-03-02")),
    ],
    "account_unknown": [
        row("product_usage", id="bad", account_id="gone"),
        row("product_usage", id="good", account_id="acme", account_key="acme"),
        row("referrals", id="bad referrer", referrer_account_id="gone"),
        row("tickets", id="good without"),
    ],
}
