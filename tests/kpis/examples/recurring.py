"""
Published examples of recurring revenue.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kpis.rates import annual_from_monthly, monthly_from_annual
from tests.kpis.build import Answer, Row, subscription
from tests.kpis.examples.asking import Inputs, Settings, ask, ask_all, uneven

LONG_AGO = "2018-01-01"


def _before_and_after(number: str, start: float, end: float, change_on: str, begin: str) -> list[Row]:
    """
    What an account pays before and after a day; another amount is another plan of the same product.
    """
    rows = []
    if start == end:
        return [subscription(number, begin, None, start, plan="plan", product_family="app")] if start else []
    if start:
        rows.append(subscription(number, begin, change_on, start, plan=f"plan {start}", product_family="app"))
    if end:
        rows.append(subscription(number, change_on, None, end, plan=f"plan {end}", product_family="app"))
    return rows


def _accounts(accounts: list[Inputs], change_on: str, begin: str) -> list[Row]:
    rows = []
    for account in accounts:
        number, start = f"a{account['id']}", account["start"]
        rows += _before_and_after(number, start, account["end"], change_on, begin)
        if not start and account.get("ever_active_before"):
            rows.append(subscription(number, LONG_AGO, "2018-07-01", 10, plan="plan", product_family="app"))
    return rows


def _moved(given: Inputs) -> list[Row]:
    """
    Accounts whose changes in March add up to the movements given; each movement is spread over a few accounts.
    """
    steady = given.get("start_mrr", 0) or 2 * (given.get("churn", 0) + given.get("contraction", 0))
    lost, less, more = given.get("churn", 0), given.get("contraction", 0), given.get("expansion", 0)
    pairs: list[tuple[float, float]] = [(part, 0) for part in uneven(lost, 4) if lost]
    pairs += [(2 * part, part) for part in uneven(less, 4) if less]
    rest = steady - lost - 2 * less
    pairs += [(part, part + plus) for part, plus in zip(uneven(rest, 4), uneven(more, 4), strict=True) if rest]
    pairs += [(0, part) for part in uneven(given.get("new", 0), 4) if given.get("new")]
    rows = [
        line
        for number, (start, end) in enumerate(pairs)
        for line in _before_and_after(f"a{number}", start, end, "2026-03-15", "2025-11-01")
    ]
    if not pairs:  # nobody paid at the opening, one account does at the close
        rows.append(subscription("a0", "2026-03-15", None, 10))
    back = given.get("reactivation", 0)
    if back:
        rows += [subscription("back", LONG_AGO, "2018-07-01", 1), subscription("back", "2026-03-15", None, back)]
    return rows


def rows_and_period(given: Inputs) -> tuple[list[Row], Settings, dict[str, Any]]:
    """
    The rows of an example and the period that it speaks of.
    """
    if "accounts" not in given:
        return _moved(given), {}, {}
    if "month" in given:
        first = f"{given['month']}-01"
        return _accounts(given["accounts"], first, "2019-01-01"), {}, {"first": first}
    # Three months from May to July are a quarter where the year begins in May.
    rows = _accounts(given["accounts"], "2019-06-15", "2019-01-01")
    settings = {"fiscal_year_start": int(given["from"][5:7])}
    return rows, settings, {"grain": "quarter", "first": given["from"]}


def _over_subscriptions(kpi: str) -> Callable[[Inputs], Answer]:
    def builder(given: Inputs) -> Answer:
        rows, settings, question = rows_and_period(given)
        return ask(kpi, rows, settings, **question)

    builder.__name__ = kpi
    return builder


def mrr(given: Inputs) -> Answer:
    prices = [plan["price"] / plan["months"] for plan in given["plans"] for _ in range(plan["subscribers"])]
    return ask("mrr", [subscription(f"a{place}", "2026-01-01", None, price) for place, price in enumerate(prices)])


def arpa(given: Inputs) -> Answer:
    amounts = given.get("account_mrr") or uneven(given["mrr"], given["accounts"])
    rows = [subscription(f"a{place}", "2026-01-01", None, paid) for place, paid in enumerate(amounts)]
    return ask("arpa", rows, parts=(sum(amounts), len(amounts)))


def mrr_movements(given: Inputs) -> list[list[object]]:
    """
    The changes of one account, month by month.
    """
    rows = [subscription("a", starts, ends, amount) for starts, ends, amount in given["subscriptions"]]
    first, last = rows[0][1]["starts_on"], rows[-1][1]["ends_on"]
    found = ask_all("mrr_movements", rows, by="movement", first=str(first), last=str(last))
    told = [[str(answer.period_start)[:7], answer.member_id, answer] for answer in found if answer.value != 0]
    return sorted(told, key=lambda line: str(line[0]))


def customer_churn_rate(given: Inputs) -> Answer | float:
    if "convert" in given:
        convert = {"monthly_to_annual": annual_from_monthly, "annual_to_monthly": monthly_from_annual}
        return convert[given["convert"]](given.get("monthly_churn") or given["annual_churn"])
    brief = given["joined_and_cancelled_same_period"]
    rows = [subscription(f"b{number}", "2026-03-02", "2026-03-20", 10) for number in range(brief)]
    for number in range(given["start_customers"]):
        end = "2026-03-20" if number < given["cancelled"] - brief else None
        rows.append(subscription(f"a{number}", "2026-01-01", end, 10))
    parts = (given["cancelled"] - brief, given["start_customers"])
    return ask("customer_churn_rate", rows, parts=parts)


def account_retention_rate(given: Inputs) -> Answer:
    if "accounts" in given:
        return _over_subscriptions("account_retention_rate")(given)
    rows = [
        subscription(f"a{number}", "2026-01-01", None if number < given["retained"] else "2026-03-15", 10)
        for number in range(given["start_accounts"])
    ]
    return ask("account_retention_rate", rows, parts=(given["retained"], given["start_accounts"]))


def customer_lifetime_value(given: Inputs) -> Answer:
    lost = round(200 * given["churn_rate"])
    rows = [subscription(f"a{n}", "2025-01-01", "2026-03-15" if n < lost else None, given["arpa"]) for n in range(200)]
    options = {}
    if "gross_margin" in given:
        options = {"cltv_basis": "gross_profit", "gross_margin": given["gross_margin"]}
    return ask("customer_lifetime_value", rows, options=options)


BUILDERS = (
    mrr,
    arpa,
    mrr_movements,
    customer_churn_rate,
    account_retention_rate,
    customer_lifetime_value,
    *map(
        _over_subscriptions,
        (
            "net_new_mrr",
            "arpa_new",
            "arpa_existing",
            "gross_mrr_churn_rate",
            "gross_mrr_retention_rate",
            "net_mrr_retention_rate",
            "net_mrr_churn_rate",
            "portfolio_growth_rate",
        ),
    ),
)
