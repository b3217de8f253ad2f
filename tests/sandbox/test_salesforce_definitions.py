"""
Custom fields and objects: defined by Tooling and Metadata API, invisible until permissions are granted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from simple_salesforce.exceptions import SalesforceMalformedRequest
from zeep.exceptions import Fault

from tests.sandbox.salesforce_org import ACME, Org, running

NUMBER = {"type": "Number", "label": "KPI", "precision": 18, "scale": 2, "inlineHelpText": "Made by a KPI."}


@pytest.fixture(scope="module")
def started() -> Iterator[Org]:
    with running() as made:
        yield made


@pytest.fixture
def org(started: Org) -> Org:
    made = started.fresh()
    # The client's Metadata API takes no session: it must be told the plain address before its first use.
    made.client.metadata_url = f"{made.url}/services/Soap/m/59.0/"
    return made


def define(org: Org, name: str, **meta: Any) -> Any:
    return org.client.toolingexecute("sobjects/CustomField", method="POST", data={"FullName": name, "Metadata": meta})


def describes(org: Org, name: str) -> bool:
    return any(about["name"] == name for about in org.client.Account.describe()["fields"])


def selects(org: Org, soql: str) -> bool:
    return org.rest("GET", "query", params={"q": soql}).status_code == 200


def writes(org: Org, value: float) -> bool:
    record = {"attributes": {"type": "Account"}, "Id": ACME, "KPI__c": value}
    return bool(org.rest("PATCH", "composite/sobjects", json={"records": [record]}).json()[0]["success"])


def permission_set(org: Org) -> str:
    return str(org.client.PermissionSet.create({"Name": "KPI_Sync", "Label": "KPI Sync"})["id"])


def assign(org: Org, permissions: str) -> None:
    user = org.client.oauth2("userinfo")["user_id"]
    org.client.PermissionSetAssignment.create({"AssigneeId": user, "PermissionSetId": permissions})


def test_a_new_field_is_seen_by_nobody_until_a_permission_set_grants_it(org: Org) -> None:
    """
    Defined, granted, assigned: only after the third step can the field be described, queried and written.
    """
    define(org, "Account.KPI__c", **NUMBER)
    seen = [(describes(org, "KPI__c"), selects(org, "SELECT KPI__c FROM Account"), writes(org, 1))]
    permissions = permission_set(org)
    grant = {"ParentId": permissions, "SobjectType": "Account", "Field": "Account.KPI__c"}
    made = org.client.FieldPermissions.create({**grant, "PermissionsRead": True, "PermissionsEdit": False})
    seen.append((describes(org, "KPI__c"), selects(org, "SELECT KPI__c FROM Account"), writes(org, 1)))
    assign(org, permissions)
    seen.append((describes(org, "KPI__c"), selects(org, "SELECT KPI__c FROM Account"), writes(org, 1)))
    org.client.FieldPermissions.update(made["id"], {"PermissionsEdit": True})
    seen.append((describes(org, "KPI__c"), selects(org, "SELECT KPI__c FROM Account"), writes(org, 1.005)))

    assert seen == [(False, False, False), (False, False, False), (True, True, False), (True, True, True)]
    assert org.record("Account", ACME)["KPI__c"] == 1.01


def test_a_new_field_is_found_among_the_definitions(org: Org) -> None:
    """
    The Tooling API knows a field that nobody may see yet; its metadata comes for one row only.
    """
    made = define(org, "Account.KPI__c", **NUMBER)
    define(org, "Account.Other__c", type="Checkbox", label="Other", defaultValue=False)
    soql = "SELECT Id, DeveloperName, TableEnumOrId, Metadata FROM CustomField WHERE DeveloperName = 'KPI'"
    found = org.client.toolingexecute("query/", params={"q": soql})["records"]

    assert (made["success"], made["errors"], made["id"][:3]) == (True, [], "00N")
    assert [(made["id"], "KPI", "Account")] == [
        (row["Id"], row["DeveloperName"], row["TableEnumOrId"]) for row in found
    ]
    assert (found[0]["Metadata"]["precision"], found[0]["Metadata"]["inlineHelpText"]) == (18, "Made by a KPI.")
    with pytest.raises(SalesforceMalformedRequest, match="no more than one row"):
        org.client.toolingexecute("query/", params={"q": "SELECT FullName FROM CustomField"})


@pytest.mark.parametrize(
    ("name", "meta", "code"),
    [
        ("Account.KPI__c", {"type": "Number", "label": "KPI", "scale": 2}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Account.KPI__c", {**NUMBER, "precision": 19}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Account.KPI__c", {"type": "Text", "label": "KPI", "length": 256}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Account.KPI__c", {**NUMBER, "type": "Percent", "externalId": True}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Account.KPI__c", {"type": "Checkbox", "label": "KPI"}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Account.KPI__c", {**NUMBER, "label": "x" * 41}, "STRING_TOO_LONG"),
        ("Account.KPI__Sync__c", NUMBER, "FIELD_INTEGRITY_EXCEPTION"),
        ("Account.KPI", NUMBER, "FIELD_INTEGRITY_EXCEPTION"),
        (f"Account.{'K' * 41}__c", NUMBER, "FIELD_INTEGRITY_EXCEPTION"),
        ("Nope__c.KPI__c", NUMBER, "INVALID_CROSS_REFERENCE_KEY"),
        ("Opportunity.MRR__c", NUMBER, "DUPLICATE_DEVELOPER_NAME"),
        ("Account.KPI__c", {"type": "Nonsense", "label": "KPI"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
    ],
)
def test_a_wrong_definition_is_refused(org: Org, name: str, meta: dict[str, Any], code: str) -> None:
    """
    Digits, lengths, names and labels have their bounds; what is there already is not made again.
    """
    with pytest.raises(SalesforceMalformedRequest) as refused:
        define(org, name, **meta)

    assert code == refused.value.content[0]["errorCode"]


def test_a_kpi_object_made_by_the_metadata_api(org: Org) -> None:
    """
    Object and fields are made by the client's own SOAP calls; with permissions it takes records by external id.
    """
    md = org.client.mdapi
    md.CustomObject.create(
        [
            md.CustomObject(
                fullName="KPI__c",
                label="KPI",
                pluralLabel="KPIs",
                nameField=md.CustomField(label="KPI", type="Text"),
                deploymentStatus="Deployed",
                sharingModel="ReadWrite",
            )
        ]
    )
    fields = [
        md.CustomField(fullName="KPI__c.Key__c", label="Key", type="Text", length=100, externalId=True, unique=True),
        md.CustomField(fullName="KPI__c.Value__c", label="Value", type="Number", precision=18, scale=4),
    ]
    md.CustomField.upsert(fields)
    md.CustomField.upsert(fields)
    unseen = org.rest("GET", "sobjects/KPI__c/describe").status_code

    permissions = permission_set(org)
    org.client.ObjectPermissions.create(
        {
            "ParentId": permissions,
            "SobjectType": "KPI__c",
            "PermissionsRead": True,
            "PermissionsCreate": True,
            "PermissionsEdit": True,
            "PermissionsDelete": False,
            "PermissionsViewAllRecords": False,
            "PermissionsModifyAllRecords": False,
        }
    )
    for name in ("Key__c", "Value__c"):
        grant = {"ParentId": permissions, "SobjectType": "KPI__c", "Field": f"KPI__c.{name}"}
        org.client.FieldPermissions.create({**grant, "PermissionsRead": True, "PermissionsEdit": True})
    assign(org, permissions)

    codes = [org.client.KPI__c.upsert("Key__c/win_rate", {"Name": "Win rate", "Value__c": v}) for v in (0.25, 0.3)]
    assert (unseen, codes) == (404, [201, 200])
    row = org.client.query("SELECT Name, Value__c FROM KPI__c WHERE Key__c = 'WIN_RATE'")["records"]
    assert [(record["Name"], record["Value__c"]) for record in row] == [("Win rate", 0.3)]
    told = org.client.KPI__c.describe()
    assert (told["createable"], told["updateable"], told["deletable"]) == (True, True, False)
    assert org.vendor.state()["objects"] == ["KPI__c"]


def test_definitions_are_read_back_changed_and_listed(org: Org) -> None:
    """
    What was defined is read as it was defined; an update changes the label; the unknown has no name.
    """
    md = org.client.mdapi
    md.CustomField.create(
        [md.CustomField(fullName="Account.KPI__c", label="KPI", type="Percent", precision=5, scale=2)]
    )
    md.CustomField.update(
        [md.CustomField(fullName="Account.KPI__c", label="Rate", type="Percent", precision=5, scale=2)]
    )

    read = md.CustomField.read(["Account.KPI__c"])
    assert (read.fullName, read.label, read.type, read.precision) == ("Account.KPI__c", "Rate", "Percent", 5)
    assert md.CustomField.read(["Account.Nope__c"]).fullName is None
    query = org.client.mdapi._client.get_type("ns0:ListMetadataQuery")(type="CustomField")
    listed = {entry.fullName for entry in md.list_metadata([query])}
    assert {"Account.KPI__c", "Opportunity.MRR__c"} == listed
    md.CustomField.delete(["Account.KPI__c"])
    assert md.CustomField.read(["Account.KPI__c"]).fullName is None


def test_soap_refusals(org: Org) -> None:
    """
    A component that is there already fails alone; too many components and an ended session fail the call.
    """
    md = org.client.mdapi
    field = md.CustomField(fullName="Opportunity.MRR__c", label="MRR", type="Number", precision=18, scale=2)

    with pytest.raises(Exception, match="DUPLICATE_DEVELOPER_NAME, There is already a field named MRR on Opportunity"):
        md.CustomField.create([field])
    with pytest.raises(Fault, match="LIMIT_EXCEEDED"):
        md.CustomField.create([field] * 11)
    org.vendor.expire_sessions()
    with pytest.raises(Fault, match="INVALID_SESSION_ID"):
        md.CustomField.read(["Opportunity.MRR__c"])


@pytest.mark.parametrize(
    ("entity", "values", "code"),
    [
        ("PermissionSet", {"Name": "KPI_Sync", "Label": "Again"}, "DUPLICATE_DEVELOPER_NAME"),
        ("FieldPermissions", {"Field": "Account.KPI__c", "PermissionsRead": True}, "DUPLICATE_VALUE"),
        ("FieldPermissions", {"Field": "Account.Industry", "PermissionsEdit": True}, "FIELD_INTEGRITY_EXCEPTION"),
        (
            "FieldPermissions",
            {"Field": "Account.Nope__c", "PermissionsRead": True},
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        ),
        ("FieldPermissions", {"Field": "KPI__c", "PermissionsRead": True}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        (
            "FieldPermissions",
            {"Field": "Account.Name", "PermissionsRead": True},
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        ),
        ("ObjectPermissions", {"PermissionsEdit": True}, "FIELD_INTEGRITY_EXCEPTION"),
    ],
)
def test_permissions_that_contradict_or_repeat_are_refused(
    org: Org, entity: str, values: dict[str, Any], code: str
) -> None:
    """
    Twice the same, editing without reading, and fields that cannot be granted are refused.
    """
    define(org, "Account.KPI__c", **NUMBER)
    permissions = permission_set(org)
    parent = {} if entity == "PermissionSet" else {"ParentId": permissions, "SobjectType": "Account"}
    org.client.FieldPermissions.create(
        {"ParentId": permissions, "SobjectType": "Account", "Field": "Account.KPI__c", "PermissionsRead": True}
    )

    with pytest.raises(SalesforceMalformedRequest) as refused:
        org.client.__getattr__(entity).create({**parent, **values})

    assert code == refused.value.content[0]["errorCode"]


def test_one_assignment_per_person_and_no_grant_without_its_set(org: Org) -> None:
    """
    A second assignment is refused; when the set is deleted, what it granted is gone with it.
    """
    define(org, "Account.KPI__c", **NUMBER)
    permissions = permission_set(org)
    assign(org, permissions)
    org.client.FieldPermissions.create(
        {"ParentId": permissions, "SobjectType": "Account", "Field": "Account.KPI__c", "PermissionsRead": True}
    )
    assert describes(org, "KPI__c")

    with pytest.raises(SalesforceMalformedRequest, match="DUPLICATE_VALUE"):
        assign(org, permissions)
    org.client.PermissionSet.delete(permissions)

    assert not describes(org, "KPI__c")
    assert "FieldPermissions" not in org.vendor.state()["records"]


def test_a_whole_profile_can_be_granted(org: Org) -> None:
    """
    A grant to the permission set that a profile owns needs no assignment.
    """
    define(org, "Account.KPI__c", **NUMBER)
    owned = org.client.query("SELECT Id FROM PermissionSet WHERE IsOwnedByProfile = true")["records"][0]["Id"]

    org.client.FieldPermissions.create(
        {"ParentId": owned, "SobjectType": "Account", "Field": "Account.KPI__c", "PermissionsRead": True}
    )

    assert describes(org, "KPI__c")
