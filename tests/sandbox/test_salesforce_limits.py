"""
Limits, faults and the controls by which tests break the played Salesforce.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from simple_salesforce.exceptions import SalesforceGeneralError, SalesforceMalformedRequest, SalesforceRefusedRequest

from tests.sandbox.salesforce_org import ACME, ANA, OPEN_LEAD, Org, running


@pytest.fixture(scope="module")
def started() -> Iterator[Org]:
    with running() as made:
        yield made


@pytest.fixture
def org(started: Org) -> Org:
    return started.fresh()


def control(org: Org, path: str, **body: Any) -> requests.Response:
    return requests.post(f"{org.url}/_sandbox/salesforce/{path}", json=body, timeout=5)


def test_every_answer_tells_the_usage(org: Org) -> None:
    """
    The third request tells 3 of 15,000; refusals count and tell as well, and the limits resource says what remains.
    """
    answers = [org.rest("GET", path) for path in ("sobjects/Account", "nowhere", "limits")]

    usages = [answer.headers["Sforce-Limit-Info"] for answer in answers]
    assert usages == ["api-usage=1/15000", "api-usage=2/15000", "api-usage=3/15000"]
    assert answers[2].json()["DailyApiRequests"] == {"Max": 15000, "Remaining": 14997}


def test_the_allocation_is_enforced_when_limits_are_on(org: Org) -> None:
    """
    With 2 requests left the third is refused with 403; switched off, it goes through.
    """
    org.vendor.set_daily_requests(100, used=98)
    org.vendor.set_limits(True)
    for _ in range(2):
        org.client.limits()
    with pytest.raises(SalesforceRefusedRequest) as refused:
        org.client.limits()
    org.vendor.set_limits(False)

    error = {"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}
    assert (403, [error]) == (refused.value.status, refused.value.content)
    assert org.client.limits()["DailyApiRequests"]["Remaining"] == 0


@pytest.mark.parametrize(
    ("kind", "options", "status", "code"),
    [
        ("scope", {}, 403, "INSUFFICIENT_ACCESS"),
        ("limit", {}, 403, "REQUEST_LIMIT_EXCEEDED"),
        ("limit", {"status": 429, "retry_after": 3}, 429, "REQUEST_LIMIT_EXCEEDED"),
        ("error", {}, 500, "UNKNOWN_EXCEPTION"),
    ],
)
def test_faults_speak_salesforces_words(org: Org, kind: str, options: dict[str, Any], status: int, code: str) -> None:
    """
    An injected fault hits one request; its body is a list, and the next request goes through.
    """
    org.sandbox.control.inject(kind=kind, vendor="salesforce", path="/limits", options=options)

    answer = org.rest("GET", "limits")

    assert (status, code) == (answer.status_code, answer.json()[0]["errorCode"])
    assert ("3" if "retry_after" in options else None) == answer.headers.get("Retry-After")
    assert "Sforce-Limit-Info" in answer.headers
    assert org.rest("GET", "limits").status_code == 200


def test_an_expired_session_is_renewed_by_the_client(org: Org) -> None:
    """
    A 401 in the middle makes the client sign in again and repeat.
    """
    org.sandbox.control.inject(kind="expired", vendor="salesforce", path="/query")

    assert org.client.query("SELECT COUNT() FROM Account")["totalSize"] == 2
    assert org.sandbox.control.requests("salesforce", path="/oauth2/token") == 2


def test_an_expired_session_ends_a_bulk_call(org: Org) -> None:
    """
    In Bulk calls the client does not sign in again.
    """
    org.sandbox.control.inject(kind="expired", vendor="salesforce", path="/jobs/query")

    with pytest.raises(Exception, match="INVALID_SESSION_ID"):
        list(org.client.bulk2.Account.query("SELECT Id FROM Account", wait=0.01))


def test_maintenance_is_a_page(org: Org) -> None:
    """
    A 503 has a body of HTML.
    """
    org.sandbox.control.inject(kind="unavailable", vendor="salesforce")

    with pytest.raises(SalesforceGeneralError) as refused:
        org.client.limits()

    assert refused.value.status == 503
    assert "<html>" in str(refused.value.content)


def test_an_answer_lost_after_the_write(org: Org) -> None:
    """
    The connection breaks, but the record is written.
    """
    org.sandbox.control.inject(kind="lost", vendor="salesforce", method="PATCH")

    with pytest.raises(requests.ConnectionError):
        org.rest("PATCH", f"sobjects/Account/{ACME}", json={"Industry": "Energy"})

    assert org.record("Account", ACME)["Industry"] == "Energy"


def test_controls_over_http(org: Org) -> None:
    """
    Refusals, hidden fields, page sizes, the clock and assignment rules are reached from outside the process.
    """
    assert (
        control(org, "refuse", object="Account", id=ACME, code="UNABLE_TO_LOCK_ROW", message="busy").status_code == 200
    )
    with pytest.raises(SalesforceMalformedRequest, match="UNABLE_TO_LOCK_ROW"):
        org.client.Account.update(ACME, {"Industry": "Energy"})
    requests.delete(f"{org.url}/_sandbox/salesforce/refuse", timeout=5)
    assert org.client.Account.update(ACME, {"Industry": "Energy"}) == 204

    control(org, "hide", object="Account", field="Industry")
    assert org.rest("GET", "query", params={"q": "SELECT Industry FROM Account"}).status_code == 400
    control(org, "hide", object="Account", field="Industry", shown=True)
    assert org.rest("GET", "query", params={"q": "SELECT Industry FROM Account"}).status_code == 200
    control(org, "hide", object="Account")
    assert org.rest("GET", "sobjects/Account/describe").status_code == 404
    control(org, "hide", object="Account", shown=True)

    control(org, "options", max_batch=1, assign_to=ANA, advance=86400.0)
    assert len(org.client.query("SELECT Id FROM Account")["records"]) == 1
    before = org.record("Account", ACME)["SystemModstamp"]
    org.client.Lead.update(OPEN_LEAD, {"Rating": "Hot"})
    lead = org.record("Lead", OPEN_LEAD)
    assert lead["OwnerId"] == ANA
    assert lead["SystemModstamp"][:10] > before[:10]
    assert control(org, "options", nonsense=1).status_code == 400
    assert control(org, "refuse", object="Account").status_code == 400


def test_the_state_is_told_over_http(org: Org) -> None:
    """
    Records, custom fields, permission sets and jobs can be read as JSON.
    """
    org.client.PermissionSet.create({"Name": "KPI_Sync", "Label": "KPI Sync"})

    state = requests.get(f"{org.url}/_sandbox/state", params={"vendor": "salesforce"}, timeout=5).json()["salesforce"]

    assert {ACME} < {row["Id"] for row in state["records"]["Account"]}
    assert [field["name"] for field in state["fields"]["Opportunity"]] == ["MRR__c"]
    assert "KPI_Sync" in {found["name"] for found in state["permission_sets"]}
    assert state["jobs"] == []


def test_a_person_edits_and_a_late_transaction_surfaces(org: Org) -> None:
    """
    What a person changed carries that person and a new stamp; a record committed late carries an earlier one.
    """
    org.vendor.edit("Account", ACME, {"Industry": "Energy"}, by=ANA)
    late = control(org, "edit", object="Account", id=None, values={"Name": "Late"}, seconds_ago=600)
    soql = "SELECT Name, SystemModstamp, LastModifiedById FROM Account ORDER BY SystemModstamp DESC LIMIT 2"

    first, second = org.client.query(soql)["records"]

    assert late.status_code == 200
    assert [(first["Name"], first["LastModifiedById"]), second["Name"]] == [("Acme", ANA), "Late"]
    assert first["SystemModstamp"] > second["SystemModstamp"]
    assert control(org, "edit", object="Account", id="nonsense", values={}).status_code == 400
    assert control(org, "edit", object="Account", id=ACME, values={"Nope__c": 1}).status_code == 400


def test_a_purged_record_leaves_no_trace(org: Org) -> None:
    """
    Not even queryAll finds it.
    """
    org.vendor.purge("Account", ACME)

    found = org.client.query_all("SELECT Id FROM Account", include_deleted=True)["records"]

    assert ACME not in {record["Id"] for record in found}
    assert len(found) == 2
