"""
What a person fills in to declare a KPI.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

_STRICT = ConfigDict(extra="forbid", frozen=True)


class Words(BaseModel):
    """
    One text in both languages.
    """

    model_config = _STRICT

    en: str = Field(pattern=r"\S", max_length=400, description="The text in English, up to 400 characters.")
    es: str = Field(pattern=r"\S", max_length=400, description="The text in Spanish, up to 400 characters.")


class CustomMeasure(BaseModel):
    """
    A count or a sum over the rows of one fact.
    """

    model_config = _STRICT

    fact: str = Field(description="What is counted: deals, people, activities, tickets ...")
    rule: Literal["flow", "cohort", "balance", "trailing", "standing"] = Field(
        default="flow",
        description="flow: rows whose date `at` lies in the period. cohort: the same, of which those count that got as"
        " far as `reached` within cohort_window_days of it. balance: rows that stand at an edge of the period, from"
        " `opens` to `closes`. trailing: rows of the `days` or `months` that end with the period. standing: rows from"
        " `at` until `until` that stand at its end.",
    )
    aggregate: str = Field(default="count(*)", description="count(*), sum(...) or median(...).")
    per: str | None = Field(default=None, description="account or person: counts those instead of rows.")
    at: str | None = Field(default=None, description="The date that places a row in a period.")
    until: str | None = Field(default=None, description="standing: the date from which a row stands no more.")
    reached: str | None = Field(
        default=None, description="cohort: the date of what is waited for; none counts all that began."
    )
    opens: str | None = Field(default=None, description="balance: the date from which a row stands.")
    closes: str | None = Field(default=None, description="balance: the date from which it stands no more.")
    edge: Literal["open", "close"] | None = Field(
        default=None, description="balance: open, as the period begins, or close, as it ends (default)."
    )
    days: int | None = Field(default=None, ge=1, le=3660, description="trailing: how many days.")
    months: int | None = Field(default=None, ge=1, le=120, description="trailing: how many months instead.")
    where: str | None = Field(default=None, description="Which rows count, e.g. kind = 'new' and not is_renewal.")
    empty: Literal["zero", "missing_input"] | None = Field(
        default=None, description="What a period without rows gives: zero, or no value."
    )


class CustomKpi(BaseModel):
    """
    A KPI of one's own.
    """

    model_config = _STRICT

    name: Words = Field(description='What people call it: one text, or { en = "...", es = "..." }.')
    meaning: Words = Field(description="What it says, in one sentence; one text or two.")
    formula: str = Field(
        description="+ - * / ( ) over whole numbers, own measures, built-in measures and KPIs; previous(x),"
        " year_before(x), whole(x)."
    )
    unit: Literal["count", "percent", "money", "money_per_month", "money_per_day", "days", "months", "ratio"] = Field(
        description="count, percent (a fraction, shown times 100), money, money_per_month, money_per_day, days, months"
        " or ratio."
    )
    better: Literal["higher", "lower", "none"] = Field(
        default="none", description="Which direction is good: higher, lower or none."
    )
    by: tuple[str, ...] = Field(default=(), description="What it can be cut by: channel, campaign, owner, segment ...")
    measures: dict[str, CustomMeasure] = Field(
        default_factory=dict, description="Its own measures; each has a table of its own."
    )

    @field_validator("name", "meaning", mode="before")
    @classmethod
    def _one_for_both(cls, value: Any) -> Any:
        return {"en": value, "es": value} if isinstance(value, str) else value
