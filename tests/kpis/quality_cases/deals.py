"""
Deals and their history.
"""

from __future__ import annotations

from tests.kpis.build import Row, cost, deal, instant, lead, row, touch
from tests.kpis.quality_cases.rows import OPEN, change, known, stage, web

DEALS: dict[str, list[Row]] = {
    "deal_closed_before_created": [
        deal(id="bad", created="2026-03-05", closed="2026-03-04"),
        deal(id="good same day", created="2026-03-05", closed="2026-03-05"),
        deal("open", id="good forecast", created="2026-03-05", closed="2026-03-01"),
        # 00:30 in Madrid is still the day before in UTC: the local day decides
        deal(id="good local", created="2026-03-04T23:30:00+00:00", closed="2026-03-05"),
        deal(
            id="bad minute",
            created="2026-03-05T10:01:00+00:00",
            closed=None,
            closed_at=instant("2026-03-05T10:00:00+00:00"),
        ),
        deal(id="good gone", created="2026-03-05", closed="2026-03-04", is_deleted=True),
    ],
    "deal_closed_before_its_lead": [
        lead("2026-03-10", person_key="p"),
        deal(id="bad", closed="2026-03-09", person_key="p"),
        deal(id="good", closed="2026-03-10", person_key="p"),
        deal("open", id="good forecast", closed="2026-03-09", person_key="p"),
        deal(id="good nobody's", closed="2026-03-09"),
    ],
    "deal_closed_without_date": [
        deal("lost", id="bad", closed=None),
        deal(id="good instant", closed=None, closed_at=instant("2026-03-05")),
        deal("open", id="good open", closed=None),
    ],
    "deal_close_date_far_from_history": [
        deal(id="bad", stage="won", closed="2026-03-20"),
        change("a", "bad", "won", "2026-03-10"),
        deal(id="good week", stage="won", closed="2026-03-17"),
        change("b", "good week", "won", "2026-03-10"),
        # what came after the move into the stage, a changed amount, moves nothing
        deal(id="good amount", stage="won", closed="2026-03-10"),
        change("c", "good amount", "won", "2026-03-10"),
        change("d", "good amount", "won", "2026-05-10"),
        # closed in January, opened again, closed for good in March
        deal(id="good again", stage="won", closed="2026-03-10"),
        change("e", "good again", "won", "2026-01-10"),
        change("f", "good again", "talks", "2026-02-10"),
        change("g", "good again", "won", "2026-03-11"),
    ],
    "deal_closed_in_the_future": [
        deal(id="bad", closed="2026-11-16"),
        deal(id="good today", closed="2026-11-15"),
        deal("open", id="good forecast", closed="2027-01-01"),
    ],
    "deal_won_without_amount": [
        deal(id="bad", amount=None),
        deal(id="good nothing paid", amount=0),
        deal("lost", id="good lost", amount=None),
    ],
    "deal_with_negative_amount": [
        deal(id="bad", amount=-1),
        deal("open", id="bad mrr", amount=5, mrr=-1),
        deal(id="good", amount=0, mrr=0),
        deal(id="good unknown"),
    ],
    "deal_without_creation_date": [deal(id="bad", created=None), deal(id="good")],
    "deal_won_without_account": [deal(id="bad"), known("good"), deal("open", id="good open")],
    "deal_stage_unknown": [
        stage("talks"),
        row("stages", pipeline="partners", stage="signing"),
        deal(id="bad", stage="signing", **OPEN),
        deal(id="good", stage="talks", **OPEN),
        deal(id="good untold", source="files", stage="anything", **OPEN),
        deal(id="good none", stage=None, **OPEN),
    ],
    "deal_state_differs_from_stage": [
        stage("talks"),
        row("stages", pipeline="sales", stage="won", is_closed=True, is_won=True),
        deal("lost", id="bad lost", pipeline="sales", stage="won"),
        deal("won", id="bad won", pipeline="sales", stage="talks"),
        deal("won", id="good", pipeline="sales", stage="won"),
        deal(id="good open", stage="talks", **OPEN),
    ],
    "deal_in_two_systems": [
        known("bad one", amount=500, closed="2026-03-02"),
        known("bad other", source="hubspot", amount=500, closed="2026-03-30"),
        known("good month", source="hubspot", amount=500, closed="2026-04-01"),
        known("good amount", source="hubspot", amount=501, closed="2026-03-30"),
        deal(id="good linked", account_key="best", amount=7, opportunity_key="one"),
        deal(id="good link", source="hubspot", account_key="best", amount=7, opportunity_key="one"),
    ],
    "probability_out_of_range": [
        deal(id="bad", probability=80),
        deal(id="good", probability=1),
        stage("talks", id="bad stage", probability=-0.1),
        stage("won", id="good stage", probability=0),
    ],
    "history_stage_unknown": [
        stage("talks"),
        deal(id="d", stage="talks", **OPEN),
        change("bad", "d", "gone", "2026-03-02"),
        change("good", "d", "talks", "2026-03-03"),
    ],
    "history_before_creation": [
        deal(id="d", created="2026-03-10"),
        change("bad", "d", "talks", "2026-03-09"),
        change("good", "d", "talks", "2026-03-10T01:00:00+00:00"),
    ],
    "history_of_one_instant": [
        change("bad one", "d", "talks", "2026-03-10"),
        change("bad other", "d", "offer", "2026-03-10"),
        change("good", "e", "talks", "2026-03-10"),
        change("good twice", "e", "talks", "2026-03-10"),
    ],
    "dated_in_the_future": [
        lead("2026-11-15T23:30:00+00:00", id="bad after midnight in Madrid"),
        lead("2026-11-15T22:30:00+00:00", id="good"),
        touch("2026-12-01", id="bad touch"),
        web("bad visit", "2026-11-16"),
        row("activities", id="good planned", at=instant("2026-12-01")),
        cost(5, "2026-12-01", id="good planned cost"),
    ],
    "deal_unknown": [
        change("bad", "nobody", "talks", "2026-03-01"),
        change("good", "d", "talks", "2026-03-01", opportunity_key="salesforce:d"),
        row("revenue", id="good without"),
    ],
}
