"""
Credits of touches: each model over one path, as published or worked out by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from kpis.attribution import TOUCH_MODELS
from tests.kpis.attribution_paths import before, credit, credited, credits_by, milestones, path, table, weights, won
from tests.kpis.build import Warehouse, deal, instant, lead, row, subscription, touch

FOUR = ("linkedin_ad", "whitepaper", "webinar", "demo_request")


ORDERS_OF_TOUCHES: list[tuple[str, Sequence[str], list[float]]] = [
    ("position_based", FOUR, [0.4, 0.1, 0.1, 0.4]),  # mbuzz, Position-based attribution
    ("position_based", "ab", [0.5, 0.5]),  # A. Vermorel, Position-based and time-decay models
    ("position_based", "a", [1]),
    ("linear", ("facebook", "email", "affiliate", "bing"), [0.25] * 4),  # Ehandel Partner, Linear model
    ("first", "ABC", [1, 0, 0]),  # DP6/Marketing-Attribution-Models, test_mam.py
    ("last", "ABC", [0, 0, 1]),
    ("last_non_direct", ("B", "C", "Direct"), [0, 1, 0]),
    ("last_non_direct", ("Direct", "Direct"), [0, 1]),
    ("linear", ("A", "A", "B"), [1 / 3] * 3),
]


def test_models_over_the_order_of_touches() -> None:
    """
    The shares of the touches, in the order of time; repeats of a channel are touches of their own.
    """
    warehouse = Warehouse()
    for place, (_, channels, _) in enumerate(ORDERS_OF_TOUCHES):
        warehouse.add(won(account_key=f"a{place}"), *path(channels, account=f"a{place}"))

    for place, (model, _, expected) in enumerate(ORDERS_OF_TOUCHES):
        assert expected == pytest.approx(weights(warehouse, model, f"a{place}"), abs=1e-12), (model, place)


def test_credits_follow_the_model_chosen() -> None:
    """
    Under each model the credits are the weights of the path in money; touches that get nothing have no row.
    """
    leads, began = milestones(3, 2)
    warehouse = Warehouse(won(**began), *leads, *path(FOUR, [4, 3, 2, 1]))

    for model in TOUCH_MODELS:
        credit(warehouse, model)
        found = dict(table(warehouse, "select channel, amount from fact_credits where revenue_source = 'won'"))
        expected = dict(zip(FOUR, weights(warehouse, model), strict=True))
        assert {c: 1000 * s for c, s in expected.items() if s} == pytest.approx(
            {c: float(a) for c, a in found.items()}, abs=1e-4
        )


def test_direct_by_channel_or_by_the_source_s_own_mark() -> None:
    """
    A touch of the channel Direct is passed over, and so is one that its source marks as direct, whatever its channel.
    """
    rows = [
        touch(before(3), account_key="acme", channel="Email"),
        touch(before(2), account_key="acme", channel="Direct", is_direct=False),
        touch(before(1), account_key="acme", channel="Referral", is_direct=True),
    ]

    assert [1, 0, 0] == weights(Warehouse(won(), *rows), "last_non_direct")


MILESTONES: list[tuple[str, int, float | None, float | None, list[float]]] = [
    # 30/30/30/10 with the rest shared equally (webmasterid.com, pedowitzgroup.com)
    ("w_shaped", 5, 3, 1, [0.3, 0.05, 0.3, 0.05, 0.3]),
    # 22.5 % four times and 10 % (thewayhow.com)
    ("full_path", 6, 5, 4, [0.225, 0.225, 0.225, 0.05, 0.05, 0.225]),
    ("u_shaped_lead", 4, 2, None, [0.4, 0.1, 0.4, 0.1]),
    # one touch is the first and the lead's: it gets both; 0.6, 0.05, 0.05, 0.3
    ("w_shaped", 4, 4, 1, [0.6, 0.05, 0.05, 0.3]),
    # nothing besides the milestones: a third each
    ("w_shaped", 3, 2, 1, [1 / 3, 1 / 3, 1 / 3]),
    # no lead: 0.3, 0.3 and 0.1 of 0.7
    ("w_shaped", 3, None, 1, [3 / 7, 1 / 7, 3 / 7]),
    # the lead was there before any touch: its milestone is nobody's
    ("w_shaped", 3, 9, 1, [3 / 7, 1 / 7, 3 / 7]),
    ("u_shaped_lead", 3, None, None, [4 / 6, 1 / 6, 1 / 6]),
    # first, deal and last of 0.675 and the rest of 0.1
    ("full_path", 4, None, 2, [9 / 31, 4 / 31, 9 / 31, 9 / 31]),
    ("full_path", 1, 1, 1, [1]),
]


def test_models_over_milestones() -> None:
    """
    Touches a day apart; the lead and the deal begin the moment of the touch so many days before the deal is won.
    """
    warehouse = Warehouse()
    for place, (_, touches, lead_days, deal_days, _) in enumerate(MILESTONES):
        leads, began = milestones(lead_days, deal_days, f"a{place}")
        warehouse.add(*leads, won(account_key=f"a{place}", **began), *path(["Email"] * touches, account=f"a{place}"))

    for place, (model, _, _, _, expected) in enumerate(MILESTONES):
        assert expected == pytest.approx(weights(warehouse, model, f"a{place}"), abs=1e-12), (model, place)


def test_auto_follows_the_dates() -> None:
    """
    With the dates of lead and deal as w_shaped, without either as position_based.
    """
    leads, began = milestones(3, 1)
    both = Warehouse(won(**began), *leads, *path("abcde"))
    neither = Warehouse(won(**began), *path("abcde"))

    assert [0.3, 0.05, 0.3, 0.05, 0.3] == pytest.approx(weights(both, "auto"))
    assert [0.4, 0.2 / 3, 0.2 / 3, 0.2 / 3, 0.4] == pytest.approx(weights(neither, "auto"))


def test_time_decay_halves_every_seven_days() -> None:
    """
    30, 24, 18, 12, 6 and 0 days before: the published table, to its four decimals (CalcBee).
    """
    warehouse = Warehouse(won(), *path("abcdef", [30, 24, 18, 12, 6, 0]))

    expected = [0.0236, 0.0428, 0.0776, 0.1405, 0.2545, 0.4610]
    assert expected == pytest.approx(weights(warehouse, "time_decay"), abs=6e-5)


def test_time_decay_counts_parts_of_days_and_never_vanishes() -> None:
    """
    With a half-life of one day, 12 hours are worth 1/sqrt(2). Ten years before the deal the two touches still share it.
    """
    near = Warehouse(won(), *path("ab", [0.5, 0]), half_life_days=1, lookback_days=4000)
    far = Warehouse(won(), *path("ab", [3651, 3650]), half_life_days=1, lookback_days=4000)

    first, last = weights(near, "time_decay")
    assert 0.5**0.5 == pytest.approx(first / last)
    assert [1 / 3, 2 / 3] == pytest.approx(weights(far, "time_decay"))


def test_ties_go_by_id() -> None:
    """
    Two touches of one moment: the lower id is the first.
    """
    rows = [
        touch(before(1), id="t2", account_key="acme", channel="Events"),
        touch(before(1), id="t1", account_key="acme", channel="Email"),
    ]

    assert {"Email": 1} == credits_by(credited("first", won(), *rows), "channel")


def test_touches_of_all_people_of_the_account_are_one_path() -> None:
    """
    A touch of a person of acme, one of acme itself and one of its deal count; those of a person without
    account whose id is the same as the account's do not.
    """
    warehouse = credited(
        "linear",
        row("accounts", id="acme", account_key="acme"),
        won(id="d", opportunity_key="d"),
        lead("2026-01-01", person_key="p", account_key="acme"),
        lead("2026-01-01", person_key="acme"),
        touch(before(4), person_key="p", channel="Email"),
        touch(before(3), account_key="acme", channel="Events"),
        touch(before(2), opportunity_key="d", channel="Referral"),
        touch(before(1), person_key="acme", channel="Display"),
    )

    assert {"Email": 1 / 3, "Events": 1 / 3, "Referral": 1 / 3} == pytest.approx(credits_by(warehouse, "channel"))


def test_deleted_and_later_touches_are_on_no_path() -> None:
    """
    One touch was deleted, one came after the deal was won, one is older than the look-back: the fourth gets all.
    """
    rows = [
        touch(before(3), account_key="acme", channel="Email", is_deleted=True),
        touch(before(-1), account_key="acme", channel="Events"),
        touch(before(91), account_key="acme", channel="Display"),
        touch(before(90), account_key="acme", channel="Referral"),
    ]

    assert {"Referral": 1} == credits_by(credited("linear", won(), *rows), "channel")


def test_primary_campaign_takes_all() -> None:
    """
    The deal's own campaign, whatever its path; a deal without one is not attributed, though its channel is known.
    """
    warehouse = credited(
        "primary_campaign",
        row("campaigns", id="c1", campaign_key="c1", channel="Events"),
        won(campaign_key="c1"),
        deal(account_key="beta", channel="Email", amount=10),
        *path("ab"),
    )

    assert {"Events": 1, "": 1} == credits_by(warehouse, "channel")
    assert {"c1": 1, "": 1} == credits_by(warehouse, "campaign")


def test_a_new_customer_is_worth_one() -> None:
    """
    Acme becomes a customer by its first deal, beta by a subscription with a touch of its own, and a person without
    account by the own date; acme's second deal makes no new customer.
    """
    warehouse = credited(
        "linear",
        won(),
        deal(account_key="acme", closed="2026-03-25", amount=5),
        *path(("Email", "Events")),
        subscription("beta", "2026-03-01", None, 10),
        touch("2026-02-20", account_key="beta", channel="Referral", team="sales", kind="call"),
        lead("2026-02-01", person_key="p", channel="Display", became_customer_at=instant("2026-03-02")),
    )

    assert {"Email": 0.5, "Events": 0.5, "Referral": 1, "Display": 1} == credits_by(warehouse, "channel", "customer")
    found = table(warehouse, "select team, kind, amount from fact_credits where channel = 'Referral'")
    assert [("sales", "call", None)] == found


def test_unknown_touches_are_left_unattributed() -> None:
    """
    A touch without channel and campaign keeps its share, credited to nobody; a campaign alone is known.
    """
    rows = [*path((None, "Email")), touch(before(0.5), account_key="acme", campaign_key="c9")]
    warehouse = credited("linear", won(), *rows)

    assert {"": 1 / 3, "Email": 1 / 3, "(none)": 1 / 3} == pytest.approx(credits_by(warehouse, "channel"))


def test_invoices_follow_the_path_of_their_deal() -> None:
    """
    Two invoices and a refund of the deal in April share its path of March: 60, 40 and -10, two thirds to Email.
    """
    of_deal = {"opportunity_key": "d", "account_key": "acme", "currency": "EUR"}
    bills = [("invoice", 60, 1), ("invoice", 40, 2), ("refund", 10, 3)]
    warehouse = credited(
        "linear",
        won(id="d", opportunity_key="d"),
        *path(("Email", "Events", "Email")),
        *(row("revenue", kind=kind, amount=amount, on=f"2026-04-0{day}", **of_deal) for kind, amount, day in bills),
    )

    sums = "select channel, sum(amount) from fact_credits where revenue_source = 'invoices' group by 1 order by 1"
    found = table(warehouse, sums)
    assert [("Email", Decimal("60.0000")), ("Events", Decimal("30.0000"))] == found


def test_shapley_shares_over_distinct_channels() -> None:
    """
    Email twice and Events once: half each by channel; by campaign the three touches have two, a third has none.
    """
    warehouse = credited(
        "shapley",
        won(),
        touch(before(3), account_key="acme", channel="Email", campaign_key="c1"),
        touch(before(2), account_key="acme", channel="Email", campaign_key="c2"),
        touch(before(1), account_key="acme", channel="Events"),
        touch(before(0.5), account_key="acme"),
    )

    assert {"Email": 0.5, "Events": 0.5} == credits_by(warehouse, "channel")
    assert {"c1": 1 / 3, "c2": 1 / 3, "(none)": 1 / 3} == pytest.approx(credits_by(warehouse, "campaign"))


def test_markov_in_the_warehouse_is_the_published_one() -> None:
    """
    C1-C2-C3 converts for account a, C1 of b and C2-C3 of c do not: by channel and campaign 0.2, 0.4, 0.4, and the
    1000 of the deal in whole.
    """

    def step(account: str, number: int) -> tuple[str, dict[str, object]]:
        return touch(before(9 - number), account_key=account, channel=f"C{number}", campaign_key=f"k{number}")

    warehouse = credited(
        "markov",
        won(account_key="a"),
        *(step("a", number) for number in (1, 2, 3)),
        step("b", 1),
        *(step("c", number) for number in (2, 3)),
    )

    assert {"C1": 0.2, "C2": 0.4, "C3": 0.4} == pytest.approx(credits_by(warehouse, "channel"), abs=1e-12)
    assert {"k1": 0.2, "k2": 0.4, "k3": 0.4} == pytest.approx(credits_by(warehouse, "campaign"), abs=1e-12)
    assert {"C1": 0.2, "C2": 0.4, "C3": 0.4} == pytest.approx(credits_by(warehouse, "channel", "customer"), abs=1e-12)
    effects = table(
        warehouse,
        "select state, removal_effect from attribution_shares where revenue_source = 'won' and level = 'channel'",
    )
    assert {"C1": 0.5, "C2": 1, "C3": 1} == pytest.approx(dict(effects), abs=1e-12)
    sums = "select level, sum(amount) from fact_credits where revenue_source = 'won' group by 1 order by 1"
    assert [("campaign", Decimal("1000.0000")), ("channel", Decimal("1000.0000"))] == table(warehouse, sums)


def test_markov_cuts_unconverted_journeys_to_the_look_back() -> None:
    """
    Beta never bought and was last touched in March: its touch of a year before is on no journey.
    """
    warehouse = credited(
        "markov",
        won(),
        *path(["Email"]),
        touch("2025-03-01", account_key="beta", channel="Display"),
        touch("2026-03-01", account_key="beta", channel="Email"),
    )

    assert {"Email": 1} == credits_by(warehouse, "channel")
    assert [("Email",)] == table(warehouse, "select distinct after from fact_transitions where after <> '(none)'")
