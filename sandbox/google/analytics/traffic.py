"""
The visits that the played property saw, and how many people they were.

Sessions add up; people do not. A person who came on three days of a month is one user of that month, so users of a
longer span are derived from the month's own figures, never by summing days.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sandbox.vendor import Record, Records

# Where a record names no source: what usually stands behind the channel.
_SOURCES = {
    "Direct": "(direct)",
    "Organic Search": "google",
    "Paid Search": "google",
    "Cross-network": "google",
    "Display": "google",
    "Organic Social": "linkedin.com",
    "Paid Social": "linkedin",
    "Email": "newsletter",
    "Referral": "partner.example",
    "Organic Video": "youtube.com",
    "Paid Video": "youtube.com",
    "Affiliates": "affiliate.example",
    "AI Assistant": "chatgpt.com",
}
_RETURNING = 0.7  # users of a month per sum of its daily users, where the records do not say


@dataclass(frozen=True, slots=True)
class Visits:
    """
    One day's visits of one channel, source, medium and campaign.
    """

    on: date
    channel: str
    source: str
    medium: str
    campaign: str
    sessions: int
    engaged: int
    users: int
    new_users: int
    key_events: float

    @property
    def month(self) -> str:
        return f"{self.on:%Y%m}"

    def dimension(self, name: str) -> str:
        """
        The value of a dimension, as a report shows it.
        """
        match name:
            case "date":
                return f"{self.on:%Y%m%d}"
            case "yearMonth":
                return self.month
            case "month":
                return f"{self.on:%m}"
            case "year":
                return f"{self.on:%Y}"
            case "sessionDefaultChannelGroup":
                return self.channel
            case "sessionSource":
                return self.source
            case "sessionMedium":
                return self.medium
            case "sessionSourceMedium":
                return f"{self.source} / {self.medium}"
            case "sessionCampaignName":
                return self.campaign
        raise KeyError(name)


class Traffic:
    """
    All visits of the property.

    Args:
        records: `web_traffic` (date, sessionDefaultChannelGroup, sessionMedium, sessionCampaignName, sessions,
            engagedSessions, users, newUsers, keyEvents; sessionSource if known), `web_users_month` (yearMonth,
            sessionDefaultChannelGroup, totalUsers) and `web_users_month_total` (yearMonth, totalUsers).
    """

    def __init__(self, records: Records) -> None:
        self.visits = [_visits(row) for row in records.get("web_traffic", [])]
        self._months = {_month(row): int(row["totalUsers"]) for row in records.get("web_users_month_total", [])}
        self._channels = {
            (_month(row), str(row["sessionDefaultChannelGroup"])): int(row["totalUsers"])
            for row in records.get("web_users_month", [])
        }
        self._rows: Counter[str] = Counter()
        self._channel_rows: Counter[tuple[str, str]] = Counter()
        self._daily_sum: Counter[tuple[str, str]] = Counter()
        days: defaultdict[str, set[date]] = defaultdict(set)
        for visits in self.visits:
            key = visits.month, visits.channel
            self._rows[visits.month] += 1
            self._channel_rows[key] += 1
            self._daily_sum[key] += visits.users
            days[visits.month].add(visits.on)
        self._days = {month: len(found) for month, found in days.items()}
        for month, channel in self._daily_sum:
            guess = round(self._daily_sum[month, channel] * _RETURNING)
            self._channels.setdefault((month, channel), guess)

    def users(self, visits: Sequence[Visits]) -> int:
        """
        Distinct people behind some visits.

        A day counts its visits' users; a whole month (of one channel, or of all) has the month's own figure; what lies
        between lies between. Over several months a person counts where first seen.
        """
        months: defaultdict[str, list[Visits]] = defaultdict(list)
        for one in visits:
            months[one.month].append(one)
        counts = {month: self._users_of_month(month, rows) for month, rows in sorted(months.items())}
        if not counts:
            return 0
        first = min(counts)
        later = sum(
            min(count, sum(one.new_users for one in months[month])) for month, count in counts.items() if month != first
        )
        return max(max(counts.values()), counts[first] + later)

    def _users_of_month(self, month: str, rows: list[Visits]) -> int:
        daily: Counter[date] = Counter()
        channels: Counter[str] = Counter()
        for one in rows:
            daily[one.on] += one.users
            channels[one.channel] += 1
        if len(daily) == 1:
            return sum(daily.values())
        if len(rows) == self._rows[month] and month in self._months:
            return self._months[month]
        if len(channels) == 1 and len(rows) == self._channel_rows[month, rows[0].channel]:
            return self._channels[month, rows[0].channel]
        # Part of a month: the longer the span and the more channels in it, the more people are met again.
        share = (len(daily) - 1) / max(self._days[month] - 1, 1)
        expected = sum(one.users * self._fewer(month, one.channel) ** share for one in rows)
        known = [channel for at, channel in self._daily_sum if at == month]
        if len(channels) > 1 and month in self._months:
            apart = sum(self._channels[month, channel] for channel in known)
            overlap = min(self._months[month] / apart, 1.0) if apart else 1.0
            expected *= overlap ** (share * (len(channels) - 1) / (len(known) - 1))
        return int(min(max(round(expected), *daily.values()), sum(daily.values())))

    def _fewer(self, month: str, channel: str) -> float:
        total = self._daily_sum[month, channel]
        return min(self._channels[month, channel] / total, 1.0) if total else 1.0


def total(visits: Iterable[Visits], metric: str) -> float:
    """
    A metric that adds up.
    """
    match metric:
        case "sessions":
            return sum(one.sessions for one in visits)
        case "engagedSessions":
            return sum(one.engaged for one in visits)
        case "newUsers":
            return sum(one.new_users for one in visits)
        case "keyEvents":
            return float(sum(one.key_events for one in visits))
    raise KeyError(metric)


def _visits(row: Record) -> Visits:
    channel = str(row["sessionDefaultChannelGroup"])
    return Visits(
        on=_date(row["date"]),
        channel=channel,
        source=str(row.get("sessionSource") or _SOURCES.get(channel, "(not set)")),
        medium=str(row.get("sessionMedium") or "(not set)"),
        campaign=str(row.get("sessionCampaignName") or "(not set)"),
        sessions=int(row.get("sessions") or 0),
        engaged=int(row.get("engagedSessions") or 0),
        users=int(row.get("users") or 0),
        new_users=int(row.get("newUsers") or 0),
        key_events=float(row.get("keyEvents") or 0),
    )


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _month(row: Record) -> str:
    return str(row["yearMonth"]).replace("-", "")[:6]
