"""
Leads, visits and e-mails.
"""

from __future__ import annotations

from datetime import date, timedelta

from connectors.schema import WEB_CHANNELS
from tests.kpis.naive.common import DAY, Fields, Result, months_before, ratio
from tests.kpis.naive.entities import Naive
from tests.kpis.naive.spend import is_media, spent, touched
from tests.kpis.naive.sums import before, is_running, known, less, over

WEB = (
    "website_visits",
    "organic_visits",
    "organic_traffic_share",
    "website_traffic_growth_rate",
    "website_engagement_rate",
)
EMAIL = ("email_open_rate", "email_click_through_rate", "email_click_to_open_rate")
LEADS = ("new_leads", "new_qualified_leads", "qualified_lead_rate", "lead_velocity_rate")


def answer(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result | None:
    if kpi in LEADS:
        if not naive.offers("leads"):
            return None, "missing_input"
        return _leads(naive, kpi, start, end, naive.of(naive.people, dimension, member))
    if kpi in ("cost_per_lead", "cost_per_qualified_lead"):
        if not naive.offers("leads", "costs"):
            return None, "missing_input"
        anchor = "created_on" if kpi == "cost_per_lead" else qualified(naive)
        return _cost_per(naive, anchor, start, end, dimension, member)
    if kpi in ("new_opportunities", "new_business_opportunities"):
        if not naive.offers("opportunities"):
            return None, "missing_input"
        deals = [d for d in naive.deals if kpi == "new_opportunities" or d["kind"] == "new"]
        return known(naive.count(naive.of(deals, dimension, member), "created_on", start, end))
    if kpi in WEB:
        return (
            _web(naive, kpi, start, end, dimension, member) if naive.offers("web_traffic") else (None, "missing_input")
        )
    if kpi == "visitor_to_lead_rate":
        if not naive.offers("web_traffic", "leads"):
            return None, "missing_input"
        people = [p for p in naive.of(naive.people, dimension, member) if p["channel"] in WEB_CHANNELS]
        return ratio(naive.count(people, "created_on", start, end), _visitors(naive, start, end, dimension, member))
    if kpi in EMAIL:
        return (
            _emails(naive, kpi, start, end, dimension, member)
            if naive.offers("email_sends")
            else (None, "missing_input")
        )
    return None


def qualified(naive: Naive) -> str:
    """
    Which day of a person says when it qualified.
    """
    return "responded_on" if naive.options["qualified_rule"] == "responded" else "qualified_on"


def within(naive: Naive, people: list[Fields], outcome: str, start: date, end: date) -> Result:
    """
    Of the people created in the period, the share that got there inside the window.
    """
    window = naive.options["cohort_window_days"]
    if end + timedelta(days=window) >= naive.as_of:
        return None, "immature_cohort"
    born = [p for p in people if naive.inside(p["created_on"], start, end)]
    done = [
        p for p in born if p[outcome] and (p[outcome] - p["created_on"]).days <= window and p[outcome] <= naive.as_of
    ]
    return ratio(len(done), len(born))


def _leads(naive: Naive, kpi: str, start: date, end: date, people: list[Fields]) -> Result:
    if kpi == "new_leads":
        return known(naive.count(people, "created_on", start, end))
    if kpi == "qualified_lead_rate":
        return within(naive, people, qualified(naive), start, end)
    now = known(naive.count(people, qualified(naive), start, end))
    if kpi == "new_qualified_leads":
        return now
    if is_running(naive, start, end):
        return None, "partial_period"
    return growth(now, known(naive.count(people, qualified(naive), *before(start, end))))


def growth(now: Result, previous: Result) -> Result:
    if previous[0] == 0:
        return None, "no_prior_period"
    return over(less(now, previous), previous)


def _cost_per(naive: Naive, anchor: str, start: date, end: date, dimension: str, member: str) -> Result:
    people = naive.of(naive.people, dimension, member)
    if dimension == "org" and naive.options["cpl_leads"] == "paid":
        paid = touched(naive, start, end, is_media)
        people = [p for p in people if p["channel"] in paid]
    return over(spent(naive, start, end, is_media, dimension, member), known(naive.count(people, anchor, start, end)))


def _web(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result:
    days = [w for w in naive.of(naive.rows("web_traffic"), dimension, member) if w["grain"] == "day"]
    visits = _sessions(naive, days, start, end)
    organic = _sessions(naive, [w for w in days if w["channel"] == "Organic Search"], start, end)
    if kpi == "website_visits":
        return known(visits)
    if kpi == "organic_visits":
        return known(organic)
    if kpi == "organic_traffic_share":
        return ratio(organic, visits)
    if kpi == "website_engagement_rate":
        rows = [w for w in days if w["engaged_sessions"] is not None and naive.inside(w["on"], start, end)]
        return ratio(sum(w["engaged_sessions"] for w in rows), sum(w["sessions"] or 0 for w in rows))
    if is_running(naive, start, end):
        return None, "partial_period"
    return growth(known(visits), known(_sessions(naive, days, *before(start, end))))


def _sessions(naive: Naive, rows: list[Fields], start: date, end: date) -> int:
    return sum(w["sessions"] or 0 for w in rows if naive.inside(w["on"], start, end))


def _visitors(naive: Naive, start: date, end: date, dimension: str, member: str) -> int:
    rows = [
        w
        for w in naive.of(naive.rows("web_traffic"), dimension, member)
        if w["total_users"] is not None and naive.inside(w["on"], start, end)
    ]
    months = [w for w in rows if w["grain"] == "month"]
    is_month = start.day == 1 and months_before(start, -1) - DAY == end
    if is_month and months:
        return sum(w["total_users"] for w in months)
    return sum(w["total_users"] for w in rows if w["grain"] == "day")


def _emails(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result:
    sends = [e | {"campaign": e["campaign_key"]} for e in naive.rows("email_sends")]
    sends = [e for e in naive.of(sends, dimension, member) if naive.inside(naive.local(e["sent_at"]), start, end)]
    top, bottom = {
        "email_open_rate": ("unique_opens", "delivered"),
        "email_click_through_rate": ("unique_clicks", "delivered"),
        "email_click_to_open_rate": ("unique_clicks", "unique_opens"),
    }[kpi]
    machines = kpi == "email_open_rate" and naive.options["email_opens"] == "reliable"
    stated = (top, bottom, "automated_opens") if machines else (top, bottom)
    sends = [e for e in sends if all(e[name] is not None for name in stated)]
    removed = sum(e["automated_opens"] for e in sends) if machines else 0
    return ratio(sum(e[top] for e in sends) - removed, sum(e[bottom] for e in sends) - removed)
