"""
Permission sets and what they grant: the rules that these records themselves obey.
"""

from __future__ import annotations

from sandbox.salesforce.answers import RowRefusal
from sandbox.salesforce.model import Entity, Row
from sandbox.salesforce.store import Store
from sandbox.vendor import Record

_OBJECT_NEEDS = {
    "PermissionsCreate": "PermissionsRead",
    "PermissionsEdit": "PermissionsRead",
    "PermissionsDelete": "PermissionsEdit",
    "PermissionsViewAllRecords": "PermissionsRead",
    "PermissionsModifyAllRecords": "PermissionsDelete",
}


def check(store: Store, entity: Entity, row: Record, own_id: str = "") -> None:
    """
    Refuse what a permission record must not say.

    Args:
        row: The record as it would stand.
        own_id: Its id, where it stands already.

    Raises:
        RowRefusal: It contradicts itself, names what does not exist, or is there twice.
    """
    if entity.name == "PermissionSet":
        _unique(store, entity, row, own_id, ("Name",), "DUPLICATE_DEVELOPER_NAME")
    elif entity.name == "PermissionSetAssignment":
        _unique(store, entity, row, own_id, ("PermissionSetId", "AssigneeId"), "DUPLICATE_VALUE")
    elif entity.name == "FieldPermissions":
        _check_field(store, row)
        _unique(store, entity, row, own_id, ("ParentId", "Field"), "DUPLICATE_VALUE")
    elif entity.name == "ObjectPermissions":
        _check_object(store, row)
        _unique(store, entity, row, own_id, ("ParentId", "SobjectType"), "DUPLICATE_VALUE")


def _unique(store: Store, entity: Entity, row: Record, own_id: str, names: tuple[str, ...], code: str) -> None:
    for other in store.rows(entity):
        if other["Id"] != own_id and all(other[name] == row.get(name) for name in names):
            message = f"duplicate value found: {names[-1]} duplicates value on record with id: {other['Id']}"
            if entity.name == "PermissionSet":
                message = (
                    f"The permission set API name {row.get('Name')} is already in use on record with id: {other['Id']}"
                )
            elif entity.name == "PermissionSetAssignment":
                message = (
                    f"Duplicate PermissionSetAssignment. Assignee: {row.get('AssigneeId')}; "
                    f"Permission Set: {row.get('PermissionSetId')}"
                )
            raise RowRefusal(code, message, list(names) if entity.name == "PermissionSet" else [])


def _check_field(store: Store, row: Record) -> None:
    name, _, field_name = str(row.get("Field")).partition(".")
    entity = store.any_entity(name)
    about = entity.field(field_name) if entity else None
    if entity is None or about is None or not about.permissionable or row.get("SobjectType") != entity.name:
        message = f"Field Name: bad value for restricted picklist field: {row.get('Field')}"
        raise RowRefusal("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, ["Field"])
    if row.get("PermissionsEdit") and not row.get("PermissionsRead"):
        message = f"Permission Edit {row.get('Field')} depends on permission(s): Read {row.get('Field')}"
        raise RowRefusal("FIELD_INTEGRITY_EXCEPTION", message, ["PermissionsEdit"])
    if row.get("PermissionsEdit") and not about.updateable:
        message = f"Field {row.get('Field')} is read only: it cannot be made editable"
        raise RowRefusal("FIELD_INTEGRITY_EXCEPTION", message, ["PermissionsEdit"])


def _check_object(store: Store, row: Record) -> None:
    if store.any_entity(str(row.get("SobjectType"))) is None:
        message = f"Sobject Type Name: bad value for restricted picklist field: {row.get('SobjectType')}"
        raise RowRefusal("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, ["SobjectType"])
    for name, needed in _OBJECT_NEEDS.items():
        if row.get(name) and not row.get(needed):
            about = row.get("SobjectType")
            shown, other = (word.removeprefix("Permissions") for word in (name, needed))
            message = f"Permission {shown} {about} depends on permission(s): {other} {about}"
            raise RowRefusal("FIELD_INTEGRITY_EXCEPTION", message, [name])


def removed(store: Store, entity: Entity, row: Row) -> None:
    """
    Take along what belonged to a permission set that is gone.
    """
    if entity.name != "PermissionSet":
        return
    for name, link in (
        ("PermissionSetAssignment", "PermissionSetId"),
        ("FieldPermissions", "ParentId"),
        ("ObjectPermissions", "ParentId"),
    ):
        child = store.tables[name].entity
        for other in store.rows(child):
            if other[link] == row["Id"]:
                store.remove(child, other)
