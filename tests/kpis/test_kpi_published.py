"""
Figures that the authors of public data sets published, computed by our engine.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.kpis.build import Answer, Warehouse


@pytest.fixture
def subscriptions(published_data: Path) -> Warehouse:
    path = published_data / "mrr_playbook" / "subscription_periods.csv"
    warehouse = Warehouse(currency="USD")
    warehouse.connection.execute(
        "insert into subscriptions (source, id, account_key, starts_on, ends_on, mrr, currency)"
        " select 'files', subscription_id, customer_id, start_date, end_date, monthly_amount, 'USD' from read_csv(?)",
        [str(path)],
    )
    return warehouse


@pytest.fixture
def deals(published_data: Path) -> Warehouse:
    path = published_data / "crm_sales_opportunities" / "sales_pipeline.csv"
    warehouse = Warehouse(currency="USD", timezone="UTC")
    warehouse.connection.execute(
        """
        insert into opportunities (source, id, opportunity_key, account_key, stage, created_at, closed_on, is_closed,
            is_won, amount, currency, product_family)
        select 'files', opportunity_id, 'files:' || opportunity_id, account, deal_stage,
            cast(engage_date as timestamp) at time zone 'UTC', close_date, deal_stage in ('Won', 'Lost'),
            deal_stage = 'Won', close_value, 'USD', product
        from read_csv(?)
        """,
        [str(path)],
    )
    return warehouse


def _series(answers: list[Answer]) -> list[float | None]:
    return [answer.value for answer in answers]


def test_mrr_series(subscriptions: Warehouse) -> None:
    """
    Ten months of MRR and paying accounts are the published ones.
    """
    question = {"first": "2019-05-01", "last": "2020-02-01", "as_of": date(2021, 1, 1)}

    assert _series(subscriptions.ask("mrr", **question)) == [965, 1135, 1350, 1240, 1455, 1680, 1840, 1255, 175, 0]
    assert _series(subscriptions.ask("paying_accounts", **question)) == [21, 22, 26, 26, 31, 36, 42, 28, 4, 0]


def test_gross_churn(subscriptions: Warehouse) -> None:
    """
    Gross churn is one minus the published gross retention of three months.
    """
    for month, retention in {"2019-06-01": 0.968912, "2019-10-01": 0.948454, "2019-12-01": 0.600543}.items():
        churn = subscriptions.value("gross_mrr_churn_rate", first=month, as_of=date(2021, 1, 1))
        assert churn == pytest.approx(1 - retention, abs=1e-6)


def test_customer_churn(subscriptions: Warehouse) -> None:
    """
    Nobody of 21 left in June 2019, 17 of 42 did in December.
    """
    question = {"as_of": date(2021, 1, 1)}

    assert subscriptions.value("customer_churn_rate", first="2019-06-01", **question) == 0
    assert subscriptions.value("customer_churn_rate", first="2019-12-01", **question) == pytest.approx(17 / 42)


def test_win_rate_by_quarter(deals: Warehouse) -> None:
    """
    The win rate of each quarter of 2017, of all of it, and the value won are the published ones.
    """
    question = {"grain": "quarter", "first": "2017-01-01", "last": "2017-12-31", "as_of": date(2019, 1, 1)}
    answers = deals.ask("win_rate", **question)

    assert [answer.numerator for answer in answers] == [531, 1254, 1257, 1196]
    assert _series(answers) == pytest.approx([0.8207, 0.6171, 0.6141, 0.6025], abs=1e-4)
    assert _series(deals.ask("won_revenue", **question)) == [1134672, 3086111, 2982255, 2802496]
    whole = deals.one("win_rate", grain="all", first="2017-01-01", as_of=date(2019, 1, 1))
    assert (whole.numerator, whole.denominator) == (4238, 6711)
    assert whole.value == pytest.approx(0.631501, abs=1e-6)


def test_cycle_length(deals: Warehouse) -> None:
    """
    Mean and median days of won deals, the mean of all closed ones, and the mean won deal are the published ones.
    """
    question = {"grain": "all", "first": "2017-01-01", "as_of": date(2019, 1, 1)}

    assert deals.value("sales_cycle_length", **question) == pytest.approx(51.781973, abs=1e-6)
    assert deals.value("sales_cycle_length", **question, options={"statistic": "median"}) == 57
    closed = deals.value("sales_cycle_length", **question, options={"sales_cycle_scope": "all_closed"})
    assert closed == pytest.approx(47.985397, abs=1e-6)
    assert deals.value("average_ticket", **question) == pytest.approx(2360.909391, abs=1e-6)
    assert deals.value("won_revenue", **question) == 10005534
