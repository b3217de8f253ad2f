"""
What the `:names` in the normalize files stand for, made from the mapping; words of the settings become literals.
"""

from __future__ import annotations

from collections.abc import Mapping as Words

from sqlglot import exp

from connectors.contract import Context, Expression, Placeholder
from connectors.salesforce.settings import SalesforceSettings


def placeholders(settings: SalesforceSettings, context: Context) -> Words[str, Placeholder]:
    """
    Values and expressions for the normalize files.
    """
    mapping = settings.mapping
    return {
        "self": context.name,
        "site": settings.site,
        "timezone": context.timezone,
        "reporting_currency": context.currency,
        "currency": settings.currency or context.currency,
        "qualified_statuses": mapping.qualified_statuses,
        "is_qualified_by_field": mapping.qualified_field is not None,
        "qualified_field": _column("lead", mapping.qualified_field),
        "contacts_are_leads": mapping.contacts_are_leads,
        "segment": _column("account", mapping.segment_field),
        "lead_segment": _column("lead", "Industry" if mapping.segment_field == "Industry" else None),
        "lead_channel": _words("lead", "LeadSource", mapping.channels, "Other"),
        "contact_channel": _words("contact", "LeadSource", mapping.channels, "Other"),
        "opportunity_channel": _words("deal", "LeadSource", mapping.channels, "Other"),
        "campaign_channel": _words("campaign", "Type", mapping.all_campaign_channels, "Other"),
        "campaign_cost_kind": mapping.campaign_cost_kind,
        "opportunity_kind": _words("deal", "Type", mapping.opportunity_kinds, "new", missing="new"),
        "mrr": _column("deal", mapping.mrr_field),
        "subscription_starts": _column("deal", mapping.subscription_starts_field),
        "subscription_ends": _column("deal", mapping.subscription_ends_field),
        "team": _words("owner", "Department", mapping.teams, None),
    }


def _column(table: str, name: str | None) -> Expression:
    return Expression(_field(table, name).sql("duckdb") if name else "null")


def _field(table: str, name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=table)


def _words(table: str, name: str, words: Words[str, str], other: str | None, missing: str | None = None) -> Expression:
    """
    A case expression from a field's words to ours; `other` for words not listed, `missing` for none.
    """
    field = _field(table, name)
    case = exp.Case().when(field.copy().is_(exp.null()), _literal(missing))
    for word, meaning in words.items():
        same = exp.EQ(this=exp.Lower(this=field.copy()), expression=exp.Literal.string(word.lower()))
        case = case.when(same, _literal(meaning))
    return Expression(case.else_(_literal(other)).sql("duckdb"))


def _literal(value: str | None) -> exp.Expression:
    # A bare null has no type, and a column of nothing else would become an integer.
    return exp.cast(exp.null(), "varchar") if value is None else exp.Literal.string(value)
