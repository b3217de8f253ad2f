"""
Who is who: records of both CRMs joined into one person, one account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import urlsplit

from tests.oracle.vendors import Rows

SHARED_MAILBOXES = frozenset(
    "abuse accounting accounts admin administracion administration billing booking career careers compras contabilidad "
    "contact contacto customerservice enquiries facturacion finance hello help helpdesk hola hr info information "
    "inquiries invoice invoices jobs legal mail marketing no-reply noreply office orders press postmaster purchasing "
    "reception rrhh sales soporte support team ventas webmaster".split()
)
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

Record = tuple[str, str, str]
"""
Vendor, object, id.
"""


def long_id(salesforce_id: str | None) -> str | None:
    """
    The 18-character form: three signs, each telling which of five characters are capitals.
    """
    if salesforce_id is None or len(salesforce_id) != 15:
        return salesforce_id or None
    blocks = (salesforce_id[start : start + 5] for start in (0, 5, 10))
    return salesforce_id + "".join(SIGNS[sum(sign.isupper() << bit for bit, sign in enumerate(b))] for b in blocks)


class Unions:
    """
    Records that are one, by whatever chain of links.
    """

    def __init__(self) -> None:
        self._above: dict[Record, Record] = {}

    def of(self, record: Record) -> Record:
        while (above := self._above.get(record, record)) != record:
            record = above
        return record

    def join(self, one: Record, other: Record) -> None:
        first, second = sorted((self.of(one), self.of(other)))
        self._above[second] = first


def email_of(text: str | None) -> str | None:
    """
    The address that identifies a person; none for a shared mailbox.
    """
    address = (text or "").strip().lower()
    mailbox, at, _ = address.partition("@")
    return address if at and mailbox not in SHARED_MAILBOXES else None


def domain_of(website: str | None, free_mail: Iterable[str]) -> str | None:
    text = (website or "").strip().lower()
    host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    domain = host.removeprefix("www.")
    return domain if domain and domain not in free_mail else None


def merged_ids(row: dict[str, str | None]) -> list[str]:
    return [one for one in (row.get("hs_merged_object_ids") or "").split(";") if one]


def alive_salesforce(rows: Rows) -> Rows:
    """
    Live rows and those merged into a live one; what was deleted counts nowhere.
    """
    by_id = {row["Id"]: row for row in rows}

    def lives(row: dict[str, str | None]) -> bool:
        while row["IsDeleted"] and row["MasterRecordId"] in by_id:
            row = by_id[row["MasterRecordId"]]
        return not row["IsDeleted"]

    return [row for row in rows if lives(row)]


def alive_hubspot(rows: Rows) -> Rows:
    kept = {row["id"] for row in rows if not row["archived"]}
    merged = {old for row in rows if row["id"] in kept for old in merged_ids(row)}
    return [row for row in rows if row["id"] in kept | merged]


def accounts(companies: Rows, salesforce: Rows, free_mail: Iterable[str]) -> Unions:
    """
    Links of accounts; both lists hold only what is alive or merged.
    """
    found = Unions()
    for row in salesforce:
        if row["MasterRecordId"]:
            found.join(("salesforce", "Account", row["Id"]), ("salesforce", "Account", row["MasterRecordId"]))
    for row in companies:
        key = ("hubspot", "company", row["id"])
        for old in merged_ids(row):
            found.join(key, ("hubspot", "company", old))
        if row["salesforceaccountid"]:
            found.join(key, ("salesforce", "Account", str(long_id(row["salesforceaccountid"]))))
    domains: dict[str, tuple[list[Record], list[Record]]] = defaultdict(lambda: ([], []))
    for row in salesforce:
        if not row["IsDeleted"] and (domain := domain_of(row["Website"], free_mail)):
            domains[domain][0].append(("salesforce", "Account", row["Id"]))
    for row in companies:
        if not row["archived"] and (domain := domain_of(row["domain"], free_mail)):
            domains[domain][1].append(("hubspot", "company", row["id"]))
    for ours, theirs in domains.values():
        if len(ours) == len(theirs) == 1:
            found.join(ours[0], theirs[0])
    return found


def people(leads: Rows, contacts: Rows, hubspot: Rows) -> Unions:
    """
    Links of persons: Salesforce's Leads and Contacts, HubSpot's contacts; all alive or merged.
    """
    found = Unions()
    by_address: dict[str, Record] = {}

    def address(record: Record, email: str | None) -> None:
        if known := email_of(email):
            found.join(record, by_address.setdefault(known, record))

    for kind, rows in (("Lead", leads), ("Contact", contacts)):
        for row in rows:
            key = ("salesforce", kind, row["Id"])
            address(key, row["Email"])
            if row["MasterRecordId"]:
                found.join(key, ("salesforce", kind, row["MasterRecordId"]))
            if row.get("ConvertedContactId"):
                found.join(key, ("salesforce", "Contact", row["ConvertedContactId"]))
    for row in hubspot:
        key = ("hubspot", "contact", row["id"])
        address(key, row["email"])
        for old in merged_ids(row):
            found.join(key, ("hubspot", "contact", old))
        for kind, link in (("Lead", row["salesforceleadid"]), ("Contact", row["salesforcecontactid"])):
            if link:
                found.join(key, ("salesforce", kind, str(long_id(link))))
    return found
