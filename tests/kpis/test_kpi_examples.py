"""
Published worked examples: rows are built so that the inputs hold, and the whole engine runs over them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.kpis.build import ALL_TABLES, Row, Warehouse, cost, deal, instant, lead, row, subscription

EXAMPLES = json.loads(Path(__file__).with_name("examples.json").read_text())
SCALE = {"percent": 100}
Inputs = dict[str, Any]


def answer(kpi: str, rows: list[Row], settings: Inputs | None = None, **question: Any) -> float | None:
    return Warehouse(*rows, **(settings or {})).value(kpi, **question)


def qualified_lead_rate(given: Inputs) -> float | None:
    marked = instant("2026-03-20")
    total, good = given["total_leads"], given["qualified_leads"]
    return answer("qualified_lead_rate", [lead(qualified_at=marked if n < good else None) for n in range(total)])


def lead_velocity_rate(given: Inputs) -> float | None:
    rows = [lead("2026-01-01", qualified_at=instant("2026-02-10")) for _ in range(given["previous"])]
    rows += [lead("2026-01-01", qualified_at=instant("2026-03-10")) for _ in range(given["current"])]
    return answer("lead_velocity_rate", rows)


def cost_per_lead(given: Inputs) -> Any:
    parts = given.get("by_channel") or [{"channel": "Paid Search", **given}]
    rows = [cost(part["spend"], channel=part["channel"]) for part in parts]
    rows += [lead(channel=part["channel"]) for part in parts for _ in range(part["leads"])]
    warehouse = Warehouse(*rows)
    if "by_channel" not in given:
        return warehouse.value("cost_per_lead")
    return {part["channel"]: warehouse.value("cost_per_lead", by="channel", member=part["channel"]) for part in parts}


def email_open_rate(given: Inputs, kpi: str = "email_open_rate") -> float | None:
    delivered = given.get("delivered") or given["sent"] - given["bounced"]
    counted = {"unique_opens": given.get("unique_opens"), "unique_clicks": given.get("unique_clicks")}
    return answer(kpi, [row("email_sends", sent_at=instant("2026-03-10"), delivered=delivered, **counted)])


def email_click_through_rate(given: Inputs) -> float | None:
    return email_open_rate(given, "email_click_through_rate")


def lead_conversion_rate_period(given: Inputs) -> float | None:
    rows = [lead() for _ in range(given["created_in_period"])]
    return answer(
        "lead_conversion_rate_period", rows + [deal(account_key=f"a{n}") for n in range(given["converted_in_period"])]
    )


def lead_conversion_rate_cohort(given: Inputs) -> float | None:
    rows = [lead(account_key=f"a{n}") for n in range(given["cohort_leads"])]
    won = [deal(account_key=f"a{n}", closed="2026-04-20") for n in range(given["cohort_converted"])]
    return answer("lead_conversion_rate_cohort", rows + won)


def win_rate(given: Inputs) -> float | None:
    return answer("win_rate", [deal() for _ in range(given["won"])] + [deal("lost") for _ in range(given["lost"])])


def sales_cycle_length(given: Inputs) -> float | None:
    days = given.get("days") or [given["total_days"] // given["deals"]] * given["deals"]
    created = [date(2026, 3, 20) - timedelta(days=length) for length in days]
    return answer("sales_cycle_length", [deal(created=day.isoformat()) for day in created])


def stage_duration(given: Inputs) -> float | None:
    entered = date(2026, 3, 20) - timedelta(days=given["total_days"] // given["opportunities"])
    rows = []
    for number in range(given["opportunities"]):
        key = f"salesforce:d{number}"
        rows.append(deal("open", id=f"d{number}", opportunity_key=key))
        for stage, day in ((given["stage"], entered.isoformat()), ("next", "2026-03-20")):
            rows.append(row("stage_changes", opportunity_key=key, stage=stage, at=instant(day)))
    return answer("stage_duration", rows, by="stage", member=given["stage"])


def roi(given: Inputs) -> float | None:
    named = row("campaigns", id="c", campaign_key="c", name="Spring", channel="Events")
    rows = [named, cost(given["cost"], campaign_key="c"), deal(amount=given["revenue"], campaign_key="c")]
    return answer("roi", rows, by="campaign", member="c")


def romi(given: Inputs) -> float | None:
    won = deal(id="d", opportunity_key="d", channel="Email")
    billed = row(
        "revenue",
        kind="invoice",
        on=date(2026, 3, 20),
        opportunity_key="d",
        amount=given["revenue"],
        cogs=given.get("cogs"),
        currency="EUR",
    )
    options = {"gross_margin": given["gross_margin"]} if "gross_margin" in given else {}
    return answer("romi", [won, billed, cost(given["spend"])], {"offered": ALL_TABLES}, options=options)


def customer_acquisition_cost(given: Inputs) -> float | None:
    if "cpl" in given:
        customers = round(100 * given["lead_to_customer_rate"])
        given = {"total_cost": 100 * given["cpl"], "new_customers": customers}
    rows = [deal(account_key=f"a{number}") for number in range(given["new_customers"])]
    return answer("customer_acquisition_cost", [cost(given["total_cost"]), *rows])


def average_ticket(given: Inputs) -> float | None:
    return answer("average_ticket", [deal(amount=given["revenue"] / given["orders"]) for _ in range(given["orders"])])


def mrr(given: Inputs) -> float | None:
    prices = [plan["price"] / plan["months"] for plan in given["plans"] for _ in range(plan["subscribers"])]
    return answer("mrr", [subscription(f"a{n}", "2026-01-01", None, price) for n, price in enumerate(prices)])


def arpa(given: Inputs) -> float | None:
    amounts = given.get("account_mrr") or [given["mrr"] / given["accounts"]] * given["accounts"]
    return answer("arpa", [subscription(f"a{n}", "2026-01-01", None, amount) for n, amount in enumerate(amounts)])


def gross_mrr_churn_rate(given: Inputs) -> float | None:
    if "accounts" not in given:
        left, kept = given["churn"], given["start_mrr"] - given["churn"]
        lower = kept - given["contraction"]
        pairs = [(left, 0), (kept / 2, lower - kept / 2), (kept / 2, kept / 2 + given.get("expansion", 0))]
    else:
        pairs = [(account["start"], account["end"]) for account in given["accounts"]]
    rows = []
    for number, (start, end) in enumerate(pairs):
        rows.append(subscription(f"a{number}", "2026-01-01", "2026-03-15", start))
        rows.append(subscription(f"a{number}", "2026-03-15", None, end))
    return answer("gross_mrr_churn_rate", rows)


def customer_churn_rate(given: Inputs) -> float | None:
    brief = given["joined_and_cancelled_same_period"]
    rows = [subscription(f"b{number}", "2026-03-02", "2026-03-20", 10) for number in range(brief)]
    for number in range(given["start_customers"]):
        end = "2026-03-20" if number < given["cancelled"] - brief else None
        rows.append(subscription(f"a{number}", "2026-01-01", end, 10))
    return answer("customer_churn_rate", rows)


def customer_lifetime_value(given: Inputs) -> float | None:
    lost = round(200 * given["churn_rate"])
    rows = [subscription(f"a{n}", "2025-01-01", "2026-03-15" if n < lost else None, given["arpa"]) for n in range(200)]
    options: Inputs = {}
    if "gross_margin" in given:
        options = {"cltv_basis": "gross_profit", "gross_margin": given["gross_margin"]}
    return answer("customer_lifetime_value", rows, options=options)


def rollup_ratio_of_sums(given: Inputs) -> float | None:
    rows = []
    for number, part in enumerate(given["parts"]):
        for place in range(part["den"]):
            rows.append(deal("won" if place < part["num"] else "lost", product_family=f"p{number}"))
    return answer("win_rate", rows)


BUILDERS: dict[str, Callable[[Inputs], Any]] = {
    function.__name__: function
    for function in (
        qualified_lead_rate,
        lead_velocity_rate,
        cost_per_lead,
        email_open_rate,
        email_click_through_rate,
        lead_conversion_rate_period,
        lead_conversion_rate_cohort,
        win_rate,
        sales_cycle_length,
        stage_duration,
        roi,
        romi,
        customer_acquisition_cost,
        average_ticket,
        mrr,
        arpa,
        gross_mrr_churn_rate,
        customer_churn_rate,
        customer_lifetime_value,
        rollup_ratio_of_sums,
    )
}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["kpi"])
def test_published_example(example: Inputs) -> None:
    """
    The engine gives the published figure within the rounding of its source.
    """
    found = BUILDERS[example["kpi"]](example["inputs"])

    scale, expected = SCALE.get(example["unit"], 1), example["expected"]
    if expected is None:
        assert found is None
    elif isinstance(expected, dict):
        assert found == pytest.approx(expected, abs=example["tolerance"])
    else:
        assert found is not None
        assert found * scale == pytest.approx(expected, abs=example["tolerance"])
