"""
Every number opens to its records: counting them again gives the number.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from functools import lru_cache

import pytest
import sqlglot
from sqlglot import exp

from kpis.catalogue import CATALOGUE
from kpis.engine.explain import Asked, Explanation
from kpis.formula import Number, Setting
from tests.kpis.build import ALL_TABLES, Warehouse, deal, lead, subscription
from tests.kpis.worlds import World

# A fitted model has records only where one was fitted: `tests/sync/test_lifetime.py`.
FITTED = {"customer_lifetime_value_predictive", "customer_historic_value"}
FORMULAS = tuple(kpi.id for kpi in CATALOGUE.values() if not kpi.over_kpis and kpi.id not in FITTED)


@lru_cache(maxsize=8)
def company(seed: int) -> Warehouse:
    """
    A random company, seen from long after.
    """
    rows = ((table, row) for table, rows in World(seed).tables.items() for row in rows)
    warehouse = Warehouse(*rows, offered=ALL_TABLES, gross_margin=Decimal("0.6"))
    warehouse.facts()
    return warehouse


def explained(warehouse: Warehouse, asked: Asked, **options: object) -> tuple[Explanation, dict[str, float | None]]:
    """
    An explanation and the value of each of its terms.
    """
    explanation = Explanation(asked, warehouse.environment, options)
    told = explanation.told({name: warehouse.query(select) for name, select in explanation.statements.items()})
    return explanation, {name: told.get(name, (None, None))[0] for name in explanation.terms}


@pytest.mark.parametrize("kpi", FORMULAS)
def test_recounting_the_records_gives_every_part(kpi: str) -> None:
    """
    Of March, whole and by two members of each dimension, each part of the formula is what its records add up to.
    """
    assert any(recounted(company(seed), kpi) for seed in range(11, 19))


def recounted(warehouse: Warehouse, kpi: str) -> int:
    """
    How many parts of formulas were counted again from their records.
    """
    checked, as_of, seen = 0, date(2026, 12, 31), Counter[str]()
    lag = warehouse.connection.execute("select months from fact_sales_lag").fetchall()[0][0]
    for answer in warehouse.ask(kpi, by=CATALOGUE[kpi].by, as_of=as_of):
        seen[answer.dimension] += 1
        if seen[answer.dimension] > 2:
            continue
        one = Asked(kpi, "month", answer.period_start, answer.period_end, as_of, answer.dimension, answer.member_id)
        explanation, values = explained(warehouse, one)
        if answer.value is not None:
            worked_out = eval(explanation.in_numbers(values).replace(",", ""), {"__builtins__": {}})
            assert answer.value == pytest.approx(worked_out, rel=1e-6), (one, explanation.in_numbers(values))
        for term, value in values.items():
            if value is None or isinstance(explanation.terms[term], Number | Setting):
                continue
            records = warehouse.connection.execute(explanation.records_sql(term, values, lag) or "").fetchall()
            again = explanation.recounted(term, [contribution for *_, contribution in records])
            assert value == pytest.approx(again, abs=1e-3), (one, term, records)
            assert all(table and key for table, key, *_ in records)
            checked += 1
    return checked


def test_the_formula_in_words_and_in_numbers() -> None:
    """
    Of three deals closed in March two were won.
    """
    warehouse = Warehouse(deal("won"), deal("won"), deal("lost"), deal("open", closed=None))
    warehouse.facts()
    one = Asked("win_rate", "month", date(2026, 3, 1), date(2026, 3, 31), date(2026, 11, 15))
    explanation, values = explained(warehouse, one)

    assert "won_deals / (won_deals + lost_deals)" == str(explanation.formula)
    assert "2 / (2 + 1)" == explanation.in_numbers(values)


def test_records_carry_the_key_of_the_crm() -> None:
    """
    The two leads of March are listed by the key under which the CRM knows them, with their day.
    """
    warehouse = Warehouse(lead("2026-03-02", id="a"), lead("2026-03-09", id="b"), lead("2026-04-01", id="c"))
    warehouse.facts()
    one = Asked("new_leads", "month", date(2026, 3, 1), date(2026, 3, 31), date(2026, 11, 15))
    explanation, values = explained(warehouse, one)
    records = warehouse.connection.execute(explanation.records_sql("new_leads", values) or "").fetchall()

    assert [
        ("leads", "salesforce:a", date(2026, 3, 2), 1.0),
        ("leads", "salesforce:b", date(2026, 3, 9), 1.0),
    ] == sorted(records)


def test_a_balance_opens_to_what_stands() -> None:
    """
    At the end of March acme pays 100 and globex 50; initech left on 1 March.
    """
    warehouse = Warehouse(
        subscription("acme", "2026-01-01", None, 100),
        subscription("globex", "2026-02-01", "2026-06-01", 50),
        subscription("initech", "2026-01-01", "2026-03-01", 70),
    )
    warehouse.facts()
    one = Asked("mrr", "month", date(2026, 3, 1), date(2026, 3, 31), date(2026, 11, 15))
    explanation, values = explained(warehouse, one)
    records = warehouse.connection.execute(explanation.records_sql("mrr", values) or "").fetchall()
    standing = Counter({key: amount for _, key, _, amount in records})

    assert {"acme": 100.0, "globex": 50.0} == +standing
    assert 150 == values["mrr"]


def test_the_way_to_records_speaks_spark() -> None:
    """
    What opens a number is written in Spark's SQL and parses again: counts, balances, medians, units, movements,
    credits.
    """
    warehouse = company(11)
    kpis = ("win_rate", "mrr", "onboarding_time", "engaged_account_rate", "net_new_mrr", "attributed_conversions")
    for kpi in kpis:
        one = Asked(kpi, "month", date(2026, 3, 1), date(2026, 3, 31), date(2026, 12, 31))
        explanation, values = explained(warehouse, one)
        texts = [
            *explanation.statements.values(),
            *(explanation.records_sql(term, values) for term in explanation.terms),
        ]
        for text in filter(None, texts):
            [spark] = sqlglot.transpile(text, read="duckdb", write="spark")
            assert isinstance(sqlglot.parse_one(spark, read="spark"), exp.Query)
