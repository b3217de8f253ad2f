"""
Stages, speed and coverage of the pipeline, worked out by hand.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.kpis.build import Warehouse, day, deal, instant, lead, row


def test_an_unknown_amount_is_no_amount_of_nothing() -> None:
    """
    Two deals won within 10 days, one of 100 and one of an unknown amount, one open: an average ticket of 100, all won,
    1 × 100 × 1 / 10 a day.
    """
    warehouse = Warehouse(
        deal(closed="2026-03-11", amount=100), deal(closed="2026-03-11", amount=None), deal("open", None, "2026-03-20")
    )

    assert warehouse.value("pipeline_velocity") == pytest.approx(10)


def test_a_running_month_is_held_against_its_whole_quota() -> None:
    """
    On the 15th there are 600 open; the target of March is 310, that of April, which has not begun, 300.
    """
    warehouse = Warehouse(
        deal("open", None, "2026-03-01", amount=600),
        *(
            row("targets", kpi="quota", starts_on=day(first), ends_on=day(last), value=value)
            for first, last, value in (("2026-03-01", "2026-03-31", 310), ("2026-04-01", "2026-04-30", 300))
        ),
    )

    assert warehouse.value("pipeline_coverage", as_of=date(2026, 3, 15)) == pytest.approx(600 / 310)
    assert warehouse.value(
        "pipeline_coverage", grain="quarter", first="2026-01-01", as_of=date(2026, 3, 15)
    ) == pytest.approx(600 / 310)


def test_a_closed_deal_without_a_date_is_in_no_stage() -> None:
    """
    Closed, though nobody told when: it ended where it began. The open one entered on 2 March and is 30 days old.
    """
    closed = deal("lost", None, "2026-03-01")
    open_one = deal("open", None, "2026-03-01")
    warehouse = Warehouse(
        closed,
        open_one,
        *(
            row(
                "stage_changes",
                opportunity_key=each[1]["opportunity_key"],
                stage="demo",
                at=instant("2026-03-01T23:00"),
            )
            for each in (closed, open_one)
        ),
    )

    answer = warehouse.one("stage_age_open")
    assert answer.denominator == 1
    # to the midnight after 31 March, less the hour of the change to summer time
    assert answer.value == pytest.approx(30 - 1 / 24)


def test_a_cycle_from_the_lead_begins_with_a_lead_of_the_same_account() -> None:
    """
    One record of Ada names acme, but her own record, which is believed, names bolt: the cycle of a deal with acme does
    not begin with her.
    """
    own = lead("2026-01-01", id="ada", account_key="bolt")
    other = lead("2025-06-01", source="hubspot", id="h1", account_key="acme")
    other[1]["person_key"] = own[1]["person_key"]
    warehouse = Warehouse(own, other, deal(created="2026-03-01", closed="2026-03-11", account_key="acme"))

    assert warehouse.value("sales_cycle_length", options={"sales_cycle_start": "lead"}) == 10


def test_a_deal_climbs_the_stages_that_its_history_tells() -> None:
    """
    Its record in HubSpot is gone and the one in Salesforce is not told by stages; the history still says that it got
    from the first of three stages to the second.
    """
    sale = deal("open", None, "2026-03-02", id="o1")
    stages = [
        row("stages", source="hubspot", pipeline="default", stage=stage, position=number, is_won=stage == "won")
        for number, stage in enumerate(("demo", "offer", "won"))
    ]
    change = {"source": "hubspot", "pipeline": "default", "opportunity_key": sale[1]["opportunity_key"]}
    warehouse = Warehouse(
        sale,
        *stages,
        row("stage_changes", **change, stage="demo", at=instant("2026-03-02")),
        row("stage_changes", **change, stage="offer", at=instant("2026-03-09")),
    )

    assert warehouse.value("funnel_stage_conversion_rate", by="stage", member="default/demo") == 1
    assert warehouse.value("funnel_stage_conversion_rate", by="stage", member="default/offer") == 0
