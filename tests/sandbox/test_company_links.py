from __future__ import annotations

from sandbox.company import Company
from sandbox.company.model import World
from tests.sandbox.company_story import by_id, eighteen, live


def test_about_six_in_ten_stand_in_both(world: World) -> None:
    """
    Between 50 and 70 % of people and of accounts are known to both CRMs.
    """
    for things in (world.people, world.accounts):
        both = sum(one.in_salesforce and one.in_hubspot for one in things) / len(things)
        assert 0.5 <= both <= 0.7


def test_linked_people_are_the_same_person(company: Company) -> None:
    """
    A contact's Salesforce ids, of 15 or 18 characters, name records with its own e-mail and its company's account.
    """
    leads, contacts = by_id(company.salesforce["Lead"], "Id"), by_id(company.salesforce["Contact"], "Id")
    linked = [row for row in company.hubspot["contacts"] if row["salesforceleadid"] or row["salesforcecontactid"]]

    for row in linked:
        for key, records in (("salesforceleadid", leads), ("salesforcecontactid", contacts)):
            if row[key]:
                assert row["email"] == records[eighteen(row[key])]["Email"].lower()
        if row["salesforcecontactid"]:
            assert contacts[eighteen(row["salesforcecontactid"])]["AccountId"] == eighteen(row["salesforceaccountid"])
    assert {15, 18} == {len(row["salesforceleadid"]) for row in linked if row["salesforceleadid"]}


def test_some_people_are_linked_by_their_address_alone(company: Company) -> None:
    """
    More than 20 contacts without any Salesforce id share an e-mail with a Salesforce record; no shared mailbox does.
    """
    sales = {row["Email"].lower() for name in ("Lead", "Contact") for row in live(company.salesforce[name])}
    rows = live(company.hubspot["contacts"])
    unlinked = [r["email"] for r in rows if not r["salesforceleadid"] and not r["salesforcecontactid"]]
    found = [email for email in unlinked if email in sales]

    assert len(found) > 20
    assert not [email for email in found if email.split("@")[0] in ("info", "sales", "contacto", "office")]
    assert [email for email in sales if email.startswith(("info@", "sales@"))]


def test_companies_are_the_same_company(company: Company) -> None:
    """
    Linked companies have the account's name and domain; some share only the domain, some are in one CRM alone.
    """
    accounts = by_id(company.salesforce["Account"], "Id")
    domains = {row["Website"].rsplit("/", 1)[-1].removeprefix("www.") for row in accounts.values() if row["Website"]}
    rows = live(company.hubspot["companies"])
    linked = [row for row in rows if row["salesforceaccountid"]]

    for row in linked:
        account = accounts[eighteen(row["salesforceaccountid"])]
        assert row["name"] == account["Name"]
        assert row["domain"] is None or account["Website"].endswith(row["domain"])
    unlinked = [row for row in rows if not row["salesforceaccountid"]]
    assert len([row for row in unlinked if row["domain"] in domains]) > 5
    assert len([row for row in unlinked if row["domain"] not in domains]) > 5
    names = {account["Name"] for account in accounts.values()}
    assert not [row["name"] for row in unlinked if row["domain"] is None and row["name"] in names]


def test_linked_deals_agree(company: Company) -> None:
    """
    Amount, outcome, creation and (once closed) close date are the same on both sides, stage times too.
    """
    opportunities = by_id(company.salesforce["Opportunity"], "Id")
    linked = [row for row in live(company.hubspot["deals"]) if row["hs_salesforceopportunityid"]]

    assert len(linked) > 100
    for row in linked:
        other = opportunities[eighteen(row["hs_salesforceopportunityid"])]
        assert row["dealname"] == other["Name"]
        assert (row["amount"] and float(row["amount"])) == other["Amount"]
        assert (row["hs_is_closed"], row["hs_is_closed_won"]) == (
            str(other["IsClosed"]).lower(),
            str(other["IsWon"]).lower(),
        )
        assert row["createdate"][:19] == other["CreatedDate"][:19]
        assert row["closedate"][:10] == other["CloseDate"]
        if other["LastStageChangeDate"]:
            assert row["hs_v2_date_entered_current_stage"][:19] == other["LastStageChangeDate"][:19]


def test_tickets_and_owners_are_linked(company: Company) -> None:
    """
    A ticket's case was created in the same second; an owner has the e-mail of a Salesforce user; one has left.
    """
    cases = by_id(company.salesforce["Case"], "Id")
    users = by_id(company.salesforce["User"], "Email")
    linked = [row for row in company.hubspot["tickets"] if row["salesforcecaseid"]]

    assert linked
    assert all(row["createdate"][:19] == cases[eighteen(row["salesforcecaseid"])]["CreatedDate"][:19] for row in linked)
    assert all(users[row["email"]]["IsActive"] != row["archived"] for row in company.hubspot["owners"])
    assert {True, False} == {row["archived"] for row in company.hubspot["owners"]}
