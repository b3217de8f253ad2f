"""
The models behind lifetime value: published figures, figures worked out by hand, and parameters found again.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta

from connectors.errors import BadData, WrongUse
from kpis.lifetime import order_value, repeat_orders, retention
from kpis.lifetime.order_value import OrderValue
from kpis.lifetime.repeat_orders import RepeatOrders
from kpis.lifetime.survival import kaplan_meier


@pytest.fixture
def cdnow(published_data: Path) -> pd.DataFrame:
    """
    One row per customer: frequency, recency and age in weeks to 1997-09-30, mean of the repeat orders.
    """
    names = ["old", "customer", "day", "discs", "amount"]
    rows = pd.read_csv(published_data / "cdnow_sample" / "CDNOW_sample.txt", sep=r"\s+", header=None, names=names)
    rows["day"] = pd.to_datetime(rows["day"].astype(str))
    daily = rows[rows["day"] <= "1997-09-30"].groupby(["customer", "day"], as_index=False)["amount"].sum()
    first = daily.groupby("customer")["day"].min()
    last = daily.groupby("customer")["day"].max()
    repeated = daily[daily["day"] != daily["customer"].map(first)].groupby("customer")["amount"]
    table = pd.DataFrame(
        {
            "frequency": daily.groupby("customer").size() - 1,
            # The published fit took weeks rounded to two decimals.
            "recency": ((last - first).dt.days / 7).round(2),
            "age": ((pd.Timestamp("1997-09-30") - first).dt.days / 7).round(2),
        }
    )
    table["mean"] = repeated.mean().reindex(table.index).fillna(0)
    return table


def test_bg_nbd_of_cdnow(cdnow: pd.DataFrame) -> None:
    """
    2,357 customers, 946 of whom ordered again, 2,457 times: the published parameters and log-likelihood.
    """
    assert len(cdnow) == 2357
    assert (cdnow["frequency"] > 0).sum() == 946
    assert cdnow["frequency"].sum() == 2457

    model, fit = repeat_orders.fit(cdnow["frequency"], cdnow["recency"], cdnow["age"])

    assert (model.r, model.alpha) == pytest.approx((0.2426, 4.4135), abs=1e-4)
    assert (model.a, model.b) == pytest.approx((0.7929, 2.4258), abs=1e-4)
    assert fit.log_likelihood == pytest.approx(-9582.4256, abs=1e-4)


def test_gamma_gamma_of_cdnow(cdnow: pd.DataFrame) -> None:
    """
    The mean repeat order is 35.08; fitted to it, p 6.25, q 3.74, v 15.44 as published.
    """
    assert cdnow.loc[cdnow["frequency"] > 0, "mean"].mean() == pytest.approx(35.078552, abs=1e-3)

    model, _ = order_value.fit(cdnow["frequency"], cdnow["mean"])

    assert (model.p, model.q, model.v) == pytest.approx((6.25, 3.74, 15.44), abs=0.01)
    assert abs(order_value.correlation(cdnow["frequency"], cdnow["mean"])) < 0.15


def test_expected_repeat_orders_of_one_customer() -> None:
    """
    Two orders in 30.43 of 38.86 weeks: 1.226 more in the next 39 (Fader, Hardie and Lee).
    """
    model = RepeatOrders(0.243, 4.414, 0.793, 2.426)

    assert model.expected_orders(2, 30.43, 38.86, 39) == pytest.approx(1.226, abs=1e-3)


def test_expected_value_of_ten_customers() -> None:
    """
    The first ten customers of CDNOW (Hardie, note 025).
    """
    frequency = [2, 1, 0, 0, 0, 7, 1, 0, 2, 0]
    mean = [22.35, 11.77, 0, 0, 0, 73.74, 11.77, 0, 25.55, 0]
    published = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]

    assert OrderValue(6.25, 3.74, 15.44).expected(frequency, mean) == pytest.approx(published, abs=0.1)


def test_shifted_beta_geometric_of_a_published_cohort() -> None:
    """
    The "Regular" customers of Fader and Hardie over seven renewals: alpha .704, beta 1.182.
    """
    model = retention.fit_survivors([[1000, 631, 468, 382, 326, 289, 262, 241]])

    assert (model.alpha, model.beta) == pytest.approx((0.704, 1.182), abs=1e-3)


def test_two_cohorts_of_different_age_are_fitted_together() -> None:
    """
    A cohort seen for seven renewals and the same one seen for three: the counts add up, whichever way they are given.
    """
    long, short = [1000, 631, 468, 382, 326, 289, 262, 241], [1000, 631, 468, 382]
    both = retention.fit_survivors([long, short])
    counted = retention.fit([738, 326, 172, 56, 37, 27, 21], [0, 0, 382, 0, 0, 0, 241])

    assert (both.alpha, both.beta) == (counted.alpha, counted.beta)
    assert retention.fit_survivors([long, long]).alpha == pytest.approx(retention.fit_survivors([long]).alpha, rel=1e-5)


def test_the_chance_of_leaving_falls_with_age() -> None:
    """
    Alpha 1, beta 2: a third leaves at the first renewal, a quarter of the rest at the second, S(t) = 2 / (2 + t).
    """
    assert retention.survival(1, 2, [0, 1, 2, 4]) == pytest.approx([1, 2 / 3, 1 / 2, 1 / 3])


def test_discounted_lifetime() -> None:
    """
    Alpha 1, beta 2: 1 + 2/3 + 1/2 payments in three months; with 10 % the second counts 1 / 1.1, the third 1 / 1.21.
    """
    model = retention.Retention(1.0, 2.0, retention.fit([1], [1]).fit)
    forever = sum(2 / (2 + t) * 1.1**-t for t in range(500))

    assert retention.discounted_lifetime(model, 0, horizon=3) == pytest.approx(13 / 6)
    assert retention.discounted_lifetime(model, 0.1, horizon=3) == pytest.approx(1 + 2 / 3 / 1.1 + 1 / 2 / 1.21)
    assert retention.discounted_lifetime(model, 0.1) == pytest.approx(forever)
    # Two renewals on, S(2 + t) / S(2) = 4 / (4 + t).
    assert retention.discounted_lifetime(model, 0, survived=2, horizon=2) == pytest.approx(1 + 4 / 5)
    with pytest.raises(WrongUse, match="without an end"):
        retention.discounted_lifetime(model, 0)


def test_without_a_loss_there_is_no_lifetime() -> None:
    """
    A cohort that lost nobody, or that grew, is refused.
    """
    with pytest.raises(BadData, match="left"):
        retention.fit_survivors([[100, 100]])
    with pytest.raises(BadData, match="cohort"):
        retention.fit_survivors([[100, 110]])
    with pytest.raises(BadData, match="twice"):
        repeat_orders.fit([0, 0], [0, 0], [5, 9])


def test_kaplan_meier_by_hand() -> None:
    """
    Five customers: lost at 1, 2 and 3, still there at 2 and 4. 4/5, then 3/4 of it, then 1/2 of that.
    """
    curve = kaplan_meier([1, 2, 2, 3, 4], [True, True, False, True, False])

    assert curve.time.tolist() == [1, 2, 3]
    assert curve.at_risk.tolist() == [5, 4, 2]
    assert curve.survival == pytest.approx([0.8, 0.6, 0.3])
    assert curve.at([0, 0.5, 1, 2.5, 9]) == pytest.approx([1, 1, 0.8, 0.6, 0.3])
    assert curve.median() == 3
    # Greenwood at 2: 1/(5*4) + 1/(4*3) = 2/15; on the log-minus-log scale divided by |ln .6|.
    wide = 1.959964 * math.sqrt(2 / 15) / abs(math.log(0.6))
    ends = (0.6 ** math.exp(wide), 0.6 ** math.exp(-wide))
    assert (curve.low[1], curve.high[1]) == pytest.approx(ends, abs=1e-6)


def test_kaplan_meier_when_all_have_left_or_none_has() -> None:
    """
    The last one gone: 0 and no interval; nobody gone: no step, everybody stays.
    """
    gone, here = kaplan_meier([1, 2], [True, True]), kaplan_meier([3, 4], [False, False])

    assert (gone.survival[-1], gone.low[-1], gone.high[-1]) == (0, 0, 0)
    assert here.time.size == 0 and here.median() is None and here.at([7]).tolist() == [1]


def test_retention_is_found_again() -> None:
    """
    20,000 simulated customers watched for up to 24 renewals, alpha .8, beta 6.
    """
    random = np.random.default_rng(3)
    renewal = random.geometric(random.beta(0.8, 6, 20_000))
    watched = random.integers(1, 25, 20_000)
    lost = np.bincount(renewal[renewal <= watched], minlength=25)[1:]
    kept = np.bincount(watched[renewal > watched], minlength=25)[1:]

    model = retention.fit(lost, kept)

    assert (model.alpha, model.beta) == pytest.approx((0.8, 6), rel=0.1)


def test_order_values_are_found_again() -> None:
    """
    50,000 simulated customers, p 4, q 5, v 60.
    """
    random = np.random.default_rng(6)
    frequency = random.integers(1, 9, 50_000)
    mean = random.gamma(4 * frequency) / frequency / random.gamma(5, 1 / 60, 50_000)

    model, _ = order_value.fit(frequency, mean)

    assert (model.p, model.q) == pytest.approx((4, 5), rel=0.1)
    assert model.expected(0, 0) == pytest.approx(4 * 60 / 4, rel=0.03)


def _slowly(model: RepeatOrders, frequency: int, age: float, horizon: float) -> float:
    """
    Orders expected of a customer who is alive: the mean over his chance of leaving p of (1 - (1 + p t')^-n) / p.
    """
    n, reach = model.r + frequency, horizon / (model.alpha + age)
    chances = beta(model.a, model.b + frequency)
    return quad(lambda p: -math.expm1(-n * math.log1p(p * reach)) / p * chances.pdf(p), 0, 1, limit=200)[0]


@pytest.mark.parametrize(
    ("model", "frequency", "age", "horizon"),
    [
        (RepeatOrders(0.24, 4.4, 1.0, 2.4), 3, 40.0, 39.0),
        (RepeatOrders(0.24, 4.4, 1.0 + 1e-9, 2.4), 3, 40.0, 39.0),
        (RepeatOrders(2.0, 1.0, 30.0, 60.0), 200, 300.0, 156.0),
        (RepeatOrders(1.0, 10.0, 2.0, 900.0), 1000, 500.0, 52.0),
        (RepeatOrders(1.0, 0.1, 1.3, 1000.0), 5, 0.2, 160.0),
    ],
)
def test_orders_of_extreme_customers(model: RepeatOrders, frequency: int, age: float, horizon: float) -> None:
    """
    Where the published closed form overflows, cancels or has a hole, the figure still is that of its integral.
    """
    if_alive = model.expected_orders(frequency, age, age, horizon) / model.alive(frequency, age, age)

    assert if_alive == pytest.approx(_slowly(model, frequency, age, horizon), rel=1e-5)


@settings(max_examples=60, deadline=None)
@given(
    parameters=st.tuples(*[st.floats(0.01, 100)] * 4),
    frequency=st.integers(0, 300),
    age=st.floats(0, 500),
    share=st.floats(0, 1),
    horizon=st.floats(1, 300),
)
def test_orders_stay_within_reason(
    parameters: tuple[float, float, float, float], frequency: int, age: float, share: float, horizon: float
) -> None:
    """
    At any parameters: 0 to 1 alive, no negative orders, no more than if nobody ever left, and more with a longer look.
    """
    model = RepeatOrders(*parameters)
    alive = model.alive(frequency, share * age, age)
    expected = model.expected_orders(frequency, share * age, age, [horizon, 2 * horizon])

    assert 0 <= alive <= 1
    assert 0 <= expected[0] <= (model.r + frequency) * horizon / (model.alpha + age) * (1 + 1e-6)
    assert expected[1] >= expected[0] * (1 - 1e-6)


@settings(max_examples=60, deadline=None)
@given(alpha=st.floats(1e-3, 1e3), weight=st.floats(1e-3, 1e3), discount=st.floats(0.001, 0.2))
def test_survival_never_rises(alpha: float, weight: float, discount: float) -> None:
    """
    S starts at 1, never rises, never leaves 0 to 1; a higher discount makes a lifetime shorter.
    """
    curve = retention.survival(alpha, weight, np.arange(120))
    model = retention.Retention(alpha, weight, retention.fit([1], [1]).fit)

    assert curve[0] == pytest.approx(1)
    assert (np.diff(curve) <= 1e-12).all() and (curve >= 0).all()
    longer = retention.discounted_lifetime(model, discount, horizon=60)
    assert 1 <= retention.discounted_lifetime(model, 2 * discount, horizon=60) <= longer
