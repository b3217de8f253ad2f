"""
Searching the played HubSpot.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.hubspot_portal import Portal, running


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with running() as portal:
        yield portal


@pytest.fixture(scope="module")
def crowd() -> Iterator[Portal]:
    rows = [
        {
            "id": str(n),
            "name": f"C{n:05d}",
            "numberofemployees": str(n % 7),
            "hs_lastmodifieddate": "2025-01-01T00:00:00Z",
        }
        for n in range(1, 10_051)
    ]
    with running({"companies": rows}) as portal:
        yield portal


def ids(answer):
    return [row["id"] for row in answer["results"]]


def one(name, operator, **values):
    return {"filterGroups": [{"filters": [{"propertyName": name, "operator": operator, **values}]}]}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, ["101", "102", "103"]),
        (one("lastmodifieddate", "GTE", value="1740823200500"), ["101", "103"]),
        (one("lastmodifieddate", "GT", value="2025-03-01T10:00:00.500Z"), ["103"]),
        (one("lastmodifieddate", "BETWEEN", value="2025-02-11", highValue="2025-03-02"), ["101", "102"]),
        (one("lastmodifieddate", "LT", value="2025-02-11T10:00:00Z"), []),
        (one("hs_object_id", "GT", value="101"), ["102", "103"]),
        (one("email", "EQ", value="ANA@EXAMPLE.COM"), ["101"]),
        (one("email", "IN", values=["ana@example.com", "bo@example.org"]), ["101", "102"]),
        (one("email", "IN", values=["ANA@example.com"]), []),
        (one("email", "NOT_IN", values=["ana@example.com"]), ["102", "103"]),
        (one("email", "CONTAINS_TOKEN", value="*@example.org"), ["102"]),
        (one("lastname", "HAS_PROPERTY"), ["101"]),
        (one("lastname", "NOT_HAS_PROPERTY"), ["102", "103"]),
        (one("lastname", "NEQ", value="Gil"), ["101"]),
        (one("lifecyclestage", "EQ", value="lead"), ["102", "103"]),
        (one("associations.company", "EQ", value="202"), ["101"]),
        ({"query": "bo"}, ["102"]),
        ({"sorts": ["-createdate"]}, ["103", "102", "101"]),
        ({"sorts": [{"propertyName": "lastname", "direction": "DESCENDING"}]}, ["101", "102", "103"]),
    ],
)
def test_filters_and_sorts(portal, body, found):
    """
    Each operator over the three live contacts; the archived one is never found.
    """
    answer = portal.post("/crm/v3/objects/contacts/search", body)

    assert (found, len(found)) == (ids(answer), answer["total"])


def test_groups_are_alternatives_and_filters_conditions(portal):
    """
    (lead and Bo) or customer: 101 and 102.
    """
    lead = {"propertyName": "lifecyclestage", "operator": "EQ", "value": "lead"}
    bo = {"propertyName": "firstname", "operator": "EQ", "value": "Bo"}
    customer = {"propertyName": "lifecyclestage", "operator": "EQ", "value": "customer"}
    body = {"filterGroups": [{"filters": [lead, bo]}, {"filters": [customer]}]}

    assert ids(portal.post("/crm/v3/objects/contacts/search", body)) == ["101", "102"]


def test_official_client_pages_by_offset(crowd):
    """
    200 rows a page; the next cursor is the offset, without a link.
    """
    search = crowd.client.crm.companies.search_api.do_search
    first = search({"limit": 200, "sorts": ["hs_object_id"], "properties": ["name"]})
    second = search({"limit": 200, "sorts": ["hs_object_id"], "properties": ["name"], "after": first.paging.next.after})

    assert (first.total, first.paging.next.after, first.paging.next.link) == (10_050, "200", None)
    assert (first.results[0].properties["name"], second.results[0].properties["name"]) == ("C00001", "C00201")


def test_nothing_beyond_ten_thousand(crowd):
    """
    The page from 9,800 on is the last; the total still tells 10,050, and the page at 10,000 is a 400.
    """
    last = crowd.post("/crm/v3/objects/companies/search", {"limit": 200, "after": "9800", "sorts": ["hs_object_id"]})
    beyond = crowd.call("POST", "/crm/v3/objects/companies/search", {"limit": 200, "after": "10000"})

    assert (last["total"], last["results"][-1]["id"], last["paging"]["next"]["after"]) == (10_050, "10000", "10000")
    assert (beyond.status, beyond.json()["category"]) == (400, "VALIDATION_ERROR")


def test_ids_beyond_the_cap_are_reached_by_key(crowd):
    """
    hs_object_id > 10000 finds the remaining 50.
    """
    answer = crowd.post("/crm/v3/objects/companies/search", {**one("hs_object_id", "GT", value="10000"), "limit": 200})

    assert (answer["total"], answer["results"][0]["id"], "paging" in answer) == (50, "10001", False)


def test_remembered_results_follow_a_write():
    """
    The same search before and after a write gives other results.
    """
    body = one("firstname", "EQ", value="Zoe")
    with running() as portal:
        before = portal.post("/crm/v3/objects/contacts/search", body)["total"]
        portal.call("PATCH", "/crm/v3/objects/contacts/103", {"properties": {"firstname": "Zoe"}})
        after = portal.post("/crm/v3/objects/contacts/search", body)["total"]

    assert (before, after) == (0, 1)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"limit": 200}, 200),
        ({"limit": 201}, 400),
        (one("nope", "EQ", value="1"), 400),
        (one("email", "LIKE", value="1"), 400),
        (one("email", "EQ"), 400),
        (one("email", "IN", value="a"), 400),
        (one("hs_object_id", "GT", value="many"), 400),
        (one("createdate", "GT", value="0"), 500),
        ({"filterGroups": [{"filters": []}] * 6}, 400),
        (
            {
                "filterGroups": one("email", "HAS_PROPERTY")["filterGroups"][0]["filters"] * 7
                and [{"filters": one("email", "HAS_PROPERTY")["filterGroups"][0]["filters"] * 7}]
            },
            400,
        ),
        ({"sorts": ["email", "firstname"]}, 400),
        ({"query": "x" * 3001}, 400),
    ],
)
def test_searches_that_are_refused(portal, body, status):
    """
    HubSpot's limits on a search; a comparison with the epoch's first moment breaks it.
    """
    assert status == portal.call("POST", "/crm/v3/objects/contacts/search", body).status


def test_searches_tell_no_rate_limits(portal):
    """
    A list has the headers, a search and its refusals have none.
    """

    def rate_headers(response):
        return [name for name in response.headers if "ratelimit" in name.lower()]

    assert len(rate_headers(portal.call("GET", "/crm/v3/objects/contacts"))) == 5
    for body in ({}, {"limit": 999}):
        assert rate_headers(portal.call("POST", "/crm/v3/objects/contacts/search", body)) == []


def test_a_lagging_index_shows_the_state_before():
    """
    With a lag of an hour a write is in the list at once and in the search not at all.
    """
    with running(index_lag=3600) as portal:
        portal.call("PATCH", "/crm/v3/objects/contacts/102", {"properties": {"firstname": "New"}})
        portal.call("POST", "/crm/v3/objects/contacts", {"properties": {"email": "new@example.com"}})
        listed = portal.get("/crm/v3/objects/contacts")["results"]
        found = portal.post("/crm/v3/objects/contacts/search", {})

    assert [row["properties"]["firstname"] for row in listed] == ["Ana", "New", "Cy", None]
    assert [row["properties"]["firstname"] for row in found["results"]] == ["Ana", "Bo", "Cy"]
    assert found["results"][1]["updatedAt"] == "2025-02-11T10:00:00Z"
