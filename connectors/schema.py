"""
The normalized tables: the one place that states them.

DDL, documentation, file templates and validation are all printed from `TABLES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """
    What a column may hold; the value is the DuckDB type that stores it.
    """

    TEXT = "VARCHAR"
    INSTANT = "TIMESTAMPTZ"  # `_at`: a UTC instant
    DATE = "DATE"  # `_on`: a calendar date, never shifted by a time zone
    MONEY = "DECIMAL(18,4)"
    NUMBER = "DOUBLE"
    INTEGER = "BIGINT"
    BOOLEAN = "BOOLEAN"


@dataclass(frozen=True)
class Column:
    """
    A column of a normalized table.

    Args:
        name: Its name, also the header in a file.
        type: What it holds.
        values: The words it may hold, where they are few.
        added: True for columns that the model step fills (keys, flags); a file does not carry them.
    """

    name: str
    type: Type
    values: tuple[str, ...] = ()
    added: bool = False


@dataclass(frozen=True)
class Table:
    """
    A normalized table.

    Args:
        name: Its name, also that of its file.
        columns: The columns, common ones first.
        content_key: True where a row may come without `id`: its content is then its key.
    """

    name: str
    columns: tuple[Column, ...]
    content_key: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def given(self) -> tuple[Column, ...]:
        """
        The columns that a source can fill, without those that the model step adds.
        """
        return tuple(column for column in self.columns if not column.added)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


_COMMON = (
    Column("source", Type.TEXT),
    Column("id", Type.TEXT),
    Column("url", Type.TEXT),
    Column("changed_at", Type.INSTANT),
    Column("is_deleted", Type.BOOLEAN),
)

# Keys that identity adds: one value per person, account, deal … however many records describe it.
_ADDED = {
    "leads": ("person_key", "account_key", "campaign_key", "owner_key"),
    "accounts": ("account_key", "owner_key"),
    "opportunities": ("opportunity_key", "account_key", "person_key", "campaign_key", "owner_key"),
    "opportunity_lines": ("opportunity_key",),
    "stage_changes": ("opportunity_key", "person_key"),
    "owners": ("owner_key",),
    "campaigns": ("campaign_key",),
    "touches": ("person_key", "account_key", "opportunity_key", "campaign_key"),
    "costs": ("campaign_key",),
    "subscriptions": ("account_key", "opportunity_key"),
    "revenue": ("account_key", "opportunity_key"),
    "activities": ("activity_key", "person_key", "account_key", "opportunity_key", "owner_key"),
    "email_sends": ("campaign_key",),
    "tickets": ("ticket_key", "account_key"),
    "product_usage": ("account_key",),
    "onboardings": ("account_key", "owner_key"),
    "referrals": ("account_key", "person_key"),
    "offers": ("account_key",),
    "targets": ("owner_key",),
}

TEAMS = ("marketing", "sales", "service")

_WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("leads", "kind"): ("lead", "contact"),
    ("opportunities", "kind"): ("new", "upsell", "cross_sell", "renewal"),
    ("owners", "team"): TEAMS,
    ("touches", "team"): TEAMS,
    ("activities", "team"): TEAMS,
    ("activities", "direction"): ("in", "out"),
    ("costs", "kind"): ("media", "software", "salary", "agency", "sales", "automation"),
    ("revenue", "kind"): ("invoice", "refund"),
    ("web_traffic", "grain"): ("day", "month"),
    ("offers", "kind"): ("upsell", "cross_sell"),
}

_MONEY = {"amount", "mrr", "budget", "cogs"}
_INTEGER = {
    "position",
    "sent",
    "delivered",
    "unique_opens",
    "unique_clicks",
    "automated_opens",
    "sessions",
    "engaged_sessions",
    "total_users",
    "new_users",
    "events",
    "users",
}
_NUMBER = {"probability", "key_events", "baseline", "value", "rate"}


def _type(name: str) -> Type:
    if name.endswith("_at") or name == "at":
        return Type.INSTANT
    if name.endswith("_on") or name == "on":
        return Type.DATE
    if name.startswith("is_") or "_is_" in name:
        return Type.BOOLEAN
    if name in _MONEY:
        return Type.MONEY
    if name in _INTEGER:
        return Type.INTEGER
    return Type.NUMBER if name in _NUMBER else Type.TEXT


def _table(name: str, columns: str, *, content_key: bool = False) -> Table:
    own = tuple(Column(word, _type(word), _WORDS.get((name, word), ())) for word in columns.split())
    added = tuple(Column(word, Type.TEXT, added=True) for word in _ADDED.get(name, ()))
    return Table(name, _COMMON + own + added, content_key)


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _table(
            "accounts",
            "name domain industry size_band country segment owner_id parent_id created_at merged_into linked_source"
            " linked_id",
        ),
        _table(
            "leads",
            "kind account_id email_key email_domain email_is_shared status channel source_detail campaign_id owner_id"
            " country segment created_at qualified_at became_customer_at converted_on opportunity_id merged_into"
            " linked_source linked_id is_bulk_import is_lead",
        ),
        _table(
            "opportunities",
            "account_id lead_id name kind pipeline stage amount currency mrr probability created_at closed_on closed_at"
            " is_closed is_won owner_id campaign_id channel product_family linked_source linked_id merged_into",
        ),
        _table("opportunity_lines", "opportunity_id product product_family amount mrr currency starts_on ends_on"),
        _table("stages", "pipeline stage label position is_closed is_won probability"),
        _table("stage_changes", "opportunity_id lead_id pipeline stage at"),
        _table("owners", "name team is_active email_key"),
        _table(
            "campaigns",
            "name channel kind status parent_id starts_on ends_on budget currency linked_source linked_id",
        ),
        _table("touches", "lead_id account_id opportunity_id campaign_id channel kind team at is_response is_direct"),
        _table("costs", "starts_on ends_on kind channel campaign_id amount currency", content_key=True),
        _table(
            "subscriptions",
            "account_id opportunity_id product product_family plan mrr currency starts_on ends_on is_trial",
        ),
        _table("revenue", "account_id opportunity_id kind on amount cogs currency", content_key=True),
        _table(
            "activities",
            "account_id lead_id opportunity_id owner_id team kind direction at is_mass linked_source linked_id",
        ),
        _table("email_sends", "campaign_id name sent_at sent delivered unique_opens unique_clicks automated_opens"),
        _table(
            "web_traffic",
            "grain on channel medium campaign sessions engaged_sessions total_users new_users key_events",
            content_key=True,
        ),
        _table("tickets", "account_id kind product parent_id created_at closed_at linked_source linked_id"),
        _table("product_usage", "account_id product feature on events users", content_key=True),
        _table("onboardings", "account_id owner_id product state started_at completed_at"),
        _table("referrals", "referrer_account_id lead_id at"),
        _table("offers", "account_id kind offered_at accepted_at"),
        _table(
            "targets",
            "kpi dimension member starts_on ends_on baseline value owner_id next_step",
            content_key=True,
        ),
        _table("exchange_rates", "currency on rate", content_key=True),
    )
}

# GA4's default channel groups and what a CRM adds: the one vocabulary that leads, costs and visits share.
WEB_CHANNELS = (
    "Organic Search",
    "Paid Search",
    "Organic Social",
    "Paid Social",
    "Email",
    "Referral",
    "Direct",
    "Display",
    "Organic Video",
    "Paid Video",
    "Affiliates",
    "Organic Shopping",
    "Paid Shopping",
    "Paid Other",
    "SMS",
    "Audio",
    "Mobile Push Notifications",
    "Cross-network",
    "AI Assistant",
    "Unassigned",
)
CHANNELS = (*WEB_CHANNELS, "Events", "Partner", "Outbound", "Offline", "Other")
