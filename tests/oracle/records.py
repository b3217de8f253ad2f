"""
The book, written from what the vendors and the files gave.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from tests.oracle import identity
from tests.oracle.book import Book
from tests.oracle.exports import Exports
from tests.oracle.identity import Record, alive_hubspot, alive_salesforce, long_id
from tests.oracle.talks import Talks, tickets_on
from tests.oracle.vendors import Rows, Settings
from tests.oracle.words import Words

SALESFORCE_KINDS = {"New Business": "new", "Upsell": "upsell", "Cross-sell": "cross_sell", "Renewal": "renewal"}


class Reader:
    """
    Turns what the vendors gave into the book.
    """

    def __init__(
        self,
        settings: Settings,
        salesforce: dict[str, Rows],
        hubspot: dict[str, Any],
        web: dict[str, pd.DataFrame],
        as_of: date,
    ) -> None:
        self.settings, self.salesforce, self.hubspot, self.web, self.as_of = settings, salesforce, hubspot, web, as_of
        self.words = Words(settings)
        self.leads = alive_salesforce(salesforce["Lead"])
        self.contacts = alive_salesforce(salesforce["Contact"])
        self.marketed = alive_hubspot(hubspot["contacts"])
        self.companies = alive_hubspot(hubspot["companies"])
        free_mail = settings.values["identity"]["free_mail_domains"]
        self.account_keys = identity.accounts(self.companies, alive_salesforce(salesforce["Account"]), free_mail)
        self.person_keys = identity.people(self.leads, self.contacts, self.marketed)

    def account(self, vendor: str, record_id: str | None) -> Record | None:
        kind = "Account" if vendor == "salesforce" else "company"
        return self.account_keys.of((vendor, kind, record_id)) if record_id else None

    # Persons

    def persons(self) -> pd.DataFrame:
        """
        Every record of every person, oldest first; Salesforce's before HubSpot's where both are of one instant.
        """
        qualified = set(self.settings.mapping("salesforce")["qualified_statuses"])
        first: dict[str, str] = {}
        for row in sorted(self.salesforce["LeadHistory"], key=lambda row: str(row["CreatedDate"])):
            if row["Field"] == "Status" and row["NewValue"] in qualified and not row["IsDeleted"]:
                first.setdefault(row["LeadId"], row["CreatedDate"])
        rows = []
        for row in self.leads:
            born_so = row["CreatedDate"] if row["Status"] in qualified else None
            rows.append(
                {
                    "record": ("salesforce", "Lead", row["Id"]),
                    "counts": True,
                    "created": row["CreatedDate"],
                    "qualified": first.get(row["Id"], born_so),
                    "channel": self.words.seller_channel(row["LeadSource"]),
                    "account": self.account("salesforce", row["ConvertedAccountId"]),
                    "customer": None,
                }
            )
        for row in self.contacts:
            rows.append(
                {
                    "record": ("salesforce", "Contact", row["Id"]),
                    "counts": False,
                    "created": row["CreatedDate"],
                    "qualified": None,
                    "channel": self.words.seller_channel(row["LeadSource"]),
                    "account": self.account("salesforce", row["AccountId"]),
                    "customer": None,
                }
            )
        for row in self.marketed:
            rows.append(
                {
                    "record": ("hubspot", "contact", row["id"]),
                    "counts": True,
                    "created": row["createdate"],
                    "qualified": row[f"hs_v2_date_entered_{self.settings.mapping('hubspot')['qualified_stage']}"],
                    "channel": self.words.hubspot_channel(row["hs_analytics_source"]),
                    "account": self.account("hubspot", row["associatedcompanyid"]),
                    "customer": row["hs_v2_date_entered_customer"],
                }
            )
        table = pd.DataFrame(rows)
        table["person"] = table["record"].map(self.person_keys.of)
        for name in ("created", "qualified", "customer"):
            table[name] = pd.to_datetime(table[name], utc=True, format="ISO8601")
        table["vendor"] = table["record"].str[0]
        return table.sort_values(["created", "vendor"], ascending=[True, False], kind="stable")

    def people(self) -> pd.DataFrame:
        """
        One row per person that is a lead.
        """
        every = self.persons()
        by_trust = every.sort_values("vendor", ascending=False, kind="stable")
        accounts = by_trust.groupby("person")["account"].first()
        found = (
            every[every["counts"]]
            .groupby("person")
            .agg(created=("created", "min"), qualified=("qualified", "min"), customer=("customer", "min"))
        )
        found["account"] = accounts.reindex(found.index)
        # A Salesforce Contact is no lead, yet it is the same person and may be the one that knows the source.
        found["channel"] = every.groupby("person")["channel"].first().reindex(found.index)
        for name in ("created", "qualified", "customer"):
            found[f"{name}_on"] = found[name].dt.tz_convert(self.words.zone).dt.date.where(found[name].notna(), None)
        return found

    # Deals

    def deals(self) -> pd.DataFrame:
        live = {row["Id"]: row for row in self.salesforce["Opportunity"] if not row["IsDeleted"]}
        gone = {row["Id"] for row in self.salesforce["Opportunity"] if row["IsDeleted"]}
        rows = []
        for row in live.values():
            closed_on = date.fromisoformat(row["CloseDate"]) if row["IsClosed"] else None
            rows.append(
                {
                    "deal": row["Id"],
                    "account": self.account("salesforce", row["AccountId"]),
                    "kind": SALESFORCE_KINDS[row["Type"]],
                    "amount": row["Amount"],
                    "created": row["CreatedDate"],
                    "closed": None,
                    "closed_on": closed_on,
                    "is_closed": row["IsClosed"],
                    "is_won": row["IsWon"],
                    "channel": self.words.seller_channel(row["LeadSource"]),
                }
            )
        kinds = self.settings.mapping("hubspot")["deal_kinds"]
        for row in alive_hubspot(self.hubspot["deals"]):
            linked = long_id(row["hs_salesforceopportunityid"])
            if linked in live or linked in gone:
                continue
            closed = row["hs_is_closed"] == "true"
            closed_on = self.words.local(row["closedate"]) if closed else None
            rows.append(
                {
                    "deal": row["id"],
                    "account": self.account("hubspot", row["hs_primary_associated_company"]),
                    "kind": kinds[row["dealtype"]],
                    "amount": self.words.money(row["amount"], row["deal_currency_code"], closed_on or self.as_of),
                    "created": row["createdate"],
                    "closed": row["closedate"] if closed else None,
                    "closed_on": closed_on,
                    "is_closed": closed,
                    "is_won": row["hs_is_closed_won"] == "true",
                    "channel": self.words.hubspot_channel(row["hs_analytics_source"]),
                }
            )
        table = pd.DataFrame(rows)
        for name in ("created", "closed"):
            table[name] = pd.to_datetime(table[name], utc=True, format="ISO8601")
        table["created_on"] = table["created"].dt.tz_convert(self.words.zone).dt.date
        return table

    def visits(self, deals: pd.DataFrame) -> pd.DataFrame:
        """
        Closed visits of stages: deal, stage, days, and the day it left.
        """
        changes: list[tuple[str, str, pd.Timestamp]] = []
        for row in self.salesforce["OpportunityHistory"]:
            if not row["IsDeleted"]:
                changes.append((row["OpportunityId"], row["StageName"], pd.Timestamp(row["CreatedDate"])))
        for row in self.hubspot["deals"]:
            for change in row["history"]["dealstage"]:
                changes.append((row["id"], change["value"], pd.Timestamp(change["timestamp"])))
        table = pd.DataFrame(changes, columns=["deal", "stage", "entered"])
        table = table[table["deal"].isin(deals["deal"])].sort_values(["deal", "entered"], kind="stable")
        before = table.groupby("deal")["stage"].shift()
        table = table[table["stage"] != before]
        table["exited"] = table.groupby("deal")["entered"].shift(-1)
        table["exited_on"] = table["exited"].dt.tz_convert(self.words.zone).dt.date
        closing = {row["ApiName"] for row in self.salesforce["OpportunityStage"] if row["IsClosed"]} | {
            stage["id"]
            for pipeline in self.hubspot["pipelines"]
            for stage in pipeline["stages"]
            if stage["metadata"]["isClosed"] == "true"
        }
        table["is_closing"] = table["stage"].isin(closing)
        return table

    # Money

    def subscriptions(self, deals: pd.DataFrame) -> pd.DataFrame:
        known = deals.set_index("deal")
        rows = []
        for row in self.salesforce["Opportunity"]:
            if row["IsWon"] and not row["IsDeleted"] and row["MRR__c"] and row["Contract_Start__c"]:
                ends = row["Contract_End__c"]
                starts = date.fromisoformat(row["Contract_Start__c"])
                account = known.loc[row["Id"], "account"]
                until = date.fromisoformat(ends) if ends else date.max
                rows.append((account, row["MRR__c"], row["MRR__c"], self.words.currency, starts, until))
        lines = {row["id"]: row for row in self.hubspot["line_items"] if not row["archived"]}
        for row in self.hubspot["deals"]:
            if row["id"] not in known.index or not known.loc[row["id"], "is_won"]:
                continue
            closed_on = known.loc[row["id"], "closed_on"]
            recurring = [
                lines[one]
                for one in self.hubspot["deal_lines"].get(row["id"], [])
                if one in lines and lines[one]["recurringbillingfrequency"]
            ]
            for line in recurring:
                starts_on = line["hs_recurring_billing_start_date"]
                starts = date.fromisoformat(starts_on) if starts_on else closed_on
                ends_on = line["hs_recurring_billing_end_date"]
                until = date.fromisoformat(ends_on) if ends_on else date.max
                currency = line["hs_line_item_currency_code"]
                mrr = self.words.money(line["hs_mrr"], currency, starts)
                rows.append((known.loc[row["id"], "account"], mrr, float(line["hs_mrr"]), currency, starts, until))
            if not recurring and row["hs_mrr"]:
                currency = row["deal_currency_code"]
                mrr = self.words.money(row["hs_mrr"], currency, closed_on)
                rows.append((known.loc[row["id"], "account"], mrr, float(row["hs_mrr"]), currency, closed_on, date.max))
        return pd.DataFrame(rows, columns=["account", "mrr", "original", "currency", "starts_on", "ends_on"])

    def costs(self) -> pd.DataFrame:
        """
        One row per cost and day.
        """
        rows: list[tuple[date, date, str, str | None, float]] = []
        for row in self.salesforce["Campaign"]:
            if not row["IsDeleted"] and row["ActualCost"] is not None:
                days = (date.fromisoformat(row["StartDate"]), date.fromisoformat(row["EndDate"]))
                rows.append((*days, "media", self.words.campaign_channel(row["Type"]), row["ActualCost"]))
        # HubSpot's campaigns have no channel of their own; the visits that carry their tag do.
        tagged = self.web["campaigns"].set_index("sessionCampaignName")["sessionDefaultChannelGroup"].to_dict()
        for row in self.hubspot["campaigns"]:
            days = (date.fromisoformat(row["hs_start_date"]), date.fromisoformat(row["hs_end_date"]))
            currency = row["budget"]["currencyCode"]
            amount = self.words.money(sum(item["amount"] for item in row["budget"]["spendItems"]), currency, days[0])
            if row["budget"]["spendItems"]:
                rows.append((*days, "media", tagged.get(row["hs_utm"]), amount or 0.0))
        for row in self.settings.table("costs").to_dict("records"):
            days = (date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"]))
            rows.append((*days, row["kind"], row["channel"] or None, (row["amount"], row["currency"])))
        daily = []
        for starts, ends, kind, channel, amount in rows:
            span = pd.date_range(starts, ends)
            for stamp in span:
                own = self.words.money(*amount, stamp.date()) if isinstance(amount, tuple) else amount
                daily.append((stamp.date(), kind, channel, own / len(span)))
        return pd.DataFrame(daily, columns=["on", "kind", "channel", "amount"])

    def sends(self) -> pd.DataFrame:
        rows = [
            (self.words.local(row["publishDate"]), counters["delivered"], counters["open"], counters["click"])
            for row in self.hubspot["emails"]
            if row.get("publishDate") and (counters := row["stats"]["counters"])["sent"]
        ]
        return pd.DataFrame(rows, columns=["on", "delivered", "opens", "clicks"])

    def customers(self, deals: pd.DataFrame, subscriptions: pd.DataFrame) -> pd.Series[Any]:
        """
        Account -> the day it became a customer.
        """
        won = deals[deals["is_won"]][["account", "closed_on"]].rename(columns={"closed_on": "on"})
        paying = subscriptions[subscriptions["mrr"] > 0][["account", "starts_on"]].rename(columns={"starts_on": "on"})
        return pd.concat([won, paying]).groupby("account")["on"].min()

    def book(self) -> Book:
        traffic = self.web["days"].rename(columns={"sessionDefaultChannelGroup": "channel"})
        traffic["on"] = pd.to_datetime(traffic["date"]).dt.date
        deals = self.deals()
        subscriptions = self.subscriptions(deals)
        persons = self.people()
        exports = Exports(self.settings, self.words, self.account_keys)
        accounts = [(("salesforce", "Account", row["Id"]), row["IsDeleted"]) for row in self.salesforce["Account"]]
        accounts += [(("hubspot", "company", row["id"]), row["archived"]) for row in self.hubspot["companies"]]
        return Book(
            persons=persons,
            deals=deals,
            visits=self.visits(deals),
            subscriptions=subscriptions,
            costs=self.costs(),
            sends=self.sends(),
            traffic=traffic,
            customers=self.customers(deals, subscriptions),
            account_keys=self.account_keys,
            live_accounts=[record for record, gone in accounts if not gone],
            gone_accounts=[record for record, gone in accounts if gone],
            campaign_costs={
                row["Id"]: row["ActualCost"] or 0.0 for row in self.salesforce["Campaign"] if not row["IsDeleted"]
            },
            revenue=exports.revenue(deals),
            usage=exports.usage(),
            onboardings=exports.onboardings(),
            offers=exports.offers(),
            referrals=exports.referrals(self.person_keys, persons),
            tickets=tickets_on(self.words, self.salesforce, self.hubspot),
            interactions=Talks(self, persons).interactions(),
        )
