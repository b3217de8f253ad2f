"""
Existing customers: what more they buy, whom they bring, how they use, ask and begin.
"""

from __future__ import annotations

from typing import Any

from kpis.catalogue.figures.common import ORDERS, by_source, duration
from kpis.formula import choose
from kpis.measure import Trailing, balance, cohort, flow

ACTIVE = "fact_active_accounts"
active_at_start = balance("active_accounts_at_start", ACTIVE, opens="starts_on", closes="ends_on", edge="open")
active_at_end = balance("active_accounts", ACTIVE, opens="starts_on", closes="ends_on", edge="close")

# Sales of more to accounts that were customers when the period began
_BUYERS: dict[str, Any] = {"at": '"on"', "per": "account", "where": "was_active and sales > 0"}
upsold = flow("accounts_with_upsell", "fact_upsells", units={"sales": "count_if(kind = 'upsell')"}, **_BUYERS)
cross_sold = flow(
    "accounts_with_cross_sell", "fact_upsells", units={"sales": "count_if(kind = 'cross_sell')"}, **_BUYERS
)
_ACCEPTED = "accepted_on - offered_on <= :cohort_window_days and accepted_on <= :as_of"
upsell_offers = cohort("upsell_offers", "fact_offers", at="offered_on", where="kind = 'upsell'")
upsell_accepted = cohort(
    "upsell_offers_accepted", "fact_offers", at="offered_on", where=f"kind = 'upsell' and {_ACCEPTED}"
)
cross_sell_offers = cohort("cross_sell_offers", "fact_offers", at="offered_on", where="kind = 'cross_sell'")
cross_sell_accepted = cohort(
    "cross_sell_offers_accepted", "fact_offers", at="offered_on", where=f"kind = 'cross_sell' and {_ACCEPTED}"
)
_WINDOW = Trailing("repeat_months", "month")
_DAYS = {"days": 'count(distinct "on")'}


def _buyers(name: str, where: str) -> Any:
    kept = "is_sale and (given_back_on is null or given_back_on > :as_of)"
    return by_source(
        lambda word, source, needs: flow(
            f"{name}_{word}",
            ORDERS,
            at='"on"',
            rule=_WINDOW,
            per="account",
            units={"days": f'count(distinct case when {source} and {kept} then "on" end)'},
            where=where,
            needs=needs,
        )
    )


buyers = _buyers("buyers", "days > 0")
repeat_buyers = _buyers("repeat_buyers", "days > 1")

# Referrals
referred = flow("referred_leads", "fact_referrals", at='"on"', per="person_key", units={"times": "count(*)"})
referred_customers = flow(
    "referred_customers",
    "fact_referrals",
    at="became_customer_on",
    per="referred_account",
    units={"referrals": 'count_if("on" <= became_customer_on)'},
    where="referrals > 0",
)

# Engagement
ACTIVITIES = "fact_activities"
interactions = flow("interactions", ACTIVITIES, at='"on"', where="is_of_customer")
reached_accounts = flow("accounts_reached", ACTIVITIES, at='"on"', per="account", units={"seen": "count(*)"})
_TWO_WAY = {
    "marketing": "count_if(is_two_way and team = 'marketing')",
    "sales": "count_if(is_two_way and team = 'sales')",
    "any_team": "count_if(is_two_way)",
}
engaged = choose(
    "engagement_teams",
    both=flow(
        "engaged_accounts",
        ACTIVITIES,
        at='"on"',
        per="account",
        units=_TWO_WAY,
        where="is_active and marketing > 0 and sales > 0",
    ),
    any=flow(
        "accounts_engaged_by_any_team",
        ACTIVITIES,
        at='"on"',
        per="account",
        units=_TWO_WAY,
        where="is_active and any_team > 0",
    ),
)
activities = flow("activities", ACTIVITIES, at='"on"', where="is_activity")

# Use, tickets, onboarding
adopters = flow(
    "adopting_accounts",
    "fact_usage",
    at='"on"',
    rule=Trailing("adoption_days", "day"),
    per="account",
    units=_DAYS,
    where="is_active and days >= :adoption_uses",
)
# of a product, by those who pay for it; `close_on` is the end of the period
_ENTITLED = "entitled_from <= close_on and (entitled_until is null or entitled_until > close_on)"
adopters_of_product = flow(
    "accounts_adopting_product",
    "fact_usage",
    at='"on"',
    rule=Trailing("adoption_days", "day"),
    per="account",
    units={"days": f'count(distinct case when {_ENTITLED} then "on" end)'},
    where="days >= :adoption_uses",
)
tickets = flow("tickets", "fact_tickets", at="created_on")
tickets_of_accounts = flow("tickets_of_accounts", "fact_tickets", at="created_on", where="account is not null")
ticketing_accounts = flow(
    "accounts_with_ticket", "fact_tickets", at="created_on", per="account", units={"tickets": "count(*)"}
)
ONBOARDING = "fact_onboardings"
onboarding_length = duration("onboarding", ONBOARDING, "days", at="completed_on", where="true")
onboardings_started = flow("onboardings_started", ONBOARDING, at="started_on")
onboardings_completed = flow("onboardings_completed", ONBOARDING, at="completed_on")
onboarding_cohort = cohort("onboardings_begun", ONBOARDING, at="started_on")
onboarded = cohort(
    "completed_in_window",
    ONBOARDING,
    at="started_on",
    where="completed_on - started_on <= :cohort_window_days and completed_on <= :as_of",
)
