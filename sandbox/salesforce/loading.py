"""
Records as they are given, brought into the form that answers are made of.
"""

from __future__ import annotations

from sandbox.salesforce.clock import instant, read_instant
from sandbox.salesforce.ids import normal_id
from sandbox.salesforce.model import SCALARS, Entity, Row
from sandbox.salesforce.standard import custom_entity
from sandbox.vendor import Record

FIRST = "2024-01-01T00:00:00.000+0000"
"""
The stamp of a record that was given without any.
"""


def entity_of(name: str, records: list[Record]) -> Entity:
    """
    An object that is known by its records only.
    """
    known = next((str(record["Id"]) for record in records if record.get("Id")), "")
    label = name.removesuffix("__c").replace("_", " ")
    entity = custom_entity(name, label, label + "s", known[:3] or "a0A")
    entity.custom = name.endswith("__c")
    return entity


def brought_in(entity: Entity, row: Row) -> None:
    """
    Bring a loaded record into the form that answers are made of.
    """
    stamp = row["LastModifiedDate"] or row["SystemModstamp"] or row["CreatedDate"]
    for name in ("CreatedDate", "LastModifiedDate", "SystemModstamp"):
        if name in entity.fields and row[name] is None:
            row[name] = (row["CreatedDate"] or stamp or FIRST) if name == "CreatedDate" else (stamp or FIRST)
    for name, value in row.items():
        if value is None:
            continue
        kind = entity.fields[name].type
        if value == "":
            row[name] = None
        elif kind in SCALARS:
            row[name] = float(value)
        elif kind == "int":
            row[name] = int(value)
        elif kind == "datetime":
            if not (len(value) == 28 and value.endswith("+0000")):
                row[name] = instant(read_instant(value))
        elif kind in ("reference", "id"):
            row[name] = value if len(value) == 18 else normal_id(value) or value
        elif kind in ("string", "picklist", "anyType") and not isinstance(value, str):
            row[name] = str(value)
    complete(entity, row)


def complete(entity: Entity, row: Row) -> None:
    """
    Fill what Salesforce derives: a person's name, checkboxes never set.
    """
    for about in entity.checkboxes:
        if row[about.name] is None:
            row[about.name] = bool(about.default)
    name_field = entity.fields.get("Name")
    if name_field and not name_field.createable and "LastName" in entity.fields:
        parts = (row["FirstName"], row["LastName"])
        row["Name"] = " ".join(part for part in parts if part) or row["Name"]
