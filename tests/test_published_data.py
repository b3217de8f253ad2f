"""
Published data sets give the figures that were published with them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from sandbox.serve import open_sandbox
from sync import facts, job
from sync.compute import Asked, answer
from sync.model import model
from sync.pull import pull
from sync.settings import build
from tests import published

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def computed(settings, as_of=date(2026, 11, 1)):
    """
    A session on the facts of an organisation, after pull, model and facts.
    """
    warehouse = job.warehouse_of(settings)
    pulled = pull(warehouse, settings, NOW)
    assert [] == [str(problem) for problem in pulled.problems] and [] == pulled.rows
    model(warehouse, settings, NOW)
    with warehouse.open() as session, session.transaction():
        facts.build(session, settings, as_of)
    return warehouse.open(read_only=True)


def values(session, settings, kpi, grain, first, last, by=(), **options):
    asked = Asked((kpi,), grain, first, last, by, options)
    rows = answer(session, settings, asked, date(2026, 11, 1)).to_pylist()
    return [row for row in rows if row["dimension"] in (by or ("org",))]


def organisation(folder):
    return build({"connectors": {"files": {"kind": "files", "folder": str(folder)}}}, folder.parent)


@pytest.fixture
def pipeline(published_data, tmp_path):
    settings = organisation(published.opportunities(published_data, tmp_path / "files"))
    with computed(settings) as session:
        yield session, settings


def quarters(session, settings, kpi, column="value", **options):
    return [
        row[column]
        for row in values(session, settings, kpi, "quarter", date(2017, 1, 1), date(2017, 12, 31), **options)
    ]


def test_win_rate_of_a_hardware_company(pipeline):
    """
    4,238 won of 6,711 closed: 0.631501; by quarter of 2017 .8207, .6171, .6141, .6025.
    """
    session, settings = pipeline
    assert [0.8207, 0.6171, 0.6141, 0.6025] == pytest.approx(quarters(session, settings, "win_rate"), abs=5e-5)
    [whole] = values(session, settings, "win_rate", "all", date(2017, 1, 1), date(2017, 12, 31))
    assert (4238, 6711) == (whole["numerator"], whole["denominator"])
    assert 0.631501 == pytest.approx(whole["value"], abs=5e-7)


def test_sales_cycle_of_a_hardware_company(pipeline):
    """
    Won deals took 51.781973 days in the mean and 57 in the median; all closed ones 47.985397 in the mean.
    """
    session, settings = pipeline
    year = ("sales_cycle_length", "year", date(2017, 1, 1), date(2017, 12, 31))
    [mean] = values(session, settings, *year)
    [median] = values(session, settings, *year, statistic="median")
    [closed] = values(session, settings, *year, sales_cycle_scope="all_closed")
    assert 51.781973 == pytest.approx(mean["value"], abs=5e-7)
    assert 57 == median["value"]
    assert 47.985397 == pytest.approx(closed["value"], abs=5e-7)


def test_won_value_of_a_hardware_company(pipeline):
    """
    10,005,534 in all; by quarter 1,134,672, 3,086,111, 2,982,255, 2,802,496; by region 3,346,293, 3,090,594, 3,568,647.
    """
    session, settings = pipeline
    assert [1134672, 3086111, 2982255, 2802496] == quarters(session, settings, "won_revenue")
    regions = values(session, settings, "won_revenue", "year", date(2017, 1, 1), date(2017, 12, 31), by=("channel",))
    assert {"Central": 3346293, "East": 3090594, "West": 3568647} == {row["member"]: row["value"] for row in regions}


def test_the_mean_won_deal_is_the_average_ticket(pipeline):
    """
    10,005,534 over 4,238 orders: 2,360.909391. None of them is a renewal or of no amount.
    """
    session, settings = pipeline
    [year] = values(session, settings, "average_ticket", "year", date(2017, 1, 1), date(2017, 12, 31))
    assert 2360.909391 == pytest.approx(year["value"], abs=5e-7)


@pytest.fixture
def playbook(published_data, tmp_path):
    settings = organisation(published.subscriptions(published_data, tmp_path / "files"))
    with computed(settings) as session:
        yield session, settings


def test_mrr_of_the_playbook(playbook):
    """
    MRR and paying customers at each month's close, from May 2019 to February 2020.
    """
    session, settings = playbook
    span = ("month", date(2019, 5, 1), date(2020, 2, 29))
    mrr = [row["value"] for row in values(session, settings, "mrr", *span)]
    arpa = [row["denominator"] for row in values(session, settings, "arpa", *span)]
    assert [965, 1135, 1350, 1240, 1455, 1680, 1840, 1255, 175, 0] == mrr
    assert [21, 22, 26, 26, 31, 36, 42, 28, 4, 0] == arpa


def test_churn_of_the_playbook(playbook):
    """
    Gross retention .968912, .948454, .600543 in June, October, December 2019; customers lost 0 of 21 and 17 of 42.
    """
    session, settings = playbook
    span = ("month", date(2019, 6, 1), date(2019, 12, 31))
    gross = {
        row["period_start"].month: row["value"] for row in values(session, settings, "gross_mrr_churn_rate", *span)
    }
    lost = {
        row["period_start"].month: (row["numerator"], row["denominator"])
        for row in values(session, settings, "customer_churn_rate", *span)
    }
    assert [0.968912, 0.948454, 0.600543] == pytest.approx([1 - gross[month] for month in (6, 10, 12)], abs=5e-7)
    assert (0, 21) == lost[6]
    assert (17, 42) == lost[12]


def test_retention_of_the_playbook(playbook):
    """
    Net retention 1.124352, 1.003436 and 0.627717 in June, October and December 2019, gross 0.968912, .948454, .600543.
    """
    session, settings = playbook
    span = ("month", date(2019, 6, 1), date(2019, 12, 31))
    for kpi, expected in (
        ("net_mrr_retention_rate", [1.124352, 1.003436, 0.627717]),
        ("gross_mrr_retention_rate", [0.968912, 0.948454, 0.600543]),
    ):
        found = {row["period_start"].month: row["value"] for row in values(session, settings, kpi, *span)}
        assert expected == pytest.approx([found[month] for month in (6, 10, 12)], abs=5e-7)


def test_movements_of_the_playbook(playbook):
    """
    In December 2019: new 100, expansion 50, contraction 30, churn 705. Over all months: new 2,195, churn 2,450,
    upgrades 660, downgrades 555, reactivation 150, which is nothing in the end.
    """
    session, settings = playbook
    rows = values(session, settings, "mrr_movements", "month", date(2018, 1, 1), date(2020, 12, 31), by=("movement",))
    december = {row["member"]: row["value"] for row in rows if row["period_start"] == date(2019, 12, 1)}
    totals: dict[str, float] = {}
    for row in rows:
        totals[row["member"]] = totals.get(row["member"], 0) + (row["value"] or 0)

    assert {"new": 100, "expansion": 50, "contraction": -30, "churn": -705} == {k: v for k, v in december.items() if v}
    assert {"new": 2195, "churn": -2450, "expansion": 660, "contraction": -555, "reactivation": 150} == totals


def test_repeat_buyers_of_a_music_shop(published_data, tmp_path):
    """
    Of 2,357 customers from January to September 1997, 946 bought on more than one day: 0.401358. Eight of them never
    paid anything, and what costs nothing is no order here.
    """
    content = {
        "organisation": {"currency": "USD"},
        "kpis": {"options": {"repeat_months": 9}},
        "connectors": {
            "files": {"kind": "files", "folder": str(published.purchases(published_data, tmp_path / "files"))}
        },
    }
    settings = build(content, tmp_path)
    with computed(settings, date(1997, 9, 30)) as session:
        [repeat] = values(session, settings, "repeat_purchase_rate", "month", date(1997, 9, 1), date(1997, 9, 30))
        [free] = session.rows(
            "select count(*) as customers from (select account_key from revenue group by 1 having max(amount) = 0)"
        )
        assert 8 == free["customers"]
        assert (946, 2357 - 8) == (repeat["numerator"], repeat["denominator"])
        assert 0.401358 == pytest.approx(repeat["numerator"] / (repeat["denominator"] + 8), abs=5e-7)


def test_the_pipeline_played_through_salesforce_gives_the_same_figures(published_data, tmp_path, monkeypatch):
    """
    The same deals as a Salesforce export, served by `noria sandbox --salesforce` and pulled by the real client:
    won and lost, win rate by quarter, won value, length of the cycle.
    """
    folder = published.salesforce(published_data, tmp_path / "export")
    with open_sandbox(salesforce=folder) as sandbox:
        monkeypatch.setenv("NORIA_TEST_SECRET", sandbox.salesforce.client_secret)
        own = {
            "kind": "salesforce",
            "base_url": sandbox.url,
            "domain": "export.my",
            "client_id": sandbox.salesforce.client_id,
            "client_secret": "env:NORIA_TEST_SECRET",
        }
        settings = build({"connectors": {"salesforce": own}}, tmp_path)
        with computed(settings) as session:
            assert [0.8207, 0.6171, 0.6141, 0.6025] == pytest.approx(quarters(session, settings, "win_rate"), abs=5e-5)
            assert [531, 1254, 1257, 1196] == quarters(session, settings, "win_rate", "numerator")
            assert [1134672, 3086111, 2982255, 2802496] == quarters(session, settings, "won_revenue")
            [cycle] = values(session, settings, "sales_cycle_length", "year", date(2017, 1, 1), date(2017, 12, 31))
            assert 51.781973 == pytest.approx(cycle["value"], abs=5e-7)
