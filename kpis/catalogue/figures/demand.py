"""
Leads, visits and e-mails.
"""

from __future__ import annotations

from connectors.schema import WEB_CHANNELS
from kpis.catalogue.figures.common import BULK, DEALS, PEOPLE
from kpis.catalogue.figures.costs import media_cost
from kpis.formula import InMonths, WherePaid, choose
from kpis.measure import cohort, flow

leads = flow("new_leads", PEOPLE, at="created_on", flags=BULK)
_flagged = flow("qualified_leads", PEOPLE, at="qualified_on", flags=BULK)
_responding = flow("responding_leads", PEOPLE, at="responded_on", needs=(("leads",), ("touches",)), flags=BULK)
qualified = choose("qualified_rule", flag=_flagged, responded=_responding)
qualified_before = choose("qualified_rule", flag=_flagged.previous(), responded=_responding.previous())
lead_cohort = cohort("leads_created", PEOPLE, at="created_on", flags=BULK)
qualified_of_cohort = choose(
    "qualified_rule",
    flag=cohort(
        "qualified_in_window",
        PEOPLE,
        at="created_on",
        where="qualified_on - created_on <= :cohort_window_days and qualified_on <= :as_of",
    ),
    responded=cohort(
        "responded_in_window",
        PEOPLE,
        at="created_on",
        where="responded_on - created_on <= :cohort_window_days and responded_on <= :as_of",
        needs=(("leads",), ("touches",)),
    ),
)
paid_qualified = choose(
    "qualified_rule",
    flag=choose("cpl_leads", paid=WherePaid(_flagged, media_cost), all=_flagged),
    responded=choose("cpl_leads", paid=WherePaid(_responding, media_cost), all=_responding),
)
opportunities = flow("new_opportunities", DEALS, at="created_on")
new_business = flow("new_business_opportunities", DEALS, at="created_on", where="kind = 'new'")
visits = flow("visits", "fact_web", "sum(sessions)", at='"on"')
visits_before = visits.previous()
engaged_visits = flow("engaged_visits", "fact_web", "sum(engaged_sessions)", at='"on"')
visits_with_engagement = flow(
    "visits_with_engagement", "fact_web", "sum(sessions)", at='"on"', where="engaged_sessions is not null"
)
_channels = ", ".join(f"'{channel}'" for channel in WEB_CHANNELS)
web_leads = flow("web_leads", PEOPLE, at="created_on", where=f"channel in ({_channels})", flags=BULK)
visitors = InMonths(
    "visitors",
    flow("visitors_of_months", "fact_web", "sum(total_users)", at='"on"', where="is_of_month", empty="missing_input"),
    flow("visitors_of_days", "fact_web", "sum(total_users)", at='"on"', where="not is_of_month"),
)
organic_visits = flow("organic_visits", "fact_web", "sum(sessions)", at='"on"', where="channel = 'Organic Search'")
_all_opens = flow("unique_opens", "fact_emails", "sum(unique_opens)", at="sent_on", where="delivered is not null")
_delivered = flow("delivered", "fact_emails", "sum(delivered)", at="sent_on", where="unique_opens is not null")
_told_apart = "delivered is not null and unique_opens is not null and automated_opens is not null"
opens = choose(
    "email_opens",
    all=_all_opens,
    reliable=flow(
        "reliable_opens", "fact_emails", "sum(unique_opens - automated_opens)", at="sent_on", where=_told_apart
    ),
)
delivered_of_opens = choose(
    "email_opens",
    all=_delivered,
    reliable=flow(
        "reliably_delivered", "fact_emails", "sum(delivered - automated_opens)", at="sent_on", where=_told_apart
    ),
)
_both = "unique_opens is not null and unique_clicks is not null"
clicks_of_opens = flow("clicks_of_opened", "fact_emails", "sum(unique_clicks)", at="sent_on", where=_both)
opens_of_clicks = flow("opens_with_clicks", "fact_emails", "sum(unique_opens)", at="sent_on", where=_both)
clicks = flow("unique_clicks", "fact_emails", "sum(unique_clicks)", at="sent_on", where="delivered is not null")
delivered_of_clicks = flow(
    "delivered_with_clicks", "fact_emails", "sum(delivered)", at="sent_on", where="unique_clicks is not null"
)
paid_leads = choose("cpl_leads", paid=WherePaid(leads, media_cost), all=leads)
