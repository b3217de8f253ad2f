"""
The KPIs of one month or quarter, counted straight from the book.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from tests.oracle.book import Book

COHORT_WINDOW = 90  # [days]
LOW_SAMPLE = 30
SMOOTHED = 6  # [months]


@dataclass(frozen=True)
class Figure:
    """
    A number, or why there is none; never both.
    """

    value: float | None
    reason: str | None = None


class Period:
    """
    One calendar month or quarter of the book.

    Args:
        book: Everything that is known.
        span: The month or quarter.
        as_of: The day on which the numbers are wanted.
    """

    def __init__(self, book: Book, span: pd.Period, as_of: date) -> None:
        self.book, self.span, self.as_of = book, span, as_of
        self.first, self.last = span.start_time.date(), span.end_time.date()
        self.opening = self.first - timedelta(days=1)
        self.balances = (self.opening, self.last)

    def before(self, spans: int = 1) -> Period:
        return type(self)(self.book, self.span - spans, self.as_of)

    def within(self, days: pd.Series[Any]) -> pd.Series[Any]:
        return days.map(lambda day: is_day(day) and self.first <= day <= self.last).astype(bool)

    # Leads

    def leads(self) -> pd.DataFrame:
        return self.book.persons[self.within(self.book.persons["created_on"])]

    def new_leads(self) -> Figure:
        return Figure(len(self.leads()))

    def new_qualified_leads(self) -> Figure:
        return Figure(int(self.within(self.book.persons["qualified_on"]).sum()))

    def lead_velocity_rate(self) -> Figure:
        now, then = self.new_qualified_leads().value, self.before().new_qualified_leads().value
        return ratio((now or 0) - (then or 0), then or 0, "no_prior_period")

    def is_mature(self) -> bool:
        return self.last + timedelta(days=COHORT_WINDOW) < self.as_of

    def cohort(self, numerator: int, denominator: int) -> Figure:
        if denominator == 0:
            return Figure(None, "zero_denominator")
        return ratio(numerator, denominator) if self.is_mature() else Figure(None, "immature_cohort")

    def qualified_lead_rate(self) -> Figure:
        leads = self.leads()
        lags = leads.apply(lambda row: lag(row["created_on"], row["qualified_on"]), axis=1)
        return self.cohort(int((lags <= COHORT_WINDOW).sum()), len(leads))

    def customer_on(self, person: Any) -> date | None:
        """
        When the person's account became a customer; the person's own word only where there is no account.
        """
        if person["account"] is None or isinstance(person["account"], float):
            return person["customer_on"] if is_day(person["customer_on"]) else None
        return self.book.customers.get(person["account"])

    def prospects(self) -> pd.DataFrame:
        """
        The period's leads, without those of accounts that were customers already.
        """
        leads = self.leads()
        became = leads.apply(self.customer_on, axis=1) if len(leads) else pd.Series(dtype=object)
        found = leads.assign(lag=[lag(c, b) for c, b in zip(leads["created_on"], became, strict=True)])
        return found[~(found["lag"] < 0)]

    def lead_conversion_rate_cohort(self) -> Figure:
        prospects = self.prospects()
        return self.cohort(int((prospects["lag"] <= COHORT_WINDOW).sum()), len(prospects))

    def new_customers(self) -> int:
        return int(self.within(self.book.customers).sum())

    def lead_conversion_rate_period(self) -> Figure:
        return ratio(self.new_customers(), len(self.prospects()))

    def by_channel(self, kpi: str) -> dict[str, Figure]:
        """
        Channel -> new leads or win rate, of the channels that have any.
        """
        if kpi == "new_leads":
            return {channel: Figure(count) for channel, count in self.leads()["channel"].value_counts().items()}
        closed = self.deals()[self.within(self.deals()["closed_on"])]
        return {channel: self.win_rate(channel) for channel in closed["channel"].dropna().unique()}

    # Costs

    def cost(self, chosen: Callable[[pd.DataFrame], pd.Series[Any]]) -> float | None:
        costs = self.book.costs
        found = costs[self.within(costs["on"]) & chosen(costs)]
        return float(found["amount"].sum()) if len(found) else None

    def cost_per_lead(self) -> Figure:
        costs = self.book.costs
        media = costs[(costs["kind"] == "media") & self.within(costs["on"])]
        paid = self.leads()["channel"].isin(set(media["channel"].dropna()))
        return per(self.cost(lambda table: table["kind"] == "media"), int(paid.sum()))

    def customer_acquisition_cost(self) -> Figure:
        return per(self.cost(lambda table: table["kind"] != ""), self.new_customers())

    def marketing_cac(self) -> Figure:
        return per(self.cost(lambda table: table["kind"] != "sales"), self.new_customers())

    def marketing_cost(self, automation: bool) -> float:
        apart = {"sales"} if automation else {"sales", "automation"}
        return self.cost(lambda table: ~table["kind"].isin(apart)) or 0.0

    # Web and email

    def visits_of(self, channel: str | None) -> Figure:
        traffic = self.book.traffic
        found = traffic[self.within(traffic["on"])]
        if channel:
            found = found[found["channel"] == channel]
        return Figure(int(found["sessions"].sum()))

    def website_visits(self) -> Figure:
        return self.visits_of(None)

    def organic_visits(self) -> Figure:
        return self.visits_of("Organic Search")

    def sends(self) -> pd.Series[Any]:
        found: pd.Series[Any] = self.book.sends[self.within(self.book.sends["on"])].drop(columns="on").sum()
        return found

    def email_open_rate(self) -> Figure:
        return ratio(self.sends()["opens"], self.sends()["delivered"])

    def email_click_through_rate(self) -> Figure:
        return ratio(self.sends()["clicks"], self.sends()["delivered"])

    # Deals

    def deals(self, channel: str | None = None) -> pd.DataFrame:
        """
        All but renewals.
        """
        found = self.book.deals[self.book.deals["kind"] != "renewal"]
        return found if channel is None else found[found["channel"] == channel]

    def win_rate(self, channel: str | None = None) -> Figure:
        closed = self.deals(channel)[self.within(self.deals(channel)["closed_on"])]
        return ratio(int(closed["is_won"].sum()), len(closed))

    def close_rate_pipeline(self) -> Figure:
        deals = self.deals()
        ended_before = deals["closed_on"].map(lambda day: is_day(day) and day < self.first).astype(bool)
        opened = (deals["created_on"] < self.first) & ~ended_before
        won = int((self.within(deals["closed_on"]) & deals["is_won"]).sum())
        return ratio(won, int(opened.sum() + self.within(deals["created_on"]).sum()))

    def sales_cycle_length(self) -> Figure:
        deals = self.book.deals
        won = deals[deals["is_won"] & self.within(deals["closed_on"])]
        days = [
            (row["closed"] - row["created"]) / pd.Timedelta(days=1)
            if pd.notna(row["closed"])
            else float((row["closed_on"] - row["created_on"]).days)
            for _, row in won.iterrows()
        ]
        counted = [length for length in days if length >= 0]
        return ratio(sum(counted), len(counted))

    def stage_duration(self) -> Figure:
        visits = self.book.visits
        visits = visits[~visits["is_closing"]]
        lengths = visits.assign(days=(visits["exited"] - visits["entered"]) / pd.Timedelta(days=1))
        stays = lengths.groupby(["deal", "stage"]).agg(
            days=("days", "sum"), last=("exited_on", "max"), inside=("exited", lambda column: column.isna().any())
        )
        counted = stays[~stays["inside"].astype(bool) & self.within(stays["last"])]
        return ratio(counted["days"].sum(), len(counted))

    # Recurring revenue

    def active(self, day: date) -> pd.DataFrame:
        rows = self.book.subscriptions
        return rows[(rows["starts_on"] <= day) & (rows["ends_on"] > day)]

    def mrr_of(self, day: date) -> pd.Series[Any]:
        """
        Account -> MRR, of those that pay on that day.
        """
        sums: pd.Series[Any] = self.active(day).groupby("account")["mrr"].sum()
        return sums[sums > 0]

    def mrr(self) -> Figure:
        return Figure(float(self.mrr_of(self.last).sum()))

    def arpa(self) -> Figure:
        paying = self.mrr_of(self.last)
        return ratio(paying.sum(), len(paying))

    def kept(self) -> tuple[pd.Series[Any], pd.Series[Any]]:
        """
        Account -> MRR at the start and at the end in what the accounts agreed to pay: a renewal at another day's rate
        is neither loss nor gain.
        """
        keys = ["account", "currency"]
        opening, closing = (self.active(day).groupby(keys)[["mrr", "original"]].sum() for day in self.balances)
        rates = opening["mrr"] / opening["original"]
        kept = (closing["original"] * rates.reindex(closing.index)).fillna(closing["mrr"])
        return opening["mrr"].groupby("account").sum(), kept.groupby("account").sum()

    def gross_mrr_churn_rate(self) -> Figure:
        before, after = self.kept()
        return ratio((before - after.reindex(before.index).fillna(0.0)).clip(lower=0).sum(), before.sum())

    def churned(self) -> tuple[int, int]:
        """
        Accounts that pay at the start and no longer at the end; accounts that pay at the start.
        """
        opening, closing = (self.mrr_of(day) for day in self.balances)
        return int((~opening.index.isin(closing.index)).sum()), len(opening)

    def customer_churn_rate(self) -> Figure:
        return ratio(*self.churned())

    def customer_lifetime_value(self) -> Figure:
        """
        ARPA over the month's churn; over that of six months where the month alone is a small sample.
        """
        lost, opening = self.churned()
        if opening < LOW_SAMPLE:
            months = [self.before(back).churned() for back in range(SMOOTHED)]
            lost, opening = (sum(column) for column in zip(*months, strict=True))
        arpa = self.arpa()
        if arpa.value is None:
            return arpa
        return ratio(arpa.value, lost / opening if opening else 0)


def is_day(value: Any) -> bool:
    return isinstance(value, date) and value is not pd.NaT


def lag(since: Any, until: Any) -> float:
    """
    Local calendar days between two dates; not a number where one is missing.
    """
    return float((until - since).days) if is_day(since) and is_day(until) else float("nan")


def ratio(numerator: Any, denominator: Any, without: str = "zero_denominator") -> Figure:
    return Figure(float(numerator) / float(denominator)) if denominator else Figure(None, without)


def per(cost: float | None, count: int) -> Figure:
    return Figure(None, "missing_input") if cost is None else ratio(cost, count)
