"""
Recurring revenue and customers, worked out by hand.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.kpis.build import Warehouse, account, rate, subscription


def test_an_end_on_the_first_is_that_month_s_churn() -> None:
    """
    Ends on 1 April, exclusive: still paid on 31 March, lost in April.
    """
    warehouse = Warehouse(
        subscription("a", "2026-01-01", "2026-04-01", 100), subscription("b", "2026-01-01", None, 300)
    )

    assert warehouse.value("mrr") == 400
    assert warehouse.value("gross_mrr_churn_rate") == 0
    assert warehouse.value("gross_mrr_churn_rate", first="2026-04-01") == 0.25
    assert warehouse.value("customer_churn_rate", first="2026-04-01") == 0.5
    assert warehouse.value("mrr", first="2026-04-01", by="account", member="a") == 0


def test_growth_never_offsets_loss() -> None:
    """
    100 becomes 90, another 100 becomes 150: 10 of 200 lost. Dropping one of two subscriptions is no lost customer.
    """
    warehouse = Warehouse(
        subscription("a", "2026-01-01", None, 90),
        subscription("a", "2026-01-01", "2026-03-10", 10),
        subscription("b", "2026-01-01", "2026-03-15", 100),
        subscription("b", "2026-03-15", None, 150),
    )

    assert warehouse.value("gross_mrr_churn_rate") == 0.05
    assert warehouse.value("customer_churn_rate") == 0
    assert warehouse.one("gross_mrr_churn_rate", as_of=date(2026, 3, 31)).reason == "partial_period"


def test_by_product_each_product_of_an_account_is_a_unit() -> None:
    """
    Acme gives up the extra and keeps the core: no customer lost, but the extra lost its only account.
    """
    warehouse = Warehouse(
        subscription("acme", "2026-01-01", None, 90, product_family="core"),
        subscription("acme", "2026-01-01", "2026-03-10", 10, product_family="extra"),
    )

    assert warehouse.value("customer_churn_rate") == 0
    assert warehouse.value("customer_churn_rate", by="product", member="extra") == 1
    assert warehouse.value("arpa", by="product", member="core") == 90
    assert warehouse.value("mrr") == 90


def test_joining_and_leaving_inside_a_month_moves_no_rate() -> None:
    """
    One of two opening accounts leaves; a third joins and leaves in the month and is in neither part.
    """
    warehouse = Warehouse(
        subscription("a", "2026-01-01", "2026-03-10", 100),
        subscription("b", "2026-01-01", None, 100),
        subscription("c", "2026-03-02", "2026-03-20", 100),
    )
    answer = warehouse.one("customer_churn_rate")

    assert (answer.numerator, answer.denominator) == (1, 2)
    assert warehouse.value("gross_mrr_churn_rate") == 0.5


def test_a_quarter_follows_its_opening_accounts() -> None:
    """
    Lost in January and back by March is no loss of the quarter; a February joiner that left is out of it too.
    """
    warehouse = Warehouse(
        subscription("a", "2025-10-01", "2026-01-10", 100),
        subscription("a", "2026-03-01", None, 80),
        subscription("b", "2025-10-01", None, 100),
        subscription("c", "2026-02-01", "2026-03-05", 50),
    )
    quarter = warehouse.one("gross_mrr_churn_rate", grain="quarter")

    assert (quarter.numerator, quarter.denominator) == (20, 200)
    assert warehouse.value("customer_churn_rate", grain="quarter") == 0
    assert warehouse.value("customer_churn_rate", first="2026-01-01") == 0.5


def test_a_moving_rate_is_no_lost_revenue() -> None:
    """
    100 dollars renewed as 100 dollars at a lower rate, even after a gap inside the month, lose nothing; 80 dollars
    lose a fifth.
    """
    rates = [rate("USD", "2025-01-01", 1.0), rate("USD", "2026-03-01", 0.5)]
    dollars = {"currency": "USD"}
    same = [
        subscription("a", "2026-01-01", "2026-03-10", 100, **dollars),
        subscription("a", "2026-03-15", None, 100, **dollars),
    ]
    fewer = [
        subscription("a", "2026-01-01", "2026-03-10", 100, **dollars),
        subscription("a", "2026-03-10", None, 80, **dollars),
    ]

    assert Warehouse(*rates, *same).value("gross_mrr_churn_rate") == 0
    assert Warehouse(*rates, *same).value("mrr") == 50
    # at the opening rate 20 of 100 were given up; what the rest lost in worth is an exchange effect
    assert Warehouse(*rates, *fewer).value("gross_mrr_churn_rate") == 0.2


def test_mrr_without_a_rate_is_unknown_while_it_lasts() -> None:
    """
    Pounds without a rate make March unknown; accounts can still be counted; from May on all is known again.
    """
    warehouse = Warehouse(
        subscription("a", "2026-01-01", None, 100),
        subscription("b", "2026-02-01", "2026-04-10", 100, currency="GBP"),
    )

    assert warehouse.one("mrr").reason == "missing_fx_rate"
    assert warehouse.value("paying_accounts") == 2
    assert warehouse.one("gross_mrr_churn_rate", first="2026-04-01").reason == "missing_fx_rate"
    assert warehouse.value("customer_churn_rate", first="2026-04-01") == 0.5
    assert warehouse.value("mrr", first="2026-05-01") == 100


def test_arpa_and_segments() -> None:
    """
    Five accounts of 100, 100, 300, 500, 500: 300 each; the large ones 500.
    """
    amounts = [100, 100, 300, 500, 500]
    warehouse = Warehouse(
        *(account(f"a{n}", segment="large" if mrr == 500 else None) for n, mrr in enumerate(amounts)),
        *(subscription(f"a{n}", "2026-01-01", None, mrr) for n, mrr in enumerate(amounts)),
    )

    assert warehouse.value("arpa") == 300
    assert warehouse.value("arpa", by="segment", member="large") == 500
    assert warehouse.value("arpa", by="segment", member="(none)") == pytest.approx(500 / 3)


def test_lifetime_value_of_a_month() -> None:
    """
    Forty accounts at 100, two leave in March: ARPA 100, churn 2/40, worth 2,000; with a margin of 0.75, 1,500.
    """
    warehouse = Warehouse(
        *(subscription(f"a{n}", "2025-01-01", "2026-03-10" if n < 2 else None, 100) for n in range(40))
    )
    profit = {"cltv_basis": "gross_profit"}

    assert warehouse.value("customer_lifetime_value") == 2000
    assert warehouse.value("customer_lifetime_value", grain="quarter") == 2000
    assert warehouse.value("customer_lifetime_value", options={**profit, "gross_margin": "0.75"}) == 1500
    assert warehouse.one("customer_lifetime_value", options=profit).reason == "missing_input"
    worthless = warehouse.one("customer_lifetime_value", options={**profit, "gross_margin": 0})
    assert worthless.reason == "non_positive_margin"
    assert warehouse.one("customer_lifetime_value", first="2026-04-01").reason == "zero_denominator"
    assert warehouse.one("customer_lifetime_value", grain="all").reason == "not_applicable"


def test_lifetime_value_of_a_small_sample_takes_six_months() -> None:
    """
    Ten accounts at 100. One left in December, one in March: of 10+10+10+9+9+9 = 57 at the starts of six months two
    left, so 100 / (2/57) = 2,850. Of March alone it would be 900. With five months of history there is no value.
    """
    ends = ["2025-12-10", "2026-03-10"] + [None] * 8
    warehouse = Warehouse(*(subscription(f"a{n}", "2025-01-01", end, 100) for n, end in enumerate(ends)))
    young = Warehouse(*(subscription(f"a{n}", "2025-11-01", end, 100) for n, end in enumerate(ends)))
    answer = warehouse.one("customer_lifetime_value")

    assert (answer.value, answer.flags) == (pytest.approx(2850), "low_sample")
    assert warehouse.value("customer_lifetime_value", options={"cltv_churn_months": 1}) == pytest.approx(900)
    assert young.one("customer_lifetime_value").reason == "insufficient_history"


def test_a_deal_in_two_crms_gives_its_subscription_once() -> None:
    """
    The same won deal told by Salesforce (100, 120 after the linked one was raised) and by HubSpot (90): Salesforce's
    lines count, all of them; a HubSpot deal without a twin counts as well.
    """
    twin = {"opportunity_key": "salesforce:006"}
    warehouse = Warehouse(
        subscription("a", "2026-01-01", None, 100, **twin),
        subscription("a", "2026-01-01", None, 20, **twin),
        subscription("a", "2026-01-01", None, 90, source="hubspot", **twin),
        subscription("b", "2026-01-01", None, 7, source="hubspot", opportunity_key="hubspot:9"),
        subscription("c", "2026-01-01", None, 5, source="files"),
    )

    assert warehouse.value("mrr") == 100 + 20 + 7 + 5


def test_money_without_a_rate_that_another_replaces_has_moved_by_an_unknown_amount() -> None:
    """
    One subscription in dollars gives way to another; no rate is known, so nobody knows whether that was growth or loss.
    Where the dollars stay, the euros that were added beside them are known.
    """
    warehouse = Warehouse(
        subscription("a", "2026-01-01", "2026-03-10", 100, currency="USD"),
        subscription("a", "2026-03-10", None, 120, currency="USD"),
        subscription("b", "2026-01-01", None, 100, currency="USD"),
        subscription("b", "2026-03-10", None, 30),
    )
    by_account = {"by": "account", "first": "2026-03-01"}

    assert warehouse.one("mrr_movements", member="a", **by_account).reason == "missing_fx_rate"
    assert warehouse.value("mrr_movements", member="b", **by_account) == 30
    for movement in ("expansion", "contraction", "exchange"):
        assert warehouse.one("mrr_movements", by="movement", member=movement).reason == "missing_fx_rate"


def test_the_highest_mrr_inside_a_month_is_that_of_one_day() -> None:
    """
    80 in euros until the 10th, then 60 dollars worth 120 until the 20th: at no day more than 120.
    """
    warehouse = Warehouse(
        rate("USD", "2026-01-01", 2),
        subscription("a", "2026-03-02", "2026-03-10", 80),
        subscription("a", "2026-03-10", "2026-03-20", 60, currency="USD"),
    )

    assert warehouse.value("mrr_movements", by="movement", member="intra_month") == 120
    assert warehouse.value("mrr_movements") == 0


def test_a_quarter_asked_by_its_first_day_looks_back_from_its_last_month() -> None:
    """
    Ten accounts since 2024, one of which leaves in March: six months up to March lose 1 of 60, ARPA is 100.
    """
    warehouse = Warehouse(
        *(subscription(f"a{number}", "2024-01-01", None, 100) for number in range(9)),
        subscription("b", "2024-01-01", "2026-03-10", 100),
    )

    quarter = warehouse.value("customer_lifetime_value", grain="quarter", first="2026-01-01")
    assert quarter == warehouse.value("customer_lifetime_value") == pytest.approx(100 * 60)
