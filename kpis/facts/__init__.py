"""
Facts: one table per kind of event, built once from the normalized tables; every KPI is computed over them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

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
        attribution_model: How a conversion is split over the touches that led to it.
        half_life_days: After how many days a touch is worth half under time decay [days].
    """

    timezone: str
    currency: str
    offered: frozenset[str]
    fiscal_year_start: int = 1
    gross_margin: Decimal | None = None
    lookback_days: int = 90
    attribution_model: str = "auto"
    half_life_days: int = 7

    def __post_init__(self) -> None:
        if not 1 <= self.fiscal_year_start <= 12:
            raise UserError(
                f"The fiscal year began in month {self.fiscal_year_start}.",
                where="organisation.fiscal_year_start",
                fix="give a month from 1 to 12",
            )


def replaced(environment: Environment, changes: Mapping[str, Any]) -> Environment:
    """
    The same organisation with other policies.
    """
    return replace(environment, **changes)


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
        reads: Facts it is made of that depend on the same settings.
        levels: Dimension -> the `level` whose rows tell it, where a fact tells one thing at several; `org` for the
            dimensions that are not named. Rows of the level `all` are of every one.
        record: SQL of the table and of the key of the record that a row tells of, for those who want to see it.
        is_large: True where there are so many rows that what takes memory by their number goes year by year.
        of_unit: Column that units are counted by -> the dimensions in which each of its values has but one member.
        monthly_of: The step function whose movements it is, netted month by month; it has no table of its own.
    """

    name: str
    needs: tuple[tuple[str, ...], ...] = ()
    settings: tuple[str, ...] = ()
    steps: bool = False
    reads: tuple[str, ...] = ()
    levels: Mapping[str, str] = field(default_factory=dict)
    record: tuple[str, str] = ("'accounts'", "account")
    is_large: bool = False
    of_unit: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    monthly_of: str | None = None

    @property
    def has_table(self) -> bool:
        """
        False for a fact that is only made while a question is answered.
        """
        return self.monthly_of is None

    @cached_property
    def text(self) -> str:
        return (_FOLDER / f"{self.name}.sql").read_text(encoding="utf-8")

    @cached_property
    def columns(self) -> frozenset[str]:
        if self.monthly_of:
            return frozenset(output_names(MOVEMENTS_BY_MONTH))
        if self.steps:
            return frozenset(output_names(self.text)) | frozenset(output_names(STEPS_BY_PERIOD))
        return frozenset(output_names(self.text))


# What a step function did in a period, per unit: opening and closing, and the part of the change that exchange rates
# explain, found by valuing the opening amount at the closing rate of the same currency.
STEPS_BY_PERIOD = (_FOLDER / "steps_by_period.sql").read_text(encoding="utf-8")
MOVEMENTS_BY_MONTH = (_FOLDER / "movements_by_month.sql").read_text(encoding="utf-8")

_SEGMENT = {"account": ("segment",)}
_BY_PRODUCT = {"org": "account", "product": "product"}
_BY_CAMPAIGN = {"org": "channel", "campaign": "campaign"}

FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact("fact_rates"),
        Fact("fact_account_records"),
        Fact("fact_person_accounts"),
        Fact(
            "fact_deals",
            record=("'opportunities'", "opportunity_key"),
            needs=(("opportunities",),),
            of_unit=_SEGMENT,
        ),
        Fact("fact_sales_lag", needs=(("opportunities",),)),
        Fact("fact_subscriptions", record=("'subscriptions'", "source || ':' || id"), needs=(("subscriptions",),)),
        Fact("fact_customers", record=("'accounts'", "account_key"), needs=(("opportunities", "subscriptions"),)),
        Fact("fact_people", record=("'leads'", "person_key"), needs=(("leads",),)),
        Fact("fact_accounts", needs=(("opportunities", "subscriptions"),)),
        Fact(
            "fact_stage_entries",
            record=("'opportunities'", "opportunity_key"),
            needs=(("stage_changes",), ("opportunities",)),
        ),
        Fact(
            "fact_stage_visits",
            record=("'opportunities'", "opportunity_key"),
            needs=(("stage_changes",), ("opportunities",)),
        ),
        Fact("fact_costs", record=("'costs'", "cost_key"), needs=(("costs",),)),
        Fact("fact_web", record=("'web_traffic'", "row_key"), needs=(("web_traffic",),)),
        Fact("fact_emails", record=("'email_sends'", "send_key"), needs=(("email_sends",),)),
        Fact("fact_mrr_changes", needs=(("subscriptions",),), steps=True, levels=_BY_PRODUCT),
        Fact("fact_mrr_movements", needs=(("subscriptions",),), levels=_BY_PRODUCT, monthly_of="fact_mrr_changes"),
        Fact("fact_active_accounts", needs=(("opportunities", "subscriptions"),)),
        Fact("fact_lost_accounts", needs=(("subscriptions",), ("costs",))),
        Fact(
            "fact_upsells",
            record=("record_table", "record_key"),
            needs=(("opportunities", "subscriptions"),),
            of_unit={"account": ("owner", "segment")},
        ),
        Fact("fact_usage", needs=(("product_usage",), ("subscriptions",)), of_unit=_SEGMENT),
        Fact(
            "fact_activities",
            record=("record_table", "record_key"),
            needs=(("activities",),),
            is_large=True,
            of_unit=_SEGMENT,
        ),
        Fact("fact_tickets", record=("'tickets'", "ticket_key"), needs=(("tickets",),), of_unit=_SEGMENT),
        Fact("fact_onboardings", record=("'onboardings'", "onboarding_key"), needs=(("onboardings",),)),
        Fact("fact_offers", record=("'offers'", "offer_key"), needs=(("offers",),)),
        Fact("fact_referrals", record=("'referrals'", "referral_key"), needs=(("referrals",),)),
        Fact("fact_revenue", record=("'revenue'", "revenue_key"), needs=(("revenue",),)),
        Fact("fact_funnel", record=("case when kind = 'deal' then 'opportunities' else 'leads' end", "member_key")),
        Fact(
            "fact_orders",
            record=("case when revenue_source = 'won' then 'opportunities' else 'revenue' end", "order_key"),
            of_unit=_SEGMENT,
        ),
        Fact("fact_campaigns"),
        Fact("fact_touches", record=("'touches'", "touch_key"), needs=(("touches",),)),
        Fact("fact_conversions"),
        Fact("fact_paths", settings=("lookback_days", "half_life_days")),
        Fact("fact_transitions", settings=("lookback_days",)),
        Fact("attribution_shares"),
        Fact(
            "fact_credits",
            record=("record_table", "record_key"),
            settings=("lookback_days", "attribution_model", "half_life_days"),
            reads=("fact_paths",),
            levels=_BY_CAMPAIGN,
        ),
        Fact(
            "fact_marketing_orders",
            record=("record_table", "record_key"),
            needs=(("opportunities",), ("touches", "leads")),
            settings=("lookback_days",),
            reads=("fact_paths",),
        ),
        Fact(
            "fact_campaign_returns",
            record=("'campaigns'", "campaign"),
            needs=(("costs",),),
            settings=("lookback_days", "attribution_model", "half_life_days", "gross_margin"),
            reads=("fact_credits",),
        ),
        Fact("fact_lifetime", needs=(("subscriptions", "opportunities", "revenue"),)),
        Fact("fact_members"),
        Fact("fact_targets", record=("'targets'", "target_key"), needs=(("targets",),)),
        Fact("fact_quotas", record=("'targets'", "target_key"), needs=(("targets",),)),
    )
}


def _values(environment: Environment) -> dict[str, object]:
    return {
        "timezone": environment.timezone,
        "currency": environment.currency.upper(),
        "lookback_days": environment.lookback_days,
        "attribution_model": environment.attribution_model,
        "half_life_days": environment.half_life_days,
        "gross_margin": environment.gross_margin,
        "offers_subscriptions": "subscriptions" in environment.offered,
    }


def statements(environment: Environment) -> list[Statement]:
    """
    The statements that build every fact table, in the order they need each other.

    Args:
        environment: What the organisation is.

    Returns:
        One `create or replace table` per fact.
    """
    values = _values(environment)
    return [
        Statement(
            fact.name,
            exp.Create(
                this=exp.to_table(fact.name), kind="TABLE", replace=True, expression=fill(fact.text, values)
            ).sql(DIALECT, copy=False),
        )
        for fact in FACTS.values()
        if fact.has_table
    ]


def shadows(
    environment: Environment, options: Mapping[str, object], wanted: Iterable[str]
) -> list[tuple[str, exp.Expression]]:
    """
    Facts that have to be made anew for one question, since it asks with other options than they were built with.

    Args:
        environment: What the facts were built with.
        options: The options in force.
        wanted: Names of facts that the question reads.

    Returns:
        Name and select of each, in the order they need each other.
    """
    built = _values(environment)
    changed = {name for name in built if name in options and options[name] != built[name]}
    values = {**built, **{name: options[name] for name in changed}}
    found: list[tuple[str, exp.Expression]] = []
    needed = set(wanted)
    for fact in reversed(FACTS.values()):
        if fact.name in needed and changed & set(fact.settings):
            found.append((fact.name, fill(fact.text, values)))
            needed |= set(fact.reads)
    return found[::-1]
