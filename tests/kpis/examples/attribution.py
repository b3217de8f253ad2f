"""
Published examples of attribution: touches on the way to a won deal, credited by the model of the example.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from kpis.attribution import SHARES, Journey, markov, shapley, shapley_of_worth
from tests.kpis.build import Row, deal, lead, touch
from tests.kpis.examples.asking import Inputs, filled

MONTH = "2026-07-01"
WON_AT = datetime(2026, 7, 20, 12, tzinfo=UTC)
Credits = dict[str, float | None]


def _touches(account_key: str, names: list[str], days_before: list[float], **fields: Any) -> list[Row]:
    """
    Touches of these channels, each a campaign of its own, so many days before the deal is won.
    """
    return [
        touch(
            (WON_AT - timedelta(days=days)).isoformat(),
            account_key=account_key,
            campaign_key=f"{place} {name}",
            channel=name,
            **fields,
        )
        for place, (name, days) in enumerate(zip(names, days_before, strict=True))
    ]


def _won(account_key: str, **fields: Any) -> Row:
    return deal(account_key=account_key, closed="2026-07-20", closed_at=WON_AT, **fields)


def _credits(kpi: str, rows: list[Row], by: str, **options: Any) -> tuple[Credits, Credits]:
    """
    What the members are credited with, and what would be lost without each channel.
    """
    with filled(rows) as warehouse:
        answers = warehouse.ask(kpi, by=[by], first=MONTH, options=options)
        warehouse.facts([SHARES])
        effects = warehouse.connection.execute(
            f"select state, removal_effect from {SHARES} where revenue_source = 'customer' and level = ?", [by]
        ).fetchall()
    return {answer.member_id: answer.value for answer in answers if answer.dimension == by}, dict(effects)


def _path(given: Inputs) -> list[float | None]:
    """
    What each touch of one path is credited with.
    """
    names = given["path"]
    days_before = given.get("days_before") or [float(len(names) - 1 - place) for place in range(len(names))]
    moments = [WON_AT - timedelta(days=days) for days in days_before]
    _, lead_turn, deal_turn, *_ = given.get("milestones", [0, 0, 0])
    rows = [
        lead(created_at=moments[lead_turn], account_key="acme"),
        _won("acme", amount=given.get("value"), created_at=moments[deal_turn]),
        *_touches("acme", ["Direct" if name == given.get("direct") else name for name in names], days_before),
    ]
    # Money is kept to four decimals; the credit of a conversion itself is not rounded.
    kpi = "attributed_revenue" if "value" in given else "attributed_conversions"
    half_life = {"half_life_days": given["half_life_days"]} if "half_life_days" in given else {}
    credits, _ = _credits(kpi, rows, "campaign", attribution_model=given["model"], **half_life)
    # A touch without any credit has no row.
    return [credits.get(row["campaign_key"], 0) for table, row in rows if table == "touches"]


def _markov(given: Inputs) -> tuple[dict[str, Any], dict[str, Any]]:
    """
    By the function alone, and by accounts that walked the paths, some of which became customers.
    """
    alone = markov(Journey(walked["path"], walked["conversions"], walked["nulls"]) for walked in given["journeys"])
    rows = []
    for number, walked in enumerate(given["journeys"]):
        for place in range(walked["conversions"] + walked["nulls"]):
            key = f"a{number}-{place}"
            days_before = [float(len(walked["path"]) - turn) for turn in range(len(walked["path"]))]
            rows += _touches(key, walked["path"], days_before)
            if place < walked["conversions"]:
                rows.append(_won(key))
    credits, effects = _credits("attributed_conversions", rows, "channel", attribution_model="markov")
    found = {"conversion_probability": alone.conversion_probability}
    return (
        found | {"removal_effect": alone.removal_effect, "attributed_conversions": alone.credits},
        found | {"removal_effect": effects, "attributed_conversions": credits},
    )


def _shapley(given: Inputs) -> dict[str, float] | tuple[dict[str, float], Credits]:
    """
    From a table of worth, or from journeys: by the function alone, and by accounts whose deals bring the shares.
    """
    if "worth" in given:
        return shapley_of_worth({frozenset(names.split("+")): value for names, value in given["worth"].items()})
    alone = shapley(Journey(walked["channels"], walked["share"]) for walked in given["journeys"])
    rows = []
    for number, walked in enumerate(given["journeys"]):
        rows += _touches(f"a{number}", walked["channels"], [3.0 - turn for turn in range(len(walked["channels"]))])
        if walked["share"]:
            rows.append(_won(f"a{number}", amount=walked["share"]))
    credits, _ = _credits("attributed_revenue", rows, "channel", attribution_model="shapley")
    return alone.credits, credits


def attribution(given: Inputs) -> Any:
    """
    One answer, or a tuple of answers found in different ways.
    """
    learned = {"markov": _markov, "shapley": _shapley}
    return learned.get(given["model"], _path)(given)


BUILDERS = (attribution,)
