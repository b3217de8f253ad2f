"""
A company of any size in a warehouse of its own, with its facts.
"""

from __future__ import annotations

import time
from datetime import date
from functools import lru_cache
from pathlib import Path

from connectors.schema import TABLES
from sync import facts
from sync.settings import Settings, build
from sync.warehouse import Warehouse

AS_OF = date(2026, 11, 15)
FIRST, LAST = date(2023, 12, 1), date(2026, 11, 15)
"""
The 36 months that are asked for; the last one is running.
"""
THREADS = 2
_ROWS = (Path(__file__).parent / "company.sql").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """
    Those of the company: a margin is known, so that every KPI has what it needs.
    """
    stated = {
        "organisation": {"timezone": "Europe/Madrid", "currency": "EUR"},
        "kpis": {"options": {"gross_margin": 0.7, "revenue_source": "won"}},
    }
    return build(stated, Path())


def warehouse(folder: Path) -> Warehouse:
    """
    The warehouse as the product opens it, with the product's own bound of memory.
    """
    return Warehouse(folder / "company.duckdb", settings().warehouse.memory)


def fill(folder: Path, rows: int) -> None:
    """
    Write the normalized tables.

    Args:
        rows: Opportunities, and as many leads.
    """
    with warehouse(folder).open(threads=THREADS) as session:
        for table in TABLES.values():
            columns = ", ".join(f'"{column.name}" {column.type.value}' for column in table.columns)
            session.execute(f"create table {table.name} ({columns})")
        session.execute(_ROWS.replace("{rows}", str(rows)))
        session.remember("offered", ",".join(TABLES))


def build_facts(folder: Path) -> float:
    """
    Build every fact as a run does.

    Returns:
        Time it took [s].
    """
    began = time.perf_counter()
    with warehouse(folder).open(threads=THREADS) as session:
        facts.build(session, settings(), AS_OF)
    return time.perf_counter() - began
