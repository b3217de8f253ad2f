"""
Checks of the data: what each finds, what it leaves alone, and what a KPI is said to need.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from kpis import quality
from kpis.catalogue import CATALOGUE
from kpis.options import in_force
from kpis.quality import CHECKS
from kpis.quality.check import COLUMNS
from kpis.quality.needs import needs
from kpis.quality.values import placeholders
from tests.kpis.build import ALL_TABLES, TODAY, Warehouse, deal, environment, lead
from tests.kpis.quality_cases import CASES

# A row of these stands for no record: for a setting, a month, a gap.
OF_NO_RECORD = {"margin_out_of_range", "web_month_without_visitors", "web_days_missing"}


@cache
def one_warehouse():
    return Warehouse()


# Progress is reckoned over the answers of other KPIs.
OBJECTIVES = {"target_attainment", "relationship_objective_progress", "objectives_on_track_share"}


def values(margin=None, **settings):
    return placeholders(environment(**settings), TODAY, margin)


def found(check, rows=(), **given):
    """
    What a check finds: (table, source, id, what, part) of each row.
    """
    warehouse = one_warehouse()
    select = CHECKS[check].select(values(**given)).sql("duckdb")
    warehouse.connection.execute("begin")
    try:
        warehouse.add(*rows)
        return warehouse.connection.execute(select).fetchall()
    finally:
        warehouse.connection.execute("rollback")


def ids(answered):
    return sorted(row[2] for row in answered)


@pytest.mark.parametrize("check", sorted(set(CASES) - OF_NO_RECORD))
def test_finds_what_is_bad_and_nothing_else(check):
    """
    Exactly the records named bad are found, each once, with its table and the values at fault.
    """
    rows = CASES[check]
    bad = sorted((table, fields["id"]) for table, fields in rows if fields["id"].startswith("bad"))
    assert bad
    assert any(fields["id"].startswith("good") for _, fields in rows)
    answered = found(check, rows)
    assert bad == sorted((table, id) for table, _, id, *_ in answered)
    assert all(what for *_, what, _ in answered)


def test_every_check_is_tried():
    """
    Each check has a case, and each select a check.
    """
    assert set(CHECKS) == set(CASES) | OF_NO_RECORD
    assert set(CHECKS) == {file.stem for file in (Path(quality.__file__).parent / "selects").glob("*.sql")}


def test_every_check_names_kpis_that_there_are():
    """
    A KPI that a person is told of can be asked for.
    """
    named = {kpi for check in CHECKS.values() for kpi in check.kpis}
    assert set() == named - set(CATALOGUE) - OBJECTIVES


@pytest.mark.parametrize("check", CHECKS)
def test_an_empty_warehouse_is_sound(check):
    """
    Where there are no records nothing is wrong with them.
    """
    assert [] == found(check)


@pytest.mark.parametrize("check", CHECKS)
def test_speaks_spark(check):
    """
    Each select is written in Spark's SQL without a function that Spark lacks, in the same five columns.
    """
    select = CHECKS[check].select(values())
    text = select.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    read = sqlglot.parse_one(text, read="spark")
    assert set() == {function.name for function in read.find_all(exp.Anonymous)}
    assert list(COLUMNS) == list(read.named_selects) == list(select.named_selects)


def test_what_is_deleted_is_not_looked_at():
    """
    The same records, deleted, are wrong no more.
    """
    for check, rows in CASES.items():
        gone = [(table, {**fields, "is_deleted": True}) for table, fields in rows]
        assert [] == found(check, gone), check


def test_the_values_at_fault_are_told_in_local_time():
    """
    22:30 UTC is half past midnight in Madrid in summer.
    """
    bad = deal(id="bad", created="2026-07-05T22:30:00+00:00", closed="2026-07-05")
    assert [("opportunities", "salesforce", "bad", "created_at=2026-07-06 00:30:00 closed=2026-07-05", None)] == found(
        "deal_closed_before_created", [bad]
    )


@pytest.mark.parametrize(("margin", "wrong"), [("80", 1), ("-0.1", 1), ("1", 0), ("0", 0), ("0.8", 0), (None, 0)])
def test_a_margin_typed_as_a_percentage(margin, wrong):
    """
    A gross margin of the settings is a fraction from 0 to 1, or not set.
    """
    answered = found("margin_out_of_range", margin=None if margin is None else Decimal(margin))
    assert wrong == len(answered)
    assert wrong == 0 or ("settings", None, "kpis.options.gross_margin") == answered[0][:3]


def test_months_known_by_day_alone():
    """
    March has two days and no month row; April has its month row; November is not over.
    """
    answered = found("web_month_without_visitors", CASES["web_month_without_visitors"])
    assert [("web_traffic", "salesforce", "2026-03", "day_rows=2", None)] == answered


def test_a_gap_between_days():
    """
    2 and 3 March lack traffic; a month row is no day.
    """
    answered = found("web_days_missing", CASES["web_days_missing"])
    assert [("web_traffic", "salesforce", "2026-03-02", "days=2 until=2026-03-04", None)] == answered


def test_a_currency_without_rate_is_told_since_when():
    """
    Yen were spent on 1 January and the subscription of that day is in yen too: one part, from its first to last day.
    """
    parts = {part for *_, part in found("amount_without_rate", CASES["amount_without_rate"])}
    assert {"JPY 2026-01-01 … 2026-01-01", "USD 2026-03-09 … 2026-03-09", "GBP 2026-03-20 … 2026-03-20"} == parts


def test_the_reporting_currency_needs_no_rate():
    """
    What is without a rate for a company that reports in euros is fine for one that reports in yen.
    """
    rows = [deal(id="euro", amount=5), deal(id="yen", amount=5, currency="JPY")]
    assert ["yen"] == ids(found("amount_without_rate", rows))
    assert ["euro"] == ids(found("amount_without_rate", rows, currency="JPY"))


def test_an_import_of_a_day_against_the_usual():
    """
    One lead on each of five days, then 100 in one day, minutes apart: the usual day has 1.
    """
    usual = [lead(f"2026-03-0{day}T09:00:00+00:00", id=f"usual {day}") for day in range(1, 6)]
    rush = [
        lead(f"2026-03-10T{9 + minute // 60:02d}:{minute % 60:02d}:00+00:00", id=f"rush {minute:02d}")
        for minute in range(100)
    ]
    answered = found("bulk_import_suspected", [*usual, *rush])
    assert sorted(fields["id"] for _, fields in rush) == ids(answered)
    assert {"in_minute=1 in_day=100 usual_day=1"} == {what for *_, what, _ in answered}
    assert [] == found("bulk_import_suspected", [*usual, *rush[1:]])


def test_the_fiscal_year_makes_the_year_of_a_target():
    """
    Where the year begins in July, July to June is a year and January to December is none.
    """
    answered = ids(found("target_span_no_period", CASES["target_span_no_period"], fiscal_year_start=7))
    assert "good year" in answered
    assert "bad year" not in answered


def test_a_kpi_with_everything_needs_nothing():
    """
    Where every table is offered, no KPI lacks one.
    """
    for kpi in CATALOGUE.values():
        lacking = [text.en for text in needs(kpi, ALL_TABLES)]
        assert not [text for text in lacking if "option" not in text], kpi.id


def test_a_kpi_without_costs_names_the_kind():
    """
    Cost per lead is of media; the acquisition cost takes every kind.
    """
    without = ALL_TABLES - {"costs"}
    assert ["needs costs with kind media: connect a source or add costs.csv"] == told("cost_per_lead", without)
    assert ["needs costs: connect a source or add costs.csv"] == told("customer_acquisition_cost", without)


def test_costs_of_other_kinds_do_not_do():
    """
    Salaries alone give no cost per lead, though a source offers costs.
    """
    asked = "needs costs with kind media: connect a source that has them or add them to costs.csv"
    assert [asked] == told("cost_per_lead", ALL_TABLES, cost_kinds=frozenset({"salary"}))
    assert [] == told("cost_per_lead", ALL_TABLES, cost_kinds=frozenset({"media"}))
    assert [] == told("customer_acquisition_cost", ALL_TABLES, cost_kinds=frozenset({"salary"}))


def test_a_quota_is_asked_for_by_name():
    """
    Of targets, coverage takes only those of sales.
    """
    asked = "needs targets with kpi quota or won_revenue: connect a source or add targets.csv"
    assert [asked] == told("pipeline_coverage", ALL_TABLES - {"targets"})


def test_an_option_in_place_of_a_table_is_offered():
    """
    The margin comes from invoices or from the settings; once it is set nobody asks for invoices.
    """
    without = ALL_TABLES - {"revenue"}
    asked = "needs revenue: connect a source or add revenue.csv, or set gross_margin"
    assert [asked] == told("cac_payback_months", without)
    options = in_force({"gross_margin": "0.8"}, environment(offered=without))
    assert [] == told("cac_payback_months", without, options=options)


def test_one_of_several_tables_does():
    """
    A customer is known by a deal or by a subscription; only where both are missing something is needed.
    """
    assert [] == told("customer_acquisition_cost", frozenset({"opportunities", "costs"}))
    both = "needs opportunities or subscriptions: connect a source or add opportunities.csv or subscriptions.csv"
    assert [both] == told("customer_acquisition_cost", frozenset({"costs"}))


def test_only_what_the_options_ask_for_is_needed():
    """
    Touches are needed only where a response qualifies a lead.
    """
    without = ALL_TABLES - {"touches"}
    assert [] == told("new_qualified_leads", without)
    options = in_force({"qualified_rule": "responded"}, environment(offered=without))
    asked = "needs touches: connect a source or add touches.csv"
    assert [asked] == told("new_qualified_leads", without, options=options)


def test_records_read_in_part_are_told_apart():
    """
    A table that has records but was not read to the end needs no new source.
    """
    (text,) = told("new_leads", ALL_TABLES - {"leads"}, unread=frozenset({"leads"}))
    assert "needs leads: they were not read to the end; see `noria check`, then run `noria pull`" == text


def told(kpi, offered, **given):
    return [text.en for text in needs(CATALOGUE[kpi], offered, **given)]
