"""
Pulls of object types: everything, then changes, then what vanished.
"""

from __future__ import annotations

import time

import pytest

from connectors.errors import UserError
from tests.connectors.hubspot.portal import Stored, later, record, records, running


def test_first_pull_reads_every_page(portal):
    """
    Five contacts on pages of two: three list requests, one look at the properties, every contact once.
    """
    stored = portal.pull("contacts")

    assert stored.ids() == {"201", "202", "203", "204", "205"}
    assert portal.requests("GET", "/crm/v3/objects/contacts") == 3
    assert portal.requests("GET", "/crm/v3/properties/contacts") == 1
    assert [batch.complete for batch in stored.batches] == [True]


def test_unchanged_pull_is_one_request(portal):
    """
    Nothing changed: one search per object, whatever it carries besides.
    """
    for name in ("contacts", "deals", "calls", "owners", "campaigns", "deal_stages", "account"):
        stored = portal.pull(name, page_size=None)
        before = portal.requests()
        portal.pull(name, stored, page_size=None)
        assert portal.requests() - before == 1, name


def test_a_deal_carries_its_history_and_associations(portal):
    """
    One list request per page brings stages (newest first) and associated ids, each once although HubSpot lists the
    primary company twice.
    """
    row = portal.pull("deals").by_id("301")

    assert row["stage_history"] == "2025-01-20T10:00:00Z closedwon;2025-01-05T09:00:00Z appointmentscheduled"
    assert (row["company_ids"], row["contact_ids"]) == ("101", "201;202")
    assert (row["amount"], row["archived"]) == (1500.0, False)
    assert portal.requests("POST") == 0


def test_a_change_comes_with_history_and_associations(portal):
    """
    A search tells neither; they are asked for by id, so the changed row is as whole as a listed one.
    """
    stored = portal.pull("deals")
    portal.change("deals", "302", dealstage="closedlost", amount="")
    portal.pull("deals", stored)

    row = stored.by_id("302")
    assert [batch.rows.num_rows for batch in stored.batches] == [1]
    assert [entry.split(" ")[1] for entry in row["stage_history"].split(";")] == ["closedlost", "appointmentscheduled"]
    assert (row["dealstage"], row["company_ids"], row["amount"]) == ("closedlost", "102", None)


def test_changes_are_read_by_id_beyond_a_page(portal):
    """
    Five changed contacts on pages of two arrive once each: the search goes on behind the last id, not by offset.
    """
    stored = portal.pull("contacts")
    for id in stored.ids():
        portal.change("contacts", id, country="Spain")
    portal.pull("contacts", stored)

    assert {row["country"] for row in stored.rows.values()} == {"Spain"}
    assert sum(batch.rows.num_rows for batch in stored.batches) == 5
    assert portal.requests("POST", "/contacts/search") == 3


def test_a_late_index_loses_nothing(portal):
    """
    A change that the search does not show yet is found by the pull after: it looks back behind the last one.
    """
    stored = portal.pull("contacts")
    portal.hubspot.portal.index_lag = 0.4
    portal.change("contacts", "203", country="Chile")
    portal.pull("contacts", stored)
    assert stored.by_id("203")["country"] is None

    time.sleep(0.5)
    portal.pull("contacts", stored)
    assert stored.by_id("203")["country"] == "Chile"


def test_a_killed_first_pull_goes_on_where_it_was_stored(monkeypatch):
    """
    205 companies on pages of two make two batches; killed after the first, the next run asks for the rest only.
    """
    many = [record(str(1000 + n), name=f"Company {n}") for n in range(205)]
    with running(monkeypatch, {"companies": many}) as portal:
        stored = portal.pull("companies", stop_after=1)
        assert len(stored.rows) == 200
        before = portal.requests("GET", "/crm/v3/objects/companies")
        portal.pull("companies", stored)

        assert len(stored.rows) == 205
        assert portal.requests("GET", "/crm/v3/objects/companies") - before == 3
        assert stored.batches[-1].complete


def test_what_changes_during_a_first_pull_is_read_by_the_next(monkeypatch):
    """
    The first incremental pull starts where the first pull began, not where it ended.
    """
    many = [record(str(1000 + n), name=f"Company {n}") for n in range(205)]
    with running(monkeypatch, {"companies": many}) as portal:
        stored = portal.pull("companies", stop_after=1)
        portal.change("companies", "1000", name="Renamed")
        portal.pull("companies", stored)
        assert stored.by_id("1000")["name"] == "Company 0"

        portal.pull("companies", stored)
        assert stored.by_id("1000")["name"] == "Renamed"


def test_deleted_records_are_looked_for_once_a_day(portal):
    """
    An archived contact shows in no search: a day later it comes back marked, and only those archived since then.
    """
    stored = portal.pull("contacts")
    portal.send("DELETE", "/crm/v3/objects/contacts/204")
    portal.pull("contacts", stored)
    assert stored.by_id("204")["archived"] is False

    portal.pull("contacts", stored, now=later(hours=25))
    assert {id for (id,), row in stored.rows.items() if row["archived"]} == {"204"}
    assert stored.batches[-1].complete


def test_a_full_read_drops_what_was_erased(portal):
    """
    Erasing for privacy leaves no trace to find; a week later everything is read again and the rest leaves.
    """
    stored = portal.pull("contacts")
    portal.send("POST", "/crm/v3/objects/contacts/gdpr-delete", {"objectId": "202"})
    portal.pull("contacts", stored)
    assert "202" in stored.ids()

    portal.pull("contacts", stored, now=later(days=8))
    assert stored.ids() == {"201", "203", "204", "205"}


def test_another_property_reads_everything_again(portal):
    """
    Old rows lack a property that the settings name only now: all are read again, none is left half empty.
    """
    stored = portal.pull("contacts")
    portal.pull("contacts", stored, properties={"contacts": ["jobtitle"]})

    assert len(stored.batches) == 1 and stored.batches[0].rows.num_rows == 5
    assert "jobtitle" in stored.by_id("201")


def test_missing_properties_are_reported(portal):
    """
    A mapped property that the portal lacks is named; an optional one is not.
    """
    source = portal.source(mapping={"mrr_property": "monthly_value"})
    stream = next(stream for stream in source.streams() if stream.name == "deals")
    list(source.read(stream, None))

    assert set(source.dropped(stream)) == {"monthly_value"}


def test_a_misspelt_stage_is_an_error(portal):
    """
    It would be a property that exists nowhere, so nobody would ever have qualified.
    """
    with pytest.raises(UserError, match="marketingqualifiedlaed") as raised:
        portal.pull("contacts", mapping={"qualified_stage": "marketingqualifiedlaed"})
    assert raised.value.where == "connectors.hubspot.mapping.qualified_stage"
    assert "marketingqualifiedlead" in raised.value.fix


def test_many_associations_are_read_to_the_end(monkeypatch):
    """
    HubSpot cuts long association lists in a page; the rest is asked for.
    """
    own = records()
    own["contacts"] = [record(str(10_000 + n), kind="contacts") for n in range(1200)]
    own["calls"] = [
        record(
            "601", hs_timestamp="2025-02-01T09:00:00Z", _associations={"contacts": [c["id"] for c in own["contacts"]]}
        )
    ]
    with running(monkeypatch, own) as portal:
        stored = portal.pull("calls", page_size=None)
        assert len(stored.by_id("601")["contact_ids"].split(";")) == 1200

        portal.change("calls", "601", hs_call_title="Second")
        portal.pull("calls", stored, page_size=None)
        assert len(stored.by_id("601")["contact_ids"].split(";")) == 1200


def test_engagements_can_be_left_out(portal):
    """
    Without the scope for them they are not asked for; their raw tables stay empty and feed nothing.
    """
    source = portal.source(engagements=["meetings", "emails"])
    stream = next(stream for stream in source.streams() if stream.name == "calls")
    batches = list(source.read(stream, None))

    assert (stream.feeds, batches[0].rows.num_rows, batches[0].complete) == ((), 0, True)
    assert portal.requests() == 0


def test_short_lists(portal):
    """
    Owners with those who left, stages as numbers and booleans, campaigns on pages of two.
    """
    owners = portal.pull("owners")
    assert {(row["name"], row["team_names"], row["archived"]) for row in owners.rows.values()} == {
        ("Ana Ruiz", "EMEA Sales", False),
        ("Bo", None, True),
    }
    stages = portal.pull("deal_stages")
    won = stages.rows["default", "closedwon"]
    assert (won["is_closed"], won["probability"], won["label"]) == (True, 1.0, "Closed Won")
    campaigns = portal.pull("campaigns")
    assert len(campaigns.rows) == 3
    assert {row["hs_spend_items_sum_amount"] for row in campaigns.rows.values()} == {310.0}


def test_exchange_rates_are_asked_for_where_there_are_several_currencies(monkeypatch):
    """
    A portal with one currency is not asked; another tells what a dollar is worth.
    """
    with running(monkeypatch) as portal:
        assert portal.pull("exchange_rates").rows == {}
        assert portal.requests("GET", "/settings/") == 0
    rate = {"currency": "USD", "rate": "0.9", "on": "2025-03-01"}
    own = {**records(), "exchange_rates": [rate]}
    own["deals"][1]["deal_currency_code"] = "USD"
    with running(monkeypatch, own) as portal:
        rows = list(portal.pull("exchange_rates").rows.values())
        assert [(row["from_currency"], row["to_currency"], row["rate"]) for row in rows] == [("USD", "EUR", 0.9)]


def test_marketing_emails_that_a_list_with_statistics_leaves_out_are_read_too(portal):
    """
    All three arrive, each once; those with statistics keep them.
    """
    stored: Stored = portal.pull("marketing_emails")

    assert stored.ids() == {"801", "802", "803"}
    assert any(row["sent"] == 10 and row["click"] == 1 for row in stored.rows.values())


def test_check_names_what_it_found(portal):
    """
    One finding per object and for the portal and its daily limit; a missing scope is a warning that names it.
    """
    portal.hubspot.revoke_scope("marketing.campaigns.read")
    findings = {finding.about: finding for finding in portal.source().check()}

    assert {name for name, finding in findings.items() if finding.level == "ok"} == {
        "credentials", "companies", "contacts", "deals", "line_items", "tickets", "calls", "meetings", "emails",
        "owners", "marketing_emails", "exchange_rates", "daily limit",
    }  # fmt: skip
    assert findings["campaigns"].level == "warning"
    assert "marketing.campaigns.read" in findings["campaigns"].text
