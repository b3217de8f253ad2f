"""
Lifetime value per account from plain tables.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from connectors.errors import WrongUse
from kpis.lifetime import contracts, words
from kpis.lifetime import orders as ordering
from kpis.lifetime.columns import plus_months, whole_months
from kpis.lifetime.forecast import contractual, orders
from kpis.lifetime.model import Forecast
from kpis.lifetime.spells import read, spells

AS_OF = date(2026, 3, 15)
TODAY = np.datetime64(AS_OF)
SPANS = pa.schema(
    [("account_key", pa.string()), ("starts_on", pa.date32()), ("ends_on", pa.date32()), ("mrr", pa.decimal128(18, 4))]
)
ORDERS = pa.schema([("account_key", pa.string()), ("on", pa.date32()), ("amount", pa.float64())])


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def span_table(*rows: tuple[str | None, str | None, str | None, float | None]) -> pa.Table:
    keys, starts, ends, amounts = zip(*rows, strict=True) if rows else ((), (), (), ())
    mrr = pa.array(amounts, pa.float64()).cast(pa.decimal128(18, 4))
    return pa.table([list(keys), [day(start) for start in starts], [day(end) for end in ends], mrr], schema=SPANS)


def subscribers(
    count: int, seed: int = 1, alpha: float = 0.8, beta: float = 8.0, first: str = "2023-01-01"
) -> pa.Table:
    """
    Accounts that join over three years and renew monthly on the day of the month they joined.
    """
    random = np.random.default_rng(seed)
    start = np.datetime64(first) + random.integers(0, 1095, count).astype("timedelta64[D]")
    end = plus_months(start, random.geometric(random.beta(alpha, beta, count)))
    keys = [f"{seed}-{number:05}" for number in range(count)]
    mrr = pa.array(random.gamma(4, 25, count).round(2)).cast(pa.decimal128(18, 4))
    ends = pa.array(np.where(end > TODAY, np.datetime64("NaT"), end), pa.date32())
    return pa.table([keys, pa.array(start), ends, mrr], schema=SPANS)


def buyers(count: int, seed: int = 2) -> pa.Table:
    """
    Accounts that order at their own pace and after every order leave for good with their own chance.
    """
    random = np.random.default_rng(seed)
    rows: dict[str, list[Any]] = {"account_key": [], "on": [], "amount": []}
    for number in range(count):
        on, leaves = float(random.integers(0, 700)), random.beta(1, 3)
        pace, worth = random.gamma(1, 1 / 60), random.gamma(5, 20)
        while on < 1200:
            rows["account_key"].append(f"b{number:05}")
            rows["on"].append(date(2022, 12, 1).toordinal() + int(on))
            rows["amount"].append(random.gamma(4, worth / 4) + 0.01)
            if random.random() < leaves:
                break
            on += random.exponential(1 / pace)
    rows["on"] = [date.fromordinal(ordinal) for ordinal in rows["on"]]
    return pa.table(rows, schema=ORDERS)


def by_account(forecast: Forecast) -> dict[str, dict[str, Any]]:
    return {row["account_key"]: row for row in forecast.values.to_pylist()}


def column(forecast: Forecast, name: str) -> np.ndarray:
    return forecast.values[name].to_numpy()


@pytest.fixture(scope="module")
def subscribed() -> Forecast:
    return contractual(subscribers(3000), AS_OF, margin=0.8, monthly_discount=0.01, horizon_months=24)


@pytest.fixture(scope="module")
def bought() -> Forecast:
    return orders(buyers(1500), AS_OF, margin=0.5, monthly_discount=0.01, horizon_months=12)


def test_months_end_on_the_day_they_began() -> None:
    """
    From 31 January a month is over on 28 February; from the 15th on the 15th, not the day before.
    """
    starts = np.array(["2026-01-31", "2026-01-15", "2026-01-15"], dtype="datetime64[D]")
    ends = np.array(["2026-02-28", "2026-03-14", "2026-03-15"], dtype="datetime64[D]")

    assert whole_months(starts, ends).tolist() == [1, 1, 2]
    assert plus_months(starts[:1], np.array([13])).tolist() == [date(2027, 2, 28)]


def test_spells_of_accounts() -> None:
    """
    Two subscriptions that overlap are one spell, a gap inside a month does not break it, a longer one does; free use
    and what is to come do not count; an end after today is still open.
    """
    book = read(
        span_table(
            ("overlap", "2025-01-10", "2025-06-10", 10),
            ("overlap", "2025-03-10", "2025-08-10", 20),
            ("gap", "2025-01-01", "2025-02-10", 10),
            ("gap", "2025-02-20", None, 10),
            ("returned", "2025-01-01", "2025-02-20", 10),
            ("returned", "2026-01-20", "2027-01-20", 10),
            ("free", "2025-01-01", None, 0),
            ("future", "2026-04-01", None, 10),
        ),
        AS_OF,
    )
    found = spells(book, AS_OF)
    rows = [
        (book.accounts.keys[account].as_py(), start, is_open, renewals)
        for account, start, is_open, renewals in zip(
            found.account, found.start.tolist(), found.is_open.tolist(), found.renewals.tolist(), strict=True
        )
    ]

    assert sorted(rows) == [
        ("gap", date(2025, 1, 1), True, 14),
        ("overlap", date(2025, 1, 10), False, 7),  # six renewals made, the seventh on 10 August not
        ("returned", date(2025, 1, 1), False, 2),  # gone in its second month, before the second renewal
        ("returned", date(2026, 1, 20), True, 1),
    ]
    assert book.left_out == 0


def test_rows_without_meaning_are_left_out_and_counted() -> None:
    """
    No account, no start, no MRR, an end before the start, a negative MRR: five of six.
    """
    book = read(
        span_table(
            (None, "2025-01-01", None, 10),
            ("a", None, None, 10),
            ("a", "2025-01-01", None, None),
            ("a", "2025-01-01", "2024-01-01", 10),
            ("a", "2025-01-01", None, -10),
            ("a", "2025-01-01", None, 10),
        ),
        AS_OF,
    )

    assert (book.left_out, len(book.starts)) == (5, 1)


def test_historic_value_is_what_was_served() -> None:
    """
    365.25 days of 100 a month are 1,200: 31 days of January are 31 x 12 / 365.25 x 100, half of it gross profit.
    """
    table = span_table(
        ("a", "2026-01-01", "2026-02-01", 100), ("b", "2026-03-15", None, 100), ("b", "2026-01-01", None, 0)
    )

    values = by_account(contractual(table, AS_OF, margin=0.5))

    assert values["a"]["historic"] == pytest.approx(0.5 * 31 * 100 * 12 / 365.25)
    assert values["b"]["historic"] == pytest.approx(0.5 * 1 * 100 * 12 / 365.25)


@pytest.mark.parametrize(
    ("table", "options", "reason"),
    [
        (subscribers(50), {}, "insufficient_history"),
        (subscribers(300), {"minimum_months": 60}, "insufficient_history"),
        (subscribers(300), {"margin": 0.0}, "non_positive_margin"),
        (span_table(*[(str(number), "2024-01-01", None, 10.0) for number in range(300)]), {}, "insufficient_history"),
        (span_table(), {}, "insufficient_history"),
    ],
)
def test_too_little_gives_a_reason_and_the_past(table: pa.Table, options: dict[str, Any], reason: str) -> None:
    """
    Few accounts, few months, no margin, nobody who ever left, nothing at all: no figure is made up.
    """
    forecast = contractual(table, AS_OF, **options)

    assert forecast.reason == reason
    assert forecast.total is None and forecast.holdout is None
    assert forecast.values["expected"].null_count == forecast.values.num_rows == table.num_rows
    assert forecast.values["historic"].null_count == 0


def test_few_that_left_are_too_few_or_a_small_sample() -> None:
    """
    300 accounts of which 9, or 20, left after some months: no forecast, or one with the flag.
    """

    def left(count: int) -> Forecast:
        ends = ["2024-05-01"] * (count // 2) + ["2025-02-01"] * (count - count // 2) + [None] * (300 - count)
        return contractual(span_table(*[(str(n), "2024-01-01", end, 10.0) for n, end in enumerate(ends)]), AS_OF)

    assert left(9).reason == "insufficient_history"
    assert (left(20).reason, left(20).flags) == (None, ("low_sample",))
    assert left(40).flags == ()


def test_orders_without_a_mean_give_a_reason() -> None:
    """
    A few giants among many small orders: the mean of an order hangs on chance, so nothing is promised.
    """
    table = buyers(600).to_pandas()
    table["amount"] = np.random.default_rng(1).lognormal(5, 4, len(table))

    assert orders(pa.Table.from_pandas(table, ORDERS, preserve_index=False), AS_OF).reason == "insufficient_history"


def test_orders_without_repetition_give_a_reason() -> None:
    """
    300 accounts that ordered once, over two years; and no order at all.
    """
    once = pa.table(
        [[str(n) for n in range(300)], [date(2024, 1 + n % 12, 1) for n in range(300)], [10.0] * 300], schema=ORDERS
    )

    assert orders(once, AS_OF).reason == "insufficient_history"
    assert orders(once.slice(0, 0), AS_OF).reason == "insufficient_history"
    assert by_account(orders(once, AS_OF, margin=0.5))["7"]["historic"] == 5


@pytest.mark.parametrize("wrong", [{"margin": 80}, {"monthly_discount": -0.1}, {"horizon_months": 0}])
def test_figures_that_mean_nothing_are_refused(wrong: dict[str, Any]) -> None:
    """
    A margin of 80 is 0.8 mistyped.
    """
    with pytest.raises(WrongUse, match=next(iter(wrong))):
        contractual(subscribers(10), AS_OF, **wrong)


def test_expected_value_of_one_account_by_hand(subscribed: Forecast) -> None:
    """
    Joined 15 February, so one renewal is made and one day of 31 of the present month is over: the rest of it is sure,
    23 more months come if it renews, and one day of a 24th; all discounted to today, 80 % of it profit.
    """
    table = pa.concat_tables([subscribers(3000), span_table(("new", "2026-02-15", None, 100))])
    forecast = contractual(table, AS_OF, margin=0.8, monthly_discount=0.01, horizon_months=24)
    alpha, beta = forecast.parameters["alpha"], forecast.parameters["beta"]
    value, stays, served = 1 - 1 / 31, 1.0, 1 / 31
    for month in range(1, 25):
        stays *= (beta + month) / (alpha + beta + month)  # S(1 + month) / S(month)
        value += stays * (served if month == 24 else 1) / 1.01 ** (month - served)

    assert by_account(forecast)["new"]["expected"] == pytest.approx(0.8 * 100 * value)


def test_who_left_is_worth_nothing_more(subscribed: Forecast) -> None:
    """
    Of accounts without a running subscription expected, low and high are 0, the past is not.
    """
    gone = subscribers(3000)["ends_on"].is_valid().to_numpy()

    assert gone.sum() > 1000
    for name in ("expected", "low", "high"):
        assert (column(subscribed, name)[gone] == 0).all() and (column(subscribed, name)[~gone] >= 0).all()
    assert (column(subscribed, "historic")[gone] > 0).all()


def test_a_returned_account_starts_again() -> None:
    """
    Fifteen years in one stretch are safer than fifteen years with a gap last winter.
    """
    table = pa.concat_tables(
        [
            subscribers(3000),
            span_table(
                ("faithful", "2011-03-15", None, 100),
                ("returned", "2011-03-15", "2025-11-15", 100),
                ("returned", "2026-02-15", None, 100),
            ),
        ]
    )
    values = by_account(contractual(table, AS_OF))

    assert values["returned"]["expected"] < 0.8 * values["faithful"]["expected"]


def test_two_subscriptions_are_one_account() -> None:
    """
    60 and 40 are worth what 100 is.
    """
    table = pa.concat_tables(
        [
            subscribers(500),
            span_table(
                ("one", "2025-05-20", None, 100), ("two", "2025-05-20", None, 60), ("two", "2025-07-01", None, 40)
            ),
        ]
    )
    values = by_account(contractual(table, AS_OF))

    assert values["two"]["expected"] == pytest.approx(values["one"]["expected"])


def test_discount_and_horizon(subscribed: Forecast) -> None:
    """
    A higher discount lowers every value, a longer look raises it, and no margin gives revenue, a fifth more here.
    """
    table = subscribers(3000)
    dear = contractual(table, AS_OF, 0.8, 0.05, 24)
    longer = contractual(table, AS_OF, 0.8, 0.01, 48)
    revenue = contractual(table, AS_OF, None, 0.01, 24)
    stays = column(subscribed, "expected") > 0

    assert (column(dear, "expected")[stays] < column(subscribed, "expected")[stays]).all()
    assert (column(longer, "expected")[stays] > column(subscribed, "expected")[stays]).all()
    assert column(subscribed, "expected") == pytest.approx(0.8 * column(revenue, "expected"))
    assert (subscribed.basis, revenue.basis) == ("gross_profit", "revenue")


def test_the_mean_of_the_played_futures_is_the_expected_value(subscribed: Forecast) -> None:
    """
    Simulation and closed form agree: the total lies inside its interval, which is much narrower than the accounts'.
    """
    assert subscribed.total is not None
    assert subscribed.total.low < subscribed.total.expected < subscribed.total.high
    assert subscribed.total.expected == pytest.approx(column(subscribed, "expected").sum())
    assert subscribed.total.low > 0.85 * subscribed.total.expected
    assert subscribed.total.low > 2 * column(subscribed, "low").sum()
    assert (subscribed.total.low + subscribed.total.high) / 2 == pytest.approx(subscribed.total.expected, rel=0.03)


def test_intervals_hold_what_comes() -> None:
    """
    Forecast a year ahead as of a year ago: 95 % of the accounts, and the total, end inside their intervals.
    """
    table, earlier = subscribers(4000, alpha=1.5, beta=12), date(2025, 3, 15)
    forecast = contractual(table, earlier, horizon_months=12)
    came = read(table, AS_OF).revenue(np.datetime64(earlier), TODAY)
    keys = read(table, AS_OF).accounts.keys.to_pylist()
    actual = np.array([came[keys.index(key)] for key in forecast.values["account_key"].to_pylist()])
    stays = column(forecast, "high") > 0
    low, high = column(forecast, "low")[stays], column(forecast, "high")[stays]
    # Days served and months differ by up to 3 days in 31.
    inside = (actual[stays] >= low * 0.97 - 10) & (actual[stays] <= high * 1.03 + 10)

    assert inside.mean() > 0.93
    assert forecast.total is not None
    assert forecast.total.low < actual[stays].sum() < forecast.total.high


def test_the_holdout_tells_how_far_off_the_model_was(subscribed: Forecast) -> None:
    """
    38 months of history: the last 12 are held out; the simulated world is as the model says, so the error is small.
    """
    assert subscribed.holdout is not None and subscribed.holdout_error is not None
    assert (subscribed.holdout.as_of, subscribed.holdout.months) == (date(2025, 3, 15), 12)
    assert abs(subscribed.holdout_error) < 0.05


def test_a_price_rise_shows_in_the_holdout() -> None:
    """
    Everybody's MRR doubled last summer: the forecast of a year ago was far too low, and says so.
    """
    table = subscribers(1500).to_pandas()
    later = table[table["ends_on"].isna() & (table["starts_on"] < date(2025, 3, 1))].copy()
    table.loc[later.index, "ends_on"] = date(2025, 7, 1)
    later["starts_on"], later["mrr"] = date(2025, 7, 1), later["mrr"] * 2
    both = pa.concat_tables([pa.Table.from_pandas(part, SPANS, preserve_index=False) for part in (table, later)])

    error = contractual(both, AS_OF).holdout_error

    assert error is not None and error < -0.2


def test_customers_who_are_all_alike() -> None:
    """
    Everybody leaves with 5 % a month: the likelihood is flat along one line, and the interval is narrow all the same.
    """
    total = contractual(subscribers(2000, alpha=500, beta=9500), AS_OF).total

    assert total is not None
    assert 0.85 * total.expected < total.low < total.expected < total.high < 1.15 * total.expected


def test_a_year_that_behaves_differently_gets_its_own_model() -> None:
    """
    The customers of 2021 left four times faster: own parameters for that year, and for no other.
    """
    early = subscribers(1500, seed=5, alpha=4, beta=8, first="2021-01-01")
    table = pa.concat_tables([early.filter(pa.compute.less(early["starts_on"], date(2022, 1, 1))), subscribers(1500)])
    alike = contractual(subscribers(1500), AS_OF).parameters
    found = contractual(table, AS_OF).parameters

    assert set(alike) == {"alpha", "beta", "lifetime_months"}
    assert "alpha_2021" in found and "alpha_2023" not in found
    assert found["alpha_2021"] / (found["alpha_2021"] + found["beta_2021"]) > 0.25
    assert found["alpha"] == pytest.approx(alike["alpha"])


def test_the_curve_shows_the_model_beside_what_was_seen(subscribed: Forecast) -> None:
    """
    Where the world is as the model says, its curve runs inside the interval of what was seen.
    """
    assert subscribed.curve is not None
    rows = subscribed.curve.slice(0, 12).to_pylist()

    assert [row["renewals"] for row in rows] == list(range(1, 13))
    assert rows[0]["at_risk"] > rows[11]["at_risk"]
    assert all(row["low"] < row["model"] < row["high"] for row in rows)


def test_the_same_question_gets_the_same_answer(bought: Forecast) -> None:
    """
    Chance is seeded and follows the account, not the row: shuffled rows differ only in the last digits of the fit.
    """
    table = buyers(1500).take(np.random.default_rng(9).permutation(buyers(1500).num_rows))
    again = orders(table, AS_OF, margin=0.5, monthly_discount=0.01, horizon_months=12)

    for name in ("expected", "low", "high"):
        assert column(again, name) == pytest.approx(column(bought, name), rel=1e-4)
    assert orders(table, AS_OF).values.equals(orders(table, AS_OF).values)


def test_orders_forecast(bought: Forecast) -> None:
    """
    Every account has a past and a future of at least 0; frequent recent buyers are worth more than one-time ones.
    """
    values = bought.values.to_pandas().set_index("account_key")
    table = buyers(1500).to_pandas()
    last, count = table.groupby("account_key")["on"].max(), table.groupby("account_key").size()
    regulars = values.loc[(last > date(2026, 2, 1)) & (count > 6), "expected"]
    once = values.loc[(last < date(2024, 6, 1)) & (count == 1), "expected"]

    assert (values[["expected", "low", "high"]] >= 0).all(axis=None) and (values["historic"] > 0).all()
    assert regulars.mean() > 5 * once.mean()
    assert values["historic"].sum() == pytest.approx(0.5 * table["amount"].sum())


def test_orders_total_and_holdout(bought: Forecast) -> None:
    """
    In a world as the models say: total inside its interval, hold-out within a tenth, orders and values unrelated.
    """
    assert bought.total is not None and bought.holdout is not None and bought.holdout_error is not None
    assert bought.total.low < bought.total.expected < bought.total.high
    assert bought.holdout.months == 12
    assert abs(bought.holdout_error) < 0.1
    assert bought.flags == ()


def test_orders_that_grow_with_their_number_are_flagged() -> None:
    """
    Who orders more pays more per order: Gamma-Gamma rules that out, so the forecast says it.
    """
    table = buyers(600).to_pandas()
    table["amount"] *= table.groupby("account_key")["on"].transform("size")

    assert orders(pa.Table.from_pandas(table, ORDERS, preserve_index=False), AS_OF).flags == (
        "frequency_value_correlated",
    )


def test_orders_of_one_day_are_one_order() -> None:
    """
    Splitting every order into two of the same day changes nothing.
    """
    table = buyers(400)
    half = table.set_column(2, "amount", pa.compute.divide(table["amount"], 2.0))
    whole, split = orders(table, AS_OF), orders(pa.concat_tables([half, half]), AS_OF)

    assert column(split, "expected") == pytest.approx(column(whole, "expected"), rel=1e-6)


def test_words_beside_a_forecast(subscribed: Forecast) -> None:
    """
    A card can say which model spoke, what its range means, how it did before, and what is lacking.
    """
    missing = contractual(subscribers(50), AS_OF)
    before = words.holdout(subscribed)

    assert set(words.MODELS) == {contracts.MODEL, ordering.MODEL} and set(words.FLAGS) == {ordering.CORRELATED}
    assert "95% of 200" in words.interval(subscribed).en and "95% de 200" in words.interval(subscribed).es
    assert before is not None and before.en.startswith("Made on 2025-03-15") and "12 meses" in before.es
    assert "there are 50 accounts and 3" in words.scarce(missing).en
    assert words.holdout(missing) is None


def test_groups_have_their_own_intervals(subscribed: Forecast) -> None:
    """
    Half the accounts in one segment, a few in another, the rest in none: the sums are those of the accounts, each
    interval holds its sum, and none is as wide as those of its accounts together.
    """
    keys = subscribers(3000)["account_key"].to_pylist()
    members = pa.table({"account_key": keys[:1700], "member": ["large"] * 1500 + ["small"] * 200})
    found = contractual(subscribers(3000), AS_OF, 0.8, 0.01, 24, members=members)
    assert found.groups is not None
    rows = {row["member"]: row for row in found.groups.to_pylist()}
    of_accounts = by_account(found)

    assert {member: row["accounts"] for member, row in rows.items()} == {"large": 1500, "small": 200, None: 1300}
    for member, part in {"large": keys[:1500], "small": keys[1500:1700], None: keys[1700:]}.items():
        row = rows[member]
        for name in ("historic", "expected"):
            assert row[name] == pytest.approx(sum(of_accounts[key][name] for key in part))
        assert sum(of_accounts[key]["low"] for key in part) < row["low"] < row["expected"] < row["high"]
    assert column(found, "low") == pytest.approx(column(subscribed, "low"))
    assert (found.accounts, found.history_months) == (3000, 38)
