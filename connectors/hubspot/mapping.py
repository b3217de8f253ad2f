"""
What the `:names` in the normalize files stand for: this portal's words, as SQL.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from connectors.contract import Context, Expression, Placeholder
from connectors.hubspot.settings import HubSpotSettings

OTHER = "Other"
# Salesforce's alphabet for the three letters that make a case-sensitive id of 15 safe where case is lost.
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
# Months that one payment of a recurring line item covers.
_MONTHS = {
    "weekly": "12.0 / 52",
    "biweekly": "12.0 / 26",
    "monthly": "1",
    "quarterly": "3",
    "per_six_months": "6",
    "annually": "12",
    "per_two_years": "24",
    "per_three_years": "36",
    "per_four_years": "48",
    "per_five_years": "60",
}


def placeholders(settings: HubSpotSettings, context: Context) -> Mapping[str, Placeholder]:
    """
    The settings as placeholders.
    """
    mapping = settings.mapping
    starts, ends = mapping.subscription_starts_property, mapping.subscription_ends_property
    return {
        "channel": _words("hs_analytics_source", mapping.channels, OTHER),
        "latest_channel": _words("hs_latest_source", mapping.channels, OTHER),
        "campaign_channel": _campaign_channel(mapping.campaign_channels),
        "deal_kind": _words("dealtype", mapping.deal_kinds, None),
        "mrr": _column(mapping.mrr_property),
        "segment": _column(mapping.segment_property),
        "product_family": _column(mapping.product_family_property),
        "subscription_starts_on": _day(starts),
        "subscription_ends_on": _day(ends),
        "qualified_at": _entered(mapping.qualified_stage),
        "became_customer_at": _entered(mapping.customer_stage),
        "team": _team(mapping.teams),
        "months_per_payment": _months(),
        "contacts_are_leads": mapping.contacts_are_leads,
        "salesforce_source": mapping.salesforce_connector,
        "salesforce_account_id": Expression(salesforce_id("salesforceaccountid")),
        "salesforce_person_id": Expression(
            f"coalesce({salesforce_id('salesforcecontactid')}, {salesforce_id('salesforceleadid')})"
        ),
        "salesforce_opportunity_id": Expression(salesforce_id("hs_salesforceopportunityid")),
        "salesforce_case_id": Expression(salesforce_id("salesforcecaseid")),
        "timezone": context.timezone,
        "reporting_currency": context.currency,
    }


def salesforce_id(column: str) -> str:
    """
    A Salesforce id in its form of 18 characters, which HubSpot's sync stores in 15 or 18; null where none is stored.
    """
    letters = []
    for chunk in range(3):
        bits = " + ".join(
            f"case when substr({column}, {5 * chunk + place + 1}, 1) between 'A' and 'Z' then {2**place} else 0 end"
            for place in range(5)
        )
        letters.append(f"substr('{_ALPHABET}', 1 + {bits}, 1)")
    made = " || ".join([column, *letters])
    return f"case when length({column}) = 15 then {made} else nullif({column}, '') end"


def _column(name: str) -> Expression:
    return Expression(exp.column(name, quoted=True).sql(dialect="duckdb"))


def _day(name: str | None) -> Expression:
    # A date comes as YYYY-MM-DD, an instant begins with it.
    return Expression(f"try_cast(substr({_column(name).sql}, 1, 10) as date)" if name else "cast(null as date)")


def _entered(stage: str) -> Expression:
    new, old = (_column(name).sql for name in (f"hs_v2_date_entered_{stage}", f"hs_lifecyclestage_{stage}_date"))
    return Expression(f"coalesce({new}, {old})")  # portals of before 2025 may fill only the older one


def _words(column: str, words: Mapping[str, str], other: str | None) -> Expression:
    case = exp.Case()
    for word, meaning in words.items():
        found = exp.func("lower", exp.column(column)).eq(exp.Literal.string(word.lower()))
        case = case.when(found, exp.Literal.string(meaning))
    if other is not None:
        case = case.when(exp.column(column).is_(exp.null()).not_(), exp.Literal.string(other))
    return Expression(case.sql(dialect="duckdb"))


def _campaign_channel(words: Mapping[str, str]) -> Expression:
    case = exp.Case()
    for word, channel in words.items():
        named = [
            exp.func("lower", exp.column(name)).eq(exp.Literal.string(word.lower())) for name in ("hs_utm", "hs_name")
        ]
        case = case.when(exp.or_(*named), exp.Literal.string(channel))
    return Expression(case.sql(dialect="duckdb") if words else "cast(null as varchar)")


def _team(words: Mapping[str, str]) -> Expression:
    case = exp.Case()
    for word, team in words.items():
        holds = exp.func("strpos", exp.func("lower", exp.column("team_names")), exp.Literal.string(word.lower()))
        case = case.when(exp.GT(this=holds, expression=exp.Literal.number(0)), exp.Literal.string(team))
    return Expression(case.sql(dialect="duckdb"))


def _months() -> Expression:
    whens = " ".join(f"when '{word}' then {months}" for word, months in _MONTHS.items())
    return Expression(f"case lower(recurringbillingfrequency) {whens} end")
