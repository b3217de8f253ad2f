"""
Whole runs against the sandbox: what is left out, what goes on, what is never written.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import requests

from sync import push
from sync.push.plan import _shrunk
from tests.sync.organisation import organisation


@pytest.fixture
def company(tmp_path):
    with organisation(tmp_path) as made:
        yield made


@pytest.mark.parametrize("connector", ["salesforce", "hubspot", "google_sheets"])
def test_a_second_push_with_nothing_changed_sends_no_write(company, connector):
    """
    The first run writes; the second one compares and is done.
    """
    crm = () if connector != "google_sheets" else ("hubspot",)
    settings = company.settings(connector, *crm)
    first = company.run(settings)
    assert "done" == first.run.status, first.run.problems
    written = company.writes()
    assert written > 0
    second = company.run(settings, steps=("push",), kind="push")
    assert "done" == second.run.status
    assert written == company.writes()


def test_nothing_is_written_by_looking_at_the_plan(company):
    """
    A plan names the fields that would be made and every change, and sends no write.
    """

    settings = company.settings("hubspot")
    company.run(settings, steps=("pull", "compute"))
    made = push.plan(company.warehouse("hubspot"), settings, datetime.now(UTC))
    [plan] = made.destinations
    assert 6 == len(plan.creates)  # the group, four values, the time stamp
    assert plan.changes > 0
    assert 0 == company.writes()


def test_a_vendor_that_is_down_fails_the_run_and_the_next_one_goes_on(company):
    """
    The run ends "failed at pull (hubspot)"; what was pulled before stays; nothing is pushed from half of the records.
    """
    settings = company.settings("hubspot", "files")
    company.sandbox.control.inject(kind="unavailable", vendor="hubspot", path="/objects/deals", times=-1)
    failed = company.run(settings)
    assert "failed at pull (hubspot)" == failed.run.status
    assert "HubSpot did not answer properly" in failed.run.problems[0]
    assert 0 == company.writes()
    with company.warehouse("hubspot").open(read_only=True) as session:
        contacts = session.value("select count(*) from raw_hubspot.contacts")
    assert contacts > 0
    company.sandbox.control.reset()
    mended = company.run(settings)
    assert "done" == mended.run.status, mended.run.problems
    with company.warehouse("hubspot").open(read_only=True) as session:
        assert contacts <= session.value("select count(*) from raw_hubspot.contacts")
        assert session.value("select count(*) from raw_hubspot.deals") > 0


def test_a_missing_scope_is_named_and_the_rest_goes_on(company):
    """
    Without the scope for deals the other objects are pulled, KPIs of deals have no value, and the run is not green.
    """
    settings = company.settings("hubspot")
    company.sandbox.hubspot.revoke_scope("crm.objects.deals.read")
    report = company.run(settings, steps=("pull", "compute"))
    assert "done, something left out" == report.run.status
    assert any("crm.objects.deals.read" in problem for problem in report.run.problems)
    with company.warehouse("hubspot").open(read_only=True) as session:
        values = session.rows("select kpi, value, reason from kpi_values where dimension = 'org' and grain = 'month'")
    leads = [row["value"] for row in values if row["kpi"] == "new_leads"]
    wins = {(row["value"], row["reason"]) for row in values if row["kpi"] == "win_rate"}
    assert sum(leads) > 0
    assert {(None, "missing_input")} == wins


def test_a_value_that_somebody_else_changed_is_not_overwritten(company):
    """
    A person corrects our figure in the CRM: the next push reports the conflict and leaves it, until told to overwrite.
    """
    settings = company.settings("hubspot")
    company.run(settings)
    state = company.sandbox.hubspot.state()["objects"]["companies"]
    ours = next(c for c in state if c["properties"].get("noria_won_revenue") not in (None, ""))
    url = f"{company.sandbox.url}/crm/v3/objects/companies/{ours['id']}"
    token = {"Authorization": f"Bearer {company.sandbox.hubspot.access_token}"}
    answer = requests.patch(url, json={"properties": {"noria_won_revenue": "12345"}}, headers=token, timeout=10)
    assert 200 == answer.status_code
    again = company.run(settings, steps=("push",), kind="push")
    assert "done, something left out" == again.run.status
    assert [("accounts", ours["id"], "noria_won_revenue")] == [
        (object, cell.record, f"noria_{cell.field}") for object, cell in again.applied[0].conflicts
    ]
    assert "12345" == stands(company, ours["id"])["noria_won_revenue"]
    forced = company.run(settings, steps=("push",), kind="push", overwrite=True)
    assert "done" == forced.run.status
    assert float(ours["properties"]["noria_won_revenue"]) == float(stands(company, ours["id"])["noria_won_revenue"])


def stands(company, id):
    companies = company.sandbox.hubspot.state()["objects"]["companies"]
    return next(c for c in companies if c["id"] == id)["properties"]


def test_a_refused_record_is_told_and_tried_again(company):
    """
    One company is refused: the others are written, the reason is told, and the next push writes the one that was left.
    """
    settings = company.settings("hubspot")
    company.run(settings, steps=("pull", "compute"))

    [plan] = push.plan(company.warehouse("hubspot"), settings, datetime.now(UTC)).destinations
    victim = plan.objects[0].cells[0].record
    company.sandbox.hubspot.refuse("companies", victim, "a workflow of this portal said no")
    report = company.run(settings, steps=("push",), kind="push")
    [(object, outcome)] = report.applied[0].rejected
    assert ("accounts", victim, "rejected") == (object, outcome.id, outcome.status)
    assert "done, something left out" == report.run.status
    assert len({cell.record for cell in plan.objects[0].cells}) - 1 == report.applied[0].written["accounts"]
    requests.delete(f"{company.sandbox.url}/_sandbox/hubspot/refuse", timeout=10)
    mended = company.run(settings, steps=("push",), kind="push")
    assert {"accounts": 1} == mended.applied[0].written
    assert "done" == mended.run.status


def test_a_write_whose_answer_was_lost_is_not_written_twice(company):
    """
    HubSpot did it, but no answer came: the next push finds the values standing and writes nothing.
    """
    settings = company.settings("hubspot")
    company.run(settings, steps=("pull", "compute"))
    company.sandbox.control.inject(kind="lost", vendor="hubspot", method="POST", path="/batch/update", times=-1)
    company.run(settings, steps=("push",), kind="push")
    company.sandbox.control.reset()
    report = company.run(settings, steps=("push",), kind="push")
    assert "done" == report.run.status, report.run.problems
    assert 0 == company.sandbox.control.requests("hubspot", "POST", "/batch/update")


def test_old_and_new_value_of_each_cell_are_kept(company):
    """
    What was written where, when and by which run can be read back.
    """
    settings = company.settings("hubspot")
    report = company.run(settings)
    with company.warehouse("hubspot").open(read_only=True) as session:
        rows = session.rows("select * from noria.writes where run = ?", [report.run.id])
    assert len(rows) > 0
    assert {"written"} == {row["status"] for row in rows}
    assert all(json.loads(row["old"]) is None for row in rows)
    assert {"mrr", "won_revenue", "average_ticket", "open_pipeline_amount"} >= {row["field"] for row in rows}


def test_a_push_that_would_blank_much_stops_itself(tmp_path):
    """
    All deals vanish from the warehouse, as a broken pull would make them: the push says so and writes nothing.
    """
    with organisation(tmp_path, accounts=60) as company:
        settings = company.settings("hubspot")
        company.run(settings)
        written = company.writes()
        with company.warehouse("hubspot").open() as session:
            assert 20 <= session.value("select count(distinct record) from noria.written")
            session.execute("delete from raw_hubspot.deals")
        report = company.run(settings, steps=("compute", "push"), kind="push")
        assert "failed at push (hubspot)" == report.run.status
        assert any("stopped itself" in problem for problem in report.run.problems)
        assert written == company.writes()


def test_a_file_that_is_gone_leaves_no_stale_rows(company):
    """
    costs.csv is deleted: the costs leave the model, and KPIs that need them have no value.
    """
    settings = company.settings("files")
    company.run(settings, steps=("pull", "compute"))
    (company.file.parent / "settings-files" / "costs.csv").unlink()
    company.run(settings, steps=("pull", "compute"))
    with company.warehouse("files").open(read_only=True) as session:
        assert 0 == session.value("select count(*) from costs")
        reasons = session.rows(
            "select distinct reason from kpi_values where kpi = 'marketing_cac' and dimension = 'org'"
        )
    assert ["missing_input"] == [row["reason"] for row in reasons]


def test_a_bad_file_does_not_keep_the_others_from_being_computed(company):
    """
    A file that is no table of ours stops its connector, with the close match; the CRM's KPIs are computed all the same.
    """
    settings = company.settings("files", "hubspot")
    (company.file.parent / "settings-files" / "cost.csv").write_text("a,b\n1,2\n")
    report = company.run(settings, steps=("pull", "compute"))
    assert "failed at pull (files)" == report.run.status
    assert any("did you mean costs" in problem for problem in report.run.problems)
    assert report.values > 0


def test_numbers_computed_without_a_connector_are_not_pushed_later(company):
    """
    The pull of HubSpot fails, compute and push are called by hand: the push says what is missing and writes nothing,
    until a whole pull was computed.
    """
    settings = company.settings("hubspot", "files")
    company.sandbox.control.inject(kind="unavailable", vendor="hubspot", path="/objects/deals", times=-1)
    company.run(settings, steps=("pull",), kind="pull")
    company.sandbox.control.reset()
    company.run(settings, steps=("compute",), kind="compute")
    held = company.run(settings, steps=("push",), kind="push")
    assert "failed at push (hubspot)" == held.run.status
    assert any("computed without all records (hubspot)" in problem for problem in held.run.problems)
    assert 0 == company.writes()
    company.run(settings, steps=("pull", "compute"))
    assert "done" == company.run(settings, steps=("push",), kind="push").run.status
    assert company.writes() > 0


def test_what_became_unreadable_is_left_as_it_stands(company):
    """
    After a good run the scope for deals is taken away: won revenue and the like are neither changed nor blanked.
    """
    settings = company.settings("hubspot")
    company.run(settings)
    before = {c["id"]: c["properties"] for c in company.sandbox.hubspot.state()["objects"]["companies"]}
    company.sandbox.hubspot.revoke_scope("crm.objects.deals.read")
    report = company.run(settings)
    assert "done, something left out" == report.run.status
    after = {c["id"]: c["properties"] for c in company.sandbox.hubspot.state()["objects"]["companies"]}
    for id, properties in before.items():
        assert properties.get("noria_won_revenue") == after[id].get("noria_won_revenue")


def test_a_hidden_field_is_no_zero(company):
    """
    The integration user may no longer read Amount: revenue is unknown, not 0, and what stands in the CRM stays.
    """
    settings = company.settings("salesforce")
    company.sandbox.salesforce.hide_field("Opportunity", "Amount")
    report = company.run(settings)
    assert any("Amount" in problem for problem in report.run.problems)
    with company.warehouse("salesforce").open(read_only=True) as session:
        reasons = session.rows("select distinct value, reason from kpi_values where kpi = 'average_ticket'")
    assert [{"value": None, "reason": "missing_input"}] == reasons
    accounts = company.sandbox.salesforce.state()["records"]["Account"]
    assert not any("Noria_Won_Revenue__c" in account for account in accounts)


def test_addresses_in_a_vendors_words_are_not_kept(company):
    """
    HubSpot's refusal quotes a person's address: neither the outcome nor the warehouse holds it.
    """
    settings = company.settings("hubspot")
    company.run(settings, steps=("pull", "compute"))
    [plan] = push.plan(company.warehouse("hubspot"), settings, datetime.now(UTC)).destinations
    company.sandbox.hubspot.refuse("companies", plan.objects[0].cells[0].record, "eve.adams@acme.example said no")
    report = company.run(settings, steps=("push",), kind="push")
    [(_, outcome)] = report.applied[0].rejected
    assert "said no" in outcome.message and "@" not in outcome.message
    with company.warehouse("hubspot").open(read_only=True) as session:
        assert 0 == session.value("select count(*) from noria.writes where message like '%@%'")


def test_what_changes_between_plan_and_write_is_not_overwritten(company):
    """
    A person writes into our field after the plan was shown: that value stays and is told as a conflict; the others of
    the same record are written.
    """
    settings = company.settings("hubspot")
    company.run(settings, steps=("pull", "compute"))
    [plan] = push.plan(company.warehouse("hubspot"), settings, datetime.now(UTC)).destinations
    victim = next(cell.record for cell in plan.objects[0].cells if cell.field == "won_revenue" and cell.new)
    company.run(settings, steps=("push",), kind="push")
    with company.warehouse("hubspot").open() as session:  # other values are due
        session.execute("update raw_hubspot.deals set amount = amount * 2")
    company.run(settings, steps=("compute",), kind="compute")

    def meanwhile(report):
        url = f"{company.sandbox.url}/crm/v3/objects/companies/{victim}"
        token = {"Authorization": f"Bearer {company.sandbox.hubspot.access_token}"}
        requests.patch(url, json={"properties": {"noria_won_revenue": "777"}}, headers=token, timeout=10)

    report = company.run(settings, steps=("push",), kind="push", show_plan=meanwhile)
    conflicts = {(cell.record, cell.field) for _, cell in report.applied[0].conflicts}
    assert {(victim, "won_revenue")} == conflicts
    assert report.applied[0].written["accounts"] > 0
    assert "777" == stands(company, victim)["noria_won_revenue"]


def test_the_size_of_the_sources_is_remembered_per_destination(company):
    """
    Leads shrink by more than the share: what one destination pushed since does not disarm the guard of another.
    """
    settings = company.settings("hubspot")
    company.run(settings)
    own = settings.push["hubspot"]
    with company.warehouse("hubspot").open() as session:
        rows = int(session.value("select count(*) from leads where not is_deleted"))
        session.execute("insert into noria.facts_of values ('pushed:other:leads', ?)", [str(rows * 2)])
        assert [] == _shrunk(session, own, "hubspot")
        [reason] = _shrunk(session, own, "other")
    assert reason.startswith(f"leads shrank from {rows * 2} to {rows} rows")
