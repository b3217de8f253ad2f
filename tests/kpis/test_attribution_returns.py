"""
What marketing sourced and influenced, and when a campaign earns its cost back.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from tests.kpis.attribution_paths import table
from tests.kpis.build import Row, Warehouse, cost, deal, instant, lead, rate, row, subscription, touch


def sourced(warehouse: Warehouse, source: str = "won") -> dict[str, tuple[bool, bool]]:
    found = table(
        warehouse,
        f"select account, is_sourced, is_influenced from fact_marketing_orders where revenue_source = '{source}'",
    )
    return {account: (is_sourced, is_influenced) for account, is_sourced, is_influenced in found}


def met(account: str, at: str = "2026-03-10", **fields: Any) -> Row:
    return touch(at, account_key=account, **fields)


def test_first_touch_decides_what_marketing_sourced() -> None:
    """
    a: marketing's touch first, sales' later. b: the reverse. c: its first touch is a year old and marketing's, and
    nothing since. d: marketing's only touch came after the deal was won. e: no touch.
    """
    warehouse = Warehouse(
        *(deal(account_key=account, amount=10, closed="2026-03-20") for account in "abcde"),
        met("a", "2026-03-01", team="marketing"),
        met("a", "2026-03-02", team="sales"),
        met("b", "2026-03-01", team="sales"),
        met("b", "2026-03-02", team="marketing"),
        met("c", "2025-03-01", team="marketing"),
        met("d", "2026-03-21", team="marketing"),
    )

    expected = {
        "a": (True, True),
        "b": (False, True),
        "c": (True, False),
        "d": (False, False),
        "e": (False, False),
    }
    assert expected == sourced(warehouse)


def test_channel_tells_where_nobody_states_the_team() -> None:
    """
    An e-mail is marketing's, an outbound call is not, unless the touch says whose it is; one of no channel is not.
    """
    warehouse = Warehouse(
        *(deal(account_key=account, amount=10) for account in "abcd"),
        met("a", channel="Email"),
        met("b", channel="Outbound"),
        met("c", channel="Email", team="sales"),
        met("d"),
    )

    assert {"a": (True, True), "b": (False, False), "c": (False, False), "d": (False, False)} == sourced(warehouse)


def test_lead_source_counts_as_sourced() -> None:
    """
    No touch, but the first lead came by Paid Search: sourced, not influenced. By Partner: neither. New customers
    alike, also one that came by a subscription; a person without account is no account that became one.
    """
    warehouse = Warehouse(
        lead("2026-01-05", account_key="a", channel="Paid Search"),
        lead("2026-01-05", account_key="b", channel="Partner"),
        lead("2026-02-05", account_key="b", channel="Email"),
        deal(account_key="a", amount=10),
        deal(account_key="b", amount=10),
        lead("2026-01-05", account_key="s", channel="Email"),
        subscription("s", "2026-03-01", None, 5),
        lead("2026-01-05", id="p", person_key="p", channel="Email", became_customer_at=instant("2026-03-01")),
    )

    assert {"a": (True, False), "b": (False, False)} == sourced(warehouse)
    customers = {"a": (True, False), "b": (False, False), "s": (True, False)}
    assert customers == sourced(warehouse, "customer")


def test_renewals_are_in_neither_part() -> None:
    """
    A renewal is no order; a second deal is one, but no second new customer.
    """
    warehouse = Warehouse(
        deal(account_key="a", amount=10),
        deal(account_key="a", amount=7, closed="2026-04-01"),
        deal(account_key="a", amount=90, kind="renewal"),
    )

    sums = "select revenue_source, count(*), sum(amount) from fact_marketing_orders group by 1 order by 1"
    assert [("customer", 1, None), ("won", 2, Decimal(17))] == table(warehouse, sums)


def campaign(**fields: Any) -> Row:
    return row("campaigns", id="c", campaign_key="c", channel="Events", **fields)


def returns(warehouse: Warehouse, columns: str = "started_on, broke_even_on, breakeven_days") -> list[tuple[Any, ...]]:
    return table(warehouse, f"select {columns} from fact_campaign_returns where revenue_source = 'won'")


def test_first_day_on_which_the_profit_covers_the_spend() -> None:
    """
    100 spent on 2 March and 60 on 10 April; with a margin of half, profits of 50 on 20 March, 60 on 30 March and 500 on
    1 May. On 30 March 110 cover the 100 spent so far: 29 days after the campaign began on 1 March.
    """
    warehouse = Warehouse(
        campaign(starts_on=date(2026, 3, 1)),
        cost(100, "2026-03-02", campaign_key="c"),
        cost(60, "2026-04-10", campaign_key="c"),
        deal(closed="2026-03-20", amount=100, campaign_key="c"),
        deal(closed="2026-03-30", amount=120, campaign_key="c"),
        deal(closed="2026-05-01", amount=1000, campaign_key="c"),
        gross_margin=Decimal("0.5"),
    )

    assert [(date(2026, 3, 1), date(2026, 3, 30), 29)] == returns(warehouse)
    assert [("Events", 160, 610, False, False)] == returns(
        warehouse, "channel, spend, profit, is_unconverted, lacks_goods_cost"
    )


def test_profit_before_any_spend_breaks_nothing_even() -> None:
    """
    80 earned on 1 March, 50 spent on the 5th: even on the 5th. Without a start of its own the campaign began that day.
    """
    warehouse = Warehouse(
        campaign(),
        cost(50, "2026-03-05", campaign_key="c"),
        deal(closed="2026-03-01", created=None, amount=80, campaign_key="c"),
        gross_margin=Decimal(1),
    )

    assert [(date(2026, 3, 5), date(2026, 3, 5), 0)] == returns(warehouse)


def test_not_yet_even_has_no_days() -> None:
    """
    30 of 100 so far: no day. A campaign that cost nothing, and the cost of sales, have no row.
    """
    warehouse = Warehouse(
        campaign(),
        cost(100, "2026-03-05", campaign_key="c"),
        cost(0, "2026-03-05", campaign_key="free"),
        cost(9, "2026-03-05", campaign_key="sellers", kind="sales"),
        deal(closed="2026-03-10", amount=30, campaign_key="c"),
        gross_margin=Decimal(1),
    )

    assert [("c", None, None)] == returns(warehouse, "campaign, broke_even_on, breakeven_days")


def test_unknown_goods_and_rates_are_told_while_they_matter() -> None:
    """
    Nobody says what the goods cost, and one deal is in pounds without a rate until the day the campaign is even.
    """
    bought = [campaign(), cost(100, "2026-03-05", campaign_key="c")]
    deals = [
        deal(closed="2026-03-10", amount=200, campaign_key="c"),
        deal(closed="2026-03-20", amount=1, campaign_key="c", currency="GBP"),
        rate("GBP", "2026-06-01", 1.2),
    ]
    columns = "broke_even_on, unconverted_from, lacks_goods_cost_from"

    assert [(None, date(2026, 3, 20), date(2026, 3, 10))] == returns(Warehouse(*bought, *deals), columns)
    even = Warehouse(*bought, *deals, gross_margin=Decimal("0.5"))
    assert [(date(2026, 3, 10), None, None)] == returns(even, columns)


def test_goods_of_invoices_are_taken_as_stated() -> None:
    """
    An invoice of 300 whose goods cost 180 leaves 120 of the 100 spent, whatever the margin.
    """
    warehouse = Warehouse(
        campaign(),
        cost(100, "2026-03-05", campaign_key="c"),
        deal(id="d", opportunity_key="d", closed="2026-03-10", amount=300, campaign_key="c"),
        row("revenue", opportunity_key="d", kind="invoice", amount=300, cogs=180, on=date(2026, 3, 12), currency="EUR"),
        gross_margin=Decimal("0.1"),
    )

    found = table(
        warehouse, "select revenue_source, breakeven_days, profit from fact_campaign_returns order by revenue_source"
    )
    assert [("invoices", 7, 120), ("won", None, 30)] == found
