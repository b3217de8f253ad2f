"""
Starting the sandbox with a company in it, and writing the settings by which Noria finds it.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.app import Sandbox
from sandbox.company import CAMPAIGN_WORDS, CHANNEL_WORDS, CURRENCY, DEAL_TYPES, FREE_MAIL, TIMEZONE, generate
from sandbox.folders import hubspot_records, salesforce_records
from sandbox.vendor import Records

if TYPE_CHECKING:
    from sandbox.google import Google
    from sandbox.hubspot import HubSpot
    from sandbox.salesforce import Salesforce


class PlayedCompany(Sandbox):
    """
    A sandbox whose vendors all know the same company.

    Args:
        salesforce, hubspot, google: The vendors.
        files: Normalized table -> rows of the files source.
        played: The connectors that have something to tell.
        port: 0 takes a free one.
    """

    def __init__(
        self,
        salesforce: Salesforce,
        hubspot: HubSpot,
        google: Google,
        files: Records,
        played: tuple[str, ...],
        port: int = 0,
    ) -> None:
        super().__init__([salesforce, hubspot, google], port)
        self.salesforce, self.hubspot, self.google = salesforce, hubspot, google
        self.files, self.played = files, played


def open_sandbox(
    port: int = 0,
    seed: int = 7,
    accounts: int = 300,
    until: date | None = None,
    salesforce: Path | None = None,
    hubspot: Path | None = None,
) -> PlayedCompany:
    """
    A sandbox, bound to its port and not yet serving: use it as a context.

    Args:
        port: 0 takes a free one.
        seed: The same seed plays the same company.
        accounts: How many accounts the company knows.
        until: The last day of its story; yesterday unless said, for nothing may be dated after the present.
        salesforce: A folder of CSV to play instead of the company's Salesforce.
        hubspot: The same for HubSpot. With any folder nothing is made up: vendors without one stay empty.

    Raises:
        ValueError: A folder or file that cannot be read.
    """
    from sandbox.google import Google
    from sandbox.hubspot import HubSpot
    from sandbox.salesforce import Salesforce

    if salesforce or hubspot:
        sales = salesforce_records(salesforce) if salesforce else {}
        marketing = hubspot_records(hubspot) if hubspot else {}
        web: Records = {}
        files: Records = {}
        given = {"salesforce": salesforce, "hubspot": hubspot}
        played = (*(name for name, folder in given.items() if folder), "google_sheets")
    else:
        last = until or (datetime.now(UTC) - timedelta(days=1)).date()
        company = generate(seed, accounts, last)
        sales, marketing, web, files = company.salesforce, company.hubspot, company.google, company.files
        played = ("salesforce", "hubspot", "google_analytics", "files", "google_sheets")
    return PlayedCompany(
        Salesforce(sales, timezone=TIMEZONE, currency=CURRENCY),
        HubSpot(marketing, timezone=TIMEZONE, currency=CURRENCY),
        Google(web, timezone=TIMEZONE, currency=CURRENCY),
        files,
        played,
        port,
    )


def write_settings(sandbox: PlayedCompany, file: Path) -> None:
    """
    Write all that Noria needs to work with a sandbox: settings, secrets and the folder of the files source.

    Args:
        sandbox: What the settings point at.
        file: Where the settings go; `<stem>.env` and `<stem>-files/` are put beside it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    _write_secrets(sandbox, file.with_name(f"{file.stem}.env"))
    if "files" in sandbox.played:
        _write_tables(sandbox.files, file.with_name(f"{file.stem}-files"))
    file.write_text(_settings(sandbox, file.stem), encoding="utf-8")


def _write_secrets(sandbox: PlayedCompany, file: Path) -> None:
    secrets = {
        "SALESFORCE_CLIENT_SECRET": sandbox.salesforce.client_secret,
        "HUBSPOT_ACCESS_TOKEN": sandbox.hubspot.access_token,
        "GOOGLE_SERVICE_ACCOUNT": json.dumps(sandbox.google.service_account_for(sandbox.url)),
    }
    # Single quotes: the key's \n must reach the JSON reader as they are.
    text = "".join(f"{name}='{value}'\n" for name, value in secrets.items())
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        # A file that was there before keeps its mode otherwise.
        file.chmod(0o600)
        out.write(text)


def _write_tables(tables: Records, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for table, rows in tables.items():
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as out:
            # A table without rows is known to be empty, if its file says which table it is.
            columns = list(dict.fromkeys(name for row in rows for name in row)) or ["id"]
            writer = csv.DictWriter(out, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def _text(value: str) -> str:
    """
    A TOML string; JSON's escapes are TOML's too.
    """
    return json.dumps(value, ensure_ascii=False)


def _table(words: Mapping[str, str]) -> str:
    return "\n".join(f"{_text(word)} = {_text(meaning)}" for word, meaning in words.items())


def _own_fields(sandbox: PlayedCompany) -> str:
    """
    The fields that this company added to its opportunities; an export that is played may lack them.
    """
    deals = sandbox.salesforce.state()["records"].get("Opportunity", [])
    known = {field for deal in deals for field in deal}
    wanted = {
        "mrr_field": "MRR__c",
        "subscription_starts_field": "Contract_Start__c",
        "subscription_ends_field": "Contract_End__c",  # the first day that is no longer paid for
    }
    return "".join(f"{key} = {_text(field)}\n" for key, field in wanted.items() if field in known)


def _product_family(sandbox: PlayedCompany) -> str:
    lines = sandbox.hubspot.state()["objects"].get("line_items", [])
    known = {name for line in lines for name in line["properties"]}
    return 'product_family_property = "product_family"\n' if "product_family" in known else ""


def _settings(sandbox: PlayedCompany, stem: str) -> str:
    kinds = {"New Business": "new", "Upsell": "upsell", "Cross-sell": "cross_sell", "Renewal": "renewal"}
    deal_kinds = {word: kinds[kind] for kind, word in DEAL_TYPES.items()}
    url = _text(sandbox.url)
    blocks = {
        "salesforce": f"""\
[connectors.salesforce]
kind = "salesforce"
base_url = {url}  # the sandbox instead of Salesforce
domain = "noria-sandbox.my"
client_id = {_text(sandbox.salesforce.client_id)}
client_secret = "env:SALESFORCE_CLIENT_SECRET"

[connectors.salesforce.mapping]
qualified_statuses = ["Qualified"]  # a lead that ever had one of these is qualified, from then on
{_own_fields(sandbox)}segment_field = "Industry"

# What the sellers write into the lead source, and the channel that it means.
[connectors.salesforce.mapping.channels]
{_table(CHANNEL_WORDS)}

# The same for the type of a campaign.
[connectors.salesforce.mapping.campaign_channels]
{_table(CAMPAIGN_WORDS)}
""",
        "hubspot": f"""\
[connectors.hubspot]
kind = "hubspot"
base_url = {url}
access_token = "env:HUBSPOT_ACCESS_TOKEN"
burst_per_10s = 0  # the sandbox has no limits unless they are switched on

[connectors.hubspot.mapping]
qualified_stage = "marketingqualifiedlead"
{_product_family(sandbox)}
[connectors.hubspot.mapping.channels]
OTHER_CAMPAIGNS = "Display"  # banners are all that this company has of it

[connectors.hubspot.mapping.deal_kinds]
{_table(deal_kinds)}
""",
        "google_analytics": f"""\
[connectors.google_analytics]
kind = "google_analytics"
property_id = "100000001"
base_url = {url}
service_account = "env:GOOGLE_SERVICE_ACCOUNT"
""",
        "files": f"""\
# Costs that stand on no campaign, exchange rates, targets, and the exports of billing, product analytics and the
# project tool. accounts.csv, opportunities.csv and leads.csv say which CRM record each of their ids means.
[connectors.files]
kind = "files"
folder = {_text(f"{stem}-files")}
""",
        "google_sheets": f"""\
[connectors.google_sheets]
kind = "google_sheets"
spreadsheet_id = {_text(sandbox.google.spreadsheet_id)}
base_url = {url}
service_account = "env:GOOGLE_SERVICE_ACCOUNT"
""",
    }
    writable = [name for name in ("salesforce", "hubspot", "google_sheets") if name in sandbox.played]
    head = f"""\
# Noria against its sandbox: every vendor below is played on this machine.
env_file = {_text(f"{stem}.env")}  # the secrets; everything written env:NAME is looked up there

[organisation]
name = "Noria Sandbox S.L."
timezone = {_text(TIMEZONE)}
currency = {_text(CURRENCY)}
language = "en"
fiscal_year_start = 1  # January

[warehouse]
url = {_text(f"duckdb:///{stem}.duckdb")}

[identity]
free_mail_domains = {json.dumps(FREE_MAIL)}  # people of one of these are not of one company
"""
    tail = """\
[kpis.options]
gross_margin = 0.8

# Where KPIs are written back to; an empty table takes the defaults.
"""
    push = "\n".join(f"[push.{name}]" for name in writable)
    schedule = """\
[schedule]
cron = "0 6 * * *"  # every morning at six, in the time zone above
"""
    parts = [head, *(text for name, text in blocks.items() if name in sandbox.played), tail + push + "\n", schedule]
    return "\n".join(parts)
