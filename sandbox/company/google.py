"""
What web analytics saw: visits by day, channel, medium and campaign, and how many people they were by month.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

from sandbox.company.draw import stream
from sandbox.company.market import OnAir
from sandbox.company.model import World
from sandbox.vendor import Record, Records

_VISITS_PER_LEAD = 55
# channel -> medium, share of the visits, share of engaged ones
_CHANNELS = {
    "Organic Search": ("organic", 0.41, 0.62),
    "Direct": ("(none)", 0.18, 0.55),
    "Paid Search": ("cpc", 0.13, 0.52),
    "Paid Social": ("paid_social", 0.08, 0.38),
    "Referral": ("referral", 0.07, 0.66),
    "Organic Social": ("social", 0.05, 0.5),
    "Email": ("email", 0.04, 0.7),
    "Display": ("display", 0.03, 0.25),
    "Unassigned": ("(not set)", 0.01, 0.4),
}
_SLUMP_DAYS = 18  # a release once broke the sitemap


def records(world: World) -> Records:
    """
    `web_traffic`, `web_users_month` and `web_users_month_total`.
    """
    rng, calendar = stream(world.seed, "web"), world.calendar
    on_air = OnAir(world)
    converted = Counter((lead.created_at.date(), lead.channel) for lead in world.people if lead.is_lead)
    monthly = sum(lead.is_lead for lead in world.people) / len(calendar.months) * _VISITS_PER_LEAD
    slump = calendar.months[14] + timedelta(days=9)
    rows: list[Record] = []
    day = calendar.start
    while day <= calendar.until:
        level = monthly / 30 * calendar.level(day) / 1.2 * (0.45 if day.weekday() > 4 else 1.15)
        for channel, (medium, share, engaged) in _CHANNELS.items():
            visits = level * share
            if channel == "Organic Search" and slump <= day < slump + timedelta(days=_SLUMP_DAYS):
                visits *= 0.5
            campaigns = [campaign.utm for campaign in on_air.on(channel, day)]
            for name in campaigns or [_unnamed(channel)]:
                won = converted.pop((day, channel), 0)
                row = _row(rng, day, channel, medium, name, visits / max(len(campaigns), 1), engaged, won)
                if row["sessions"]:
                    rows.append(row)
        day += timedelta(days=1)
    return {"web_traffic": rows, **_people(rng, rows)}


def _unnamed(channel: str) -> str:
    return {"Organic Search": "(organic)", "Direct": "(direct)", "Referral": "(referral)"}.get(channel, "(not set)")


def _row(
    rng: Random, day: date, channel: str, medium: str, campaign: str, expected: float, engaged: float, leads: int
) -> Record:
    sessions = max(int(expected * rng.uniform(0.7, 1.3) + rng.random()), leads)
    users = max(round(sessions * rng.uniform(0.84, 0.96)), 1) if sessions else 0
    return {
        "date": day.isoformat(),
        "sessionDefaultChannelGroup": channel,
        "sessionMedium": medium,
        "sessionCampaignName": campaign,
        "sessions": sessions,
        "engagedSessions": max(min(round(sessions * engaged * rng.uniform(0.85, 1.15)), sessions), leads),
        "users": users,
        "newUsers": round(users * rng.uniform(0.55, 0.75)),
        "keyEvents": leads + (1 if rng.random() < sessions * 0.004 else 0),
    }


def _people(rng: Random, rows: list[Record]) -> Records:
    """
    People of a month: fewer than its daily users, and of all channels fewer than the channels' sum.
    """
    daily: Counter[tuple[str, str]] = Counter()
    fewest: Counter[tuple[str, str]] = Counter()
    for row in rows:
        key = (row["date"][:7].replace("-", ""), row["sessionDefaultChannelGroup"])
        daily[key] += row["users"]
        fewest[key] = max(fewest[key], row["users"])
    channels: list[Record] = []
    totals: Counter[str] = Counter()
    most: Counter[str] = Counter()
    for (month, channel), users in daily.items():
        people = max(round(users * rng.uniform(0.68, 0.8)), fewest[month, channel])
        channels.append({"yearMonth": month, "sessionDefaultChannelGroup": channel, "totalUsers": people})
        totals[month] += people
        most[month] = max(most[month], people)
    return {
        "web_users_month": channels,
        "web_users_month_total": [
            {"yearMonth": month, "totalUsers": max(round(people * 0.9), most[month])}
            for month, people in totals.items()
        ],
    }
