"""
Writing: fields made for the user, values to and fro, one outcome per update, calls counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.contract import FieldSpec, Update
from connectors.errors import LimitReached, PermissionMissing, RequestRefused
from connectors.salesforce.fields import api_name, long_id
from tests.connectors.salesforce.organisation import Org, accounts, ident, organisation, stamped

MRR = FieldSpec("accounts", "mrr", "MRR", "Monthly recurring revenue.", "money")
RATE = FieldSpec("accounts", "win_rate", "Win rate", "Deals won.", "percent")
LEADS = FieldSpec("campaigns", "new_leads", "New leads", "Leads.", "integer")
VALUE = FieldSpec("organisation", "value", "Value", "The value.", "number")
ONE, TWO, THREE = (ident("001", n) for n in (1, 2, 3))


@pytest.fixture
def org(monkeypatch: pytest.MonkeyPatch) -> Iterator[Org]:
    records = {
        "Account": accounts(3),
        "Campaign": [stamped("2026-01-05", Id=ident("701", 1), Name='=IMPORTXML("https://example.com")')],
    }
    with organisation(monkeypatch, records) as org:
        yield org


def update(id: str, **values: Any) -> Update:
    return Update("accounts", id, values)


def test_the_plan_names_everything_that_will_be_created(org: Org) -> None:
    """
    Two fields, the KPI object with its twelve fields and the permission set are missing; nothing is created by asking.
    """
    missing = org.destination().missing([MRR, LEADS, VALUE])

    assert missing[:3] == [
        "object KPI__c",
        "field Account.Noria_MRR__c (Currency 18,2)",
        "field Campaign.Noria_New_Leads__c (Number 18,0)",
    ]
    assert sum(word.startswith("field KPI__c.") for word in missing) == 12
    assert missing[-1] == "permission set Noria, assigned to the integration user"
    assert org.vendor.state()["fields"] == {}


def test_prepare_is_idempotent_and_needs_no_second_look(org: Org) -> None:
    """
    After the first time nothing is missing and nothing is created; that costs one describe per object.
    """
    assert len(org.destination().prepare([MRR, LEADS, VALUE])) == 16
    org.control.reset()
    destination = org.destination()

    assert destination.prepare([MRR, LEADS, VALUE]) == []
    assert org.control.requests(path="/describe") == org.control.requests(path="/services/data") == 3


def test_prepare_goes_on_after_being_cut_off(org: Org) -> None:
    """
    A field that exists but that nobody may see is granted, not created again.
    """
    metadata = {"type": "Currency", "label": "MRR", "precision": 18, "scale": 2}
    body = {"FullName": "Account.Noria_MRR__c", "Metadata": metadata}
    org.source().client.json("POST", "tooling/sobjects/CustomField", what="test", json=body)
    destination = org.destination()

    assert destination.prepare([MRR]) == [
        "access to field Account.Noria_MRR__c",
        "permission set Noria, assigned to the integration user",
    ]
    assert destination.apply("accounts", [update(ONE, mrr=Decimal(1))])[0].status == "written"


def test_a_field_of_another_type_stops_before_anything_is_created(org: Org) -> None:
    """
    Somebody's own text field under our name is not written over.
    """
    org.destination().prepare([FieldSpec("accounts", "mrr", "MRR", "Text.", "text")])
    with pytest.raises(RequestRefused) as refused:
        org.destination().missing([MRR])

    assert refused.value.where == "salesforce.Account.Noria_MRR__c"
    assert "string" in refused.value.what


SOAP, FIELDS, GRANTS = "/Soap/m/", "/tooling/sobjects/CustomField", "/sobjects/FieldPermissions"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (SOAP, "expired"),
        (SOAP, "unavailable"),
        (SOAP, "lost"),
        (FIELDS, "expired"),
        (FIELDS, "lost"),
        (GRANTS, "error"),
        (GRANTS, "lost"),
    ],
)
def test_a_passing_fault_does_not_stop_prepare(org: Org, path: str, kind: str) -> None:
    """
    Whatever fails once while creating, everything stands in the end and nothing twice.
    """
    specs = [MRR, VALUE] if path == SOAP else [MRR]
    org.control.inject(kind=kind, path=path, method="POST")
    destination = org.destination()
    destination.prepare(specs)

    assert destination.missing(specs) == []
    (ours,) = (each for each in org.vendor.state()["permission_sets"] if each["name"] == "Noria")
    granted = [row["Field"] for row in ours["fields"]]
    assert len(granted) == len(set(granted)) == (13 if path == SOAP else 1)


def test_a_missing_right_says_which_to_grant(org: Org) -> None:
    """
    Where fields may not be created, the fix lists the rights.
    """
    org.control.inject(kind="scope", path="/tooling/sobjects/CustomField", times=-1)
    with pytest.raises(PermissionMissing) as refused:
        org.destination().prepare([MRR])

    assert "Customize Application" in refused.value.fix


def test_values_are_rounded_and_percent_is_shown_as_such(org: Org) -> None:
    """
    10.505 EUR is stored as 10.51, the fraction 0.1234567 as 12.3457 %, and is read back as a fraction.
    """
    destination = org.destination()
    destination.prepare([MRR, RATE])
    values = {"mrr": Decimal("10.505"), "win_rate": 0.1234567}
    destination.apply("accounts", [Update("accounts", ONE, values)])

    row = org.row("Account", ONE)
    assert (row["Noria_MRR__c"], row["Noria_Win_Rate__c"]) == (10.51, 12.3457)
    kept = {"mrr": Decimal("10.51"), "win_rate": 0.123457}
    assert destination.current("accounts", [ONE], ["mrr", "win_rate"]) == {ONE: kept}


def test_none_clears_a_field(org: Org) -> None:
    """
    None empties the field, and other fields stay.
    """
    destination = org.destination()
    destination.prepare([MRR, RATE])
    destination.apply("accounts", [update(ONE, mrr=Decimal(5), win_rate=0.5)])
    destination.apply("accounts", [update(ONE, mrr=None)])

    assert destination.current("accounts", [ONE], ["mrr", "win_rate"]) == {ONE: {"mrr": None, "win_rate": 0.5}}


def test_what_is_gone_or_not_yet_there_is_absent(org: Org) -> None:
    """
    An unknown record has no entry, an unknown field no value; a 15-character id finds its record.
    """
    destination = org.destination()
    destination.prepare([MRR])
    found = destination.current("accounts", [ONE[:15], ident("001", 99)], ["mrr", "roi"])

    assert found == {ONE[:15]: {"mrr": None}}


@pytest.mark.parametrize(("rows", "calls"), [(200, 1), (401, 3)])
def test_two_hundred_records_a_call(monkeypatch: pytest.MonkeyPatch, rows: int, calls: int) -> None:
    """
    n changed records cost exactly n/200 calls, rounded up, and the plan says so.
    """
    with organisation(monkeypatch, {"Account": accounts(rows)}) as org:
        destination = org.destination()
        destination.prepare([MRR])
        org.control.reset()
        outcomes = destination.apply("accounts", [update(ident("001", n), mrr=n) for n in range(1, rows + 1)])

        assert {outcome.status for outcome in outcomes} == {"written"}
        assert org.control.requests() == org.control.requests(method="PATCH") == calls
        assert destination.calls({"accounts": rows}) == calls


def test_outcomes_keep_the_order_and_name_what_to_do(org: Org) -> None:
    """
    Of three rows one is refused by a validation rule, one is gone: each in its place with code, words and fix.
    """
    destination = org.destination()
    destination.prepare([MRR])
    org.vendor.refuse("Account", ONE, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Ask ann@example.com first")
    found = destination.apply("accounts", [update(id, mrr=1) for id in (ONE, ident("001", 99), THREE)])

    assert [outcome.id for outcome in found] == [ONE, ident("001", 99), THREE]
    assert [outcome.status for outcome in found] == ["rejected", "rejected", "written"]
    assert found[0].code == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert "validation rule" in found[0].message and "ann@example.com" not in found[0].message
    assert all(outcome.fix for outcome in found[:2])


def test_a_locked_row_is_sent_again(org: Org) -> None:
    """
    A row that somebody else holds at first is written with the next call.
    """
    destination = org.destination()
    destination.prepare([MRR])
    org.vendor.refuse("Account", TWO, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access", times=1)
    org.control.reset()
    found = destination.apply("accounts", [update(id, mrr=1) for id in (ONE, TWO)])

    assert [outcome.status for outcome in found] == ["written", "written"]
    assert org.control.requests(method="PATCH") == 2


def test_a_row_that_stays_locked_is_reported(org: Org) -> None:
    """
    After smaller and smaller calls it is left for the next run.
    """
    destination = org.destination()
    destination.prepare([MRR])
    org.vendor.refuse("Account", TWO, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access")
    (outcome,) = destination.apply("accounts", [update(TWO, mrr=1)])

    assert (outcome.status, outcome.code) == ("rejected", "UNABLE_TO_LOCK_ROW")


@pytest.mark.parametrize("kind", ["error", "lost", "expired", "cut"])
def test_a_repeated_write_writes_the_same(org: Org, kind: str) -> None:
    """
    An answer that was lost, or a session that ran out, is followed by the same absolute values, assignment rules off.
    """
    destination = org.destination()
    destination.prepare([MRR])
    org.vendor.assign_to(ident("005", 77))
    org.control.inject(kind=kind, method="PATCH")
    found = destination.apply("accounts", [update(ONE, mrr=7)])

    assert [outcome.status for outcome in found] == ["written"]
    assert org.row("Account", ONE)["Noria_MRR__c"] == 7


def test_no_answer_is_unknown_and_the_rest_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Of 450 rows the second call is never answered: 200 written, 200 unknown, 50 not sent.
    """
    with organisation(monkeypatch, {"Account": accounts(450)}) as org:
        destination = org.destination()
        destination.prepare([MRR])
        org.control.inject(kind="lost", path="/composite/", times=-1, after=1)
        found = destination.apply("accounts", [update(ident("001", n), mrr=n) for n in range(1, 451)])

    statuses = [outcome.status for outcome in found]
    assert statuses == ["written"] * 200 + ["unknown"] * 200 + ["rejected"] * 50
    assert {outcome.code for outcome in found[400:]} == {"NOT_SENT"}


def test_a_limit_before_the_first_row_is_an_error_and_later_an_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Nothing written: the run stops with the limit. 200 written: they are told, and the other 50 were not sent.
    """
    with organisation(monkeypatch, {"Account": accounts(250)}) as org:
        destination = org.destination()
        destination.prepare([MRR])
        updates = [update(ident("001", n), mrr=n) for n in range(1, 251)]
        org.control.inject(kind="limit", path="/composite/")
        with pytest.raises(LimitReached):
            destination.apply("accounts", updates)
        org.control.inject(kind="limit", path="/composite/", after=1)
        found = destination.apply("accounts", updates)

    assert [outcome.status for outcome in found] == ["written"] * 200 + ["rejected"] * 50


def test_many_rows_go_by_bulk(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    2,001 rows: one job, no collections call; a refused row is found by its id, a locked one is sent again, None clears.
    """
    with organisation(monkeypatch, {"Account": accounts(2001)}) as org:
        destination = org.destination()
        destination.prepare([MRR, RATE])
        destination.apply("accounts", [update(TWO, win_rate=0.5)])
        org.vendor.refuse("Account", ONE, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "not, so: fast")
        org.vendor.refuse("Account", THREE, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access", times=1)
        org.control.reset()
        updates = [update(ident("001", n), mrr=n) for n in range(2001, 2, -1)]
        found = destination.apply("accounts", [*updates, update(ONE, mrr=1), update(TWO, win_rate=None)])

        assert [outcome.status for outcome in found] == ["written"] * 1999 + ["rejected", "written"]
        assert (found[1999].id, found[1999].code) == (ONE, "FIELD_CUSTOM_VALIDATION_EXCEPTION")
        assert "not, so: fast" in found[1999].message
        assert org.control.requests(path="/composite/") == 1
        assert org.row("Account", TWO)["Noria_Win_Rate__c"] is None
        assert org.row("Account", THREE)["Noria_MRR__c"] == 3


@pytest.mark.parametrize(
    ("kind", "method", "path"),
    [
        ("lost", "POST", "/ingest"),
        ("lost", "PUT", "/batches"),
        ("lost", "PATCH", "/ingest"),
        ("error", "PUT", "/batches"),
        ("expired", "GET", "/ingest"),
    ],
)
def test_a_passing_fault_in_a_bulk_write(monkeypatch: pytest.MonkeyPatch, kind: str, method: str, path: str) -> None:
    """
    Whichever step of a job fails once, every row is written in the end.
    """
    with organisation(monkeypatch, {"Account": accounts(2001)}) as org:
        destination = org.destination()
        destination.prepare([MRR])
        org.control.inject(kind=kind, method=method, path=path)
        found = destination.apply("accounts", [update(ident("001", n), mrr=n) for n in range(1, 2002)])

        assert {outcome.status for outcome in found} == {"written"}
        assert org.row("Account", ident("001", 2001))["Noria_MRR__c"] == 2001


def test_most_of_the_records_are_read_by_one_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    1,500 accounts fill one page: asking for nearly all of them by id would take more requests.
    """
    with organisation(monkeypatch, {"Account": accounts(1500)}) as org:
        destination = org.destination()
        destination.prepare([MRR])
        org.control.reset()
        few = destination.current("accounts", [ident("001", n) for n in range(1, 301)], ["mrr"])
        many = destination.current("accounts", [ident("001", n) for n in range(1, 1501)], ["mrr"])

        assert (len(few), len(many)) == (300, 1500)
        assert org.control.requests(path="/query/") == 2


def test_few_of_many_records_are_asked_for_by_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    1,000 of 8,001 accounts: five pages of a scan are more than three lists of ids; the scan ends with its first page.
    """
    with organisation(monkeypatch, {"Account": accounts(8001)}) as org:
        destination = org.destination()
        destination.prepare([MRR])
        org.control.reset()
        found = destination.current("accounts", [ident("001", n) for n in range(7001, 8001)], ["mrr"])

        assert len(found) == 1000
        assert org.control.requests(path="/query/") == 1 + 3


def test_organisation_kpis_are_records_with_a_key(org: Org) -> None:
    """
    A KPI is created under its key, changed under it, and found by it; written twice it is still one record.
    """
    destination = org.destination()
    destination.prepare([VALUE])
    key = "win_rate|month|it's 2026-10"
    at = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    values = {"kpi": "win_rate", "period_start": date(2026, 10, 1), "value": 0.25, "computed_at": at, "reason": None}
    destination.apply("organisation", [Update("organisation", key, values)])
    (again,) = destination.apply("organisation", [Update("organisation", key, {"value": 0.5})])

    assert again.status == "written"
    assert len(org.vendor.state()["records"]["KPI__c"]) == 1
    assert destination.current("organisation", [key, "other"], list(values)) == {key: {**values, "value": 0.5}}


def test_many_organisation_kpis_go_by_bulk(org: Org) -> None:
    """
    2,001 KPIs are upserted by one job: created the first time, changed the second, none twice.
    """
    destination = org.destination()
    destination.prepare([VALUE])
    keys = [f'mrr|month|"{n}", x' for n in range(2001)]
    for value in (1, 2):
        found = destination.apply("organisation", [Update("organisation", key, {"value": value}) for key in keys])
        assert {outcome.status for outcome in found} == {"written"}

    records = org.vendor.state()["records"]["KPI__c"]
    assert len(records) == 2001 and {record["Value__c"] for record in records} == {2}
    assert org.control.requests(path="/composite/") == 0


def test_writing_without_the_field_is_a_missing_permission(org: Org) -> None:
    """
    A field that does not exist, or is hidden, is named before anything is sent.
    """
    with pytest.raises(PermissionMissing) as refused:
        org.destination().apply("accounts", [update(ONE, mrr=1)])

    assert refused.value.where == "salesforce.Account.Noria_MRR__c"
    assert org.control.requests(method="PATCH") == 0


def test_what_is_no_number_is_not_sent(org: Org) -> None:
    """
    NaN and infinity are refused here, the rows beside them are written.
    """
    destination = org.destination()
    destination.prepare([MRR])
    found = destination.apply("accounts", [update(ONE, mrr=float("nan")), update(TWO, mrr=2)])

    assert [(outcome.status, outcome.code) for outcome in found] == [("rejected", "INVALID_VALUE"), ("written", "")]


def test_names_and_ids() -> None:
    """
    Abbreviations stay upper case, the KPI object needs no prefix, and the 18-character id of a known pair is right.
    """
    assert api_name("accounts", "gross_mrr_churn_rate", "Noria_") == "Noria_Gross_MRR_Churn_Rate__c"
    assert api_name("organisation", "computed_at", "Noria_") == "Computed_At__c"
    assert long_id("001A0000006Vm9r") == "001A0000006Vm9rIAC"
