"""
Existing customers, worked out by hand: what more they buy, whom they bring, how they use, ask and begin.
"""

from __future__ import annotations

from datetime import date

from tests.kpis.build import ALL_TABLES, Warehouse, account, day, deal, instant, lead, row, subscription


def test_more_sold_goes_by_whose_account_it_is() -> None:
    """
    Ana looks after two accounts and Bea after one; Bea closed the upsell to one of Ana's: one of two, none of Bea's.
    """
    warehouse = Warehouse(
        account("a", owner_key="ana"),
        account("b", owner_key="ana"),
        account("c", owner_key="bea"),
        *(subscription(key, "2026-01-01", None, 100) for key in "abc"),
        deal(closed="2026-03-10", kind="upsell", account_key="a", owner_key="bea"),
    )

    assert warehouse.value("upsell_rate", by="owner", member="ana") == 0.5
    assert warehouse.value("upsell_rate", by="owner", member="bea") == 0
    assert warehouse.value("upsell_rate") == 1 / 3


def test_a_person_that_two_customers_recommended_counts_for_each_of_them_and_once() -> None:
    """
    Ada was recommended by a and by b before she became a customer, and by c after it: one customer, through a and b.
    """
    ada = lead("2026-02-20", account_key="new")
    warehouse = Warehouse(
        ada,
        subscription("new", "2026-03-10", None, 10),
        *(
            row("referrals", account_key=key, person_key=ada[1]["person_key"], at=instant(at))
            for key, at in (("a", "2026-03-01"), ("b", "2026-03-02"), ("c", "2026-03-20"))
        ),
    )

    assert warehouse.value("referred_customers") == 1
    assert warehouse.value("referrals") == 1
    shown = {a.member_id: a.value for a in warehouse.ask("referred_customers", by=["account"]) if a.member_id != "all"}
    assert shown == {"a": 1, "b": 1, "c": 0}


def test_a_person_recommended_again_counts_in_both_months_and_once_in_the_quarter() -> None:
    """
    Recommended in January and in March; a person that no list of leads knows is no lead.
    """
    ada = lead("2026-01-05")
    warehouse = Warehouse(
        ada,
        *(
            row("referrals", account_key="a", person_key=person, at=instant(at))
            for person, at in (
                (ada[1]["person_key"], "2026-01-10"),
                (ada[1]["person_key"], "2026-03-10"),
                ("nobody", "2026-03-11"),
            )
        ),
    )

    assert warehouse.value("referrals", first="2026-01-01") == 1
    assert warehouse.value("referrals") == 1
    assert warehouse.value("referrals", grain="quarter", first="2026-01-01") == 1


def test_an_order_that_is_given_back_tomorrow_still_counts_today() -> None:
    """
    Two orders of March, the second given back on 10 April: seen on 1 April a repeated purchase, seen later none.
    """
    second = deal(closed="2026-03-20", account_key="a", amount=50)
    warehouse = Warehouse(
        deal(closed="2026-03-02", account_key="a", amount=100),
        second,
        row("revenue", opportunity_key=second[1]["opportunity_key"], kind="refund", on=day("2026-04-10"), amount=50),
        offered=ALL_TABLES,
    )
    won = {"revenue_source": "won"}

    assert warehouse.value("repeat_purchase_rate", options=won, as_of=date(2026, 4, 1)) == 1
    assert warehouse.value("repeat_purchase_rate", options=won, as_of=date(2026, 4, 10)) == 0


def test_what_is_done_with_a_contact_is_done_with_its_account() -> None:
    """
    A call with a contact that is no lead reaches the account that the contact belongs to; logged by a second system
    against the account alone it is another call, logged twice against the contact's deal it is one.
    """
    contact = lead(None, kind="contact", is_lead=False, account_key="a")
    sale = deal("open", None, account_key="b")
    on_deal = {"opportunity_key": sale[1]["opportunity_key"], "at": instant("2026-03-05T10:00"), "kind": "call"}
    warehouse = Warehouse(
        contact,
        sale,
        subscription("a", "2026-01-01", None, 10),
        subscription("b", "2026-01-01", None, 10),
        row("activities", person_key=contact[1]["person_key"], kind="call", at=instant("2026-03-04")),
        row("activities", **on_deal),
        row("activities", account_key="b", kind="Call", at=instant("2026-03-05T10:00:30")),
    )

    assert warehouse.value("account_coverage") == 2
    assert warehouse.value("account_engagement") == 1


def test_a_product_is_adopted_by_those_who_still_pay_for_it() -> None:
    """
    Acme used the extra on three days of March and gave it up on the 20th; Bolt uses the one it pays for by its name: 1
    of 1, though two of the two accounts adopted something.
    """
    used = [
        row("product_usage", account_key=key, product=product, on=day(f"2026-03-{number:02}"), events=1)
        for key, product in (("acme", "extra"), ("bolt", "extra pro"))
        for number in (15, 16, 17)
    ]
    warehouse = Warehouse(
        subscription("acme", "2026-01-01", None, 10, product_family="core"),
        subscription("acme", "2026-01-01", "2026-03-20", 10, product_family="extra"),
        subscription("bolt", "2026-01-01", None, 10, product_family="extra", product="extra pro"),
        *used,
    )

    assert warehouse.value("product_adoption_rate") == 1
    assert warehouse.value("product_adoption_rate", by="product", member="extra") == 1
    assert warehouse.one("product_adoption_rate", by="product", member="extra").denominator == 1
    assert warehouse.value("product_adoption_rate", by="product", member="core") == 0


def test_an_onboarding_without_an_owner_is_nobodys() -> None:
    """
    Ana looks after the account, but nobody is named for its onboarding.
    """
    warehouse = Warehouse(
        account("a", owner_key="ana"), row("onboardings", account_key="a", started_at=instant("2026-03-02"))
    )

    assert warehouse.value("onboardings_started", by="owner", member="(none)") == 1
    assert [a.member_id for a in warehouse.ask("onboardings_started", by=["owner"])] == ["all", "(none)"]
