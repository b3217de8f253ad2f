"""
Batches of the played HubSpot: all, nothing, or some of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.hubspot_portal import Portal, running

CONTACTS = "/crm/v3/objects/contacts/batch"


@pytest.fixture(scope="module")
def server() -> Iterator[Portal]:
    with running() as portal:
        yield portal


@pytest.fixture
def portal(server) -> Portal:
    return server.start_over()


def entry(id_, trace=None, **properties):
    return {"id": id_, "properties": properties, **({"objectWriteTraceId": trace} if trace else {})}


def test_update_through_the_official_client(portal):
    """
    Two good rows: 200, both written, matched by trace id.
    """
    body = {"inputs": [entry("101", "a", firstname="X"), entry("102", "b", firstname="Y")]}
    answer = portal.client.crm.contacts.batch_api.update(body)

    assert answer.status == "COMPLETE"
    found = {row.object_write_trace_id: (row.id, row.properties["firstname"]) for row in answer.results}
    assert found == {"a": ("101", "X"), "b": ("102", "Y")}


def test_one_bad_value_refuses_a_batch_without_trace_ids(portal):
    """
    400, and the good row is not written either.
    """
    answer = portal.post(f"{CONTACTS}/update", {"inputs": [entry("101", firstname="X"), entry("102", nope="1")]}, 400)

    assert [error["code"] for error in answer["errors"]] == ["PROPERTY_DOESNT_EXIST"]
    assert portal.get("/crm/v3/objects/contacts/101")["properties"]["firstname"] == "Ana"


def test_one_bad_value_with_trace_ids_leaves_the_others(portal):
    """
    207 through the client: one result, one error under its trace id.
    """
    body = {"inputs": [entry("101", "a", firstname="X"), entry("102", "b", hs_lead_status="HOT")]}
    answer = portal.client.crm.contacts.batch_api.update(body)

    assert answer.num_errors == 1
    assert [error.context["objectWriteTraceId"] for error in answer.errors] == [["b"]]
    assert [error.category for error in answer.errors] == ["VALIDATION_ERROR"]
    assert [(row.id, row.properties["firstname"]) for row in answer.results] == [("101", "X")]


def test_trace_ids_that_repeat_do_not_help(portal):
    """
    Both rows carry the trace id "a": the batch falls as a whole.
    """
    portal.post(f"{CONTACTS}/update", {"inputs": [entry("101", "a", firstname="X"), entry("102", "a", nope="1")]}, 400)


def test_unknown_ids_are_207_even_without_trace_ids(portal):
    """
    One error names the id that does not exist.
    """
    answer = portal.post(
        f"{CONTACTS}/update", {"inputs": [entry("101", firstname="X"), entry("9", firstname="Y")]}, 207
    )

    assert (answer["numErrors"], [row["id"] for row in answer["results"]]) == (1, ["101"])
    assert (answer["errors"][0]["category"], answer["errors"][0]["context"]) == ("OBJECT_NOT_FOUND", {"ids": ["9"]})


def test_an_email_as_id_silently_updates_nothing(portal):
    """
    Without idProperty an address matches no record, and the answer is 200 with no result.
    """
    answer = portal.post(f"{CONTACTS}/update", {"inputs": [entry("ana@example.com", firstname="X")]})

    assert (answer["results"], "errors" in answer) == ([], False)


def test_duplicates_are_refused(portal):
    """
    The same id twice: 400 that names it, nothing written.
    """
    answer = portal.post(f"{CONTACTS}/update", {"inputs": [entry("101", "a"), entry("101", "b")]}, 400)

    assert answer["message"] == "Duplicate IDs found in batch input: [101]. IDs must be unique"
    assert answer["context"] == {"ids": ["101"]}


def test_more_than_a_hundred_are_refused(portal):
    """
    101 inputs: 400; 51 with history: 400 too.
    """
    many = [{"id": str(n)} for n in range(101)]
    too_many = portal.post(f"{CONTACTS}/read", {"inputs": many}, 400)
    with_history = portal.post(f"{CONTACTS}/read", {"inputs": many[:51], "propertiesWithHistory": ["email"]}, 400)

    assert "The maximum number of inputs supported in a batch is 100." in too_many["message"]
    assert with_history["message"].endswith("for property histories is 50")


def test_no_inputs_is_an_empty_success(portal):
    """
    A body without `inputs` answers 200 and nothing.
    """
    assert portal.post(f"{CONTACTS}/update", {})["results"] == []


def test_results_come_in_another_order(portal):
    """
    Of 40 companies read in the order of their ids, the answer is in another, the same at each call.
    """
    portal.start_over({"companies": [{"id": str(n), "name": str(n)} for n in range(1, 41)]})
    asked = {"inputs": [{"id": str(n)} for n in range(1, 41)]}
    first, second = (portal.post("/crm/v3/objects/companies/batch/read", asked)["results"] for _ in range(2))

    ids = [row["id"] for row in first]
    assert ids != [str(n) for n in range(1, 41)]
    assert sorted(map(int, ids)) == list(range(1, 41))
    assert first == second


def test_read_by_email_and_of_what_is_missing(portal):
    """
    One address found, one not: 207 through the client.
    """
    body = {"inputs": [{"id": "ANA@example.com"}, {"id": "x@y.example"}], "properties": [], "idProperty": "email"}
    answer = portal.client.crm.contacts.batch_api.read({**body, "propertiesWithHistory": []})

    assert ([row.id for row in answer.results], answer.num_errors) == (["101"], 1)
    assert [error.context["ids"] for error in answer.errors] == [["x@y.example"]]


def test_a_property_that_is_not_unique_is_no_id(portal):
    """
    idProperty firstname: 400 that names the property.
    """
    answer = portal.post(f"{CONTACTS}/upsert", {"inputs": [{**entry("Ana"), "idProperty": "firstname"}]}, 400)

    assert answer["message"] == "Unable to perform upsert by non-unique 0-1 property firstname"


def test_upsert_tells_new_from_known_and_lower_cases(portal):
    """
    Ana is known, Dee is new; both come back in lower case.
    """
    rows = [
        {**entry("Ana@Example.com", "a", firstname="X"), "idProperty": "email"},
        {**entry("Dee@Example.com", "b", firstname="Y"), "idProperty": "email"},
    ]
    answer = portal.client.crm.contacts.batch_api.upsert({"inputs": rows})

    found = {row.object_write_trace_id: (row.new, row.properties["email"]) for row in answer.results}
    assert found == {"a": (False, "ana@example.com"), "b": (True, "dee@example.com")}


def test_upsert_of_one_address_twice_is_refused(portal):
    """
    Two spellings of one address are one id.
    """
    rows = [{**entry(address), "idProperty": "email"} for address in ("a@b.example", "A@B.example")]

    assert "Duplicate IDs" in portal.post(f"{CONTACTS}/upsert", {"inputs": rows}, 400)["message"]


def test_create_conflicts_with_and_without_trace_ids(portal):
    """
    With trace ids 207 and the id that exists; without, 409 for all, and nothing is created.
    """
    rows = [{"properties": {"email": address}} for address in ("new@example.com", "ana@example.com")]
    plain = portal.call("POST", f"{CONTACTS}/create", {"inputs": rows})
    traced = [{**row, "objectWriteTraceId": str(n)} for n, row in enumerate(rows)]
    answer = portal.post(f"{CONTACTS}/create", {"inputs": traced}, 207)

    assert (plain.status, plain.json()["message"]) == (409, "Contact already exists. Existing ID: 101")
    assert [
        (e["category"], e["context"]["objectWriteTraceId"], e["context"]["existingId"]) for e in answer["errors"]
    ] == [("CONFLICT", ["1"], ["101"])]
    assert [row["properties"]["email"] for row in answer["results"]] == ["new@example.com"]


def test_archive_passes_over_unknown_ids(portal):
    """
    204 through the client; the known record is gone.
    """
    portal.client.crm.companies.batch_api.archive({"inputs": [{"id": "201"}, {"id": "9"}]})

    assert [row["id"] for row in portal.get("/crm/v3/objects/companies")["results"]] == ["202"]


def test_a_refused_row_fails_alone_until_released(portal):
    """
    The sandbox refuses company 201: 207 beside the good 202; released, it passes.
    """
    message = "Property values were not valid: the account's rule says no"
    refusal = {"type": "companies", "id": "201", "message": message}
    portal.post("/_sandbox/hubspot/refuse", refusal)
    body = {"inputs": [entry("201", "a", name="X"), entry("202", "b", name="Y")]}
    refused = portal.post("/crm/v3/objects/companies/batch/update", body, 207)
    portal.call("DELETE", "/_sandbox/hubspot/refuse")
    passed = portal.post("/crm/v3/objects/companies/batch/update", body)

    assert [("VALIDATION_ERROR", message)] == [(e["category"], e["message"]) for e in refused["errors"]]
    assert [row["id"] for row in refused["results"]] == ["202"]
    assert {"201", "202"} == {row["id"] for row in passed["results"]}
