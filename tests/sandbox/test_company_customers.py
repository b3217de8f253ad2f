from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from sandbox.company import Company
from sandbox.company.draw import add_months
from sandbox.company.files import targets
from sandbox.company.model import World
from sandbox.company.usage import paid_spans
from tests.sandbox.company_story import UNTIL, Row, by_id, live


def test_every_won_deal_is_billed_and_no_other(world: World) -> None:
    """
    A year ahead: one invoice over the deal's amount, what joins a running contract less than that. On monthly terms:
    one invoice per quarter, over its months. Only what was signed in the last days waits for its invoice.
    """
    billed = defaultdict(list)
    for invoice in world.invoices:
        if not invoice.is_refund:
            billed[invoice.deal].append(invoice)
    late = timedelta(days=20)

    for deal in world.deals:
        amounts = [invoice.amount for invoice in billed[deal]]
        if not deal.is_won or deal.starts_on is None:
            assert amounts == []
        elif deal.is_monthly:
            terms = [n for n in range(90) if deal.ends_on is None or add_months(deal.starts_on, n) < deal.ends_on]
            begun = [n for n in terms if add_months(deal.starts_on, n - n % 3) <= UNTIL]
            assert len(amounts) == len({n // 3 for n in begun})
            assert sum(amounts) == deal.mrr * len(begun) + sum(x.amount for x in deal.lines if not x.product.recurs)
        elif deal.starts_on + late < UNTIL and deal.amount:
            assert len(amounts) == 1
            is_partial = deal.kind in ("Upsell", "Cross-sell")
            assert amounts[0] < deal.amount if is_partial else amounts[0] == deal.amount
    assert any(deal.is_monthly for deal in billed)


def test_few_invoices_are_paid_back(world: World) -> None:
    """
    A refund follows its invoice and is never more; 2 to 4 % of the invoices have one, some wholly.
    """
    refunds = [invoice for invoice in world.invoices if invoice.of]
    invoices = len(world.invoices) - len(refunds)

    assert all(one.of and one.of.on < one.on <= UNTIL and 0 < one.amount <= one.of.amount for one in refunds)
    assert 0.02 <= len(refunds) / invoices <= 0.04
    assert {True, False} == {one.of is not None and one.amount == one.of.amount for one in refunds}


def test_serving_customers_costs_a_fifth(world: World) -> None:
    """
    What invoices and refunds together leave: between 75 and 88 % of the revenue.
    """
    sign = {True: -1, False: 1}
    revenue = sum((sign[one.is_refund] * one.amount for one in world.invoices), Decimal(0))
    cost = sum((sign[one.is_refund] * one.cogs for one in world.invoices), Decimal(0))

    assert Decimal("0.75") <= (revenue - cost) / revenue <= Decimal("0.88")


def test_use_falls_before_an_account_leaves(world: World) -> None:
    """
    In the last 30 days an account that leaves uses the platform on less than half the days of the 30 days a quarter
    earlier; nobody uses what is not paid for.
    """
    days = {(use.account, use.family, use.on) for use in world.uses}
    late = early = 0
    for account in world.accounts:
        for starts, ends in paid_spans(account).get("Platform", ()):
            if ends and ends <= UNTIL and (ends - starts).days > 200 and starts >= world.calendar.start:
                late += sum((account, "Platform", ends - timedelta(days=n)) in days for n in range(1, 31))
                early += sum((account, "Platform", ends - timedelta(days=n)) in days for n in range(121, 151))

    assert early > 50
    assert late < early / 2
    for account, family, on in days:
        assert any(starts <= on and (ends is None or on < ends) for starts, ends in paid_spans(account)[family])


def test_most_customers_adopt_the_platform_and_some_never_do(world: World) -> None:
    """
    Of those who paid for the platform all of October 2026: on three days of it 60 to 90 % used it.
    """
    first, last = date(2026, 10, 1), date(2026, 10, 31)
    days = Counter(
        account
        for account, on in {(u.account, u.on) for u in world.uses if u.family == "Platform"}
        if first <= on <= last
    )
    paying = [
        account
        for account in world.accounts
        if any(s <= first and (e is None or last < e) for s, e in paid_spans(account).get("Platform", ()))
    ]

    assert len(paying) > 100
    assert 0.6 <= sum(days[account] >= 3 for account in paying) / len(paying) <= 0.9


def test_onboardings_take_weeks_and_few_are_given_up(world: World) -> None:
    """
    10 to 63 days; every customer of the first deal has one; up to 12 % are cancelled; some are still under way.
    """
    lengths = [(one.completed_at - one.started_at).days for one in world.onboardings if one.completed_at]
    cancelled = [one for one in world.onboardings if one.is_cancelled]
    under_way = [one for one in world.onboardings if not one.is_cancelled and one.completed_at is None]

    assert all(10 <= days <= 63 for days in lengths)
    assert 0 < len(cancelled) <= 0.12 * len(world.onboardings)
    assert not [one for one in cancelled if one.completed_at]
    assert len(under_way) > 5
    begun = {one.deal for one in world.onboardings}
    settled = UNTIL - timedelta(days=20)
    assert all(
        deal in begun
        for deal in world.deals
        if deal.kind == "New Business" and deal.starts_on and deal.starts_on < settled
    )


def test_customers_refer_few_people(world: World) -> None:
    """
    1 to 5 % of the leads were sent by a customer who paid then; somebody of the referrer's own is no news; one person
    may be sent by two.
    """
    leads = [person for person in world.people if person.is_lead]
    sent = {one.person for one in world.referrals if one.person.account is not one.referrer}

    assert 0.01 <= len(sent) / len(leads) <= 0.05
    assert all(
        one.referrer.customer_at and one.referrer.customer_at <= one.at for one in world.referrals if one.person in sent
    )
    assert any(one.person.account is one.referrer for one in world.referrals)
    assert len(world.referrals) > len({one.person for one in world.referrals})
    assert any(person.account and person.account.customer_at for person in sent)


@pytest.mark.parametrize("kind", ["Upsell", "Cross-sell"])
def test_every_deal_with_a_customer_began_with_an_offer(world: World, kind: str) -> None:
    """
    What was won was accepted, after it was offered; other offers came to nothing: 15 to 45 % are accepted.
    """
    offers = [offer for offer in world.offers if offer.kind == kind]
    accepted = [offer for offer in offers if offer.accepted_at]

    assert {offer.deal for offer in offers} - {None} == {deal for deal in world.deals if deal.kind == kind}
    assert {offer.deal for offer in accepted} == {deal for deal in world.deals if deal.kind == kind and deal.is_won}
    assert all(offer.accepted_at and offer.offered_at < offer.accepted_at for offer in accepted)
    assert any(offer.deal is None for offer in offers)
    assert 0.15 <= len(accepted) / len(offers) <= 0.45


def crm_records(company: Company, table: str) -> dict[tuple[str, str], Row]:
    """
    The live records that a row of the files may be linked with.
    """
    names = {
        "accounts": (("Account",), "companies"),
        "opportunities": (("Opportunity",), "deals"),
        "leads": (("Lead", "Contact"), "contacts"),
    }
    sales, marketing = names[table]
    found = {("salesforce", i): row for name in sales for i, row in by_id(live(company.salesforce[name]), "Id").items()}
    return found | {("hubspot", i): row for i, row in by_id(live(company.hubspot[marketing])).items()}


@pytest.mark.parametrize("table", ["accounts", "opportunities", "leads"])
def test_ids_of_the_files_mean_live_records_of_a_crm(company: Company, table: str) -> None:
    """
    Each row is linked with one record of its own; customers have the CRM's name, orders are won deals.
    """
    records, rows = crm_records(company, table), company.files[table]
    linked = [records[row["linked_source"], row["linked_id"]] for row in rows]

    assert (
        len({row["id"] for row in rows}) == len({(row["linked_source"], row["linked_id"]) for row in rows}) == len(rows)
    )
    assert {"salesforce", "hubspot"} == {row["linked_source"] for row in rows}
    if table == "accounts":
        assert [row["name"] for row in rows] == [one.get("Name") or one.get("name") for one in linked]
    if table == "opportunities":
        assert all(one.get("IsWon") or one.get("hs_is_closed_won") == "true" for one in linked)


def test_rows_of_the_files_point_to_rows_of_the_files(company: Company) -> None:
    """
    No account, order, person or owner is named that the folder does not tell.
    """
    points = {
        "account_id": "accounts",
        "referrer_account_id": "accounts",
        "opportunity_id": "opportunities",
        "lead_id": "leads",
        "owner_id": "owners",
    }
    known = {table: {row["id"] for row in company.files[table]} for table in points.values()}
    named = Counter(
        (table, name)
        for table, rows in company.files.items()
        for row in rows
        for name, target in points.items()
        if name in row and row[name] in known[target]
    )

    assert all(
        named[table, name] == len(rows)
        for table, rows in company.files.items()
        for name in points
        if rows and name in rows[0]
    )
    assert named["revenue", "opportunity_id"] > 100


def test_owners_have_the_address_that_the_crms_know(company: Company) -> None:
    """
    That is what joins the project tool's people to the CRMs' owners.
    """
    users = {row["Email"]: row["Name"] for row in company.salesforce["User"]}

    assert all(users[row["email"]] == row["name"] for row in company.files["owners"])


def test_sellers_share_the_quota_and_no_day_is_planned_twice(company: Company) -> None:
    """
    The sellers' targets of a quarter add up to the company's, and quarters of one member do not overlap.
    """
    rows = [row for row in company.files["targets"] if row["kpi"] == "won_revenue"]
    total = {row["starts_on"]: float(row["value"]) for row in rows if row["dimension"] is None}
    parts: defaultdict[str, float] = defaultdict(float)
    spans: defaultdict[str | None, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        spans[row["member"]].append((row["starts_on"], row["ends_on"]))
        if row["dimension"] == "owner":
            parts[row["starts_on"]] += float(row["value"])

    assert len(total) == 5
    assert dict(parts) == total
    for found in spans.values():
        found.sort()
        assert all(ends < starts for (_, ends), (starts, _) in pairwise(found))


def test_plans_are_within_reach_of_what_happened(company: Company, world: World) -> None:
    """
    Of the twelve closed months the wanted number of leads was reached in some and missed in others.
    """
    leads = Counter(p.created_at.date().replace(day=1) for p in world.people if p.is_lead)
    plans = [
        (float(row["value"]), leads[date.fromisoformat(row["starts_on"])])
        for row in targets.rows(world)
        if row["kpi"] == "new_leads" and row["starts_on"][:7] == row["ends_on"][:7]
    ][:-1]

    assert len(plans) == 12
    assert {True, False} == {actual >= wanted for wanted, actual in plans}
    assert all(0.6 * wanted < actual < 1.5 * wanted for wanted, actual in plans)
