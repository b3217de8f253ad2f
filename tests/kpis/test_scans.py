"""
How scans are made of parts: what may be taken together first, and what may not.
"""

from __future__ import annotations

import pytest

from kpis.engine.passes.parts import add_up, hoisted, may_count, parts, relevant
from kpis.facts import FACTS
from kpis.sql import fill
from tests.kpis.build import ALL_TABLES, Warehouse
from tests.kpis.worlds import World

FIXED = [(fact.name, unit, name) for fact in FACTS.values() for unit, names in fact.of_unit.items() for name in names]


@pytest.mark.parametrize(("fact", "unit", "dimension"), FIXED)
def test_a_unit_has_one_member_of_what_is_its_own(fact: str, unit: str, dimension: str) -> None:
    """
    What a fact says is its units' own is the same in all rows of a unit, in random companies.
    """
    for seed in range(6):
        rows = ((table, row) for table, rows in World(seed).tables.items() for row in rows)
        warehouse = Warehouse(*rows, offered=ALL_TABLES)
        warehouse.facts([fact])
        found = warehouse.connection.execute(
            f"select {unit} from {fact} where {unit} is not null group by 1"
            f" having count(distinct coalesce({dimension}, '(none)')) > 1"
        ).fetchall()
        assert not found


def test_only_days_and_sums_are_taken_in_parts() -> None:
    """
    Days can be counted one by one; other distinct values, medians and averages need all rows at once.
    """
    at = fill('"on"')
    taken = ["count(*)", "sum(amount)", 'count(distinct "on")', 'count(distinct case when is_won then "on" end)']
    whole = ["count(distinct account)", "median(days)", "avg(days)", 'count(distinct case when a then "on" else b end)']

    assert add_up(parts({fill(text): text for text in taken}, at))
    for text in whole:
        assert not add_up(parts({fill(text): "unit"}, at))


@pytest.mark.parametrize(
    ("output", "is_dropped"),
    [
        ("count(*) filter (where unit_1 > 0)", True),
        ("count(*) filter (where is_active and unit_1 >= 3)", True),
        ("count_if(unit_1 > 0)", True),
        ("count(*) filter (where unit_1 >= 0)", False),
        ("count(*) filter (where not unit_1 > 0)", False),
        ("count(*)", False),
    ],
)
def test_rows_are_left_out_where_no_unit_counts_by_being_there(output: str, is_dropped: bool) -> None:
    """
    A row that adds to nothing is left out only where units without any such row count for nothing.
    """
    found = parts({fill("count_if(is_sale)"): "unit_1"}, fill('"on"'))

    matter = relevant(found, [fill(output)])

    assert (matter is not None and matter.sql() == "is_sale") == is_dropped


def test_accounts_are_looked_up_where_they_may_count() -> None:
    """
    Whether an account pays is asked of those that fulfil everything else.
    """
    both = may_count([fill("count(*) filter (where is_active and unit_1 > 0)"), fill("count(*)")], {"is_active"})
    alone = may_count([fill("count(*) filter (where is_active)")], {"is_active"})
    either = may_count([fill("count(*) filter (where is_active or unit_1 > 0)")], {"is_active"})

    assert both is not None and both.sql() == "unit_1 > 0"
    assert alone is None and either is None


def test_what_depends_on_the_period_alone_is_computed_once() -> None:
    """
    The rest of an aggregate reads it as a column.
    """
    trees, of_period = hoisted([fill("sum(epoch(close_on + 1) - epoch(entered_at))")])

    assert [tree.sql("duckdb") for tree in trees] == ["SUM(of_period_1 - EPOCH(entered_at))"]
    assert [item.sql("duckdb") for item in of_period] == ["EPOCH(close_on + 1) AS of_period_1"]
