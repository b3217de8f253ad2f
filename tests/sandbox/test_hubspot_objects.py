"""
Single records of the played HubSpot, read and written through the official client and by plain requests.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.hubspot_portal import Portal, running


@pytest.fixture(scope="module")
def server() -> Iterator[Portal]:
    with running() as portal:
        yield portal


@pytest.fixture
def portal(server) -> Portal:
    return server.start_over()


def test_official_client_pages_through_a_list(portal):
    """
    Three live contacts in pages of two are two pages; the second has no cursor.
    """
    first = portal.client.crm.contacts.basic_api.get_page(limit=2, properties=["email", "phone", "no_such"])
    second = portal.client.crm.contacts.basic_api.get_page(limit=2, after=first.paging.next.after)

    assert [contact.id for contact in first.results] == ["101", "102"]
    assert [contact.id for contact in second.results] == ["103"]
    assert second.paging is None
    assert first.paging.next.link.startswith(portal.sandbox.url + "/crm/v3/objects/contacts?limit=2&properties=email")


def test_unset_properties_are_null_and_unknown_ones_left_out(portal):
    """
    `phone` exists but is unset, `no_such` does not exist; defaults and the moments come along.
    """
    row = portal.get("/crm/v3/objects/contacts/102?properties=phone,no_such")

    assert row["properties"] == {
        "firstname": "Bo",
        "lastname": None,
        "email": "bo@example.org",
        "createdate": "2025-02-10T09:00:00Z",
        "hs_object_id": "102",
        "lastmodifieddate": "2025-02-11T10:00:00Z",
        "phone": None,
    }
    assert row["updatedAt"] == "2025-02-11T10:00:00Z"
    assert row["url"].endswith("/record/0-1/102")


@pytest.mark.parametrize(
    "path",
    [
        "/crm/v3/objects/contacts",
        "/crm/v3/objects/contact/",
        "/crm/v3/objects/0-1",
        "/crm/objects/2026-03/contacts",
        "/crm/objects/2026-09/0-1/",
    ],
)
def test_every_spelling_of_a_path_is_the_same_list(portal, path):
    """
    Plural, singular, id, trailing slash and the dated family all mean the contacts.
    """
    assert [row["id"] for row in portal.get(path)["results"]] == ["101", "102", "103"]


@pytest.mark.parametrize("path", ["/crm/v9/objects/contacts", "/crm/objects/2024-01/contacts", "/crm/v3/nonsense"])
def test_a_path_that_hubspot_lacks_is_an_html_page(portal, path):
    """
    Unknown versions and routes answer 404 with HTML, not JSON.
    """
    response = portal.call("GET", path)

    assert response.status == 404
    assert response.data.startswith(b"<html>")


def test_arrays_may_be_repeated_or_joined_and_booleans_capitalised(portal):
    """
    Both spellings of `properties` give the same row; `archived=True` lists the archived contact alone.
    """
    repeated = portal.get("/crm/v3/objects/contacts/101?properties=phone&properties=country")
    joined = portal.get("/crm/v3/objects/contacts/101?properties=phone,country")
    archived = portal.get("/crm/v3/objects/contacts?archived=True")["results"]

    assert repeated["properties"] == joined["properties"]
    assert [(r["id"], r["archived"], r["archivedAt"]) for r in archived] == [("104", True, "2025-03-11T10:00:00Z")]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=100", 200),
        ("limit=101", 400),
        ("limit=50&propertiesWithHistory=email", 200),
        ("limit=51&propertiesWithHistory=email", 400),
        ("limit=0", 400),
        ("after=xyz", 400),
        ("properties=" + ",".join(["x" * 90] * 200), 414),
    ],
)
def test_limits_of_a_list(portal, query, status):
    """
    A page holds 100 rows, 50 with history; an address too long is refused by the proxy.
    """
    assert status == portal.call("GET", f"/crm/v3/objects/contacts?{query}").status


def test_primary_company_comes_twice_in_a_list(portal):
    """
    Contact 101 has the companies 201 (primary) and 202: 201 stands there twice.
    """
    row = portal.get("/crm/v3/objects/contacts?limit=1&associations=companies,deals")["results"][0]

    assert row["associations"]["companies"]["results"] == [
        {"id": "201", "type": "contact_to_company"},
        {"id": "201", "type": "contact_to_company_unlabeled"},
        {"id": "202", "type": "contact_to_company_unlabeled"},
    ]
    assert row["associations"]["deals"]["results"] == [{"id": "301", "type": "contact_to_deal"}]


def test_activities_have_no_primary_company(portal):
    """
    The call of company 201 names it once.
    """
    row = portal.get("/crm/v3/objects/calls/501?associations=companies")

    assert row["associations"]["companies"]["results"] == [{"id": "201", "type": "call_to_company"}]


def test_history_is_newest_first_and_grows_with_a_write(portal):
    """
    The deal went qualifiedtobuy, contractsent, and is now won.
    """
    portal.client.crm.deals.basic_api.update("301", {"properties": {"dealstage": "closedwon"}})
    deal = portal.client.crm.deals.basic_api.get_by_id("301", properties_with_history=["dealstage"])

    values = [entry.value for entry in deal.properties_with_history["dealstage"]]
    assert values == ["closedwon", "contractsent", "qualifiedtobuy"]


def test_writing_a_stage_moves_what_hubspot_computes(portal):
    """
    Won: closed, won, entered now; 1500.00 at probability 1 projects 1500.00.
    """
    portal.client.crm.deals.basic_api.update("301", {"properties": {"dealstage": "closedwon"}})
    names = "hs_is_closed,hs_is_closed_won,hs_projected_amount,hs_v2_date_entered_closedwon"
    properties = portal.get(f"/crm/v3/objects/deals/301?properties={names}")["properties"]

    assert (properties["hs_is_closed"], properties["hs_is_closed_won"]) == ("true", "true")
    assert properties["hs_projected_amount"] == "1500.00"
    assert properties["hs_v2_date_entered_closedwon"] == properties["hs_lastmodifieddate"]


def test_a_write_moves_both_moments_of_a_contact_but_a_computed_change_none(portal):
    """
    The contact was last changed in February 2025; a write moves that, a computed change does not.
    """
    path = "/crm/v3/objects/contacts/102?properties=hs_lastmodifieddate,num_associated_deals"
    portal.hubspot.set_calculated("contacts", "102", {"num_associated_deals": "7"})
    computed = portal.get(path)["properties"]
    portal.client.crm.contacts.basic_api.update("102", {"properties": {"firstname": "Bob"}})
    written = portal.get(path)

    assert (computed["num_associated_deals"], computed["lastmodifieddate"]) == ("7", "2025-02-11T10:00:00Z")
    assert written["properties"]["lastmodifieddate"] == written["updatedAt"] > "2026"
    assert written["properties"]["hs_lastmodifieddate"] > written["properties"]["lastmodifieddate"]


def test_life_cycle_never_moves_backward(portal):
    """
    A customer made a lead again: 200, and still a customer; cleared first, it works.
    """
    update = portal.client.crm.contacts.basic_api.update
    backward = update("101", {"properties": {"lifecyclestage": "lead"}}).properties["lifecyclestage"]
    update("101", {"properties": {"lifecyclestage": ""}})

    assert backward == "customer"
    assert update("101", {"properties": {"lifecyclestage": "lead"}}).properties["lifecyclestage"] == "lead"


def test_null_changes_nothing_and_empty_clears(portal):
    """
    firstname null stays Bo; an empty text reads back as an empty text.
    """
    kept = portal.call("PATCH", "/crm/v3/objects/contacts/102", {"properties": {"firstname": None}}).json()
    cleared = portal.call("PATCH", "/crm/v3/objects/contacts/102", {"properties": {"firstname": ""}}).json()

    assert (kept["properties"]["firstname"], kept["updatedAt"]) == ("Bo", "2025-02-11T10:00:00Z")
    assert cleared["properties"]["firstname"] == ""


@pytest.mark.parametrize(
    ("type_", "id_", "name", "value", "code"),
    [
        ("contacts", "101", "nope", "1", "PROPERTY_DOESNT_EXIST"),
        ("contacts", "101", "num_associated_deals", "1", "READ_ONLY_VALUE"),
        ("contacts", "101", "hs_v2_date_entered_lead", "2025-01-01", "READ_ONLY_VALUE"),
        ("contacts", "101", "hs_lead_status", "HOT", "INVALID_OPTION"),
        ("contacts", "101", "email", "no address", "INVALID_EMAIL"),
        ("companies", "201", "numberofemployees", "many", "INVALID_LONG"),
        ("companies", "201", "numberofemployees", " 4", "INVALID_LONG"),
        ("deals", "301", "dealstage", "nirvana", "INVALID_OPTION"),
        ("deals", "301", "hubspot_owner_id", "99", "INVALID_OPTION"),
        ("deals", "301", "closedate", "soon", "INVALID_DATE"),
    ],
)
def test_values_that_are_refused(portal, type_, id_, name, value, code):
    """
    400 with HubSpot's code and the property's name, and nothing written.
    """
    before = portal.get(f"/crm/v3/objects/{type_}/{id_}")
    response = portal.call("PATCH", f"/crm/v3/objects/{type_}/{id_}", {"properties": {name: value}})
    body = response.json()

    assert (response.status, body["category"]) == (400, "VALIDATION_ERROR")
    assert [(code, [name])] == [(error["code"], error["context"]["propertyName"]) for error in body["errors"]]
    assert body["correlationId"] == response.headers["X-HubSpot-Correlation-Id"]
    assert before == portal.get(f"/crm/v3/objects/{type_}/{id_}")


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("numberofemployees", 12, "12"),
        ("numberofemployees", 0.1, "0.1"),
        ("annualrevenue", 1e-07, "0.0000001"),
        ("closedate", 1735689600000, "2025-01-01T00:00:00Z"),
        ("closedate", "2025-01-31T10:00:00.250+01:00", "2025-01-31T09:00:00.250Z"),
        ("name", True, "true"),
    ],
)
def test_values_are_stored_as_text(portal, name, value, stored):
    """
    JSON numbers and booleans become text, instants UTC.
    """
    portal.call("PATCH", "/crm/v3/objects/companies/201", {"properties": {name: value}})

    assert stored == portal.get(f"/crm/v3/objects/companies/201?properties={name}")["properties"][name]


def test_create_answers_201_lower_cases_the_email_and_links(portal):
    """
    A new contact gets an id, its address in lower case, and the company it asked for as the primary one.
    """
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
    body = {"properties": {"email": "Dee@Example.COM"}, "associations": [{"to": {"id": "202"}, "types": types}]}
    response = portal.call("POST", "/crm/v3/objects/contacts", body)
    id_ = response.json()["id"]

    assert (response.status, response.json()["properties"]["email"]) == (201, "dee@example.com")
    assert response.headers["Location"].endswith(id_)
    rows = portal.get(f"/crm/v3/objects/contacts/{id_}?associations=companies")["associations"]["companies"]["results"]
    assert [(row["id"], row["type"]) for row in rows] == [
        ("202", "contact_to_company"),
        ("202", "contact_to_company_unlabeled"),
    ]


def test_create_of_a_known_email_names_the_existing_id(portal):
    """
    ana@example.com is contact 101, whatever the capitals.
    """
    response = portal.call("POST", "/crm/v3/objects/contacts", {"properties": {"email": "ANA@example.com"}})

    assert (response.status, response.json()["category"]) == (409, "CONFLICT")
    assert response.json()["message"] == "Contact already exists. Existing ID: 101"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("GET", "contacts/999", None, 404, "resource not found"),
        ("GET", "contacts/abc", None, 404, "Object not found.  objectId are usually numeric."),
        (
            "PATCH",
            "contacts/101",
            {"properties": {}},
            400,
            "No properties found to update, please provide at least one.",
        ),
        ("POST", "contacts", {}, 400, "Some required fields were not set: [properties]"),
        ("GET", "butterflies", None, 400, "Unable to infer object type from: butterflies"),
        ("DELETE", "contacts/999", None, 204, None),
    ],
)
def test_single_refusals(portal, method, path, body, status, message):
    """
    The words of §4.1; a record to delete that is not there is no error.
    """
    response = portal.call(method, f"/crm/v3/objects/{path}", body)

    assert status == response.status
    assert message == (response.json()["message"] if response.data else None)


def test_broken_json_is_refused(portal):
    """
    The message points into the body.
    """
    response = portal.call("PATCH", "/crm/v3/objects/contacts/101", b"{x")

    assert response.status == 400
    assert response.json()["message"].startswith("Invalid input JSON on line 1, column 2:")


def test_archive_hides_a_record_and_frees_its_email(portal):
    """
    After DELETE the contact is only in the archived list, its links are gone, and its address may be used again.
    """
    portal.client.crm.contacts.basic_api.archive("101")
    again = portal.call("POST", "/crm/v3/objects/contacts", {"properties": {"email": "ana@example.com"}})

    assert portal.call("GET", "/crm/v3/objects/contacts/101").status == 404
    assert [r["id"] for r in portal.get("/crm/v3/objects/contacts?archived=true")["results"]] == ["101", "104"]
    assert again.status == 201
    assert "associations" not in portal.get("/crm/v3/objects/deals/301?associations=contacts")


def test_merged_contact_is_found_under_its_old_id(portal):
    """
    Contact 102 swallowed 90 and 91: asking for 90 gives 102.
    """
    assert portal.get("/crm/v3/objects/contacts/90")["id"] == "102"


def test_merged_deals_get_a_third_id(portal):
    """
    301 and 302 merge into a new deal that both old ids lead to, with the links of 301.
    """
    merged = portal.post("/crm/v3/objects/deals/merge", {"primaryObjectId": "301", "objectIdToMerge": "302"})

    assert merged["id"] not in ("301", "302")
    assert {merged["id"]} == {portal.get(f"/crm/v3/objects/deals/{old}")["id"] for old in ("301", "302")}
    assert [merged["id"]] == [row["id"] for row in portal.get("/crm/v3/objects/deals")["results"]]
    linked = portal.get(f"/crm/v4/objects/deals/{merged['id']}/associations/contacts")["results"]
    assert [row["toObjectId"] for row in linked] == [101]
    assert portal.get("/crm/v4/objects/deals/301/associations/contacts")["results"] == []


def test_an_id_is_never_given_twice(portal):
    """
    Two new deals merge: the third has an id of its own, not that of the newest one gone.
    """
    first, second = (portal.post("/crm/v3/objects/deals", {"properties": {"dealname": n}}, 201)["id"] for n in "ab")
    merged = portal.post("/crm/v3/objects/deals/merge", {"primaryObjectId": first, "objectIdToMerge": second})["id"]

    assert len({first, second, merged}) == 3


def test_deletion_for_good_leaves_nothing(portal):
    """
    A contact deleted under the GDPR is in no list.
    """
    portal.post("/crm/v3/objects/contacts/gdpr-delete", {"objectId": "bo@example.org", "idProperty": "email"}, 204)

    both = [portal.get(f"/crm/v3/objects/contacts?archived={flag}")["results"] for flag in ("false", "true")]
    assert [row["id"] for rows in both for row in rows] == ["101", "103", "104"]


def test_records_given_are_not_changed(portal):
    """
    Two accounts made from the same records do not see each other's writes.
    """
    given = {"contacts": [{"id": "1", "firstname": "A"}]}
    portal.start_over(given).call("PATCH", "/crm/v3/objects/contacts/1", {"properties": {"firstname": "B"}})

    assert given == {"contacts": [{"id": "1", "firstname": "A"}]}
