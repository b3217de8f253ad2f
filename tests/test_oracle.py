"""
The whole product against an independent count: the same records read over plain HTTP, counted with pandas alone, must
give what the run wrote into Salesforce, HubSpot and the spreadsheet.
"""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from kpis.catalogue import CATALOGUE
from sandbox.serve import open_sandbox, write_settings
from tests.oracle.accounts import Accounts
from tests.oracle.book import Book
from tests.oracle.customers import CustomerPeriod
from tests.oracle.figures import Figure
from tests.oracle.identity import Record
from tests.oracle.places import ACCOUNT_FIELDS, Key, Written, read
from tests.oracle.records import Reader
from tests.oracle.vendors import Google, HubSpot, Salesforce, Settings

ROOT = Path(__file__).parents[1]
AS_OF = date(2026, 11, 20)
MONTHS = list(pd.period_range("2025-12", "2026-10", freq="M"))
QUARTERS = list(pd.period_range("2025Q4", "2026Q3", freq="Q"))
WEB_SINCE = "2025-10-01"

DEMAND = (
    "new_leads new_qualified_leads lead_velocity_rate qualified_lead_rate website_visits organic_visits "
    "email_open_rate email_click_through_rate"
).split()
CONVERSION = (
    "win_rate close_rate_pipeline sales_cycle_length stage_duration lead_conversion_rate_period "
    "lead_conversion_rate_cohort"
).split()
COST = (
    "cost_per_lead customer_acquisition_cost marketing_cac average_ticket cac_to_ticket_ratio roi romi gross_margin "
    "net_new_revenue"
).split()
RECURRING = (
    "mrr net_new_mrr arpa gross_mrr_churn_rate net_mrr_retention_rate expansion_revenue_share customer_churn_rate "
    "customer_lifetime_value"
).split()
CUSTOMERS = (
    "upsell_rate upsell_offer_acceptance_rate repeat_purchase_rate referrals product_adoption_rate support_tickets "
    "tickets_per_account onboarding_time account_coverage"
).split()
HALF_A_CENT = 0.005 + 1e-9
GRAINS = {"M": "month", "Q": "quarter"}
KPIS = [kpi for kpi in (*DEMAND, *CONVERSION, *COST, *RECURRING, *CUSTOMERS) if kpi in CATALOGUE]


@dataclass(frozen=True)
class Story:
    """
    What the vendors knew before the run, and what they hold after it.
    """

    book: Book
    written: Written

    def period(self, span: pd.Period) -> CustomerPeriod:
        return CustomerPeriod(self.book, span, AS_OF)

    def org(self, kpi: str) -> dict[Key, Figure]:
        # Lifetime value is ARPA per month over churn per month: of a quarter it would mix the two.
        spans = MONTHS if kpi == "customer_lifetime_value" else [*MONTHS, *QUARTERS]
        return {
            (kpi, GRAINS[span.freqstr[0]], span.start_time.date(), "org", "all"): getattr(self.period(span), kpi)()
            for span in spans
        }


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    file = tmp_path_factory.mktemp("oracle") / "settings.toml"
    with open_sandbox(port=0, seed=10, accounts=80, until=AS_OF) as sandbox:
        write_settings(sandbox, file)
        settings = Settings.read(file)
        google = Google(settings)
        web = {
            "days": google.report(["date", "sessionDefaultChannelGroup"], ["sessions"], WEB_SINCE, str(AS_OF)),
            "campaigns": google.report(
                ["sessionCampaignName", "sessionDefaultChannelGroup"], ["sessions"], WEB_SINCE, str(AS_OF)
            ),
        }
        book = Reader(settings, Salesforce(settings).objects(), HubSpot(settings).objects(), web, AS_OF).book()
        command = [sys.executable, "-m", "sync.cli", "run", "--settings", str(file), "--as-of", str(AS_OF)]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
        assert ran.returncode == 0, f"exit status {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        yield Story(book, read(settings))


def agree(mine: float | None, theirs: float | None) -> bool:
    if mine is None or theirs is None:
        return mine is theirs
    return math.isclose(mine, theirs, rel_tol=1e-9, abs_tol=1e-9)


def differences(mine: dict[Key, Figure], theirs: dict[Key, Figure], reasons: bool) -> list[str]:
    """
    One line per number that differs, that is missing, or that is absent for another reason.

    Args:
        reasons: Whether the reason stands there as its code; else any words will do.
    """
    found = []
    for key, figure in mine.items():
        name = "|".join(map(str, key))
        other = theirs.get(key)
        if other is None:
            found.append(f"{name}: the oracle counts {figure}, the destination has no such row")
        elif not agree(figure.value, other.value):
            found.append(f"{name}: the oracle counts {figure}, the destination holds {other}")
        elif (figure.value is None) != (other.reason is not None) or (reasons and figure.reason != other.reason):
            found.append(f"{name}: the oracle's reason is {figure.reason}, the destination's {other.reason}")
    return found


def test_the_periods_compared_hold_numbers_to_compare(story: Story) -> None:
    """
    Agreement means something: every KPI has a value in several months, and the great ones in all of them.
    """
    counted = {kpi: sum(figure.value is not None for figure in story.org(kpi).values()) for kpi in KPIS}

    assert {} == {kpi: count for kpi, count in counted.items() if count < 4}
    assert all(figure.value for kpi in ("new_leads", "mrr", "website_visits") for figure in story.org(kpi).values())


@pytest.mark.parametrize("kpi", KPIS)
def test_salesforce_holds_each_period_of_the_organisation_as_counted_apart(story: Story, kpi: str) -> None:
    """
    Each record of the KPI object carries the oracle's number exactly, or no number and the catalogue's reason.
    """
    off = differences(story.org(kpi), story.written.salesforce, reasons=True)

    assert not off, "\n".join(off)


@pytest.mark.parametrize("kpi", KPIS)
def test_the_spreadsheet_holds_each_period_of_the_organisation_as_counted_apart(story: Story, kpi: str) -> None:
    """
    Each row of the history carries the oracle's number exactly, or no number and words why.
    """
    off = differences(story.org(kpi), story.written.history, reasons=False)

    assert not off, "\n".join(off)


def test_campaigns_that_cost_something_carry_a_return_and_no_others(story: Story) -> None:
    """
    What ROMI takes off ROI is the cost of goods, a share between that of the cheapest and the dearest order to serve;
    together the campaigns are credited no more than all that was billed.
    """
    billed = story.book.revenue[story.book.revenue["kind"] != "renewal"]
    orders = billed.groupby("deal")[["amount", "cogs"]].sum()
    shares = (orders["cogs"] / orders["amount"])[orders["amount"] > 0]
    off, income = [], 0.0
    for campaign, cost in story.book.campaign_costs.items():
        roi, romi = story.written.campaigns[campaign]
        if cost == 0 or roi is None or romi is None:
            if cost != 0 or (roi, romi) != (None, None):
                off.append(f"{campaign}: cost {cost}, yet ROI {roi} and ROMI {romi}")
            continue
        credited, served = (roi / 100 + 1) * cost, (roi - romi) / 100 * cost
        if not shares.min() * credited - 0.01 <= served <= shares.max() * credited + 0.01:
            off.append(f"{campaign}: ROI {roi} and ROMI {romi} imply {served} to serve {credited}")
        income += credited

    assert not off, "\n".join(off)
    assert 0 < income <= billed["amount"].sum() + 1


@pytest.mark.parametrize("kpi", ["lead_velocity_rate", "gross_mrr_churn_rate", "customer_churn_rate"])
def test_growth_and_churn_of_the_month_that_runs_have_no_value(story: Story, kpi: str) -> None:
    """
    A month that is not over says so instead of comparing a part of it with a whole one.
    """
    key = (kpi, "month", AS_OF.replace(day=1), "org", "all")

    assert Figure(None, "partial_period") == story.written.salesforce[key]
    assert story.written.history[key].value is None


@pytest.mark.parametrize("kpi", ["new_leads", "new_qualified_leads", "website_visits", "win_rate"])
def test_counts_of_the_month_that_runs_are_those_so_far(story: Story, kpi: str) -> None:
    """
    Counts are month-to-date, and so are the shares of what has ended already.
    """
    key = (kpi, "month", AS_OF.replace(day=1), "org", "all")
    mine = {key: getattr(story.period(pd.Period(AS_OF, "M")), kpi)()}

    assert [] == differences(mine, story.written.salesforce, reasons=True)
    assert [] == differences(mine, story.written.history, reasons=False)


@pytest.mark.parametrize("kpi", ["new_leads", "win_rate"])
def test_the_spreadsheet_holds_each_channel_as_counted_apart(story: Story, kpi: str) -> None:
    """
    By channel the history has the oracle's numbers, and no number of a channel where the oracle has nothing to count.
    """
    mine: dict[Key, Figure] = {}
    starts = [span.start_time.date() for span in MONTHS]
    for span in MONTHS:
        for channel, figure in story.period(span).by_channel(kpi).items():
            mine[kpi, "month", span.start_time.date(), "channel", channel] = figure
    off = differences(mine, story.written.history, reasons=False)
    for key, figure in story.written.history.items():
        if key[:2] == (kpi, "month") and key[2] in starts and key[3] == "channel" and figure.value and key not in mine:
            off.append(f"{'|'.join(map(str, key))}: the oracle counts nothing, the destination holds {figure}")

    assert len(mine) > len(MONTHS)
    assert not off, "\n".join(off)


@pytest.mark.parametrize("field", ACCOUNT_FIELDS)
@pytest.mark.parametrize("vendor", ["salesforce", "hubspot"])
def test_accounts_carry_what_was_counted_apart(story: Story, vendor: str, field: str) -> None:
    """
    Every live account of either CRM carries its number to the cent; where there is nothing to count it is empty or 0.
    """
    accounts = Accounts(story.book, AS_OF)
    written = story.written.accounts if vendor == "salesforce" else story.written.companies
    mine = accounts.figures(vendor, field)
    off = []
    for record_id, figure in mine.items():
        theirs = written[record_id][field]
        if abs((figure or 0) - (theirs or 0)) > HALF_A_CENT:
            off.append(f"{record_id}: the oracle counts {figure}, {vendor} holds {theirs}")

    assert sum(bool(figure) for figure in mine.values()) >= 3
    assert not off, "\n".join(off)


def test_what_is_deleted_or_merged_away_is_not_written_to(story: Story) -> None:
    """
    Accounts in Salesforce's bin, the losers of a merge among them, carry none of the fields.
    """
    gone: list[Record] = [account for account in story.book.gone_accounts if account[0] == "salesforce"]

    assert gone
    assert {} == {
        record_id: story.written.accounts[record_id]
        for _, _, record_id in gone
        if any(value is not None for value in story.written.accounts[record_id].values())
    }
