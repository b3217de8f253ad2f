"""
What holds for every path, order and model.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.attribution import MODELS, side_by_side
from kpis.attribution.models import STATE_MODELS
from tests.kpis.attribution_paths import before, credit, table, won
from tests.kpis.build import Row, Warehouse, lead, row, touch

_ACCOUNTS = st.sampled_from("abc")
_CHANNELS = st.sampled_from(["Email", "Direct", "Events", None])
_CAMPAIGNS = st.sampled_from(["k1", "k2", None])


@st.composite
def _touches(draw: Any) -> Row:
    return touch(
        before(draw(st.integers(-2, 100)) / draw(st.sampled_from([1, 3]))),
        account_key=draw(_ACCOUNTS),
        channel=draw(_CHANNELS),
        campaign_key=draw(_CAMPAIGNS),
    )


@st.composite
def _orders(draw: Any) -> list[Row]:
    key = f"d{draw(st.integers())}"
    deal = won(
        amount=Decimal(draw(st.integers(1, 10**9))) / 10**4,
        account_key=draw(st.none() | _ACCOUNTS),
        channel=draw(_CHANNELS),
        campaign_key=draw(_CAMPAIGNS),
        id=key,
        opportunity_key=key,
    )
    bill = row(
        "revenue",
        opportunity_key=key,
        kind=draw(st.sampled_from(["invoice", "refund"])),
        amount=Decimal(draw(st.integers(1, 10**6))) / 10**4,
        cogs=draw(st.none() | st.just(Decimal("0.0007"))),
        on=date(2026, 4, 1),
        currency="EUR",
    )
    return [deal, bill]


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(_touches(), max_size=25), st.lists(_orders(), min_size=1, max_size=6, unique_by=lambda o: o[0][1]["id"])
)
def test_every_model_gives_away_exactly_what_there_is(touches: list[Row], orders: list[list[Row]]) -> None:
    """
    Under each model the credits of an order are its amount to the last digit and its shares 1; by channel and by
    campaign the same money is given, and what is attributed is the same by both.
    """
    rows = [lead(before(60), account_key="a"), lead(before(30), person_key="p")]
    warehouse = Warehouse(*rows, *touches, *(r for order in orders for r in order))
    amounts = dict(table(warehouse, "select revenue_source || order_key, coalesce(amount, 1) from fact_conversions"))

    for model in MODELS:
        credit(warehouse, model)
        for level in ("channel", "campaign"):
            given_away = table(
                warehouse,
                f"""
                select revenue_source || coalesce(order_key, ''), sum(amount), sum(cogs), sum(share),
                    sum(amount) filter (where is_attributed)
                from fact_credits
                where level in ('all', '{level}')
                group by 1
                """,
            )
            by_order = {key: figures for key, *figures in given_away}
            if model != "markov" or level == "channel":
                assert amounts.keys() == by_order.keys()
                for key, (amount, _, share, _) in by_order.items():
                    assert amount is None or amount == amounts[key], (model, key)
                    assert 1 == pytest.approx(share, abs=1e-12), (model, key)
        totals = table(
            warehouse,
            """
            select level in ('all', 'channel') as by_channel, level in ('all', 'campaign') as by_campaign,
                sum(amount), sum(cogs), sum(share), sum(share) filter (where is_attributed)
            from fact_credits group by all
            """,
        )
        by_channel = [sum(filter(None, column)) for column in zip(*(t[2:] for t in totals if t[0]), strict=True)]
        by_campaign = [sum(filter(None, column)) for column in zip(*(t[2:] for t in totals if t[1]), strict=True)]
        assert [float(n) for n in by_channel] == pytest.approx([float(n) for n in by_campaign], abs=1e-9), model
        if model in STATE_MODELS:
            assert by_channel[:2] == by_campaign[:2], model


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(_touches(), max_size=25), st.lists(_orders(), min_size=1, max_size=6, unique_by=lambda o: o[0][1]["id"])
)
def test_side_by_side_is_what_each_model_credits(touches: list[Row], orders: list[list[Row]]) -> None:
    """
    Each column of the comparison is what that model's own credits add up to, by channel and by campaign, in money and
    in new customers.
    """
    rows = [lead(before(60), account_key="a", channel="Email"), lead(before(30), person_key="p")]
    warehouse = Warehouse(*rows, *touches, *(r for order in orders for r in order))
    warehouse.facts(["fact_credits"])
    compared = {}
    for by, source in (("channel", "won"), ("campaign", "customer")):
        text = side_by_side(date(2026, 3, 1), date(2026, 3, 31), by=by, revenue_source=source)
        compared[by, source] = warehouse.connection.execute(text).fetch_df()

    for model in MODELS:
        credit(warehouse, model)
        for (by, source), figures in compared.items():
            value = "share" if source == "customer" else "amount"
            found = table(
                warehouse,
                f"""
                select is_attributed, case when is_attributed then coalesce({by}, '(none)') end, sum({value})
                from fact_credits
                where revenue_source = '{source}' and level in ('all', '{by}')
                group by 1, 2
                """,
            )
            expected = {(known, member): float(amount) for known, member, amount in found if amount}
            columns = zip(figures["is_attributed"], figures["member"], figures[model], strict=True)
            shown = {(known, None if pd.isna(member) else member): n for known, member, n in columns if n > 1e-3}
            assert {k: n for k, n in expected.items() if n > 1e-3} == pytest.approx(shown, abs=1e-2), (model, by)


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(_ACCOUNTS, st.sampled_from(["Email", "Direct", "Events"]), min_size=1), st.integers(0, 80))
def test_all_models_agree_on_paths_of_one_touch(channels: dict[str, str], days: int) -> None:
    """
    Where each path is one touch, every model gives its channel the whole; side by side there is no range.
    """
    warehouse = Warehouse(
        *(won(account_key=account) for account in channels),
        *(touch(before(days), account_key=account, channel=channel) for account, channel in channels.items()),
    )
    warehouse.facts(["fact_credits"])
    text = side_by_side(date(2026, 3, 1), date(2026, 3, 31), revenue_source="won")
    found = warehouse.connection.execute(text).fetch_df().query("is_attributed").set_index("member")
    expected = {channel: 1000 * count for channel, count in Counter(channels.values()).items()}

    assert expected == pytest.approx(found["lowest"].to_dict())
    assert expected == pytest.approx(found["highest"].to_dict())
