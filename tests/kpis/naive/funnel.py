"""
How far the deals and the leads of a period got.
"""

from __future__ import annotations

from datetime import date

from tests.kpis.naive.common import Fields, Result, pick, ratio
from tests.kpis.naive.entities import Naive
from tests.kpis.naive.history import followed, visits

LEAD_STAGES = ("lead", "qualified", "opportunity", "customer")


def answer(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result | None:
    if kpi not in ("funnel_stage_conversion_rate", "funnel_drop_off_rate"):
        return None
    if not naive.offers("leads") and not naive.offers("stages", "stage_changes", "opportunities"):
        return None, "missing_input"
    here = further = lost = 0
    for row in naive.of(naive.once("funnel", _rows), dimension, member):
        if naive.inside(row["on"], start, end):
            here += 1
            further += row["is_further"]
            lost += row["is_lost_here"]
    return ratio(further if kpi == "funnel_stage_conversion_rate" else lost, here)


def _rows(naive: Naive) -> list[Fields]:
    """
    One row per member and stage it reached, the last stage of its pipeline left out.
    """
    found: list[Fields] = []
    for member in [*_deals(naive), *_people(naive)]:
        seen = {place for place, days in enumerate(member["seen"]) if any(d and d <= naive.as_of for d in days)}
        furthest = max(seen, default=0)
        if naive.options["funnel"] == "strict":
            furthest = 0
            while furthest + 1 in seen:
                furthest += 1
        for place, stage in enumerate(member["stages"][:-1]):
            if place <= furthest:
                # of a person only its deals tell a loss, so there is none before them
                may_be_lost = member["pipeline"] != "leads" or stage == "leads/opportunity"
                is_lost_here = place == furthest and member["is_lost"] and may_be_lost
                found.append(member | {"stage": stage, "is_further": place < furthest, "is_lost_here": is_lost_here})
    return found


def _deals(naive: Naive) -> list[Fields]:
    """
    Deals, with the days on which each of the stages of their pipeline was seen.
    """
    found: list[Fields] = []
    for deal in naive.deals:
        source, changes = followed(naive, deal)
        records = [r for r in deal["records"] if r["source"] == source]
        pipeline = changes[-1]["pipeline"] if changes else pick(records, "pipeline")
        stages = [
            s
            for s in naive.rows("stages")
            if (s["source"], s["pipeline"]) == (source, pipeline) and not (s["is_closed"] and not s["is_won"])
        ]
        stages.sort(key=lambda s: (bool(s["is_won"]), s["position"] is None, s["position"], s["stage"]))
        if deal["is_renewal"] or not stages:
            continue
        own = [v for v in visits(naive) if v["deal"] is deal and v["pipeline"] == pipeline]
        seen = [[v["entered_on"] for v in own if v["name"] == s["stage"]] for s in stages]
        for place, stage in enumerate(stages):
            if deal["is_won"] and (stage["is_won"] or stage is stages[-1]):
                seen[place] = [
                    deal["closed_on"] or deal["created_on"]
                ]  # an earlier win that was reopened does not count
            elif pick(records, "stage") == stage["stage"] and not seen[place]:
                seen[place].append(deal["created_on"])
        found.append(
            {name: deal[name] for name in ("channel", "campaign", "owner", "segment")}
            | {
                "on": deal["created_on"],
                "pipeline": pipeline,
                "stages": ["/".join(word for word in (pipeline, s["stage"]) if word) for s in stages],
                "seen": seen,
                "is_lost": _is_lost(naive, deal),
            }
        )
    return found


def _is_lost(naive: Naive, deal: Fields) -> bool:
    return bool(deal["is_closed"] and not deal["is_won"] and deal["left_on"] and deal["left_on"] <= naive.as_of)


def _people(naive: Naive) -> list[Fields]:
    found: list[Fields] = []
    for person in naive.people:
        if person["was_customer"]:
            continue
        days = [person[f"{event}_on"] for event in ("created", "qualified", "opportunity", "customer")]
        deals = [d for d in naive.deals if d["person"] == person["key"]]
        has_ended = bool(deals) and all(d["left_on"] and d["left_on"] <= naive.as_of for d in deals)
        at_opportunity = bool(days[2] and days[2] <= naive.as_of) and not (days[3] and days[3] <= naive.as_of)
        found.append(
            {name: person[name] for name in ("channel", "campaign", "owner", "segment")}
            | {
                "on": person["created_on"],
                "pipeline": "leads",
                "stages": [f"leads/{stage}" for stage in LEAD_STAGES],
                "seen": [[day] for day in days],
                "is_lost": has_ended and at_opportunity,
            }
        )
    return found
