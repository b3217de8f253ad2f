"""
The KPIs of money billed, of recurring revenue's movements, and of customers' success.
"""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from tests.oracle.figures import COHORT_WINDOW, Figure, Period, lag, ratio

ADOPTION_USES, ADOPTION_DAYS = 3, 30


class CustomerPeriod(Period):
    """
    A month or quarter with what billing, product analytics and the project tool know of it.
    """

    # Money billed: since invoices are known, they are the orders, not the won deals.

    def revenue(self) -> pd.DataFrame:
        return self.book.revenue[self.within(self.book.revenue["on"])]

    def billed(self) -> pd.DataFrame:
        """
        Invoices and refunds of all deals but renewals.
        """
        found = self.revenue()
        return found[found["kind"] != "renewal"]

    def average_ticket(self) -> Figure:
        billed = self.billed()
        return ratio(billed["amount"].sum(), int((~billed["is_refund"]).sum()))

    def cac_to_ticket_ratio(self) -> Figure:
        cac, ticket = self.marketing_cac(), self.average_ticket()
        if cac.value is None or ticket.value is None:
            return cac if cac.value is None else ticket
        return ratio(cac.value, ticket.value)

    def gross_margin(self) -> Figure:
        revenue = self.revenue()
        return ratio(revenue["amount"].sum() - revenue["cogs"].sum(), revenue["amount"].sum())

    def roi(self) -> Figure:
        """
        Every deal of the story has a channel at least, so all that is billed is credited to something.
        """
        costs = self.marketing_cost(automation=True)
        return ratio(self.billed()["amount"].sum() - costs, costs)

    def romi(self) -> Figure:
        billed, spend = self.billed(), self.marketing_cost(automation=False)
        return ratio(billed["amount"].sum() - billed["cogs"].sum() - spend, spend)

    def net_new_revenue(self) -> Figure:
        """
        What was won, less whatever was paid back in the period.
        """
        deals, revenue = self.deals(), self.revenue()
        won = deals[deals["is_won"] & self.within(deals["closed_on"])]["amount"].sum()
        return Figure(float(won + revenue[revenue["is_refund"]]["amount"].sum()))

    # Recurring revenue

    def net_mrr_retention_rate(self) -> Figure:
        before, after = self.kept()
        return ratio(after.reindex(before.index).fillna(0.0).sum(), before.sum())

    def expansion_revenue_share(self) -> Figure:
        before, after = self.kept()
        return ratio((after.reindex(before.index).fillna(0.0) - before).clip(lower=0).sum(), before.sum())

    def net_new_mrr(self) -> Figure:
        """
        Month by month, whatever the period: a loss in April and a gain in May are two movements of the quarter.
        """
        months = pd.period_range(self.first, self.last, freq="M")
        moves = [type(self)(self.book, month, self.as_of).kept() for month in months]
        return Figure(float(sum(after.sum() - before.sum() for before, after in moves)))

    # Customers

    def sold_more(self, kind: str) -> Figure:
        deals, active = self.book.deals, self.mrr_of(self.opening).index
        won = deals[deals["is_won"] & (deals["kind"] == kind) & self.within(deals["closed_on"])]
        return ratio(len(set(won["account"]) & set(active)), len(active))

    def upsell_rate(self) -> Figure:
        return self.sold_more("upsell")

    def upsell_offer_acceptance_rate(self) -> Figure:
        offers = self.book.offers
        made = offers[(offers["kind"] == "upsell") & self.within(offers["offered_on"])]
        if not self.is_mature():
            return Figure(None, "immature_cohort")
        waits = [lag(offered, taken) for offered, taken in zip(made["offered_on"], made["accepted_on"], strict=True)]
        return ratio(sum(days <= COHORT_WINDOW for days in waits), len(made))

    def repeat_purchase_rate(self) -> Figure:
        """
        Accounts that were billed on two days of the last twelve months; a deal wholly paid back counts for nothing.
        """
        since = (self.span.asfreq("M", "end") - 11).start_time.date()
        every = self.book.revenue[self.book.revenue["kind"] != "renewal"]
        refunds = every[every["is_refund"]].groupby("deal")["original"].sum()
        bills = every[~every["is_refund"] & (every["on"] >= since) & (every["on"] <= self.last)]
        left = bills["original"] + bills["deal"].map(refunds).fillna(0.0)
        days = bills[left > 0].groupby("account")["on"].nunique()
        return ratio(int((days >= 2).sum()), len(days))

    def referrals(self) -> Figure:
        sent = self.book.referrals
        return Figure(float(sent[self.within(sent["on"])]["person"].nunique()))

    def product_adoption_rate(self) -> Figure:
        since = self.last - timedelta(days=ADOPTION_DAYS - 1)
        usage = self.book.usage
        days = usage[(usage["on"] >= since) & (usage["on"] <= self.last)].groupby("account").size()
        active = self.mrr_of(self.last).index
        return ratio(int((days.reindex(active).fillna(0) >= ADOPTION_USES).sum()), len(active))

    def support_tickets(self) -> Figure:
        return Figure(float(self.within(self.book.tickets).sum()))

    def tickets_per_account(self) -> Figure:
        accounts = sum(len(self.mrr_of(day)) for day in self.balances) / 2
        return ratio(self.support_tickets().value, accounts)

    def onboarding_time(self) -> Figure:
        done = self.book.onboardings[self.within(self.book.onboardings["on"])]
        return Figure(float(done["days"].median())) if len(done) else Figure(None, "zero_denominator")

    def account_coverage(self) -> Figure:
        talks = self.book.interactions
        return Figure(float(talks[self.within(talks["on"])]["account"].nunique()))
