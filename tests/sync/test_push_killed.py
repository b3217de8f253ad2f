"""
A process that dies in the middle of a push loses nothing, repeats nothing, and what it left half done is nobody else's.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import requests
from typer.testing import CliRunner

from connectors.contract import Update
from sync import push
from sync.cli import app
from sync.push.plan import destination
from tests.sync.killing import ACCOUNTS, CHUNK, SOLD, TODAY, Moment, company, values
from tests.sync.organisation import WRITES

FIRST_CHUNK = Moment("salesforce", "PATCH", "/composite/sobjects", "done")
# Each for a push that goes on where the one before it died.
MOMENTS = {
    "planning": Moment("hubspot", "GET", "/properties/companies", "done"),
    "a field made": Moment("salesforce", "POST", "/tooling/sobjects/CustomField", "done", 2),
    "access granted to some fields": Moment("salesforce", "POST", "/FieldPermissions", "done", 3),
    "old values kept, nothing sent": Moment("salesforce", "PATCH", "/composite/sobjects", "taken"),
    "a chunk written, not stored": FIRST_CHUNK,
    "between two chunks": Moment("salesforce", "PATCH", "/composite/sobjects", "next"),
    "a chunk of another object written, not stored": Moment("salesforce", "PATCH", "/KPI__c/", "done"),
    "between two destinations": Moment("hubspot", "GET", "/properties/companies", "taken", 3),
    "the last chunk written, not stored": Moment("hubspot", "POST", "/batch/update", "done", 3),
    "the sheet on its way": Moment("google", "POST", ":batchUpdate", "taken"),
    "the sheet written, not told": Moment("google", "POST", ":batchUpdate", "done"),
    "all written, the run not closed": None,
}
ENDED = "failed: the process ended"
ONLY_CRM = ("--only", "salesforce", "--only", "hubspot")


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """
    A company whose first run died in its push, the process that it was, and the folder of the warehouse as it was
    before anything was pushed.
    """
    folder = tmp_path_factory.mktemp("begun")
    with company(folder) as made:
        process = made.kill("run", *ONLY_CRM, "--as-of", f"{TODAY}", at=FIRST_CHUNK)
        yield made, process, made.unpushed(folder / "computed")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, begun):
    """
    What stands after a push that nobody killed: our values by record, and the tabs.
    """
    with company(tmp_path_factory.mktemp("undisturbed"), begun[2]) as made:
        assert "done" == made.run().run.status
        assert all({n: sold * n for n in ACCOUNTS} == made.revenue(vendor) for vendor, sold in SOLD.items())
        return values(made.records()), made.tabs()


@pytest.fixture
def made(tmp_path, begun):
    with company(tmp_path, begun[2]) as made:
        yield made


def ran(company):
    """
    How each run ended, newest first.
    """
    answered = CliRunner().invoke(app, ["runs", "--format", "json", "--settings", str(company.file)])
    assert 0 == answered.exit_code, answered.output
    return [run["status"] for run in json.loads(answered.stdout)]


def olds(company, field="won_revenue"):
    """
    Connector, record -> the values of that field before each write, the earliest first.
    """
    found = {}
    with company.session() as session:
        for row in session.rows("select * from noria.writes where field = ? order by written_at", [field]):
            old = json.loads(row["old"])
            found.setdefault((row["connector"], row["record"]), []).append(None if old is None else float(old))
    return found


def conflicts(report):
    return [cell for done in report.applied for _, cell in done.conflicts]


def writes(company):
    return sum(company.sandbox.control.requests(*request) for request in WRITES)


def test_the_next_run_finishes_what_a_killed_one_began(begun, undisturbed):
    """
    The same CRMs as after an undisturbed push: what had arrived is not sent again and is not somebody else's; the lock
    is taken over; the dead run is told as such, also before anything else is run.
    """
    wanted, _ = undisturbed
    made, process, _ = begun
    lock = made.file.with_name("settings.duckdb.lock")
    assert process == json.loads(lock.read_text())["pid"]
    assert [ENDED] == ran(made)
    arrived = made.records()
    assert CHUNK == len(arrived)

    report = made.run("pull", "compute", "push", only=tuple(SOLD))
    assert ("done", []) == (report.run.status, report.run.problems)
    assert ["done", ENDED] == ran(made)
    assert "" == lock.read_text()
    assert [] == conflicts(report)
    assert len(wanted) - CHUNK == sum(sum(done.written.values()) for done in report.applied)
    assert wanted == values(made.records())
    assert arrived == {id: made.records()[id] for id in arrived}


def test_pushes_that_die_one_after_the_other(made, undisturbed):
    """
    Killed at every boundary, each push going on where the one before it died: no record is written twice, History has
    each row once, the value from before the first push is still told, and no dead run is a green one.
    """
    wanted, tabs = undisturbed
    arrived = {}
    for number, (moment, at) in enumerate(MOMENTS.items()):
        # The sheet is planned only where a push gets that far.
        made.kill_push(at, *(() if at is None or at.vendor == "google" else ONLY_CRM))
        assert [ENDED] * (number + 1) == ran(made), moment
        stands = made.records()
        assert arrived == {id: stands.get(id) for id in arrived}, moment
        arrived = stands
    assert wanted == values(arrived)
    made.sandbox.control.reset()
    report = made.run()
    assert (["done", *[ENDED] * len(MOMENTS)], []) == (ran(made), conflicts(report))
    assert (0, arrived) == (writes(made), made.records())
    assert tabs == made.tabs()
    keys = [row[0] for row in made.tabs()["History"]]
    assert len(set(keys)) == len(keys)
    assert {None} == {old for before in olds(made).values() for old in before}
    assert 2 * len(ACCOUNTS) == len(olds(made))
    with made.session() as session:
        assert 0 == session.value("select count(*) from noria.writes where status not in ('written', 'superseded')")
        # What a source may lose before a push stops itself is counted from this push on.
        assert ["14", "14"] == [session.recall(f"pushed:{name}:accounts") for name in SOLD]


def test_values_that_change_between_kills(made):
    """
    Whatever a dead push sent is ours, though it was never answered and other values are wanted by now; what a person
    wrote meanwhile is not. The values of the push that ended well are the first old ones.
    """
    made.run(only=tuple(SOLD))
    for at in (
        FIRST_CHUNK,
        Moment("salesforce", "PATCH", "/composite/sobjects", "taken", 2),
        Moment("hubspot", "POST", "/batch/update", "done", 2),
    ):
        made.sell(2)
        made.kill_push(at, *ONLY_CRM)
    made.sell(2)
    url = f"{made.sandbox.url}/crm/v3/objects/companies/501"
    token = {"Authorization": f"Bearer {made.sandbox.hubspot.access_token}"}
    requests.patch(url, json={"properties": {"noria_won_revenue": "777"}}, headers=token, timeout=10)

    report = made.run(only=tuple(SOLD))
    assert [("501", "won_revenue", 777)] == [(cell.record, cell.field, cell.old) for cell in conflicts(report)]
    assert {n: 1600 * n for n in ACCOUNTS} == made.revenue("salesforce")
    assert {n: 777 if n == 1 else 160 * n for n in ACCOUNTS} == made.revenue("hubspot")
    before = olds(made)
    first = {record[:15]: old[:2] for (vendor, record), old in before.items() if vendor == "salesforce"}
    assert {f"0015g0000{n:06d}": [None, 100 * n] for n in ACCOUNTS} == first


@pytest.mark.parametrize(("factor", "sent"), [(1, 4), (2, 7)])
def test_a_write_that_arrives_after_its_sender_died(made, factor, sent):
    """
    The vendor does what a dead push asked for only when the next one has compared already: no conflict, whether those
    values are still wanted, and then not sent again, or others by now.
    """
    made.kill_push(Moment("hubspot", "POST", "/batch/update", "taken"), "--only", "hubspot")
    with made.session() as session:
        rows = session.rows("select record, field, new from noria.writes where status = 'sent'")
    on_its_way = {}
    for row in rows:
        on_its_way.setdefault(row["record"], {})[row["field"]] = json.loads(row["new"])
    made.sell(factor)
    settings, now = made.settings, datetime.now(UTC)
    planned = push.plan(made.warehouse, settings, now, only=("hubspot",))
    vendor = destination(planned.destinations[0].connector, settings, now)
    vendor.apply("accounts", [Update("accounts", record, own) for record, own in on_its_way.items()])
    vendor.close()

    [done] = push.apply(made.warehouse, settings, planned, "late", now)
    assert ([], [], {"accounts": sent}) == (done.conflicts, done.rejected, done.written)
    assert {n: 10 * factor * n for n in ACCOUNTS} == made.revenue("hubspot")
