"""
Published examples of demand: leads, what they cost, visits and e-mails.
"""

from __future__ import annotations

from datetime import date

from tests.kpis.build import Answer, Row, cost, instant, lead, row
from tests.kpis.examples.asking import Inputs, ask, filled


def qualified_lead_rate(given: Inputs) -> Answer:
    total, good = given["total_leads"], given["qualified_leads"]
    marked = instant("2026-03-20")
    rows = [lead(qualified_at=marked if place < good else None) for place in range(total)]
    return ask("qualified_lead_rate", rows, parts=(good, total))


def lead_velocity_rate(given: Inputs) -> Answer:
    rows = [lead("2026-01-01", qualified_at=instant("2026-02-10")) for _ in range(given["previous"])]
    rows += [lead("2026-01-01", qualified_at=instant("2026-03-10")) for _ in range(given["current"])]
    return ask("lead_velocity_rate", rows)


def cost_per_lead(given: Inputs) -> Answer | dict[str, Answer]:
    parts = given.get("by_channel") or [{"channel": "Paid Search", **given}]
    currency = given.get("currency", "EUR")
    rows = [cost(part["spend"], channel=part["channel"], currency=currency) for part in parts]
    rows += [lead(channel=part["channel"]) for part in parts for _ in range(part["leads"])]
    if "by_channel" not in given:
        return ask("cost_per_lead", rows, parts=(given["spend"], given["leads"]))
    with filled(rows, {"currency": currency}) as warehouse:
        return {part["channel"]: warehouse.one("cost_per_lead", by="channel", member=part["channel"]) for part in parts}


def _visits(sessions: int, on: str = "2026-03-10", channel: str = "Direct") -> Row:
    return row("web_traffic", grain="day", on=date.fromisoformat(on), channel=channel, sessions=sessions)


def website_traffic_growth_rate(given: Inputs) -> Answer:
    rows = [_visits(given["previous"], on="2026-02-10"), _visits(given["current"])]
    return ask("website_traffic_growth_rate", rows)


def organic_traffic_share(given: Inputs) -> Answer:
    organic = given["organic_visits"]
    rows = [_visits(organic, channel="Organic Search"), _visits(given["total_visits"] - organic)]
    return ask("organic_traffic_share", rows, parts=(organic, given["total_visits"]))


def visitor_to_lead_rate(given: Inputs) -> Answer:
    month = row("web_traffic", grain="month", on=date(2026, 3, 1), channel="Direct", total_users=given["visitors"])
    leads = [lead(channel="Direct") for _ in range(given["leads"])]
    return ask("visitor_to_lead_rate", [month, *leads], parts=(given["leads"], given["visitors"]))


def _send(given: Inputs) -> Row:
    counted = {name: given.get(name) for name in ("sent", "unique_opens", "unique_clicks")}
    delivered = given["sent"] - given["bounced"] if "bounced" in given else given.get("delivered")
    return row("email_sends", sent_at=instant("2026-03-10"), delivered=delivered, **counted)


def email_open_rate(given: Inputs) -> Answer:
    return ask("email_open_rate", [_send(given)])


def email_click_through_rate(given: Inputs) -> Answer:
    return ask("email_click_through_rate", [_send(given)])


def email_click_to_open_rate(given: Inputs) -> Answer:
    return ask("email_click_to_open_rate", [_send(given)])


BUILDERS = (
    qualified_lead_rate,
    lead_velocity_rate,
    cost_per_lead,
    website_traffic_growth_rate,
    organic_traffic_share,
    visitor_to_lead_rate,
    email_open_rate,
    email_click_through_rate,
    email_click_to_open_rate,
)
