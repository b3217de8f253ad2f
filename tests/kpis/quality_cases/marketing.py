"""
Web traffic, e-mail, campaigns.
"""

from __future__ import annotations

from tests.kpis.build import Row, cost, day, row
from tests.kpis.quality_cases.rows import sent, web

MARKETING: dict[str, list[Row]] = {
    "email_opens_over_delivered": [
        sent("bad", delivered=10, unique_opens=11),
        sent("bad delivered", sent=9, delivered=10),
        sent("bad machines", delivered=10, unique_opens=3, automated_opens=4),
        sent("good", sent=10, delivered=10, unique_opens=10, automated_opens=10),
        sent("good unknown", unique_opens=11),
    ],
    "email_clicks_over_opens": [
        sent("bad", unique_opens=2, unique_clicks=3),
        sent("good", unique_opens=3, unique_clicks=3),
        sent("good unknown", unique_clicks=3),
    ],
    "negative_count": [
        sent("bad", sent=-1),
        web("bad visit", "2026-03-01", sessions=5, new_users=-1),
        row("product_usage", id="bad use", events=-1),
        sent("good", sent=0),
        web("good visit", "2026-03-01"),
    ],
    "web_engaged_over_sessions": [
        web("bad", "2026-03-01", sessions=5, engaged_sessions=6),
        web("good", "2026-03-01", sessions=5, engaged_sessions=5),
        web("good unknown", "2026-03-01", engaged_sessions=5),
    ],
    "web_month_without_visitors": [
        web("a", "2026-03-01"),
        web("b", "2026-03-02"),
        web("c", "2026-04-01"),
        web("d", "2026-04-01", "month"),
        web("e", "2026-11-01"),
    ],
    "web_days_missing": [
        web("a", "2026-03-01"),
        web("b", "2026-03-01", channel="Email"),
        web("c", "2026-03-04"),
        web("d", "2026-03-05"),
        web("e", "2026-05-01", "month"),
    ],
    "campaign_ends_before_start": [
        row("campaigns", id="bad", starts_on=day("2026-03-02"), ends_on=day("2026-03-01")),
        row("campaigns", id="good", starts_on=day("2026-03-02"), ends_on=day("2026-03-02")),
    ],
    "campaign_unknown": [
        cost(5, id="bad", campaign_id="gone"),
        cost(5, id="good", campaign_id="ads", campaign_key="ads"),
    ],
}
