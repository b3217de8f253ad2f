"""
Facts: one table per kind of event, built once from the normalized tables; every KPI is computed over them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from sqlglot import exp

from connectors.errors import UserError
from kpis.sql import DIALECT, fill, output_names

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Environment:
    """
    What the organisation is and what its sources offer.

    Args:
        timezone: IANA name; days, months and years begin at its midnight.
        currency: The reporting currency, ISO.
        offered: The normalized tables that some connected source offers; the others are unknown, not empty.
        fiscal_year_start: The month in which the year begins [1 to 12].
        gross_margin: Share of revenue left after cost of goods [fraction], where nobody reports cost of goods.
        lookback_days: How long before a conversion a touch still counts [days].
    """

    timezone: str
    currency: str
    offered: frozenset[str]
    fiscal_year_start: int = 1
    gross_margin: Decimal | None = None
    lookback_days: int = 90

    def __post_init__(self) -> None:
        if not 1 <= self.fiscal_year_start <= 12:
            raise UserError(
                f"The fiscal year began in month {self.fiscal_year_start}.",
                where="organisation.fiscal_year_start",
                fix="give a month from 1 to 12",
            )


@dataclass(frozen=True)
class Statement:
    """
    One statement of the model step.

    Args:
        name: The fact table it makes.
        sql: The statement, in DuckDB's dialect.
    """

    name: str
    sql: str


@dataclass(frozen=True)
class Fact:
    """
    A fact table.

    Args:
        name: Its name, also that of its file.
        needs: Groups of normalized tables; of each group at least one must be offered.
        settings: Environment settings that its rows depend on, shown with every number made from them.
        steps: True for a step function per unit: periods compare what stood before and after.
    """

    name: str
    needs: tuple[tuple[str, ...], ...] = ()
    settings: tuple[str, ...] = ()
    steps: bool = False

    @cached_property
    def text(self) -> str:
        return (_FOLDER / f"{self.name}.sql").read_text(encoding="utf-8")

    @cached_property
    def columns(self) -> frozenset[str]:
        if self.steps:
            return frozenset(output_names(self.text)) | frozenset(output_names(STEPS_BY_PERIOD))
        return frozenset(output_names(self.text))


# What a step function did in a period, per unit: opening and closing, and the part of the change that exchange rates
# explain, found by valuing the opening amount at the closing rate of the same currency.
STEPS_BY_PERIOD = (_FOLDER / "steps_by_period.sql").read_text(encoding="utf-8")

FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact("fact_rates"),
        Fact("fact_account_records"),
        Fact("fact_deals", needs=(("opportunities",),)),
        Fact("fact_subscriptions", needs=(("subscriptions",),)),
        Fact("fact_customers", needs=(("opportunities", "subscriptions"),)),
        Fact("fact_people", needs=(("leads",),)),
        Fact("fact_accounts", needs=(("opportunities", "subscriptions"),)),
        Fact("fact_stage_visits", needs=(("stage_changes",), ("opportunities",))),
        Fact("fact_costs", needs=(("costs",),)),
        Fact("fact_web", needs=(("web_traffic",),)),
        Fact("fact_emails", needs=(("email_sends",),)),
        Fact("fact_mrr_changes", needs=(("subscriptions",),), steps=True),
        Fact("fact_orders"),
        Fact("fact_credits", settings=("lookback_days",)),
        Fact("fact_members"),
    )
}


def statements(environment: Environment) -> list[Statement]:
    """
    The statements that build every fact table, in the order they need each other.

    Args:
        environment: What the organisation is.

    Returns:
        One `create or replace table` per fact.
    """
    values: Mapping[str, object] = {
        "timezone": environment.timezone,
        "currency": environment.currency.upper(),
        "lookback_days": environment.lookback_days,
    }
    return [
        Statement(
            fact.name,
            exp.Create(
                this=exp.to_table(fact.name), kind="TABLE", replace=True, expression=fill(fact.text, values)
            ).sql(DIALECT, copy=False),
        )
        for fact in FACTS.values()
    ]
