"""
Cost and return, worked out by hand.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from connectors.errors import UserError
from tests.kpis.build import ALL_TABLES, Warehouse, cost, day, deal, instant, lead, rate, row, subscription, touch


def invoice(amount: float, on: str = "2026-03-15", **fields: object) -> tuple[str, dict[str, object]]:
    return row(
        "revenue", **{"kind": "invoice", "amount": amount, "on": date.fromisoformat(on), "currency": "EUR"} | fields
    )


def test_acquisition_cost_with_and_without_sales() -> None:
    """
    300 of media and 100 of sales for two new customers: 200 with sales, 150 without. No salaries: the cost is partial.
    """
    warehouse = Warehouse(cost(300), cost(100, kind="sales"), deal(account_key="a"), deal(account_key="b"))

    assert warehouse.one("customer_acquisition_cost").value == 200
    assert warehouse.one("marketing_cac").value == 150
    assert warehouse.one("marketing_cac").flags == "low_sample,partial_cost"
    warehouse.add(cost(0, kind="salary"))
    assert warehouse.one("marketing_cac").flags == "low_sample"


def test_coming_back_is_no_new_customer() -> None:
    """
    Acme paid in January, left in February and returns in March; Beta joins and leaves within March, and is new.
    """
    warehouse = Warehouse(
        cost(90),
        subscription("acme", "2026-01-01", "2026-02-01", 10),
        subscription("acme", "2026-03-01", None, 10),
        subscription("beta", "2026-03-02", "2026-03-20", 10),
        subscription("trial", "2026-03-02", None, 10, is_trial=True),
        subscription("free", "2026-03-02", None, 0),
    )

    assert warehouse.one("customer_acquisition_cost").denominator == 1
    assert warehouse.value("customer_acquisition_cost") == 90


def test_acquisition_cost_by_channel_is_media_only() -> None:
    """
    Acme's first lead came by Paid Search: 80 of media for one customer there; the salary of that channel stays out.
    """
    warehouse = Warehouse(
        cost(80, channel="Paid Search"),
        cost(500, channel="Paid Search", kind="salary"),
        lead("2026-01-05", account_key="acme", channel="Paid Search"),
        lead("2026-02-05", account_key="acme", channel="Email"),
        deal(account_key="acme"),
    )

    assert warehouse.value("customer_acquisition_cost", by="channel", member="Paid Search") == 80
    assert warehouse.value("customer_acquisition_cost") == 580


def test_no_new_customer_leaves_the_spend_listed() -> None:
    """
    No value, the reason, and the money that was spent.
    """
    answer = Warehouse(cost(70)).one("customer_acquisition_cost")

    assert (answer.value, answer.numerator, answer.denominator, answer.reason) == (None, 70, 0, "zero_denominator")


def test_average_ticket_of_won_deals() -> None:
    """
    100 and 50: 75. Zero amounts, unknown amounts and renewals are no orders.
    """
    warehouse = Warehouse(
        deal(amount=100), deal(amount=50), deal(amount=0), deal(amount=None), deal(amount=900, kind="renewal")
    )

    assert warehouse.value("average_ticket") == 75
    assert warehouse.one("average_ticket").definition == "revenue_source=won"


def test_average_ticket_of_invoices_is_net_of_refunds() -> None:
    """
    Where a source offers revenue, invoices count and won deals do not: (100 + 60 - 40) / 2. In April refunds only.
    """
    warehouse = Warehouse(
        invoice(100),
        invoice(60),
        invoice(40, kind="refund"),
        invoice(10, "2026-04-02", kind="refund"),
        deal(amount=1000),
        offered=ALL_TABLES,
    )

    assert warehouse.value("average_ticket") == 60
    assert warehouse.value("average_ticket", options={"revenue_source": "won"}) == 1000
    assert warehouse.one("average_ticket", first="2026-04-01").reason == "zero_denominator"


def test_cost_against_ticket() -> None:
    """
    150 per customer against a ticket of 100: 1.5.
    """
    warehouse = Warehouse(cost(150), deal(amount=100, account_key="a"))

    assert warehouse.value("cac_to_ticket_ratio") == 1.5


def test_w_shaped_credits() -> None:
    """
    First touch by Email, the lead's by Paid Search, two between by Email, the deal's by Events, and one after the
    closing. 1000 splits 0.3, 0.3, 0.3 and 0.05 twice.
    """
    warehouse = Warehouse(
        lead("2026-02-05T12:00:00+00:00", id="p", person_key="p", account_key="acme"),
        deal(account_key="acme", amount=1000, created_at=instant("2026-03-01T12:00:00+00:00")),
        touch("2026-02-01", person_key="p", channel="Email"),
        touch("2026-02-05T11:00:00+00:00", person_key="p", channel="Paid Search"),
        touch("2026-02-10", person_key="p", channel="Email"),
        touch("2026-02-11", person_key="p", channel="Email"),
        touch("2026-03-01T11:00:00+00:00", person_key="p", channel="Events"),
        touch("2026-03-21", person_key="p", channel="Referral"),
    )
    answers = warehouse.ask("attributed_revenue", by=["channel"])

    assert {a.member: a.value for a in answers} == {"all": 1000, "Email": 400, "Paid Search": 300, "Events": 300}


def test_position_based_credits_and_the_look_back() -> None:
    """
    Without a lead, 40-20-40. The touch of day 90 before the closing counts, that of day 91 does not; the day of the
    closing counts to its end.
    """
    warehouse = Warehouse(
        deal(account_key="acme", amount=100, created=None),
        touch("2025-12-19", account_key="acme", channel="Direct"),
        touch("2025-12-20", account_key="acme", channel="Email"),
        touch("2026-03-01", account_key="acme", channel="Events"),
        touch("2026-03-20T20:00:00+00:00", account_key="acme", channel="Referral"),
    )
    answers = warehouse.ask("attributed_revenue", by=["channel"])

    assert {a.member: a.value for a in answers} == {"all": 100, "Email": 40, "Events": 20, "Referral": 40}


def test_credits_of_an_order_add_up_exactly() -> None:
    """
    100 over three touches that share it unevenly is 100.0000, not a fraction less.
    """
    warehouse = Warehouse(
        deal(account_key="acme", amount=Decimal("99.9999"), created=None),
        *(touch(f"2026-03-0{day}", account_key="acme", channel="Email") for day in range(1, 8)),
    )
    warehouse.facts()

    assert warehouse.connection.execute("select sum(amount) from fact_credits").fetchall() == [(Decimal("99.9999"),)]


def test_orders_without_touches_fall_back() -> None:
    """
    To the deal's campaign, else its channel, else the channel of its lead, else to nothing: the last is unattributed.
    """
    warehouse = Warehouse(
        row("campaigns", id="c1", campaign_key="c1", name="Spring", channel="Events"),
        lead("2026-01-01", id="p", person_key="p", channel="Referral"),
        deal(amount=1, campaign_key="c1"),
        deal(amount=10, channel="Partner"),
        deal(amount=100, person_key="p"),
        deal(amount=1000),
    )

    answers = warehouse.ask("attributed_revenue", by=["channel"])
    assert {a.member: a.value for a in answers if a.value} == {"all": 111, "Events": 1, "Partner": 10, "Referral": 100}
    assert warehouse.value("unattributed_revenue") == 1000
    assert warehouse.value("attributed_revenue", by="campaign", member="c1") == 1


def test_roi_and_romi() -> None:
    """
    Income 500, marketing 200 and automation 50: ROI (500 - 250) / 250 = 1. With a margin of 60 % the goods cost 200:
    ROMI (500 - 200 - 200) / 200 = 0.5. Without a margin nobody knows what the goods cost.
    """
    warehouse = Warehouse(
        cost(200), cost(50, kind="automation"), cost(70, kind="sales"), deal(amount=500, channel="Email")
    )

    assert warehouse.value("roi") == 1
    assert warehouse.one("romi").reason == "missing_input"
    assert warehouse.value("romi", options={"gross_margin": "0.6"}) == pytest.approx(0.5)
    assert Warehouse(*[], gross_margin=Decimal("0.6")).one("romi").reason == "missing_input"


def test_romi_takes_the_cost_of_goods_that_invoices_state() -> None:
    """
    31,200 less 24,960 less 2,400, over 2,400: 160 %. A refund gives both back.
    """
    rows = [cost(2400), deal(id="d", opportunity_key="d", channel="Email")]
    stated = [
        invoice(31200, opportunity_key="d", cogs=24960),
        invoice(1200, "2026-04-15", opportunity_key="d", cogs=960),
    ]
    back = invoice(1200, "2026-04-20", opportunity_key="d", cogs=960, kind="refund")
    warehouse = Warehouse(*rows, *stated, back, cost(100, "2026-04-01"), offered=ALL_TABLES)

    assert warehouse.value("romi") == pytest.approx(1.6)
    assert warehouse.value("romi", first="2026-04-01") == -1


def test_orders_in_a_currency_without_rate_have_no_value() -> None:
    """
    Two orders, one of them in pounds that no rate covers until April: no ticket in March, one in April.
    """
    warehouse = Warehouse(
        deal(amount=100, channel="Email"),
        deal(amount=100, channel="Email", currency="GBP"),
        deal(amount=100, closed="2026-04-20", currency="GBP"),
        rate("GBP", "2026-04-01", 1.2),
        cost(10),
    )

    answer = warehouse.one("average_ticket")
    assert (answer.value, answer.numerator, answer.reason, answer.flags) == (
        None,
        None,
        "missing_fx_rate",
        "low_sample,missing_fx_rate",
    )
    assert warehouse.one("roi").reason == "missing_fx_rate"
    assert warehouse.value("average_ticket", first="2026-04-01") == 120


def test_a_margin_in_percent_is_refused() -> None:
    """
    80 instead of 0.8 is refused, with the option's name and the fix.
    """
    with pytest.raises(UserError, match=r"gross_margin was 80") as refused:
        Warehouse().ask("romi", options={"gross_margin": 80})
    assert refused.value.where == "kpis.options.gross_margin"


def test_a_pause_within_a_month_loses_no_customer() -> None:
    """
    Won in January for 500, paid 100 a month until 10 March and again from the 20th: nothing lost, unless the return is
    still ahead. Then 500 less 0.5 × 100 × 68 days × 12 / 365.25 are gone.
    """
    warehouse = Warehouse(
        cost(500, "2026-01-05"),
        subscription("a", "2026-01-01", "2026-03-10", 100),
        subscription("a", "2026-03-20", None, 100),
        gross_margin=Decimal("0.5"),
    )

    assert warehouse.value("unrecovered_cac") == 0
    assert warehouse.value("unrecovered_cac", as_of=date(2026, 3, 15)) == pytest.approx(
        500 - 0.5 * 100 * 68 * 12 / 365.25
    )


def test_a_cost_without_a_rate_leaves_what_was_lost_unknown() -> None:
    """
    Acme cost something in dollars, which no rate converts; Bolt came in a month in which nobody told of any cost.
    """
    warehouse = Warehouse(
        cost(500, "2026-01-05", currency="USD"),
        subscription("acme", "2026-01-01", "2026-03-10", 100),
        subscription("bolt", "2026-02-01", "2026-04-10", 100),
        gross_margin=Decimal("0.5"),
    )

    assert warehouse.one("unrecovered_cac").reason == "missing_fx_rate"
    april = warehouse.one("unrecovered_cac", first="2026-04-01")
    assert (april.value, april.flags) == (0, "no_cost_that_month")


def test_before_anything_is_spent_there_is_nothing_to_pay_back() -> None:
    """
    An order of unknown cost of goods is credited to a campaign whose spend begins tomorrow.
    """
    warehouse = Warehouse(
        row("campaigns", id="c1", campaign_key="c1", starts_on=day("2026-03-01")),
        cost(100, "2026-03-16", campaign_key="c1"),
        deal(closed="2026-03-05", amount=500, campaign_key="c1"),
    )

    assert warehouse.one("campaign_breakeven_days", as_of=date(2026, 3, 15)).reason == "not_applicable"
    assert warehouse.one("campaign_breakeven_days", as_of=date(2026, 3, 16)).reason == "missing_input"
