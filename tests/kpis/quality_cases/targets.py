"""
Targets.
"""

from __future__ import annotations

from tests.kpis.build import Row, day, instant, row
from tests.kpis.quality_cases.rows import target

TARGETS: dict[str, list[Row]] = {
    "target_kpi_unknown": [target("bad", kpi="new_lead"), target("good"), target("good quota", kpi="quota")],
    "target_member_unknown": [
        row("owners", id="005", owner_key="salesforce:005", name="Ann"),
        target("bad", dimension="owner", member="Bob"),
        target("bad dimension", dimension="moon", member="full"),
        target("bad nobody", dimension="owner"),
        target("good id", dimension="owner", member="005"),
        target("good key", dimension="owner", member="salesforce:005"),
        target("good name", dimension="owner", member="Ann"),
        target("good channel", dimension="channel", member="Partner"),
        target("good org", dimension="org"),
        target("good none"),
    ],
    "target_span_no_period": [
        target("good month"),
        target("bad month", "2026-03-01", "2026-03-30"),
        target("good february", "2028-02-01", "2028-02-29"),
        target("good week", "2026-03-02", "2026-03-08"),
        target("bad week", "2026-03-03", "2026-03-09"),
        target("good quarter", "2026-04-01", "2026-06-30"),
        target("bad quarter", "2026-03-01", "2026-05-31"),
        target("good year", "2026-01-01", "2026-12-31"),
        target("bad year", "2026-07-01", "2027-06-30"),
        target("good day", "2026-03-03", "2026-03-03"),
        row("targets", id="bad open", kpi="new_leads", value=1, starts_on=day("2026-03-01")),
    ],
    "target_without_value": [target("bad", value=None), target("good", value=0)],
    "target_share_as_percentage": [
        target("bad", kpi="win_rate", value=30),
        target("bad little", kpi="win_rate", value=5),
        target("bad baseline", kpi="win_rate", value=0.3, baseline=20),
        target("bad growth", kpi="lead_velocity_rate", value=20),
        target("good", kpi="win_rate", value=1),
        target("good growth", kpi="lead_velocity_rate", value=2),
        target("good count", kpi="new_leads", value=500),
    ],
    "target_twice": [
        target("bad one", value=1),
        target("bad other", value=2, dimension="org"),
        target("good channel", value=3, dimension="channel", member="Email"),
        target("good april", "2026-04-01", "2026-04-30", value=4),
        target("good first", "2026-05-01", "2026-05-31", value=5, changed_at=instant("2026-04-01")),
        target("good later", "2026-05-01", "2026-05-31", value=6, changed_at=instant("2026-05-01")),
    ],
}
