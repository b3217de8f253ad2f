"""
Revenue, costs and currencies.
"""

from __future__ import annotations

from tests.kpis.build import Row, cost, day, deal, rate, row, subscription

MONEY: dict[str, list[Row]] = {
    "amount_without_rate": [
        rate("USD", "2026-03-10", 0.9),
        rate("GBP", "2026-03-01", 0.0),
        deal(id="bad before", amount=5, currency="USD", closed="2026-03-09"),
        deal(id="good", amount=5, currency="usd", closed="2026-03-10"),
        deal(id="good later", amount=5, currency="USD", closed="2026-05-10"),
        deal(id="bad zero rate", amount=5, currency="GBP"),
        deal(id="good without amount", currency="JPY"),
        cost(5, "2026-01-01", id="bad cost", currency="JPY"),
        subscription("acme", "2026-01-01", None, 5, id="bad mrr", currency="JPY"),
        subscription("acme", "2026-01-01", None, 0, id="good free", currency="JPY"),
    ],
    "amount_without_currency": [
        deal(id="bad", amount=5, currency=None),
        deal(id="good", currency=None),
        cost(5, id="good cost"),
    ],
    "exchange_rate_unusable": [
        row("exchange_rates", id="bad", currency="USD", on=day("2026-03-01"), rate=0),
        row("exchange_rates", id="bad day", currency="USD", rate=0.9),
        row("exchange_rates", id="good", currency="USD", on=day("2026-03-01"), rate=0.9),
    ],
    "exchange_rate_jumps": [
        row("exchange_rates", id="good", currency="USD", on=day("2026-03-01"), rate=0.5),
        row("exchange_rates", id="bad", currency="USD", on=day("2026-03-02"), rate=2.1),
        row("exchange_rates", id="good falls", currency="USD", on=day("2026-03-03"), rate=1.0),
    ],
    "revenue_incomplete": [
        row("revenue", id="bad", amount=5),
        row("revenue", id="bad too", on=day("2026-03-01")),
        row("revenue", id="good", on=day("2026-03-01"), amount=0),
    ],
    "revenue_with_negative_amount": [row("revenue", id="bad", amount=-5), row("revenue", id="good", amount=0)],
    "cost_of_goods_out_of_range": [
        row("revenue", id="bad", amount=5, cogs=-1),
        row("revenue", id="bad hundredfold", amount=5, cogs=501),
        row("revenue", id="good at a loss", amount=5, cogs=500),
        row("revenue", id="good", amount=5),
    ],
    "cost_incomplete": [
        row("costs", id="bad", amount=5),
        cost(None, id="bad amount"),
        row("costs", id="good", amount=5, ends_on=day("2026-03-01")),
    ],
    "cost_ends_before_start": [
        cost(5, "2026-03-02", "2026-03-01", id="bad"),
        cost(5, "2026-03-02", "2026-03-02", id="good"),
    ],
    "cost_negative": [cost(-5, id="bad"), cost(0, id="good")],
    "cost_over_three_years": [
        cost(5, "2023-03-01", "2026-03-01", id="bad"),
        cost(5, "2023-03-01", "2026-02-28", id="good"),
    ],
    "cost_kind_unknown": [cost(5, id="bad", kind="ads"), cost(5, id="bad none", kind=None), cost(5, id="good")],
    "media_cost_without_channel": [
        row("campaigns", campaign_key="ads", channel="Paid Search"),
        row("campaigns", campaign_key="fair"),
        cost(5, id="bad"),
        cost(5, id="bad campaign", campaign_key="fair"),
        cost(5, id="good", channel="Display"),
        cost(5, id="good campaign", campaign_key="ads"),
        cost(5, id="good salary", kind="salary"),
    ],
}
