"""
The exports of billing, product analytics and the project tool: CSV files beside the settings, tied to the CRMs by the
ids that stand in them.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from tests.oracle.identity import Record, Unions
from tests.oracle.vendors import Settings
from tests.oracle.words import Words

OBJECTS = {"salesforce": "Account", "hubspot": "company"}


class Exports:
    """
    Reads the files that say something about customers.
    """

    def __init__(self, settings: Settings, words: Words, account_keys: Unions) -> None:
        self.settings, self.words = settings, words
        self.accounts: dict[str, Record] = {
            row["id"]: account_keys.of((row["linked_source"], OBJECTS[row["linked_source"]], row["linked_id"]))
            for row in self.rows("accounts")
        }

    def rows(self, table: str) -> list[dict[str, Any]]:
        return self.settings.table(table).to_dict("records")

    def revenue(self, deals: pd.DataFrame) -> pd.DataFrame:
        """
        Invoices and refunds, these negative, with the kind of the deal that they were written for.
        """
        kinds = deals.set_index("deal")["kind"]
        orders = {row["id"]: row["linked_id"] for row in self.rows("opportunities")}
        rows = []
        for row in self.rows("revenue"):
            on = date.fromisoformat(row["on"])
            sign = -1 if row["kind"] == "refund" else 1
            amount, cogs = (sign * self.words.cents(row[name], row["currency"], on) for name in ("amount", "cogs"))
            order = orders[row["opportunity_id"]]
            own = sign * float(row["amount"])
            rows.append((self.accounts[row["account_id"]], order, kinds[order], on, own, amount, cogs, sign < 0))
        names = ["account", "deal", "kind", "on", "original", "amount", "cogs", "is_refund"]
        return pd.DataFrame(rows, columns=names)

    def usage(self) -> pd.DataFrame:
        rows = [
            (self.accounts[row["account_id"]], date.fromisoformat(row["on"]))
            for row in self.rows("product_usage")
            if int(row["events"]) > 0
        ]
        return pd.DataFrame(rows, columns=["account", "on"]).drop_duplicates()

    def onboardings(self) -> pd.DataFrame:
        """
        The completed ones: how long each took, and the day it was done.
        """
        rows = []
        for row in self.rows("onboardings"):
            if row["state"] == "completed":
                begun, done = pd.Timestamp(row["started_at"]), pd.Timestamp(row["completed_at"])
                rows.append((self.words.local(row["completed_at"]), (done - begun) / pd.Timedelta(days=1)))
        return pd.DataFrame(rows, columns=["on", "days"])

    def offers(self) -> pd.DataFrame:
        rows = [
            (row["kind"], self.words.local(row["offered_at"]), self.words.local(row["accepted_at"]))
            for row in self.rows("offers")
        ]
        return pd.DataFrame(rows, columns=["kind", "offered_on", "accepted_on"])

    def referrals(self, person_keys: Unions, persons: pd.DataFrame) -> pd.DataFrame:
        """
        Who was sent on which day; whom their own account sent is left out.
        """
        sent = {row["id"]: _person(row["linked_source"], row["linked_id"]) for row in self.rows("leads")}
        accounts = persons["account"].to_dict()
        rows = []
        for row in self.rows("referrals"):
            person = person_keys.of(sent[row["lead_id"]])
            if accounts[person] != self.accounts[row["referrer_account_id"]]:
                rows.append((person, self.words.local(row["at"])))
        return pd.DataFrame(rows, columns=["person", "on"])


def _person(source: str, record_id: str) -> Record:
    """
    Salesforce's ids begin with a sign of their object: 003 is a Contact.
    """
    if source == "hubspot":
        return (source, "contact", record_id)
    return (source, "Contact" if record_id.startswith("003") else "Lead", record_id)
