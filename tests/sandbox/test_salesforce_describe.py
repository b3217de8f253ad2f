"""
What the played Salesforce tells about objects, fields, ids and limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.salesforce.ids import long_id, normal_id
from tests.sandbox.salesforce_org import Org, running


@pytest.fixture(scope="module")
def org() -> Iterator[Org]:
    with running() as made:
        yield made


def field(org: Org, entity: str, name: str) -> dict[str, Any]:
    return next(dict(about) for about in org.client.__getattr__(entity).describe()["fields"] if about["name"] == name)


def test_every_object_is_listed_with_what_it_allows(org: Org) -> None:
    """
    Accounts can be written, stages and history cannot; currencies are no objects of an organisation that has only one.
    """
    told = org.client.describe()
    found = {entity["name"]: entity for entity in told["sobjects"]}

    assert tuple(found["Account"][key] for key in ("createable", "updateable", "keyPrefix")) == (True, True, "001")
    assert not found["OpportunityStage"]["updateable"]
    assert not found["OpportunityHistory"]["createable"]
    assert "CurrencyType" not in found
    assert told["maxBatchSize"] == 200


@pytest.mark.parametrize(
    ("entity", "name", "kind", "updateable", "nillable"),
    [
        ("Opportunity", "Amount", "currency", True, True),
        ("Opportunity", "CloseDate", "date", True, False),
        ("Opportunity", "IsWon", "boolean", False, False),
        ("Opportunity", "SystemModstamp", "datetime", False, False),
        ("Opportunity", "MRR__c", "double", True, True),
        ("Lead", "ConvertedDate", "date", False, True),
        ("Lead", "Email", "email", True, True),
        ("OpportunityHistory", "StageName", "picklist", False, False),
    ],
)
def test_a_field_is_described(org: Org, entity: str, name: str, kind: str, updateable: bool, nillable: bool) -> None:
    """
    Types of standard fields come from the vendor's own objects, those of custom fields from their values.
    """
    told = field(org, entity, name)

    assert (kind, updateable, nillable) == (told["type"], told["updateable"], told["nillable"])


def test_precision_references_and_compounds(org: Org) -> None:
    """
    Money has its digits, a reference its object and relationship, an address is named by its parts.
    """
    amount, owner, city = (
        field(org, *pair) for pair in (("Opportunity", "Amount"), ("Lead", "OwnerId"), ("Account", "BillingCity"))
    )

    assert (amount["precision"], amount["scale"]) == (18, 2)
    assert (
        owner["referenceTo"],
        owner["relationshipName"],
        owner["polymorphicForeignKey"],
    ) == (["Group", "User"], "Owner", True)
    assert city["compoundFieldName"] == "BillingAddress"
    assert field(org, "Account", "BillingAddress")["type"] == "address"


def test_objects_without_a_recycle_bin_have_no_mark_for_it(org: Org) -> None:
    """
    Users and stages have no IsDeleted, opportunities no MasterRecordId.
    """
    names = {
        entity: {about["name"] for about in org.client.__getattr__(entity).describe()["fields"]}
        for entity in ("User", "OpportunityStage", "Opportunity")
    }

    assert "IsDeleted" not in names["User"] | names["OpportunityStage"]
    assert "MasterRecordId" not in names["Opportunity"]


def test_a_hidden_field_is_not_there() -> None:
    """
    A field the user may not see is in no description, and a query for it is refused as for one that never was.
    """
    with running() as org:
        org.vendor.hide_field("Opportunity", "Amount")
        names = {about["name"] for about in org.client.Opportunity.describe()["fields"]}
        answer = org.rest("GET", "query", params={"q": "SELECT Amount FROM Opportunity"})

        assert "Amount" not in names
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_FIELD")


def test_a_hidden_object_is_not_there() -> None:
    """
    An object the user may not see is in no list, has no description, and cannot be queried.
    """
    with running() as org:
        org.vendor.hide_object("Lead")
        listed = {entity["name"] for entity in org.client.describe()["sobjects"]}
        answer = org.rest("GET", "query", params={"q": "SELECT Id FROM Lead"})

        assert "Lead" not in listed
        assert org.rest("GET", "sobjects/Lead/describe").status_code == 404
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_TYPE")


def test_records_are_counted_by_object(org: Org) -> None:
    """
    Deleted records do not count, and an object without records is left out.
    """
    told = org.rest("GET", "limits/recordCount", params={"sObjects": "Account,Lead,Task"}).json()

    assert told == {"sObjects": [{"count": 2, "name": "Account"}, {"count": 2, "name": "Lead"}]}


def test_long_ids() -> None:
    """
    The three last characters say which of the fifteen are capitals; a wrong ending is no id.
    """
    assert long_id("0063i00000D5h3L") == "0063i00000D5h3LAAR"
    assert "0063i00000D5h3LAAR" == normal_id("0063i00000D5h3L") == normal_id("0063i00000D5h3LAAR")
    assert normal_id("0063i00000D5h3LAAA") is None
    assert normal_id("0063i00000D5h3") is None
