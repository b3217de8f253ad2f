"""
Objectives: targets that were set, against what the KPIs came to.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from connectors.errors import WrongUse
from kpis import engine
from kpis.catalogue import CATALOGUE
from kpis.engine import Question
from kpis.objectives import Objective, Span, answer, compile
from kpis.objectives.templates import TEMPLATES, history, suggestions
from tests.kpis.build import (
    ALL_TABLES,
    TODAY,
    Answer,
    Row,
    Warehouse,
    day,
    deal,
    environment,
    instant,
    lead,
    row,
    subscription,
)

ATTAINMENT, PROGRESS, SHARE = "target_attainment", "relationship_objective_progress", "objectives_on_track_share"


@pytest.fixture(scope="module")
def empty() -> Warehouse:
    return Warehouse()


@pytest.fixture
def warehouse(empty: Warehouse) -> Iterator[Warehouse]:
    """
    A warehouse that is empty again after each test.
    """
    empty.environment, empty.standing = environment(), set()
    empty.connection.begin()
    yield empty
    empty.connection.rollback()


def target(kpi: str, value: float | None, starts: str = "2026-03-01", ends: str = "2026-03-31", **fields: Any) -> Row:
    return row("targets", **{"kpi": kpi, "value": value, "starts_on": day(starts), "ends_on": day(ends)} | fields)


def year(kpi: str, value: float, **fields: Any) -> Row:
    return target(kpi, value, "2026-01-01", "2026-12-31", **fields)


def leads(*days: str) -> list[Row]:
    return [lead(on) for on in days]


def told(answer: Answer) -> tuple[float | None, float | None, float | None, str | None]:
    return answer.value, answer.numerator, answer.denominator, answer.reason


# --- attainment


def test_attainment_is_actual_by_target(warehouse: Warehouse) -> None:
    """
    3 of 4 leads: 75 %, with both parts beside it, for the KPI and, as it is the only one, for the whole.
    """
    warehouse.add(*leads("2026-03-02", "2026-03-03", "2026-03-31"), target("new_leads", 4))
    by_target = warehouse.one(ATTAINMENT, by="target", member="new_leads")

    assert told(by_target) == (0.75, 3, 4, None)
    assert (by_target.member, by_target.status, by_target.flags) == ("new_leads", "missed", "")
    assert told(warehouse.one(ATTAINMENT)) == (0.75, 3, 4, None)


def test_where_less_is_better_it_is_target_by_actual(warehouse: Warehouse) -> None:
    """
    A sales cycle of 10 days at most, done in 8: 125 %, and met.
    """
    warehouse.add(deal(created="2026-03-01", closed="2026-03-09"), target("sales_cycle_length", 10))
    answer = warehouse.one(ATTAINMENT, by="target", member="sales_cycle_length")

    assert told(answer) == (pytest.approx(1.25), 10, pytest.approx(8), None)
    assert answer.status == "met"


@pytest.mark.parametrize(
    ("aim", "reason"), [(0, "zero_denominator"), (-5, "not_applicable")], ids=["nothing", "below nothing"]
)
def test_a_target_without_size_gives_no_attainment(warehouse: Warehouse, aim: float, reason: str) -> None:
    """
    Nothing can be divided by 0, and a ratio of what lies below 0 grows the wrong way: 3 is told beside the target.
    """
    warehouse.add(*leads("2026-03-02", "2026-03-03", "2026-03-04"), target("new_leads", aim))
    answer = warehouse.one(ATTAINMENT, by="target", member="new_leads")

    assert told(answer) == (None, 3, aim, reason)
    assert answer.status == "met"


def test_nothing_of_what_should_not_be_is_met_without_a_ratio(warehouse: Warehouse) -> None:
    """
    At most 5 tickets and none came: nothing to divide by, and the target was met.
    """
    warehouse.add(target("support_tickets", 5))
    answer = warehouse.one(ATTAINMENT, by="target", member="support_tickets")

    assert (told(answer), answer.status) == ((None, 5, 0, "zero_denominator"), "met")


def test_a_kpi_without_value_passes_its_reason_on(warehouse: Warehouse) -> None:
    """
    No deal closed, so there is no win rate; leads of March still have time in April; nobody knows a KPI `sales`.
    """
    warehouse.add(lead("2026-03-02"), target("win_rate", 0.5), target("qualified_lead_rate", 0.5), target("sales", 5))
    answers = warehouse.ask(ATTAINMENT, by=["target"], as_of=date(2026, 4, 5))

    assert {a.member_id: (a.value, a.reason) for a in answers if a.dimension == "target"} == {
        "win_rate": (None, "zero_denominator"),
        "qualified_lead_rate": (None, "immature_cohort"),
        "sales": (None, "missing_input"),
    }


def test_only_the_very_period_has_an_attainment(warehouse: Warehouse) -> None:
    """
    A target of March is none of the first quarter, nor of April; one of the quarter is.
    """
    warehouse.add(lead("2026-03-02"), target("new_leads", 2), target("new_leads", 4, "2026-01-01", "2026-03-31"))

    assert told(warehouse.one(ATTAINMENT, grain="quarter")) == (0.25, 1, 4, None)
    assert told(warehouse.one(ATTAINMENT)) == (0.5, 1, 2, None)
    assert told(warehouse.one(ATTAINMENT, first="2026-04-01")) == (None, None, None, "missing_input")


def test_attainments_do_not_add_up(warehouse: Warehouse) -> None:
    """
    With two targets there is a value for each and none for the whole.
    """
    warehouse.add(lead("2026-03-02"), target("new_leads", 2), target("new_qualified_leads", 2))
    answers = warehouse.ask(ATTAINMENT, by=["target"])

    assert [(a.dimension, a.member_id, a.value, a.reason) for a in answers] == [
        ("org", "all", None, "not_applicable"),
        ("target", "new_leads", 0.5, None),
        ("target", "new_qualified_leads", 0, None),
    ]


def test_the_version_changed_last_holds(warehouse: Warehouse) -> None:
    """
    Of 10, then 2, then a deleted 1, the 2 holds.
    """
    warehouse.add(
        lead("2026-03-02"),
        target("new_leads", 2, changed_at=instant("2026-03-15")),
        target("new_leads", 10, changed_at=instant("2026-03-01")),
        target("new_leads", 1, changed_at=instant("2026-03-20"), is_deleted=True),
    )

    assert told(warehouse.one(ATTAINMENT, by="target", member="new_leads")) == (0.5, 1, 2, None)


def test_an_owner_may_be_named_in_any_way(warehouse: Warehouse) -> None:
    """
    Ana, by name, won 50 of 100; Bo, by the vendor's id, nothing of 10; Cy, by key, 20 of 10.
    """
    warehouse.add(
        *(
            row("owners", id=id, owner_key=f"salesforce:{id}", name=name)
            for id, name in (("1", "Ana"), ("2", "Bo"), ("3", "Cy"))
        ),
        deal(amount=50, owner_key="salesforce:1"),
        deal(amount=20, owner_key="salesforce:3"),
        target("won_revenue", 100, dimension="owner", member="Ana"),
        target("won_revenue", 10, dimension="owner", member="2"),
        target("won_revenue", 10, dimension="owner", member="salesforce:3"),
    )
    answers = warehouse.ask(ATTAINMENT, by=["target", "owner"])

    assert {a.member_id: (a.member, a.value) for a in answers if a.dimension == "target"} == {
        "won_revenue/owner/salesforce:1": ("won_revenue (Ana)", 0.5),
        "won_revenue/owner/salesforce:2": ("won_revenue (Bo)", 0),
        "won_revenue/owner/salesforce:3": ("won_revenue (Cy)", 2),
    }
    assert {a.member: a.value for a in answers if a.dimension == "owner"} == {"Ana": 0.5, "Bo": 0, "Cy": 2}


def test_targets_of_what_a_kpi_cannot_be_cut_by_have_no_value(warehouse: Warehouse) -> None:
    """
    Visits know no owner and no colour: both targets are listed without a value, and so is one that names nobody.
    """
    warehouse.add(
        target("website_visits", 5, dimension="owner", member="Ana"),
        target("website_visits", 5, dimension="colour", member="red"),
        target("won_revenue", 5, dimension="owner", member=None),
    )
    answers = warehouse.ask(ATTAINMENT, by=["target"])

    assert {(a.member_id, a.value, a.reason) for a in answers if a.dimension == "target"} == {
        ("website_visits/owner/Ana", None, "missing_input"),
        ("website_visits/colour/red", None, "missing_input"),
        ("won_revenue/owner/", None, "missing_input"),
    }


def test_the_running_month_is_measured_so_far(warehouse: Warehouse) -> None:
    """
    On 10 March 1 of 4 leads came, and the number says that the month is not over; what comes later does not count.
    """
    warehouse.add(*leads("2026-03-02", "2026-03-20"), target("new_leads", 4))
    answer = warehouse.one(ATTAINMENT, by="target", member="new_leads", as_of=date(2026, 3, 10))

    assert (told(answer), answer.flags) == ((0.25, 1, 4, None), "is_partial")


def test_attainment_knows_the_month_and_the_year_before(warehouse: Warehouse) -> None:
    """
    1 of 2 in March, 1 of 1 in February, 1 of 4 a year ago.
    """
    warehouse.add(
        *leads("2026-03-02", "2026-02-02", "2025-03-02"),
        target("new_leads", 2),
        target("new_leads", 1, "2026-02-01", "2026-02-28"),
        target("new_leads", 4, "2025-03-01", "2025-03-31"),
    )
    answer = warehouse.one(ATTAINMENT, by="target", member="new_leads")

    assert (answer.value, answer.previous, answer.year_before) == (0.5, 1, 0.25)


# --- progress


@pytest.mark.parametrize(
    ("won", "progress", "status"),
    [(20, 0.5, "missed"), (40, 1.5, "met"), (5, -0.25, "missed")],
    ids=["halfway", "past it", "away from it"],
)
def test_progress_runs_from_the_baseline(warehouse: Warehouse, won: float, progress: float, status: str) -> None:
    """
    From 10 to 30: 20 is half the way, 40 half as much again, 5 a quarter of it in the wrong direction.
    """
    warehouse.add(deal(amount=won), target("won_revenue", 30, baseline=10))
    answer = warehouse.one(PROGRESS, by="target", member="won_revenue")

    assert (told(answer), answer.status) == ((pytest.approx(progress), won - 10, 20, None), status)


def test_progress_downwards(warehouse: Warehouse) -> None:
    """
    A cycle of 30 days is to become one of 10; at 25 days it went a quarter of the way.
    """
    warehouse.add(deal(created="2026-03-01", closed="2026-03-26"), target("sales_cycle_length", 10, baseline=30))

    assert warehouse.value(PROGRESS, by="target", member="sales_cycle_length") == pytest.approx(0.25)


def test_a_baseline_that_is_the_target_leaves_no_way_to_go(warehouse: Warehouse) -> None:
    """
    From 3 to 3 there is nothing to divide by.
    """
    warehouse.add(lead("2026-03-02"), target("new_leads", 3, baseline=3))

    assert told(warehouse.one(PROGRESS)) == (None, -2, 0, "zero_denominator")


def test_without_a_baseline_the_period_before_is_taken(warehouse: Warehouse) -> None:
    """
    2 leads in February; 3 of 4 in March are half the way from 2 to 4. The 10 days from 11 March follow 10 days with 1
    lead; 2 of 5 are a quarter of the way.
    """
    warehouse.add(
        *leads("2026-02-10", "2026-02-28", "2026-03-05", "2026-03-12", "2026-03-13"),
        target("new_leads", 4),
        target("new_leads", 5, "2026-03-11", "2026-03-20"),
    )

    assert told(warehouse.one(PROGRESS, as_of=date(2026, 3, 31))) == (0.5, 1, 2, None)
    assert told(warehouse.one(PROGRESS, grain="day", first="2026-03-20", by="target", member=ODD)) == (0.25, 1, 4, None)


ODD = "new_leads/2026-03-11/2026-03-20"


def test_without_history_there_is_no_baseline(warehouse: Warehouse) -> None:
    """
    No deal closed in February, so nobody knows which win rate March began with; of the objective there is no value.
    """
    warehouse.add(deal("won"), deal("lost"), target("win_rate", 0.8))

    assert told(warehouse.one(PROGRESS, by="target", member="win_rate")) == (None, None, None, "zero_denominator")
    assert told(warehouse.one(SHARE)) == (None, 0, 0, "zero_denominator")


def test_a_running_year_is_seen_from_the_close_of_each_month(warehouse: Warehouse) -> None:
    """
    Of 10 leads in the year 1 came by January, 3 by February, 4 by today in March: what came later does not count.
    """
    warehouse.add(
        *leads("2026-01-05", "2026-02-05", "2026-02-06", "2026-03-02", "2026-03-25"), year("new_leads", 10, baseline=0)
    )
    answers = warehouse.ask(PROGRESS, by=["target"], first="2026-01-01", last="2026-03-01", as_of=date(2026, 3, 20))
    months = [a for a in answers if a.dimension == "target"]

    assert [(a.value, a.previous, a.flags) for a in months] == [
        (0.1, None, ""),
        (pytest.approx(0.3), 0.1, ""),
        (0.4, pytest.approx(0.3), "is_partial"),
    ]


def test_a_part_of_a_period_gives_no_growth(warehouse: Warehouse) -> None:
    """
    Churn of a year that runs would mislead, be it a year of the calendar or any 300 days; at its end it is known.
    """
    warehouse.add(
        subscription("acme", "2025-01-01", None, 100),
        subscription("left", "2025-01-01", "2026-03-10", 100),
        year("customer_churn_rate", 0.25, baseline=0.75),
        target("customer_churn_rate", 0.25, "2026-01-05", "2026-03-31", baseline=0.75),
    )
    running = warehouse.ask(PROGRESS, by=["target"], first="2026-02-01")
    over = warehouse.ask(PROGRESS, by=["target"])

    assert {a.reason for a in running if a.dimension == "target"} == {"partial_period"}
    assert [a.value for a in over if a.member_id.endswith("2026-01-05/2026-03-31")] == [0.5]


def test_objectives_of_a_month_and_a_year_stand_side_by_side(warehouse: Warehouse) -> None:
    """
    1 of 2 leads of March, and 1 of 10 of the year; in April the year stands alone and needs no other name.
    """
    warehouse.add(lead("2026-03-02"), target("new_leads", 2, baseline=0), year("new_leads", 10, baseline=0))
    march = warehouse.ask(PROGRESS, by=["target"])
    april = warehouse.one(PROGRESS, by="target", member="new_leads", first="2026-04-01")

    assert [(a.member_id, a.member, a.value) for a in march if a.dimension == "target"] == [
        ("new_leads/month", "new_leads (month)", 0.5),
        ("new_leads/year", "new_leads (year)", 0.1),
    ]
    assert (april.value, april.previous) == (0.1, 0.1)


def test_the_fiscal_year_is_a_year(warehouse: Warehouse) -> None:
    """
    Where the year begins in February, one from February on is a year, and its baseline the year before it.
    """
    warehouse.environment = environment(fiscal_year_start=2)
    warehouse.add(
        *leads("2025-02-01", "2026-01-31", "2026-02-01", "2026-02-02", "2026-02-03"),
        target("new_leads", 4, "2026-02-01", "2027-01-31"),
    )

    assert told(warehouse.one(PROGRESS, grain="year", first="2026-02-01")) == (0.5, 1, 2, None)


# --- on track


def test_on_track_is_as_far_as_time_has(warehouse: Warehouse) -> None:
    """
    On 9 April 40 of 100 days are over. Leads, 4 of 10, are on track to the day; deals, 3 of 10, are behind; the
    win rate has no value, as nothing was decided before. 1 of 2 is on track.
    """
    span = {"starts": "2026-03-01", "ends": "2026-06-08"}
    warehouse.add(
        *leads("2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"),
        *(deal("open", closed=None) for _ in range(3)),
        target("new_leads", 10, baseline=0, **span),
        target("new_opportunities", 10, baseline=0, **span),
        target("win_rate", 0.5, baseline=0, **span),
    )
    answers = warehouse.ask(SHARE, PROGRESS, by=["target"], grain="day", first="2026-04-09", as_of=date(2026, 4, 9))
    share, *progress = answers

    assert (told(share), share.flags) == ((0.5, 1, 2, None), "is_partial,low_sample")
    assert {a.member_id: a.status for a in progress if a.dimension == "target"} == {
        "new_leads": "on_track",
        "new_opportunities": "behind",
        "win_rate": None,
    }


def test_owners_answer_for_their_objectives(warehouse: Warehouse) -> None:
    """
    Ana answers for the leads of everybody, which are on track, and for her own sales, which are not; Bo's sales are his
    own, whoever looks after them.
    """
    warehouse.add(
        lead("2026-03-02"),
        deal(amount=5, owner_key="bo"),
        target("new_leads", 1, baseline=0, owner_key="ana"),
        target("won_revenue", 5, baseline=0, dimension="owner", member="ana"),
        target("won_revenue", 5, baseline=0, dimension="owner", member="bo", owner_key="ana"),
    )
    answers = warehouse.ask(SHARE, by=["owner"])

    assert {a.member_id: told(a) for a in answers} == {
        "all": (pytest.approx(2 / 3), 2, 3, None),
        "ana": (0.5, 1, 2, None),
        "bo": (1, 1, 1, None),
    }


def test_objectives_of_accounts_and_segments(warehouse: Warehouse) -> None:
    """
    An objective that names an account or a segment is told of it: 1 of 4 tickets at most, half a win rate reached.
    """
    ticket = row("tickets", created_at=instant("2026-03-02"), account_key="acme", ticket_key="t1")
    warehouse.add(
        ticket,
        row("accounts", id="acme", account_key="acme", segment="large"),
        deal("won", account_key="acme"),
        deal("lost", account_key="acme"),
        target("support_tickets", 4, dimension="account", member="acme"),
        target("win_rate", 1, dimension="segment", member="large"),
    )
    answers = warehouse.ask(ATTAINMENT, by=["account", "segment"])

    assert {(a.dimension, a.member_id): a.value for a in answers if a.dimension != "org"} == {
        ("account", "acme"): 4,
        ("segment", "large"): 0.5,
    }


# --- what is asked and answered


def test_objectives_without_targets(warehouse: Warehouse) -> None:
    """
    No target is set: no attainment, no progress, no objective with a value; no table of targets: nothing is known.
    """
    kpis = (ATTAINMENT, PROGRESS, SHARE)

    assert [told(a) for a in warehouse.ask(*kpis, by=["target"])] == [
        (None, None, None, "missing_input"),
        (None, None, None, "missing_input"),
        (None, 0, 0, "zero_denominator"),
    ]
    warehouse.environment = environment(offered=ALL_TABLES - {"targets"})
    assert [told(a) for a in warehouse.ask(*kpis)] == [(None, None, None, "missing_input")] * 3


def test_no_objective_is_set_for_objectives_nor_a_quota(warehouse: Warehouse) -> None:
    """
    A target of attainments would run in circles, and a quota is what the pipeline covers: neither is told.
    """
    warehouse.add(target(ATTAINMENT, 1), target("quota", 5))

    assert [a.dimension for a in warehouse.ask(ATTAINMENT, PROGRESS, by=["target"])] == ["org", "org"]


def test_objectives_stand_beside_other_kpis_in_the_order_asked(warehouse: Warehouse) -> None:
    """
    Each KPI is cut by what it can be cut by, and comes where it was asked.
    """
    warehouse.add(lead("2026-03-02", channel="Email"), target("new_leads", 2))
    answers = warehouse.ask(ATTAINMENT, "new_leads", SHARE, by=["target", "channel"])

    assert [(a.kpi, a.dimension, a.member_id, a.value) for a in answers] == [
        (ATTAINMENT, "org", "all", 0.5),
        (ATTAINMENT, "target", "new_leads", 0.5),
        ("new_leads", "channel", "Email", 1),
        ("new_leads", "org", "all", 1),
        (SHARE, "org", "all", 0),
    ]


def test_what_cannot_be_asked_is_refused(warehouse: Warehouse) -> None:
    """
    An unknown dimension and one that no KPI asked can be cut by are refused with the way out; the engine alone does not
    take a KPI made from others.
    """
    question = Question((ATTAINMENT,), ("month",), TODAY, TODAY, TODAY, ("chanel",))
    with pytest.raises(WrongUse, match=r"(?s)no dimension chanel.*channel"):
        answer(question, warehouse.environment, warehouse)
    with pytest.raises(WrongUse, match=r"(?s)could not be cut by channel.*target"):
        warehouse.ask(ATTAINMENT, by=["channel"])
    with pytest.raises(ValueError, match=ATTAINMENT):
        engine.compile(Question((ATTAINMENT,), ("month",), TODAY, TODAY, TODAY), warehouse.environment)


def test_periods_that_have_not_begun_are_not_told(warehouse: Warehouse) -> None:
    """
    A target of December is no answer in November.
    """
    warehouse.add(target("new_leads", 2, "2026-12-01", "2026-12-31"))

    assert warehouse.ask(ATTAINMENT, by=["target"], first="2026-12-01") == []


def test_the_same_days_of_the_month_before_have_no_objective(warehouse: Warehouse) -> None:
    """
    Asked so far, only the running month is told, beside no other: nobody set a target for half of February.
    """
    warehouse.add(
        *leads("2026-02-02", "2026-03-02"), target("new_leads", 4), target("new_leads", 4, "2026-02-01", "2026-02-28")
    )
    found = warehouse.ask(ATTAINMENT, first="2026-01-01", last="2026-03-10", as_of=date(2026, 3, 10), same_days=True)

    assert [(a.period_start, a.value, a.previous) for a in found] == [(date(2026, 3, 1), 0.25, None)]


def test_few_questions_give_many_values() -> None:
    """
    Three years of monthly targets of two KPIs are one question; a year adds one for each month's close inside it and
    one for its end.
    """
    months = [
        Objective(kpi, "org", "all", Span.running("month", date(year, month, 1), 1), has_baseline=True)
        for kpi in ("new_leads", "win_rate")
        for year in (2024, 2025, 2026)
        for month in range(1, 13)
    ]
    whole = Objective("new_leads", "org", "all", Span.running("year", date(2025, 1, 1), 1), has_baseline=True)
    question = Question((PROGRESS,), ("month",), date(2024, 1, 1), date(2026, 11, 1), TODAY)

    def questions(*objectives: Objective) -> int:
        return len(compile(question, environment(), objectives).asked)

    assert questions(*months) == 1
    assert questions(*months, whole) == 1 + 11 + 1


def test_objectives_speak_spark() -> None:
    """
    The statements are written in Spark's SQL and parse again.
    """
    aim = Objective("new_leads", "owner", "ana", Span(date(2026, 3, 1), date(2026, 4, 5)), has_baseline=False)
    question = Question((ATTAINMENT, PROGRESS, SHARE), ("month",), date(2026, 4, 1), TODAY, TODAY, ("owner",))
    compiled = compile(question, environment(), [aim])
    texts = [
        text for each in compiled.asked for text in engine.compile(each.question, environment()).statements.values()
    ]

    for text in (*texts, compiled.answer):
        [spark] = sqlglot.transpile(text, read="duckdb", write="spark")
        assert isinstance(sqlglot.parse_one(spark, read="spark"), exp.Query)


# --- templates


def test_templates_take_their_baseline_from_the_last_month(warehouse: Warehouse) -> None:
    """
    In March 1 referral came, so April is to begin from 1; nobody used a product, so its adoption has no baseline.
    """
    warehouse.add(
        lead("2026-03-05", person_key="p1"),
        row("referrals", at=instant("2026-03-05"), person_key="p1", account_key="acme"),
    )
    asked = history("month", date(2026, 4, 5))
    answers = [vars(a) for a in warehouse.ask(*asked.kpis, first=str(asked.first), as_of=asked.as_of)]
    found = {s.kpi.id: s for s in suggestions(answers, "month", date(2026, 4, 5))}

    assert list(found) == [template.kpi for template in TEMPLATES]
    assert found["referrals"].row() == {
        "kpi": "referrals",
        "dimension": "org",
        "member": None,
        "starts_on": date(2026, 4, 1),
        "ends_on": date(2026, 4, 30),
        "baseline": 1,
        "value": None,
    }
    assert found["referrals"].text.en == "Raise “Referrals”: Who is satisfied brings others."
    assert (found["product_adoption_rate"].baseline, found["product_adoption_rate"].reason) == (
        None,
        "zero_denominator",
    )


def test_every_template_is_a_kpi() -> None:
    """
    What is proposed can be computed, month by month, for the whole organisation.
    """
    for template in TEMPLATES:
        assert {"month", "quarter", "year"} <= set(CATALOGUE[template.kpi].grains)


def test_a_target_behind_the_baseline_measures_nothing(warehouse: Warehouse) -> None:
    """
    From 5 leads down to 3 is no objective where more is better: 1 lead would be called twice the progress.
    """
    warehouse.add(*leads("2026-03-02"), target("new_leads", 3, baseline=5))
    [found] = [a for a in warehouse.ask("relationship_objective_progress", by=["target"]) if a.dimension == "target"]

    assert (None, "not_applicable", None) == (found.value, found.reason, found.status)
