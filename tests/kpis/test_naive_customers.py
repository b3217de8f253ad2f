"""
The reference for existing customers and objectives gives what can be worked out by hand.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.kpis.naive.rows import Row, World, paid, row, won


def customers(*keys: str) -> list[Row]:
    return [paid(key, "2025-01-01", None, 100, product_family="core") for key in keys]


def test_upsells_are_deals_and_plan_changes() -> None:
    """
    Of five accounts b bought an upsell, c took a dearer plan; d paid more for the same plan, e a cheaper one: 2 of 5.
    An upsell to a stranger is none of an active account.
    """
    plans = [("c", "team", 100, "pro", 150), ("d", "team", 100, "team", 150), ("e", "pro", 100, "team", 60)]
    changes = [
        paid(account, *span, mrr, plan=plan, product_family="core")
        for account, old, before, new, after in plans
        for span, plan, mrr in ((("2025-01-01", "2026-03-10"), old, before), (("2026-03-10", None), new, after))
    ]
    rows = [
        *customers("a", "b"),
        *changes,
        won("2026-03-12", "b", kind="upsell", product_family="extra"),
        won("2026-03-12", "x", kind="upsell"),
        row("accounts", account_key="c", segment="large"),
    ]

    assert World(*rows).ask("upsell_rate") == 0.4
    assert World(*rows).ask("upsell_rate", dimension="product", member="extra") == 0.2
    assert World(*rows).ask("upsell_rate", dimension="segment", member="large") == 1
    assert World(*rows).ask("upsell_rate", "2026-04-01", "2026-04-30") == 0
    assert World(*rows).ask("upsell_rate", "2024-04-01", "2024-04-30") == "zero_denominator"


def test_cross_sell_is_a_family_that_the_account_never_had() -> None:
    """
    Of four accounts a adds a family and b buys one; c takes one up again that it had, d was new in March: 2 of 3.
    """
    rows = [
        *customers("a", "b", "c"),
        paid("a", "2026-03-10", None, 20, product_family="extra"),
        won("2026-03-10", "b", kind="cross_sell"),
        paid("c", "2025-02-01", "2025-03-01", 20, product_family="extra"),
        paid("c", "2026-03-10", None, 20, product_family="extra"),
        paid("d", "2026-03-02", None, 20, product_family="core"),
        paid("d", "2026-03-10", None, 20, product_family="extra"),
    ]

    assert World(*rows).ask("cross_sell_rate") == pytest.approx(2 / 3)
    assert World(*rows).ask("cross_sell_rate", dimension="product", member="extra") == pytest.approx(1 / 3)


def test_without_subscriptions_a_won_deal_keeps_its_account_active_for_a_year() -> None:
    """
    Won on 1 March 2025: active on 28 February 2026, no more on 1 March. Won on 2 March: there for a day longer.
    """
    rows = [won("2025-03-01", "a"), won("2025-03-02", "b"), won("2026-03-09", "b", kind="upsell")]
    world = World(*rows, offered={"opportunities"})

    assert world.ask("upsell_rate") == 0.5
    assert world.ask("upsell_rate", "2026-03-02", "2026-03-31") == 1
    assert world.ask("upsell_rate", "2026-03-03", "2026-03-31") == "zero_denominator"
    assert World(*rows, offered={"accounts"}).ask("upsell_rate") == "missing_input"


def test_offers_have_a_window_to_be_accepted() -> None:
    """
    Three upsells offered in March: accepted after 90 days, after 91, never. The last day's window ends on 29 June.
    """
    rows = [
        row("offers", account_key="a", kind="upsell", offered_at="2026-03-10", accepted_at=accepted)
        for accepted in ("2026-06-08", "2026-06-09", None)
    ]
    rows.append(row("offers", account_key="a", kind="cross_sell", offered_at="2026-03-10"))

    assert World(*rows).ask("upsell_offer_acceptance_rate") == pytest.approx(1 / 3)
    assert World(*rows).ask("cross_sell_offer_acceptance_rate") == 0
    assert World(*rows).ask("upsell_offer_acceptance_rate", cohort_window_days=91) == pytest.approx(2 / 3)
    assert World(*rows, as_of=date(2026, 6, 29)).ask("upsell_offer_acceptance_rate") == "immature_cohort"
    assert World(*rows, as_of=date(2026, 6, 30)).ask("upsell_offer_acceptance_rate") == pytest.approx(1 / 3)


def test_buying_again_needs_two_days_within_the_months() -> None:
    """
    Of a, b, c, d: a bought on two days, b twice on one, c's second was given back, d's first was a renewal; e bought
    just before the twelve months: 1 of 4, then 2 of 5 in thirteen months.
    """
    rows = [
        *(won(day, "a", amount=10) for day in ("2025-04-01", "2026-03-31")),
        *(won("2026-03-05", "b", amount=10) for _ in range(2)),
        *(won(day, "c", amount=10, opportunity_key=f"c{day}") for day in ("2026-01-01", "2026-02-01")),
        row("revenue", kind="refund", opportunity_key="c2026-02-01", amount=10, on="2026-05-01"),
        won("2026-01-01", "d", amount=10, kind="renewal"),
        won("2026-02-01", "d", amount=10),
        *(won(day, "e", amount=10) for day in ("2025-03-31", "2025-03-30")),
        won("2026-02-01", "f", amount=0),
    ]
    world = World(*rows, offered={"opportunities", "revenue"})

    assert world.ask("repeat_purchase_rate", revenue_source="won") == 0.25
    assert world.ask("repeat_purchase_rate", revenue_source="won", repeat_months=13) == pytest.approx(0.4)
    assert world.ask("repeat_purchase_rate") == "zero_denominator"
    assert (
        World(*rows, offered={"opportunities"}).ask("repeat_purchase_rate", revenue_source="invoices")
        == "missing_input"
    )


def test_buying_again_by_invoices() -> None:
    """
    Invoices of two days to a, one to b that was given back by half: 1 of 2.
    """
    invoices = [("a", "2026-03-01", 10, "d1"), ("a", "2026-03-02", 10, None), ("b", "2026-03-02", 10, "d2")]
    rows = [
        row("revenue", kind="invoice", account_key=account, on=on, amount=amount, opportunity_key=deal)
        for account, on, amount, deal in invoices
    ]
    rows.append(row("revenue", kind="refund", account_key="b", on="2026-03-02", amount=5, opportunity_key="d2"))

    assert World(*rows, offered={"revenue"}).ask("repeat_purchase_rate") == 0.5


def test_referrals_are_persons_of_other_accounts() -> None:
    """
    Ann is referred twice and becomes a customer; Bob is of the referrer's own account, Cid became one before. Two
    referrals, one referred customer, of two active accounts: a half.
    """
    people = {"ann": "new", "bob": "a", "cid": "old"}
    rows = [
        *customers("a", "b"),
        *(row("leads", person_key=person, account_key=account) for person, account in people.items()),
        *(
            row("referrals", person_key=person, account_key=by, at=at)
            for person, by, at in [
                ("ann", "a", "2026-03-01"),
                ("ann", "b", "2026-03-02"),
                ("bob", "a", "2026-03-02"),
                ("cid", "a", "2026-03-20"),
            ]
        ),
        won("2026-03-10", "new"),
        won("2026-03-19", "old"),
    ]

    assert World(*rows).ask("referrals") == 2
    assert World(*rows).ask("referred_customers") == 1
    assert World(*rows).ask("referral_rate") == 0.5
    assert World(*rows).ask("referral_rate", dimension="account", member="b") == 1
    assert World(*rows, offered={"leads"}).ask("referrals") == "missing_input"


def target(kpi: str, value: float, **fields: Any) -> Row:
    return row("targets", **{"kpi": kpi, "value": value, "starts_on": "2026-03-01", "ends_on": "2026-03-31"} | fields)


def test_attainment_of_more_and_of_less() -> None:
    """
    45 tickets where 30 were the most: two thirds. 100 of MRR where 80 was aimed at: 125 %.
    """
    rows = [
        *(row("tickets", created_at="2026-03-10") for _ in range(45)),
        paid("a", "2026-01-01", None, 100),
        row("owners", id="007", owner_key="salesforce:007", name="Ann"),
        row("accounts", account_key="a", owner_key="salesforce:007"),
        target("support_tickets", 30),
        target("mrr", 80),
        target("mrr", 50, dimension="owner", member="Ann"),
        target("arpa", 0),
        target("gross_mrr_churn_rate", 0.1, ends_on="2026-06-30"),
    ]
    world = World(*rows)

    assert world.ask("target_attainment", dimension="target", member="support_tickets") == pytest.approx(2 / 3)
    assert world.ask("target_attainment", dimension="target", member="mrr") == 1.25
    assert world.ask("target_attainment", dimension="owner", member="salesforce:007") == 2
    assert world.ask("target_attainment", dimension="target", member="arpa") == "zero_denominator"
    assert world.ask("target_attainment", dimension="target", member="gross_mrr_churn_rate") == "missing_input"


def test_progress_against_the_time_gone() -> None:
    """
    MRR from 100 towards 200 within the half-year: at 150 by the end of March, half of the way after 90 of 181 days:
    on track, like tickets from 20 towards 10 that stand at 8. ARPA fell to 75 instead of rising to 400: it is not.
    New leads went from February's 2, the baseline that nobody told, to 3 of 10: no more is that. Churn of a running
    span has no value, a quota is no KPI: 2 of 4.
    """
    half_year = {"starts_on": "2026-01-01", "ends_on": "2026-06-30"}
    rows = [
        paid("a", "2026-01-01", None, 100),
        paid("b", "2026-03-01", None, 50),
        paid("c", "2026-05-01", None, 500),
        *(row("tickets", created_at="2026-03-10") for _ in range(8)),
        *(row("leads", created_at=f"2026-0{month}-10") for month in (2, 2, 3, 3, 3)),
        target("mrr", 200, baseline=100, **half_year),
        target("arpa", 400, baseline=100, **half_year),
        target("support_tickets", 10, baseline=20),
        target("gross_mrr_churn_rate", 0.1, baseline=0.2, **half_year),
        target("new_leads", 10),
        target("quota", 10, baseline=0),
    ]
    world = World(*rows)

    assert world.ask("relationship_objective_progress", dimension="target", member="mrr") == 0.5
    assert world.ask("relationship_objective_progress", dimension="target", member="support_tickets") == 1.2
    assert world.ask("relationship_objective_progress", dimension="target", member="new_leads") == 0.125
    assert world.ask("objectives_on_track_share") == 0.5
