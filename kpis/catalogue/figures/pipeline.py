"""
Deals: won, lost, open, and how long they take.
"""

from __future__ import annotations

from typing import Any

from kpis.catalogue.figures.common import DEALS, NO_RATE, duration
from kpis.formula import Choice, Formula, choose
from kpis.measure import Measure, Standing, Trailing, balance, flow, money

# Pipeline: renewals are no new business. Rates are of deals, or of their amounts.


def _of_deals(name: str, at: str, where: str, **more: Any) -> Choice:
    summed = flow(f"{name}_amount", DEALS, "sum(amount)", at=at, where=where, faults=NO_RATE, **more)
    return choose("close_rate_by", count=flow(name, DEALS, at=at, where=where, **more), amount=summed)


WON = "is_won and not is_renewal"
won = _of_deals("won_deals", "closed_on", WON)
# without a creation date a deal is in no opening pipeline: the share may be too high, and says so
won_of_pipeline = _of_deals(
    "won_deals_of_pipeline", "closed_on", WON, flags={"missing_created_at": "not is_renewal and created_on is null"}
)
lost = _of_deals("lost_deals", "closed_on", "is_lost and not is_renewal")
created = _of_deals("created_deals", "created_on", "not is_renewal")
_STANDING: dict[str, Any] = {"opens": "created_on", "closes": "left_pipeline_on", "where": "not is_renewal"}
open_at_start = choose(
    "close_rate_by",
    count=balance("deals_open_at_start", DEALS, edge="open", **_STANDING),
    amount=balance("amount_open_at_start", DEALS, "sum(amount)", edge="open", faults=NO_RATE, **_STANDING),
)
open_deals = balance("open_deals", DEALS, edge="close", **_STANDING)
open_amount = balance("open_new_business", DEALS, "sum(amount)", edge="close", faults=NO_RATE, **_STANDING)
open_amount_of_all = balance(
    "open_amount",
    DEALS,
    "sum(amount)",
    opens="created_on",
    closes="left_pipeline_on",
    edge="close",
    faults=NO_RATE,
)
all_created = flow("deals_created", DEALS, at="created_on")
won_amount = money("won_amount", DEALS, at="closed_on", where="is_won")


def _quota(name: str, where: str) -> Measure:
    """
    The even share of the targets that falls into the period.
    """
    days = "date_diff('day', greatest(starts_on, period_start), least(ends_on, period_end)) + 1"
    return flow(
        name,
        "fact_quotas",
        f"sum(per_day * ({days}))",
        at="known_on",
        rule=Standing("forgotten_on"),
        where=f"{where} and starts_on <= period_end and ends_on >= period_start",
        empty="missing_input",
    )


quota = _quota("quota", "not is_of_owner")
quota_of_owner = _quota("quota_of_owner", "is_of_owner")

# The speed of the pipeline: one filter and one look-back for all its parts
RECENT = Trailing("velocity_days", "day")


def _recent(name: str, aggregate: str, where: str, **more: Any) -> Measure:
    return flow(name, DEALS, aggregate, at="closed_on", where=f"not is_renewal and {where}", rule=RECENT, **more)


recently_won = _recent("recently_won", "count(*)", "is_won")
recently_closed = _recent("recently_closed", "count(*)", "is_closed")
# an unknown amount is no amount of 0: the average is of those that are known
recently_valued = _recent("recently_won_with_amount", "count(*)", "is_won and original_amount is not null")
recent_amount = _recent("recently_won_amount", "sum(amount)", "is_won", faults=NO_RATE)
recent_days = _recent("recent_cycle_days", "sum(cycle_days)", "is_won and cycle_days >= 0")
recent_cycles = _recent("recent_cycles", "count(*)", "is_won and cycle_days >= 0")
# what the win rate was over months, to read growth of leads by
won_in_months = flow("won_deals_of_months", DEALS, at="closed_on", where=WON)
closed_in_months = flow("closed_deals_of_months", DEALS, at="closed_on", where="is_closed and not is_renewal")


def _cycle(word: str, where: str) -> Formula:
    return choose(
        "sales_cycle_start",
        opportunity=duration(f"{word}_cycle", DEALS, "cycle_days", at="closed_on", where=where),
        lead=duration(f"{word}_cycle_from_lead", DEALS, "cycle_days_from_lead", at="closed_on", where=where),
    )


sales_cycle = choose("sales_cycle_scope", won=_cycle("won", "is_won"), all_closed=_cycle("closed", "is_closed"))
_AGE = "(epoch(cast(close_on + 1 as timestamp) at time zone :timezone) - epoch(entered_at)) / 86400.0"
_INSIDE: dict[str, Any] = {"at": "entered_on", "rule": Standing("left_on"), "where": "not is_closed"}
stage_age = choose(
    "statistic",
    mean=flow("open_stage_days", "fact_stage_entries", f"sum({_AGE})", **_INSIDE)
    / flow("open_stage_visits", "fact_stage_entries", **_INSIDE),
    median=flow("median_open_stage_days", "fact_stage_entries", f"median({_AGE})", empty="zero_denominator", **_INSIDE),
)
stage_length = choose(
    "stage_length",
    cumulative=duration("stage_stay", "fact_stage_visits", "cumulative_days", at="left_on", where="true"),
    latest=duration("last_stage_stay", "fact_stage_visits", "latest_days", at="left_on", where="true"),
)
