"""
Our KPIs as properties of HubSpot's companies.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connectors.contract import Update
from connectors.errors import PermissionMissing, UserError
from tests.connectors.hubspot.portal import record, running, spec

MRR, CHURN, SINCE = spec("mrr", "money"), spec("churn", "percent"), spec("since", "date")
TEXT, AT, COUNT = spec("plan", "text"), spec("computed_at", "datetime"), spec("deals", "integer")
SPECS = [MRR, CHURN, SINCE, TEXT, AT, COUNT]


def update(id: str, **values):
    return Update("accounts", id, values)


def test_properties_are_created_once(portal):
    """
    The plan names group and properties with their types; creating them again does nothing.
    """
    destination = portal.destination()
    planned = list(destination.missing(SPECS))

    assert planned[:3] == [
        "property group companies.noria",
        "property companies.noria_mrr (number)",
        "property companies.noria_churn (number)",
    ]
    assert portal.requests("POST") == 0
    assert list(destination.prepare(SPECS)) == planned
    assert destination.missing(SPECS) == []
    assert list(portal.destination().prepare(SPECS)) == []


def test_a_created_property_says_what_it_is(portal):
    """
    Money names its currency, percents that they run from 0 to 100; all in Noria's group.
    """
    portal.destination().prepare(SPECS)
    churn = portal.send("GET", "/crm/v3/properties/companies/noria_churn")
    money = portal.send("GET", "/crm/v3/properties/companies/noria_mrr")

    assert (churn["label"], churn["groupName"], churn["type"]) == ("churn label (%)", "noria", "number")
    assert money["label"] == "mrr label (EUR)"


def test_a_lost_answer_to_a_creation_is_no_error(portal):
    """
    The property was made and the answer lost: the repeat meets a 409 and goes on.
    """
    portal.control.inject(kind="lost", vendor="hubspot", method="POST", path="/properties/companies", after=1)
    portal.destination().prepare([MRR, CHURN])

    assert portal.destination().missing([MRR, CHURN]) == []


def test_an_archived_property_comes_back(portal):
    """
    Somebody deleted it: creating it again restores it.
    """
    portal.destination().prepare([MRR])
    portal.send("DELETE", "/crm/v3/properties/companies/noria_mrr")
    destination = portal.destination()

    assert list(destination.prepare([MRR])) == ["property companies.noria_mrr (number)"]
    assert destination.missing([MRR]) == []


def test_a_property_of_another_type_stops_the_plan(portal):
    """
    A text property named like ours cannot keep money: said before anything is written.
    """
    body = {
        "name": "noria_mrr",
        "label": "MRR",
        "type": "string",
        "fieldType": "text",
        "groupName": "companyinformation",
    }
    portal.send("POST", "/crm/v3/properties/companies", body)
    with pytest.raises(UserError, match="of type string") as raised:
        portal.destination().missing([MRR])
    assert raised.value.where == "hubspot.companies.noria_mrr"


def test_values_come_back_as_they_were_written(portal):
    """
    Money to the cent, a quarter stored as 25 and read as 0.25, dates, instants to the millisecond, text.
    """
    destination = portal.destination()
    destination.prepare(SPECS)
    values = {
        "mrr": Decimal("1234.50"),
        "churn": Decimal("0.25"),
        "since": date(2026, 1, 31),
        "plan": "Pro «ñ» 😀",
        "computed_at": datetime(2026, 10, 31, 23, 59, 59, 123000, UTC),
        "deals": 0,
    }
    outcomes = destination.apply("accounts", [update("101", **values)])

    assert [outcome.status for outcome in outcomes] == ["written"]
    assert destination.current("accounts", ["101"], list(values)) == {"101": values}
    stored = portal.send("GET", "/crm/v3/objects/companies/101?properties=noria_churn,noria_mrr")["properties"]
    assert (Decimal(stored["noria_churn"]), Decimal(stored["noria_mrr"])) == (25, Decimal("1234.5"))


def test_nothing_clears_a_property(portal):
    """
    None empties it; HubSpot would take a null for no change.
    """
    destination = portal.destination()
    destination.prepare([MRR])
    destination.apply("accounts", [update("101", mrr=Decimal(5))])
    destination.apply("accounts", [update("101", mrr=None)])

    assert destination.current("accounts", ["101"], ["mrr"]) == {"101": {"mrr": None}}


def test_what_does_not_exist_yet_is_absent(portal):
    """
    A field without a property is absent from its row, a record that is gone from the answer.
    """
    destination = portal.destination()
    assert destination.current("accounts", ["101", "999"], ["mrr"]) == {"101": {}}


def test_each_row_has_its_own_outcome(portal):
    """
    One refused row, one that is gone, two written: HubSpot answers in another order, outcomes stand in ours.
    """
    destination = portal.destination()
    destination.prepare([MRR])
    portal.hubspot.refuse("companies", "102", "This record is locked.")
    outcomes = destination.apply("accounts", [update(id, mrr=Decimal(int(id))) for id in ("103", "102", "999", "101")])

    assert [(outcome.id, outcome.status) for outcome in outcomes] == [
        ("103", "written"),
        ("102", "rejected"),
        ("999", "rejected"),
        ("101", "written"),
    ]
    assert outcomes[1].message == "This record is locked."
    assert outcomes[2].code == "OBJECT_NOT_FOUND" and outcomes[2].fix
    assert portal.requests("POST", "/batch/update") == 1


def test_a_bad_number_never_leaves(portal):
    """
    An infinite value is rejected here; the other row is written.
    """
    destination = portal.destination()
    destination.prepare([MRR])
    outcomes = destination.apply("accounts", [update("101", mrr=float("inf")), update("102", mrr=Decimal(1))])

    assert [outcome.status for outcome in outcomes] == ["rejected", "written"]


def test_a_property_that_vanished_rejects_its_rows(portal):
    """
    Nobody prepared it: every row is rejected with HubSpot's code, none is reported as written.
    """
    outcomes = portal.destination().apply("accounts", [update("101", mrr=Decimal(1)), update("102", mrr=Decimal(2))])

    assert {(outcome.status, outcome.code) for outcome in outcomes} == {("rejected", "PROPERTY_DOESNT_EXIST")}


def test_a_hundred_rows_a_call(monkeypatch):
    """
    205 companies take three calls, as `calls` foretold.
    """
    with running(monkeypatch, {"companies": [record(str(1000 + n)) for n in range(205)]}) as portal:
        destination = portal.destination()
        destination.prepare([COUNT])
        outcomes = destination.apply("accounts", [update(str(1000 + n), deals=n) for n in range(205)])

        assert {outcome.status for outcome in outcomes} == {"written"}
        assert portal.requests("POST", "/batch/update") == 3 == destination.calls({"accounts": 205})
        current = destination.current("accounts", ["1000", "1204"], ["deals"])
        assert current == {"1000": {"deals": 0}, "1204": {"deals": 204}}


def test_a_lost_answer_is_sent_again(portal):
    """
    Setting the same values twice is as good as once, so a lost answer is repeated and the row is written.
    """
    destination = portal.destination()
    destination.prepare([MRR])
    portal.control.inject(kind="lost", vendor="hubspot", path="/batch/update")
    outcomes = destination.apply("accounts", [update("101", mrr=Decimal(7))])

    assert [outcome.status for outcome in outcomes] == ["written"]
    assert portal.requests("POST", "/batch/update") == 2


def test_no_answer_at_all_is_an_unknown_outcome(monkeypatch):
    """
    HubSpot goes down in the second of three calls: 100 written, 100 unknown, 5 not sent.
    """
    with running(monkeypatch, {"companies": [record(str(1000 + n)) for n in range(205)]}) as portal:
        destination = portal.destination(tries=2)
        destination.prepare([COUNT])
        portal.control.inject(kind="unavailable", vendor="hubspot", path="/batch/update", after=1, times=-1)
        outcomes = destination.apply("accounts", [update(str(1000 + n), deals=n) for n in range(205)])

        assert [outcome.status for outcome in outcomes] == ["written"] * 100 + ["unknown"] * 100 + ["rejected"] * 5
        assert {outcome.code for outcome in outcomes[200:]} == {"NOT_SENT"}


def test_a_missing_scope_names_itself(portal):
    """
    Without the scope to create properties the person learns which one.
    """
    portal.hubspot.revoke_scope("crm.schemas.companies.write")
    with pytest.raises(PermissionMissing, match=r"crm\.schemas\.companies\.write"):
        portal.destination().prepare([MRR])


def test_only_companies_are_offered(portal):
    """
    Campaigns and the organisation have no properties of ours in HubSpot.
    """
    destination = portal.destination()
    assert list(destination.objects()) == ["accounts"]
    assert destination.missing([spec("romi", "percent", "campaigns")]) == []
