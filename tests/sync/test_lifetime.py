"""
The models of lifetime value, fitted by a run and read as KPIs.
"""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from sync import job
from sync.compute import Asked, answer
from sync.settings import build

AS_OF = date(2026, 11, 15)
NOW = datetime(2026, 11, 15, 9, tzinfo=UTC)


def company(folder, accounts: int):
    """
    Accounts that begin one after the other from 2024 on, pay 100 a month, and of which every third leaves in time.
    """
    folder.mkdir(exist_ok=True)
    with (folder / "accounts.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["id"], *([number] for number in range(accounts))])
    with (folder / "subscriptions.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "account_id", "product", "mrr", "currency", "starts_on", "ends_on"])
        for number in range(accounts):
            start = date(2024, 1, 1) + timedelta(days=2 * number)
            end = start + timedelta(days=30 * (1 + number % 17)) if number % 3 == 0 else ""
            rows.writerow([number, number, "plan", 100, "USD", start, end])
    settings = build({"connectors": {"files": {"kind": "files", "folder": str(folder)}}}, folder.parent)
    report = job.run(settings, steps=("pull", "compute"), kind="run", as_of=AS_OF)
    assert "done" == report.run.status
    return settings


def told(settings, kpi: str, grain: str = "month", by: tuple[str, ...] = ()):
    with job.warehouse_of(settings).open(read_only=True) as session:
        asked = Asked((kpi,), grain, date(2026, 9, 1), AS_OF, by)
        return answer(session, settings, asked, AS_OF).to_pylist(), json.loads(session.recall("lifetime") or "{}")


def test_the_last_whole_month_has_a_forecast(tmp_path):
    """
    October has the sum over its accounts, with the model, its interval and its error on the months held out; September
    and the running November have none.
    """
    settings = company(tmp_path / "files", 300)
    rows, fitted = told(settings, "customer_lifetime_value_predictive")
    by_account, _ = told(settings, "customer_lifetime_value_predictive", by=("account",))

    assert [None, None] == [rows[0]["value"], rows[2]["value"]]
    assert ["not_applicable", None, "not_applicable"] == [row["reason"] for row in rows]
    assert rows[1]["value"] == pytest.approx(fitted["expected"], rel=0.05)
    assert fitted["low"] < rows[1]["value"] < fitted["high"]
    parts = [row["value"] for row in by_account if row["dimension"] == "account" and row["value"] is not None]
    assert rows[1]["value"] == pytest.approx(sum(parts))
    assert "shifted_beta_geometric" == fitted["model"]
    assert fitted["holdout_error"] is not None
    assert fitted["holdout"]["es"] and fitted["interval"]["en"]


def test_what_accounts_have_brought_stands_beside_it(tmp_path):
    """
    An account that has paid 100 a month since 1 January 2024 had brought 3,400 by the end of October 2026, to a day.
    """
    settings = company(tmp_path / "files", 300)
    rows, _ = told(settings, "customer_historic_value", by=("account",))
    [first] = [row for row in rows if row["member_id"].endswith(":1") and row["period_start"] == date(2026, 10, 1)]

    assert 3400 == pytest.approx(first["value"], abs=10)


def test_few_accounts_promise_nothing(tmp_path):
    """
    Under 200 accounts there is no forecast, and the reason says so; `clv_minimum_accounts` may ask for less.
    """
    settings = company(tmp_path / "files", 150)
    rows, fitted = told(settings, "customer_lifetime_value_predictive")

    assert "insufficient_history" == rows[1]["reason"]
    assert "150" in fitted["scarce"]["en"]
