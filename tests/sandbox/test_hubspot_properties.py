"""
Property definitions and groups of the played HubSpot.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hubspot.crm.properties.exceptions import ApiException

from tests.sandbox.hubspot_portal import Portal, running

DEALS = "/crm/v3/properties/deals"
MRR = {
    "name": "noria_mrr",
    "label": "Noria MRR",
    "type": "number",
    "fieldType": "number",
    "groupName": "dealinformation",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Portal]:
    with running() as portal:
        yield portal


@pytest.fixture
def portal(server) -> Portal:
    return server.start_over()


def test_official_client_lists_definitions(portal):
    """
    Known names have their types; what HubSpot computes is read-only; stages stand elsewhere.
    """
    definitions = {d.name: d for d in portal.client.crm.properties.core_api.get_all("deals").results}

    assert (definitions["amount"].type, definitions["amount"].field_type) == ("number", "number")
    assert not definitions["amount"].modification_metadata.read_only_value
    assert definitions["hs_is_closed_won"].modification_metadata.read_only_value
    assert definitions["hs_v2_date_entered_closedwon"].type == "datetime"
    assert (definitions["dealstage"].external_options, definitions["dealstage"].options) == (True, [])
    assert "noria_mrr" not in definitions


def test_roll_ups_are_read_only_but_not_called_calculated(portal):
    """
    As in a live portal: fieldType calculation_rollup, calculated false, readOnlyValue true.
    """
    found = portal.get("/crm/v3/properties/0-1/num_associated_deals")

    assert (found["fieldType"], found["calculated"]) == ("calculation_rollup", False)
    assert found["modificationMetadata"]["readOnlyValue"]


def test_group_and_property_are_created_and_written(portal):
    """
    201 for both; the new property takes a number, reads back as text, and refuses a word.
    """
    groups, core = portal.client.crm.properties.groups_api, portal.client.crm.properties.core_api
    group = groups.create("deals", {"name": "noria", "label": "Noria"})
    created = core.create("deals", {**MRR, "groupName": "noria", "numberDisplayHint": "formatted"})
    portal.post("/crm/v3/objects/deals/batch/update", {"inputs": [{"id": "301", "properties": {"noria_mrr": 12.5}}]})
    bad = {"inputs": [{"id": "301", "properties": {"noria_mrr": "many"}}]}

    assert (group.archived, group.display_order) == (False, -1)
    assert (created.group_name, created.hubspot_defined) == ("noria", False)
    assert portal.get(f"{DEALS}/noria_mrr")["numberDisplayHint"] == "formatted"
    assert portal.get("/crm/v3/objects/deals/301?properties=noria_mrr")["properties"]["noria_mrr"] == "12.5"
    assert portal.post("/crm/v3/objects/deals/batch/update", bad, 400)["errors"][0]["code"] == "INVALID_LONG"


def test_what_exists_is_a_conflict(portal):
    """
    A second create is 409 through the client, of a group as of a property.
    """
    portal.post(DEALS, MRR, 201)
    with pytest.raises(ApiException) as refused:
        portal.client.crm.properties.core_api.create("deals", MRR)
    group = portal.post(f"{DEALS}/groups", {"name": "dealinformation", "label": "Again"}, 409)

    assert refused.value.status == 409
    assert "A property named 'noria_mrr' already exists." in refused.value.body
    assert group["category"] == "OBJECT_ALREADY_EXISTS"


def test_batch_create_makes_the_others(portal):
    """
    One exists, one is new: 207 with one error, and the new one is there.
    """
    portal.post(DEALS, MRR, 201)
    answer = portal.post(f"{DEALS}/batch/create", {"inputs": [MRR, {**MRR, "name": "noria_arr"}]}, 207)

    assert (answer["numErrors"], [found["name"] for found in answer["results"]]) == (1, ["noria_arr"])
    assert portal.get(f"{DEALS}/noria_arr")["name"] == "noria_arr"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "Noria"}, "Invalid property name"),
        ({"name": "1noria"}, "Invalid property name"),
        ({"name": "n" * 101}, "Invalid property name"),
        ({"label": ""}, "Some required fields were not set: [label]"),
        ({"fieldType": "text"}, "does not go with the property type number"),
        ({"type": "money"}, "Property type money"),
        ({"groupName": "nowhere"}, "Property group nowhere does not exist"),
        ({"type": "bool", "fieldType": "booleancheckbox"}, "needs exactly the options true and false"),
        ({"numberDisplayHint": "stars"}, "numberDisplayHint stars"),
    ],
)
def test_definitions_that_are_refused(portal, change, message):
    """
    400 with a reason, and nothing created.
    """
    assert message in portal.post(DEALS, {**MRR, **change}, 400)["message"]
    assert portal.hubspot.state()["properties"] == {}


def test_an_archived_property_goes_and_comes_back(portal):
    """
    DELETE hides it, its value and its writes; creating it again restores all.
    """
    portal.post(DEALS, MRR, 201)
    portal.call("PATCH", "/crm/v3/objects/deals/301", {"properties": {"noria_mrr": "5"}})
    deleted = portal.call("DELETE", f"{DEALS}/noria_mrr").status
    gone = portal.call("GET", f"{DEALS}/noria_mrr")
    hidden = portal.get("/crm/v3/objects/deals/301?properties=noria_mrr")["properties"]
    refused = portal.call("PATCH", "/crm/v3/objects/deals/301", {"properties": {"noria_mrr": "6"}})
    archived = portal.get(f"{DEALS}/noria_mrr?archived=true")["archived"]
    portal.post(DEALS, MRR, 201)

    assert (deleted, gone.status, gone.json()["category"]) == (204, 404, "OBJECT_NOT_FOUND")
    assert ("noria_mrr" in hidden, refused.status, archived) == (False, 400, True)
    assert portal.get("/crm/v3/objects/deals/301?properties=noria_mrr")["properties"]["noria_mrr"] == "5"


def test_hubspots_own_property_cannot_be_archived(portal):
    """
    400 with the sub-category, through the plain route.
    """
    response = portal.call("DELETE", f"{DEALS}/amount")

    assert (
        response.status,
        response.json()["subCategory"],
    ) == (400, "PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE")


def test_a_group_in_use_stays(portal):
    """
    With a property in it 400; emptied, 204 and it is gone from the list.
    """
    portal.post(f"{DEALS}/groups", {"name": "noria", "label": "Noria"}, 201)
    portal.post(DEALS, {**MRR, "groupName": "noria"}, 201)
    in_use = portal.call("DELETE", f"{DEALS}/groups/noria").status
    portal.call("DELETE", f"{DEALS}/noria_mrr")
    emptied = portal.call("DELETE", f"{DEALS}/groups/noria").status

    assert (in_use, emptied) == (400, 204)
    assert "noria" not in [group["name"] for group in portal.get(f"{DEALS}/groups")["results"]]


def test_new_options_replace_the_old_ones(portal):
    """
    A choice between a and b becomes one of b and c: a is refused from then on.
    """
    options = [{"label": word.upper(), "value": word, "hidden": False} for word in "abc"]
    grade = {**MRR, "name": "noria_grade", "type": "enumeration", "fieldType": "select", "options": options[:2]}
    portal.post(DEALS, grade, 201)
    before = portal.call("PATCH", "/crm/v3/objects/deals/301", {"properties": {"noria_grade": "a"}}).status
    portal.client.crm.properties.core_api.update("deals", "noria_grade", {"options": options[1:]})
    after = [
        portal.call("PATCH", "/crm/v3/objects/deals/301", {"properties": {"noria_grade": word}}).status for word in "ac"
    ]

    assert (before, after) == (200, [400, 200])


def test_a_new_unique_property_becomes_an_id(portal):
    """
    Upsert by it: the first call creates, the second finds; update by it writes.
    """
    unique = {**MRR, "name": "noria_key", "type": "string", "fieldType": "text", "hasUniqueValue": True}
    portal.post(DEALS, unique, 201)
    row = {"id": "win_rate|2026-10", "idProperty": "noria_key", "properties": {"dealname": "KPI"}}
    news = [portal.post("/crm/v3/objects/deals/batch/upsert", {"inputs": [row]})["results"][0]["new"] for _ in "ab"]

    assert news == [True, False]


def test_state_and_limits_know_what_was_created(portal):
    """
    One group and one property of ours: the state shows them, the limit counts 1 of 1,000.
    """
    portal.post(f"{DEALS}/groups", {"name": "noria", "label": "Noria"}, 201)
    portal.post(DEALS, {**MRR, "groupName": "noria"}, 201)
    state = portal.get("/_sandbox/state")["hubspot"]
    rows = {row["objectTypeId"]: row for row in portal.get("/crm/v3/limits/custom-properties")["byObjectType"]}

    assert [found["name"] for found in state["properties"]["deals"]] == ["noria_mrr"]
    assert state["groups"]["deals"] == [{"name": "noria", "label": "Noria", "displayOrder": -1, "archived": False}]
    assert (rows["0-3"]["usage"], rows["0-3"]["limit"]) == (1, 1000)
    assert {key: value for key, value in state["objects"]["deals"][1].items() if key != "properties"} == {
        "id": "302",
        "archived": False,
    }


def test_old_discovery_route_is_a_plain_array(portal):
    """
    `/properties/v2` gives the same names without the `results` around them.
    """
    old = portal.get("/properties/v2/deals/properties")

    assert [found["name"] for found in portal.get(DEALS)["results"]] == [found["name"] for found in old]
    assert {found["name"]: found["readOnlyValue"] for found in old}["hs_is_closed"]
