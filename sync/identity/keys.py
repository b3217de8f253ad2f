"""
Every table gets, beside each `*_id`, the key of what it points to.
"""

from __future__ import annotations

from connectors.schema import Table
from sync.sql import name
from sync.warehouse import Session

# Added key -> (the table whose key it is, the column that points there).
_POINTS: dict[str, tuple[str, str]] = {
    "person_key": ("leads", "lead_id"),
    "account_key": ("accounts", "account_id"),
    "opportunity_key": ("opportunities", "opportunity_id"),
    "campaign_key": ("campaigns", "campaign_id"),
    "owner_key": ("owners", "owner_id"),
}
_OWN = {
    "leads": "person_key",
    "accounts": "account_key",
    "opportunities": "opportunity_key",
    "campaigns": "campaign_key",
    "owners": "owner_key",
    "activities": "activity_key",
    "tickets": "ticket_key",
}
_OTHER_COLUMN = {("referrals", "account_key"): "referrer_account_id"}


def add_keys(session: Session, table: Table) -> None:
    """
    Make the final table: the stacked rows and their keys.
    """
    columns, joins = [], []
    given = {column.name for column in table.given}
    for column in table.columns:
        if not column.added:
            columns.append(f"row_.{name(column.name)}")
            continue
        if _OWN.get(table.name) == column.name:
            target, pointer = table.name, "id"
        else:
            target, pointer = _POINTS[column.name]
            pointer = _OTHER_COLUMN.get((table.name, column.name), pointer)
        if pointer not in given:
            columns.append(f"cast(null as varchar) as {name(column.name)}")
            continue
        alias = f"{column.name}_of"
        joins.append(
            f"left join noria.keys_{target} as {alias} on {alias}.source = row_.source and {alias}.id = row_.{pointer}"
        )
        if column.name == "account_key" and "lead_id" in given and table.name != "leads":
            # A person's touch is one of the person's account, though the record names only the person.
            joins.append(
                "left join stacked.leads as person on person.source = row_.source and person.id = row_.lead_id"
                " left join noria.keys_accounts as of_person"
                " on of_person.source = person.source and of_person.id = person.account_id"
            )
            columns.append(f"coalesce({alias}.key, of_person.key) as {name(column.name)}")
            continue
        columns.append(f"{alias}.key as {name(column.name)}")
    session.execute(
        f"create or replace table {name(table.name)} as select {', '.join(columns)}"
        f" from stacked.{name(table.name)} as row_ {' '.join(joins)}"
    )
