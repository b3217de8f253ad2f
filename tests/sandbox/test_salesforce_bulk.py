"""
Bulk API 2.0, with the vendor's own client.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from simple_salesforce.exceptions import SalesforceMalformedRequest

from sandbox.salesforce.values import java_number
from tests.sandbox.salesforce_org import ACME, ANA, BOLT, CONVERTED_LEAD, GONE, NEW_DEAL, WON_DEAL, Org, running

WAIT = 0.01


@pytest.fixture(scope="module")
def started() -> Iterator[Org]:
    with running() as made:
        yield made


@pytest.fixture
def org(started: Org) -> Org:
    return started.fresh()


def rows(page: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(page, newline="")))


def results(org: Org, job: str, which: str) -> list[dict[str, str]]:
    answer = org.rest("GET", f"jobs/ingest/{job}/{which}")
    assert answer.headers["Content-Type"] == "text/csv"
    return rows(answer.content.decode())


def test_a_query_job_yields_csv(org: Org) -> None:
    """
    Every value is quoted, instants end in Z, large numbers have an exponent, nulls are empty, breaks inside texts stay.
    """
    soql = "SELECT Id, Name, AnnualRevenue, IsDeleted, CreatedDate, Owner.Name FROM Account"

    (page,) = org.client.bulk2.Account.query(soql, wait=WAIT)

    assert page.startswith('"Id","Name","AnnualRevenue","IsDeleted","CreatedDate","Owner.Name"\n')
    acme, bolt = rows(page)
    assert (acme["Id"], acme["AnnualRevenue"], acme["IsDeleted"]) == (ACME, "1.2345678E7", "false")
    assert (acme["CreatedDate"], acme["Owner.Name"]) == ("2025-01-02T10:00:00.000Z", "Ana Sol")
    assert (bolt["Name"], bolt["AnnualRevenue"]) == ('bolt & "Co"\nBerlin', "")


def test_pages_repeat_their_header_and_can_be_read_again(org: Org) -> None:
    """
    Three deals in pages of two: a locator, then the word null; the same locator gives the same page twice.
    """
    soql = "SELECT Name FROM Opportunity"
    pages = list(org.client.bulk2.Opportunity.query(soql, max_records=2, wait=WAIT))
    job = org.vendor.state()["jobs"][0]["id"]
    first = org.rest("GET", f"jobs/query/{job}/results", params={"maxRecords": 2})
    second = [
        org.rest(
            "GET", f"jobs/query/{job}/results", params={"maxRecords": 2, "locator": first.headers["Sforce-Locator"]}
        )
        for _ in range(2)
    ]

    assert [[row["Name"] for row in rows(page)] for page in pages] == [["New", "Won"], ["Lost"]]
    assert first.headers["Sforce-NumberOfRecords"] == "2"
    assert first.headers["Content-Encoding"] == "gzip"
    assert [page.headers["Sforce-Locator"] for page in second] == ["null", "null"]
    assert pages[1] == second[0].text == second[1].text


def test_a_job_lets_one_wait(org: Org) -> None:
    """
    A new job is UploadComplete, then InProgress, then JobComplete; before its end there is nothing to read.
    """
    made = org.rest("POST", "jobs/query", json={"operation": "query", "query": "SELECT Id FROM Account"})
    job = made.json()["id"]
    early = org.rest("GET", f"jobs/query/{job}/results")
    states = [org.rest("GET", f"jobs/query/{job}").json()["state"] for _ in range(2)]

    assert (made.status_code, made.json()["state"], made.json()["object"]) == (200, "UploadComplete", "Account")
    assert early.status_code == 204
    assert states == ["InProgress", "JobComplete"]
    assert org.rest("DELETE", f"jobs/query/{job}").status_code == 204
    assert org.rest("GET", f"jobs/query/{job}").status_code == 404


def test_an_aborted_job_is_an_error_of_the_client(org: Org) -> None:
    """
    An aborted job stays aborted.
    """
    job = org.rest("POST", "jobs/query", json={"operation": "query", "query": "SELECT Id FROM Account"}).json()["id"]

    assert org.rest("PATCH", f"jobs/query/{job}", json={"state": "Aborted"}).json()["state"] == "Aborted"
    assert org.rest("GET", f"jobs/query/{job}").json()["state"] == "Aborted"


def test_deleted_records_come_with_query_all(org: Org) -> None:
    """
    A queryAll job holds the recycle bin, a query job does not.
    """
    soql = "SELECT Id FROM Account"

    (alive,) = org.client.bulk2.Account.query(soql, wait=WAIT)
    (everything,) = org.client.bulk2.Account.query_all(soql, wait=WAIT)

    assert [row["Id"] for row in rows(alive)] == [ACME, BOLT]
    assert [row["Id"] for row in rows(everything)] == [ACME, BOLT, GONE]


def test_nothing_found_is_a_header(org: Org) -> None:
    """
    A job without records has a header line only.
    """
    (page,) = org.client.bulk2.Task.query("SELECT Id FROM Task", wait=WAIT)

    assert page == '"Id"\n'


@pytest.mark.parametrize(
    ("soql", "words"),
    [
        ("SELECT COUNT() FROM Account", "Aggregate functions"),
        ("SELECT COUNT(Id) FROM Account", "Aggregate functions"),
        ("SELECT Industry FROM Account GROUP BY Industry", "GROUP BY"),
        ("SELECT Id FROM Account LIMIT 1 OFFSET 1", "OFFSET"),
        ("SELECT Id, (SELECT Id FROM Contacts) FROM Account", "nested queries"),
        ("SELECT BillingAddress FROM Account", "Selecting compound data not supported in Bulk Query"),
        ("SELECT Nope__c FROM Account", "No such column 'Nope__c'"),
        ("SELECT Id FROM CaseStatus", "not supported by the Bulk API"),
    ],
)
def test_what_bulk_cannot_ask_is_refused_at_once(org: Org, soql: str, words: str) -> None:
    """
    The job is not even made.
    """
    with pytest.raises(SalesforceMalformedRequest, match=words):
        list(org.client.bulk2.Account.query(soql, wait=WAIT))

    assert org.vendor.state()["jobs"] == []


def test_an_update_job_writes_some_rows_and_tells_which(org: Org) -> None:
    """
    Of four rows two are written; the job is complete all the same, and its files tell every row's fate.
    """
    written: list[dict[str, Any]] = org.client.bulk2.Account.update(
        records=[
            {"Id": ACME, "Industry": "Energy", "AnnualRevenue": "#N/A"},
            {"Id": BOLT, "Industry": "", "AnnualRevenue": "5"},
            {"Id": GONE, "Industry": "Energy", "AnnualRevenue": "5"},
            {"Id": "nonsense", "Industry": "Energy", "AnnualRevenue": "5"},
        ],
        wait=WAIT,
    )

    job = written[0]["job_id"]
    assert (written[0]["numberRecordsProcessed"], written[0]["numberRecordsFailed"]) == (4, 2)
    assert (org.record("Account", ACME)["Industry"], org.record("Account", ACME)["AnnualRevenue"]) == ("Energy", None)
    assert (org.record("Account", BOLT)["Industry"], org.record("Account", BOLT)["AnnualRevenue"]) == (None, 5.0)
    successful, failed = results(org, job, "successfulResults"), results(org, job, "failedResults")
    assert {ACME, BOLT} == {row["sf__Id"] for row in successful}
    assert {"false"} == {row["sf__Created"] for row in successful}
    errors = {row["Id"]: row["sf__Error"] for row in failed}
    assert errors[GONE] == "ENTITY_IS_DELETED:entity is deleted: --"
    assert errors["nonsense"].startswith("MALFORMED_ID:")
    assert [] == results(org, job, "unprocessedRecords") == results(org, job, "unprocessedrecords")


def test_an_empty_cell_is_ignored_and_na_clears(org: Org) -> None:
    """
    Only #N/A empties a field.
    """
    org.client.bulk2.Opportunity.update(records=[{"Id": WON_DEAL, "Amount": ""}], wait=WAIT)
    kept = org.record("Opportunity", WON_DEAL)["Amount"]
    org.client.bulk2.Opportunity.update(records=[{"Id": WON_DEAL, "Amount": "#N/A"}], wait=WAIT)

    assert (kept, org.record("Opportunity", WON_DEAL)["Amount"]) == (2500.5, None)


def test_results_come_in_another_order(org: Org) -> None:
    """
    Fifty rows written are fifty rows told, but not as they were sent: readers match them by id.
    """
    sent = [{"Name": f"Compañía {number:02}"} for number in range(50)]

    job = org.client.bulk2.Account.insert(records=sent, wait=WAIT)[0]["job_id"]

    told = [row["Name"] for row in results(org, job, "successfulResults")]
    assert [row["Name"] for row in sent] == sorted(told)
    assert told != sorted(told)


def test_a_column_nobody_knows_fails_the_job(org: Org) -> None:
    """
    With an unknown column nothing is written and the job says so.
    """
    made = org.rest("POST", "jobs/ingest", json={"operation": "update", "object": "Account", "contentType": "CSV"})
    job = made.json()["id"]
    batch = org.rest("PUT", f"jobs/ingest/{job}/batches", data=f"Id,Nope__c\n{ACME},1\n")
    org.rest("PATCH", f"jobs/ingest/{job}", json={"state": "UploadComplete"})
    told = [org.rest("GET", f"jobs/ingest/{job}").json() for _ in range(2)][-1]

    assert f"services/data/v59.0/jobs/ingest/{job}/batches" == made.json()["contentUrl"]
    assert (batch.status_code, batch.content) == (201, b"")
    assert (told["state"], told["errorMessage"]) == ("Failed", "InvalidBatch : Field name not found : Nope__c")
    assert results(org, job, "unprocessedrecords") == [{"Id": ACME, "Nope__c": "1"}]


def test_a_delete_job_and_a_link_by_key(org: Org) -> None:
    """
    A delete job moves records to the recycle bin; a column Owner.Username finds the owner.
    """
    org.client.bulk2.Account.delete(records=[{"Id": ACME}], wait=WAIT)
    org.client.bulk2.Account.update(records=[{"Id": BOLT, "Owner.Username": "ana@example.com"}], wait=WAIT)

    assert org.record("Account", ACME)["IsDeleted"] is True
    assert org.record("Account", BOLT)["OwnerId"] == ANA


def test_an_upsert_job_creates_and_changes(org: Org) -> None:
    """
    By a key that contacts have in their e-mail address: one is new, one is changed, a row without the key fails.
    """
    org.client.Contact.create({"LastName": "Old", "Email": "old@example.com"})
    sent = [
        {"Email": "OLD@example.com", "LastName": "Changed"},
        {"Email": "new@example.com", "LastName": "Fresh"},
        {"Email": "", "LastName": "Keyless"},
    ]

    done = org.client.bulk2.Contact.upsert(records=sent, external_id_field="Email", wait=WAIT)[0]

    created = {row["LastName"]: row["sf__Created"] for row in results(org, done["job_id"], "successfulResults")}
    failed = results(org, done["job_id"], "failedResults")
    assert created == {"Changed": "false", "Fresh": "true"}
    assert [row["sf__Error"] for row in failed] == ["MISSING_ARGUMENT:Email not specified: --"]
    names = [row["LastName"] for row in org.client.query("SELECT LastName FROM Contact ORDER BY Name")["records"]]
    assert names == ["Changed", "Fresh"]


def test_refused_rows_keep_their_code(org: Org) -> None:
    """
    A lock that was injected and a converted lead are told row by row.
    """
    org.vendor.refuse("Opportunity", NEW_DEAL, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
    deals = org.client.bulk2.Opportunity.update(records=[{"Id": NEW_DEAL, "Amount": "1"}], wait=WAIT)[0]["job_id"]
    leads = org.client.bulk2.Lead.update(records=[{"Id": CONVERTED_LEAD, "Rating": "Hot"}], wait=WAIT)[0]["job_id"]

    lock, converted = (results(org, job, "failedResults")[0]["sf__Error"] for job in (deals, leads))
    assert lock == "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record: --"
    assert converted.startswith("CANNOT_UPDATE_CONVERTED_LEAD:")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0.0"),
        (1000.5, "1000.5"),
        (9999999.0, "9999999.0"),
        (1e7, "1.0E7"),
        (16147805824397.0, "1.6147805824397E13"),
        (-12345678.25, "-1.234567825E7"),
        (0.0005, "5.0E-4"),
    ],
)
def test_numbers_are_written_as_java_writes_them(value: float, written: str) -> None:
    """
    From ten millions on, and below a thousandth, a number has an exponent; it reads back as the same number.
    """
    assert java_number(value) == written
    assert float(written) == value
