from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise

import pytest

from sandbox.company import Company, generate, tell
from sandbox.company.draw import add_months, month_end
from sandbox.company.ids import long_form
from sandbox.company.model import LOST, WON, World
from tests.sandbox.company_story import SIZE, UNTIL, Row, live


def test_the_same_seed_tells_the_same_story(company: Company) -> None:
    """
    Seed, size and last day decide everything; another seed tells another story.
    """
    assert generate(7, SIZE, UNTIL) == company
    assert generate(8, SIZE, UNTIL).salesforce["Opportunity"] != company.salesforce["Opportunity"]


@pytest.mark.parametrize("accounts", [1, 5, 48])
@pytest.mark.parametrize("until", [date(2024, 2, 29), date(2026, 1, 1), date(2026, 5, 31)])
def test_any_size_and_last_day_will_do(accounts: int, until: date) -> None:
    """
    One account is enough, and the story may end on a leap day, a first or a last of the month.
    """
    small = generate(1, accounts, until)

    known = {row["Name"] for row in live(small.salesforce["Account"])}
    known |= {row["name"] for row in live(small.hubspot["companies"])}
    assert accounts == len(tell(1, accounts, until).accounts)
    assert 0 < len(known) <= accounts


def test_no_account_is_no_company() -> None:
    """
    Zero accounts are refused with the number given.
    """
    with pytest.raises(ValueError, match="accounts was 0"):
        generate(7, 0, UNTIL)


def test_an_id_of_15_characters_gets_its_suffix() -> None:
    """
    Capitals of each block of five, lowest bit first: 001A0 -> 01000 (I), 00000 -> A, 6Vm9r -> 00010 (C).
    """
    assert long_form("001A0000006Vm9r") == "001A0000006Vm9rIAC"


def test_a_fifth_to_a_third_of_closed_deals_are_won(world: World) -> None:
    """
    Won of closed, renewals left out, closed within the 24 months: between 20 and 35 %.
    """
    closed = [d for d in world.deals if d.is_closed and d.kind != "Renewal" and d.closes_on >= world.calendar.start]

    assert 0.20 <= sum(d.is_won for d in closed) / len(closed) <= 0.35


def test_few_leads_become_customers(world: World) -> None:
    """
    Leads whose account bought after they came: 2 to 8 %.
    """
    leads = [p for p in world.people if p.is_lead]
    bought = [p for p in leads if p.account and p.account.customer_at and p.account.customer_at >= p.created_at]

    assert 0.02 <= len(bought) / len(leads) <= 0.08


def mrr_by_account(rows: list[Row], day: date) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        starts, ends = row["Contract_Start__c"], row["Contract_End__c"]
        if starts and date.fromisoformat(starts) <= day and (ends is None or day < date.fromisoformat(ends)):
            found[row["AccountId"]] += row["MRR__c"]
    return found


def test_a_small_part_of_mrr_is_lost_each_month(company: Company) -> None:
    """
    Losses of the accounts that paid at the start, over what they paid: 1 to 3 % in the mean of the 24 months.
    """
    won = [row for row in live(company.salesforce["Opportunity"]) if row["IsWon"]]
    lost = opening = 0.0
    for back in range(24):
        month = add_months(UNTIL.replace(day=1), -back)
        before, after = (
            mrr_by_account(won, month - timedelta(days=1)),
            mrr_by_account(won, min(month_end(month), UNTIL)),
        )
        opening += sum(before.values())
        lost += sum(max(mrr - after[account], 0) for account, mrr in before.items())

    assert 0.01 <= lost / opening <= 0.03


def test_leads_cost_30_to_200_and_campaigns_pay_or_do_not(world: World) -> None:
    """
    Every campaign's cost per lead is believable; some lose money and some earn more than twice their cost.
    """
    income: Counter[int] = Counter()
    for deal in world.deals:
        if deal.is_won and deal.campaign:
            income[deal.campaign.number] += deal.amount or 0
    romi = [(income[c.number] * 0.8 - c.cost) / c.cost for c in world.campaigns]

    assert all(30 <= c.cost / c.leads <= 200 for c in world.campaigns if c.leads)
    assert sum(r < 0 for r in romi) >= 3
    assert sum(r > 1 for r in romi) >= 3


def test_business_grows_and_august_sleeps(world: World) -> None:
    """
    More leads came in the last full twelve months than in the twelve before; August has fewer than September.
    """
    months = Counter(p.created_at.date().replace(day=1) for p in world.people if p.is_lead)
    full = sorted(months)[:-1]

    assert len(months) == 24
    assert sum(months[m] for m in full[12:]) > sum(months[m] for m in full[:11])
    assert months[date(2026, 8, 1)] < months[date(2026, 9, 1)]


def test_a_renewed_contract_begins_where_the_last_one_ends(company: Company) -> None:
    """
    No renewal leaves a gap that would look like churn and return.
    """
    ends: defaultdict[str, set[str]] = defaultdict(set)
    won = [row for row in live(company.salesforce["Opportunity"]) if row["IsWon"]]
    for row in won:
        ends[row["AccountId"]].add(row["Contract_End__c"])
    renewals = [row for row in won if row["Type"] == "Renewal"]

    assert len(renewals) > 20
    assert all(row["Contract_Start__c"] in ends[row["AccountId"]] for row in renewals)


def test_deals_go_the_ways_that_real_ones_go(world: World) -> None:
    """
    Some skip a stage, some go back, some are reopened after a loss, few open ones have no amount yet.
    """
    walks = [[stage for stage, _ in deal.visits] for deal in world.deals]

    assert any(b - a == 2 and b < WON for walk in walks for a, b in pairwise(walk))
    assert any(b < a for walk in walks for a, b in pairwise(walk) if a < WON)
    assert any(LOST in walk[:-1] for walk in walks)
    assert not any(WON in walk[:-1] for walk in walks)
    assert any(deal.amount is None for deal in world.deals)
    assert not any(deal.amount is None for deal in world.deals if deal.is_closed)


def test_customers_grow_shrink_leave_and_return(world: World) -> None:
    """
    Renewals at the same, a higher and a lower MRR; lost renewals; new business after churn; contracts without an end.
    """
    factors: Counter[str] = Counter()
    returned = 0
    for account in world.accounts:
        won = [deal for deal in account.deals if deal.is_won]
        for deal in won:
            before = [d for d in won if d.ends_on == deal.starts_on and d.family == deal.family]
            if deal.kind == "Renewal" and before:
                held = sum(d.mrr for d in before)
                factors["up" if deal.mrr > held else "down" if deal.mrr < held else "same"] += 1
        new = [deal for deal in won if deal.kind == "New Business"]
        returned += len(new) > 1

    assert factors["same"] > factors["up"] > 0
    assert factors["down"] > 0
    assert returned > 0
    assert any(d.kind == "Renewal" and d.is_closed and not d.is_won for d in world.deals)
    assert any(d.is_won and d.starts_on and d.ends_on is None for d in world.deals)
    assert {"New Business", "Upsell", "Cross-sell", "Renewal"} == {d.kind for d in world.deals if d.is_won}
    assert any(len([p for p in a.people if p.is_lead]) > 1 for a in world.accounts)
