"""
What custom KPIs may count: facts whose rows each stand for one thing, with the columns that are safe to read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kpis.facts import FACTS
from kpis.measure import Needs
from kpis.model import DIMENSIONS

Kind = Literal["text", "number", "money", "date", "bool"]
"""
Money is in the reporting currency.
"""

_CUSTOMERS = (("opportunities", "subscriptions"),)
_TOUCHES = (("touches",),)


@dataclass(frozen=True)
class OpenFact:
    """
    A fact that settings may name.

    Args:
        name: Its name in settings.
        rows: What one row is.
        columns: Column -> what it holds.
        column_needs: Column -> groups of normalized tables that it takes besides those of the fact.
        keep: Which rows count at all.
        keeps_unrated: True where an amount without exchange rate stands as it was, not as an unknown.
        flags: Flag -> condition of a row that raises it.
        empty: What a sum over no rows gives.
    """

    name: str
    rows: str
    columns: Mapping[str, Kind]
    column_needs: Mapping[str, Needs] = field(default_factory=dict)
    keep: str | None = None
    keeps_unrated: bool = False
    flags: tuple[tuple[str, str], ...] = ()
    empty: str = "zero"

    @property
    def table(self) -> str:
        return f"fact_{self.name}"

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(name for name in DIMENSIONS if self.columns.get(name) == "text")

    @property
    def has_currency(self) -> bool:
        """
        True where an amount may lack an exchange rate.
        """
        return "is_unconverted" in FACTS[self.table].columns

    def units(self) -> dict[str, str]:
        """
        What rows can be counted by -> its column.
        """
        of = {"account": ("account", "account_key"), "person": ("person_key",)}
        return {unit: name for unit, names in of.items() for name in names if name in self.columns}

    def needs(self, columns: frozenset[str]) -> Needs:
        """
        The normalized tables that figures over these columns take.
        """
        more = [group for name in sorted(columns) for group in self.column_needs.get(name, ())]
        return tuple(dict.fromkeys((*FACTS[self.table].needs, *more)))


def _columns(text: str = "", number: str = "", money: str = "", date: str = "", bool: str = "") -> dict[str, Kind]:
    kinds: dict[Kind, str] = {"text": text, "number": number, "money": money, "date": date, "bool": bool}
    return {name: kind for kind, names in kinds.items() for name in names.split()}


OPEN_FACTS: dict[str, OpenFact] = {
    fact.name: fact
    for fact in (
        OpenFact(
            "people",
            "one person who is or was a lead",
            _columns(
                text="account campaign channel owner person_key segment",
                date="created_on customer_on opportunity_on qualified_on responded_on",
                bool="is_bulk_import was_customer_before",
            ),
            {
                "customer_on": _CUSTOMERS,
                "was_customer_before": _CUSTOMERS,
                "opportunity_on": (("opportunities",),),
                "responded_on": _TOUCHES,
            },
            flags=(("bulk_import", "is_bulk_import"),),
        ),
        OpenFact(
            "accounts",
            "one account, with the channel and campaign of its first lead",
            _columns(text="account campaign channel owner segment", date="became_customer_on"),
        ),
        OpenFact(
            "deals",
            "one deal, open or closed; left_pipeline_on is the day from which it is open no more",
            _columns(
                text="account campaign channel current_stage kind owner person_key pipeline product segment",
                number="cycle_days cycle_days_from_lead",
                money="amount",
                date="closed_on created_on left_pipeline_on",
                bool="is_closed is_lost is_renewal is_won",
            ),
        ),
        OpenFact(
            "stage_entries",
            "one stay of a deal in a stage, from entering to leaving; days is unknown until it left",
            _columns(
                text="owner pipeline segment stage stage_label",
                number="days",
                date="entered_on left_on",
                bool="is_closed",
            ),
        ),
        OpenFact(
            "subscriptions",
            "one paid subscription; ends_on is the first day without it",
            _columns(text="account_key plan product product_name", money="mrr", date="ends_on starts_on"),
        ),
        OpenFact(
            "active_accounts",
            "one stretch of time in which an account was a customer; ends_on is the first day after it",
            _columns(text="account channel owner segment", date="ends_on starts_on"),
        ),
        OpenFact(
            "revenue",
            "one invoice or refund; those of a refund are negative",
            _columns(text="account channel owner product segment", money="amount cogs", date="on", bool="is_refund"),
            keeps_unrated=True,
        ),
        OpenFact(
            "costs",
            "one day of a cost, with its even share of the amount",
            _columns(text="campaign channel kind", money="amount", date="on"),
            empty="missing_input",
        ),
        OpenFact(
            "web",
            "the website traffic of a channel on a day",
            _columns(text="channel", number="engaged_sessions sessions", date="on"),
            keep="not is_of_month",
        ),
        OpenFact(
            "emails",
            "one mailing",
            _columns(text="campaign", number="automated_opens delivered unique_clicks unique_opens", date="sent_on"),
        ),
        OpenFact(
            "touches",
            "one contact between a campaign and a person",
            _columns(
                text="account campaign channel kind person_key team",
                date="on",
                bool="is_direct is_marketing is_response",
            ),
        ),
        OpenFact(
            "activities",
            "one call, meeting or message, or an answer to marketing (not is_activity)",
            _columns(
                text="account kind owner person_key segment team",
                date="on",
                bool="is_activity is_of_customer is_two_way",
            ),
            {"is_of_customer": _CUSTOMERS},
        ),
        OpenFact(
            "tickets",
            "one support ticket",
            _columns(text="account kind product segment", date="created_on"),
        ),
        OpenFact(
            "usage",
            "one day on which an account used a product",
            _columns(text="account product segment", date="on"),
        ),
        OpenFact(
            "onboardings",
            "one onboarding",
            _columns(
                text="account owner product segment", number="days", date="completed_on started_on", bool="is_cancelled"
            ),
        ),
        OpenFact(
            "offers",
            "one offer to an existing customer",
            _columns(text="account kind owner segment", date="accepted_on offered_on"),
        ),
        OpenFact(
            "upsells",
            "one sale of more to an existing customer",
            _columns(text="account kind owner product segment", date="on"),
        ),
        OpenFact(
            "referrals",
            "one person recommended by an account",
            _columns(text="account person_key referred_account segment", date="became_customer_on on"),
            {"became_customer_on": _CUSTOMERS},
        ),
    )
}
