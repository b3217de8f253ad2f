"""
The permission set that lets people see our fields.

A field that an API creates is visible to nobody, administrators included, until a permission set or profile grants it:
see FieldPermissions in the Object Reference for the Salesforce Platform.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.salesforce.client import Client
from connectors.salesforce.fields import quoted
from connectors.salesforce.refusals import refusal


class PermissionSet:
    """
    A permission set by name.

    Args:
        client: Talks to the organisation.
        name: Its API name.
    """

    def __init__(self, client: Client, name: str) -> None:
        self.client = client
        self.name = name

    def missing(self) -> list[str]:
        """
        What `grant` would create beside the access itself, in words.
        """
        found = self._find()
        if found is None:
            return [f"permission set {self.name}, assigned to the integration user"]
        return [] if self._assigned(found) else [f"permission set {self.name} assigned to the integration user"]

    def _find(self) -> str | None:
        name = self.name
        soql = f"SELECT Id FROM PermissionSet WHERE Name = {quoted([name])}"  # noqa: S608 - quoted literal
        rows = list(self.client.select(soql, what="looking for the permission set", where="salesforce.PermissionSet"))
        return str(rows[0]["Id"]) if rows else None

    def _assigned(self, permission_set: str) -> bool:
        soql = (
            "SELECT Id FROM PermissionSetAssignment"  # noqa: S608 - quoted literals
            f" WHERE PermissionSetId = {quoted([permission_set])} AND AssigneeId = {quoted([self.client.user_id()])}"
        )
        return bool(list(self.client.select(soql, what="looking for the permission set's assignment")))

    def grant(self, fields: Sequence[tuple[str, str]], own_object: str) -> None:
        """
        Let the permission set read and edit fields, and the integration user have the set; idempotent.

        Args:
            fields: Object and field, API names.
            own_object: The object that Noria created: access to it is granted as well, if it is among them.
        """
        parent = self._find()
        if parent is None:
            self._add("PermissionSet", {"Name": self.name, "Label": self.name, "Description": "See Noria's fields."})
            parent = self._find()
        assert parent is not None
        if any(sobject == own_object for sobject, _ in fields):
            self._grant_object(parent, own_object)
        soql = (
            "SELECT Id, Field, PermissionsEdit FROM FieldPermissions"  # noqa: S608 - quoted literal
            f" WHERE ParentId = {quoted([parent])}"
        )
        granted = {str(row["Field"]): row for row in self.client.select(soql, what="reading field permissions")}
        access = {"PermissionsRead": True, "PermissionsEdit": True}
        for sobject, name in fields:
            row = granted.get(f"{sobject}.{name}")
            if row is None:
                wanted = {"ParentId": parent, "SobjectType": sobject, "Field": f"{sobject}.{name}"}
                self._add("FieldPermissions", wanted | access)
            elif not row["PermissionsEdit"]:
                self._change("FieldPermissions", str(row["Id"]), access)
        if not self._assigned(parent):
            self._add("PermissionSetAssignment", {"AssigneeId": self.client.user_id(), "PermissionSetId": parent})

    def _grant_object(self, parent: str, sobject: str) -> None:
        soql = (
            "SELECT Id FROM ObjectPermissions"  # noqa: S608 - quoted literals
            f" WHERE ParentId = {quoted([parent])} AND SobjectType = {quoted([sobject])}"
        )
        rows = list(self.client.select(soql, what="reading object permissions"))
        access = {f"Permissions{right}": True for right in ("Read", "Create", "Edit", "ViewAllRecords")}
        access |= {"PermissionsDelete": False, "PermissionsModifyAllRecords": False}
        if rows:
            self._change("ObjectPermissions", str(rows[0]["Id"]), access)
        else:
            self._add("ObjectPermissions", {"ParentId": parent, "SobjectType": sobject} | access)

    def _add(self, sobject: str, values: Mapping[str, Any]) -> None:
        what = f"creating a {sobject}"
        answer = self.client.send("POST", f"sobjects/{sobject}/", what=what, json=dict(values))
        code, _ = refusal(answer) if not answer.ok else ("", "")
        if not answer.ok and code not in ("DUPLICATE_VALUE", "DUPLICATE_DEVELOPER_NAME"):
            raise self.client.error(answer, what=what, where=f"salesforce.{sobject}")

    def _change(self, sobject: str, id: str, values: Mapping[str, Any]) -> None:
        what = f"changing a {sobject}"
        self.client.get(
            "PATCH", f"sobjects/{sobject}/{id}", what=what, where=f"salesforce.{sobject}", json=dict(values)
        )
