"""
The reference for success and engagement gives what can be worked out by hand.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.kpis.naive.rows import Row, World, paid, row


def customers(*keys: str) -> list[Row]:
    return [paid(key, "2025-01-01", None, 100, product_family="core") for key in keys]


def activity(account: str | None, kind: str = "call", at: str = "2026-03-10", **fields: Any) -> Row:
    return row("activities", account_key=account, kind=kind, at=at, **{"team": "sales"} | fields)


def test_interactions_are_counted_once_and_only_with_active_accounts() -> None:
    """
    Account a: a call logged twice in a minute and in two systems, an e-mail; a mass send and a stranger's call are
    out, b's response is marketing's. Three interactions of two accounts; two of sales, one of marketing.
    """
    rows = [
        *customers("a", "b"),
        row("leads", person_key="ann", account_key="a"),
        activity("a", at="2026-03-10T09:00:05", person_key="ann", activity_key="salesforce:1", id="1"),
        activity("a", at="2026-03-10T09:00:50", person_key="ann", activity_key="salesforce:2", id="2"),
        activity("a", at="2026-03-10T11:00:50", person_key="ann", activity_key="salesforce:1", source="hubspot"),
        activity(None, "email", "2026-03-10T09:00:05", person_key="ann", owner_key="u1"),
        activity("a", "email", "2026-03-11", is_mass=True),
        activity("x", at="2026-03-12"),
        row("touches", account_key="b", at="2026-03-12", is_response=True),
        row("touches", account_key="b", at="2026-03-12", is_response=False),
    ]
    world = World(*rows)

    assert world.ask("account_engagement") == 1.5
    assert world.ask("account_engagement", dimension="team", member="sales") == 1
    assert world.ask("account_engagement", dimension="team", member="marketing") == 0.5
    assert world.ask("account_engagement", dimension="owner", member="u1") == 0.5
    assert world.ask("account_engagement", dimension="account", member="a") == 2
    assert world.ask("account_coverage") == 3
    assert world.ask("account_coverage", dimension="team", member="sales") == 2


def test_engaged_needs_an_answer_to_both_teams() -> None:
    """
    a answered marketing and met sales; b only met sales; c wrote to sales and was written to by marketing: 1 of 4,
    of any team 3 of 4.
    """
    rows = [
        *customers("a", "b", "c", "d"),
        row("touches", account_key="a", at="2026-03-12", is_response=True),
        activity("a", "Meeting", direction="out"),
        activity("b", "meeting"),
        activity("c", "email", direction="in"),
        activity("c", "email", at="2026-03-12", direction="out", team="marketing"),
    ]

    assert World(*rows).ask("engaged_account_rate") == 0.25
    assert World(*rows).ask("engaged_account_rate", engagement_teams="any") == 0.75
    assert World(*rows).ask("engaged_account_rate", "2026-04-01", "2026-04-30") == 0


def test_effort_per_opportunity() -> None:
    """
    Three calls and a mail, even with nobody known, for two deals created: 2, of calls 1.5.
    """
    rows = [
        *(activity(account, at=f"2026-03-1{day}") for day, account in enumerate(("a", None, None))),
        activity("a", "email"),
        *(row("opportunities", created_at=day, kind="renewal") for day in ("2026-03-01", "2026-03-31")),
    ]

    assert World(*rows).ask("activities_per_opportunity") == 2
    assert World(*rows).ask("activities_per_opportunity", dimension="kind", member="call") == 1.5
    assert World(*rows).ask("activities_per_opportunity", "2026-04-01", "2026-04-30") == "zero_denominator"


def test_adoption_is_use_on_several_days() -> None:
    """
    Of three accounts a used something on three days of the last thirty, b thrice on one day, c on three days of which
    one lies 31 days back: 1 of 3. Of core, which all have, nobody reached three days; two days are met by a and c.
    """
    days = {"a": ("02", "15", "31"), "b": ("10", "10", "10"), "c": ("01", "15", "31")}
    rows = customers("a", "b", "c") + [
        row("product_usage", account_key=account, product="core" if place else None, on=f"2026-03-{day}", events=1)
        for account, listed in days.items()
        for place, day in enumerate(listed)
    ]

    assert World(*rows).ask("product_adoption_rate") == pytest.approx(1 / 3)
    assert World(*rows).ask("product_adoption_rate", adoption_days=31) == pytest.approx(2 / 3)
    assert World(*rows).ask("product_adoption_rate", dimension="product", member="core") == 0
    of_core = World(*rows).ask("product_adoption_rate", dimension="product", member="core", adoption_uses=2)
    assert of_core == pytest.approx(2 / 3)
    assert World(*rows, offered={"subscriptions"}).ask("product_adoption_rate") == "missing_input"


def test_tickets_are_counted_once() -> None:
    """
    Of seven rows two are one ticket, one is a child, one is spam: four. Two active accounts at opening, one at close:
    4 / 1.5. The three with an account came from two: 1.5.
    """
    rows = [
        *customers("a"),
        paid("b", "2025-01-01", "2026-03-20", 100),
        row("tickets", id="1", account_key="a", created_at="2026-03-10", kind="bug"),
        row("tickets", source="hubspot", ticket_key="salesforce:1", created_at="2026-03-10"),
        row("tickets", account_key="a", created_at="2026-03-11", parent_id="1"),
        row("tickets", account_key="a", created_at="2026-03-12", kind="Spam"),
        row("tickets", account_key="a", created_at="2026-03-12", kind="bug"),
        row("tickets", account_key="b", created_at="2026-03-12"),
        row("tickets", created_at="2026-03-31T21:59"),
        row("tickets", created_at="2026-03-31T22:00"),
    ]
    world = World(*rows)

    assert world.ask("support_tickets") == 4
    assert world.ask("support_tickets", dimension="kind", member="bug") == 2
    assert world.ask("tickets_per_account") == pytest.approx(4 / 1.5)
    assert world.ask("tickets_per_ticketing_account") == 1.5
    assert world.ask("tickets_per_account", dimension="account", member="b") == 2


def test_onboardings() -> None:
    """
    Started in March: done after 10, 20 and 90 days, cancelled, not done, done before it began: six. Done in March: 10
    days and the nonsense, which has no length. Within the window three and the nonsense, of six.
    """
    spans = [("2026-03-01", "2026-03-11"), ("2026-03-20", "2026-04-09"), ("2026-03-10", "2026-06-08")]
    rows = [row("onboardings", started_at=start, completed_at=end, state="done") for start, end in spans]
    rows += [
        row("onboardings", started_at="2026-03-01", completed_at="2026-03-02", state="Cancelled"),
        row("onboardings", started_at="2026-03-01", state="active"),
        row("onboardings", started_at="2026-03-20", completed_at="2026-03-19"),
    ]
    world = World(*rows)

    assert world.ask("onboardings_started") == 6
    assert world.ask("onboardings_completed") == 2
    assert world.ask("onboarding_time") == 10
    assert world.ask("onboarding_time", end="2026-06-30") == 20
    assert world.ask("onboarding_time", end="2026-06-30", statistic="mean") == 40
    assert world.ask("onboarding_completion_rate") == pytest.approx(4 / 6)
    assert World(*rows, as_of=date(2026, 6, 29)).ask("onboarding_completion_rate") == "immature_cohort"
