"""
Published examples of conversion and pipeline.
"""

from __future__ import annotations

from datetime import date, timedelta

from tests.kpis.build import Answer, Row, deal, instant, lead, row
from tests.kpis.examples.asking import Inputs, ask, filled, uneven

WON, LOST = "won", "lost"


def _opened(person: Row, created: str) -> Row:
    return deal("open", created=created, closed=None, person_key=person[1]["person_key"])


def lead_conversion_rate_period(given: Inputs) -> Answer:
    created = [lead() for _ in range(given["created_in_period"])]
    number, goal = given["converted_in_period"], given["goal"]
    if goal == "opportunity":
        # Half of those who convert in the month became known the month before.
        earlier = [lead("2026-02-10") for _ in range(number // 2)]
        converting = earlier + created[: number - len(earlier)]
        rows = [*earlier, *created, *(_opened(person, "2026-03-20") for person in converting)]
    else:
        rows = created + [deal(account_key=f"a{place}") for place in range(number)]
    parts = (number, given["created_in_period"])
    return ask("lead_conversion_rate_period", rows, parts=parts, options={"conversion_goal": goal})


def lead_conversion_rate_cohort(given: Inputs) -> Answer:
    number, goal = given["cohort_converted"], given["goal"]
    if goal == "opportunity":
        cohort = [lead() for _ in range(given["cohort_leads"])]
        rows = cohort + [_opened(person, "2026-05-05") for person in cohort[:number]]
    else:
        rows = [lead(account_key=f"a{place}") for place in range(given["cohort_leads"])]
        rows += [deal(account_key=f"a{place}", closed="2026-05-05") for place in range(number)]
    parts = (number, given["cohort_leads"])
    return ask("lead_conversion_rate_cohort", rows, parts=parts, options={"conversion_goal": goal})


def _stages(*names: str, final: str) -> list[Row]:
    """
    A pipeline: stages in order, the last one `final`, and the stage of what was lost.
    """
    rows = [
        row(
            "stages",
            pipeline="sales",
            stage=stage,
            label=stage,
            position=place,
            is_closed=stage == final,
            is_won=stage == final,
        )
        for place, stage in enumerate((*names, final))
    ]
    return [*rows, row("stages", pipeline="sales", stage=LOST, label=LOST, position=99, is_closed=True, is_won=False)]


def _member(visited: list[str], final: str) -> list[Row]:
    """
    A deal that went through these stages, won where the last is `final`, lost where it is the lost one, else open.
    """
    outcome = {final: "won", LOST: "lost"}.get(visited[-1], "open")
    made = deal(outcome, pipeline="sales", stage=visited[-1], created="2026-03-02", closed="2026-03-20")
    key = made[1]["opportunity_key"]
    changes = [
        row("stage_changes", opportunity_key=key, pipeline="sales", stage=stage, at=instant(f"2026-03-{2 + place:02d}"))
        for place, stage in enumerate(visited)
    ]
    return [made, *changes]


def funnel_stage_conversion_rate(given: Inputs) -> Answer:
    first, second = given["from"], given["to"]
    rows = _stages(first, second, final=WON)
    for place in range(given["entered"]):
        rows += _member([first, second] if place < given["advanced"] else [first], WON)
    parts = (given["advanced"], given["entered"])
    return ask("funnel_stage_conversion_rate", rows, parts=parts, by="stage", member=f"sales/{first}")


def funnel_drop_off_rate(given: Inputs) -> list[Answer]:
    *steps, final = given["steps"]
    rows = _stages(*steps, final=final)
    reached = given["reached"]
    for place in range(len(steps)):
        lost_here = reached[place] - reached[place + 1]
        rows += [line for _ in range(lost_here) for line in _member([*steps[: place + 1], LOST], final)]
    rows += [line for _ in range(reached[-1]) for line in _member(given["steps"], final)]
    with filled(rows) as warehouse:
        return [warehouse.one("funnel_drop_off_rate", by="stage", member=f"sales/{step}") for step in steps]


def win_rate(given: Inputs) -> Answer:
    won, lost = given["won"], given["lost"]
    return ask("win_rate", [deal() for _ in range(won)] + [deal("lost") for _ in range(lost)], parts=(won, won + lost))


def close_rate_created(given: Inputs) -> Answer:
    rows = [deal("open") for _ in range(given["created_in_period"])]
    # Those won in the month were created before it.
    rows += [deal(created="2026-02-01") for _ in range(given["won_in_period"])]
    return ask("close_rate_created", rows, parts=(given["won_in_period"], given["created_in_period"]))


def stage_duration(given: Inputs) -> Answer:
    rows = []
    for days in uneven(given["total_days"], given["opportunities"]):
        made = deal("open", pipeline="sales")
        for stage, on in ((given["stage"], date(2026, 3, 20) - timedelta(days=days)), ("next", date(2026, 3, 20))):
            key = made[1]["opportunity_key"]
            change = row("stage_changes", opportunity_key=key, pipeline="sales", stage=stage, at=instant(str(on)))
            rows.append(change)
        rows.append(made)
    member = f"sales/{given['stage']}"
    return ask("stage_duration", rows, by="stage", member=member, options={"statistic": given["stat"]})


def stage_age_open(given: Inputs) -> Answer:
    rows = []
    for days in given["open_days"]:
        made = deal("open", pipeline="sales", stage=given["stage"], closed=None)
        entered = f"{date(2026, 7, 1) - timedelta(days=days)}T00:00+02:00"  # Madrid's midnight; the month ends at one
        key = made[1]["opportunity_key"]
        rows += [
            made,
            row("stage_changes", opportunity_key=key, pipeline="sales", stage=given["stage"], at=instant(entered)),
        ]
    member, options = f"sales/{given['stage']}", {"statistic": given["stat"]}
    return ask("stage_age_open", rows, by="stage", member=member, first="2026-06-01", options=options)


def sales_cycle_length(given: Inputs) -> Answer:
    days = given.get("days") or uneven(given["total_days"], given["deals"])
    created = [date(2026, 3, 20) - timedelta(days=length) for length in days]
    rows = [deal(created=day.isoformat()) for day in created]
    return ask("sales_cycle_length", rows, options={"statistic": given["stat"]})


def pipeline_velocity(given: Inputs) -> Answer:
    closed = 100
    won = round(closed * given["win_rate"])
    created = str(date(2026, 3, 20) - timedelta(days=given["cycle_days"]))
    rows = [deal("open", closed=None) for _ in range(given["opportunities"])]
    rows += [deal(created=created, amount=given["average_deal"]) for _ in range(won)]
    return ask("pipeline_velocity", rows + [deal("lost") for _ in range(closed - won)])


def pipeline_coverage(given: Inputs) -> Answer:
    quota = row(
        "targets",
        kpi="quota",
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 3, 31),
        value=given["quota"],
    )
    rows = [deal("open", closed=None, amount=amount) for amount in uneven(given["pipeline"], 8)]
    return ask("pipeline_coverage", [quota, *rows], parts=(given["pipeline"], given["quota"]))


def rollup_ratio_of_sums(given: Inputs) -> Answer:
    """
    A win rate over product families is that of all their deals.
    """
    rows = [
        deal("won" if place < part["num"] else "lost", product_family=f"p{number}")
        for number, part in enumerate(given["parts"])
        for place in range(part["den"])
    ]
    return ask("win_rate", rows)


BUILDERS = (
    lead_conversion_rate_period,
    lead_conversion_rate_cohort,
    funnel_stage_conversion_rate,
    funnel_drop_off_rate,
    win_rate,
    close_rate_created,
    stage_duration,
    stage_age_open,
    sales_cycle_length,
    pipeline_velocity,
    pipeline_coverage,
    rollup_ratio_of_sums,
)
